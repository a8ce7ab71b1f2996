"""vmap is a loop, whatever the batch dimensions, nested, and under derivatives."""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor

from ..close import assert_close
from ..law import is_differentiable, law
from ..subject import Case, Subject


def _stack(
    case: Case, dims: tuple[int | None, ...], size: int = 2
) -> tuple[tuple[Tensor, ...], list[tuple[Tensor, ...]]]:
    """Batched arguments, and the arguments of each iteration of the equivalent loop."""
    columns: list[list[Tensor]] = []
    batched: list[Tensor] = []
    for k, (value, dim) in enumerate(zip(case.values, dims)):
        if dim is None:
            columns.append([value] * size)
            batched.append(value)
            continue
        copies = [value, *(value * (1 - 0.01 * (n + k + 1)) for n in range(size - 1))]
        columns.append(copies)
        batched.append(torch.stack(copies, dim))
    return tuple(batched), [tuple(c[n] for c in columns) for n in range(size)]


def _combinations(count: int) -> list[tuple[int | None, ...]]:
    """Batch dimensions of ``count`` arguments: all choices for up to three, else those of one, of two and of all."""
    every = product((None, 0, -1), repeat=count)
    wanted = range(1, count + 1) if count <= 3 else (1, 2, count)
    return [dims for dims in every if sum(d is not None for d in dims) in wanted and (count <= 3 or _plain(dims))]


def _plain(dims: tuple[int | None, ...]) -> bool:
    """Whether, if all arguments are batched, it is along the same dimension."""
    return None in dims or len(set(dims)) == 1


@law(applies=is_differentiable)
def vmap_is_a_loop(subject: Subject) -> None:
    """Every combination of batched and unbatched arguments, batch dimension first or last; of many arguments, pairs.

    Where values decide a shape, a dtype or a branch, the batch may be refused.
    """
    for case in subject.cases(2):
        for dims in _combinations(len(case.moving)):
            batched, single = _stack(case, dims)
            try:
                found = torch.func.vmap(case, in_dims=dims)(*batched)
            except RuntimeError:
                if case.by_values:
                    continue
                raise
            expected = [torch.stack(r) for r in zip(*(case(*s) for s in single))]
            what = f"{case.label}: vmap over {dims}"
            assert_close(found, expected, rtol=1e-10, atol=1e-12, what=what, scale=True)


@law(applies=is_differentiable, dear=True)
def nested_vmap_is_a_nested_loop(subject: Subject) -> None:
    """vmap of vmap, each over a different argument where there are two."""
    for case in [c for c in subject.cases(2) if not c.by_values][:2]:
        count = len(case.moving)
        inner = tuple(0 if i == count - 1 else None for i in range(count))
        outer = tuple(0 if i == 0 else None for i in range(count))
        values = list(case.values)
        values[-1] = torch.stack([values[-1], values[-1] * 0.99])
        values[0] = torch.stack([values[0], values[0] * 0.98, values[0] * 0.97])
        found = torch.func.vmap(torch.func.vmap(case, in_dims=inner), in_dims=outer)(*values)
        rows = []
        for a in range(3):
            row = list(values)
            row[0] = values[0][a]
            cells = []
            for b in range(2):
                cell = list(row)
                cell[-1] = row[-1][b] if count > 1 else values[0][a][b]
                cells.append(case(*cell))
            rows.append([torch.stack(c) for c in zip(*cells)])
        expected = [torch.stack(r) for r in zip(*rows)]
        assert_close(found, expected, rtol=1e-10, atol=1e-12, what=f"{case.label}: nested vmap", scale=True)


@law(applies=is_differentiable, dear=True)
def vmap_of_derivatives(subject: Subject) -> None:
    """Per-example gradients and Jacobian-vector products equal those of a loop."""
    for case in [c for c in subject.cases(2) if not c.by_values][:3]:
        dims = tuple(0 for _ in case.moving)
        positions = tuple(range(len(case.moving)))
        batched, single = _stack(case, dims)
        gradient = torch.func.grad(case.scalar, argnums=positions)
        found = torch.func.vmap(gradient)(*batched)
        expected = [torch.stack(g) for g in zip(*(gradient(*s) for s in single))]
        assert_close(found, expected, rtol=1e-8, atol=1e-10, what=f"{case.label}: vmap of grad", scale=True)
        directions = case.directions(12)

        def pushed(
            *values: Tensor, case: Case = case, directions: tuple[Tensor, ...] = directions
        ) -> tuple[Tensor, ...]:
            return torch.func.jvp(case, values, directions)[1]

        found = torch.func.vmap(pushed)(*batched)
        expected = [torch.stack(t) for t in zip(*(pushed(*s) for s in single))]
        assert_close(found, expected, rtol=1e-8, atol=1e-10, what=f"{case.label}: vmap of jvp", scale=True)
