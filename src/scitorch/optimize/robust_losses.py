"""SciPy's robust losses as differentiable functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .caller_arrays import tensor_of

__all__ = ["cost_of"]

_LOSSES: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda z: z,
    "soft_l1": lambda z: 2 * (torch.sqrt(1 + z) - 1),
    "huber": lambda z: torch.where(z <= 1, z, 2 * torch.sqrt(torch.where(z <= 1, 1, z)) - 1),
    "cauchy": torch.log1p,
    "arctan": torch.arctan,
}


def cost_of(residuals: Callable[[Tensor], Tensor], loss: Any, scale: float) -> Callable[[Tensor], Tensor]:
    """Half the sum of ``scale² ρ((r / scale)²)``, as in `scipy.optimize.least_squares`."""

    def rho(z: Tensor) -> Tensor:
        if not callable(loss):
            return _LOSSES[loss](z)
        found = tensor_of(loss(z))
        if found is None or not found.ndim > z.ndim:
            raise NotImplementedError("least_squares: a loss without tensors has no derivative of the solution")
        return found[0]

    return lambda x: 0.5 * scale**2 * rho((residuals(x).reshape(-1) / scale) ** 2).sum()
