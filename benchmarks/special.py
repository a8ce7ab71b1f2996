"""Special functions: rows from the declarations, at points drawn from the declared domains."""

from __future__ import annotations

import time
from collections.abc import Iterator

from torch import Tensor

from scitorch.op import Entry, entries, load

from .peers import gradient_row, is_public, row_of
from .timing import Row

#: Numbers of points; the largest that takes no longer than this is chosen.
SIZES = (100_000, 10_000, 1_000)
LONGEST_CALL = 10e-3


def rows() -> Iterator[Row]:
    """Value and gradient of every public special function with real arguments."""
    load("scitorch.special")
    for entry in sorted(entries("special"), key=lambda e: e.declared.name):
        domain = entry.declared.domain
        if not is_public(entry) or not domain.real:
            continue
        arguments = tuple(domain.real)
        per_point = _seconds(entry, domain.points(arguments, SIZES[-1])) / SIZES[-1]
        size = next((n for n in SIZES if n * per_point < LONGEST_CALL), SIZES[-1])
        yield row_of(entry, f"n = {size}", domain.points(arguments, size), {})
        size = min(size, SIZES[1])
        yield gradient_row(entry, f"value and gradient, n = {size}", domain.points(arguments, size), {})


def _seconds(entry: Entry, points: tuple[Tensor, ...]) -> float:
    entry.function(*points)
    started = time.process_time()
    entry.function(*points)
    return time.process_time() - started
