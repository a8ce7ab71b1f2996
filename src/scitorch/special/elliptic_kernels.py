"""Scalar kernels of the elliptic integrals and functions."""

from __future__ import annotations

import math

from scitorch.op.kernel import converged, scalar_kernel

__all__ = ["complete_first", "complete_second", "jacobi_functions", "sd_power_integral"]


@scalar_kernel
def complete_integrals(m):
    """K(m) and E(m) for m < 1, by the arithmetic-geometric mean, DLMF 19.8.1, 19.8.5 and 19.8.6."""
    a = 1.0
    b = math.sqrt(1.0 - m)
    weight = 0.5
    total = 0.5 * m
    for _ in range(60):
        c = 0.5 * (a - b)
        a, b = 0.5 * (a + b), math.sqrt(a * b)
        weight *= 2.0
        total += weight * c * c
        if abs(c) <= 1e-9 * a:  # converges quadratically
            break
    first = 0.5 * math.pi / a
    return first, first * (1.0 - total)


@scalar_kernel
def hypergeometric_derivative(a, m, order: int):
    """dⁿ/dmⁿ of (π/2) F(a, 1/2; 1; m) by its power series, |m| <= 1/2."""
    coefficient = 0.5 * math.pi
    for k in range(order):
        coefficient *= (a + k) * (0.5 + k) / (k + 1.0)
    total = 0.0
    for k in range(order, order + 400):
        total += coefficient
        if converged(coefficient, total):
            break
        coefficient *= (a + k) * (0.5 + k) / ((k + 1.0) * (k + 1.0 - order)) * m
    return total


@scalar_kernel
def complete_first(m, order: int):
    """dⁿK/dmⁿ."""
    if m > 1.0:
        return math.nan
    if m == 1.0:
        return math.inf
    if abs(m) <= 0.5:
        return hypergeometric_derivative(0.5, m, order)  # DLMF 19.5.1
    value, second = complete_integrals(m)
    if order == 0:
        return value
    slope = (second - (1.0 - m) * value) / (2.0 * m * (1.0 - m))  # DLMF 19.4.1
    for n in range(order - 1):
        # The n-th derivative of the differential equation 19.4.8, m (1 - m) K" + (1 - 2m) K' - K/4 = 0.
        curvature = ((n + 0.5) * (n + 0.5) * value - (n + 1.0) * (1.0 - 2.0 * m) * slope) / (m * (1.0 - m))
        value, slope = slope, curvature
    return slope


@scalar_kernel
def complete_second(m, order: int):
    """dⁿE/dmⁿ."""
    if m > 1.0:
        return math.nan
    if m == 1.0:
        return 1.0 if order == 0 else -math.inf
    if abs(m) <= 0.5:
        return hypergeometric_derivative(-0.5, m, order)  # DLMF 19.5.2
    first, value = complete_integrals(m)
    if order == 0:
        return value
    slope = (value - first) / (2.0 * m)  # DLMF 19.4.2
    for n in range(order - 1):
        # The n-th derivative of the differential equation 19.4.9, m (1 - m) E" + (1 - m) E' + E/4 = 0.
        curvature = ((n * n - 0.25) * value - (n + 1.0 - (2.0 * n + 1.0) * m) * slope) / (m * (1.0 - m))
        value, slope = slope, curvature
    return slope


@scalar_kernel
def sd_by_doubling(u, m):
    """y = sd(u|m), y' and ∫₀ᵘ y², 0 <= m <= 1, for u of moderate size.

    (y')² = 1 + αy² + βy⁴ with α = 2m - 1 and β = -m(1 - m), DLMF 22.13. The power series for a small u is doubled with
    y(2u) = 2yy'/(1 - βy⁴) and ∫₀²ᵘ y² = 2 ∫₀ᵘ y² + y(u)² y(2u), the addition theorems DLMF 22.8 for sd. Since β <= 0
    nothing cancels, and m = 0 and m = 1 are no exceptions.
    """
    if m == 1.0 and abs(u) > 20.0:  # the fourth power of sd = sinh would overflow
        return math.sinh(u), math.cosh(u), 0.25 * math.sinh(2.0 * u) - 0.5 * u
    alpha = 2.0 * m - 1.0
    beta = -m * (1.0 - m)
    doublings = 0
    h = u
    while abs(h) > 0.06:
        h *= 0.5
        doublings += 1
    w = h * h
    c1 = alpha / 6.0
    c2 = (alpha * alpha + 12.0 * beta) / 120.0
    c3 = alpha * (alpha * alpha + 132.0 * beta) / 5040.0
    c4 = (alpha**4 + 1224.0 * alpha * alpha * beta + 3024.0 * beta * beta) / 362880.0
    y = h * (1.0 + w * (c1 + w * (c2 + w * (c3 + w * c4))))
    slope = 1.0 + w * (3.0 * c1 + w * (5.0 * c2 + w * (7.0 * c3 + w * 9.0 * c4)))
    integral = 1.0 / 3.0 + w * (
        2.0 / 5.0 * c1
        + w
        * ((c1 * c1 + 2.0 * c2) / 7.0 + w * (2.0 * (c3 + c1 * c2) / 9.0 + w * (2.0 * (c4 + c1 * c3) + c2 * c2) / 11.0))
    )
    integral *= h * w
    for _ in range(doublings):
        square = y * y
        fourth = beta * square * square
        divisor = 1.0 - fourth
        doubled = 2.0 * y * slope / divisor
        integral = 2.0 * integral + square * doubled
        bend = slope * slope + alpha * square + 2.0 * fourth  # y'² + y y"
        slope = (bend * divisor + 4.0 * fourth * slope * slope) / (divisor * divisor)
        y = doubled
    return y, slope, integral


#: Gauss-Legendre nodes and weights of order 10 on [-1, 1], the positive half; DLMF 3.5(v).
NODES = (
    0.14887433898163121088,
    0.4333953941292471908,
    0.67940956829902440623,
    0.86506336668898451073,
    0.97390652851717172008,
)
WEIGHTS = (
    0.29552422471475287017,
    0.26926671930999635509,
    0.219086362515982044,
    0.14945134915058059315,
    0.066671344308688137594,
)


@scalar_kernel
def sd_power_up_to(u, m, power: int):
    """∫₀ᵘ sd(t|m)²ᵖ dt for u of moderate size."""
    if power == 1:
        _y, _slope, integral = sd_by_doubling(u, m)
        return integral
    # The integrand is positive. Its poles lie at K + iK' with K' >= π/2, so that the Bernstein ellipse of a panel of
    # length 0.8 has ρ > 7.9, and the rule of order 10 errs by ρ^-20 < 1e-17.
    panels = int(abs(u) / 0.8) + 1
    half = 0.5 * u / panels
    total = 0.0
    for panel in range(panels):
        middle = (2 * panel + 1) * half
        for i in range(5):
            y, _slope, _sum = sd_by_doubling(middle - half * NODES[i], m)
            z, _slope, _sum = sd_by_doubling(middle + half * NODES[i], m)
            low = 1.0
            high = 1.0
            for _ in range(power):
                low *= y * y
                high *= z * z
            total += WEIGHTS[i] * (low + high)
    return total * half


@scalar_kernel
def quarter_periods(u, m):
    """K(m), and the even number of quarter periods that leaves u the smallest; infinity and 0 for m = 1."""
    if m >= 1.0:
        return math.inf, 0.0
    first, _ = complete_integrals(m)
    return first, 2.0 * math.floor(0.5 * u / first + 0.5)


@scalar_kernel
def sd_power_integral(u, m, power: int):
    """∫₀ᵘ sd(t|m)²ᵖ dt, 0 <= m <= 1; sd² has the period 2K."""
    if not (0.0 <= m <= 1.0 and abs(u) < math.inf):
        return math.nan
    first, count = quarter_periods(u, m)
    if count == 0.0:
        return sd_power_up_to(u, m, power)
    return sd_power_up_to(u - count * first, m, power) + count * sd_power_up_to(first, m, power)


@scalar_kernel
def jacobi_functions(u, m):
    """sn, cn, dn and the amplitude."""
    if not (0.0 <= m <= 1.0 and abs(u) < math.inf):
        return math.nan, math.nan, math.nan, math.nan
    if m == 1.0:  # DLMF 22.5(ii)
        sech = 1.0 / math.cosh(u)
        return math.tanh(u), sech, sech, math.atan(math.sinh(u))
    first, count = quarter_periods(u, m)
    y, slope, _ = sd_by_doubling(u - count * first, m)
    dn = 1.0 / math.sqrt(1.0 + m * y * y)  # nd² = 1 + m sd², and y' = cd nd
    sn = y * dn
    cn = slope * dn * dn
    sign = 1.0 if math.fmod(count, 4.0) == 0.0 else -1.0  # sn and cn change sign with each half period
    return sign * sn, sign * cn, dn, math.atan2(sn, cn) + 0.5 * math.pi * count
