"""Values of a batch as one value with a leading dimension, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .boxes import Boxes
from .points import Polygons
from .ragged import Ragged
from .value import Value

__all__ = ["stacked", "unstacked"]


def stacked(values: Sequence[Value]) -> Value | Ragged:
    """One value of several of a class, `Ragged` if their sizes or facts differ."""
    first = values[0]
    if isinstance(first, Boxes):
        values = _alike(values)
        first = values[0]
    columns: dict[str, Any] = {}
    if isinstance(first, Polygons) or any(type(v) is not type(first) for v in values):
        return Ragged(values)
    if any(getattr(v, fact) != getattr(first, fact) for v in values for fact in first.facts):
        return Ragged(values)
    for name in first.tensors:
        parts = [getattr(v, name) for v in values]
        if all(p is None for p in parts):
            columns[name] = None
        elif any(p is None or p.shape != parts[0].shape or p.dtype != parts[0].dtype for p in parts):
            return Ragged(values)
        else:
            columns[name] = torch.stack(parts)
    return first.replace(**columns)


def unstacked(value: Value, index: int, count: int) -> Value:
    """
    One sample's value of a batch.

    Raises
    ------
    ValueError
        If the leading dimension is not that of the batch.
    """

    def pick(x: Tensor) -> Tensor:
        if x.dim() == 0 or x.shape[0] != count:
            raise ValueError(f"{value!r} has no leading dimension of {count} samples")
        return x[index]

    return value.map(pick)


def _alike(boxes: Sequence[Any]) -> Sequence[Any]:
    """All as they were given, or all as corners."""
    if all(b.given is not None for b in boxes):
        return boxes
    return [b if b.given is None else b.replace(given=None, corners_moved=b.corners) for b in boxes]
