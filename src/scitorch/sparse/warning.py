"""What the user is warned of."""

from __future__ import annotations

import math
import sys
import warnings

import torch


class SparseWarning(Warning):
    """Any warning about sparse arrays."""


class SparseEfficiencyWarning(SparseWarning):
    """An operation on sparse arrays is slow or needs much memory."""


class DensifyingWarning(SparseEfficiencyWarning):
    """An operation stores all elements of a sparse array."""


_warned: set[str] = set()


def warn_of_dense(operation: str, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Warn, once for each operation, that it stores all elements, and of their size."""
    if operation in _warned:
        return
    _warned.add(operation)
    size = math.prod(shape) * dtype.itemsize
    unit, scale = next((u, s) for u, s in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("bytes", 1)) if size >= s or s == 1)
    dimensions = "×".join(map(str, shape))
    depth = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("scitorch.sparse"):
        frame, depth = frame.f_back, depth + 1
    warnings.warn(
        f"{operation} stores all {dimensions} elements of a sparse array, {size / scale:.3g} {unit}",
        DensifyingWarning,
        stacklevel=depth - 1,
    )
