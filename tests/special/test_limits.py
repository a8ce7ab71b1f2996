"""Derivatives where a formula divides zero by zero or overflows on the way: zeros, ends of the range, limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import torch
from torch import Tensor
from torch.func import grad, jvp

from scitorch import special


def number(x: complex) -> Tensor:
    return torch.tensor(x, dtype=torch.complex128 if isinstance(x, complex) else torch.float64)


def slope(f: Callable[..., Any], at: tuple[complex, ...], argument: int, order: int = 1) -> Any:
    points = [number(x) for x in at]

    def along(t: Tensor) -> Any:
        return f(*points[:argument], t, *points[argument + 1 :])

    for _ in range(order):
        along = (lambda f: lambda t: jvp(f, (t,), (torch.ones_like(t),))[1])(along)
    return along(points[argument])


def exact_slope(f: Callable[..., Any], at: tuple[complex, ...], argument: int, order: int = 1) -> complex:
    exact = [mpmath.mpmathify(x) for x in at]
    with mpmath.workdps(60):
        h = mpmath.mpf(10) ** -20 * min(abs(exact[argument]) or 1, 1)
        return complex(
            mpmath.diff(lambda t: f(*exact[:argument], t, *exact[argument + 1 :]), exact[argument], order, h=h)
        )


def binomial(x: Any, y: Any) -> Any:
    return mpmath.gamma(x + 1) * mpmath.rgamma(y + 1) * mpmath.rgamma(x - y + 1)


def beta(a: Any, b: Any) -> Any:
    return mpmath.gamma(a) * mpmath.gamma(b) * mpmath.rgamma(a + b)


def pochhammer(z: Any, m: Any) -> Any:
    return mpmath.gammaprod([z + m], [z])


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    ("function", "reference", "at", "arguments"),
    [
        (special.poch, pochhammer, (-2.0, 5.0), (0, 1)),
        (special.poch, pochhammer, (0.0, 0.5), (0, 1)),
        (special.poch, pochhammer, (-5.0, 2.0), (0,)),
        (special.binom, binomial, (5.0, -1.0), (0, 1)),
        (special.binom, binomial, (3.5, -2.0), (0, 1)),
        (special.binom, binomial, (3.5, 5.5), (0, 1)),
        (special.binom, binomial, (300.0, -1.0), (0, 1)),
        (special.beta, beta, (1.5, -2.5), (0, 1)),
        (special.beta, beta, (-0.5, -0.5), (0, 1)),
    ],
)
def test_zeros_of_gamma_quotients(
    function: Any, reference: Any, at: tuple[float, float], arguments: tuple[int, ...], order: int
) -> None:
    for argument in arguments:
        wanted = exact_slope(reference, at, argument, order).real
        assert slope(function, at, argument, order).item() == pytest.approx(wanted, rel=1e-11, abs=1e-15)


def test_a_whole_pochhammer_symbol_is_a_polynomial() -> None:
    """(z)₂ = z (z + 1) also where both gamma functions have poles."""
    assert slope(special.poch, (-5.0, 2.0), 0).item() == pytest.approx(-9.0, rel=1e-14)
    assert slope(special.poch, (-5.0, 2.0), 0, 2).item() == pytest.approx(2.0, rel=1e-13)


@pytest.mark.parametrize("sigma", [0.0, 1e-300, 1e-12])
def test_voigt_profile_that_is_nearly_a_cauchy_distribution(sigma: float) -> None:
    x, gamma = 0.7, 0.4
    square = x * x + gamma * gamma
    at = (x, sigma, gamma)
    assert slope(special.voigt_profile, at, 0).item() == pytest.approx(-2 * gamma * x / square**2 / math.pi, rel=1e-14)
    assert slope(special.voigt_profile, at, 2).item() == pytest.approx(
        (x * x - gamma**2) / square**2 / math.pi, rel=1e-13
    )
    bend = exact_slope(lambda x, _, g: g / (x * x + g * g) / mpmath.pi, at, 0, 2).real
    assert slope(special.voigt_profile, at, 1).item() == pytest.approx(sigma * bend, rel=1e-13)
    assert slope(special.voigt_profile, at, 1, 2).item() == pytest.approx(bend, rel=1e-13)


@pytest.mark.parametrize("x", [2.0**54, 3.0**40, 1e145, 1e300])
def test_fresnel_integrals_of_huge_numbers(x: float) -> None:
    """The phase πx²/2 is a whole number of periods."""
    sine, cosine = (slope(lambda z, k=k: special.fresnel(z)[k], (x,), 0).item() for k in (0, 1))
    assert (sine, cosine) == (0.0, 1.0)


@pytest.mark.parametrize("x", [5e-324, 1e-310, 1e-308, 1e-200])
@pytest.mark.parametrize("v", [0.0, 0.5])
@pytest.mark.parametrize("name", ["iv", "ive", "jv"])
def test_bessel_functions_of_denormal_arguments(name: str, v: float, x: float) -> None:
    reference = mpmath.besselj if name == "jv" else mpmath.besseli
    for order in (1, 2):
        found = slope(getattr(special, name), (v, x), 0, order).item()
        assert found == pytest.approx(exact_slope(reference, (v, x), 0, order).real, rel=1e-12)
    if name == "iv" and v == 0.5:
        assert slope(special.iv, (v, x), 1).item() == pytest.approx(exact_slope(reference, (v, x), 1).real, rel=1e-12)


@pytest.mark.parametrize(
    ("v", "first", "second"),
    [(0.0, -1, 1), (-0.5, -1, 1), (-1.0, 1, -1), (-1.5, 1, -1), (-2.0, -1, 1), (-2.5, -1, 1), (0.5, 0, 0)],
)
def test_derivatives_in_the_order_at_zero(v: float, first: int, second: int) -> None:
    """They are the limits of log(x/2)ⁿ (x/2)^ν/Γ(ν + 1), or of n log(x/2)ⁿ⁻¹ (x/2)^ν (1/Γ)'(ν + 1)."""
    for function in (special.jv, special.iv):
        for order, sign in ((1, first), (2, second)):
            limit = slope(function, (v, 0.0), 0, order).item()
            assert limit == (sign * math.inf if sign else 0.0)
            close = slope(function, (v, 1e-60), 0, order).item()
            assert math.copysign(1.0, close) == sign or abs(close) < 1e-25


@pytest.mark.parametrize("z", [1e-200 + 1e-200j, 1e-50j, 0.3 + 1j])
@pytest.mark.parametrize("v", [1e-4, 9.9e-4])
def test_second_kind_of_nearly_zero_order(v: float, z: complex) -> None:
    wanted = exact_slope(mpmath.besselk, (v, z), 0)
    assert abs(slope(special.kv, (v, z), 0).item() - wanted) <= 2e-12 * abs(wanted)


@pytest.mark.parametrize("u", [15.0, 180.0, 354.0, 600.0, -600.0])
def test_jacobian_elliptic_functions_at_one(u: float) -> None:
    """At m = 1, ∂φ/∂m = -(sinh(2u)/4 - u/2)/(2 cosh u); sn is tanh, also where SciPy's is nan."""
    sn, cn, dn, amplitude = (slope(lambda u, m, k=k: special.ellipj(u, m)[k], (u, 1.0), 1).item() for k in range(4))
    with mpmath.workdps(400):
        moved = -(mpmath.sinh(2 * u) / 4 - mpmath.mpf(u) / 2) / (2 * mpmath.cosh(u))
        wanted = (moved / mpmath.cosh(u), -mpmath.tanh(u) * moved)
        in_dn = -mpmath.tanh(u) * (mpmath.tanh(u) / 2 + moved / mpmath.cosh(u)) * mpmath.cosh(u)
    assert amplitude == pytest.approx(float(moved), rel=1e-12)
    assert sn == pytest.approx(float(wanted[0]), rel=1e-12)
    assert cn == pytest.approx(float(wanted[1]), rel=1e-12)
    assert dn == pytest.approx(float(in_dn), rel=1e-12)
    assert special.ellipj(number(u), number(1.0))[0].item() == math.tanh(u)


@pytest.mark.parametrize("u", [19.0, 40.0, 100.0])
@pytest.mark.parametrize("rest", [1e-10, 1e-12])
def test_jacobian_elliptic_functions_next_to_one(u: float, rest: float) -> None:
    """SciPy's expansion in 1 - m is of no use there."""
    m = 1 - rest
    with mpmath.workdps(40):
        wanted = [float(mpmath.ellipfun(name, u, m=mpmath.mpf(m))) for name in ("sn", "cn", "dn")]
    for found, exact in zip(special.ellipj(number(u), number(m)), wanted):
        assert found.item() == pytest.approx(exact, rel=1e-12)


def test_hypergeometric_polynomials_beyond_one() -> None:
    at = (-2.0, 1.3, 0.7, 3.0)
    for argument in (1, 2, 3):
        wanted = exact_slope(mpmath.hyp2f1, at, argument).real
        assert slope(special.hyp2f1, at, argument).item() == pytest.approx(wanted, rel=1e-13)
    assert math.isnan(slope(special.hyp2f1, at, 0).item())  # complex next to a = -2


@pytest.mark.parametrize(
    "at", [(-38.94, -16.29, 27.02, 0.9), (-18.73, -7.36, 18.08, 0.99), (-23.96, -15.11, 30.35, 0.99)]
)
def test_hypergeometric_function_of_large_parameters(at: tuple[float, ...]) -> None:
    for argument in (0, 1, 2):
        wanted = exact_slope(mpmath.hyp2f1, at, argument).real
        assert slope(special.hyp2f1, at, argument).item() == pytest.approx(wanted, rel=1e-11)


def test_a_hypergeometric_sum_that_cancels_is_nan() -> None:
    """Fewer than seven digits would be left of ∂F/∂a."""
    assert math.isnan(grad(special.hyp2f1)(*map(number, (-34.42, -34.64, 17.81, -3.0))).item())


@pytest.mark.parametrize("a", [0.05, 0.4, 0.9, 1.5])
def test_mixed_derivative_of_the_incomplete_gamma_function(a: float) -> None:
    """∂²P/∂a∂x = x^(a-1) exp(-x)/Γ(a) (log x - ψ(a)), in both orders and modes."""
    x = 2.0
    wanted = x ** (a - 1.0) * math.exp(-x) / math.gamma(a) * (math.log(x) - float(mpmath.digamma(a)))
    for inner, outer in ((0, 1), (1, 0)):
        assert grad(grad(special.gammainc, inner), outer)(number(a), number(x)).item() == pytest.approx(
            wanted, rel=1e-12
        )
