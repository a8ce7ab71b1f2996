"""Operations on functions: values and derivatives by Python code that is given at the call.

A root, a loop, a rematerialised block: what they compute depends on functions of the caller's, which no dispatcher
schema can carry. :func:`apply_rule` gives them the same standing as an operator: one differentiation level at a time
is taken off, outermost last, so that the formulas of a level are seen, and differentiated, by the levels around it.
Nested transforms of any order and kind follow.

The rule is the public mechanism of ``autograd.Function`` under ``torch.func``, with the difference that makes it right
in nested forward mode: a level's tangent is computed from primals that have lost that level's dual, with forward AD on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from .derivative import fit_to
from .torch_private import (
    SingleLevelFunction,
    carries_tangent,
    current_transform,
    forward_grad,
    in_batch,
    in_derivative_level,
    inside_transforms,
    is_batch_level,
    one_transform_less,
    out_of_batch,
    out_of_derivative_level,
    primal_of,
    transforms_active,
    without_dead_wrappers,
)

__all__ = ["FunctionRule", "TransposedTangent", "apply_rule"]

Tensors = Sequence[Tensor]
Tangents = Sequence[Tensor | None]


class FunctionRule(Protocol):
    """An operation by its value, its tangent map and the transpose of that.

    ``value`` gets tensors without derivatives. The other two are differentiated again: they are written with
    differentiable operations of what they are given. Tensors that the rule holds in another way are constants.

    Under ``vmap`` a rule is mapped as it is. Two attributes change that: ``on_host`` set to true says that the value
    is computed member by member, ``batched(primals, members, size, randomness)`` returns the rule on the whole batch,
    its primals, and the batch dimensions of its results. Batched primals, those of true ``members``, have dimension 0.
    """

    def value(self, *primals: Tensor) -> Sequence[Tensor]:
        """The results, the same number at each call."""
        ...

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """Tangents of the results, given those of the primals, None for zero."""
        ...

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """Cotangents of the primals, given those of the results; None for zero or where not needed."""
        ...


class TransposedTangent:
    """A rule whose cotangents are the transpose of its tangent map, made by differentiating that at zero."""

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """Tangents of the results."""
        raise NotImplementedError

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """Cotangents of the primals."""
        wanted = [i for i, need in enumerate(needed) if need]
        present = [k for k, cotangent in enumerate(given) if cotangent is not None]
        reached: list[int] = []

        def linear(*chosen: Tensor) -> tuple[Tensor, ...]:
            tangents: list[Tensor | None] = [None] * len(primals)
            for i, tangent in zip(wanted, chosen):
                tangents[i] = tangent
            moved = self.tangent(primals, results, tangents)
            reached[:] = [k for k in present if moved[k] is not None]
            return tuple(moved[k] for k in reached)  # type: ignore[misc]

        pull = torch.func.vjp(linear, *(torch.zeros_like(primals[i]) for i in wanted))[1]
        pulled = dict(zip(wanted, pull(tuple(given[k] for k in reached)))) if reached else {}
        return [pulled.get(i) for i in range(len(primals))]


def apply_rule(rule: FunctionRule, *primals: Tensor) -> tuple[Tensor, ...]:
    """Results of a rule, with all derivatives and batches of the transforms that hold its arguments.

    Parameters
    ----------
    rule
        The operation.
    *primals
        Every tensor it depends on. Those of integers, and results of integers, have no derivative.

    Returns
    -------
    tuple of tensors

    Examples
    --------
    >>> class Cube(TransposedTangent):
    ...     def value(self, x):
    ...         return (x**3,)
    ...     def tangent(self, primals, results, tangents):
    ...         return (3 * primals[0] ** 2 * tangents[0],)
    >>> second = torch.func.grad(torch.func.grad(lambda x: apply_rule(Cube(), x)[0]))
    >>> second(torch.tensor(2.0))
    tensor(12.)
    """
    primals = tuple([without_dead_wrappers(x) for x in primals])
    if not transforms_active():
        recorded = torch.is_grad_enabled()
        if any((recorded and x.requires_grad) or carries_tangent(x) for x in primals):
            return _as_tuple(_Level.apply(rule, None, *primals))
        return tuple(rule.value(*[x.detach() if x.requires_grad else x for x in primals]))
    transform = current_transform()
    if is_batch_level(transform):
        return _apply_to_batch(rule, transform, primals)
    with inside_transforms():
        return _as_tuple(_Level.apply(rule, transform.level(), *primals))


def _apply_to_batch(rule: FunctionRule, transform: Any, primals: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    level = transform.level()
    unwrapped = [out_of_batch(x, level) for x in primals]
    dims = tuple([dim for _, dim in unwrapped])
    values = [x for x, _ in unwrapped]
    with one_transform_less():
        if all(dim is None for dim in dims):
            return apply_rule(rule, *values)
        batched = getattr(rule, "batched", None)
        if batched is None:
            results = apply_rule(_Batched(rule, dims, transform.randomness()), *values)
            return tuple([in_batch(r, 0, level) for r in results])
        values = [x if d is None else x.movedim(d, 0) for x, d in zip(values, dims)]
        members = tuple([d is not None for d in dims])
        whole, values, out_dims = batched(values, members, transform.batch_size(), transform.randomness())
        results = apply_rule(whole, *values)
    return tuple([r if d is None else in_batch(r, d, level) for r, d in zip(results, out_dims)])


class _Level(SingleLevelFunction):
    """One level of differentiation."""

    @staticmethod
    def forward(rule: FunctionRule, level: int | None, *primals: Tensor) -> tuple[Tensor, ...]:
        with torch.enable_grad(), forward_grad(True):
            if level is None:
                return _without_aliases(rule.value(*[primal_of(x).detach() for x in primals]), primals)
            inner = [out_of_derivative_level(x, level) for x in primals]
            with one_transform_less():
                results = _without_aliases(apply_rule(rule, *inner), inner)
            return tuple([in_derivative_level(r, level) for r in results])

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        rule, _, *primals = inputs
        ctx.rule, ctx.count = rule, len(primals)
        ctx.save_for_backward(*primals, *output)
        ctx.save_for_forward(*primals, *output)
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*[r for r in output if not _is_smooth(r)])

    @staticmethod
    def jvp(ctx: Any, _rule: None, _level: None, *tangents: Tensor | None) -> Any:
        saved = [primal_of(x) for x in ctx.saved_tensors]
        primals, results = saved[: ctx.count], saved[ctx.count :]
        for primal, tangent in zip(primals, tangents):
            if tangent is not None and tangent.is_complex() and not primal.is_complex():
                raise TypeError("the tangent of a real argument is complex")
        with forward_grad(True):
            moved = ctx.rule.tangent(primals, results, tangents)
            return tuple(
                None if not _is_smooth(r) else torch.zeros_like(r) if t is None else t.expand(r.shape).clone()
                for t, r in zip(moved, results)
            )

    @staticmethod
    def backward(ctx: Any, *given: Tensor | None) -> Any:
        # a transform may have ended since: torch.func.vjp calls this after its level was left
        saved = [without_dead_wrappers(x) for x in ctx.saved_tensors]
        primals, results = saved[: ctx.count], saved[ctx.count :]
        given = tuple([g if _is_smooth(r) else None for g, r in zip(given, results)])
        if all(g is None for g in given):
            return (None,) * (2 + ctx.count)
        needed = [need and _is_smooth(p) for need, p in zip(ctx.needs_input_grad[2:], primals)]
        pulled = ctx.rule.cotangents(needed, primals, results, given)
        return (None, None, *[fit_to(c, p) if need else None for c, p, need in zip(pulled, primals, needed)])


class _Batched:
    """A rule on members of a batch as one on the whole batch, which is dimension 0 of every result."""

    def __init__(self, rule: FunctionRule, dims: tuple[int | None, ...], randomness: str) -> None:
        self.rule = rule
        self.dims = dims
        self.randomness = randomness

    def value(self, *primals: Tensor) -> tuple[Tensor, ...]:
        if getattr(self.rule, "on_host", False):  # code of another library, which sees one member at a time
            members = [
                self.rule.value(*[x if d is None else x.select(d, k) for x, d in zip(primals, self.dims)])
                for k in range(self._size(primals))
            ]
            return tuple([torch.stack(parts) for parts in zip(*members)])
        return self._vmap(self.rule.value, self.dims)(*primals)  # type: ignore[no-any-return]

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        moving = tuple([d if t is not None else None for d, t in zip(self.dims, tangents)])
        return self._of_members(
            lambda p, r, t: self.rule.tangent(p, r, t),
            (self.dims, (0,) * len(results), moving),
            primals,
            results,
            tangents,
        )

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        dims = (self.dims, (0,) * len(results), tuple([None if g is None else 0 for g in given]))
        pulled = self._of_members(lambda p, r, g: self.rule.cotangents(needed, p, r, g), dims, primals, results, given)
        return [
            None if c is None else c.sum(0) if dim is None else c.movedim(0, dim) for c, dim in zip(pulled, self.dims)
        ]

    def _of_members(self, function: Any, dims: Any, *groups: Any) -> list[Tensor | None]:
        """Map a function that returns some tensors and some Nones."""
        places: list[int] = []
        count = 0

        def present(*members: Any) -> tuple[Tensor, ...]:
            nonlocal count
            found = list(function(*members))
            count = len(found)
            places[:] = [k for k, x in enumerate(found) if x is not None]
            return tuple([found[k] for k in places])

        mapped = self._vmap(present, dims)(*[tuple(g) for g in groups])
        result: list[Tensor | None] = [None] * count
        for k, x in zip(places, mapped):
            result[k] = x
        return result

    def _vmap(self, function: Any, dims: Any) -> Any:
        return torch.func.vmap(function, dims, randomness=self.randomness)

    def _size(self, primals: Tensors) -> int:
        return next(x.shape[d] for x, d in zip(primals, self.dims) if d is not None)


def _is_smooth(x: Tensor) -> bool:
    return x.is_floating_point() or x.is_complex()


def _without_aliases(results: Sequence[Tensor], primals: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Results that are no arguments and none of each other: a graph node owns each of its own."""
    seen = {id(x) for x in primals}
    distinct = []
    for r in results:
        if id(r) in seen:
            r = r.clone()
        seen.add(id(r))
        distinct.append(r)
    return tuple(distinct)


def _as_tuple(value: Any) -> tuple[Tensor, ...]:
    return value if isinstance(value, tuple) else tuple(value)
