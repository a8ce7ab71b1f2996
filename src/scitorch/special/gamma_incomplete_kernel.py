"""The regularised incomplete gamma function as a scalar kernel, for its derivatives in the shape parameter.

The power series left of x = a + 1, the continued fraction right of it, and for large a Temme's uniform expansion
around x = a, where both of them need O(√a) terms.
"""

from __future__ import annotations

import math
from fractions import Fraction

from scitorch.op.kernel import converged, scalar_kernel

from .stirling import STIRLING, log1p_remainder, stirling_correction

#: From here on Temme's expansion to four terms does, a⁻⁴ = 10⁻¹⁶.
_UNIFORM = 1.0e4
_ETA_TERMS = 20
_CORRECTION_TERMS = 14


def _series_of_eta(count: int) -> list[Fraction]:
    """η/μ as a power series in μ, from η²/2 = μ - log(1 + μ)."""
    square = [Fraction(2 * (-1) ** n, n + 2) for n in range(count)]
    root = [Fraction(1)]
    for n in range(1, count):
        root.append((square[n] - sum((root[k] * root[n - k] for k in range(1, n)), Fraction(0))) / 2)
    return root


def _temme_coefficients(terms: int, count: int) -> list[list[Fraction]]:
    """Power series in η of the coefficients cₖ of Temme's expansion, DLMF 8.12.8 to 8.12.11."""
    length = count + 2 * terms + 2
    # μ/η as a power series in η, from η (1 + μ) = μ dμ/dη.
    mu = [Fraction(1)]
    for n in range(1, length):
        known = sum((mu[j] * (n - j + 1) * mu[n - j] for j in range(1, n)), Fraction(0))
        mu.append((mu[n - 1] - known) / (n + 2))
    inverse = [Fraction(1)]  # of η/μ
    for n in range(1, length):
        inverse.append(-sum((mu[j] * inverse[n - j] for j in range(1, n + 1)), Fraction(0)))
    # Γ(a) ~ √(2π/a) (a/e)ᵃ Σ gₖ a⁻ᵏ; the condition that cₖ has no pole at η = 0 determines gₖ.
    rows = [inverse[1:]]
    for _ in range(1, terms):
        above = rows[-1]
        pole = above[1]
        rows.append([(n + 2) * above[n + 2] - pole * inverse[n + 1] for n in range(len(above) - 2)])
    return [row[:count] for row in rows]


_ETA = tuple(float(c) for c in reversed(_series_of_eta(_ETA_TERMS)))
_C0, _C1, _C2, _C3 = (tuple(float(c) for c in reversed(row)) for row in _temme_coefficients(4, _CORRECTION_TERMS))


@scalar_kernel
def power_over_factorial(a, x):  # type: ignore[no-untyped-def]
    """xᵃ exp(-x)/Γ(a + 1), for x >= 0 and any a."""
    if not x >= 0.0:
        return math.nan
    if a >= STIRLING:
        if x == 0.0:
            return 0.0
        mu = (x - a) / a
        if abs(mu) < 0.4:
            exponent = -a * log1p_remainder(mu)
        else:
            exponent = a * math.log(x / a) + (a - x)
        return math.exp(exponent - stirling_correction(a)) / math.sqrt(2.0 * math.pi * a)
    if x > 800.0:
        return 0.0
    factor = 1.0
    shifted = a + 1.0
    while shifted < 1.0:
        factor *= shifted
        shifted += 1.0
    if x == 0.0:
        if a > 0.0 or not abs(factor) > 0.0:
            return 0.0
        if a >= 0.0:
            return 1.0
    return factor * math.pow(x, a) * math.exp(-x) / math.gamma(shifted)


@scalar_kernel
def lower_incomplete(a, x):  # type: ignore[no-untyped-def]
    """P(a, x), DLMF 8.2.4, for a >= 0 and x >= 0."""
    if not (a >= 0.0 and x >= 0.0):
        return math.nan
    if x == 0.0 or a > 1.0e300:
        return 0.0
    if x > 1.0e300:
        return 1.0
    mu = (x - a) / max(a, 1.0)
    if a > _UNIFORM and abs(mu) < 0.1:
        # DLMF 8.12.4 and 8.12.7.
        eta = 0.0
        for c in _ETA:
            eta = eta * mu + c
        eta *= mu
        c0 = 0.0
        for c in _C0:
            c0 = c0 * eta + c
        c1 = 0.0
        for c in _C1:
            c1 = c1 * eta + c
        c2 = 0.0
        for c in _C2:
            c2 = c2 * eta + c
        c3 = 0.0
        for c in _C3:
            c3 = c3 * eta + c
        correction = ((c3 / a + c2) / a + c1) / a + c0
        tail = correction * math.exp(-0.5 * a * eta * eta) / math.sqrt(2.0 * math.pi * a)
        return 0.5 * math.erfc(-eta * math.sqrt(0.5 * a)) - tail
    if x < a + 1.0 or x < 1.5:
        # DLMF 8.7.1, with its factor x/(a + 1) x/(a + 2) … summed up.
        total = 1.0
        term = 1.0
        n = 1.0
        while True:
            term *= x / (a + n)
            total += term
            n += 1.0
            if converged(term, total):
                break
        return power_over_factorial(a, x) * total
    # DLMF 8.9.2 by Steed's forward recurrence of the even part.
    b = x + 1.0 - a
    d = 1.0 / b
    change = d
    total = d
    n = 1.0
    while True:
        numerator = n * (a - n)
        b += 2.0
        d = 1.0 / (numerator * d + b)
        change *= b * d - 1.0
        total += change
        n += 1.0
        if converged(change, total):
            break
    return 1.0 - a * power_over_factorial(a, x) * total
