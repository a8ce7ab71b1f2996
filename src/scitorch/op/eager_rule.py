"""The autograd rule of the eager fast path, written out for each operator.

Plain tensors, no autocast, reverse mode only: nothing stands between the call and its graph node but the kernel. As
in the front, the arguments are spelled out, because packing and unpacking them costs as much as a small kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import isbuiltin
from typing import TYPE_CHECKING, Any

from torch import Tensor

from .rule import contiguous, pull_back
from .torch_private import SingleLevelFunction

if TYPE_CHECKING:
    from .operator import Operator


def eager_rule(op: Operator) -> Callable[..., Any]:
    """A function of the static parameters, in their order, and then of the arguments, that records one graph node."""
    arguments, static = list(op.arguments), [p.name for p in op.static]
    keywords = "".join(f", {s}={s}" for s in static)
    reads_leaves = getattr(op.host_kernel, "takes_leaves", isbuiltin(op.host_kernel))
    given = arguments if reads_leaves else [f"{a}.detach() if {a}.requires_grad else {a}" for a in arguments]
    several = op.differentiable_results != (True,)
    listed = ", ".join(arguments)
    source = [
        f"def forward(_ctx, {', '.join(static + arguments)}):",
        f" if _kernel is not None and {arguments[0]}.is_cpu:",
        f"  _result = _kernel({', '.join(given)}{keywords})",
        "  if _type(_result) is not _Tensor or not _result.is_contiguous():",
        "   _result = _contiguous(_result)",
        " else:",
        f"  _result = _compute({listed}{keywords})",
    ]
    if static:
        source += [" _ctx.static = {" + ", ".join(f"{s!r}: {s}" for s in static) + "}"]
    if several:  # some cotangents may be undefined
        source += [
            " _results = _result if _type(_result) is _tuple else (_result,)",
            f" _ctx.save_for_backward({listed}, *_results)",
            " _ctx.set_materialize_grads(False)",
            " _ctx.mark_non_differentiable(*[r for r, smooth in _zip(_results, _smooth) if not smooth])",
        ]
    else:
        source += [f" _ctx.save_for_backward({listed}, _result)"]
    source += [" return _result"]
    # The leading underscores keep these names apart from arguments.
    scope: dict[str, Any] = {
        "_type": type,
        "_tuple": tuple,
        "_zip": zip,
        "_Tensor": Tensor,
        "_kernel": op.host_kernel,
        "_compute": op.compute,
        "_contiguous": contiguous,
        "_smooth": op.differentiable_results,
    }
    exec(compile("\n".join(source), f"<eager rule of {op.family}.{op.name}>", "exec"), scope)
    count = len(static)
    head = (None,) * count

    class Rule(SingleLevelFunction):
        forward = staticmethod(scope["forward"])

        @staticmethod
        def backward(ctx: Any, *cotangents: Tensor | None) -> Any:
            parameters = ctx.static if count else {}
            return (*head, *pull_back(op, parameters, ctx.saved_tensors, cotangents, ctx.needs_input_grad[count:]))

    Rule.__name__ = Rule.__qualname__ = f"{op.name}_eager_rule"
    return Rule.apply
