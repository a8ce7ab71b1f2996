"""Polynomial families by their three-term recurrences, and the linear maps that follow from them.

``P[k+1](x) = (slope[k] x + shift[k]) P[k](x) - back[k] P[k-1](x)`` with ``P[0] = 1`` defines a family, so
``x P[k] = (P[k+1] - shift[k] P[k] + back[k] P[k-1]) / slope[k]``. The coefficients are
those of NIST DLMF, table 18.9.1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy
import torch

__all__ = ["Recurrence", "clenshaw"]

Vector = numpy.ndarray
Coefficient = Callable[[Vector], Vector]


def _zero(k: Vector) -> Vector:
    return numpy.zeros(len(k))


@dataclass(frozen=True)
class Recurrence:
    """A family: the recurrence, and the matrices of derivative and antiderivative in its coefficients.

    Attributes
    ----------
    slope, shift, back : function of the degrees k
    derivative : function of n
        The matrix, of shape (n - 1, n), that takes the coefficients of a series to those of its derivative.
    antiderivative : function of n
        The matrix, of shape (n + 1, n), to the coefficients of an antiderivative.
    """

    slope: Coefficient
    derivative: Callable[[int], numpy.ndarray]
    antiderivative: Callable[[int], numpy.ndarray]
    shift: Coefficient = _zero
    back: Coefficient = _zero

    def terms(self, n: int) -> tuple[list[float], list[float], list[float]]:
        """Return the recurrence's coefficients of the first n degrees as numbers."""
        k = numpy.arange(n, dtype=float)
        slope, shift, back = (f(k).tolist() for f in (self.slope, self.shift, self.back))
        return slope, shift, back

    def times_x(self, series: torch.Tensor) -> torch.Tensor:
        """Multiply a series by x; the last coefficient must be zero, or the product's last one is lost."""
        k = numpy.arange(series.shape[0], dtype=float)
        slope = self.slope(k)

        def row(values: Vector) -> torch.Tensor:
            return torch.tensor(values, dtype=series.real.dtype, device=series.device)

        end = series.new_zeros(1)
        product = torch.cat([end, (series * row(1 / slope))[:-1]])
        if (shift := self.shift(k)).any():
            product = product - series * row(shift / slope)
        if (back := self.back(k)).any():
            product = product + torch.cat([(series * row(back / slope))[1:], end])
        return product

    def jacobi(self, n: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Return the matrix of multiplication by x on n degrees, made symmetric where possible, and the scaling.

        The scaling holds the norms of the polynomials, relative to that of P[0].
        """
        k = numpy.arange(n, dtype=float)
        slope, shift, back = self.slope(k), self.shift(k), self.back(k)
        ratios = back[1:] / slope[1:] * slope[:-1]  # of squared norms of neighbours
        norms = numpy.sqrt(numpy.cumprod(numpy.concatenate([[1.0], numpy.where(ratios > 0, ratios, 1.0)])))
        matrix = numpy.diag(-shift / slope) + numpy.diag(1 / slope[:-1], -1) + numpy.diag(back[1:] / slope[1:], 1)
        return matrix * norms[:, None] / norms, norms


def clenshaw(
    recurrence: Recurrence, coefficients: Sequence[torch.Tensor], times_x: Callable[[torch.Tensor], torch.Tensor]
) -> torch.Tensor:
    """Sum a series by Clenshaw's recurrence (Math. Comp. 9 (1955), 118-120).

    The argument need not be a number: `times_x` multiplies by it, and the coefficients are elements of its algebra.
    """
    slope, shift, back = recurrence.terms(len(coefficients))
    last = coefficients[-1]
    before: torch.Tensor | None = None
    for k in range(len(coefficients) - 2, -1, -1):
        term = coefficients[k] + slope[k] * times_x(last)
        if shift[k]:
            term = term + shift[k] * last
        if before is not None and back[k + 1]:
            term = term - back[k + 1] * before
        last, before = term, last
    return last


def of_lower_degrees(weights: Callable[[int], Vector], step: int) -> Callable[[int], numpy.ndarray]:
    """Return the derivative's matrix where ``P[k]' = weights(k)[j] P[j]`` over j = k - 1, k - 1 - step, ..."""

    @lru_cache(maxsize=64)
    def matrix(n: int) -> numpy.ndarray:
        result = numpy.zeros((n - 1, n))
        for k in range(1, n):
            row = weights(k)
            result[k - 1 :: -step, k] = row[k - 1 :: -step]
        return result

    return matrix


def of_neighbours(above: Coefficient, same: Coefficient, below: Coefficient) -> Callable[[int], numpy.ndarray]:
    """Return the antiderivative's matrix where that of P[k] is ``above P[k+1] + same P[k] + below P[k-1]``."""

    @lru_cache(maxsize=64)
    def matrix(n: int) -> numpy.ndarray:
        k = numpy.arange(n, dtype=float)
        result = numpy.zeros((n + 1, n))
        result[numpy.arange(1, n + 1), numpy.arange(n)] = above(k)
        result[numpy.arange(n), numpy.arange(n)] += same(k)
        result[numpy.arange(n - 1), numpy.arange(1, n)] += below(k[1:])
        return result

    return matrix
