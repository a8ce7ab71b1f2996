"""Indexing and assignment with NumPy's rules.

A key is split into a basic part, which torch serves with a view, and index arrays, applied to that view. Torch
differs from NumPy in negative steps (unsupported), integers beside index arrays (other result shapes), small
integer index arrays (refused, uint8 taken as a mask) and masks with an axis of length zero; all of it is decided here.
"""

import operator
from types import EllipsisType
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import WIDE_UNSIGNED, as_declared, as_signed, astype_tensor, from_host
from scitorch.op.torch_private import inside_derivative, may_be_view

__all__ = ["assign", "get", "store"]

_EVERYTHING = slice(None)
_INTEGERS = frozenset({torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, *WIDE_UNSIGNED})


@differentiable(
    "x[::-2]",
    "m[1:, None, ::2]",
    "x[[0, 3, 3, -1]]",
    "m[[0, 2], [1, 1]]",
    "t[:, [0, 2, 0], ::-1]",
    "m[m.real > 0]",
    "t[..., 1]",
    name="ndarray.__getitem__",
    by_values={"m[m.real > 0]": "the shape"},
)
def get(tensor: torch.Tensor, key: Any) -> torch.Tensor:
    """Return `tensor[key]` by NumPy's rules: a view for basic keys without negative steps, else a copy."""
    if _is_simple(key):
        return _basic(tensor, key)
    if tensor.dtype in WIDE_UNSIGNED:
        return as_declared(get(as_signed(tensor), key), tensor.dtype)
    if type(key) is ndarray:
        index = key._tensor
        if index.dtype is torch.int64 and index.ndim and tensor.ndim:
            try:
                if index.numel() >= memory.LARGE and (seen := memory.views(tensor, index)) is not None:
                    return from_host(seen[0][seen[1]])
                return tensor[index]
            except IndexError:
                pass  # the long way raises NumPy's error
        elif index.dtype is torch.bool and index.shape == tensor.shape and index.ndim:
            if index.numel() >= memory.LARGE and (seen := memory.views(tensor, index)) is not None:
                return from_host(seen[0][seen[1]])
            return tensor[index]
    elif type(key) is tuple and tensor.numel() >= memory.LARGE and (found := _on_host(tensor, key)) is not None:
        return found
    view, flips, arrays, front = _split(tensor, key)
    if flips:
        view = view.flip(flips)
    if arrays is None:
        return view
    return _gather(view, arrays, front)


def _on_host(tensor: torch.Tensor, key: tuple[Any, ...]) -> torch.Tensor | None:
    """Return what NumPy finds by index arrays in a plain array, or None for other arrays, keys and for errors."""
    arrays = [item._tensor for item in key if type(item) is ndarray]
    if not arrays or not all(type(item) in _HOST_KEYS for item in key):
        return None
    seen = memory.views(tensor, *arrays)
    if seen is None:
        return None
    rest = iter(seen[1:])
    try:
        return from_host(seen[0][tuple(next(rest) if type(item) is ndarray else item for item in key)])
    except (IndexError, TypeError, ValueError):
        return None  # the long way raises


_HOST_KEYS = frozenset({int, slice, type(None), EllipsisType, ndarray})


def _is_simple(key: Any) -> bool:
    """Whether torch's own basic indexing does the same as NumPy's."""
    kind = type(key)
    if kind is int or key is None or key is Ellipsis:
        return True
    if kind is slice:
        return _positive(key)
    if kind is tuple:
        for item in key:
            kind = type(item)
            if not (kind is int or item is None or item is Ellipsis or (kind is slice and _positive(item))):
                return False
        return sum(item is Ellipsis for item in key) <= 1
    return False


def _positive(item: slice) -> bool:
    kinds = (type(item.start), type(item.stop), type(item.step))
    return all(k is int or k is type(None) for k in kinds) and (item.step is None or item.step > 0)


def _basic(tensor: torch.Tensor, key: Any) -> torch.Tensor:
    try:
        result = tensor[key]
    except (IndexError, ValueError, OverflowError) as error:  # the latter two for integers beyond 64 bits
        raise _index_error(tensor, key, error) from None
    return result


def _index_error(tensor: torch.Tensor, key: Any, error: Exception) -> Exception:
    keys = key if isinstance(key, tuple) else (key,)
    count = sum(item is not None and item is not Ellipsis for item in keys)
    if count > tensor.ndim:
        return IndexError(f"too many indices for array: array is {tensor.ndim}-dimensional, but {count} were indexed")
    axis = 0
    for position, item in enumerate(keys):
        if item is Ellipsis:
            axis = tensor.ndim - sum(k is not None for k in keys[position + 1 :])
        elif item is not None:
            if type(item) is int and not -tensor.shape[axis] <= item < tensor.shape[axis]:
                return IndexError(f"index {item} is out of bounds for axis {axis} with size {tensor.shape[axis]}")
            axis += 1
    return error


def _component(item: Any) -> Any:
    """Return one entry of a key as an int, slice, None, Ellipsis or index tensor (boolean or int64)."""
    if item is None or item is Ellipsis:
        return item
    kind = type(item)
    if kind is int:
        return item
    if kind is slice:
        return slice(*(None if bound is None else _slice_bound(bound) for bound in (item.start, item.stop, item.step)))
    if kind is bool or kind is numpy.bool_:
        return torch.tensor(bool(item))
    if isinstance(item, list | tuple) and len(item) == 0:
        return torch.zeros(0, dtype=torch.int64)
    if isinstance(item, str | bytes):
        raise IndexError(_INVALID)
    try:
        tensor = tensor_of(item)
    except TypeError:
        raise IndexError(_INVALID) from None
    if tensor.dtype is torch.bool:
        return tensor
    if tensor.dtype not in _INTEGERS:
        if tensor.numel() == 0 and isinstance(item, list | tuple):
            return tensor.long()
        if tensor.ndim and not isinstance(item, float):
            raise IndexError("arrays used as indices must be of integer (or boolean) type")
        raise IndexError(_INVALID)
    if tensor.ndim == 0:
        try:
            return int(tensor)
        except RuntimeError:  # a batched index inside vmap has no single value
            return tensor.long()
    return tensor.long()


_INVALID = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
    "indices"
)


def _slice_bound(bound: Any) -> int:
    try:
        return operator.index(bound)
    except TypeError:
        raise TypeError("slice indices must be integers or None or have an __index__ method") from None


def _split(tensor: torch.Tensor, key: Any) -> tuple[torch.Tensor, list[int], list[torch.Tensor | None] | None, bool]:
    """Split a key.

    Returns
    -------
    view : the basic part applied, each axis with an index array left whole
    flips : axes of `view` to reverse (negative steps)
    arrays : per axis of `view` the index tensor or None; None where the key is basic
    front : whether NumPy puts the axes of the index arrays first
    """
    items = list(key if isinstance(key, tuple) else (key,))
    # Slices last: where several items are in error, NumPy reports theirs last
    for place in sorted(range(len(items)), key=lambda place: isinstance(items[place], slice)):
        items[place] = _component(items[place])
    if sum(item is Ellipsis for item in items) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    advanced = any(isinstance(item, torch.Tensor) for item in items)
    used = sum(
        item.ndim if isinstance(item, torch.Tensor) and item.dtype is torch.bool else 1
        for item in items
        if item is not None and item is not Ellipsis
    )
    if used > tensor.ndim:
        raise IndexError(f"too many indices for array: array is {tensor.ndim}-dimensional, but {used} were indexed")
    if not any(item is Ellipsis for item in items):
        items.append(Ellipsis)
    basic: list[Any] = []  # what torch applies; one entry per axis of the tensor or new axis
    arrays: list[torch.Tensor | None] = []  # one entry per axis of the view
    flips: list[int] = []
    groups: list[int] = []  # for each advanced item, the number of non-advanced items before it
    separators = 0
    axis = 0
    for item in items:
        if item is Ellipsis:
            skipped = tensor.ndim - used
            basic.extend([_EVERYTHING] * skipped)
            arrays.extend([None] * skipped)
            axis += skipped
            separators += 1
        elif item is None:
            basic.append(None)
            arrays.append(None)
            separators += 1
        elif type(item) is int:
            n = tensor.shape[axis]
            if not -n <= item < n:
                raise IndexError(f"index {item} is out of bounds for axis {axis} with size {n}")
            if advanced:  # NumPy treats it as an index array of no dimensions
                basic.append(_EVERYTHING)
                arrays.append(torch.tensor([item], device=tensor.device))
                groups.append(separators)
            else:
                basic.append(item)
            axis += 1
        elif type(item) is slice:
            forward, reverse = _forward_slice(item, tensor.shape[axis])
            if reverse:
                flips.append(len(arrays))
            basic.append(forward)
            arrays.append(None)
            axis += 1
            separators += 1
        elif item.dtype is torch.bool:
            groups.append(separators)
            if item.ndim == 0:  # a new axis, kept or emptied
                basic.append(None)
                arrays.append(torch.zeros(int(item), dtype=torch.int64, device=tensor.device))
                continue
            shape = tuple(tensor.shape[axis : axis + item.ndim])
            for offset, (have, want) in enumerate(zip(item.shape, shape, strict=True)):
                if have != want and have != 0:  # a mask without elements selects nothing from any size
                    raise IndexError(
                        f"boolean index did not match indexed array along axis {axis + offset}; size of axis is "
                        f"{want} but size of corresponding boolean axis is {have}"
                    )
            for positions in item.to(tensor.device).nonzero(as_tuple=True):
                basic.append(_EVERYTHING)
                arrays.append(positions)
            axis += item.ndim
        else:
            groups.append(separators)
            basic.append(_EVERYTHING)
            arrays.append(_in_bounds(item.to(tensor.device), tensor.shape[axis], axis))
            axis += 1
    view = tensor[tuple(basic)]
    if not advanced:
        return view, flips, None, False
    return view, flips, arrays, any(group != groups[0] for group in groups)


def _in_bounds(index: torch.Tensor, n: int, axis: int) -> torch.Tensor:
    if index.device.type == "cpu" and index.numel() and n == 0:
        raise IndexError(f"index {int(index.reshape(-1)[0])} is out of bounds for axis {axis} with size 0")
    return index


def _forward_slice(item: slice, n: int) -> tuple[slice, bool]:
    """Return a slice with a positive step over the same elements, and whether their order is reversed."""
    if item.step is None or item.step > 0:
        return item, False
    if item.step == 0:
        raise ValueError("slice step cannot be zero")
    places = range(n)[item]
    if not places:
        return slice(0, 0), False
    return slice(places[-1], places[0] + 1, -places.step), True


def _gather(view: torch.Tensor, arrays: list[torch.Tensor | None], front: bool) -> torch.Tensor:
    where = [axis for axis, index in enumerate(arrays) if index is not None]
    try:
        result = view[tuple(_EVERYTHING if index is None else index for index in arrays)]
    except IndexError as error:
        raise _array_index_error(view, arrays, error) from None
    adjacent = where[-1] - where[0] + 1 == len(where)
    if front and adjacent and where[0] > 0:
        count = max(index.ndim for index in arrays if index is not None)
        axes = tuple(range(where[0], where[0] + count))
        result = result.movedim(axes, tuple(range(count)))
    return result


def _array_index_error(view: torch.Tensor, arrays: list[torch.Tensor | None], error: IndexError) -> IndexError:
    shapes = [tuple(index.shape) for index in arrays if index is not None]
    try:
        numpy.broadcast_shapes(*shapes)
    except ValueError:
        listed = " ".join(str(shape).replace(" ", "") for shape in shapes)
        return IndexError(f"shape mismatch: indexing arrays could not be broadcast together with shapes {listed}")
    for axis, index in enumerate(arrays):
        if index is None:
            continue
        n = view.shape[axis]
        outside = index[(index < -n) | (index >= n)]
        if outside.numel():
            return IndexError(f"index {int(outside[0])} is out of bounds for axis {axis} with size {n}")
    return error


# Writing


def store(array: ndarray, values: torch.Tensor) -> None:
    """Overwrite all elements of an array with values that broadcast to its shape."""
    tensor = array._tensor
    values = astype_tensor(values, tensor.dtype)
    if _must_replace(tensor):
        array._tensor = values.expand(tensor.shape).clone() if values.shape != tensor.shape else values.clone()
        return
    if values.requires_grad and not tensor.requires_grad:
        memory.begin_tracking(tensor)
    try:
        tensor.copy_(values)
    except RuntimeError as error:
        if values.shape == tensor.shape and not _seen_elsewhere(tensor) and _inside_transform(error):
            array._tensor = values.clone()
            return
        raise _assignment_error(error, values, tensor.shape) from None
    array._written()


def _must_replace(tensor: torch.Tensor) -> bool:
    """Whether writing into the tensor would break what autograd has recorded about it.

    A tensor that autograd tracks may be saved for some backward pass (or be a leaf, which must not change), so it
    is replaced by a changed copy. A view is written through, since its base has to see the change, and so is what
    living views have to see changed; if that breaks a recorded operation, the backward pass says so.
    """
    if not torch.is_grad_enabled() or not (tensor.requires_grad or inside_derivative()):
        return False
    return not _seen_elsewhere(tensor)


def _seen_elsewhere(tensor: torch.Tensor) -> bool:
    """Whether another array has to see what is written, so that the tensor cannot be replaced."""
    return may_be_view(tensor) or memory.has_views(tensor)


def _inside_transform(error: RuntimeError) -> bool:
    """Whether an in-place write was refused because a torch.func transform is running."""
    text = str(error)
    return "vmap" in text or "functorch" in text or "captured Tensor" in text


def _assignment_error(error: RuntimeError, values: torch.Tensor, shape: Any) -> Exception:
    try:
        fits = numpy.broadcast_shapes(tuple(values.shape), tuple(shape)) == tuple(shape)
    except ValueError:
        fits = False
    if fits:
        return error
    have = str(tuple(values.shape)).replace(" ", "")
    want = str(tuple(shape)).replace(" ", "")
    return ValueError(f"could not broadcast input array from shape {have} into shape {want}")


@differentiable(
    "r = x * 1; r[1:4] += y[:3]; r",
    "r = x * 1; r[::2] *= r[::2]; r",
    "r = m * 1; v = r[1]; v += s; r[:, 2] = x[:3]; r * v",
    "r = m * 1; r.T[1][:] = x[:3]; r.ravel()",
    "r = np.zeros_like(x); r[[4, 0, 2]] = y[:3]; r[3] = s; r",
    "r = m * 1; r[r.real > 0] = s; r",
    "r = m * 1; r[r.real < 0] *= 3; r[[0, 2], ::-1] -= m[:2]; r",
    "r = x * 1; r[1:] = r[:-1]; r",
    "r = x**2; k = r**2; r /= y; r **= 2; r + k",
    "r = x * 1; r.flat[[1, 3]] = y[:2]; r",
    "r = x * 1; v = r[1:]; r[:3] = s; v * x[0]",
    name="ndarray.__setitem__",
    by_values={
        "r = x * 1; r[1:4] += y[:3]; r": "whether the array under a view has a batch",
        "r = m * 1; v = r[1]; v += s; r[:, 2] = x[:3]; r * v": "whether the array under a view has a batch",
        "r = m * 1; r.T[1][:] = x[:3]; r.ravel()": "whether the array under a view has a batch",
        "r = m * 1; r[r.real < 0] *= 3; r[[0, 2], ::-1] -= m[:2]; r": "the shape of the selection",
        "r = x * 1; v = r[1:]; r[:3] = s; v * x[0]": "whether the array under a view has a batch",
    },
)
def assign(array: ndarray, key: Any, value: Any) -> None:
    """Perform `array[key] = value`."""
    tensor = array._tensor
    if type(value) in (bool, int, float) and tensor.dtype not in WIDE_UNSIGNED and _fits(value, tensor.dtype):
        values = value
    else:
        values = astype_tensor(
            tensor_of(value) if not isinstance(value, int) else tensor_of(value, tensor.dtype), tensor.dtype
        )
        values = as_signed(values.to(tensor.device))
        if memory.overlap(tensor, values):
            values = values.clone()
    if _must_replace(tensor):
        changed = tensor.clone()
        _write(as_signed(changed), key, values)
        array._tensor = changed
        return
    if isinstance(values, torch.Tensor) and values.requires_grad and not tensor.requires_grad:
        memory.begin_tracking(tensor)
    try:
        _write(as_signed(tensor), key, values)
    except RuntimeError as error:
        if _seen_elsewhere(tensor) or not _inside_transform(error):
            raise
        # inside vmap an unbatched array cannot take batched values in place
        changed = tensor + torch.zeros_like(values).sum().to(tensor.dtype)
        _write(changed, key, values)
        array._tensor = changed
    else:
        array._written()


def _fits(value: Any, dtype: torch.dtype) -> bool:
    if dtype.is_floating_point or dtype.is_complex or dtype is torch.bool:
        return dtype is not torch.bool or isinstance(value, bool)
    return type(value) in (bool, int) and dtype is torch.int64 and -(2**63) <= value < 2**63


def _write(tensor: torch.Tensor, key: Any, values: Any) -> None:
    if _is_simple(key):
        view = _basic(tensor, key)
        _fill(view, values)
        return
    one_value = not isinstance(values, torch.Tensor) or values.ndim == 0
    if one_value and isinstance(key, ndarray) and key._tensor.dtype is torch.bool and key._tensor.shape == tensor.shape:
        mask = key._tensor.clone() if memory.overlap(tensor, key._tensor) else key._tensor
        tensor.masked_fill_(mask, values)
        return
    if _write_positions(tensor, key, values):
        return
    view, flips, arrays, front = _split(tensor, key)
    if arrays is None:
        if flips and isinstance(values, torch.Tensor):
            try:
                values = values.expand(view.shape) if values.ndim <= view.ndim else values.reshape(view.shape)
            except RuntimeError as error:
                raise _assignment_error(error, values, view.shape) from None
            values = values.flip(flips)
        _fill(view, values)
        return
    if flips:
        # positions of the elements, then one write into the flattened array
        places = get(torch.arange(tensor.numel(), device=tensor.device).reshape(tensor.shape), key)
        arrays = list(torch.unravel_index(places, tensor.shape))
        view, front = tensor, False
    _scatter(view, arrays, front, values)


def _write_positions(tensor: torch.Tensor, key: Any, values: Any) -> bool:
    """Write one value per element of an index array, the usual case, without further ado; return whether it was."""
    if type(key) is not ndarray or not isinstance(values, torch.Tensor):
        return False
    index = key._tensor
    if index.dtype is not torch.int64 or not index.ndim or not tensor.ndim:
        return False
    if values.dtype is not tensor.dtype or values.shape != index.shape + tensor.shape[1:]:
        return False
    try:
        if index.numel() >= memory.LARGE and (seen := memory.views(tensor, index, values)) is not None:
            seen[0][seen[1]] = seen[2]
            torch.autograd.graph.increment_version(tensor)  # whoever saved the tensor must learn of the change
        else:
            tensor[index] = values
    except IndexError:
        return False  # the long way raises NumPy's error
    return True


def _fill(view: torch.Tensor, values: Any) -> None:
    if not isinstance(values, torch.Tensor):
        view.fill_(values)
        return
    while values.ndim > view.ndim and values.shape[0] == 1:
        values = values[0]
    try:
        if values.ndim == 0 and view.ndim:
            values = values.expand(view.shape)
        view.copy_(values)
    except RuntimeError as error:
        raise _assignment_error(error, values, view.shape) from None


def _scatter(view: torch.Tensor, arrays: list[torch.Tensor | None], front: bool, values: Any) -> None:
    where = [axis for axis, index in enumerate(arrays) if index is not None]
    if isinstance(values, torch.Tensor) and values.ndim:
        count = max(index.ndim for index in arrays if index is not None)
        block = torch.broadcast_shapes(*(index.shape for index in arrays if index is not None))
        rest = [view.shape[axis] for axis, index in enumerate(arrays) if index is None]
        adjacent = where[-1] - where[0] + 1 == len(where)
        first = 0 if front or not adjacent else where[0]
        shape = (*rest[:first], *block, *rest[first:])
        while values.ndim > len(shape) and values.shape[0] == 1:
            values = values[0]
        try:
            values = values.expand(shape)
        except RuntimeError:
            have = str(tuple(values.shape)).replace(" ", "")
            want = str(tuple(shape)).replace(" ", "")
            raise ValueError(
                f"shape mismatch: value array of shape {have} could not be broadcast to indexing result of shape {want}"
            ) from None
        if front and adjacent and where[0] > 0:
            values = values.movedim(tuple(range(count)), tuple(range(where[0], where[0] + count)))
    elif not isinstance(values, torch.Tensor):
        values = torch.tensor(values, dtype=view.dtype, device=view.device)
    arrays = [index.clone() if index is not None and memory.overlap(view, index) else index for index in arrays]
    try:
        view[tuple(_EVERYTHING if index is None else index for index in arrays)] = values
    except IndexError as error:
        raise _array_index_error(view, arrays, error) from None
