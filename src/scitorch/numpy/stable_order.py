"""Stable sorting permutations of NumPy arrays, made of NumPy's fast unstable sorts.

NumPy's vectorised sorts are several times faster than its stable ones. Integers of a small range are sorted together
with their positions, packed into one word; for the rest, the positions within runs of equal values are put in order
afterwards.
"""

from typing import Any

import numpy

__all__ = ["stable_order"]

# below this the stable sort is as fast
_SMALL = 1 << 11
_WORD = 63

Array = numpy.ndarray[Any, Any]


def stable_order(values: Array, axis: int) -> Array:
    """Return what ``numpy.argsort(values, axis, kind="stable")`` returns."""
    count = values.shape[axis]
    bits = max(count - 1, 0).bit_length()
    # two-byte integers are sorted by radix; complex numbers have no vectorised sort
    direct = values.size < _SMALL or values.dtype.kind in "bc" or (values.dtype.kind in "iu" and values.itemsize < 4)
    if direct or values.size.bit_length() + bits > _WORD:
        return numpy.argsort(values, axis, kind="stable")
    rows = numpy.ascontiguousarray(numpy.moveaxis(values, axis, -1))
    order = _packed(rows, bits) if values.dtype.kind in "iu" else None
    if order is None:
        order = _repaired(rows, bits)
    return numpy.moveaxis(order, -1, axis)


def _packed(rows: Array, bits: int) -> Array | None:
    low, high = int(rows.min()), int(rows.max())
    if high - low >= 1 << (_WORD - bits):
        return None
    words = rows.astype(numpy.int64) if rows.dtype != numpy.uint64 else (rows - numpy.uint64(low)).view(numpy.int64)
    if rows.dtype != numpy.uint64:
        words -= low
    words <<= bits
    words |= numpy.arange(rows.shape[-1])
    words.sort(-1)
    words &= (1 << bits) - 1
    return words


def _repaired(rows: Array, bits: int) -> Array:
    order = numpy.argsort(rows, -1)
    ordered = numpy.take_along_axis(rows, order, -1)
    same = ordered[..., 1:] == ordered[..., :-1]
    if rows.dtype.kind == "f" and numpy.isnan(ordered[..., -1]).any():
        same |= numpy.isnan(ordered[..., :-1])  # nan is last, so what follows one is another
    if not same.any():
        return order
    tied = numpy.zeros(rows.shape, bool)
    tied[..., 1:] = same
    run = numpy.cumsum(~tied)
    tied[..., :-1] |= same
    places = numpy.flatnonzero(tied)
    flat = order.reshape(-1)
    words = (run[places] << bits) | flat[places]
    words.sort()
    flat[places] = words & ((1 << bits) - 1)
    return order
