"""Symmetric and skew-symmetric (Hermitian) matrices, by the lower triangle of the free ones."""

from __future__ import annotations

import torch
from torch import Tensor

from .manifold import Manifold


class Symmetric(Manifold):
    """Symmetric, or Hermitian, matrices."""

    def map(self, free: Tensor) -> Tensor:
        """Mirror the lower triangle."""
        lower, diagonal = free.tril(-1), free.diagonal(dim1=-2, dim2=-1)
        kept = diagonal.real.to(free.dtype) if free.is_complex() else diagonal
        return lower + lower.mH + torch.diag_embed(kept)

    def inverse(self, point: Tensor) -> Tensor:
        """The matrix itself."""
        return point

    def contains(self, point: Tensor, *, atol: float = 1e-5) -> bool:
        """Whether it equals its conjugate transpose."""
        return point.shape[-1] == point.shape[-2] and torch.allclose(point, point.mH, rtol=0.0, atol=atol)


class Skew(Manifold):
    """Skew-symmetric, or skew-Hermitian, matrices."""

    def map(self, free: Tensor) -> Tensor:
        """Mirror the lower triangle with the opposite sign."""
        lower = free.tril(-1)
        skew = lower - lower.mH
        if free.is_complex():
            skew = skew + torch.diag_embed(1j * free.diagonal(dim1=-2, dim2=-1).imag)
        return skew

    def inverse(self, point: Tensor) -> Tensor:
        """The matrix itself."""
        return point

    def contains(self, point: Tensor, *, atol: float = 1e-5) -> bool:
        """Whether it equals its negative conjugate transpose."""
        return point.shape[-1] == point.shape[-2] and torch.allclose(point, -point.mH, rtol=0.0, atol=atol)
