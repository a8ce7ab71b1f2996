"""One difference quotient against the exact derivative, before an optimizer relies on it.

A function can lose a part of its derivative without an error, by an explicit ``detach`` or a library that copies
values. Along one random direction such a loss shows, at the price of two evaluations.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy

from .tracing_watch import UntraceableError

Vector = numpy.ndarray[Any, Any]

_PACKAGE = str(Path(__file__).resolve().parents[1])


def check_derivative(
    value: Callable[[Vector], Any],
    x: Vector,
    at_x: Any,
    jacobian: Vector,
    lower: Vector,
    upper: Vector,
    eps: float,
) -> int:
    """Compare a derivative with differences of the function.

    Parameters
    ----------
    value
        The function, scalar or vector-valued, without a graph.
    x
        The point, of shape (n,).
    at_x
        The function's value there, of shape (m,) or ().
    jacobian
        The derivative to check, of shape (m, n) or (n,).
    lower, upper
        Bounds that the evaluations respect, of shape (n,).
    eps
        Spacing of the floating-point numbers that the function computes with.

    Returns
    -------
    int
        How often the function was evaluated: two times, or four where the first quotient was in doubt.

    Raises
    ------
    UntraceableError
        If the derivative contradicts the quotients of both steps.

    Notes
    -----
    The quotient is the second-order one-sided difference (4 f(h) - f(2h) - 3 f(0)) / 2h. Its distance from the
    first-order one is the estimate of what differences can tell at all: a rough or noisy function is not accused.
    """
    # Truncation is of order h**2 and rounding of order eps / h: equal for h = eps**(1/3). The longer step is for
    # functions whose own rounding is far above eps.
    for evaluations, relative in ((2, eps ** (1 / 3)), (4, 32 * eps ** (1 / 3))):
        found, expected, allowed = _quotient(value, x, at_x, jacobian, lower, upper, eps, relative)
        if not numpy.isfinite(expected) or abs(found - expected) <= allowed:
            return evaluations
    raise UntraceableError(
        f"the traced derivative along a test direction, {found / relative:.6g}, contradicts a difference quotient, "
        f"{expected / relative:.6g}: a part of the derivative is lost on the way"
    )


def _quotient(
    value: Callable[[Vector], Any],
    x: Vector,
    at_x: Any,
    jacobian: Vector,
    lower: Vector,
    upper: Vector,
    eps: float,
    relative: float,
) -> tuple[float, float, float]:
    """Change of the function along a direction of length `relative`: traced, by differences, and the distance allowed.

    The second is nan where the function cannot be evaluated.
    """
    random = numpy.random.default_rng(len(x))
    step = relative * numpy.maximum(1.0, numpy.abs(x))
    direction = numpy.where(random.random(len(x)) < 0.5, -1.0, 1.0) * random.uniform(0.5, 1.0, len(x))
    room_up, room_down = x + 2 * step <= upper, x - 2 * step >= lower
    direction = numpy.where((direction > 0) & ~room_up, -direction, direction)
    direction = numpy.where((direction < 0) & ~room_down, numpy.abs(direction) * room_up, direction)
    move = step * direction
    weights = random.uniform(0.5, 1.0, numpy.shape(at_x))

    def projected(point: Vector) -> float:
        return float(numpy.sum(weights * numpy.asarray(value(point), dtype=float).reshape(numpy.shape(at_x))))

    parts = numpy.tensordot(weights, jacobian, axes=numpy.ndim(at_x)) * move
    found = float(numpy.sum(parts))
    try:
        zero, one, two = float(numpy.sum(weights * at_x)), projected(x + move), projected(x + 2 * move)
    except Exception:  # outside the function's domain: nothing to be learnt
        return found, numpy.nan, 0.0
    first, second = one - zero, 0.5 * (4 * one - two - 3 * zero)
    rounding = 1e3 * eps * float(numpy.sum(numpy.abs(weights * at_x)))
    return found, second, 10 * abs(second - first) + 1e-3 * float(numpy.sum(numpy.abs(parts))) + rounding


def warn_of_differences(routine: str, reason: UntraceableError) -> None:
    """Say once per call, at the caller's line, why an optimizer works with differences."""
    warnings.warn(
        f"scitorch.optimize.{routine}: no exact derivative, {reason}. SciPy's finite differences are used instead, "
        "where the method has them",
        RuntimeWarning,
        stacklevel=outside_level(),
    )


def outside_level() -> int:
    """The ``stacklevel`` at which a warning given by the caller points to code outside this package."""
    level = 1
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level += 1
        frame = frame.f_back
    return level
