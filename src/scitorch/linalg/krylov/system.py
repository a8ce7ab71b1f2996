"""What an iteration is given, and how it keeps the books of many systems at once.

Vectors are columns ``(..., n, k)``; what belongs to a column is ``(..., 1, k)``. A column that has converged or broken
down takes no further steps, while the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

Map = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class System:
    """The products that an iteration may ask for: with the matrix, the preconditioner, and their adjoints."""

    matvec: Map
    rmatvec: Map
    psolve: Map
    rpsolve: Map


@dataclass(frozen=True)
class Settings:
    """When to stop, and whom to tell.

    A column has converged when its residual is smaller than ``max(rtol * norm(b), atol)``.
    """

    rtol: float = 1e-5
    atol: float = 0.0
    maxiter: int = 0
    callback: Callable[[Any], Any] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def of_derivative(self) -> Settings:
        """For the system that a derivative is the solution of: as accurate, relative to its own right-hand side."""
        options = {k: v for k, v in self.options.items() if k not in ("show", "callback_type", "CU", "outer_v")}
        return replace(self, atol=0.0, callback=None, options=options)


Solution = tuple[Tensor, Tensor]
Method = Callable[[System, Tensor, Tensor, Settings], Solution]


def norms(x: Tensor) -> Tensor:
    """The Euclidean norm of each column."""
    if x.numel() == x.shape[-2]:
        return torch.linalg.vector_norm(x.reshape(-1)).expand(*x.shape[:-2], 1, 1)
    return torch.linalg.vector_norm(x, dim=-2, keepdim=True)


def inner(x: Tensor, y: Tensor) -> Tensor:
    """``x^H y`` of each column."""
    if x.numel() == x.shape[-2]:  # one column: BLAS, without a temporary
        return torch.vdot(x.reshape(-1), y.reshape(-1)).expand(*x.shape[:-2], 1, 1)
    return torch.linalg.vecdot(x, y, dim=-2).unsqueeze(-2)


def add_scaled(x: Tensor, scale: Tensor, p: Tensor) -> None:
    """``x += scale * p`` in place."""
    if scale.numel() == 1:
        x.add_(p, alpha=scale.item())
    else:
        x.addcmul_(scale, p)


def scale_and_add(p: Tensor, scale: Tensor, z: Tensor) -> None:
    """``p = scale * p + z`` in place."""
    p.mul_(scale.item() if scale.numel() == 1 else scale).add_(z)


class Progress:
    """Which columns are still on their way, and what became of the others.

    `info` is SciPy's: zero for a converged column, the number of iterations for one that did not converge, a negative
    number for a breakdown.
    """

    def __init__(self, b: Tensor, settings: Settings) -> None:
        size = norms(b)
        self.stop = torch.clamp(settings.rtol * size, min=settings.atol)
        self.active = size != 0
        self.info = torch.where(self.active, settings.maxiter, 0)
        self._callback = settings.callback

    def check(self, residual: Tensor) -> bool:
        """Retire columns whose residual norm is small enough or no number; whether any is left."""
        small = residual < self.stop
        self.info = torch.where(self.active & small, 0, self.info)
        self.active = self.active & ~small & torch.isfinite(residual)
        return bool(self.active.any())

    def retire(self, broken: Tensor, code: int) -> bool:
        """Retire broken columns under a code; whether any is left."""
        broken = broken & self.active
        if bool(broken.any()):
            self.info = torch.where(broken, code, self.info)
            self.active = self.active & ~broken
        return bool(self.active.any())

    def ratio(self, numerator: Tensor, denominator: Tensor) -> Tensor:
        """The quotient for active columns, zero for the others."""
        regular = self.active & (denominator != 0)
        return torch.where(regular, numerator / torch.where(regular, denominator, 1), 0)

    def report(self, x: Tensor) -> None:
        """Tell the caller of an iterate."""
        if self._callback is not None:
            self._callback(x.squeeze(-1) if x.ndim == 2 and x.shape[-1] == 1 else x)

    def result(self, x: Tensor) -> Solution:
        """The solution, and the info of each column."""
        return x, self.info.squeeze(-2)


def first_residual(system: System, b: Tensor, x: Tensor) -> Tensor:
    """``b - A x``, without a product if x is zero."""
    return b - system.matvec(x) if bool(x.any()) else b.clone()
