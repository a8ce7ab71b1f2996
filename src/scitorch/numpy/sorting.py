"""Sorting, searching, selecting: positions are found by torch or NumPy, values gathered, so gradients follow them."""

import math
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import WIDE_UNSIGNED, as_declared, as_signed, from_host, host
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.products import common_dtype
from scitorch.numpy.reductions import finish
from scitorch.numpy.stable_order import stable_order
from scitorch.numpy.wide_unsigned import bits, ordered

__all__ = [
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "argwhere",
    "flatnonzero",
    "lexsort",
    "nonzero",
    "partition",
    "searchsorted",
    "sort",
    "sort_complex",
]


#: dtypes for which torch finds the first extreme on the CPU
_SEARCHED = frozenset({torch.float64, torch.float32, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8})


def gather(tensor: torch.Tensor, index: torch.Tensor, axis: int) -> torch.Tensor:
    """Return elements by position along an axis, for every dtype."""
    return as_declared(torch.take_along_dim(as_signed(tensor), index, axis), tensor.dtype)


def order_of(tensor: torch.Tensor, axis: int, descending: bool = False) -> torch.Tensor:
    """Return the positions that sort a tensor along an axis, stably, nan last."""
    seen = None if descending else memory.views(tensor.detach())
    if seen is not None:
        return from_host(stable_order(seen[0], axis))
    if tensor.dtype in WIDE_UNSIGNED:
        # flipping the highest bit turns unsigned into signed order
        signed = as_signed(tensor)
        tensor = signed ^ torch.iinfo(signed.dtype).min
    if tensor.is_complex():
        real, imaginary = tensor.detach().real, tensor.detach().resolve_conj().imag
        # nan in either part goes last, in the order (R + nan j, nan + R j, nan + nan j) that NumPy documents
        rank = 2 * torch.isnan(real).to(torch.int8) + torch.isnan(imaginary).to(torch.int8)
        order = torch.argsort(imaginary, dim=axis, stable=True)
        order = _then_by(real, order, axis)
        return _then_by(rank, order, axis)
    return torch.argsort(tensor.detach(), dim=axis, descending=descending, stable=True)


def _then_by(key: torch.Tensor, order: torch.Tensor, axis: int) -> torch.Tensor:
    again = torch.argsort(torch.take_along_dim(key, order, axis), dim=axis, stable=True)
    return torch.take_along_dim(order, again, axis)


def _check_kind(kind: Any, order: Any, stable: Any) -> None:
    if order is not None:
        raise ValueError("Cannot specify order when the array has no fields.")
    if kind is not None and stable is not None:
        raise ValueError("`kind` and keyword parameters can't be provided at the same time. Use only one of them.")
    if kind is not None and not isinstance(kind, str):
        raise TypeError(f"sort kind must be str, not {type(kind).__name__}")
    if kind is not None and kind[:1].lower() not in ("q", "m", "h", "s"):  # NumPy, too, looks at one letter
        raise ValueError(f"sort kind must be one of 'quick', 'heap', or 'stable' (got {kind!r})")


@differentiable("np.sort(m, axis=0)", "np.sort(x)", "np.sort(t, axis=None)")
def sort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: bool = False
) -> ndarray:
    """Return a sorted copy, nan last; None sorts the flattened array. Gradients follow the elements."""
    _check_kind(kind, order, stable)
    tensor = tensor_of(a)
    if axis is None:
        tensor, axis = tensor.reshape(-1), 0
    axis = normalize_axis(axis, tensor.ndim)
    seen = None if descending else memory.views(tensor)
    if seen is not None:
        stably = stable or (kind is not None and kind[0] in "mMsS")
        return ndarray._wrap(from_host(numpy.sort(seen[0], axis, "stable" if stably else None)))
    if tensor.dtype in WIDE_UNSIGNED or tensor.is_complex() or tensor.requires_grad:
        return ndarray._wrap(gather(tensor, order_of(tensor, axis, descending), axis))
    return ndarray._wrap(torch.sort(tensor, dim=axis, descending=descending, stable=True).values)


@without_derivative("returns positions", "np.argsort(m, axis=1)")
def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: bool = False
) -> ndarray:
    """Return the positions that sort an array; as in NumPy, those of equal elements keep their order if asked for."""
    _check_kind(kind, order, stable)
    tensor = tensor_of(a)
    if axis is None or tensor.ndim == 0:
        if axis is not None:
            normalize_axis(axis, 1)
        tensor, axis = tensor.reshape(-1), 0
    axis = normalize_axis(axis, tensor.ndim)
    if not stable and not descending and (kind is None or kind[0] in "qQ"):
        seen = memory.views(tensor.detach())
        if seen is not None:
            return ndarray._wrap(from_host(numpy.argsort(seen[0], axis)))
    return ndarray._wrap(order_of(tensor, axis, descending))


@differentiable("np.sort(np.partition(x, 2)[:2])", "np.partition(x, 2)[2]")
def partition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> ndarray:
    """Return a copy in which the kth elements are in their sorted places.

    Where the memory cannot be looked at, the whole copy is sorted.
    """
    _check_kth(a, kth, axis, kind)
    tensor, places = tensor_of(a), tensor_of(kth).reshape(-1).tolist()
    if tensor.ndim and tensor.numel() and places:
        if axis is None:
            tensor, axis = tensor.reshape(-1), 0
        seen = memory.views(tensor)
        if seen is not None:
            return ndarray._wrap(from_host(numpy.partition(seen[0], places, axis)))
    return sort(a, axis)


@without_derivative("returns positions", "np.sort(np.argpartition(x, 2)[:2])")
def argpartition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> ndarray:
    """Return positions that partition an array; where its memory cannot be looked at, they sort it."""
    _check_kth(a, kth, axis, kind)
    tensor, places = tensor_of(a).detach(), tensor_of(kth).reshape(-1).tolist()
    if tensor.ndim and tensor.numel() and places:
        seen = memory.views(tensor)
        if seen is not None:
            return ndarray._wrap(from_host(numpy.argpartition(seen[0], places, axis)))
    return argsort(a, axis)


def _check_kth(a: Any, kth: Any, axis: Any, kind: str) -> None:
    if not isinstance(kind, str):
        raise TypeError(f"select kind must be str, not {type(kind).__name__}")
    if kind != "introselect":
        raise ValueError(f"select kind must be 'introselect' (got {kind!r})")
    tensor = tensor_of(a)
    places = tensor_of(kth)
    if places.is_floating_point() or places.is_complex():
        raise TypeError("Partition index must be integer")
    if places.ndim > 1:
        raise ValueError("partition requires scalar or one-dimensional kth")
    count = tensor.numel() if axis is None else tensor.shape[normalize_axis(axis, tensor.ndim)] if tensor.ndim else 1
    if count and places.numel():
        for place in places.reshape(-1).tolist():
            if not -count <= place < count:
                raise ValueError(f"kth(={place}) out of bounds ({count})")


@differentiable("np.sort_complex(x)")
def sort_complex(a: Any) -> ndarray:
    """Sort along the last axis and return complex numbers."""
    tensor = tensor_of(a)
    if not tensor.is_complex():
        small = tensor.dtype in (torch.int8, torch.uint8, torch.int16, torch.uint16)
        tensor = tensor.to(torch.complex64 if small else torch.complex128)
    return sort(tensor, -1 if tensor.ndim else None)


@without_derivative("returns positions", "np.lexsort((x, y))")
def lexsort(keys: Any, axis: int = -1) -> ndarray:
    """Return the positions that sort by several keys, the last one first in importance."""
    tensors = [tensor_of(k) for k in (keys if isinstance(keys, tuple | list) else tensor_of(keys).unbind(0))]
    if not tensors:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    if len({t.shape for t in tensors}) > 1:
        raise ValueError("all keys need to be the same shape")
    if tensors[0].ndim == 0:
        normalize_axis(axis, 1)
        return ndarray._wrap(torch.zeros((), dtype=torch.int64))
    axis = normalize_axis(axis, tensors[0].ndim)
    order = order_of(tensors[0], axis)
    for key in tensors[1:]:
        again = order_of(gather(key, order, axis), axis)
        order = torch.take_along_dim(order, again, axis)
    return ndarray._wrap(order)


def _extreme_position(a: Any, axis: Any, out: Any, keepdims: bool, largest: bool) -> Any:
    tensor = tensor_of(a).detach()
    ndim = tensor.ndim
    if axis is None:
        flat, where = tensor.reshape(-1), 0
    else:
        flat, where = (tensor, normalize_axis(axis, ndim)) if ndim else (tensor.reshape(1), normalize_axis(axis, 1))
    name = "argmax" if largest else "argmin"
    if flat.shape[where] == 0:
        raise ValueError(f"attempt to get {name} of an empty sequence")
    seen = memory.views(flat)
    if seen is not None:
        result = from_host(numpy.argmax(seen[0], where) if largest else numpy.argmin(seen[0], where))
    elif flat.dtype in WIDE_UNSIGNED or flat.dtype is torch.bool:
        keys = flat.to(torch.uint8) if flat.dtype is torch.bool else ordered(bits(flat))
        result = _first(keys, torch.argmax(keys, where) if largest else torch.argmin(keys, where), where)
    elif flat.is_complex():
        values = host(flat)
        result = from_host(numpy.argmax(values, where) if largest else numpy.argmin(values, where), flat.device)
    else:
        result = torch.argmax(flat, where) if largest else torch.argmin(flat, where)
        result = _first(flat, result, where)
    if keepdims:
        result = (
            result.reshape((1,) * ndim) if axis is None else result.unsqueeze(where) if ndim else result.reshape(())
        )
    elif axis is not None and ndim == 0:
        result = result.reshape(())
    return finish(result, out)


def _first(tensor: torch.Tensor, position: torch.Tensor, axis: int) -> torch.Tensor:
    """Return the first position holding the same value: torch promises any of them, NumPy the first."""
    extreme = torch.take_along_dim(tensor, position.unsqueeze(axis), axis)
    same = tensor == extreme
    if tensor.is_floating_point():
        same = same | (torch.isnan(tensor) & torch.isnan(extreme))
    return torch.argmax(same.to(torch.uint8), axis) if tensor.device.type != "cpu" else position


@without_derivative("returns positions", "np.argmax(m, axis=1)")
def argmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """Return the position of the first maximum (of the first nan, if there is one)."""
    if type(a) is ndarray and axis is None and out is None and keepdims is False:
        tensor = a._tensor
        if tensor.dtype in _SEARCHED and 0 < tensor.numel() < memory.LARGE and tensor.is_cpu:
            return ndarray._wrap(tensor.argmax())
    return _extreme_position(a, axis, out, bool(keepdims) and keepdims is not NO_VALUE, True)


@without_derivative("returns positions", "np.argmin(m, axis=1)")
def argmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """Return the position of the first minimum (of the first nan, if there is one)."""
    if type(a) is ndarray and axis is None and out is None and keepdims is False:
        tensor = a._tensor
        if tensor.dtype in _SEARCHED and 0 < tensor.numel() < memory.LARGE and tensor.is_cpu:
            return ndarray._wrap(tensor.argmin())
    return _extreme_position(a, axis, out, bool(keepdims) and keepdims is not NO_VALUE, False)


@without_derivative("returns positions", "np.nonzero(m > 1)")
def nonzero(a: Any) -> tuple[ndarray, ...]:
    """Return the coordinates of the nonzero elements, one array per axis."""
    tensor = tensor_of(a)
    if tensor.ndim == 0:
        raise ValueError("Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead.")
    seen = memory.views(tensor.detach())
    if seen is not None:
        return tuple(ndarray._wrap(from_host(places)) for places in numpy.nonzero(seen[0]))
    return tuple(ndarray._wrap(t) for t in (tensor != 0).nonzero(as_tuple=True))


@without_derivative("returns positions", "np.flatnonzero(m > 1)")
def flatnonzero(a: Any) -> ndarray:
    """Return the flat positions of the nonzero elements."""
    return nonzero(tensor_of(a).reshape(-1))[0]


@without_derivative("returns positions", "np.argwhere(m > 1)")
def argwhere(a: Any) -> ndarray:
    """Return the coordinates of the nonzero elements as rows."""
    tensor = tensor_of(a)
    return ndarray._wrap((tensor != 0).nonzero())


@without_derivative("returns positions", "np.searchsorted(b, x)")
def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> ndarray:
    """Return the positions at which values would be inserted into a sorted array."""
    if side not in ("left", "right", "l", "r"):
        raise ValueError(f"search side must be one of 'left' or 'right' (got '{side}')")
    haystack, needles = tensor_of(a).detach(), tensor_of(v).detach()
    if haystack.ndim != 1:
        raise ValueError("object too deep for desired array")
    if sorter is not None:
        order = tensor_of(sorter)
        if order.is_floating_point():
            raise TypeError("sorter must only contain integers")
        if order.shape != haystack.shape:
            raise ValueError("sorter.size must equal a.size")
        if bool(((order < 0) | (order >= haystack.numel())).any()):
            raise ValueError("Sorter index out of range.")
        haystack = haystack[order.long()]
    common = common_dtype(haystack, needles)
    haystack, needles = haystack.to(common), needles.to(common)
    if common in WIDE_UNSIGNED or common.is_complex or common is torch.bool or common is torch.float16:
        found = numpy.searchsorted(
            host(haystack),
            host(needles),
            side[0].replace("l", "left").replace("r", "right") if len(side) == 1 else side,
        )  # type: ignore[call-overload]
        return ndarray._wrap(from_host(found, haystack.device))
    right = side[0] == "r"
    if not common.is_floating_point:
        return ndarray._wrap(torch.searchsorted(haystack.contiguous(), needles.contiguous(), right=right))
    seen = memory.views(haystack, needles) if needles.numel() < haystack.numel() else None
    if seen is not None:  # without a pass over the whole haystack
        return ndarray._wrap(from_host(numpy.searchsorted(seen[0], seen[1], "right" if right else "left")))
    return ndarray._wrap(_inserted_with_nan_last(haystack, needles, right))


def _inserted_with_nan_last(haystack: torch.Tensor, needles: torch.Tensor, right: bool) -> torch.Tensor:
    """Return insertion points in the order in which NaN comes after all numbers, which torch does not know."""
    is_nan = haystack.isnan()
    numbers = (~is_nan).sum()
    found = torch.searchsorted(torch.where(is_nan, math.inf, haystack).contiguous(), needles.contiguous(), right=right)
    return torch.where(needles.isnan(), haystack.numel() if right else numbers, torch.minimum(found, numbers))
