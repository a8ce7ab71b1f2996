"""Recurrences along an axis, and functions of the members of an axis one after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from .rematerialisation import checkpoint
from .trees import Tree, like_state

__all__ = ["map", "scan"]

Function = Callable[..., Any]


def scan(
    f: Function,
    init: Any,
    xs: Any = None,
    length: int | None = None,
    *,
    reverse: bool = False,
    segment: int | None = None,
) -> tuple[Any, Any]:
    """Carry a state along the first axis of arrays, and collect what each step returns.

    Parameters
    ----------
    f : callable
        ``f(carry, x) -> (carry, y)``.
    init : pytree
        The first carry; every step returns one of the same structure, shapes and dtypes.
    xs : pytree of arrays, optional
        Arrays whose first axes have one length.
    length : int, optional
        Number of steps, where there are no ``xs``.
    reverse : bool
        Go from the last entry to the first; results stay in the order of the entries.
    segment : int, optional
        Keep the carry of every so many steps only, and compute the others again in reverse mode: memory for
        ``length / segment + segment`` steps, at the price of one more evaluation of each.

    Returns
    -------
    carry, ys
        The last carry, and the results of the steps, stacked along a new first axis.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import scan
    >>> scan(lambda total, x: (total + x, total + x), torch.tensor(0), torch.arange(5))
    (tensor(10), tensor([ 0,  1,  3,  6, 10]))
    """
    tree, arrays = Tree.of(xs)
    sizes = {x.shape[0] if x.ndim else None for x in arrays}
    if None in sizes or len(sizes) > 1:
        raise ValueError(f"scan: first axes of one length are needed, found shapes {[tuple(x.shape) for x in arrays]}")
    count = sizes.pop() if sizes else length
    if count is None:
        raise ValueError("scan: neither arrays nor a length are given")
    if length is not None and length != count:
        raise ValueError(f"scan: length is {length}, the arrays have {count}")
    shape, carry = Tree.of(init, numbers=True)
    results: list[Any] = [None] * count

    def steps(carry: Any, members: list[Any]) -> tuple[Any, list[Any]]:
        found = []
        for member in members:
            before = Tree.of(carry, numbers=True)[1]
            carry, y = f(carry, tree.filled(member))
            carry = shape.filled(like_state("scan", shape.filled(before), before, carry))
            found.append(y)
        return carry, found

    order = range(count - 1, -1, -1) if reverse else range(count)
    state = shape.filled(carry)
    if segment is None:
        state, found = steps(state, [[x[k] for x in arrays] for k in order])
        for k, y in zip(order, found):
            results[k] = y
    else:
        for start in range(0, count, segment):
            places = order[start : start + segment]
            state, found = checkpoint(steps)(state, [[x[k] for x in arrays] for k in places])
            for k, y in zip(places, found):
                results[k] = y
    return state, _stacked(results)


def map(f: Function, xs: Any) -> Any:
    """Apply a function to the members of the first axis, one after another.

    Parameters
    ----------
    f : callable
    xs : pytree of arrays
        Arrays whose first axes have one length.

    Returns
    -------
    pytree
        The results, stacked along a new first axis. `vmap` computes the same at once, in more memory.

    Examples
    --------
    >>> import torch
    >>> from scitorch import func
    >>> func.map(torch.sum, torch.ones(3, 2))
    tensor([2., 2., 2.])
    """
    return scan(lambda carry, x: (carry, f(x)), (), xs)[1]


def _stacked(results: list[Any]) -> Any:
    if not results:
        raise ValueError("scan: no steps, so that the shape of the results is unknown")
    trees = [Tree.of(y, numbers=True) for y in results]
    if any(t.spec != trees[0][0].spec for t, _ in trees):
        raise TypeError("scan: the function's results are not of one structure")
    return trees[0][0].filled([torch.stack(parts) for parts in zip(*[leaves for _, leaves in trees])])
