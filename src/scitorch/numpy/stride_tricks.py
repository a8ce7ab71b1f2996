"""`numpy.lib.stride_tricks`: views with other strides, and sliding windows."""

from typing import Any

import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.creation import shape_of
from scitorch.numpy.manipulation import broadcast_arrays, broadcast_shapes, broadcast_to

__all__ = ["as_strided", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "sliding_window_view"]


def as_strided(x: Any, shape: Any = None, strides: Any = None, subok: bool = False, writeable: bool = True) -> ndarray:
    """Return a view with the given shape and strides (in bytes, nonnegative).

    Raises
    ------
    ValueError
        For strides that leave the memory, are negative or are not multiples of the item size.
    """
    tensor = tensor_of(x)
    size = tensor.itemsize
    shape = tuple(tensor.shape) if shape is None else shape_of(shape)
    steps = [s * size for s in tensor.stride()] if strides is None else [int(s) for s in strides]
    if any(s < 0 or s % size for s in steps):
        raise ValueError(f"strides must be nonnegative multiples of the item size {size}, got {tuple(steps)}")
    try:
        return ndarray._wrap(torch.as_strided(tensor, shape, [s // size for s in steps], tensor.storage_offset()))
    except RuntimeError as error:
        raise ValueError(f"as_strided: {error}") from None


def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> ndarray:
    """Return a view of all windows of a shape; the window axes come last."""
    tensor = tensor_of(x)
    windows = tuple(window_shape) if isinstance(window_shape, tuple | list) else (int(window_shape),)
    if any(n < 0 for n in windows):
        raise ValueError("`window_shape` cannot contain negative values")
    if axis is None:
        axes = tuple(range(tensor.ndim))
        if len(windows) != len(axes):
            raise ValueError(
                f"Since axis is None, must provide window_shape for all dimensions of `x`; got {len(windows)} "
                f"window_shape elements and `x.ndim` is {tensor.ndim}."
            )
    else:
        # an axis may be windowed twice
        axes = tuple(normalize_axis(ax, tensor.ndim) for ax in (axis if isinstance(axis, tuple | list) else (axis,)))
        if len(windows) != len(axes):
            raise ValueError(
                f"Must provide matching length window_shape and axis; got {len(windows)} window_shape elements and "
                f"{len(axes)} axes elements."
            )
    for n, ax in zip(windows, axes, strict=True):
        if tensor.shape[ax] < n:
            raise ValueError("window shape cannot be larger than input array shape")
        tensor = tensor.unfold(ax, n, 1)
    return ndarray._wrap(tensor)
