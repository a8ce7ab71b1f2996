"""Laplacians by one forward sweep that carries all first derivatives and the sum of the second ones."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from scitorch.func.call import Call, Function
from scitorch.func.jets import taylor_second
from scitorch.func.level import Application, Level, floats_in
from scitorch.op.registry import operator_of
from scitorch.op.torch_traits import is_constant, is_elementwise, is_linear, is_quotient, multilinear_groups, rewritten

__all__ = ["bilaplacian", "laplacian", "stochastic_laplacian"]


def laplacian(function: Function, argnums: int = 0, *, weights: Tensor | None = None) -> Callable[..., Any]:
    """Return the function that computes the Laplacian: the sum of second derivatives in all components of an argument.

    Parameters
    ----------
    function : callable
        Returns arrays, tensors or containers of them.
    argnums : int
        The argument, a real tensor or array or a tree of them.
    weights : Tensor, shape (n,) or (n, r), optional
        For ``Σ_i w_i ∂²f/∂x_i²``, or with a matrix ``S`` for ``Σ_ij (S Sᵀ)_ij ∂²f/∂x_i∂x_j``, where ``n`` counts the
        components of the argument. A diagonal may have any signs.

    Returns
    -------
    callable
        Takes the function's arguments and returns the pair of its result and of the Laplacian of each component.

    Notes
    -----
    Value, all first derivatives and the Laplacian of every intermediate result go forward together, without a tape:
    the forward Laplacian [1]_, in which a linear operation costs no more than on ``n + 2`` vectors.

    References
    ----------
    .. [1] R. Li et al., A computational framework for neural network-based variational Monte Carlo with Forward
       Laplacian, Nature Machine Intelligence 6, 2024.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import laplacian
    >>> laplacian(lambda x: (x**3).sum())(torch.tensor([1.0, 2.0]))
    (tensor(9.), tensor(18.))
    """

    @functools.wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        call = Call(function, args, kwargs, argnums)
        count = sum(p.numel() for p in call.primals)
        signs = None
        like = call.primals[0]
        if weights is None:
            directions = torch.eye(count, dtype=like.dtype, device=like.device)
        elif weights.ndim == 1 and weights.shape == (count,):
            directions = torch.diag(weights.abs().sqrt())
            signs = torch.sign(weights)
        elif weights.ndim == 2 and weights.shape[0] == count:
            directions = weights.T
        else:
            raise ValueError(f"weights have shape {tuple(weights.shape)}, and the argument {count} components")
        return _swept(call, directions, signs)

    return computed


def bilaplacian(function: Function, argnums: int = 0) -> Callable[..., Any]:
    """Return the function that computes the biharmonic operator, the Laplacian of the Laplacian.

    Parameters
    ----------
    function, argnums
        As in `laplacian`.

    Returns
    -------
    callable
        Takes the function's arguments and returns the pair of its Laplacian and of the biharmonic operator.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import bilaplacian
    >>> bilaplacian(lambda x: (x**4).sum())(torch.tensor([1.0, 2.0]))
    (tensor(60.), tensor(48.))
    """

    def inner(*args: Any, **kwargs: Any) -> Any:
        return laplacian(function, argnums)(*args, **kwargs)[1]

    return laplacian(functools.wraps(function)(inner), argnums)


def stochastic_laplacian(
    function: Function,
    samples: int,
    argnums: int = 0,
    *,
    generator: torch.Generator | None = None,
    coordinates: bool = False,
) -> Callable[..., Any]:
    """Return the function that estimates the Laplacian from second derivatives along random directions.

    Parameters
    ----------
    function, argnums
        As in `laplacian`.
    samples : int
        Number of directions.
    generator : torch.Generator, optional
    coordinates : bool
        Whether to draw coordinate directions without replacement (sparse STDE [1]_), which is exact for
        ``samples = n``, rather than random signs (Hutchinson's estimator).

    Returns
    -------
    callable
        Takes the function's arguments and returns the pair of its result and of an unbiased estimate.

    References
    ----------
    .. [1] Z. Shi et al., Stochastic Taylor derivative estimator, NeurIPS 2024.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import stochastic_laplacian
    >>> stochastic_laplacian(lambda x: (x**2).sum(), 1)(torch.tensor([1.0, 2.0, 3.0]))
    (tensor(14.), tensor(6.))
    """
    if samples < 1:
        raise ValueError(f"samples is {samples}; at least one direction is needed")

    @functools.wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        call = Call(function, args, kwargs, argnums)
        count, like = sum(p.numel() for p in call.primals), call.primals[0]
        if coordinates:
            if samples > count:
                raise ValueError(f"samples is {samples}, and the argument has {count} components")
            chosen = torch.randperm(count, generator=generator, device=like.device)[:samples]
            picked = chosen[:, None] == torch.arange(count, device=like.device)
            directions = picked.to(like.dtype) * (count / samples) ** 0.5
        else:
            signs = torch.randint(0, 2, (samples, count), generator=generator, device=like.device)
            directions = (2 * signs - 1).to(like.dtype) / samples**0.5
        return _swept(call, directions, None)

    return computed


def _swept(call: Call, directions: Tensor, signs: Tensor | None) -> Any:
    """Σ_r s_r d²f[v_r, v_r] for the rows v_r."""
    if any(p.is_complex() for p in call.primals):
        raise TypeError(f"laplacian of {call.name}: the argument is complex; pass its real and imaginary parts")
    level = _LaplaceLevel(signs)
    sizes = [p.numel() for p in call.primals]
    parts = [part.reshape((len(directions), *p.shape)) for part, p in zip(directions.split(sizes, dim=1), call.primals)]
    found = level.run(call, [level.tensor(p, _Spread(part, None)) for p, part in zip(call.primals, parts)])
    value = call.result.with_values([v for v, _ in found])
    sums = [torch.zeros_like(v) if c is None or c.second is None else c.second for v, c in found]
    return value, call.result.derivatives(sums)


class _Spread:
    """First derivatives along all directions, stacked in front, and the sum of the second ones (None is zero)."""

    __slots__ = ("first", "second")

    def __init__(self, first: Tensor, second: Tensor | None) -> None:
        self.first, self.second = first, second


class _LaplaceLevel(Level):
    """Tensors that carry first derivatives and a sum of second ones."""

    def __init__(self, signs: Tensor | None) -> None:
        super().__init__()
        self._signs = signs

    def __repr__(self) -> str:
        return "forward Laplacian"

    def _sum(self, terms: Tensor) -> Tensor:
        return terms.sum(0) if self._signs is None else torch.tensordot(self._signs, terms, 1)

    def replaced(self, application: Application) -> Callable[..., Any] | None:
        func = application.func
        if is_linear(func) or is_constant(func) or operator_of(func) is not None:
            return None
        if is_quotient(func) and 1 in application.moving:
            return _divided
        groups = multilinear_groups(func)
        if groups is not None and all(any(i in group for group in groups) for i in application.moving):
            return None
        return rewritten(func)

    def contents(self, application: Application, results: list[Tensor]) -> list[Any]:
        func, moving = application.func, application.moving
        if is_constant(func):
            return [None] * len(results)
        if is_linear(func):
            return self._linear(application, application.linear, len(results))
        operator = operator_of(func)
        groups = multilinear_groups(func)
        if operator is not None and all((i in operator.traits.linear) for i in moving) and len(moving) == 1:
            groups = (moving,)
        if groups is not None:
            if len(moving) == 1:
                return self._linear(application, lambda values: application.of_moving(*values), len(results))
            return [self._bilinear(application)]
        elementwise = operator.traits.elementwise if operator is not None else is_elementwise(func)
        if elementwise and len(moving) == 1 and len(results) == 1:
            return [self._scalar_function(application)]
        return self._general(application)

    def _linear(self, application: Application, map_: Callable[[Sequence[Any]], Any], count: int) -> list[Any]:
        spreads: list[_Spread] = [application.contents[i] for i in application.moving]
        firsts = floats_in(torch.func.vmap(lambda *t: map_(t))(*[s.first for s in spreads]))
        if all(s.second is None for s in spreads):
            return [_Spread(f, None) for f in firsts]
        given = [
            torch.zeros_like(application.leaves[i]) if s.second is None else s.second
            for i, s in zip(application.moving, spreads)
        ]
        return [_Spread(f, second) for f, second in zip(firsts, floats_in(map_(given)), strict=True)]

    def _bilinear(self, application: Application) -> _Spread:
        a, b = (application.contents[i] for i in application.moving)
        x, y = (application.leaves[i] for i in application.moving)
        product = application.of_moving
        first = torch.func.vmap(lambda s, t: product(s, y) + product(x, t))(a.first, b.first)
        second = 2 * self._sum(torch.func.vmap(product)(a.first, b.first))
        if a.second is not None:
            second = second + product(a.second, y)
        if b.second is not None:
            second = second + product(x, b.second)
        return _Spread(first, second)

    def _scalar_function(self, application: Application) -> _Spread:
        """Of one moving argument: (f(x))' = f' x', and the sum of f' x'' + f'' x'²."""
        (index,) = application.moving
        x, spread = application.leaves[index], application.contents[index]
        slope, curvature = taylor_second(application.of_moving, x)
        shape = slope.shape
        first = spread.first
        if first.shape[1:] != shape:
            first = first.expand((first.shape[0], *shape)) if first.ndim == len(shape) + 1 else first
        second = curvature * self._sum(first * first)
        if spread.second is not None:
            second = second + slope * spread.second
        return _Spread(slope * first, second)

    def _general(self, application: Application) -> list[Any]:
        """Any operation, by first and second derivatives of its own along every direction."""
        spreads: list[_Spread] = [application.contents[i] for i in application.moving]
        primals = tuple(application.leaves[i] for i in application.moving)

        def of_moving(*values: Tensor) -> tuple[Tensor, ...]:
            return tuple(floats_in(application.of_moving(*values)))

        def along(*direction: Tensor) -> tuple[list[Tensor], list[Tensor]]:
            from scitorch.func.jets import jet

            _, (first, second) = jet(of_moving, primals, tuple([d, torch.zeros_like(d)] for d in direction))
            return list(first), list(second)

        firsts, seconds = torch.func.vmap(along)(*[s.first for s in spreads])
        found = [_Spread(f, 2 * self._sum(s)) for f, s in zip(firsts, seconds)]
        if any(s.second is not None for s in spreads):
            given = tuple(torch.zeros_like(p) if s.second is None else s.second for p, s in zip(primals, spreads))
            moved: Any = torch.func.jvp(of_moving, primals, given)[1]
            for spread, extra in zip(found, moved):
                spread.second = spread.second + extra
        return found


def _divided(a: Any, b: Any) -> Any:
    return a * torch.reciprocal(b)
