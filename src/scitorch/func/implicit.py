"""Derivatives of what an equation defines: roots, fixed points and minimisers, by the implicit function theorem.

Where ``F(x, θ) = 0`` and ``∂F/∂x`` is regular, ``dx = -(∂F/∂x)⁻¹ ∂F/∂θ dθ``. The solver's steps play no part. The
formula is evaluated with differentiable operations at the solution, which is itself differentiable in the same way:
so derivatives of any order follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from scitorch.op.function_rule import FunctionRule, Tangents, Tensors, apply_rule
from scitorch.op.torch_private import is_tracked, is_transformed, transforms_active

from .captures import closed
from .linear_solvers import Dense, LinearSolver
from .solvers import Anderson, LimitedMemoryBFGS, Newton, Solver
from .trees import Tree

__all__ = ["Implicit", "OneStep", "Solution", "Unrolled", "argmin", "fixed_point", "root", "solution_of"]

Function = Callable[..., Any]
Residual = Callable[[Tensors, Tensor], Tensor]


@dataclass(frozen=True)
class Implicit:
    """Differentiate by the implicit function theorem: exact at a solution, at the price of one linear system."""

    linear_solver: LinearSolver = field(default_factory=Dense)


@dataclass(frozen=True)
class OneStep:
    """Differentiate the last step of the iteration alone: cheap, and as good as the iteration contracts.

    The step is the function itself for `fixed_point`, a Newton step for `root` and `argmin`. See J. Bolte, E. Pauwels
    and S. Vaiter, One-step differentiation of iterative algorithms (NeurIPS 2023). Derivatives of second order are
    not those of the solution.
    """


@dataclass(frozen=True)
class Unrolled:
    """Differentiate every step of the solver; in reverse mode from checkpoints. For solvers written with tensors."""


Adjoint = Implicit | OneStep | Unrolled


class Solution(NamedTuple):
    """What a solver found.

    Attributes
    ----------
    x
        The solution, of the structure of the starting point.
    success
        Whether the solver met its tolerance. Derivatives are those of a solution only where this is true.
    nit
        Number of iterations.
    residual
        Largest component of the equation's residual.
    """

    x: Any
    success: Tensor
    nit: Tensor
    residual: Tensor


def root(fun: Function, x0: Any, *args: Any, solver: Solver | None = None, adjoint: Adjoint | None = None) -> Solution:
    """Solve ``fun(x, *args) = 0``.

    Parameters
    ----------
    fun : callable
        Returns a pytree with as many numbers as ``x`` has.
    x0 : pytree of float or complex arrays
        Starting point. The solution does not depend on it, so it has no derivative.
    *args : pytrees
        Further arguments of ``fun``.
    solver : callable, optional
        ``solver(function, x0) -> (x, success, nit)`` for a function of one real vector; by default `Newton`.
    adjoint : Implicit, OneStep or Unrolled, optional
        How derivatives are computed.

    Returns
    -------
    Solution
        Differentiable in ``args`` and in everything that ``fun`` closes over.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import grad, root
    >>> kepler = lambda e: root(lambda E: E - e * torch.sin(E) - 1.0, torch.tensor(1.0, dtype=torch.float64)).x
    >>> grad(grad(kepler))(torch.tensor(0.3, dtype=torch.float64))
    tensor(0.2928, dtype=torch.float64)
    """
    start = _Vector.of(x0, "root")

    def residual(x: Tensor, *given: Any) -> Tensor:
        found = _flat(fun(start.filled(x), *given), "root")
        if found.shape != x.shape:
            raise ValueError(f"root: the function returns {len(found)} numbers for {len(x)} unknowns")
        return found

    return _solution(residual, start, args, solver or Newton(), adjoint or Implicit(), residual, None)


def fixed_point(
    fun: Function, x0: Any, *args: Any, solver: Solver | None = None, adjoint: Adjoint | None = None
) -> Solution:
    """Solve ``fun(x, *args) = x``.

    Parameters
    ----------
    fun, x0, args, adjoint
        As for `root`; ``fun`` returns the structure of ``x``.
    solver : callable, optional
        As for `root`, given ``fun(x) - x``; by default `Anderson`.

    Returns
    -------
    Solution

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import fixed_point, grad
    >>> grad(lambda a: fixed_point(lambda x: torch.cos(a * x), torch.tensor(0.5)).x)(torch.tensor(1.0))
    tensor(-0.2975)
    """
    start = _Vector.of(x0, "fixed_point")

    def image(x: Tensor, *given: Any) -> Tensor:
        return _flat(fun(start.filled(x), *given), "fixed_point")

    def residual(x: Tensor, *given: Any) -> Tensor:
        found = image(x, *given)
        if found.shape != x.shape:
            raise ValueError(f"fixed_point: the function returns {len(found)} numbers for {len(x)} unknowns")
        return found - x

    return _solution(residual, start, args, solver or Anderson(), adjoint or Implicit(), residual, image)


def argmin(
    fun: Function, x0: Any, *args: Any, solver: Solver | None = None, adjoint: Adjoint | None = None
) -> Solution:
    """Find a local minimiser of ``fun(x, *args)``.

    Parameters
    ----------
    fun : callable
        Returns one real number.
    x0, args, adjoint
        As for `root`. The linear system of the derivative has the Hessian as its matrix.
    solver : callable, optional
        As for `root`, given ``fun`` as a function of one real vector; by default `LimitedMemoryBFGS`.

    Returns
    -------
    Solution
        ``residual`` is the largest component of the gradient.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import argmin, grad
    >>> f = lambda a: argmin(lambda x: (x - a) ** 2 + x**4, torch.tensor(0.5, dtype=torch.float64)).x
    >>> grad(f)(torch.tensor(1.0, dtype=torch.float64))
    tensor(0.3240, dtype=torch.float64)
    """
    start = _Vector.of(x0, "argmin")

    def objective(x: Tensor, *given: Any) -> Tensor:
        value = _flat(fun(start.filled(x), *given), "argmin")
        if len(value) != 1:
            raise ValueError(f"argmin: the function returns {len(value)} numbers, not one")
        return value[0]

    def residual(x: Tensor, *given: Any) -> Tensor:
        return torch.func.grad(objective)(x, *given)

    return _solution(residual, start, args, solver or LimitedMemoryBFGS(), adjoint or Implicit(), objective, None)


@dataclass(frozen=True)
class _Vector:
    """A container of arrays as one real vector."""

    tree: Tree
    shapes: tuple[torch.Size, ...]
    dtypes: tuple[torch.dtype, ...]
    values: Tensor

    @classmethod
    def of(cls, value: Any, name: str) -> _Vector:
        tree, leaves = Tree.of(value, numbers=True)
        if not leaves:
            raise TypeError(f"{name}: the starting point holds no array")
        leaves = [x if x.is_floating_point() or x.is_complex() else x.to(torch.get_default_dtype()) for x in leaves]
        flat = torch.cat([_real(x) for x in leaves])
        return cls(tree, tuple([x.shape for x in leaves]), tuple([x.dtype for x in leaves]), flat)

    def filled(self, x: Tensor) -> Any:
        """The container with the numbers of a vector."""
        leaves, place = [], 0
        for shape, dtype in zip(self.shapes, self.dtypes):
            count = shape.numel() * (2 if dtype.is_complex else 1)
            part = x[place : place + count]
            place += count
            if dtype.is_complex:
                parts = part.reshape(*shape, 2)
                leaves.append(torch.complex(parts[..., 0], parts[..., 1]))
            else:
                leaves.append(part.reshape(shape).to(dtype))
        return self.tree.filled(leaves)


def _flat(value: Any, name: str) -> Tensor:
    leaves = Tree.of(value)[1]
    if not leaves:
        raise TypeError(f"{name}: the function returns {type(value).__name__}, which holds no array")
    return torch.cat([_real(x) for x in leaves])


def _real(x: Tensor) -> Tensor:
    return torch.view_as_real(x.resolve_conj()).reshape(-1) if x.is_complex() else x.reshape(-1)


def _solution(
    residual: Function,
    start: _Vector,
    args: tuple[Any, ...],
    solver: Solver,
    adjoint: Adjoint,
    problem: Function,
    step: Function | None,
) -> Solution:
    if isinstance(adjoint, Unrolled):
        x, success, nit = solver(lambda x: problem(x, *args), start.values.detach())
        return Solution(start.filled(x), success, nit, residual(x, *args).abs().max())
    linear = adjoint.linear_solver if isinstance(adjoint, Implicit) else Dense()
    x, success, nit, worst = solution_of(
        residual,
        lambda function, x0: solver(function, x0),
        start.values,
        args,
        linear,
        problem,
        isinstance(adjoint, OneStep),
    )
    if isinstance(adjoint, OneStep):
        x = step(x, *args) if step is not None else _newton_step(residual, x, args)
    return Solution(start.filled(x), success, nit, worst)


def _newton_step(residual: Function, x: Tensor, args: tuple[Any, ...]) -> Tensor:
    return x - Dense().solve(lambda x: residual(x, *args), x, residual(x, *args))


def solution_of(
    residual: Function,
    solver: Function,
    x0: Tensor,
    args: tuple[Any, ...],
    linear: LinearSolver,
    problem: Function | None = None,
    frozen: bool = False,
    on_host: bool = False,
    example: Tensor | None = None,
) -> tuple[Tensor, ...]:
    """Run a solver, and let its result have the derivatives of a solution of the equation.

    Parameters
    ----------
    residual
        ``residual(x, *args)``, zero at the solution.
    solver
        ``solver(function, x0) -> (x, success, nit)``, given ``problem`` with its arguments filled in.
    x0
        The starting point, a real array.
    args
        Arguments of ``residual`` and ``problem``.
    linear
        How to solve with the derivative of the residual.
    problem
        What the solver is given; the residual by default.
    frozen
        Whether the result has no derivative at all.
    on_host
        Whether the solver is another library's, which sees one member of a batch at a time.

    example
        A point at which the functions can be evaluated, if ``x0`` holds more than one.

    Returns
    -------
    x, success, nit, largest residual
    """
    problem = residual if problem is None else problem
    tree, leaves = Tree.of(args)

    def both(x: Tensor, *given: Tensor) -> Any:
        filled = tree.filled(given)
        return residual(x, *filled), problem(x, *filled)

    found = closed(both, x0 if example is None else example, *leaves)
    count = len(found.captured)

    def explicit(function: Function) -> Residual:
        step = found.of(function)
        return lambda theta, x: step(theta[:count], x, *tree.filled(theta[count:]))

    rule = _Equation(explicit(residual), explicit(problem), solver, linear, on_host)
    return apply_rule(_Frozen(rule) if frozen else rule, x0, *found.inputs(leaves))


class _Equation:
    """The rule of a solution; primals are the starting point and everything that the equation depends on."""

    def __init__(
        self, residual: Residual, problem: Residual, solver: Function, linear: LinearSolver, on_host: bool
    ) -> None:
        self.residual = residual
        self.problem = problem
        self.solver = solver
        self.linear = linear
        self.on_host = on_host

    def value(self, *primals: Tensor) -> Tensors:
        """Run the solver."""
        x0, *theta = primals
        with torch.no_grad():
            x, success, nit = self.solver(lambda x: self.problem(theta, x), x0)
        at_solution = self.residual(theta, x)
        if x.numel() and _escaped(at_solution):
            raise RuntimeError(
                "the equation depends on a differentiated tensor that was not found among what the function closes "
                "over; pass it as an argument"
            )
        worst = at_solution.detach().abs().max() if x.numel() else x.new_zeros(())
        return x, _tensor(success, x, torch.bool), _tensor(nit, x, torch.int64), worst

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """``-J⁻¹ ∂F/∂θ dθ``."""
        theta, x = primals[1:], results[0]
        active = [k for k, t in enumerate(tangents[1:]) if t is not None and _is_smooth(theta[k])]
        if not active:
            return [None] * 4

        def of_parameters(*chosen: Tensor) -> Tensor:
            return self.residual(_replaced(theta, active, chosen), x)

        given = tuple([tangents[1:][k] for k in active])
        moved = torch.func.jvp(of_parameters, tuple([theta[k] for k in active]), given)[1]
        return [-self.linear.solve(lambda x: self.residual(theta, x), x, moved), None, None, None]

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """``-(∂F/∂θ)ᵀ J⁻ᵀ``."""
        theta, x = primals[1:], results[0]
        wanted = [k for k, need in enumerate(needed[1:]) if need]
        if given[0] is None or not wanted:
            return [None] * len(primals)
        weights = self.linear.solve_transposed(lambda x: self.residual(theta, x), x, given[0])

        def of_parameters(*chosen: Tensor) -> Tensor:
            return self.residual(_replaced(theta, wanted, chosen), x)

        pulled = torch.func.vjp(of_parameters, *[theta[k] for k in wanted])[1](-weights)
        found = dict(zip(wanted, pulled))
        return [None, *[found.get(k) for k in range(len(theta))]]


class _Frozen:
    """A rule's value without its derivatives."""

    def __init__(self, rule: FunctionRule) -> None:
        self.value = rule.value
        self.on_host = getattr(rule, "on_host", False)

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        return [None] * len(results)

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        return [None] * len(primals)


def _escaped(x: Tensor) -> bool:
    # without transforms around, a wrapped tensor comes from one that is suspended here
    return is_tracked(x, batched=False) if transforms_active() else is_transformed(x) or is_tracked(x)


def _replaced(values: Tensors, places: Sequence[int], chosen: Sequence[Tensor]) -> list[Tensor]:
    full = list(values)
    for k, x in zip(places, chosen):
        full[k] = x
    return full


def _tensor(value: Any, like: Tensor, dtype: torch.dtype) -> Tensor:
    if isinstance(value, Tensor):
        return value.to(dtype)
    return torch.tensor(value, dtype=dtype, device=like.device)


def _is_smooth(x: Tensor) -> bool:
    return x.is_floating_point() or x.is_complex()
