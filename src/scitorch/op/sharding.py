"""Distributed tensors: batch dimensions shard, core dimensions are replicated.

The rule follows from the signature alone. It is registered with torch's DTensor when an operator first meets one,
because importing ``torch.distributed.tensor`` is slow.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from .operator import Operator

_sharded: set[int] = set()


def shard_if_distributed(op: Operator, tensors: Sequence[Tensor]) -> None:
    """Register the operator's sharding rule if one of the arguments is a DTensor."""
    if torch.compiler.is_dynamo_compiling() or id(op) in _sharded:
        return
    module = sys.modules.get("torch.distributed.tensor")
    if module is not None and any(isinstance(x, module.DTensor) for x in tensors):
        register_sharding(op)


def register_sharding(op: Operator) -> None:
    """Tell DTensor how the operator may be sharded."""
    if id(op) in _sharded:
        return
    from torch.distributed.tensor.experimental import register_sharding as register

    register(op.raw)(lambda *tensors, **static: _placements(op, tensors))
    _sharded.add(id(op))


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
