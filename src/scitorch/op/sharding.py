"""Distributed tensors: batch dimensions shard, core dimensions are replicated.

The rule follows from the signature alone. The rules of all operators are registered with torch's DTensor at the first
call after ``torch.distributed.tensor`` was imported (which is slow, and not done here), those of operators declared
later at once. Looking for DTensors among the arguments would not do: they hide inside the wrappers of ``torch.func``,
and the derivative rules that a compiled graph calls are met only when it is too late to register them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from .torch_private import constant_while_tracing

if TYPE_CHECKING:
    from .operator import Operator

_pending: list[Operator] = []
_active = False


def declare_sharding(op: Operator) -> None:
    """Have the operator's rule registered, now or when DTensor is there."""
    if _active:
        _register(op)
    else:
        _pending.append(op)


@constant_while_tracing
def register_shardings() -> bool:
    """Register the rules of all operators, if ``torch.distributed.tensor`` has been imported."""
    global _active
    if not _active and hasattr(sys.modules.get("torch.distributed.tensor"), "DTensor"):
        _active = True
        _register_conjugation()
        while _pending:
            _register(_pending.pop())
    return _active


def _register(op: Operator) -> None:
    from torch.distributed.tensor.experimental import register_sharding

    register_sharding(op.raw)(lambda *tensors, **static: _placements(op, tensors))


def _register_conjugation() -> None:
    """Conjugation shards in every dimension; torch has rules for the other pointwise functions, not for this one."""
    from torch.distributed.tensor import Replicate, Shard
    from torch.distributed.tensor.experimental import register_sharding

    def placements(x: Any) -> list[tuple[list[Any], list[Any]]]:
        return [([p], [p]) for p in (Replicate(), *map(Shard, range(len(x.shape))))]

    register_sharding(torch.ops.aten._conj_physical.default)(placements)


def _placements(op: Operator, tensors: Sequence[Any]) -> list[tuple[list[Any], list[Any]]]:
    """All acceptable placements: everything replicated, or one batch dimension sharded."""
    from torch.distributed.tensor import Replicate, Shard

    shapes = [tuple(x.shape) for x in tensors]
    ranks = op.signature.batch_ranks(shapes)
    batch = torch.broadcast_shapes(*(s[:r] for s, r in zip(shapes, ranks)))
    results = len(op.signature.outputs)

    def placement(shape: tuple[int, ...], rank: int, dim: int) -> Any:
        own = dim - (len(batch) - rank)
        return Shard(own) if own >= 0 and shape[own] == batch[dim] else Replicate()

    choices: list[tuple[list[Any], list[Any]]] = [([Replicate()] * results, [Replicate()] * len(shapes))]
    for dim in range(len(batch)):
        choices.append(([Shard(dim)] * results, [placement(s, r, dim) for s, r in zip(shapes, ranks)]))
    return choices
