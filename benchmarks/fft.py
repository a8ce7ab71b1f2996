"""Fourier, cosine and sine transforms of every declared name, at sizes of signals and images."""

from __future__ import annotations

from collections.abc import Iterator

from scitorch.op import Maker, entries, load

from .peers import gradient_row, is_public, row_of
from .timing import Row

_SIGNALS = (64, 4096)
_IMAGE = (512, 512)


def rows() -> Iterator[Row]:
    """Value and gradient of every public transform of real arrays, and all types of the real transforms."""
    load("scitorch.fft")
    for entry in sorted(entries("fft"), key=lambda e: e.declared.name):
        name = entry.declared.name
        if not is_public(entry) or "fht" in name:
            continue
        shape = _IMAGE if name.endswith(("2", "n", "shift")) else _SIGNALS
        x = Maker()(*shape)
        size = "×".join(map(str, shape))
        yield row_of(entry, size, (x,), {})
        yield gradient_row(entry, f"value and gradient, {size}", (x,), {})
        if name in ("dct", "dst"):
            for type in (1, 3, 4):
                yield row_of(entry, f"type {type}, {size}", (x,), {"type": type})
