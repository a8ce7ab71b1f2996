"""Positive definite matrices, by a Cholesky factor with a positive diagonal."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch import linalg

from .manifold import Manifold
from .matrices import Symmetric
from .positive import Positive


class PositiveDefinite(Manifold):
    """Symmetric, or Hermitian, positive definite matrices L Lᴴ."""

    def __init__(self) -> None:
        super().__init__()
        self._positive = Positive()

    def map(self, free: Tensor) -> Tensor:
        """L Lᴴ, L the lower triangle with its diagonal made positive."""
        diagonal = free.diagonal(dim1=-2, dim2=-1)
        positive = self._positive.map(diagonal.real if free.is_complex() else diagonal)
        lower = free.tril(-1) + torch.diag_embed(positive.to(free.dtype))
        return lower @ lower.mH

    def inverse(self, point: Tensor) -> Tensor:
        """The Cholesky factor, its diagonal made free."""
        lower = linalg.cholesky(point, lower=True)
        diagonal = lower.diagonal(dim1=-2, dim2=-1)
        free = self._positive.inverse(diagonal.real if point.is_complex() else diagonal)
        return lower.tril(-1) + torch.diag_embed(free.to(point.dtype))

    def contains(self, point: Tensor, *, atol: float = 1e-5) -> bool:
        """Whether it is Hermitian and all pivots of its Cholesky factor are positive."""
        return Symmetric().contains(point, atol=atol) and not bool(torch.linalg.cholesky_ex(point).info.any())
