"""Linear algebra: rows from the declared samples, at larger sizes and in batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor

from scitorch.op import Entry, Maker, Sample, entries, load

from .peers import gradient_row, is_public, row_of
from .timing import Row

#: How many times larger than the declared samples the matrices are.
LARGER = 40
#: How many of a declared sample make a batch.
BATCH = 1000


class LargerMaker(Maker):
    """Draws what the samples ask for at many times the size."""

    def __init__(self) -> None:
        super().__init__()
        self._plain = Maker()

    def __call__(self, *shape: int) -> Tensor:
        return self._plain(*_larger(shape))

    def well_conditioned(self, *shape: int) -> Tensor:
        return self._plain.well_conditioned(*_larger(shape))

    def hermitian(self, *shape: int) -> Tensor:
        return self._plain.hermitian(*_larger(shape))

    def positive_definite(self, *shape: int) -> Tensor:
        return self._plain.positive_definite(*_larger(shape))


def rows() -> Iterator[Row]:
    """Large matrices and batches of small ones, value and gradient."""
    load("scitorch.linalg")
    for entry in sorted(entries("linalg"), key=lambda e: e.declared.name):
        if is_public(entry) and entry.declared.samples is not None:
            yield from _rows_of(entry, entry.declared.samples(Maker()), BATCH)
            yield from _rows_of(entry, entry.declared.samples(LargerMaker()), 1)


def _rows_of(entry: Entry, samples: list[Sample], batch: int) -> Iterator[Row]:
    sample = next((s for s in samples if all(a.ndim <= 2 for a in s.args if isinstance(a, Tensor))), None)
    if sample is None:
        return
    args = sample.args if batch == 1 else tuple(_repeated(a, batch) for a in sample.args)
    shapes = " and ".join("×".join(map(str, a.shape)) for a in sample.args if isinstance(a, Tensor))
    case = shapes if batch == 1 else f"{batch} of {shapes}"
    yield row_of(entry, case, args, sample.kwargs, sample.view)
    yield gradient_row(entry, f"value and gradient, {case}", args, sample.kwargs, sample.view)


def _repeated(value: Any, batch: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_repeated(v, batch) for v in value)
    return value.expand(batch, *value.shape).clone() if isinstance(value, Tensor) else value


def _larger(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(LARGER * size for size in shape)
