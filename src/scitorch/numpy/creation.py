"""Arrays from shapes and formulas: zeros, arange, linspace, eye, grids, triangles."""

import inspect
import math
import operator
from collections.abc import Callable
from typing import Any

import torch

import numpy
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, WIDE_UNSIGNED, astype_tensor, from_host, torch_dtype

__all__ = [
    "arange",
    "copy",
    "diag",
    "diagflat",
    "empty",
    "empty_like",
    "eye",
    "fromfunction",
    "fromiter",
    "full",
    "full_like",
    "geomspace",
    "identity",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "tril",
    "triu",
    "vander",
    "zeros",
    "zeros_like",
]


def shape_of(shape: Any) -> tuple[int, ...]:
    """Return a shape argument as a tuple of integers."""
    if isinstance(shape, int):
        sizes: tuple[int, ...] = (shape,)
    elif isinstance(shape, ndarray | numpy.ndarray | torch.Tensor):
        sizes = tuple(int(n) for n in shape.tolist()) if shape.ndim else (operator.index(shape),)
    else:
        try:
            sizes = (operator.index(shape),)
        except TypeError:
            if shape is None:
                return ()
            try:
                sizes = tuple(operator.index(n) for n in shape)
            except TypeError:
                raise TypeError(f"expected a sequence of integers or a single integer, got {shape!r}") from None
    if any(n < 0 for n in sizes):
        raise ValueError("negative dimensions are not allowed")
    return sizes


def _ordered(tensor: torch.Tensor, order: Any) -> torch.Tensor:
    if order not in ("C", "F", "K", "A", "c", "f", "k", "a", None):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got '{order}')")
    if order in ("F", "f") and tensor.ndim > 1:
        axes = tuple(reversed(range(tensor.ndim)))
        return tensor.permute(axes).contiguous().permute(axes)
    return tensor


def zeros(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> ndarray:
    """Return an array of zeros."""
    wanted = torch.float64 if dtype is None else torch_dtype(dtype)
    return ndarray._wrap(_ordered(torch.zeros(shape_of(shape), dtype=wanted, device=device), order))


def ones(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> ndarray:
    """Return an array of ones."""
    wanted = torch.float64 if dtype is None else torch_dtype(dtype)
    return ndarray._wrap(_ordered(torch.ones(shape_of(shape), dtype=wanted, device=device), order))


def empty(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> ndarray:
    """Return an array of unspecified values."""
    wanted = torch.float64 if dtype is None else torch_dtype(dtype)
    return ndarray._wrap(_ordered(torch.empty(shape_of(shape), dtype=wanted, device=device), order))


def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None
) -> ndarray:
    """Return an array filled with a value; gradients of all elements reach the value."""
    value = tensor_of(fill_value, None if dtype is None else torch_dtype(dtype))
    if device is not None:
        value = value.to(device)
    try:
        result = value.expand(shape_of(shape)).clone(memory_format=torch.contiguous_format)
    except RuntimeError:
        raise ValueError(
            f"could not broadcast input array from shape {tuple(value.shape)} into shape {shape_of(shape)}"
        ) from None
    return ndarray._wrap(_ordered(result, order))


def _like(
    prototype: Any, dtype: Any, shape: Any, device: Any, order: str = "K"
) -> tuple[tuple[int, ...], torch.dtype, torch.device, bool]:
    tensor = tensor_of(prototype)
    column_major = order in ("F", "f") or (
        order in ("K", "A")
        and tensor.ndim > 1
        and not tensor.is_contiguous()
        and shape is None
        and tensor.permute(tuple(reversed(range(tensor.ndim)))).is_contiguous()
    )
    return (
        tuple(tensor.shape) if shape is None else shape_of(shape),
        tensor.dtype if dtype is None else torch_dtype(dtype),
        tensor.device if device is None else torch.device(str(device)),
        column_major,
    )


def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> ndarray:
    """Return zeros with the shape and dtype of another array."""
    size, wanted, where, column = _like(a, dtype, shape, device, order)
    return ndarray._wrap(_ordered(torch.zeros(size, dtype=wanted, device=where), "F" if column else "C"))


def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> ndarray:
    """Return ones with the shape and dtype of another array."""
    size, wanted, where, column = _like(a, dtype, shape, device, order)
    return ndarray._wrap(_ordered(torch.ones(size, dtype=wanted, device=where), "F" if column else "C"))


def empty_like(
    prototype: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> ndarray:
    """Return an array of unspecified values with the shape and dtype of another."""
    size, wanted, where, column = _like(prototype, dtype, shape, device, order)
    return ndarray._wrap(_ordered(torch.empty(size, dtype=wanted, device=where), "F" if column else "C"))


def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> ndarray:
    """Return a filled array with the shape and dtype of another."""
    size, wanted, where, column = _like(a, dtype, shape, device, order)
    value = astype_tensor(
        tensor_of(fill_value) if not isinstance(fill_value, int) else tensor_of(fill_value, wanted), wanted
    )
    try:
        filled = value.to(where).expand(size).clone(memory_format=torch.contiguous_format)
    except RuntimeError:
        raise ValueError(f"could not broadcast input array from shape {tuple(value.shape)} into shape {size}") from None
    return ndarray._wrap(_ordered(filled, "F" if column else "C"))


def copy(a: Any, order: str = "K", subok: bool = False) -> ndarray:
    """Return a copy of an array-like."""
    return asarray(a, order=order, copy=True)


def arange(
    *bounds: Any,
    start: Any = None,
    stop: Any = None,
    step: Any = None,
    dtype: Any = None,
    device: Any = None,
    like: Any = None,
) -> ndarray:
    """Return evenly spaced values in a half-open interval: `arange([start,] stop[, step])`.

    Values are `start + i * delta` with `delta` rounded as NumPy rounds it, so they equal NumPy's to the last bit.
    Gradients reach `start` and `step`.
    """
    names = ["start", "stop", "step", "dtype"]
    if len(bounds) > 4:
        raise TypeError("arange() takes at most four positional arguments")
    if len(bounds) == 1 and stop is None and start is None:
        bounds = (0, bounds[0])
    elif len(bounds) == 1 and start is not None and stop is None:
        bounds = (start, bounds[0])
    given = dict(zip(names, bounds, strict=False))
    start = given.get("start", 0 if start is None else start)
    stop = given.get("stop", stop)
    step = given.get("step", step)
    dtype = given.get("dtype", dtype)
    if stop is None:
        if "start" not in given and start == 0:
            raise TypeError("arange() requires stop to be specified.")
        start, stop = 0, start
    step = 1 if step is None else step
    tracked = [v for v in (start, step) if isinstance(v, ndarray | torch.Tensor) and _tracked(v)]
    plain = [_plain(v) for v in (start, stop, step)]
    wanted = None if dtype is None else NUMPY_OF_TORCH[torch_dtype(dtype)]
    values = numpy.arange(*plain, dtype=wanted)
    if not tracked:
        return ndarray._wrap(_placed(from_host(values), device))
    count = torch.arange(len(values), dtype=torch.float64)
    result = tensor_of(start) + count * tensor_of(step)
    return ndarray._wrap(result if dtype is None else result.to(torch_dtype(dtype)))


def _arange_signature() -> inspect.Signature:
    """The written form of what `arange` accepts: one, two or three bounds, by position or by name."""
    either, named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [
            inspect.Parameter("start", inspect.Parameter.POSITIONAL_ONLY),
            inspect.Parameter("stop", either, default=None),
            inspect.Parameter("step", either, default=1),
            inspect.Parameter("dtype", either, default=None),
            inspect.Parameter("device", named, default=None),
            inspect.Parameter("like", named, default=None),
        ]
    )


arange.__signature__ = _arange_signature()  # type: ignore[attr-defined]


def _placed(tensor: torch.Tensor, device: Any) -> torch.Tensor:
    return tensor if device is None else tensor.to(str(device))


def _tracked(value: Any) -> bool:
    tensor = value._tensor if isinstance(value, ndarray) else value
    return bool(tensor.requires_grad)


def _plain(value: Any) -> Any:
    if isinstance(value, ndarray | torch.Tensor):
        tensor = value._tensor if isinstance(value, ndarray) else value
        if tensor.ndim:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return NUMPY_OF_TORCH[tensor.dtype].type(tensor.detach().item())
    return value


def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Return evenly spaced numbers over an interval, differentiable in both ends.

    Parameters
    ----------
    start, stop : array_like
    num : int
    endpoint : bool
        Whether `stop` is the last value.
    retstep : bool
        Also return the spacing.
    dtype : dtype, optional
    axis : int
        Where the new axis goes when the ends are arrays.
    """
    count = operator.index(num)
    if count < 0:
        raise ValueError(f"Number of samples, {count}, must be non-negative.")
    divisions = count - 1 if endpoint else count
    first, last = _inexact(start), _inexact(stop)
    common = torch.promote_types(first.dtype, last.dtype)
    first, last = torch.broadcast_tensors(first.to(common), last.to(common))
    integral = dtype is not None and NUMPY_OF_TORCH[torch_dtype(dtype)].kind in "iub"
    wanted = common if dtype is None else torch_dtype(dtype)
    real = torch.zeros((), dtype=common).real.dtype
    delta = last - first
    index = torch.arange(count, dtype=real, device=first.device).reshape((-1,) + (1,) * first.ndim)
    if divisions > 0:
        step = delta / divisions
        if bool((step == 0).detach().any()) if not _batched(step) else False:
            values = index / divisions * delta
        else:
            values = index * step
    else:
        step = torch.full_like(delta, math.nan)
        values = index * delta
    values = values + first
    if endpoint and count > 1:
        values = torch.cat([values[:-1], last.unsqueeze(0).to(values.dtype)])
    if axis != 0:
        values = values.movedim(0, axis)
    if integral:
        values = torch.floor(values)
    result = ndarray._wrap(_placed(astype_tensor(values, wanted), device))
    return (result, ndarray._wrap(step)) if retstep else result


def _batched(tensor: torch.Tensor) -> bool:
    return torch._C._functorch.is_functorch_wrapped_tensor(tensor)


def _inexact(value: Any) -> torch.Tensor:
    tensor = tensor_of(value)
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)


def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> ndarray:
    """Return numbers evenly spaced on a logarithmic scale: `base ** linspace(start, stop)`."""
    radix = tensor_of(base)
    if radix.ndim:
        radix = radix.unsqueeze(axis)
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    values = ndarray._wrap(radix) ** exponents if radix.ndim or radix.requires_grad else base**exponents
    return values if dtype is None else values.astype(dtype)  # type: ignore[no-any-return]


def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> ndarray:
    """Return numbers evenly spaced on a logarithmic scale between two values (a geometric progression)."""
    first, last = _inexact(start), _inexact(stop)
    if bool((first == 0).any()) or bool((last == 0).any()):
        raise ValueError("Geometric sequence cannot include zero")
    common = torch.promote_types(first.dtype, last.dtype)
    first, last = torch.broadcast_tensors(first.to(common), last.to(common))
    # Relative to the first value the progression is positive real wherever it can be
    sign = torch.sgn(first) if common.is_complex else torch.sign(first)
    if not common.is_complex:
        crossing = torch.sign(first) != torch.sign(last)
        if bool(crossing.any()):
            nan = torch.full_like(first, math.nan)
            first, last = torch.where(crossing, nan, first), torch.where(crossing, nan, last)
    exponents = linspace(torch.log10(first / sign), torch.log10(last / sign), num, endpoint)._tensor
    values = sign * torch.pow(torch.tensor(10.0, dtype=exponents.dtype), exponents)
    count = values.shape[0]
    if count:  # the ends exactly
        values = torch.cat([first.unsqueeze(0), values[1:]])
        if endpoint and count > 1:
            values = torch.cat([values[:-1], last.unsqueeze(0)])
    if axis != 0:
        values = values.movedim(0, axis)
    return ndarray._wrap(values if dtype is None else astype_tensor(values, torch_dtype(dtype)))


def eye(
    N: Any, M: Any = None, k: Any = 0, dtype: Any = float, order: str = "C", *, device: Any = None, like: Any = None
) -> ndarray:
    """Return a matrix with ones on the k-th diagonal and zeros elsewhere."""
    rows = operator.index(N)
    columns = rows if M is None else operator.index(M)
    offset = operator.index(k)
    result = torch.zeros(shape_of((rows, columns)), dtype=torch_dtype(dtype or float), device=device)
    if -rows < offset < columns:
        torch.diagonal(result, offset).fill_(1)
    return ndarray._wrap(_ordered(result, order))


def identity(n: Any, dtype: Any = None, *, like: Any = None) -> ndarray:
    """Return the identity matrix."""
    return eye(n, dtype=float if dtype is None else dtype)


def diag(v: Any, k: int = 0) -> ndarray:
    """Return a diagonal of a matrix, or the matrix with a given diagonal."""
    tensor = tensor_of(v)
    if tensor.ndim == 1:
        n = tensor.shape[0] + abs(k)
        matrix = tensor.new_zeros((n, n))
        rows = torch.arange(tensor.shape[0], device=tensor.device)
        index = (rows + max(-k, 0), rows + max(k, 0))
        if tensor.dtype in WIDE_UNSIGNED:
            result = ndarray._wrap(matrix)
            result[index] = ndarray._wrap(tensor)
            return result
        return ndarray._wrap(matrix.index_put(index, tensor))
    if tensor.ndim == 2:
        if not -tensor.shape[0] <= k <= tensor.shape[1]:
            return ndarray._wrap(tensor.new_zeros(0))
        return ndarray._wrap(torch.diagonal(tensor, k).clone())
    raise ValueError("Input must be 1- or 2-d.")


def diagflat(v: Any, k: int = 0) -> ndarray:
    """Return the matrix with the flattened input as a diagonal."""
    return diag(tensor_of(v).reshape(-1), k)


def tri(N: Any, M: Any = None, k: int = 0, dtype: Any = float, *, like: Any = None) -> ndarray:
    """Return a matrix with ones at and below the k-th diagonal."""
    rows = operator.index(N)
    columns = rows if M is None else operator.index(M)
    mask = torch.arange(rows)[:, None] >= torch.arange(columns)[None, :] - k
    return ndarray._wrap(mask.to(torch_dtype(dtype)))


def _triangle(m: Any, mask: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> ndarray:
    tensor = tensor_of(m)
    if tensor.ndim == 1:
        tensor = tensor.expand(tensor.shape[0], tensor.shape[0])
    rows = torch.arange(tensor.shape[-2], device=tensor.device)[:, None]
    columns = torch.arange(tensor.shape[-1], device=tensor.device)[None, :]
    return ndarray._wrap(torch.where(mask(rows, columns), tensor, tensor.new_zeros(())))


def tril(m: Any, k: int = 0) -> ndarray:
    """Return the lower triangle of an array, zeros above the k-th diagonal."""
    return _triangle(m, lambda rows, columns: rows >= columns - k)


def triu(m: Any, k: int = 0) -> ndarray:
    """Return the upper triangle of an array, zeros below the k-th diagonal."""
    return _triangle(m, lambda rows, columns: rows <= columns - k)


def vander(x: Any, N: Any = None, increasing: bool = False) -> ndarray:
    """Return the Vandermonde matrix of a vector."""
    tensor = tensor_of(x)
    if tensor.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = tensor.shape[0] if N is None else operator.index(N)
    dtype = tensor.dtype if tensor.is_floating_point() or tensor.is_complex() else torch.int64
    tensor = tensor.to(dtype)
    columns = [torch.ones_like(tensor)]
    for _ in range(count - 1):
        columns.append(columns[-1] * tensor)
    columns = columns[:count]
    if not increasing:
        columns.reverse()
    return ndarray._wrap(torch.stack(columns, 1) if columns else tensor.new_zeros((tensor.shape[0], 0)))


def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[ndarray, ...]:
    """Return coordinate arrays from coordinate vectors.

    Parameters
    ----------
    *xi : array_like
        One-dimensional coordinates.
    copy : bool
        False may return views.
    sparse : bool
        Leave out the broadcasting.
    indexing : {"xy", "ij"}
        Cartesian or matrix order of the first two axes.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    count = len(xi)
    vectors = []
    for axis, x in enumerate(xi):
        place = 1 - axis if indexing == "xy" and axis < 2 <= count else axis
        shape = [1] * count
        shape[place] = -1
        tensor = tensor_of(x)
        vectors.append(tensor.reshape(shape if count else ()))
    if not sparse:
        vectors = list(torch.broadcast_tensors(*vectors)) if vectors else []
    if copy:
        vectors = [v.clone(memory_format=torch.contiguous_format) for v in vectors]
    return tuple(ndarray._wrap(v) for v in vectors)


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, like: Any = None, **keywords: Any) -> Any:
    """Return a function of the index arrays of a grid."""
    from scitorch.numpy.grids import indices

    return function(*indices(shape_of(shape), dtype=dtype), **keywords)


def fromiter(iter: Any, dtype: Any, count: int = -1, *, like: Any = None) -> ndarray:
    """Return a one-dimensional array from an iterable."""
    values = []
    for value in iter:
        if count >= 0 and len(values) == count:
            break
        values.append(value)
    if count >= 0 and len(values) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(values)} items.")
    return asarray(values, dtype=dtype) if values else zeros(0, dtype)
