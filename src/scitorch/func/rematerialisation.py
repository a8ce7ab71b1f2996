"""Rematerialisation: a function that is computed again where its derivative needs what was in between."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from scitorch.op.function_rule import Tangents, Tensors, apply_rule
from scitorch.op.torch_private import is_tracked

from .captures import closed
from .kept_products import Keeping, Replaying
from .trees import Tree

__all__ = ["Recomputed", "checkpoint"]

Function = Callable[..., Any]


class Recomputed:
    """The rule of a function whose derivatives evaluate it again."""

    def __init__(self, function: Function) -> None:
        self.function = function

    def value(self, *primals: Tensor) -> Tensors:
        """The function's results, without a record."""
        with torch.no_grad():
            return self.function(*primals)

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """The function's tangents, at the price of its value."""
        active = [k for k, t in enumerate(tangents) if t is not None]
        moved = torch.func.jvp(
            functools.partial(self._smooth, primals, active),
            tuple([primals[k] for k in active]),
            tuple([tangents[k] for k in active]),
        )[1]
        return _placed(moved, results)

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """The function's cotangents, at the price of its value."""
        wanted = [k for k, need in enumerate(needed) if need]
        pull = torch.func.vjp(functools.partial(self._smooth, primals, wanted), *[primals[k] for k in wanted])[1]
        smooth = [(g, r) for g, r in zip(given, results) if _is_smooth(r)]
        pulled = pull(tuple([torch.zeros_like(r) if g is None else g for g, r in smooth]))
        found = dict(zip(wanted, pulled))
        return [found.get(k) for k in range(len(primals))]

    def _smooth(self, primals: Tensors, places: list[int], *chosen: Tensor) -> tuple[Tensor, ...]:
        full = list(primals)
        for k, x in zip(places, chosen):
            full[k] = x
        return tuple([r for r in self.function(*full) if _is_smooth(r)])


class KeptProducts(Recomputed):
    """A function whose matrix products are results of the rule as well, and are not computed again."""

    def __init__(self, function: Function) -> None:
        super().__init__(self._with_products)
        self._plain = function
        self._count = 0

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """The function's cotangents, for the price of what is no matrix product."""
        if any(g is not None for g in given[self._count :]):  # an outer derivative looks at the products themselves
            return super().cotangents(needed, primals, results, given)
        products = results[self._count :]
        rule = Recomputed(lambda *p: self._replayed(products, *p))
        return rule.cotangents(needed, primals, results[: self._count], given[: self._count])

    def _with_products(self, *primals: Tensor) -> Tensors:
        with Keeping() as keeping:
            results = tuple(self._plain(*primals))
        self._count = len(results)
        return (*results, *keeping.products)

    def _replayed(self, products: Tensors, *primals: Tensor) -> Tensors:
        with Replaying(products):
            return self._plain(*primals)


def _placed(moved: Sequence[Tensor], results: Tensors) -> list[Tensor | None]:
    remaining = iter(moved)
    return [next(remaining) if _is_smooth(r) else None for r in results]


def _is_smooth(x: Tensor) -> bool:
    return x.is_floating_point() or x.is_complex()


def checkpoint(function: Function, *, policy: str = "nothing") -> Function:
    """Return a function that keeps little for its derivatives and computes the rest again.

    Parameters
    ----------
    function : callable
        Of pytrees of arrays; a pure function, which does the same when called again.
    policy : {"nothing", "products", "everything"}
        What is kept beside the arguments: nothing; the results of matrix products, which are most of the work of a
        network and little of its memory; or everything, which is the function as it was.

    Returns
    -------
    callable
        With the values and derivatives of the function, under every transform and to any order.

    Notes
    -----
    Random numbers drawn inside of the function are drawn again, and are others; draw them outside.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import checkpoint, grad
    >>> grad(grad(checkpoint(lambda x: torch.sin(x) ** 2)))(torch.tensor(0.0))
    tensor(2.)
    """
    if policy not in _POLICIES:
        raise ValueError(f"checkpoint: there is no policy {policy!r}; there are {', '.join(_POLICIES)}")
    if policy == "everything":
        return function

    @functools.wraps(function)
    def rematerialised(*args: Any, **kwargs: Any) -> Any:
        tree, leaves = Tree.of((args, kwargs))
        shapes: list[Tree] = []

        def on_leaves(*given: Tensor) -> tuple[Tensor, ...]:
            positional, named = tree.filled(given)
            shape, found = Tree.of(function(*positional, **named))
            shapes[:] = [shape]
            return tuple(found)

        found = closed(on_leaves, *leaves)
        count = len(found.captured)
        if not any(is_tracked(x) for x in (*found.captured, *leaves)):
            return function(*args, **kwargs)

        def explicit(*primals: Tensor) -> Tensors:
            return found(primals[:count], *primals[count:])

        rule = Recomputed(explicit) if policy == "nothing" else KeptProducts(explicit)
        results = apply_rule(rule, *found.inputs(leaves))
        return shapes[0].filled(results[: len(shapes[0].places)])

    return rematerialised


_POLICIES = ("nothing", "products", "everything")
