"""Positive numbers."""

from __future__ import annotations

import torch
from torch import Tensor

from .manifold import Manifold


class Positive(Manifold):
    """Positive numbers, by the logarithm of 1 + exp."""

    def map(self, free: Tensor) -> Tensor:
        """log(1 + exp(x)), without overflow."""
        return torch.logaddexp(free, torch.zeros_like(free))

    def inverse(self, point: Tensor) -> Tensor:
        """log(exp(y) − 1) = y + log(1 − exp(−y))."""
        return point + torch.log(-torch.expm1(-point))

    def contains(self, point: Tensor, *, atol: float = 1e-5) -> bool:
        """Whether all are positive."""
        return bool((point > 0).all())
