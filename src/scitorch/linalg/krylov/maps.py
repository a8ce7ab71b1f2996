"""A linear operator as a function of its leaves, so that a rule can differentiate and batch it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from scitorch.op.torch_private import dual_of, pytree, tangent_of

if TYPE_CHECKING:
    from ..operators.base import LinearOperator


class Map(Protocol):
    """``matmat(leaves, x)`` is linear in x; ``linear`` says that it is so in the leaves, too, over the real numbers."""

    linear: bool

    def matmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product with columns."""
        ...

    def rmatmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product of the adjoint with columns."""
        ...


class OperatorMap:
    """The map of an operator. ``leaves`` of the operator and this object are the operator taken apart."""

    def __init__(self, op: LinearOperator) -> None:
        leaves, self._spec = pytree.tree_flatten(op)
        if not all(isinstance(leaf, Tensor) for leaf in leaves):
            raise TypeError(f"{type(op).__name__}: attributes beside tensors in one container with them: {leaves}")
        self.leaves: list[Tensor] = leaves
        self.linear = op.linear_in_leaves

    def matmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product with columns."""
        return self._op(leaves)._matmat(x)

    def rmatmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product of the adjoint with columns."""
        return self._op(leaves)._rmatmat(x)

    def _op(self, leaves: Sequence[Tensor]) -> LinearOperator:
        op: LinearOperator = pytree.tree_unflatten(list(leaves), self._spec)
        return op


class AdjointMap:
    """The adjoint of a map."""

    def __init__(self, base: Map) -> None:
        self.base = base
        self.linear = base.linear

    def matmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product with columns."""
        return self.base.rmatmat(leaves, x)

    def rmatmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product of the adjoint with columns."""
        return self.base.matmat(leaves, x)


class BatchedMap:
    """A batch of maps, whose leaves have a dimension more at ``dims`` and whose columns have one in front."""

    def __init__(self, base: Map, dims: Sequence[int | None]) -> None:
        self.base, self.dims = base, list(dims)
        self.linear = base.linear

    def matmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product with columns."""
        return self._each(self.base.matmat, leaves, x)

    def rmatmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product of the adjoint with columns."""
        return self._each(self.base.rmatmat, leaves, x)

    def _each(self, act, leaves: Sequence[Tensor], x: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        if all(d is None for d in self.dims):  # one matrix: more columns
            size, k = x.shape[0], x.shape[-1]
            wide = x.movedim(0, -1).reshape(*x.shape[1:-1], k * size)
            y: Tensor = act(leaves, wide)
            return y.reshape(*y.shape[:-1], k, size).movedim(-1, 0)
        return torch.vmap(act, in_dims=(self.dims, 0))(list(leaves), x)  # type: ignore[no-any-return]


def variation(map_: Map, leaves: Sequence[Tensor], tangents: Sequence[Tensor | None], x: Tensor) -> Tensor | None:
    """How the product with ``x`` moves with the leaves; ``None`` if it does not. For use in the jvp of a rule."""
    if all(t is None for t in tangents):
        return None
    if map_.linear:
        full = [torch.zeros_like(leaf) if t is None else t for leaf, t in zip(leaves, tangents)]
        return map_.matmat(full, x)
    moving = [leaf if t is None else dual_of(leaf, t) for leaf, t in zip(leaves, tangents)]
    return tangent_of(map_.matmat(moving, x))


def leaf_cotangents(
    map_: Map, leaves: Sequence[Tensor], needed: Sequence[bool], g: Tensor, x: Tensor
) -> list[Tensor | None]:
    """The transpose of :func:`variation` at ``g``."""
    wanted = [i for i, need in enumerate(needed) if need]
    if not wanted:
        return [None] * len(leaves)

    def moved(*some: Tensor) -> Tensor:
        every = list(leaves)
        for i, leaf in zip(wanted, some):
            every[i] = leaf
        return map_.matmat(every, x)

    found = torch.func.vjp(moved, *(leaves[i] for i in wanted))[1](g)
    result: list[Tensor | None] = [None] * len(leaves)
    for i, cotangent in zip(wanted, found):
        result[i] = cotangent
    return result
