"""The caller's arrays on both sides of an integral: tensors inside, their own kind outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op.array_types import find_array_type

__all__ = ["Kind", "kind_of_all"]


class Kind:
    """How the caller's arrays become tensors and come back; numbers and lists come back as `scitorch.numpy` arrays."""

    def __init__(self, values: Sequence[Any]) -> None:
        from scitorch.numpy.array import ndarray  # here, since the array package stands above this one

        tensors = [v for v in values if isinstance(v, Tensor)]
        arrays = [v for v in values if type(v) is ndarray]
        self._tensors = bool(tensors) and not arrays
        self._from_tensor = ndarray._wrap
        self._numpy = not tensors and not arrays and any(isinstance(v, numpy.ndarray) for v in values)
        found = tensors + [v._tensor for v in arrays]
        floats = [t.dtype for t in found if t.is_floating_point() or t.is_complex()]
        self.dtype = torch.float64
        if floats:
            self.dtype = floats[0]
            for other in floats[1:]:
                self.dtype = torch.promote_types(self.dtype, other)
        self.device = found[0].device if found else None

    @property
    def real(self) -> torch.dtype:
        """The dtype of times and limits."""
        return self.dtype.to_real() if self.dtype.is_complex else self.dtype

    def trace(self, x: Tensor) -> Any:
        """What the user's function gets."""
        return x if self._tensors else self._from_tensor(x)

    def result(self, x: Tensor) -> Any:
        """What the caller gets."""
        if self._tensors:
            return x
        if self._numpy and not x.requires_grad:
            return x.numpy(force=True) if x.ndim else x.numpy(force=True)[()]
        return self._from_tensor(x)

    def tensor(self, value: Any, dtype: torch.dtype | None = None) -> Tensor:
        """A value of the caller's or of their function's as a tensor that keeps its graph."""
        dtype = dtype or self.dtype
        if isinstance(value, list | tuple):
            return torch.stack([self.tensor(v, dtype) for v in value])
        found = value if isinstance(value, Tensor) else None
        if found is None and (known := find_array_type(value)) is not None:
            found = known.to_tensor(value)
        if found is None:
            return torch.as_tensor(value, dtype=dtype, device=self.device)
        return found if found.dtype == dtype else found.to(torch.promote_types(dtype, found.dtype))


def kind_of_all(*values: Any) -> Kind:
    """The kind of the first arrays among values."""
    return Kind(values)
