"""Largest and smallest elements, and where they are.

The derivative is that of the dense array's ``amax``: elements that share the extreme value share the derivative, zeros
that are not stored among them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy
import torch
from torch import Tensor

from .kinds import give
from .pattern import Pattern
from .planning import adopted, from_host, is_plain, scattered
from .reductions import groups_along, reduced_axes


class Extrema:
    """Extreme elements of sparse arrays."""

    def max(self: Any, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """The largest element, or those along axes as a coo array; ``explicit`` looks at stored ones only."""
        return _extreme(self, "max", axis, out, explicit)

    def min(self: Any, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """The smallest element, or those along axes as a coo array; ``explicit`` looks at stored ones only."""
        return _extreme(self, "min", axis, out, explicit)

    def nanmax(self: Any, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """The largest element that is a number; see :meth:`max`."""
        return _extreme(self, "nanmax", axis, out, explicit)

    def nanmin(self: Any, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """The smallest element that is a number; see :meth:`min`."""
        return _extreme(self, "nanmin", axis, out, explicit)

    def argmax(self: Any, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Index of the largest element, or indices along an axis."""
        return _place_of_extreme(self, "argmax", axis, out, explicit)

    def argmin(self: Any, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Index of the smallest element, or indices along an axis."""
        return _place_of_extreme(self, "argmin", axis, out, explicit)


def _extreme(a: Any, name: str, axis: Any, out: None, explicit: bool) -> Any:
    if out is not None:
        raise ValueError(f"{name} of a sparse array takes no 'out'")
    if a.format in ("dia", "lil", "dok"):
        a = a.tocoo()
    if is_plain(a._values):
        found = getattr(a._host(), name)(axis=axis, explicit=explicit)
        if not hasattr(found, "format"):
            return give(from_host(numpy.asarray(found)), a._kind)
        return adopted(found, from_host, a._kind)
    axes = reduced_axes(axis, a.ndim)
    sizes = a.shape if axes is None else tuple(a.shape[k] for k in axes)
    if 0 in sizes:
        raise ValueError(f"{name} over no elements")
    source = a.tocoo()._canonical()
    group, shape, count = groups_along(source, axes)
    values = _grouped_extreme(source._values, group, count, math.prod(sizes), name, explicit)
    if axes is None:
        return give(values.reshape(()), a._kind)
    occupied = torch.bincount(group, minlength=count).nonzero().squeeze(1)
    coords, rest = [], occupied
    for size in reversed(shape):
        coords.append(rest % size)
        rest = rest // size
    pattern = Pattern("coo", shape, tuple(reversed(coords)), True, True)
    from .planning import CLASSES

    return CLASSES["coo"]._of(pattern, values.index_select(0, occupied), a._kind)


def _grouped_extreme(values: Tensor, group: Tensor, count: int, size: int, name: str, explicit: bool) -> Tensor:
    largest = name.endswith("max")
    if values.is_complex():
        raise TypeError(f"{name} of complex elements has no derivative")
    if values.dtype == torch.bool:
        return _grouped_extreme(values.to(torch.uint8), group, count, size, name, explicit) != 0
    low = -math.inf if largest else math.inf
    if not values.is_floating_point():
        low = torch.iinfo(values.dtype).min if largest else torch.iinfo(values.dtype).max
    number = ~torch.isnan(values) if name.startswith("nan") else torch.ones_like(values, dtype=torch.bool)
    candidates = torch.where(number, values, torch.full_like(values, low))
    start = torch.full((count,), low, dtype=values.dtype, device=values.device)
    best = start.scatter_reduce(0, group, candidates.detach(), "amax" if largest else "amin")
    stored = scattered(number.to(torch.int64), group, count)
    absent = size - stored
    zero = torch.zeros_like(best)
    if not explicit:
        with_zero = torch.maximum(best, zero) if largest else torch.minimum(best, zero)
        best = torch.where(absent > 0, with_zero, best)
    hit = number & ((values == best[group]) | torch.isnan(values))
    ties = scattered(hit.to(torch.int64), group, count)
    if not explicit:
        ties = ties + torch.where((best == 0) & (absent > 0), absent, torch.zeros_like(absent))
    total = scattered(torch.where(hit, values, torch.zeros_like(values)), group, count)
    ties = ties.clamp(min=1)
    return total / ties if values.is_floating_point() else total // ties


def _place_of_extreme(a: Any, name: str, axis: Any, out: None, explicit: bool) -> Any:
    from .comparison import seen

    if out is not None:
        raise ValueError(f"{name} of a sparse array takes no 'out'")
    if a.format in ("dia", "lil", "dok"):
        a = a.tocoo()
    found = getattr(seen(a)._host(), name)(axis=axis, explicit=explicit)
    return int(found) if numpy.ndim(found) == 0 else give(from_host(found), a._kind)
