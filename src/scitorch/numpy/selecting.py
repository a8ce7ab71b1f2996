"""Choosing and replacing elements: where, take, put, choose, select and their relatives."""

from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, astype_tensor, from_host
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.promotion import weak_result_type
from scitorch.numpy.reductions import finish
from scitorch.numpy.sorting import flatnonzero, nonzero

__all__ = [
    "choose",
    "compress",
    "extract",
    "place",
    "put",
    "put_along_axis",
    "putmask",
    "select",
    "take",
    "take_along_axis",
    "where",
]


@differentiable("np.where(x.real > 0, x, y)", "np.where(m.real > 0, m, x[:4])")
def where(condition: Any, x: Any = NO_VALUE, y: Any = NO_VALUE, /) -> Any:
    """Choose from two arrays by a condition; with one argument, the coordinates of its true elements."""
    if x is NO_VALUE and y is NO_VALUE:
        return nonzero(condition)
    if x is NO_VALUE or y is NO_VALUE:
        raise ValueError("either both or neither of x and y should be given")
    mask = tensor_of(condition)
    if mask.dtype is not torch.bool:
        mask = mask != 0
    if type(x) is ndarray and type(y) is ndarray and x._tensor.dtype is y._tensor.dtype:
        first, second = x._tensor, y._tensor
    else:
        first, second = _weakly(x, y)
    try:
        return ndarray._wrap(torch.where(mask, first, second))
    except RuntimeError as error:
        from scitorch.numpy.array import broadcast_error

        raise broadcast_error(error, (mask, first, second)) from None


def _weakly(x: Any, y: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two values in their common dtype; Python scalars are weak."""
    common = weak_result_type(x, y)
    return tensor_of(x, common), tensor_of(y, common)


@differentiable("np.take(m, [0, 2, 2, -1], axis=1)", 'np.take(x, [7, -2], mode="wrap")')
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """Take elements along an axis (of the flattened array by default).

    Parameters
    ----------
    mode : {"raise", "wrap", "clip"}
        What happens to indices out of bounds.
    """
    tensor = tensor_of(a)
    places = tensor_of(indices)
    if (places.is_floating_point() or places.is_complex()) and places.numel():
        raise TypeError("Cannot cast array data from dtype('float64') to dtype('int64') according to the rule 'safe'")
    places = places.long()
    if axis is None:
        tensor, axis = tensor.reshape(-1), 0
    axis = normalize_axis(axis, tensor.ndim)
    n = tensor.shape[axis]
    if n == 0 and places.numel():
        raise IndexError("cannot do a non-empty take from an empty axes.")
    places = _within(places, n, mode)
    if places.numel() >= memory.LARGE and (seen := memory.views(tensor, places)) is not None:
        return finish(from_host(numpy.take(seen[0], seen[1], axis)), out, "unsafe")
    return finish(asarray(tensor)[(slice(None),) * axis + (ndarray._wrap(places),)]._tensor, out, "unsafe")


def _within(places: torch.Tensor, n: int, mode: str) -> torch.Tensor:
    if mode == "wrap":
        return places % n if n else places
    if mode == "clip":
        return places.clamp(0, max(n - 1, 0))
    if mode != "raise":
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got '{mode}')")
    return places


@differentiable("r = x * 1; np.put(r, [0, 3], y[:2]); r")
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Set elements of an array by flat position, repeating the values as needed."""
    if not isinstance(a, ndarray):
        raise TypeError(f"argument 1 must be scitorch.numpy.ndarray, not {type(a).__name__}")
    places = _within(tensor_of(ind).long().reshape(-1), a.size, mode)
    values = tensor_of(v).reshape(-1)
    if places.numel() == 0 or values.numel() == 0:
        return
    outside = places[(places < -a.size) | (places >= a.size)]
    if outside.numel():
        raise IndexError(f"index {int(outside[0])} is out of bounds for axis 0 with size {a.size}")
    repeats = -(-places.numel() // values.numel())
    a.flat[ndarray._wrap(places)] = values.repeat(repeats)[: places.numel()]


@differentiable("r = x * 1; np.putmask(r, [True, False, True, True, False], y); r")
def putmask(a: Any, /, mask: Any, values: Any) -> None:
    """Set elements where a mask holds; values are repeated and taken at the same flat positions."""
    if not isinstance(a, ndarray):
        raise TypeError(f"argument 1 must be scitorch.numpy.ndarray, not {type(a).__name__}")
    chosen = tensor_of(mask, torch.bool)
    if chosen.numel() != a.size:
        raise ValueError("putmask: mask and data must be the same size")
    source = asarray(values)
    if not numpy.can_cast(source.dtype, a.dtype, "same_kind") and type(values) not in (int, float, complex):
        raise TypeError(f"Cannot cast array data from {source.dtype!r} to {a.dtype!r} according to the rule 'safe'")
    flat = astype_tensor(source._tensor, a._tensor.dtype).reshape(-1)
    if flat.numel() == 0:
        return
    repeats = -(-a.size // flat.numel())
    spread = flat.repeat(max(repeats, 1))[: a.size].reshape(a.shape)
    a._store(torch.where(chosen.reshape(a.shape), spread, a._tensor))


@differentiable("r = x * 1; np.place(r, [True, False, True, True, False], y[:2]); r")
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Set the elements where a mask holds, one value after the other, repeating them as needed."""
    if not isinstance(arr, ndarray):
        raise TypeError(f"argument 1 must be scitorch.numpy.ndarray, not {type(arr).__name__}")
    positions = tensor_of(mask, torch.bool).reshape(-1).nonzero(as_tuple=True)[0]
    values = tensor_of(vals).reshape(-1)
    if positions.numel() == 0:
        return
    if values.numel() == 0:
        raise ValueError("Cannot insert from an empty array!")
    put(arr, positions, values[: positions.numel()])


@differentiable("np.extract(m.real > 0, m)", by_values="the shape")
def extract(condition: Any, arr: Any) -> ndarray:
    """Return the elements at which a condition holds."""
    return take(tensor_of(arr).reshape(-1), flatnonzero(condition))  # type: ignore[no-any-return]


@differentiable("np.compress([True, False, True], m, axis=0)")
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """Return the slices along an axis at which a condition holds."""
    chosen = tensor_of(condition)
    if chosen.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return take(a, flatnonzero(chosen), axis, out)


@differentiable("np.choose([0, 1, 1, 0, 1], [x, y])")
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """Build an array by choosing, at each place, one of several arrays by number."""
    index = tensor_of(a)
    if index.is_floating_point() or index.is_complex():
        raise TypeError(f"Cannot cast array data from {NUMPY_OF_TORCH[index.dtype]!r} to dtype('int64') safely")
    index = index.long()
    options = [tensor_of(c) for c in choices]
    common = weak_result_type(*choices)
    *options, index = torch.broadcast_tensors(*(o.to(common) for o in options), index)
    if mode == "raise" and bool(((index < 0) | (index >= len(options))).any()):
        raise ValueError("invalid entry in choice array")
    index = _within(index, len(options), mode)
    result = options[0].clone(memory_format=torch.contiguous_format)
    for number, option in enumerate(options[1:], 1):
        result = torch.where(index == number, option, result)
    return finish(result, out, "unsafe")


@differentiable("np.select([x.real < 0, x.real > 1], [x**2, y], w)")
def select(condlist: Any, choicelist: Any, default: Any = 0) -> ndarray:
    """Choose at each place from the first array whose condition holds."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not condlist:
        raise ValueError("select with an empty condition list is not possible")
    common = weak_result_type(*choicelist, default)
    result = tensor_of(default, common)
    for number, (condition, choice) in reversed(list(enumerate(zip(condlist, choicelist, strict=True)))):
        mask = tensor_of(condition)
        if mask.dtype is not torch.bool:
            raise TypeError(f"invalid entry {number} in condlist: should be boolean ndarray")
        result = torch.where(mask, tensor_of(choice, common), result)
    shape = numpy.broadcast_shapes(*(tuple(tensor_of(c).shape) for c in (*condlist, *choicelist, default)))
    return ndarray._wrap(result.broadcast_to(shape).clone() if tuple(result.shape) != shape else result)


@differentiable("np.take_along_axis(m, np.array([[1], [0], [3]]), 1)")
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> ndarray:
    """Take elements by position along an axis, matching the other axes."""
    tensor, places = tensor_of(arr), tensor_of(indices)
    if places.is_floating_point() or places.dtype is torch.bool or places.is_complex():
        raise IndexError("`indices` must be an integer array")
    if axis is None:
        if places.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        tensor, axis = tensor.reshape(-1), 0
    axis = normalize_axis(axis, tensor.ndim)
    if tensor.ndim != places.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    if places.numel() >= memory.LARGE and (seen := memory.views(tensor, places)) is not None:
        return ndarray._wrap(from_host(numpy.take_along_axis(seen[0], seen[1], axis)))
    return asarray(tensor)[_along(tensor, places.long(), axis)]


@differentiable("r = m * 1; np.put_along_axis(r, np.array([[1], [0], [3]]), x[:3, None], 1); r")
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Put values by position along an axis, matching the other axes."""
    places = tensor_of(indices)
    if places.is_floating_point() or places.dtype is torch.bool:
        raise IndexError("`indices` must be an integer array")
    if axis is None:
        if places.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        arr.flat[indices] = values
        return
    axis = normalize_axis(axis, arr.ndim)
    if arr.ndim != places.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    arr[_along(arr._tensor, places.long(), axis)] = values


def _along(tensor: torch.Tensor, places: torch.Tensor, axis: int) -> tuple[ndarray, ...]:
    key = []
    for dimension in range(tensor.ndim):
        if dimension == axis:
            key.append(ndarray._wrap(places))
        else:
            shape = [1] * tensor.ndim
            shape[dimension] = -1
            key.append(ndarray._wrap(torch.arange(tensor.shape[dimension], device=tensor.device).reshape(shape)))
    return tuple(key)
