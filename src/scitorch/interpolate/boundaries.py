"""What lies outside of an array: positions of any grid brought back inside."""

from __future__ import annotations

from torch import Tensor

#: Boundaries under which outside positions have values, named as in :mod:`scipy.ndimage`.
EXTENSIONS = ("reflect", "mirror", "nearest", "wrap", "constant")


def fold(index: Tensor, n: int, boundary: str) -> Tensor:
    """Positions inside an array of length n that stand for any positions.

    Parameters
    ----------
    index
        Whole numbers.
    n
        Length of the array.
    boundary
        ``"reflect"`` (``c b a | a b c``), ``"mirror"`` (``c b | a b c``), ``"wrap"`` (``b c | a b c``) or, for anything
        else, the nearest.
    """
    if boundary == "wrap":
        return index.remainder(n)
    if boundary == "reflect":
        index = index.remainder(2 * n)
        return index.minimum(2 * n - 1 - index)
    if boundary == "mirror" and n > 1:
        index = index.remainder(2 * n - 2)
        return index.minimum(2 * n - 2 - index)
    return index.clamp(0, n - 1)
