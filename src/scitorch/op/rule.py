"""The autograd rule of an operator: one differentiation level, right under any nesting.

The forward re-enters the operator below autograd with gradient and forward-AD modes switched on again, so that the
levels outside this one see it. The jvp strips this level's dual from what was saved and evaluates the tangent with
forward AD on, so that an outer level differentiates the tangent too. The backward is the transpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .derivative import fit_to
from .torch_private import SingleLevelFunction, below_autograd, forward_grad, full_precision, primal_of

if TYPE_CHECKING:
    from .operator import Operator


def autograd_rule(op: Operator) -> type[SingleLevelFunction]:
    """The rule applied at the dispatcher's Autograd key."""
    count = len(op.arguments)
    smooth = op.differentiable_results

    class Rule(SingleLevelFunction):
        @staticmethod
        def forward(static: dict[str, Any], *primals: Tensor) -> Any:
            with torch.enable_grad(), forward_grad(True), below_autograd():
                return op.raw(*primals, **static)

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            static, *primals = inputs
            results = output if isinstance(output, tuple) else (output,)
            ctx.static = static
            ctx.save_for_backward(*primals, *results)
            ctx.save_for_forward(*primals, *results)
            ctx.set_materialize_grads(False)
            if not all(smooth):
                ctx.mark_non_differentiable(*(r for r, s in zip(results, smooth) if not s))

        @staticmethod
        def jvp(ctx: Any, _: None, *tangents: Tensor | None) -> Any:
            saved = [primal_of(x) for x in ctx.saved_tensors]
            primals, out = tuple(saved[:count]), op.pack(saved[count:])
            for argument, primal, tangent in zip(op.arguments, primals, tangents):
                if tangent is not None and tangent.is_complex() and not primal.is_complex():
                    raise TypeError(f"{op.name}: the tangent of the real argument {argument!r} is complex")
            with forward_grad(True), full_precision(primals[0].device.type):
                moved = op.derivative.tangent(out, primals, tangents, ctx.static)
            return op.pack([t if s else None for t, s in zip(moved, smooth)])

        @staticmethod
        def backward(ctx: Any, *cotangents: Tensor | None) -> Any:
            return (None, *pull_back(op, ctx.static, ctx.saved_tensors, cotangents, ctx.needs_input_grad[1:]))

    Rule.__name__ = Rule.__qualname__ = f"{op.name}_rule"
    return Rule


def contiguous(results: Any) -> Any:
    """Results in the strides that the fake rule promises."""
    if isinstance(results, tuple):
        return tuple([r if r.is_contiguous() else r.contiguous() for r in results])
    return results if results.is_contiguous() else results.contiguous()


def pull_back(
    op: Operator,
    static: Mapping[str, Any],
    saved: tuple[Tensor, ...],
    cotangents: tuple[Tensor | None, ...],
    needed: tuple[bool, ...],
) -> list[Tensor | None]:
    """Cotangents of the arguments that need one."""
    count = len(op.arguments)
    primals, out = saved[:count], op.pack(saved[count:])
    smooth = [c if s else None for c, s in zip(cotangents, op.differentiable_results)]
    if all(c is None for c in smooth):
        return [None] * count
    with full_precision(primals[0].device.type):
        pulled = op.derivative.cotangents(needed, smooth, out, primals, static)
        return [fit_to(p, primal) for p, primal in zip(pulled, primals)]
