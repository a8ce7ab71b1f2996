"""Vectors of length one, along the last dimension."""

from __future__ import annotations

import torch
from torch import Tensor

from .manifold import Manifold


class Sphere(Manifold):
    """Unit vectors along the last dimension, by division by the length."""

    def map(self, free: Tensor) -> Tensor:
        """``x / |x|``; nan for a vector of zeros, which has no direction."""
        return free / torch.linalg.vector_norm(free, dim=-1, keepdim=True)

    def inverse(self, point: Tensor) -> Tensor:
        """The vector itself."""
        return point

    def contains(self, point: Tensor, *, atol: float = 1e-5) -> bool:
        """Whether all lengths are one."""
        return bool(((torch.linalg.vector_norm(point, dim=-1) - 1).abs() <= atol).all())
