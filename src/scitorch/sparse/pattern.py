"""Where the entries of a sparse array are: index tensors and a shape, which no derivative moves."""

from __future__ import annotations

import importlib
from contextlib import nullcontext
from functools import cache
from typing import Any

import numpy
import torch
from torch import Tensor

from ..op.torch_private import transforms_active, transforms_disabled, without_wrappers

#: The index arrays of each format, in the order in which a pattern keeps them; a coo array has a tuple of coordinates.
PARTS = {
    "csr": ("indptr", "indices"),
    "csc": ("indptr", "indices"),
    "bsr": ("indptr", "indices"),
    "dia": ("offsets",),
}


@cache
def scipy_sparse() -> Any:
    """SciPy's package, imported when first needed."""
    return importlib.import_module("scipy.sparse")


class Pattern:
    """The static structure of a sparse array.

    Two patterns are equal if their entries are at the same places in the same order.

    Parameters
    ----------
    format : str
        ``"coo"``, ``"csr"``, ``"csc"``, ``"bsr"`` or ``"dia"``.
    shape : tuple of int
    index : tuple of Tensor
        The coordinates of ``coo``, the offsets of ``dia``, ``(indptr, indices)`` of the others.
    is_sorted, is_canonical : bool or None
        What is known about the order of the entries, and that none occurs twice.
    """

    __slots__ = ("_host", "format", "index", "is_canonical", "is_sorted", "shape")

    def __init__(
        self,
        format: str,
        shape: tuple[int, ...],
        index: tuple[Tensor, ...],
        is_sorted: bool | None = None,
        is_canonical: bool | None = None,
    ) -> None:
        if transforms_active():  # what transforms made of integers is not theirs to follow
            index = tuple(map(without_wrappers, index))
        self.format, self.shape, self.index = format, shape, index
        self.is_sorted, self.is_canonical = is_sorted, is_canonical
        self._host: tuple[numpy.ndarray[Any, Any], ...] | None = None

    def host(self) -> tuple[numpy.ndarray[Any, Any], ...]:
        """The index arrays as NumPy's; on the CPU they share memory."""
        if self._host is None:
            with transforms_disabled() if transforms_active() else nullcontext():
                self._host = tuple(t.cpu().numpy() for t in self.index)
        return self._host

    @property
    def device(self) -> torch.device:
        return self.index[0].device

    def to(self, device: torch.device) -> Pattern:
        """The same pattern with its index tensors on a device."""
        if all(t.device == device for t in self.index):
            return self
        moved = Pattern(self.format, self.shape, tuple(t.to(device) for t in self.index))
        moved.is_sorted, moved.is_canonical = self.is_sorted, self.is_canonical
        return moved

    def copy(self) -> Pattern:
        """The same pattern in memory of its own."""
        index = tuple(t.clone() for t in self.index)
        return Pattern(self.format, self.shape, index, self.is_sorted, self.is_canonical)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Pattern) or (self.format, self.shape) != (other.format, other.shape):
            return False
        return len(self.index) == len(other.index) and all(
            a is b or (a.shape == b.shape and a.device == b.device and bool((a == b).all()))
            for a, b in zip(self.index, other.index)
        )

    def __hash__(self) -> int:
        return hash((self.format, self.shape, tuple(tuple(t.shape) for t in self.index)))

    def __repr__(self) -> str:
        return f"<{self.format} pattern of shape {self.shape}>"


def require_in_range(pattern: Pattern) -> None:
    """Refuse indices that compiled routines would follow out of the memory of the array.

    Raises
    ------
    ValueError
        For a negative index, one beyond the shape, or an ``indptr`` that does not ascend from zero.
    """
    if pattern.format == "dia":
        return
    ranges = list(zip(("coords",) * len(pattern.shape), pattern.host(), pattern.shape))
    if pattern.format != "coo":
        indptr, indices = pattern.host()
        if indptr.size == 0 or indptr[0] != 0 or (numpy.diff(indptr) < 0).any():
            raise ValueError("indptr does not ascend from zero")
        ranges = [] if pattern.format == "bsr" else [("indices", indices, pattern.shape[pattern.format == "csr"])]
        if pattern.format == "bsr" and indices.size and indices.min() < 0:
            raise ValueError("indices are negative")
    for name, index, size in ranges:
        if index.size and not 0 <= index.min() <= index.max() < size:
            raise ValueError(f"{name} run from {index.min()} to {index.max()} in a dimension of length {size}")


def twin(pattern: Pattern, data: numpy.ndarray[Any, Any]) -> Any:
    """SciPy's array with this pattern and these data, made without a check or a copy."""
    found = object.__new__(getattr(scipy_sparse(), f"{pattern.format}_array"))
    found._shape, found.maxprint, found.data = pattern.shape, 50, data
    index = pattern.host()
    if pattern.format == "coo":
        found.coords = index
        found.has_canonical_format = bool(pattern.is_canonical)
        return found
    for name, array in zip(PARTS[pattern.format], index):
        setattr(found, name, array)
    if pattern.format in ("csr", "csc"):
        if pattern.is_canonical is not None:
            found.has_canonical_format = pattern.is_canonical
        if pattern.is_sorted is not None:
            found.has_sorted_indices = pattern.is_sorted
    return found


def pattern_of(found: Any, like: Pattern | None = None, device: torch.device | None = None) -> Pattern:
    """The pattern of an array of SciPy's. Index arrays that ``like`` has already keep their tensors."""
    known = {} if like is None else {id(a): t for a, t in zip(like.host(), like.index)}

    def as_tensor(array: numpy.ndarray[Any, Any]) -> Tensor:
        if id(array) in known:
            return known[id(array)]
        if array.dtype.char == "q":
            array = array.view(numpy.int64)
        if array.dtype not in (numpy.int32, numpy.int64):
            array = array.astype(numpy.int64)
        if not array.flags.writeable or any(s < 0 for s in array.strides):
            array = array.copy()
        tensor = torch.from_numpy(array)
        return tensor if device is None else tensor.to(device)

    arrays = found.coords if found.format == "coo" else [getattr(found, name) for name in PARTS[found.format]]
    pattern = Pattern(found.format, tuple(map(int, found.shape)), tuple(map(as_tensor, arrays)))
    if found.format == "coo":
        pattern.is_canonical = True if found.has_canonical_format else None
    elif found.format != "dia":
        pattern.is_sorted = getattr(found, "_has_sorted_indices", None)
        pattern.is_canonical = getattr(found, "_has_canonical_format", None)
    return pattern
