"""Special functions: rows from the declarations, at points drawn from the declared domains."""

from __future__ import annotations

from collections.abc import Iterator

from scitorch.op import entries, load

from .peers import gradient_row, is_public, row_of
from .timing import Row

#: Points where values and gradients are computed.
MANY = 100_000
FEWER = 10_000


def rows() -> Iterator[Row]:
    """Value and gradient of every public special function with real arguments."""
    load("scitorch.special")
    for entry in sorted(entries("special"), key=lambda e: e.declared.name):
        if not is_public(entry) or not entry.declared.domain.real:
            continue
        arguments = tuple(entry.declared.domain.real)
        yield row_of(entry, f"n = {MANY}", entry.declared.domain.points(arguments, MANY), {})
        points = entry.declared.domain.points(arguments, FEWER)
        yield gradient_row(entry, f"value and gradient, n = {FEWER}", points, {})
