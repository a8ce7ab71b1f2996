"""Derivatives of an optimizer's result in what its functions close over, whoever ran the optimizer.

SciPy finds the point; the equation that holds there (a gradient that vanishes, a system that is solved) gives its
derivatives by the implicit function theorem.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.func.captures import closed
from scitorch.func.implicit import solution_of
from scitorch.func.linear_solvers import Dense, LinearSolver
from scitorch.op.torch_private import is_tracked

from .caller_arrays import ArrayKind, tensor_of

__all__ = ["Refused", "differentiable_point", "is_captive", "objective_of", "stationarity"]

Function = Callable[..., Any]


def objective_of(fun: Function, args: tuple[Any, ...], kind: ArrayKind, name: str) -> Callable[[Tensor], Tensor]:
    """The user's function from tensor to tensor."""

    def objective(x: Tensor) -> Tensor:
        found = tensor_of(fun(kind.trace(x), *args))
        if found is None:
            raise TypeError(f"{name}: the function returned no array")
        return found

    return objective


def is_captive(function: Function, x: Tensor) -> bool:
    """Whether a function of a point depends on differentiated or batched tensors beside it."""
    try:
        return any(is_tracked(t) for t in closed(function, x).captured)
    except Exception:  # the function's own error is raised where SciPy calls it
        return False


class Refused:
    """In place of the linear solver where there are no derivatives yet."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def solve(self, function: Function, x: Tensor, b: Tensor) -> Tensor:
        raise NotImplementedError(self.reason)

    solve_transposed = solve


def stationarity(objective: Function, lower: Tensor | None = None, upper: Tensor | None = None) -> Function:
    """The equations of a minimiser: the gradient vanishes, or where that points out of the bounds, the bound holds."""

    def residual(x: Tensor) -> Tensor:
        gradient = torch.func.grad(lambda x: objective(x).reshape(()))(x)
        if lower is not None:
            gradient = torch.where((x <= lower) & (gradient > 0), x - lower, gradient)
        if upper is not None:
            gradient = torch.where((x >= upper) & (gradient < 0), x - upper, gradient)
        return gradient

    return residual


def differentiable_point(
    residual: Function, problem: Function, start: Tensor, solver: Function, linear: LinearSolver | None = None
) -> tuple[Tensor, Tensor]:
    """Let SciPy solve the problem, and give the point its derivatives.

    ``solver(problem, start) -> (x, success, nit)`` sees one member of a batch at a time.
    """

    def recorded(function: Function, x: Tensor) -> Any:
        with torch.enable_grad():  # SciPy's derivatives are those of autograd
            return solver(function, x)

    x, success, *_ = solution_of(
        residual, recorded, start.detach(), (), linear if linear is not None else Dense(), problem, on_host=True
    )
    return x, success
