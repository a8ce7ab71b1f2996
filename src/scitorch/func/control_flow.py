"""Loops and branches that depend on data, under every transform."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from scitorch.op.function_rule import Tangents, Tensors, apply_rule
from scitorch.op.torch_private import is_batched, is_tracked

from .captures import closed
from .loops import SLOTS, Loop
from .rematerialisation import Recomputed
from .trees import Tree, like_state

__all__ = ["cond", "while_loop"]

Function = Callable[..., Any]


def while_loop(
    cond_fun: Function, body_fun: Function, init: Any, *, max_steps: int | None = None, checkpoints: int = SLOTS
) -> Any:
    """Repeat a function on a state while a condition holds.

    Parameters
    ----------
    cond_fun : callable
        ``cond_fun(state)``, one truth value.
    body_fun : callable
        ``body_fun(state)`` returns the next state, of the same structure, shapes and dtypes.
    init : pytree of arrays and numbers
        The first state.
    max_steps : int, optional
        Stop after so many steps in any case.
    checkpoints : int
        How many states are kept for the reverse mode. A loop of N steps takes about 2 N evaluations in reverse mode
        up to ``checkpoints**2`` steps, and the memory of ``checkpoints`` states and as many recorded steps.

    Returns
    -------
    pytree
        The last state.

    Notes
    -----
    Differentiable in the initial state and in everything that the functions close over, forward and reverse, to any
    order. Under ``vmap`` every member of the batch stops on its own. The functions must not write into their argument.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import grad, while_loop
    >>> def power(x):
    ...     return while_loop(lambda s: s[0] < 5, lambda s: (s[0] + 1, s[1] * x), (0, torch.ones(())))[1]
    >>> grad(power)(torch.tensor(2.0))
    tensor(80.)
    """
    if checkpoints < 2:
        raise ValueError(f"while_loop: two checkpoints are the fewest, not {checkpoints}")
    tree, leaves = Tree.of(init, numbers=True)
    if torch.compiler.is_compiling() and max_steps is None:
        return _compiled_loop(cond_fun, body_fun, tree, leaves)

    def both(*state: Tensor) -> Any:
        given = tree.filled(state)
        like_state("while_loop", given, leaves, body_fun(given))
        return cond_fun(given)

    found = closed(both, *leaves)

    def body(values: Sequence[Tensor], state: Sequence[Tensor]) -> Sequence[Tensor]:
        given = tree.filled(state)
        step = found.of(body_fun)
        return like_state("while_loop", given, state, step(values, given))

    def condition(values: Sequence[Tensor], state: Sequence[Tensor]) -> Tensor:
        held = found.of(cond_fun)(values, tree.filled(state))
        return _truth("while_loop", held)

    captured = found.captured
    tracked = any(is_tracked(x) for x in (*captured, *leaves))
    loop = Loop(body, condition, len(captured), max_steps, checkpoints if tracked else 0)
    return tree.filled(apply_rule(loop, *found.inputs(leaves))[: len(leaves)])


def cond(pred: Any, true_fun: Function, false_fun: Function, *operands: Any) -> Any:
    """Return the value of one of two functions.

    Parameters
    ----------
    pred : bool or array of one truth value
    true_fun, false_fun : callable
        Functions of the operands, with results of one structure.
    *operands : pytrees

    Returns
    -------
    pytree
        What the chosen function returns.

    Notes
    -----
    Only the chosen function is evaluated. Under ``vmap`` with a batched condition each function sees the members that
    chose it, so that the other one's infinities and NaNs reach neither values nor derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import cond, grad
    >>> torch.vmap(grad(lambda x: cond(x > 0, torch.sqrt, torch.zeros_like, x)))(torch.tensor([-1.0, 0.0, 4.0]))
    tensor([0.0000, 0.0000, 0.2500])
    """
    if not isinstance(pred, Tensor):
        _, found = Tree.of(pred, numbers=True)
        if len(found) != 1:
            raise TypeError(f"cond: the condition is {type(pred).__name__}, not one truth value")
        pred = found[0]
    pred = _truth("cond", pred)
    if torch.compiler.is_compiling():
        return torch.cond(pred, true_fun, false_fun, operands)
    if not is_batched(pred):
        return true_fun(*operands) if bool(pred) else false_fun(*operands)
    return _batched_cond(pred, true_fun, false_fun, operands)


def _batched_cond(pred: Tensor, true_fun: Function, false_fun: Function, operands: tuple[Any, ...]) -> Any:
    tree, leaves = Tree.of(operands)
    results: list[Tree] = []

    def on_leaves(function: Function) -> Function:
        def call(*state: Tensor) -> tuple[Tensor, ...]:
            shape, found = Tree.of(function(*tree.filled(state)), numbers=True)
            results.append(shape)
            return tuple(found)

        return call

    branches = [on_leaves(true_fun), on_leaves(false_fun)]
    found = closed(lambda *state: [branch(*state) for branch in branches], *leaves)
    if results and results[0].spec != results[1].spec:
        raise TypeError(f"cond: the functions return {results[0].spec} and {results[1].spec}")
    count = len(found.captured)

    def explicit(branch: Function) -> Function:
        step = found.of(branch)
        return lambda *primals: step(primals[:count], *primals[count:])

    parts = [explicit(branch) for branch in branches]
    out = apply_rule(_Choice(parts), pred, *found.inputs(leaves))
    return results[0].filled(out)


class _Choice:
    """One of two functions of the primals after the first, which chooses. Derivatives are choices of derivatives."""

    def __init__(self, branches: Sequence[Function]) -> None:
        self.branches = tuple(branches)

    def value(self, *primals: Tensor) -> Tensors:
        """Results of the chosen function."""
        with torch.no_grad():
            return self._chosen(*primals)

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """Tangents by the chosen function's tangent map."""
        count, active = len(primals), [k for k, t in enumerate(tangents) if t is not None]

        def pushed(branch: Function, *inputs: Tensor) -> Tensors:
            given: list[Tensor | None] = [None] * (count - 1)
            for k, t in zip(active, inputs[count - 1 :]):
                given[k - 1] = t
            moved = Recomputed(branch).tangent(inputs[: count - 1], results, given)
            return [t for t in moved if t is not None]

        branches = [functools.partial(pushed, branch) for branch in self.branches]
        moved = iter(apply_rule(_Choice(branches), *primals, *[tangents[k] for k in active]))  # type: ignore[arg-type]
        return [next(moved) if _is_smooth(r) else None for r in results]

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """Cotangents by the chosen function's cotangent map."""
        count, wanted = len(primals), [k for k, need in enumerate(needed) if need]
        full = [torch.zeros_like(r) if g is None else g for g, r in zip(given, results) if _is_smooth(r)]

        def pulled(branch: Function, *inputs: Tensor) -> Tensors:
            remaining = iter(inputs[count - 1 :])
            cotangents = [next(remaining) if _is_smooth(r) else None for r in results]
            found = Recomputed(branch).cotangents(needed[1:], inputs[: count - 1], results, cotangents)
            return [found[k - 1] for k in wanted]  # type: ignore[misc]

        branches = [functools.partial(pulled, branch) for branch in self.branches]
        found = dict(zip(wanted, apply_rule(_Choice(branches), *primals, *full)))
        return [found.get(k) for k in range(count)]

    def _chosen(self, pred: Tensor, *primals: Tensor) -> Tensors:
        return tuple(self.branches[0 if bool(pred) else 1](*primals))

    def batched(self, primals: list[Tensor], members: tuple[bool, ...], size: int, randomness: str) -> Any:
        """Both functions, each on its own members."""
        dims = tuple([0 if m else None for m in members[1:]])
        if not members[0]:
            mapped = [torch.func.vmap(branch, dims, randomness=randomness) for branch in self.branches]
            return _Choice(mapped), primals, itertools.repeat(0)
        if not all(members):
            primals = [x if m else x.expand(size, *x.shape) for x, m in zip(primals, members)]
        return _Split(self.branches, randomness), primals, itertools.repeat(0)


class _Split:
    """A choice by each member of a batch, for all primals with the batch first."""

    def __init__(self, branches: Sequence[Function], randomness: str) -> None:
        self.branches = branches
        self.randomness = randomness

    def value(self, *primals: Tensor) -> Tensors:
        """Results of each function on the members that chose it, put together again."""
        with torch.no_grad():
            return self._split(*primals)

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """Tangents, member by member."""
        return Recomputed(self._split).tangent(primals, results, tangents)

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """Cotangents, member by member."""
        return Recomputed(self._split).cotangents(needed, primals, results, given)

    def batched(self, primals: list[Tensor], members: tuple[bool, ...], size: int, randomness: str) -> Any:
        """A batch of batches is one longer batch."""
        flat = [x if m else x.expand(size, *x.shape) for x, m in zip(primals, members)]
        return _Nested(_Split(self.branches, randomness), 2), flat, itertools.repeat(0)

    def _split(self, pred: Tensor, *primals: Tensor) -> Tensors:
        if is_batched(pred):
            return apply_rule(self, pred, *primals)
        found = []
        for branch, index in zip(self.branches, (pred.nonzero()[:, 0], (~pred).nonzero()[:, 0])):
            if len(index):
                mapped = torch.func.vmap(lambda *p, branch=branch: tuple(branch(*p)), randomness=self.randomness)
                found.append((index, mapped(*[x.index_select(0, index) for x in primals])))
        order = torch.cat([index for index, _ in found]).argsort()
        return tuple([torch.cat(parts).index_select(0, order) for parts in zip(*[out for _, out in found])])


class _Nested(_Split):
    """A split over several leading dimensions."""

    def __init__(self, split: _Split, depth: int) -> None:
        super().__init__(split.branches, split.randomness)
        self.depth = depth

    def batched(self, primals: list[Tensor], members: tuple[bool, ...], size: int, randomness: str) -> Any:
        """One more leading dimension."""
        flat = [x if m else x.expand(size, *x.shape) for x, m in zip(primals, members)]
        return _Nested(_Split(self.branches, randomness), self.depth + 1), flat, itertools.repeat(0)

    def _split(self, pred: Tensor, *primals: Tensor) -> Tensors:
        if is_batched(pred):
            return apply_rule(self, pred, *primals)
        shape = pred.shape
        flat = [x.reshape(-1, *x.shape[self.depth :]) for x in (pred, *primals)]
        return tuple([r.reshape(*shape, *r.shape[1:]) for r in super()._split(*flat)])


def _is_smooth(x: Tensor) -> bool:
    return x.is_floating_point() or x.is_complex()


def _truth(name: str, held: Any) -> Tensor:
    tensors = Tree.of(held, numbers=True)[1]
    if len(tensors) != 1 or tensors[0].ndim != 0:
        shape = tuple(tensors[0].shape) if tensors else type(held).__name__
        raise TypeError(f"{name}: the condition must be one truth value, not {shape}")
    return tensors[0] if tensors[0].dtype == torch.bool else tensors[0] != 0


def _compiled_loop(cond_fun: Function, body_fun: Function, tree: Tree, leaves: list[Tensor]) -> Any:
    from torch._higher_order_ops.while_loop import while_loop as lowered

    def body(*state: Tensor) -> tuple[Tensor, ...]:
        return tuple(Tree.of(body_fun(tree.filled(state)), numbers=True)[1])

    return tree.filled(lowered(lambda *state: cond_fun(tree.filled(state)), body, tuple(leaves)))
