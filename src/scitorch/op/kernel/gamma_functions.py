"""The digamma and polygamma functions as scalar kernels.

They are the derivatives of `math.lgamma`, which every other kernel may call, and so belong to the language.
"""

from __future__ import annotations

import math

from .scalar import converged, scalar_kernel

__all__ = ["digamma", "polygamma", "scaled_hurwitz_zeta"]

# The positive zero of digamma, as the sum of two doubles.
ROOT = 1.4616321449683622
ROOT_LOW = 9.549995429965697e-17

# Taylor coefficients of digamma about its zero, ψ⁽ᵏ⁾(root)/k! for k = 35, …, 1. The nearest pole is 1.46 away, so
# that at a distance of 0.5 the first term left out is 1e-17 of the first.
ABOUT_ROOT = (
    1.1636675363548843e-06,
    -1.7008538854332607e-06,
    2.486022733129538e-06,
    -3.6336507898010456e-06,
    5.3110609208898636e-06,
    -7.762817668462094e-06,
    1.134638458466385e-05,
    -1.6584242271854135e-05,
    2.424006611860132e-05,
    -3.5430070947659604e-05,
    5.178575795222081e-05,
    -7.569179582195066e-05,
    0.0001106337276874741,
    -0.00016170622091974803,
    0.00023635601564027053,
    -0.0003454680251063077,
    0.000504953265834602,
    -0.0007380709389960052,
    0.0010788252019162967,
    -0.0015769367714301972,
    0.002305126326734928,
    -0.003369801655439328,
    0.004926781395729853,
    -0.007204534386356869,
    0.010538791616612175,
    -0.01542476590494896,
    0.022597648232218104,
    -0.03316112647484736,
    0.04880428816414311,
    -0.07219956125645471,
    0.10782405069126237,
    -0.16394270544240652,
    0.258499760955651,
    -0.4427631689835921,
    0.9676722454476212,
)

# B₂ₖ/(2k) for k = 8, …, 1, of the asymptotic series DLMF 5.11.2.
ASYMPTOTIC = (
    -0.4432598039215686,
    0.08333333333333333,
    -0.021092796092796094,
    0.007575757575757576,
    -0.004166666666666667,
    0.003968253968253968,
    -0.008333333333333333,
    0.08333333333333333,
)

# B₂ₖ/(2k)! for k = 1, …, 12, of the Euler–Maclaurin formula.
EULER_MACLAURIN = (
    0.08333333333333333,
    -0.001388888888888889,
    3.306878306878307e-05,
    -8.267195767195768e-07,
    2.08767569878681e-08,
    -5.284190138687493e-10,
    1.3382536530684679e-11,
    -3.3896802963225827e-13,
    8.586062056277845e-15,
    -2.174868698558062e-16,
    5.5090028283602295e-18,
    -1.3954464685812522e-19,
)

# From here on eight terms of the asymptotic series are enough: the first left out is 3e-18.
ASYMPTOTIC_FROM = 10.0


@scalar_kernel
def digamma(x: float) -> float:
    """The logarithmic derivative of the gamma function, DLMF 5.2.2."""
    if x == 0.0:
        return math.copysign(math.inf, -x)
    reflected = 0.0
    if x < 0.0:
        # DLMF 5.5.4, ψ(x) = ψ(1-x) - π cot(πx). The period is taken off exactly before multiplying by π.
        offset = x - math.floor(x + 0.5)
        if offset == 0.0:
            return math.nan
        reflected = -math.pi / math.tan(math.pi * offset)
        x = 1.0 - x
    below = 0.0
    if x < ROOT - 0.5:  # DLMF 5.5.2, ψ(x) = ψ(x+1) - 1/x
        below = 1.0 / x
        x += 1.0
    if abs(x - ROOT) <= 0.5:
        step = (x - ROOT) - ROOT_LOW
        total = 0.0
        for coefficient in ABOUT_ROOT:
            total = total * step + coefficient
        return reflected + (total * step - below)
    while x < ASYMPTOTIC_FROM:
        below += 1.0 / x
        x += 1.0
    square = 1.0 / (x * x)
    total = 0.0
    for coefficient in ASYMPTOTIC:
        total = (total + coefficient) * square
    return reflected + (math.log(x) - 0.5 / x - total - below)


@scalar_kernel
def scaled_hurwitz_zeta(s: float, q: float) -> float:
    """q**s ζ(s, q) for s > 1 and q > 0, by Euler–Maclaurin summation, DLMF 25.11.28 and 2.10.1."""
    total = 0.0
    a = q
    # With a ≥ s + 10 the k-th correction is below ((s + 2k)/(2πa))²ᵏ, at most 1e-17 for k = 12.
    while a < s + 10.0:
        term = math.pow(q / a, s)
        total += term
        if converged(term * a, total):  # the tail is less than (term a)/(s - 1) + term
            return total
        a += 1.0
    term = math.pow(q / a, s)
    total += term * (a / (s - 1.0) + 0.5)
    factor = term * s / a
    rising = s
    for coefficient in EULER_MACLAURIN:
        term = coefficient * factor
        total += term
        if converged(term, total):
            break
        factor *= ((rising + 1.0) / a) * ((rising + 2.0) / a)
        rising += 2.0
    return total


@scalar_kernel
def factorial_zeta(n: int, q: float) -> float:
    """n! ζ(n+1, q) for n ≥ 1 and q > 0; the factors are interleaved so that nothing overflows before the result."""
    result = scaled_hurwitz_zeta(n + 1.0, q) / q
    for j in range(1, n + 1):
        result *= j / q
    return result


@scalar_kernel
def polygamma(n: int, x: float) -> float:
    """The n-th derivative of digamma, DLMF 5.15.1; nan for n < 0."""
    if n < 0:
        return math.nan
    if n == 0:
        return digamma(x)
    parity = 1.0 if n % 2 == 1 else -1.0  # (-1)ⁿ⁺¹
    if abs(x) >= math.inf:  # as in SciPy the limit on the right; on the left, where there is none, the poles' value
        return 0.0 if x > 0.0 else parity * math.inf
    if x > 0.0:
        return parity * factorial_zeta(n, x)
    # ψ⁽ⁿ⁾(x) = (-1)ⁿ⁺¹ n! Σ (x+k)⁻ⁿ⁻¹ over k ≥ 0: the sum over all integers, which is periodic in x, less the part
    # over k < 0, which is a zeta function of 1 - x.
    offset = x - math.floor(x + 0.5)
    distance = abs(offset)
    if distance == 0.0:
        return parity * math.inf
    periodic = factorial_zeta(n, distance) + parity * factorial_zeta(n, 1.0 - distance)
    if offset < 0.0:
        periodic = parity * periodic
    return parity * periodic - factorial_zeta(n, 1.0 - x)


@digamma.partial("x")
def digamma_partial_x(x: float) -> float:
    return polygamma(1, x)


@polygamma.partial("x")
def polygamma_partial_x(n: int, x: float) -> float:
    return polygamma(n + 1, x)
