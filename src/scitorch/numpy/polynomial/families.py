"""The six families."""

from collections.abc import Callable

import numpy

from scitorch.numpy.polynomial.recurrence import Recurrence, Vector, of_lower_degrees, of_neighbours

__all__ = ["CHEBYSHEV", "HERMITE", "HERMITE_E", "LAGUERRE", "LEGENDRE", "POWERS"]


def _zero(k: Vector) -> Vector:
    return numpy.zeros(len(k))


def _one(k: Vector) -> Vector:
    return numpy.ones(len(k))


def _last(factor: float) -> Callable[[int], Vector]:
    """Only P[k-1], with a multiple of k."""
    return lambda k: numpy.array([0.0] * (k - 1) + [factor * k])


POWERS = Recurrence(
    slope=_one,
    derivative=of_lower_degrees(_last(1.0), 1),
    antiderivative=of_neighbours(lambda k: 1 / (k + 1), _zero, _zero),
)

CHEBYSHEV = Recurrence(
    slope=lambda k: numpy.where(k == 0, 1.0, 2.0),
    back=lambda k: numpy.where(k == 0, 0.0, 1.0),
    # T[k]' = 2k (T[k-1] + T[k-3] + ...), where T[0] counts half
    derivative=of_lower_degrees(lambda k: 2.0 * k * numpy.where(numpy.arange(k) == 0, 0.5, 1.0), 2),
    antiderivative=of_neighbours(
        lambda k: numpy.where(k == 0, 1.0, 0.5 / (k + 1)),
        _zero,
        lambda k: numpy.where(k == 1, 0.0, -0.5 / numpy.maximum(k - 1, 1)),  # a constant, where k is 1
    ),
)

LEGENDRE = Recurrence(
    slope=lambda k: (2 * k + 1) / (k + 1),
    back=lambda k: k / (k + 1),
    derivative=of_lower_degrees(lambda k: 2.0 * numpy.arange(k) + 1, 2),
    antiderivative=of_neighbours(lambda k: 1 / (2 * k + 1), _zero, lambda k: -1 / (2 * k + 1)),
)

HERMITE = Recurrence(
    slope=lambda k: 2 * _one(k),
    back=lambda k: 2 * k,
    derivative=of_lower_degrees(_last(2.0), 1),
    antiderivative=of_neighbours(lambda k: 0.5 / (k + 1), _zero, _zero),
)

HERMITE_E = Recurrence(
    slope=_one,
    back=lambda k: k,
    derivative=of_lower_degrees(_last(1.0), 1),
    antiderivative=of_neighbours(lambda k: 1 / (k + 1), _zero, _zero),
)

LAGUERRE = Recurrence(
    slope=lambda k: -1 / (k + 1),
    shift=lambda k: (2 * k + 1) / (k + 1),
    back=lambda k: k / (k + 1),
    derivative=of_lower_degrees(lambda k: -numpy.ones(k), 1),
    antiderivative=of_neighbours(lambda k: -_one(k), _one, _zero),
)
