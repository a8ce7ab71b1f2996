"""How the linear system of an implicit derivative is solved: ``J y = b`` and ``Jᵀ y = b`` for ``J = ∂F/∂x``.

Solutions are differentiated again, so each of these is a differentiable operation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from .captures import alias

__all__ = ["Dense", "Diagonal", "Krylov", "LinearSolver"]

Map = Callable[[Tensor], Tensor]


class LinearSolver(Protocol):
    """Solves with the derivative of a function of one real vector."""

    def solve(self, function: Map, x: Tensor, b: Tensor) -> Tensor:
        """The vector y with ``J y = b``."""
        ...

    def solve_transposed(self, function: Map, x: Tensor, b: Tensor) -> Tensor:
        """The vector y with ``Jᵀ y = b``."""
        ...


@dataclass(frozen=True)
class Dense:
    """By the matrix of all derivatives, in reverse mode, and its factors."""

    def solve(self, function: Map, x: Tensor, b: Tensor) -> Tensor:
        return _solve(torch.func.jacrev(function)(x), b)

    def solve_transposed(self, function: Map, x: Tensor, b: Tensor) -> Tensor:
        return _solve(torch.func.jacrev(function)(x).mT, b)


@dataclass(frozen=True)
class Diagonal:
    """For functions that act on each element alone."""

    def solve(self, function: Map, x: Tensor, b: Tensor) -> Tensor:
        return b / torch.func.vjp(function, x)[1](torch.ones_like(x))[0]

    solve_transposed = solve


@dataclass(frozen=True)
class Krylov:
    """By products alone, with the minimal residual in a Krylov space: memory for ``space`` vectors.

    Attributes
    ----------
    rtol
        Relative residual at which to stop.
    space
        Dimension of the space between restarts.
    restarts
        How often to start again at most.
    """

    rtol: float = 1e-10
    space: int = 30
    restarts: int = 50

    def solve(self, function: Map, x: Tensor, b: Tensor) -> Tensor:
        return self._solved(lambda y, x, b: torch.func.jvp(function, (alias(x),), (alias(y),))[1] - b, x, b)

    def solve_transposed(self, function: Map, x: Tensor, b: Tensor) -> Tensor:
        return self._solved(lambda y, x, b: torch.func.grad(lambda x: torch.dot(function(x), y))(alias(x)) - b, x, b)

    def _solved(self, residual: Callable[..., Tensor], x: Tensor, b: Tensor) -> Tensor:
        from .implicit import Implicit, root

        return root(residual, torch.zeros_like(b), x, b, solver=self, adjoint=Implicit(self)).x  # type: ignore[no-any-return]

    def __call__(self, residual: Map, x0: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Solve ``residual(x) = 0`` for an affine residual."""
        from .control_flow import while_loop

        start = residual(torch.zeros_like(x0))
        limit = self.rtol * torch.linalg.vector_norm(start)
        size = min(self.space, len(x0))

        def improved(state: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
            x, r, count = state
            norm = torch.linalg.vector_norm(r)
            basis = [r / norm.clamp(min=torch.finfo(r.dtype).tiny)]
            images = []
            for _ in range(size):
                image = residual(basis[-1]) - start
                images.append(image)
                for _ in range(2):  # orthogonal to rounding
                    image = image - sum(v * torch.dot(v, image) for v in basis)
                length = torch.linalg.vector_norm(image)
                basis.append(image / torch.where(length > 0, length, 1))
            applied, space = torch.stack(images, 1), torch.stack(basis[:-1], 1)
            # least squares by an orthogonal factor, whose rank may be short after an exact breakdown
            u, s, vh = torch.linalg.svd(applied, full_matrices=False)
            kept = s > s[0] * torch.finfo(r.dtype).eps * size
            step = vh.mT @ torch.where(kept, (u.mT @ -r) / torch.where(kept, s, 1), 0)
            x = x + space @ step
            return x, residual(x), count + 1

        x, r, count = while_loop(
            lambda s: torch.linalg.vector_norm(s[1]) > limit,
            improved,
            (torch.zeros_like(x0), start, torch.zeros((), dtype=torch.int64, device=x0.device)),
            max_steps=self.restarts,
        )
        return x, torch.linalg.vector_norm(r) <= limit, count


def _solve(matrix: Tensor, b: Tensor) -> Tensor:
    if len(b) == 1:
        return b / matrix[0]
    from scitorch.linalg import solve  # right in nested forward mode, where torch's is not

    return solve(matrix, b)
