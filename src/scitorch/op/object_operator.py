"""Operators that an object defines at the call: a solver with its linear operator, and whatever tensors these hold.

A declared operator (:mod:`scitorch.op.declare`) has a fixed list of arguments and a name of its own. What is defined
by an object has neither: the tensors are the leaves of a pytree, and the object says what is computed from them, how
that moves with them and how it is batched. One dispatcher operator serves them all. It is given the tensors and the
number under which the object is known for the time of the call, so that every nesting of derivatives and batches
reaches the object in the order in which they were nested, as it does for declared operators.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from .derivative import fit_to
from .rule import contiguous
from .torch_private import (
    SingleLevelFunction,
    below_autograd,
    forward_grad,
    full_precision,
    inside_transforms,
    lazy_views_resolved,
    primal_of,
    verify,
)

Cotangents = Sequence[Tensor | None]


class ObjectOperator(Protocol):
    """What is computed from a list of tensors, and its derivative."""

    @property
    def name(self) -> str:
        """For messages."""
        ...

    @property
    def smooth(self) -> tuple[bool, ...]:
        """Which of the results have a derivative."""
        ...

    def compute(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Results for tensors without derivatives or batches; none of them is an argument."""
        ...

    def tangent(
        self, out: tuple[Tensor, ...], primals: tuple[Tensor, ...], tangents: Cotangents
    ) -> tuple[Tensor | None, ...]:
        """Tangents of the results, by operations that are differentiable again."""
        ...

    def cotangents(
        self, needed: Sequence[bool], cotangents: Cotangents, out: tuple[Tensor, ...], primals: tuple[Tensor, ...]
    ) -> Cotangents:
        """Cotangents of the tensors that need one, ``None`` for the others."""
        ...

    def batched(
        self, tensors: Sequence[Tensor], dims: tuple[int | None, ...], size: int
    ) -> tuple[ObjectOperator, Sequence[Tensor]]:
        """The same of tensors with a batch dimension at ``dims``, and its tensors; results have it in front."""
        ...


_known: dict[int, ObjectOperator] = {}
_numbers = itertools.count()


def apply_object(op: ObjectOperator, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The results of ``op``, differentiable in the tensors. Compiled graphs end before it and begin anew after it."""
    if torch.compiler.is_dynamo_compiling():
        from .outside_graphs import apply_outside

        return apply_outside(op, tensors)  # type: ignore[no-any-return]
    return apply_in_place(op, tensors)


def apply_in_place(op: ObjectOperator, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """:func:`apply_object` where no graph is made."""
    verify()
    number = next(_numbers)
    _known[number] = op
    try:
        return tuple(torch.ops.scitorch.object_operator(list(tensors), number=number))
    finally:
        del _known[number]


class _Rule(SingleLevelFunction):
    """One level of differentiation, as in :mod:`scitorch.op.rule`."""

    @staticmethod
    def forward(number: int, *primals: Tensor) -> Any:
        with torch.enable_grad(), forward_grad(True), below_autograd():
            return tuple(torch.ops.scitorch.object_operator(list(primals), number=number))

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        number, *primals = inputs
        ctx.op, ctx.count = _known[number], len(primals)
        ctx.save_for_backward(*primals, *output)
        ctx.save_for_forward(*primals, *output)
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*(r for r, smooth in zip(output, ctx.op.smooth) if not smooth))

    @staticmethod
    def jvp(ctx: Any, _: None, *tangents: Tensor | None) -> Any:
        saved = [primal_of(x) for x in ctx.saved_tensors]
        primals, out = tuple(saved[: ctx.count]), tuple(saved[ctx.count :])
        for primal, tangent in zip(primals, tangents):
            if tangent is not None and tangent.is_complex() and not primal.is_complex():
                raise TypeError(f"{ctx.op.name}: the tangent of a real argument is complex")
        with forward_grad(True), full_precision(out[0].device.type):
            moved = ctx.op.tangent(out, primals, tangents)
        pairs = zip(moved, out, ctx.op.smooth)
        return tuple((torch.zeros_like(r) if t is None else t) if s else None for t, r, s in pairs)

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor | None) -> Any:
        primals, out = ctx.saved_tensors[: ctx.count], ctx.saved_tensors[ctx.count :]
        smooth = [c if s else None for c, s in zip(cotangents, ctx.op.smooth)]
        if all(c is None for c in smooth):
            return (None,) * (1 + ctx.count)
        with full_precision(out[0].device.type):
            pulled = ctx.op.cotangents(ctx.needs_input_grad[1:], smooth, out, primals)
        return (None, *(fit_to(p, primal) for p, primal in zip(pulled, primals)))


def _differentiated(tensors: list[Tensor], *, number: int) -> list[Tensor]:
    with inside_transforms():
        return list(_Rule.apply(number, *tensors))


def _computed(tensors: list[Tensor], *, number: int) -> list[Tensor]:
    detached = [x.detach() if x.requires_grad else x for x in tensors]
    with lazy_views_resolved(), torch.no_grad(), full_precision(detached[0].device.type):
        results = _known[number].compute(*detached)
        return [r.resolve_conj().resolve_neg() for r in contiguous(tuple(results))]


def _batched(info: Any, dims: Any, tensors: list[Tensor], *, number: int) -> Any:
    results = apply_object(*_known[number].batched(tensors, tuple(dims[0]), info.batch_size))
    return list(results), [0] * len(results)


_library = torch.library.Library("scitorch", "FRAGMENT")
_library.define("object_operator(Tensor[] tensors, *, int number) -> Tensor[]")
_library.impl("object_operator", _computed, "CompositeExplicitAutograd")
_library.impl("object_operator", _differentiated, "Autograd")
torch.library.register_vmap("scitorch::object_operator", _batched, lib=_library)
