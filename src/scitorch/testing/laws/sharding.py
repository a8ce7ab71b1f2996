"""Distributed tensors: batches shard, and each process computes its own part of results and gradients."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from ..close import assert_close
from ..law import is_operator, law
from ..subject import Case, Subject


@contextmanager
def _two_processes() -> Iterator[Any]:
    """The device mesh of the first of two processes, in a world that does not communicate."""
    import torch.distributed as dist
    from torch.distributed.device_mesh import init_device_mesh
    from torch.testing._internal.distributed.fake_pg import FakeStore

    hook = sys.excepthook
    dist.init_process_group("fake", rank=0, world_size=2, store=FakeStore())
    try:
        yield init_device_mesh("cpu", (2,))
    finally:
        dist.destroy_process_group()
        sys.excepthook = hook  # torch leaves one that prefixes every traceback with the rank


@law(applies=is_operator)
def sharding_rule_holds(subject: Subject) -> None:
    """Sharded batch dimensions stay sharded, unbatched arguments are replicated, each process computes its part."""
    with _two_processes() as mesh:
        for case in subject.one_of_each_kind():
            numbers = [i for i, value in enumerate(case.args) if not _is_index(value)]
            for replicated in {None, *(numbers if len(numbers) > 1 else ())}:
                _check(case, mesh, replicated)


def _check(case: Case, mesh: Any, replicated: int | None) -> None:
    from torch.distributed.tensor import DTensor, Replicate, Shard

    local, sharded = [], []
    for i, value in enumerate(case.args):
        whole = i == replicated or _is_index(value)
        own = value if whole else torch.stack([value, value])[:1]
        own = own.detach().clone().requires_grad_(i in case.moving)
        local.append(own)
        placement = Replicate() if whole else Shard(0)
        sharded.append(DTensor.from_local(own.detach(), mesh, [placement]).requires_grad_(i in case.moving))
    expected = _tuple(case.function(*local, **case.kwargs))
    found: Any = _tuple(case.function(*sharded, **case.kwargs))
    for f, e in zip(found, expected, strict=True):
        assert f.placements == (Shard(0),), f"{case.label}: the result is placed as {f.placements}"
        assert_close(f.to_local(), e, rtol=0, what=f"{case.label}, sharded")
    smooth = [(f, e) for f, e in zip(found, expected) if e.requires_grad]
    if not smooth or replicated is not None:
        return
    weights = [torch.ones_like(e) for _, e in smooth]
    wanted = torch.autograd.grad([e for _, e in smooth], [local[i] for i in case.moving], weights)
    spread = [DTensor.from_local(w, mesh, [Shard(0)]) for w in weights]
    given: Any = torch.autograd.grad([f for f, _ in smooth], [sharded[i] for i in case.moving], spread)
    for g, w in zip(given, wanted):
        if g.placements != (Shard(0),):
            continue  # torch gathered it: right, and not to be seen in a world that does not communicate
        assert_close(g.to_local(), w, rtol=1e-12, atol=1e-14, what=f"{case.label}, sharded gradient")


def _is_index(value: Tensor) -> bool:
    """Whether an argument holds integers, which the processes share."""
    return not (value.is_floating_point() or value.is_complex())


def _tuple(value: Any) -> tuple[Tensor, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)
