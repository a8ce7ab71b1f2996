"""Order statistics, histograms, covariance, differences and integrals of samples."""

import operator
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes, normalize_axis
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import holds
from scitorch.numpy.joining import concatenate
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.reductions import finish

__all__ = [
    "corrcoef",
    "cov",
    "diff",
    "gradient",
    "median",
    "trapezoid",
    "unwrap",
]


def inexact(a: Any) -> torch.Tensor:
    tensor = tensor_of(a)
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)


def merged_axes(tensor: torch.Tensor, axis: Any) -> tuple[torch.Tensor, tuple[int, ...]]:
    """Return the tensor with the reduced axes merged into one, the last, and which axes they were."""
    axes = normalize_axes(axis, tensor.ndim)
    kept = [ax for ax in range(tensor.ndim) if ax not in axes]
    if not axes:
        return tensor.unsqueeze(-1), ()
    moved = tensor.permute((*kept, *axes))
    count = 1
    for ax in axes:
        count *= tensor.shape[ax]
    return moved.reshape([*(tensor.shape[ax] for ax in kept), count]), axes


def restored_axes(result: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    """Return the result with axes of length one where they were reduced."""
    if keepdims:
        for ax in sorted(axes):
            result = result.unsqueeze(ax)
    return result


@differentiable("np.median(m, axis=0)", "np.median(x)", "np.median(t)")
def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """Return the median over axes: the mean of the two middle elements for an even number; nan wins."""
    tensor = inexact(a)
    flat, axes = merged_axes(tensor, axis)
    n = flat.shape[-1]
    if n == 0:
        import warnings

        warnings.warn("Mean of empty slice.", RuntimeWarning, stacklevel=2)
        result = flat.new_full(flat.shape[:-1], torch.nan)
    else:
        ordered = _middle_in_place(flat) if not flat.is_complex() else sort_complex_last(flat)
        result = ordered[..., n // 2] if n % 2 else ordered[..., n // 2 - 1 : n // 2 + 1].mean(-1)
        if not flat.is_complex():
            result = torch.where(torch.isnan(ordered[..., -1]), ordered[..., -1], result)
    return finish(restored_axes(result, axes, keepdims), out, "unsafe")


def _middle_in_place(flat: torch.Tensor) -> torch.Tensor:
    """Return the rows with their middle two elements and the last one (nan, if there is any) in sorted place."""
    from scitorch.numpy.sorting import partition, sort

    if memory.views(flat) is None:
        return sort(flat, -1)._tensor
    n = flat.shape[-1]
    return partition(flat, [max((n - 1) // 2, 0), n // 2, n - 1], -1)._tensor


def sort_complex_last(tensor: torch.Tensor) -> torch.Tensor:
    """Return a complex tensor sorted along its last axis."""
    from scitorch.numpy.sorting import sort

    return sort(tensor, -1)._tensor


@differentiable("np.diff(m, axis=0)", "np.diff(x, n=2, prepend=s, append=y[:2])")
def diff(a: Any, n: Any = 1, axis: int = -1, prepend: Any = NO_VALUE, append: Any = NO_VALUE) -> ndarray:
    """Return the n-th discrete difference along an axis."""
    order = operator.index(n)
    if order < 0:
        raise ValueError(f"order must be non-negative but got {order!r}")
    if order == 0:
        return a  # type: ignore[no-any-return]
    array = asarray(a)
    if array.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = normalize_axis(axis, array.ndim)
    parts = [array]
    for extra, position in ((prepend, 0), (append, 2)):
        if extra is NO_VALUE:
            continue
        value = asarray(extra)
        if value.ndim == 0:
            shape = list(array.shape)
            shape[axis] = 1
            value = ndarray._wrap(value._tensor.expand(shape))
        parts.insert(position, value)
    if len(parts) > 1:
        array = concatenate(parts, axis)
    before = (slice(None),) * axis
    boolean = array._tensor.dtype is torch.bool
    for _ in range(order):
        later, earlier = array[(*before, slice(1, None))], array[(*before, slice(None, -1))]
        array = later != earlier if boolean else later - earlier
    return array


@differentiable("np.gradient(m)", "np.gradient(x, b, edge_order=2)", "np.gradient(m, s, axis=1)")
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Return the gradient of samples: second-order differences inside, one-sided ones at the ends.

    Parameters
    ----------
    f : array_like
    *varargs
        Spacing: one scalar for all axes, or per axis a scalar or the coordinates.
    axis : int or tuple of ints, optional
    edge_order : {1, 2}
        Order of the differences at the ends.

    Notes
    -----
    Interior formula for unequal spacing: A. Quarteroni, R. Sacco, F. Saleri, "Numerical Mathematics", ch. 10.
    """
    array = asarray(f)
    if array.dtype.kind in "biu":
        array = array.astype(float)
    ndim = array.ndim
    axes = tuple(range(ndim)) if axis is None else normalize_axes(axis, ndim)
    count = len(varargs)
    spacings: list[Any]
    if count == 0:
        spacings = [1.0] * len(axes)
    elif count == 1 and tensor_of(varargs[0]).ndim == 0:
        spacings = [varargs[0]] * len(axes)
    elif count == len(axes):
        spacings = []
        for spacing, ax in zip(varargs, axes, strict=True):
            tensor = tensor_of(spacing)
            if tensor.ndim == 0:
                spacings.append(spacing)
                continue
            if tensor.ndim != 1:
                raise ValueError("distances must be either scalars or 1d")
            if tensor.shape[0] != array.shape[ax]:
                raise ValueError("when 1d, distances must match the length of the corresponding dimension")
            tensor = tensor if tensor.is_floating_point() else tensor.to(torch.float64)
            spacings.append(tensor[1:] - tensor[:-1])
    else:
        raise TypeError("invalid number of arguments")
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    results = []
    for ax, spacing in zip(axes, spacings, strict=True):
        if array.shape[ax] < edge_order + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are "
                "required."
            )
        results.append(ndarray._wrap(_derivative(array._tensor.movedim(ax, -1), spacing, edge_order).movedim(-1, ax)))
    return results[0] if len(results) == 1 else tuple(results)


def _derivative(y: torch.Tensor, spacing: Any, edge_order: int) -> torch.Tensor:
    n = y.shape[-1]
    if isinstance(spacing, torch.Tensor):
        h = spacing
    else:
        step = tensor_of(spacing)
        h = step.to(y.dtype if step.is_complex() else y.real.dtype).expand(n - 1)
    inner = (y[..., 2:] - y[..., :-2]) / (2.0 * h[0])
    if isinstance(spacing, torch.Tensor):
        # NumPy rounds evenly spaced samples as above; the derivatives in the coordinates are those of this formula
        left, right = h[:-1], h[1:]
        a = -right / (left * (left + right))
        b = (right - left) / (left * right)
        c = left / (right * (left + right))
        general = a * y[..., :-2] + b * y[..., 1:-1] + c * y[..., 2:]
        even = (h == h[0]).all()
        if memory.followed(y, h):
            inner = general + torch.where(even, (inner - general).detach(), 0)
        else:
            inner = torch.where(even, inner, general)
    if edge_order == 1:
        first = (y[..., 1] - y[..., 0]) / h[0]
        last = (y[..., -1] - y[..., -2]) / h[-1]
    else:
        p, q = h[0], h[1]
        first = -(2 * p + q) / (p * (p + q)) * y[..., 0] + (p + q) / (p * q) * y[..., 1] - p / (q * (p + q)) * y[..., 2]
        p, q = h[-1], h[-2]
        last = (
            (2 * p + q) / (p * (p + q)) * y[..., -1] - (p + q) / (p * q) * y[..., -2] + p / (q * (p + q)) * y[..., -3]
        )
    return torch.cat([first.unsqueeze(-1), inner, last.unsqueeze(-1)], -1).to(y.dtype)


@differentiable("np.trapezoid(x, b)", "np.trapezoid(m, dx=s, axis=0)")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Return the integral by the trapezoidal rule."""
    values = asarray(y)
    axis = normalize_axis(axis, values.ndim)
    before = (slice(None),) * axis
    if x is None:
        width: Any = dx if not isinstance(dx, list | tuple) else asarray(dx)
    else:
        coordinates = asarray(x)
        if coordinates.ndim == 1:
            width = diff(coordinates).reshape((-1,) + (1,) * (values.ndim - axis - 1))
        else:
            width = diff(coordinates, axis=axis)
    pairs = values[(*before, slice(1, None))] + values[(*before, slice(None, -1))]
    return (width * pairs / 2.0).sum(axis)


@differentiable("np.cov(m)", "np.cov(x, y, ddof=0)", "np.cov(m, rowvar=False, aweights=w[:3])")
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> ndarray:
    """Return the covariance matrix of variables in rows (columns with ``rowvar=False``)."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    data = asarray(m)
    if data.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    other = None if y is None else asarray(y)
    if other is not None and other.ndim > 2:
        raise ValueError("y has more than 2 dimensions")
    if dtype is None:
        dtype = numpy.result_type(data.dtype, numpy.float64, *([] if other is None else [other.dtype]))
    X = data.astype(dtype).reshape(1, -1) if data.ndim < 2 else data.astype(dtype)
    if not rowvar and data.ndim == 2:
        X = X.T
    if X.shape[0] == 0:
        return ndarray._wrap(torch.zeros((0, 0), dtype=X._tensor.dtype))
    if other is not None:
        Y = other.astype(dtype).reshape(1, -1) if other.ndim < 2 else other.astype(dtype)
        if not rowvar and Y.shape[0] != 1:
            Y = Y.T
        X = concatenate((X, Y), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    weights = _weights(fweights, aweights, X.shape[1])
    T = X._tensor
    if weights is None:
        total: Any = T.shape[1]
        centered = T - T.mean(1, keepdim=True)
        scaled = centered
        divisor: Any = total - ddof
    else:
        weights = weights.to(T.dtype)
        total = weights.sum()
        centered = T - (T * weights).sum(1, keepdim=True) / total
        scaled = centered * weights
        if ddof == 0:
            divisor = total
        elif aweights is None:
            divisor = total - ddof
        else:
            divisor = total - ddof * (weights * tensor_of(aweights).to(T.dtype)).sum() / total
    divisor = torch.as_tensor(divisor, device=T.device).real.to(T.real.dtype)
    if holds(divisor <= 0):
        import warnings

        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=2)
    result = (centered @ scaled.mH) / torch.where(divisor <= 0, torch.zeros_like(divisor), divisor)
    return ndarray._wrap(result.squeeze())


def _weights(fweights: Any, aweights: Any, n: int) -> torch.Tensor | None:
    weights = None
    if fweights is not None:
        f = tensor_of(fweights)
        if f.is_floating_point() and holds(f != torch.round(f)):
            raise TypeError("fweights must be integer")
        if f.ndim > 1:
            raise RuntimeError("cannot handle multidimensional fweights")
        if f.shape[0] != n:
            raise RuntimeError("incompatible numbers of samples and fweights")
        if holds(f < 0):
            raise ValueError("fweights cannot be negative")
        weights = f
    if aweights is not None:
        w = inexact(aweights)
        if w.ndim > 1:
            raise RuntimeError("cannot handle multidimensional aweights")
        if w.shape[0] != n:
            raise RuntimeError("incompatible numbers of samples and aweights")
        if holds(w < 0):
            raise ValueError("aweights cannot be negative")
        weights = w if weights is None else weights * w
    return weights


@differentiable("np.corrcoef(m)", "np.corrcoef(x, y)")
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> ndarray:
    """Return the matrix of correlation coefficients."""
    matrix = cov(x, y, rowvar, dtype=dtype)._tensor
    if matrix.ndim == 0:
        return ndarray._wrap(matrix / matrix)
    deviation = torch.sqrt(torch.diagonal(matrix).real)
    result = matrix / deviation[:, None] / deviation[None, :]
    if result.is_complex():
        return ndarray._wrap(torch.complex(result.real.clamp(-1, 1), result.imag.clamp(-1, 1)))
    return ndarray._wrap(result.clamp(-1, 1))


@differentiable("np.unwrap(5 * x.real)", "np.unwrap(m.real, axis=0, period=1.5)")
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * numpy.pi) -> ndarray:
    """Remove jumps larger than half a period by adding multiples of it."""
    array = asarray(p)
    tensor = array._tensor
    steps = diff(array, axis=axis)._tensor
    if discont is None:
        discont = period / 2
    integral = array.dtype.kind in "iu" and isinstance(period, int)
    if integral:
        high, remainder = divmod(period, 2)
        ambiguous = remainder == 0
    else:
        high, ambiguous = period / 2, True
        tensor = tensor if tensor.is_floating_point() else tensor.to(torch.float64)
        steps = steps.to(tensor.dtype)
    low = -high
    wrapped = torch.remainder(steps - low, period) + low
    if ambiguous:
        wrapped = torch.where((wrapped == low) & (steps > 0), torch.full_like(wrapped, high), wrapped)
    correction = wrapped - steps
    correction = torch.where(torch.abs(steps) < discont, torch.zeros_like(correction), correction)
    axis = normalize_axis(axis, tensor.ndim)
    shift = torch.cumsum(correction.detach(), axis)  # piecewise constant
    first = tensor.narrow(axis, 0, min(1, tensor.shape[axis]))
    rest = tensor.narrow(axis, 1, max(tensor.shape[axis] - 1, 0)) + shift
    return ndarray._wrap(torch.cat([first, rest.to(tensor.dtype)], axis))
