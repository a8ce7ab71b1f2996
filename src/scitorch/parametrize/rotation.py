"""Rotations by the Cayley transform (I − A)⁻¹ (I + A) of skew-symmetric A; unitary matrices for complex A."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch import linalg

from .manifold import Manifold
from .matrices import Skew


class Cayley(Manifold):
    """Orthogonal matrices of determinant 1, or unitary matrices, without the eigenvalue −1."""

    def __init__(self) -> None:
        super().__init__()
        self._skew = Skew()

    def map(self, free: Tensor) -> Tensor:
        """(I − A)⁻¹ (I + A), A skew; I − A is never singular."""
        a = self._skew.map(free)
        one = torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)
        return linalg.solve(one - a, one + a)

    def inverse(self, point: Tensor) -> Tensor:
        """(Q + I)⁻¹ (Q − I)."""
        one = torch.eye(point.shape[-1], dtype=point.dtype, device=point.device)
        return linalg.solve(point + one, point - one)

    def contains(self, point: Tensor, *, atol: float = 1e-5) -> bool:
        """Whether QᴴQ = I and −1 is not an eigenvalue."""
        if point.shape[-1] != point.shape[-2]:
            return False
        one = torch.eye(point.shape[-1], dtype=point.dtype, device=point.device)
        orthogonal = torch.allclose(point.mH @ point, one.expand(point.shape), rtol=0.0, atol=atol)
        return orthogonal and bool((torch.linalg.svdvals(point + one) > atol).all())
