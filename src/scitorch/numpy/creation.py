"""Arrays from shapes and formulas: zeros, arange, linspace, eye, grids, triangles."""

import math
import operator
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import astype_tensor, torch_dtype
from scitorch.numpy.routine import routine

__all__ = [
    "copy",
    "empty",
    "empty_like",
    "fromfunction",
    "fromiter",
    "full",
    "full_like",
    "meshgrid",
    "ones",
    "ones_like",
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
    if math.prod(n for n in sizes if n) >= 2**63:
        raise ValueError("array is too big; it would have more elements than an index can count")
    return sizes


def _ordered(tensor: torch.Tensor, order: Any) -> torch.Tensor:
    if order not in ("C", "F", "K", "A", "c", "f", "k", "a", None):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got '{order}')")
    if order in ("F", "f") and tensor.ndim > 1:
        axes = tuple(reversed(range(tensor.ndim)))
        return tensor.permute(axes).contiguous().permute(axes)
    return tensor


@without_derivative("takes shapes", "np.zeros(2)")
@routine
def zeros(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> ndarray:
    """Return an array of zeros."""
    wanted = torch.float64 if dtype is None else torch_dtype(dtype)
    return ndarray._array(_ordered(torch.zeros(shape_of(shape), dtype=wanted, device=device), order))


@without_derivative("takes shapes", "np.ones(2)")
def ones(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> ndarray:
    """Return an array of ones."""
    wanted = torch.float64 if dtype is None else torch_dtype(dtype)
    return ndarray._array(_ordered(torch.ones(shape_of(shape), dtype=wanted, device=device), order))


@without_derivative("takes shapes")
@routine
def empty(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> ndarray:
    """Return an array of unspecified values."""
    wanted = torch.float64 if dtype is None else torch_dtype(dtype)
    return ndarray._array(_ordered(torch.empty(shape_of(shape), dtype=wanted, device=device), order))


@differentiable("np.full((2, 3), s)", "np.full((2, 5), x)")
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
    return ndarray._array(_ordered(result, order))


def _like(
    prototype: Any, dtype: Any, shape: Any, device: Any, order: str = "K"
) -> tuple[tuple[int, ...], torch.dtype, torch.device, tuple[int, ...]]:
    """Return shape, dtype, device and the order of the axes in memory, the slowest first."""
    tensor = tensor_of(prototype)
    sizes = tuple(tensor.shape) if shape is None else shape_of(shape)
    axes = tuple(range(len(sizes)))
    backwards = tuple(reversed(range(tensor.ndim)))
    order = order.upper()
    if order == "A":
        order = "F" if not tensor.is_contiguous() and tensor.permute(backwards).is_contiguous() else "C"
    if order == "F":
        axes = axes[::-1]
    elif order == "K" and len(sizes) == tensor.ndim and not tensor.is_contiguous():
        strides = tensor.stride()
        axes = tuple(sorted(axes, key=strides.__getitem__, reverse=True))
    return (
        sizes,
        tensor.dtype if dtype is None else torch_dtype(dtype),
        tensor.device if device is None else torch.device(str(device)),
        axes,
    )


def laid_out(tensor: torch.Tensor, axes: tuple[int, ...]) -> torch.Tensor:
    """Return the tensor with its axes in a given order in memory, the slowest first."""
    if axes == tuple(range(tensor.ndim)):
        return tensor.contiguous()
    back = sorted(range(len(axes)), key=axes.__getitem__)
    return tensor.permute(axes).contiguous().permute(back)


@without_derivative("the values are no part of the result", "np.zeros_like(m) > 0")
def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> ndarray:
    """Return zeros with the shape and dtype of another array."""
    size, wanted, where, axes = _like(a, dtype, shape, device, order)
    return ndarray._array(laid_out(torch.zeros(size, dtype=wanted, device=where), axes))


@without_derivative("the values are no part of the result", "np.ones_like(m) > 0")
def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> ndarray:
    """Return ones with the shape and dtype of another array."""
    size, wanted, where, axes = _like(a, dtype, shape, device, order)
    return ndarray._array(laid_out(torch.ones(size, dtype=wanted, device=where), axes))


@without_derivative("the values are no part of the result")
def empty_like(
    prototype: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> ndarray:
    """Return an array of unspecified values with the shape and dtype of another."""
    size, wanted, where, axes = _like(prototype, dtype, shape, device, order)
    return ndarray._array(laid_out(torch.empty(size, dtype=wanted, device=where), axes))


@differentiable("np.full_like(m, s)")
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
    size, wanted, where, axes = _like(a, dtype, shape, device, order)
    value = astype_tensor(
        tensor_of(fill_value) if not isinstance(fill_value, int) else tensor_of(fill_value, wanted), wanted
    )
    try:
        filled = value.to(where).expand(size).clone(memory_format=torch.contiguous_format)
    except RuntimeError:
        raise ValueError(f"could not broadcast input array from shape {tuple(value.shape)} into shape {size}") from None
    return ndarray._array(laid_out(filled, axes))


@differentiable("np.copy(m)")
def copy(a: Any, order: str = "K", subok: bool = False) -> ndarray:
    """Return a copy of an array-like."""
    return asarray(a, order=order, copy=True)


@differentiable("np.meshgrid(x[:2], y[:3])", 'np.meshgrid(x[:2], y, indexing="ij", sparse=True)')
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


@without_derivative("takes shapes", "np.fromfunction(lambda i, j: i + j, (2, 3))")
def fromfunction(function: Any, shape: Any, *, dtype: Any = float, like: Any = None, **keywords: Any) -> Any:
    """Return a function of the index arrays of a grid."""
    from scitorch.numpy.grids import indices

    return function(*indices(shape_of(shape), dtype=dtype), **keywords)


@differentiable("np.fromiter([x[0].real, s.real], float)")
@routine
def fromiter(iter: Any, dtype: Any, count: int = -1, *, like: Any = None) -> ndarray:
    """Return a one-dimensional array from an iterable."""
    values: list[Any] = []
    for value in iter:
        if count >= 0 and len(values) == count:
            break
        values.append(value)
    if count >= 0 and len(values) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(values)} items.")
    return asarray(values, dtype=dtype) if values else zeros(0, dtype)
