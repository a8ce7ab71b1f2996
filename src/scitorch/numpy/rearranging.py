"""Rearranging and repeating elements: flip, roll, rot90, repeat, tile, resize."""

from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes, normalize_axis
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.creation import shape_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.manipulation import swapaxes

__all__ = ["flip", "fliplr", "flipud", "repeat", "resize", "roll", "rot90", "tile"]


@differentiable("np.flip(m)", "np.flip(t, (0, 2))")
def flip(m: Any, axis: Any = None) -> ndarray:
    """Reverse the order of elements along axes."""
    tensor = tensor_of(m)
    return (m if isinstance(m, ndarray) else asarray(tensor))[
        tuple(
            slice(None, None, -1) if ax in normalize_axes(axis, tensor.ndim) else slice(None)
            for ax in range(tensor.ndim)
        )
    ]


@differentiable("np.flipud(m)")
def flipud(m: Any) -> ndarray:
    """Reverse the order along the first axis."""
    if tensor_of(m).ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return flip(m, 0)


@differentiable("np.fliplr(m)")
def fliplr(m: Any) -> ndarray:
    """Reverse the order along the second axis."""
    if tensor_of(m).ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return flip(m, 1)


@differentiable("np.rot90(m, 3)")
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> ndarray:
    """Rotate by 90 degrees in the plane of two axes."""
    axes = tuple(axes)
    tensor = tensor_of(m)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    first, second = (ax + tensor.ndim if ax < 0 else ax for ax in axes)
    if axes[0] == axes[1] or abs(axes[0] - axes[1]) == tensor.ndim:
        raise ValueError("Axes must be different.")
    if not (0 <= first < tensor.ndim and 0 <= second < tensor.ndim):
        raise ValueError(f"Axes={axes} out of range for array of ndim={tensor.ndim}.")
    turns = k % 4
    if turns == 0:
        return ndarray._wrap(tensor.clone())
    if turns == 2:
        return flip(tensor, (first, second))
    if turns == 1:
        return swapaxes(flip(tensor, second), first, second)
    return flip(swapaxes(tensor, first, second), second)


@differentiable("np.roll(m, 1, axis=1)", "np.roll(t, (1, 2))")
def roll(a: Any, shift: Any, axis: Any = None) -> ndarray:
    """Roll elements along axes; those that leave at one end enter at the other."""
    tensor = tensor_of(a)
    if axis is None:
        flat = tensor.reshape(-1)
        total = shift if isinstance(shift, int) else int(numpy.sum(asarray(shift).tolist()))
        return ndarray._wrap(_roll(flat, total, 0).reshape(tensor.shape))
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    for ax in axes:
        normalize_axis(ax, tensor.ndim)
    amounts = shift if isinstance(shift, int | tuple | list) else asarray(shift).tolist()
    shifts, where = numpy.broadcast_arrays(numpy.asarray(amounts), numpy.asarray(axes))
    if shifts.ndim > 1:
        raise ValueError("'shift' and 'axis' should be scalars or 1D sequences")
    for amount, ax in zip(shifts.reshape(-1).tolist(), where.reshape(-1).tolist(), strict=True):
        tensor = _roll(tensor, int(amount), normalize_axis(ax, tensor.ndim))
    return ndarray._wrap(tensor if tensor is not tensor_of(a) else tensor.clone())


def _roll(tensor: torch.Tensor, shift: int, axis: int) -> torch.Tensor:
    n = tensor.shape[axis]
    if n == 0 or shift % n == 0:
        return tensor.clone()
    shift %= n
    return torch.cat([tensor.narrow(axis, n - shift, shift), tensor.narrow(axis, 0, n - shift)], axis)


@differentiable("np.repeat(m, [1, 2, 0], axis=0)", "np.repeat(x, 2)")
def repeat(a: Any, repeats: Any, axis: Any = None) -> ndarray:
    """Repeat each element."""
    tensor = tensor_of(a)
    if type(repeats) is int and repeats >= 1:
        if axis is None:
            tensor, axis = tensor.reshape(-1), 0
        axis = normalize_axis(axis, tensor.ndim)
        shape = (*tensor.shape[: axis + 1], repeats, *tensor.shape[axis + 1 :])
        copies = tensor.unsqueeze(axis + 1).expand(shape).clone(memory_format=torch.contiguous_format)
        return ndarray._wrap(copies.flatten(axis, axis + 1))
    counts = tensor_of(repeats)
    if counts.is_floating_point() or counts.is_complex():
        raise TypeError("Cannot cast array data from dtype('float64') to dtype('int64') according to the rule 'safe'")
    if axis is None:
        tensor, axis = tensor.reshape(-1), 0
    axis = normalize_axis(axis, tensor.ndim)
    counts = counts.to(torch.int64).reshape(-1)
    if bool((counts < 0).any()):
        raise ValueError("repeats may not contain negative values.")
    n = tensor.shape[axis]
    if counts.numel() != 1 and counts.numel() != n:
        raise ValueError(f"operands could not be broadcast together with shape ({n},) ({counts.numel()},)")
    places = torch.repeat_interleave(torch.arange(n, device=tensor.device), counts.expand(n).to(tensor.device))
    key = (slice(None),) * axis + (ndarray._wrap(places),)
    return ndarray._wrap(tensor)[key]


@differentiable("np.tile(m, (2, 2))")
def tile(A: Any, reps: Any) -> ndarray:
    """Repeat a whole array."""
    tensor = tensor_of(A)
    counts = shape_of(reps)
    counts = (1,) * (tensor.ndim - len(counts)) + counts
    tensor = tensor.reshape((1,) * (len(counts) - tensor.ndim) + tuple(tensor.shape))
    return ndarray._wrap(tensor.repeat(counts) if counts else tensor.clone())


@differentiable("np.resize(x, (3, 3))")
def resize(a: Any, new_shape: Any) -> ndarray:
    """Return the elements in a new shape, repeated as often as needed."""
    tensor = tensor_of(a).reshape(-1)
    sizes = shape_of(new_shape)
    count = 1
    for n in sizes:
        count *= n
    if tensor.numel() == 0:
        return ndarray._wrap(tensor.new_zeros(sizes))
    repeats = -(-count // tensor.numel())
    return ndarray._wrap(tensor.repeat(max(repeats, 1))[:count].reshape(sizes))


def resize_with_zeros(a: ndarray, new_shape: Any) -> torch.Tensor:
    """Return the elements in a new shape with zeros at the end (what `ndarray.resize` does)."""
    tensor = a._tensor.reshape(-1)
    sizes = shape_of(new_shape)
    count = 1
    for n in sizes:
        count *= n
    if count > tensor.numel():
        tensor = torch.cat([tensor, tensor.new_zeros(count - tensor.numel())])
    return tensor[:count].reshape(sizes)
