"""Assertions on one call of any function: its derivatives, its batches, its compiled form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from scitorch.op.domain import Sample

from .close import assert_close
from .law import LAWS
from .subject import Subject
from .user_function import undeclared

_FIRST = ("derivative_equals_differences", "forward_is_adjoint_of_reverse")
_SECOND = ("second_derivatives_agree", "second_derivatives_under_autograd")
_THIRD = ("third_derivatives_agree",)


def assert_gradients(function: Callable[..., Any], *args: Any, order: int = 2, **kwargs: Any) -> None:
    """Assert that derivatives of a function are right at one point, in forward and reverse mode and mixed.

    First derivatives are compared with extrapolated difference quotients and forward mode with reverse mode; second
    derivatives by all four nestings with each other and with differences, under torch.func and under plain autograd;
    third derivatives by three nestings. Differences need double precision.

    Parameters
    ----------
    function
        Any function of tensors, or of trees of tensors, or a module.
    args, kwargs
        The point: every float64 and complex128 tensor of ``args`` is moved.
    order
        Up to which order, 1, 2 or 3.

    Raises
    ------
    AssertionError
        Names the argument and shows both values.
    TypeError
        If no argument is a double-precision tensor.

    Examples
    --------
    >>> assert_gradients(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0], dtype=torch.float64))
    """
    if order not in (1, 2, 3):
        raise ValueError(f"order must be 1, 2 or 3, not {order!r}")
    for leaf in pytree.tree_leaves((args, kwargs)):
        if isinstance(leaf, Tensor) and leaf.dtype in (torch.float32, torch.float16, torch.bfloat16, torch.complex64):
            raise TypeError(f"differences need double precision, and an argument is of dtype {leaf.dtype}")
    subject = Subject(undeclared(function, [Sample(args, kwargs)]))
    if not any(case.moving for case in subject.cases(1)):
        raise TypeError("no argument is a float64 or complex128 tensor in which the function has a derivative")
    for name in (_FIRST, (*_FIRST, *_SECOND), (*_FIRST, *_SECOND, *_THIRD))[order - 1]:
        LAWS[name].check(subject)


def assert_batched(
    function: Callable[..., Any],
    *args: Any,
    in_dims: Any = 0,
    rtol: float | None = None,
    atol: float | None = None,
    randomness: str = "error",
    **kwargs: Any,
) -> None:
    """Assert that ``torch.func.vmap`` of a function is the loop over its batch.

    Parameters
    ----------
    function
        Any function.
    args, kwargs
        Arguments, batched along ``in_dims``; keyword arguments are not batched.
    in_dims
        As of ``torch.func.vmap``: a dimension or None per argument, or trees of them.
    rtol, atol
        As of `assert_close`.
    randomness
        As of ``torch.func.vmap``.
    """

    def call(*batched: Any) -> Any:
        return function(*batched, **kwargs)

    found = torch.func.vmap(call, in_dims=in_dims, randomness=randomness)(*args)
    leaves, spec = pytree.tree_flatten(args)
    dims = pytree._broadcast_to_and_flatten(in_dims, spec)
    if dims is None:
        raise ValueError(f"in_dims {in_dims!r} does not fit the arguments")
    sizes = {leaf.shape[d] for leaf, d in zip(leaves, dims) if d is not None}
    if len(sizes) != 1:
        raise ValueError(f"the batch has the sizes {sorted(sizes)}")
    rows = []
    for n in range(sizes.pop()):
        single = [leaf if d is None else leaf.select(d, n) for leaf, d in zip(leaves, dims)]
        rows.append(call(*pytree.tree_unflatten(single, spec)))
    expected = pytree.tree_map(lambda *r: torch.stack(r), *rows)
    assert_close(found, expected, rtol=rtol, atol=atol, what="vmap against a loop")


def assert_compiles(
    function: Callable[..., Any],
    *args: Any,
    backend: str = "aot_eager",
    dynamic: bool | None = None,
    gradients: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    **kwargs: Any,
) -> None:
    """Assert that a function compiles to one graph, with the values and gradients it has without.

    Parameters
    ----------
    function
        Any function.
    args, kwargs
        One call.
    backend
        ``"aot_eager"`` traces forward and backward without generating code; ``"inductor"`` generates it.
    dynamic
        As of ``torch.compile``.
    gradients
        Whether to compare the gradients in all float tensors of ``args`` too.
    rtol, atol
        As of `assert_close`.

    Raises
    ------
    AssertionError
        If values differ.
    Exception
        What the compiler raised, if it broke the graph.
    """
    torch._dynamo.reset()
    try:
        compiled = torch.compile(function, fullgraph=True, backend=backend, dynamic=dynamic)
        expected, found = function(*args, **kwargs), compiled(*args, **kwargs)
        assert_close(found, expected, rtol=rtol, atol=atol, what="compiled")
        if gradients:
            found, expected = _gradients(compiled, args, kwargs), _gradients(function, args, kwargs)
            assert_close(found, expected, rtol=rtol, atol=atol, what="gradient of the compiled function")
    finally:
        torch._dynamo.reset()


def _gradients(function: Callable[..., Any], args: Any, kwargs: Any) -> list[Tensor]:
    """Gradients of a fixed linear function of the results in every float leaf of the arguments."""
    leaves, spec = pytree.tree_flatten(args)
    inputs = [
        leaf.detach().clone().requires_grad_() if isinstance(leaf, Tensor) and _is_inexact(leaf) else leaf
        for leaf in leaves
    ]
    moving = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    results = [
        r
        for r in pytree.tree_leaves(function(*pytree.tree_unflatten(inputs, spec), **kwargs))
        if isinstance(r, Tensor) and r.requires_grad
    ]
    if not results or not moving:
        return []
    weights = [torch.linspace(0.5, 1.5, r.numel(), device=r.device).to(r.dtype).reshape(r.shape) for r in results]
    found = torch.autograd.grad(results, moving, weights, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, moving)]


def _is_inexact(t: Tensor) -> bool:
    return t.is_floating_point() or t.is_complex()
