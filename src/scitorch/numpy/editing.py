"""Inserting, deleting, padding and trimming."""

import operator
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import asarray, ascontiguousarray, asfortranarray, tensor_of, to_numpy
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import as_declared, as_signed, astype_tensor

__all__ = ["delete", "insert", "pad", "trim_zeros"]


def _host_key(obj: Any) -> Any:
    if isinstance(obj, slice | int):
        return obj
    tensor = tensor_of(obj)
    return to_numpy(asarray(tensor.detach())) if not isinstance(obj, list | tuple) else obj


@differentiable("np.delete(x, [1, 3])", "np.delete(m, np.s_[::2], axis=1)")
def delete(arr: Any, obj: Any, axis: Any = None) -> ndarray:
    """Return an array without the slices at given positions."""
    tensor = tensor_of(arr)
    if axis is None:
        tensor, axis = tensor.reshape(-1), 0
    axis = normalize_axis(axis, tensor.ndim)
    # which positions remain is a question about integers only: NumPy answers it
    kept = numpy.delete(numpy.arange(tensor.shape[axis]), _host_key(obj))
    return asarray(tensor)[(slice(None),) * axis + (kept,)]


@differentiable("np.insert(x, 2, s)", "np.insert(m, [1, 3], x[:3, None], axis=1)")
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> ndarray:
    """Return an array with values inserted before given positions."""
    tensor = tensor_of(arr)
    if axis is None:
        tensor, axis = tensor.reshape(-1), 0
    axis = normalize_axis(axis, tensor.ndim)
    n = tensor.shape[axis]
    new = tensor_of(values, tensor.dtype)
    key = _host_key(obj)
    scalar_position = isinstance(key, int) or (isinstance(key, numpy.ndarray) and key.ndim == 0)
    if scalar_position and new.ndim < tensor.ndim:
        new = new.reshape((1,) * (tensor.ndim - new.ndim) + tuple(new.shape))
    if scalar_position:
        # the values' first axis runs along `axis` here, as in `a[:, 1] = values`
        new = new.movedim(0, axis) if new.ndim == tensor.ndim and tensor.ndim else new
        count = new.shape[axis] if new.ndim else 1
        position = operator.index(key)
        if not -n <= position <= n:
            raise IndexError(f"index {position} is out of bounds for axis {axis} with size {n}")
        position += n if position < 0 else 0
        shape = list(tensor.shape)
        shape[axis] = count
        new = new.expand(shape)
        parts = [tensor.narrow(axis, 0, position), new, tensor.narrow(axis, position, n - position)]
        return ndarray._wrap(torch.cat(parts, axis))
    if isinstance(key, list | tuple) and len(key) == 0:
        key = numpy.zeros(0, int)
    # the order of old and new positions is found by NumPy on numbers: -1, -2, ... stand for the new ones
    positions = numpy.arange(n)
    probe = key if isinstance(key, slice) else numpy.asarray(key)
    if isinstance(probe, numpy.ndarray) and probe.dtype == bool:
        probe = probe.nonzero()[0]
    count = len(range(n)[probe]) if isinstance(probe, slice) else int(probe.size)
    order = numpy.insert(positions, probe, -1 - numpy.arange(count) if count != 1 else -1)
    added = int((order < 0).sum())
    shape = list(tensor.shape)
    shape[axis] = added
    if new.ndim and new.ndim < tensor.ndim:
        new = new.reshape((1,) * (tensor.ndim - new.ndim) + tuple(new.shape))
    if count == 1 and new.ndim == tensor.ndim and not isinstance(probe, slice) and new.shape[axis] > 1:
        place = int(probe.reshape(-1)[0])
        return insert(tensor, place, new.movedim(axis, 0), axis)
    try:
        new = new.expand(shape)
    except RuntimeError:
        raise ValueError(
            f"shape mismatch: value array of shape {tuple(new.shape)} could not be broadcast to indexing result of "
            f"shape {tuple(shape)}"
        ) from None
    source = numpy.where(order < 0, n - 1 - order, order)
    both = torch.cat([tensor, new], axis)
    return asarray(both)[(slice(None),) * axis + (source,)]


_INDEX_MODES = ("edge", "reflect", "symmetric", "wrap")


@differentiable(
    "np.pad(x, (2, 1), constant_values=(s, 1.0))",
    'np.pad(m, 2, mode="reflect")',
    'np.pad(x, 3, mode="symmetric", reflect_type="odd")',
    'np.pad(m, 1, mode="edge")',
    'np.pad(x, 2, mode="wrap")',
    'np.pad(x, 3, mode="linear_ramp", end_values=s)',
    'np.pad(x, 2, mode="mean", stat_length=3)',
    'np.pad(m, 1, mode="maximum")',
    'np.pad(x, 2, mode="minimum")',
    'np.pad(x, 2, mode="median")',
)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> ndarray:
    """Pad an array.

    Parameters
    ----------
    array : array_like
    pad_width : int, sequence or dict
        Numbers of values before and after, per axis.
    mode : str or function
        "constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap",
        "empty", or a function ``f(vector, widths, axis, kwargs)``.
    constant_values, end_values, stat_length, reflect_type : optional
        Options of the modes.
    """
    tensor = tensor_of(array)
    padded = _padded(tensor, _pairs(pad_width, tensor.ndim), mode, kwargs)
    by_columns = tensor.ndim > 1 and not tensor.is_contiguous() and tensor.mT.is_contiguous()
    return asfortranarray(padded) if by_columns else ascontiguousarray(padded)


def _padded(tensor: torch.Tensor, widths: list[tuple[int, int]], mode: Any, kwargs: dict[str, Any]) -> ndarray:
    if callable(mode):
        return _padded_by_function(tensor, widths, mode, kwargs)
    allowed = {
        "constant": {"constant_values"},
        "edge": set(),
        "empty": set(),
        "linear_ramp": {"end_values"},
        "maximum": {"stat_length"},
        "mean": {"stat_length"},
        "median": {"stat_length"},
        "minimum": {"stat_length"},
        "reflect": {"reflect_type"},
        "symmetric": {"reflect_type"},
        "wrap": set(),
    }
    if mode not in allowed:
        raise ValueError(f"mode '{mode}' is not supported")
    unknown = set(kwargs) - allowed[mode]
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    if mode in _INDEX_MODES and kwargs.get("reflect_type", "even") == "even":
        return _padded_by_index(tensor, widths, mode)
    if mode in ("maximum", "minimum") and 0 in numpy.asarray(kwargs.get("stat_length")):
        raise ValueError("stat_length of 0 yields no value for padding")
    for axis, (before, after) in enumerate(widths):
        tensor = _padded_axis(tensor, axis, before, after, mode, kwargs)
    return ndarray._wrap(tensor)


def _pairs(value: Any, ndim: int, as_index: bool = True) -> list[tuple[Any, Any]]:
    """Return one pair per axis from a number, a pair, a sequence of pairs or a dict of axes."""
    if isinstance(value, dict):
        pairs: list[tuple[Any, Any]] = [(0, 0)] * ndim
        for axis, width in value.items():
            pairs[normalize_axis(axis, ndim)] = (width, width) if isinstance(width, int) else tuple(width)
        value = pairs
    if isinstance(value, ndarray):
        value = to_numpy(value)
    widths = numpy.asarray(value)
    if as_index:
        if widths.dtype.kind not in "iu":
            raise TypeError("`pad_width` must be of integral type.")
        if (widths < 0).any():
            raise ValueError("index can't contain negative values")
    try:
        return [tuple(pair) for pair in numpy.broadcast_to(widths, (ndim, 2)).tolist()]
    except ValueError:
        if widths.ndim > 2:
            raise ValueError("input operand has more dimensions than allowed by the axis remapping") from None
        raise ValueError(
            f"operands could not be broadcast together with remapped shapes [original->remapped]: {widths.shape} "
            f"and requested shape ({ndim},2)"
        ) from None


def _padded_by_index(tensor: torch.Tensor, widths: list[tuple[int, int]], mode: str) -> ndarray:
    result = asarray(tensor)
    for axis, (before, after) in enumerate(widths):
        n = tensor.shape[axis]
        if before == after == 0:
            continue
        if n == 0:
            raise ValueError(f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'")
        places = torch.arange(-before, n + after, device=tensor.device)
        if mode == "edge":
            places = places.clamp(0, n - 1)
        elif mode == "wrap":
            places = places % n
        elif mode == "symmetric":
            places = places % (2 * n)
            places = torch.where(places < n, places, 2 * n - 1 - places)
        elif n == 1:
            places = torch.zeros_like(places)
        else:
            places = places % (2 * n - 2)
            places = torch.where(places < n, places, 2 * n - 2 - places)
        result = result[(slice(None),) * axis + (ndarray._wrap(places),)]
    return result


def _padded_axis(
    tensor: torch.Tensor, axis: int, before: int, after: int, mode: str, options: dict[str, Any]
) -> torch.Tensor:
    n = tensor.shape[axis]

    def block(width: int) -> list[int]:
        return [width if ax == axis else size for ax, size in enumerate(tensor.shape)]

    if mode == "empty":
        return torch.cat([tensor.new_zeros(block(before)), tensor, tensor.new_zeros(block(after))], axis)
    if mode == "constant":
        values = options.get("constant_values", 0)
        low, high = _sides(values, axis, tensor)
        return torch.cat([low.expand(block(before)), tensor, high.expand(block(after))], axis)
    if before == after == 0:
        return tensor
    if n == 0:
        raise ValueError(f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'")
    if mode == "linear_ramp":
        low, high = _sides(options.get("end_values", 0), axis, tensor)
        left = _ramp(low, tensor.narrow(axis, 0, 1), before, axis)
        right = _reversed(_ramp(high, tensor.narrow(axis, n - 1, 1), after, axis), axis)
        return torch.cat([left, tensor, right], axis)
    if mode in ("reflect", "symmetric"):
        return _odd_reflection(tensor, axis, before, after, mode == "symmetric")
    lengths = options.get("stat_length")
    pair = (n, n) if lengths is None else _pairs(lengths, tensor.ndim)[axis]
    for length in pair:
        if length < 0:
            raise ValueError("index can't contain negative values")
    left = _statistic(tensor.narrow(axis, 0, min(pair[0], n)), axis, mode)
    right = _statistic(tensor.narrow(axis, n - min(pair[1], n), min(pair[1], n)), axis, mode)
    return torch.cat([left.expand(block(before)), tensor, right.expand(block(after))], axis)


def _sides(values: Any, axis: int, tensor: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if isinstance(values, dict):
        raise TypeError("values per axis are given as a sequence of pairs")
    given = tensor_of(values)
    pairs = (
        given.expand(tensor.ndim, 2)
        if given.ndim != 1 or given.shape[0] != 1
        else given.reshape(1, 1).expand(tensor.ndim, 2)
    )
    cast = astype_tensor(pairs, tensor.dtype)
    return cast[axis, 0], cast[axis, 1]


def _ramp(end: torch.Tensor, edge: torch.Tensor, width: int, axis: int) -> torch.Tensor:
    """Return `width` values from `end` towards the edge of the array, excluding the edge."""
    compute = edge if edge.is_floating_point() or edge.is_complex() else edge.to(torch.float64)
    shape = [width if ax == axis else 1 for ax in range(edge.ndim)]
    steps = torch.arange(width, dtype=compute.real.dtype, device=edge.device).reshape(shape)
    start = end.to(compute.dtype)
    ramp = start + steps * ((compute - start) / max(width, 1))
    return torch.floor(ramp).to(edge.dtype) if compute is not edge else ramp


def _reversed(tensor: torch.Tensor, axis: int) -> torch.Tensor:
    return as_declared(as_signed(tensor).flip(axis), tensor.dtype)


def _statistic(part: torch.Tensor, axis: int, mode: str) -> torch.Tensor:
    array = asarray(part)
    from scitorch.numpy import moments, reductions, statistics

    if mode == "maximum":
        return reductions.max(array, axis, keepdims=True)._tensor  # type: ignore[no-any-return]
    if mode == "minimum":
        return reductions.min(array, axis, keepdims=True)._tensor  # type: ignore[no-any-return]
    function = moments.mean if mode == "mean" else statistics.median
    value = function(array, axis, keepdims=True)._tensor
    if not (part.is_floating_point() or part.is_complex()):
        value = torch.round(value)
    return value.to(part.dtype)  # type: ignore[no-any-return]


def _odd_reflection(tensor: torch.Tensor, axis: int, before: int, after: int, edge_twice: bool) -> torch.Tensor:
    """Extend by ``2 edge - reflection``, block by block as NumPy does."""
    n = tensor.shape[axis]
    if n == 1 and not edge_twice:
        return _padded_by_index(
            tensor, [(before, after) if ax == axis else (0, 0) for ax in range(tensor.ndim)], "edge"
        )._tensor
    offset = 0 if edge_twice else 1
    while before > 0 or after > 0:
        size = tensor.shape[axis]
        period = size - offset
        take = min(before, period)
        if take:
            chunk = tensor.narrow(axis, offset, take).flip(axis)
            tensor = torch.cat([2 * tensor.narrow(axis, 0, 1) - chunk, tensor], axis)
            before -= take
        size = tensor.shape[axis]
        take = min(after, period)
        if take:
            chunk = tensor.narrow(axis, size - offset - take, take).flip(axis)
            tensor = torch.cat([tensor, 2 * tensor.narrow(axis, size - 1, 1) - chunk], axis)
            after -= take
    return tensor


def _padded_by_function(
    tensor: torch.Tensor, widths: list[tuple[int, int]], function: Any, options: dict[str, Any]
) -> ndarray:
    for axis, (before, after) in enumerate(widths):
        tensor = _padded_axis(tensor, axis, before, after, "empty", {})
    result = ndarray._wrap(tensor.clone())
    for axis, width in enumerate(widths):
        moved = ndarray._wrap(result._tensor.movedim(axis, -1))
        for place in numpy.ndindex(moved.shape[:-1]):
            vector = ndarray._wrap(moved._tensor[place])
            function(vector, width, axis, options)
            moved[place] = vector
    return result


@differentiable("np.trim_zeros(x * [0, 1, 1, 1, 0])", by_values="the shape")
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Remove zeros at the front and back (of all axes, or of the given ones)."""
    kept_type = type(filt) if isinstance(filt, list | tuple) else None
    tensor = tensor_of(filt)
    mode = trim.lower()
    if mode not in ("fb", "bf", "b", "f"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    from scitorch.numpy.axes import normalize_axes

    axes = normalize_axes(axis, tensor.ndim)
    places = (tensor != 0).nonzero()
    key: list[slice] = [slice(None)] * tensor.ndim
    for ax in axes:
        if places.shape[0] == 0:
            key[ax] = slice(0, 0)
            continue
        start = int(places[:, ax].min()) if "f" in mode else 0
        stop = int(places[:, ax].max()) + 1 if "b" in mode else tensor.shape[ax]
        key[ax] = slice(start, stop)
    result = asarray(tensor)[tuple(key)]
    return result if kept_type is None else kept_type(result.tolist()) if tensor.ndim == 1 else result
