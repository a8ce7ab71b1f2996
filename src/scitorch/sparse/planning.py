"""Rearrangements of sparse arrays: SciPy moves the entries once, as labels, and the values follow by a gather.

Whatever selects, moves or joins entries without computing with them (slices, conversions, reshapes, stacking) is done
by SciPy's compiled routines on an array of the same pattern that holds the labels 1, 2, 3, … instead of values. Where a
label ends up its value has to go; label 0 is a zero. The gather is torch's own, so that it has derivatives of every
order and a batching rule. Values that nothing watches are moved by SciPy directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy
import torch
from torch import Tensor
from torch.autograd import forward_ad

from ..op.torch_private import dispatch_mode_count, transforms_active
from .kinds import COMPILED, Kind, give
from .pattern import Pattern, pattern_of, twin

if TYPE_CHECKING:
    from .base import sparray

_planned = [False]

#: The classes of sparse arrays by format; each enters itself.
CLASSES: dict[str, Any] = {}


@contextmanager
def always_planned() -> Iterator[None]:
    """Move values by plans even where nothing watches them, as under derivatives."""
    _planned.append(True)
    try:
        yield
    finally:
        _planned.pop()


def is_plain(*tensors: Tensor) -> bool:
    """Whether no derivative, batch, trace or other device is involved, so that NumPy may see the values."""
    if _planned[-1] or transforms_active() or forward_ad._current_level >= 0 or dispatch_mode_count():
        return False
    graded = torch.is_grad_enabled()
    return all(t.is_cpu and t.dtype in COMPILED and not (graded and t.requires_grad) for t in tensors)


def host_values(values: Tensor) -> numpy.ndarray[Any, Any]:
    """Plain values as NumPy's array, sharing memory where no lazy conjugate stands between."""
    return values.detach().resolve_conj().resolve_neg().numpy()


class Pool:
    """Values of several arrays in one row; label k belongs to the k-th of them, counted from 1."""

    def __init__(self) -> None:
        self._parts: list[Tensor] = []
        self._size = 0

    def labels(self, values: Tensor) -> numpy.ndarray[Any, Any]:
        """Labels for values that are taken into the pool."""
        count = values.numel()
        found = numpy.arange(self._size + 1, self._size + count + 1, dtype=numpy.int64).reshape(tuple(values.shape))
        self._parts.append(values.reshape(-1))
        self._size += count
        return found

    def values(self, labels: numpy.ndarray[Any, Any]) -> Tensor:
        """The values that belong to labels, zero for label 0."""
        pool = self._parts[0] if len(self._parts) == 1 else torch.cat(self._parts)
        return gathered(pool, labels)


def gathered(pool: Tensor, labels: numpy.ndarray[Any, Any]) -> Tensor:
    """Entries of a row of values by label, counted from 1; zero for label 0."""
    flat = numpy.ascontiguousarray(labels).reshape(-1)
    count = pool.shape[0]
    has_zeros = bool(flat.size) and not flat.all()
    if flat.size == count and not has_zeros and numpy.array_equal(flat, numpy.arange(1, count + 1)):
        return pool.reshape(labels.shape)
    if has_zeros or not count:
        pool = torch.cat([pool.new_zeros(1), pool])
    else:
        flat = flat - 1
    index = torch.from_numpy(flat).to(pool.device)
    return _taken(pool, index).reshape(labels.shape)


_UNSIGNED = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}


def _taken(pool: Tensor, index: Tensor) -> Tensor:
    if pool.dtype in _UNSIGNED:  # torch selects no wide unsigned integers; their bits are moved instead
        return pool.view(_UNSIGNED[pool.dtype]).index_select(0, index).view(pool.dtype)
    return pool.index_select(0, index)


def scattered(values: Tensor, groups: Tensor, count: int) -> Tensor:
    """Sums of the values (the first dimension) that belong to each of ``count`` groups."""
    if values.dtype == torch.bool:
        return scattered(values.to(torch.uint8), groups, count) != 0
    if values.dtype in _UNSIGNED:
        signed = values.view(_UNSIGNED[values.dtype])
        return scattered(signed, groups, count).view(values.dtype)
    return values.new_zeros(count, *values.shape[1:]).index_add(0, groups, values)


def rearranged(operation: Callable[..., Any], *parts: Any, kind: Kind, dtype: torch.dtype | None = None) -> Any:
    """The result of ``operation``, which moves entries of its arguments, on sparse arrays and dense tensors.

    ``operation`` takes SciPy's arrays and NumPy's in place of the arguments, and returns one of them, a number, or a
    tuple of such.
    """
    values = [part if isinstance(part, Tensor) else part._values for part in parts]
    if is_plain(*values):
        found = operation(*(host_values(p) if isinstance(p, Tensor) else p._host() for p in parts))
        return _wrapped(found, lambda a: _from_host(a, values), kind, parts, dtype)
    pool = Pool()
    labelled = [pool.labels(p) if isinstance(p, Tensor) else p._labelled(pool) for p in parts]
    return _wrapped(operation(*labelled), pool.values, kind, parts, dtype)


def _from_host(array: numpy.ndarray[Any, Any], values: list[Tensor]) -> Tensor:
    for tensor in values:  # the same memory is the same tensor
        if tensor.numel() and array.size and array.ctypes.data == tensor.data_ptr() and array.shape == tensor.shape:
            host = host_values(tensor)
            if host.dtype == array.dtype and host.strides == array.strides:
                return tensor
    return from_host(array)


def from_host(array: numpy.ndarray[Any, Any]) -> Tensor:
    """The tensor of an array of NumPy's, sharing memory where torch can."""
    array = numpy.asarray(array)
    if array.dtype.char in "qQ":
        array = array.view(f"{array.dtype.kind}8")
    if not array.flags.writeable or any(s < 0 for s in array.strides) or not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="), copy=True)
    return torch.from_numpy(array)


def _wrapped(
    found: Any, values_of: Callable[..., Tensor], kind: Kind, parts: tuple[Any, ...], dtype: torch.dtype | None
) -> Any:
    if isinstance(found, tuple):
        return tuple(_wrapped(f, values_of, kind, parts, dtype) for f in found)
    if isinstance(found, (numpy.ndarray, numpy.generic, int)):
        values = values_of(numpy.asarray(found))
        return give(values if dtype is None else values.to(dtype), kind)
    like = parts[0] if parts and not isinstance(parts[0], Tensor) else None
    device = next((p.device if isinstance(p, Tensor) else p._values.device for p in parts), None)
    return adopted(found, values_of, kind, like, device, dtype)


def adopted(
    found: Any,
    values_of: Callable[..., Tensor],
    kind: Kind,
    like: sparray | None = None,
    device: torch.device | None = None,
    dtype: torch.dtype | None = None,
) -> sparray:
    """The array that one of SciPy's stands for, with values made from its data."""
    cls = CLASSES[found.format]
    if found.format in ("lil", "dok"):
        return cls._adopted(found, values_of, kind, device, dtype)  # type: ignore[no-any-return]
    known = like._pattern if like is not None and like.format == found.format else None
    pattern = pattern_of(found, known, device)
    values = values_of(found.data)
    if device is not None:
        values = values.to(device)
    return cls._of(pattern, values if dtype is None else values.to(dtype), kind)  # type: ignore[no-any-return]


def relabelled(part: sparray, pool: Pool) -> Any:
    """SciPy's array of the pattern of ``part``, with the labels of its values."""
    return twin(part._pattern, pool.labels(part._values))


def groups_of_equal(coords: tuple[numpy.ndarray[Any, Any], ...]) -> tuple[Any, numpy.ndarray[Any, Any], int]:
    """Entries that share a place: the sorted places, the group of each entry, and how many groups there are."""
    if not len(coords[0]):
        return coords, numpy.zeros(0, numpy.int64), 0
    order = numpy.lexsort(coords[::-1])
    ordered = [c[order] for c in coords]
    first = numpy.zeros(len(order), dtype=bool)
    first[0] = True
    for c in ordered:
        first[1:] |= c[1:] != c[:-1]
    group = numpy.empty(len(order), dtype=numpy.int64)
    group[order] = numpy.cumsum(first) - 1
    return tuple(c[first] for c in ordered), group, int(first.sum())


__all__ = ["CLASSES", "Pattern", "adopted", "always_planned", "gathered", "groups_of_equal", "is_plain", "rearranged"]


def as_values(values: Any, kind: Kind) -> Tensor:
    """What a user assigns to the values of an array."""
    from .kinds import as_tensor

    return as_tensor(values, kind)
