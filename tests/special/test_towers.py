"""Derivatives of order 1 to 3, in every argument, against arbitrary precision at chosen points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import torch
from torch import Tensor
from torch.func import jvp

from scitorch import special

Function = Callable[..., Any]


def lower(a: Any, x: Any) -> Any:
    return mpmath.gammainc(a, 0, x, regularized=True)


def incomplete_beta(a: Any, b: Any, x: Any) -> Any:
    return mpmath.betainc(a, b, 0, x, regularized=True)


def log_ndtr(x: Any) -> Any:
    return mpmath.log(mpmath.erfc(-x / mpmath.sqrt(2)) / 2)


def erfcx(x: Any) -> Any:
    return mpmath.exp(x * x) * mpmath.erfc(x)


def xlogy(x: Any, y: Any) -> Any:
    return x * mpmath.log(y)


def dawsn(x: Any) -> Any:
    return mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-x * x) * mpmath.erfi(x)


def hurwitz(s: Any, q: Any) -> Any:
    return mpmath.zeta(s, q)


def spence(z: Any) -> Any:
    return mpmath.polylog(2, 1 - z)


def exprel(x: Any) -> Any:
    return mpmath.expm1(x) / x


#: Function, reference, points, accepted relative error at orders 1, 2 and 3.
CASES: list[tuple[Function, Function, list[tuple[complex, ...]], float]] = [
    (special.gamma, mpmath.gamma, [(0.3,), (-1.5,), (25.0,), (-2.5 + 0.2j,), (8 + 3j,)], 1e-11),
    (special.digamma, mpmath.digamma, [(0.3,), (-3.3,), (1e-3,), (-5.1 - 3j,), (2 - 40j,)], 1e-11),
    (special.rgamma, mpmath.rgamma, [(0.3,), (-3.3,), (7.5,), (0.499,), (-2.5 + 0.2j,)], 1e-11),
    (special.gammainc, lower, [(0.3, 0.7), (3.0, 2.5), (30.0, 31.0), (30.0, 20.0), (0.01, 5.0)], 1e-10),
    (special.betainc, incomplete_beta, [(2.0, 3.0, 0.4), (0.5, 0.5, 0.9), (20.0, 17.0, 0.5)], 1e-10),
    (special.beta, mpmath.beta, [(2.0, 3.0), (0.01, 30.0), (1e6, 0.5)], 1e-10),
    (special.zeta, mpmath.zeta, [(2.5,), (0.5,), (-0.3,), (-2.0,), (-5.5,), (40.0,), (0.5 + 14j,), (-3 + 2j,)], 1e-10),
    (special.zeta, hurwitz, [(2.5, 0.7), (1.01, 3.0), (9.0, 0.1), (3.0, 1e3)], 1e-10),
    (special.erfcx, erfcx, [(0.3,), (-2.0,), (3.0,), (30.0,), (2 + 3j,), (0.01 + 5j,), (-1 + 4j,), (8j,)], 1e-10),
    (special.dawsn, dawsn, [(0.3,), (2.7,), (5.2,), (6.99,), (7.01,), (1 + 3j,), (4 - 0.1j,)], 1e-10),
    (special.log_ndtr, log_ndtr, [(0.3,), (-2.0,), (-30.0,), (5.0,)], 1e-10),
    (special.sinc, mpmath.sincpi, [(1e-3,), (0.47,), (0.48,), (0.9,), (7.3,), (0.4 + 0.2j,), (1 + 2j,)], 1e-10),
    (special.lambertw, mpmath.lambertw, [(0.5 + 0j,), (1e-4 + 0j,), (-0.3 + 0.1j,), (1e6 + 2j,)], 1e-10),
    (special.xlogy, xlogy, [(0.7, 0.3), (2.0, 5.0), (1 + 1j, 2 - 1j)], 1e-12),
    (special.spence, spence, [(0.01,), (0.69,), (0.71,), (1.0001,), (3.0,), (1 + 2j,)], 1e-10),
    (special.exprel, exprel, [(1e-3,), (5.0,), (-5.0,), (70.0,), (-70.0,)], 1e-10),
    (special.expi, mpmath.ei, [(0.3,), (-2.0,), (10.0,)], 1e-11),
]
ROWS = [
    pytest.param(f, reference, at, i, rtol, id=f"{f.__name__}{at} in argument {i}")
    for f, reference, points, rtol in CASES
    for at in points
    for i in range(len(at))
]


@pytest.mark.parametrize(("function", "reference", "at", "argument", "rtol"), ROWS)
def test_first_three_derivatives(
    function: Function, reference: Function, at: tuple[complex, ...], argument: int, rtol: float
) -> None:
    is_complex = any(isinstance(x, complex) for x in at)
    points = [torch.tensor(x, dtype=torch.complex128 if is_complex else torch.float64) for x in at]

    def along(t: Tensor) -> Any:
        return function(*points[:argument], t, *points[argument + 1 :])

    def moving(t: Any) -> Any:
        exact = [mpmath.mpmathify(x) for x in at]
        return reference(*exact[:argument], t, *exact[argument + 1 :])

    derivative = along
    for order in (1, 2, 3):
        derivative = _next(derivative)
        found = derivative(points[argument]).item()
        with mpmath.workdps(80):
            wanted = mpmath.diff(moving, mpmath.mpmathify(at[argument]), order)
        assert abs(found - wanted) <= rtol * abs(wanted) + 1e-90, (
            f"order {order}: {found}, wanted {mpmath.nstr(wanted, 17)}"
        )


def _next(f: Function) -> Function:
    return lambda t: jvp(f, (t,), (torch.ones_like(t),))[1]


@pytest.mark.parametrize(
    ("function", "at", "argument", "wanted"),
    [
        # P(0, x) = 1 and ∂P/∂a = -E₁(x) there.
        (special.gammainc, (0.0, 1.0), 0, -0.21938393439552029),
        # The normal approximation is exact to 1/a: -φ(0)/√a (1 + O(1/a)), here from Temme's expansion.
        (special.gammainc, (1e6, 1e6), 0, -0.00039894231364662517),
        (special.betaln, (1e8, 1.0), 0, -1e-8),
        (special.betaln, (1e15, 2.0), 0, -2e-15),
        (special.rgamma, (-3.0,), 0, -6.0),
        (special.rgamma, (-10.0,), 0, 3628800.0),
        (special.zeta, (0.0,), 0, -0.91893853320467274),  # -log(2π)/2
        (special.zeta, (2.0, 1e10), 1, -1e-20),
        (special.lambertw, (0.0,), 0, 1.0),
        (special.spence, (1.0,), 0, -1.0),
        (special.spence, (1e-300,), 0, -690.77552789821372),
        (special.exprel, (0.0,), 0, 0.5),
        (special.boxcox, (2.0, 0.0), 1, 0.24022650695910071),  # log²2/2
        (special.inv_boxcox, (2.0, 0.0), 1, -14.778112197861299),  # -2 e²
        (special.betainc, (1.0, 3.0, 0.0), 2, 3.0),
        (special.betainc, (3.0, 1.0, 1.0), 2, 3.0),
        (special.voigt_profile, (50.0, 1e-3, 0.5), 1, 1.5273782709053644e-10),
        (special.polygamma, (100, 1e4), 1, 9.379831403606524e-247),
    ],
)
def test_limits(function: Function, at: tuple[float, ...], argument: int, wanted: float) -> None:
    points = [torch.tensor(x, dtype=torch.float64) for x in at]
    tangents = [torch.full_like(p, float(i == argument)) for i, p in enumerate(points)]
    if function is special.polygamma:
        found = jvp(lambda x: function(100, x), (points[1],), (tangents[1],))[1]
    else:
        found = jvp(function, tuple(points), tuple(tangents))[1]
    assert abs(found.item() - wanted) <= 2e-8 * abs(wanted)
