"""What the scalar language knows beyond Python's arithmetic and `math`."""

from __future__ import annotations

__all__ = ["converged"]

#: Half a unit in the last place of 1 in double precision; an author's loops stop on it in plain Python.
ROUNDOFF = 2.0**-53


def converged(term: float, total: float) -> bool:
    """
    Say whether a term no longer changes a sum, in the sum itself and in all of its derivatives.

    Parameters
    ----------
    term : float
        The term last added (or the last change of a product or continued fraction).
    total : float
        What it was added to.

    Returns
    -------
    bool
        True if ``abs(term) <= 2**-53 * abs(total)``, and if either is nan, so that a loop always ends. In a
        derivative of the kernel the same must hold for every derivative of the term against that of the
        total (four roundings are allowed there, because such components carry more rounding error); where the
        total does not depend on the argument, its value takes the place of its derivative.

    Notes
    -----
    In single precision arithmetic the bound is ``2**-24``.
    """
    return not abs(term) > ROUNDOFF * abs(total)
