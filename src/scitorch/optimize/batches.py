"""Batches of problems on the device of their starting points: every member by the same steps, each until it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.func.implicit import Solution, argmin, solution_of
from scitorch.func.implicit import root as implicit_root
from scitorch.func.linear_solvers import Dense
from scitorch.func.solvers import LevenbergMarquardt, LimitedMemoryBFGS, Newton, TrustRegion

from .caller_arrays import kind_of, tensor_of

__all__ = ["is_batch", "least_squares_batch", "minimize_batch", "root_batch"]

Function = Callable[..., Any]


def is_batch(x0: Any) -> bool:
    """Whether a starting point is a tensor or array with leading dimensions."""
    if isinstance(x0, numpy.ndarray | list | tuple):
        return False
    found = tensor_of(x0)
    return found is not None and found.ndim > 1


def minimize_batch(
    fun: Function, x0: Any, args: tuple[Any, ...], method: Any, bounds: Any, constraints: Any, tol: Any, options: Any
) -> Any:
    """Minimise a function of one vector from each of many starting points."""
    if bounds is not None or (constraints is not None and len(constraints)):
        raise NotImplementedError("minimize: a batch has neither bounds nor constraints")
    given = dict(options or {})
    limits = {"gtol": given.pop("gtol", tol), "max_steps": given.pop("maxiter", 2000)}
    name = "l-bfgs" if method is None else str(method).lower()
    if name in ("l-bfgs", "l-bfgs-b", "bfgs"):
        solver: Any = LimitedMemoryBFGS(memory=given.pop("maxcor", 10), **limits)
    elif name in ("newton-cg", "trust-ncg"):
        solver = TrustRegion(radius=given.pop("initial_trust_radius", 1.0), **limits)
    else:
        raise ValueError(f"minimize: the methods for a batch are L-BFGS, Newton-CG and trust-ncg, not {method!r}")
    _refuse("minimize", given)
    kind = kind_of(x0)

    def objective(x: Tensor) -> Tensor:
        found = tensor_of(fun(kind.trace(x), *args))
        if found is None or found.numel() != 1:
            raise ValueError("minimize: the function of a batch gets one vector and returns one number")
        return found.reshape(())

    start = _flat(x0, kind)
    found = _mapped(lambda x: argmin(objective, x, solver=solver), start)
    return _result(found, start, x0, kind, fun=torch.func.vmap(objective)(found.x))


def root_batch(fun: Function, x0: Any, args: tuple[Any, ...], method: str, tol: Any, options: Any) -> Any:
    """Solve a system from each of many starting points by Newton's method."""
    if method not in ("hybr", "newton"):
        raise ValueError(f"root: the method for a batch is Newton's, not {method!r}")
    given = dict(options or {})
    solver = Newton(rtol=given.pop("xtol", tol), max_steps=given.pop("maxiter", 100))
    _refuse("root", given)
    kind, start = kind_of(x0), _flat(x0, kind_of(x0))

    def system(x: Tensor) -> Tensor:
        found = tensor_of(fun(kind.trace(x), *args))
        if found is None:
            raise TypeError("root: the function returned no array")
        return found

    found = _mapped(lambda x: implicit_root(system, x, solver=solver), start)
    return _result(found, start, x0, kind, fun=torch.func.vmap(system)(found.x))


def least_squares_batch(
    fun: Function, x0: Any, args: tuple[Any, ...], bounds: Any, loss: Any, keywords: dict[str, Any]
) -> Any:
    """Solve a least-squares problem from each of many starting points by the Levenberg-Marquardt method."""
    limits = (bounds.lb, bounds.ub) if hasattr(bounds, "lb") else bounds
    if not (numpy.all(numpy.isneginf(limits[0])) and numpy.all(numpy.isposinf(limits[1]))) or loss != "linear":
        raise NotImplementedError("least_squares: a batch has neither bounds nor a robust loss")
    given = dict(keywords)
    if given.pop("method", "lm") != "lm":
        raise ValueError("least_squares: the method for a batch is 'lm'")
    inner = LevenbergMarquardt(given.pop("xtol", None), given.pop("gtol", None), given.pop("max_nfev", None) or 500)
    _refuse("least_squares", given)
    kind, start = kind_of(x0), _flat(x0, kind_of(x0))

    def residuals(x: Tensor) -> Tensor:
        found = tensor_of(fun(kind.trace(x), *args))
        if found is None:
            raise TypeError("least_squares: the function returned no array")
        return found.reshape(-1)

    def gradient(x: Tensor) -> Tensor:
        return torch.func.grad(lambda x: 0.5 * (residuals(x) ** 2).sum())(x)

    def solved(x: Tensor) -> Solution:
        return Solution(*solution_of(gradient, inner, x, (), Dense(), residuals))

    found = _mapped(solved, start)
    values = torch.func.vmap(residuals)(found.x)
    return _result(found, start, x0, kind, fun=values, cost=0.5 * (values**2).sum(-1))


def _flat(x0: Any, kind: Any) -> Tensor:
    found = tensor_of(x0)
    assert found is not None
    return found.detach().to(kind.dtype).reshape(-1, found.shape[-1])


def _mapped(function: Callable[[Tensor], Solution], start: Tensor) -> Solution:
    return torch.func.vmap(function)(start)  # type: ignore[no-any-return]


def _result(found: Solution, start: Tensor, x0: Any, kind: Any, **values: Tensor) -> Any:
    from scipy.optimize import OptimizeResult

    shape = tensor_of(x0).shape[:-1]  # type: ignore[union-attr]
    arrays = {"x": found.x, "success": found.success, "nit": found.nit, **values}
    return OptimizeResult({k: kind.result(v.reshape(*shape, *v.shape[1:])) for k, v in arrays.items()})


def _refuse(name: str, options: dict[str, Any]) -> None:
    if options:
        raise TypeError(f"{name}: a batch has no option {', '.join(sorted(options))}")
