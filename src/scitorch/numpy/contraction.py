"""Products that contract axes: dot, inner, outer, tensordot, einsum, kron, cross, convolve."""

from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.creation import laid_out
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import (
    CASTINGS,
    INEXACT,
    NUMPY_OF_TORCH,
    WIDE_UNSIGNED,
    from_host,
    host,
    torch_dtype,
)
from scitorch.numpy.products import common_dtype, product
from scitorch.numpy.reductions import finish

__all__ = [
    "convolve",
    "correlate",
    "cross",
    "dot",
    "einsum",
    "einsum_path",
    "inner",
    "kron",
    "outer",
    "tensordot",
    "vdot",
]


def _pair(a: Any, b: Any) -> tuple[torch.Tensor, torch.Tensor]:
    first, second = tensor_of(a), tensor_of(b)
    common = common_dtype(first, second)
    return first.to(common), second.to(common)


@differentiable("np.dot(m, x[:4])", "np.dot(x, y)", "np.dot(t, a[:2])", "np.dot(s, x)")
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """Return the dot product: inner product of vectors, matrix product of matrices, contraction in general."""
    if out is None and type(a) is ndarray and type(b) is ndarray:
        left, right = a._tensor, b._tensor
        if left.dtype is right.dtype and left.dtype in INEXACT and 0 < left.ndim < 3 and 0 < right.ndim < 3:
            try:
                return ndarray._wrap(torch.matmul(left, right))
            except RuntimeError:
                pass  # the long way raises NumPy's error
    x, y = _pair(a, b)
    if isinstance(out, ndarray) and (out._tensor.dtype is not x.dtype or not out._tensor.is_contiguous()):
        raise ValueError(
            "output array is not acceptable (must have the right datatype, number of dimensions, and be a C-Array)"
        )
    if x.ndim == 0 or y.ndim == 0:
        return finish(x * y if x.dtype not in WIDE_UNSIGNED else from_host(host(x) * host(y)), out)
    if x.shape[-1] != (y.shape[-2] if y.ndim > 1 else y.shape[0]):
        where = y.ndim - 2 if y.ndim > 1 else 0
        raise ValueError(
            f"shapes {tuple(x.shape)} and {tuple(y.shape)} not aligned: {x.shape[-1]} (dim {x.ndim - 1}) != "
            f"{y.shape[where]} (dim {where})"
        )
    if x.ndim <= 2 and y.ndim <= 2:
        return finish(product(x, y), out)
    if y.ndim == 1:
        return finish(product(x, y), out)
    columns = y.movedim(-2, 0)
    rest = columns.shape[1:]
    flat = product(x.reshape(-1, x.shape[-1]), columns.reshape(columns.shape[0], -1))
    return finish(flat.reshape((*x.shape[:-1], *rest)), out)


@differentiable("np.vdot(x, y)", "np.vdot(a, a)")
def vdot(a: Any, b: Any, /) -> ndarray:
    """Return the inner product of flattened arrays, the first one conjugated."""
    x, y = _pair(a, b)
    x, y = x.reshape(-1), y.reshape(-1)
    if x.shape != y.shape:
        raise ValueError(f"cannot take the vdot of arrays with {x.numel()} and {y.numel()} elements")
    return ndarray._wrap(product(x.conj() if x.is_complex() else x, y))


@differentiable("np.inner(m, x[:4])", "np.inner(x, y)")
def inner(a: Any, b: Any, /) -> ndarray:
    """Return the sum over the last axes of two arrays."""
    x, y = _pair(a, b)
    if x.ndim == 0 or y.ndim == 0:
        return dot(x, y)  # type: ignore[no-any-return]
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"shapes {tuple(x.shape)} and {tuple(y.shape)} not aligned: {x.shape[-1]} (dim {x.ndim - 1}) != "
            f"{y.shape[-1]} (dim {y.ndim - 1})"
        )
    return tensordot(x, y, ([-1], [-1]))


@differentiable("np.outer(x, y)", "np.linalg.outer(x, y)")
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Return the outer product of flattened arrays."""
    x, y = tensor_of(a).reshape(-1, 1), tensor_of(b).reshape(1, -1)
    return finish((ndarray._wrap(x) * ndarray._wrap(y))._tensor, out)


@differentiable("np.tensordot(t, a, axes=([1], [0]))", "np.tensordot(a, m, 1)")
def tensordot(a: Any, b: Any, axes: Any = 2) -> ndarray:
    """Contract axes of two arrays: the last of `a` with the first of `b`, or the given ones."""
    x, y = _pair(a, b)
    if isinstance(axes, int):
        left, right = list(range(-axes, 0)) if axes else [], list(range(axes))
    else:
        first, second = axes
        left = [first] if isinstance(first, int) else list(first)
        right = [second] if isinstance(second, int) else list(second)
    if len(left) != len(right):
        raise ValueError("shape-mismatch for sum")
    left = [normalize_axis(ax, x.ndim) for ax in left]
    right = [normalize_axis(ax, y.ndim) for ax in right]
    if len(set(left)) != len(left) or len(set(right)) != len(right):
        raise ValueError("duplicate axes not allowed in tensordot")
    if any(x.shape[i] != y.shape[j] for i, j in zip(left, right, strict=True)):
        raise ValueError("shape-mismatch for sum")
    keep_x = [ax for ax in range(x.ndim) if ax not in left]
    keep_y = [ax for ax in range(y.ndim) if ax not in right]
    shape = [x.shape[ax] for ax in keep_x] + [y.shape[ax] for ax in keep_y]
    count = 1
    for ax in left:
        count *= x.shape[ax]
    rows = 1
    for ax in keep_x:
        rows *= x.shape[ax]
    columns = 1
    for ax in keep_y:
        columns *= y.shape[ax]
    matrix = x.permute((*keep_x, *left)).reshape(rows, count)
    other = y.permute((*right, *keep_y)).reshape(count, columns)
    return ndarray._wrap(product(matrix, other).reshape(shape))


@differentiable(
    'np.einsum("ij,jk->ik", a, m)',
    'np.einsum("i,j", x, y)',
    'np.einsum("ii", a)',
    'np.einsum("ijk,kl,l->ij", t, a[:2], x[:3], optimize=True)',
    "np.einsum(m, [0, 1], a, [2, 0], [1, 2])",
)
def einsum(
    *operands: Any, out: Any = None, dtype: Any = None, order: str = "K", casting: str = "safe", optimize: Any = False
) -> Any:
    """Evaluate Einstein's summation convention.

    Parameters
    ----------
    *operands
        A subscripts string and arrays, or arrays and lists of integer labels alternating.
    out : ndarray, optional
    dtype : dtype, optional
    optimize : bool or str
        Accepted; torch chooses the order of contraction.
    """
    if casting not in CASTINGS:
        raise ValueError(f"casting must be one of {', '.join(map(repr, CASTINGS))} (got {casting!r})")
    if order not in ("C", "F", "A", "K"):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
    subscripts, arrays = _subscripts(operands)
    tensors = [tensor_of(a) for a in arrays]
    if dtype is None:
        common = common_dtype(*tensors)
    else:
        common = torch_dtype(dtype)
        for tensor in tensors:
            if not numpy.can_cast(NUMPY_OF_TORCH[tensor.dtype], NUMPY_OF_TORCH[common], casting):  # type: ignore[arg-type]
                raise TypeError(
                    f"Iterator operand required copying or buffering: cannot cast {NUMPY_OF_TORCH[tensor.dtype]!r} to "
                    f"{NUMPY_OF_TORCH[common]!r} under casting={casting!r}"
                )
    if common in WIDE_UNSIGNED:
        values = numpy.einsum(subscripts, *(host(t.to(common)) for t in tensors))
        return finish(from_host(numpy.asarray(values)), out)
    # torch's contractions have no boolean and few integer kernels
    compute = torch.int64 if common is torch.bool else common
    tensors = [t.to(compute) for t in tensors]
    planned = [numpy.broadcast_to(numpy.empty(()), tuple(t.shape)) for t in tensors]
    numpy.einsum_path(subscripts, *planned, optimize=optimize if isinstance(optimize, list | tuple) else "greedy")
    try:
        result = torch.einsum(*_stretched(subscripts, tensors))
    except RuntimeError as error:
        raise ValueError(f"einsum: {error}") from None
    result = result != 0 if common is torch.bool else result.to(common)  # sums of small integers come out as int64
    if order in ("C", "F") and result.ndim > 1:
        result = laid_out(result, tuple(range(result.ndim))[:: 1 if order == "C" else -1])
    return finish(result, out, casting)


def _subscripts(operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    if not operands:
        raise ValueError(
            "must specify the einstein sum subscripts string and at least one operand, or at least one "
            "operand and its corresponding subscripts list"
        )
    if isinstance(operands[0], str):
        if len(operands) < 2:
            raise ValueError("must provide at least an operand and a subscripts list to einsum")
        return operands[0].replace(" ", ""), list(operands[1:])
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def text(labels: Any) -> str:
        numbers = [label for label in labels if label is not Ellipsis]
        if not all(0 <= label < len(letters) for label in numbers):
            raise ValueError(f"subscript is not within the valid range [0, {len(letters)})")
        return "".join("..." if label is Ellipsis else letters[int(label)] for label in labels)

    pairs = list(operands)
    output = pairs.pop() if len(pairs) % 2 else None
    subscripts = ",".join(text(labels) for labels in pairs[1::2])
    return subscripts + ("" if output is None else "->" + text(output)), pairs[0::2]


def _stretched(subscripts: str, tensors: list[torch.Tensor]) -> tuple[Any, ...]:
    """Repeated labels within one operand may have length one beside n; torch asks for equal lengths."""
    inputs = subscripts.split("->")[0].split(",")
    sizes: dict[str, int] = {}
    for labels, tensor in zip(inputs, tensors, strict=False):
        if "." in labels:
            continue
        for label, n in zip(labels, tensor.shape, strict=False):
            sizes[label] = max(sizes.get(label, 1), n) if n != 0 else 0
    result = []
    for labels, tensor in zip(inputs, tensors, strict=False):
        if "." not in labels and len(set(labels)) < len(labels) and len(labels) == tensor.ndim:
            tensor = tensor.expand([sizes[label] for label in labels])
        result.append(tensor)
    return (subscripts, *result)


@without_derivative("returns a plan and its description")
def einsum_path(*operands: Any, optimize: Any = "greedy", einsum_call: bool = False) -> Any:
    """Return the order of contraction NumPy would choose, and its description."""
    subscripts, arrays = _subscripts(operands)
    shapes = [numpy.broadcast_to(numpy.empty(()), tuple(tensor_of(a).shape)) for a in arrays]
    return numpy.einsum_path(subscripts, *shapes, optimize=optimize)


@differentiable("np.kron(a, x[:2])", "np.kron(x[:2], y[:3])")
def kron(a: Any, b: Any) -> ndarray:
    """Return the Kronecker product."""
    x, y = tensor_of(a), tensor_of(b)
    ndim = max(x.ndim, y.ndim)
    x = x.reshape((1,) * (ndim - x.ndim) + tuple(x.shape))
    y = y.reshape((1,) * (ndim - y.ndim) + tuple(y.shape))
    shape = [m * n for m, n in zip(x.shape, y.shape, strict=True)]
    left = x.reshape([n for size in x.shape for n in (size, 1)])
    right = y.reshape([n for size in y.shape for n in (1, size)])
    return (ndarray._wrap(left) * ndarray._wrap(right)).reshape(shape)  # type: ignore[no-any-return]


@differentiable("np.cross(a, x[:3])", "np.cross(m[:, :2].T[0], y[:3])")
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> ndarray:
    """Return the cross product of vectors of three (or two) components."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = _pair(a, b)
    if x.ndim < 1 or y.ndim < 1:
        raise ValueError("At least one array has zero dimension")
    x = x.movedim(normalize_axis(axisa, x.ndim, "axisa"), -1)
    y = y.movedim(normalize_axis(axisb, y.ndim, "axisb"), -1)
    if x.shape[-1] not in (2, 3) or y.shape[-1] not in (2, 3):
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    two = x.shape[-1] == 2 and y.shape[-1] == 2
    if two or x.shape[-1] == 2 or y.shape[-1] == 2:
        import warnings

        warnings.warn(
            "Arrays of 2-dimensional vectors are deprecated. Use arrays of 3-dimensional vectors instead.",
            DeprecationWarning,
            stacklevel=2,
        )
    x0, x1 = ndarray._wrap(x[..., 0]), ndarray._wrap(x[..., 1])
    y0, y1 = ndarray._wrap(y[..., 0]), ndarray._wrap(y[..., 1])
    last = x0 * y1 - x1 * y0
    if two:
        return last  # type: ignore[no-any-return]
    zero = ndarray._wrap(torch.zeros_like(x[..., 0]))
    x2 = ndarray._wrap(x[..., 2]) if x.shape[-1] == 3 else zero
    y2 = ndarray._wrap(y[..., 2]) if y.shape[-1] == 3 else ndarray._wrap(torch.zeros_like(y[..., 0]))
    parts = torch.broadcast_tensors((x1 * y2 - x2 * y1)._tensor, (x2 * y0 - x0 * y2)._tensor, last._tensor)
    result = torch.stack(parts, -1)
    return ndarray._wrap(result.movedim(-1, normalize_axis(axisc, result.ndim, "axisc")))


@differentiable("np.convolve(x, y[:3])", 'np.convolve(x, y, mode="same")', 'np.convolve(x[:2], y, mode="valid")')
def convolve(a: Any, v: Any, mode: str = "full") -> ndarray:
    """Return the discrete convolution of two vectors; `mode` is "full", "same" or "valid"."""
    x, y = _pair(a, v)
    x, y = x.reshape(1) if x.ndim == 0 else x, y.reshape(1) if y.ndim == 0 else y
    if x.numel() == 0:
        raise ValueError("a cannot be empty")
    if y.numel() == 0:
        raise ValueError("v cannot be empty")
    if y.numel() > x.numel():
        x, y = y, x
    return ndarray._wrap(_correlated(x, y.flip(0), mode))


@differentiable("np.correlate(x, y[:3])", 'np.correlate(x, y, mode="full")')
def correlate(a: Any, v: Any, mode: str = "valid") -> ndarray:
    """Return the cross-correlation of two vectors; `v` is conjugated."""
    x, y = _pair(a, v)
    if x.numel() == 0:
        raise ValueError("first array argument cannot be empty")
    if y.numel() == 0:
        raise ValueError("second array argument cannot be empty")
    y = y.conj_physical() if y.is_complex() else y
    if y.numel() > x.numel():
        return ndarray._wrap(_correlated(y, x, mode).flip(0))
    return ndarray._wrap(_correlated(x, y, mode))


_MODES = ("valid", "same", "full")


def _correlated(x: torch.Tensor, y: torch.Tensor, mode: Any) -> torch.Tensor:
    """Return ``sum_k x[n + k] y[k]`` for the longer `x`, as a product of a windowed view and a vector."""
    if mode in (0, 1, 2):
        mode = _MODES[mode]
    if not isinstance(mode, str | int):
        raise TypeError(f"convolve mode must be a string or an integer, not {type(mode).__name__}")
    if mode not in _MODES:
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got '{mode}')")
    m = y.numel()
    if mode == "full":
        before, after = m - 1, m - 1
    elif mode == "same":
        before, after = m // 2, m - 1 - m // 2
    else:
        before = after = 0
    padded = torch.cat([x.new_zeros(before), x, x.new_zeros(after)])
    if x.is_floating_point() or x.is_complex():
        return _complex_windowed(padded, y) if x.is_complex() else _windowed(padded[None, None], y[None, None])[0, 0]
    windows = padded.unfold(0, m, 1)
    return product(windows, y)


_windowed = torch.nn.functional.conv1d


def _complex_windowed(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the sliding product of complex vectors by four real ones.

    torch's own complex convolution forms the imaginary part as ``(a + b)(c + d) - ac - bd``, whose error is relative to
    the larger of the two parts: products of conjugate factors do not come out real.
    """
    parts = _windowed(torch.view_as_real(x.resolve_conj()).T[:, None], torch.view_as_real(y.resolve_conj()).T[:, None])
    return torch.complex(parts[0, 0] - parts[1, 1], parts[0, 1] + parts[1, 0])
