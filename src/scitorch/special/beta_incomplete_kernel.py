"""The regularised incomplete beta function as a scalar kernel, for its derivatives in the parameters.

The continued fraction DLMF 8.17.22 on the side of the mean where it converges fast, the symmetry 8.17.4 on the other.
"""

from __future__ import annotations

import math

from scitorch.op.kernel import converged, scalar_kernel

from .stirling import STIRLING, log1p_remainder, log_gamma_ratio, stirling_correction


@scalar_kernel
def beta_power(a, b, x):  # type: ignore[no-untyped-def]
    """xᵃ (1 - x)ᵇ Γ(a + b)/(Γ(a + 1) Γ(b)), for a >= 0, b > 0 and 0 < x < 1."""
    if a >= STIRLING and b >= STIRLING:
        # With t = x(a + b) - a, x = (1 + t/a) a/(a + b) and 1 - x = (1 - t/b) b/(a + b): the terms linear in t cancel.
        t = x * b - (1.0 - x) * a
        correction = stirling_correction(a + b) - stirling_correction(a) - stirling_correction(b)
        if abs(t) < 0.4 * min(a, b):
            exponent = -a * log1p_remainder(t / a) - b * log1p_remainder(-t / b)
        else:
            exponent = a * math.log(x * ((a + b) / a)) + b * (math.log1p(-x) + math.log1p(a / b))
        return math.exp(exponent + correction) * math.sqrt(b / (2.0 * math.pi * a * (a + b)))
    if b >= STIRLING:
        ratio = log_gamma_ratio(a, b)
        return math.exp(a * math.log(x) + b * math.log1p(-x) + ratio - math.lgamma(a + 1.0))
    if a >= STIRLING:
        ratio = log_gamma_ratio(b - 1.0, a + 1.0)
        return math.exp(a * math.log(x) + b * math.log1p(-x) + ratio - math.lgamma(b))
    gammas = math.lgamma(a + b + 1.0) - math.lgamma(a + 1.0) - math.lgamma(b + 1.0)
    return math.exp(a * math.log(x) + b * math.log1p(-x) + gammas) * (b / (a + b))


@scalar_kernel
def beta_fraction(a, b, x):  # type: ignore[no-untyped-def]
    """The continued fraction of DLMF 8.17.22, by the modified Lentz algorithm."""
    c = 1.0
    d = 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    total = d
    m = 1.0
    while m < 1.0e7:  # about √max(a, b) steps are needed
        even = a + 2.0 * m
        coefficient = m * (b - m) * x / ((even - 1.0) * even)
        d = 1.0 / (1.0 + coefficient * d)
        c = 1.0 + coefficient / c
        total *= c * d
        coefficient = -(a + m) * (a + b + m) * x / (even * (even + 1.0))
        d = 1.0 / (1.0 + coefficient * d)
        c = 1.0 + coefficient / c
        previous = total
        total *= c * d
        m += 1.0
        if converged(total - previous, total):
            return total
    return math.nan


@scalar_kernel
def incomplete_beta(a, b, x):  # type: ignore[no-untyped-def]
    """I_x(a, b), DLMF 8.17.2, for a, b > 0 and 0 <= x <= 1."""
    if not (a >= 0.0 and b >= 0.0 and x >= 0.0 and x <= 1.0):
        return math.nan
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x * (a + b + 2.0) <= a + 1.0:
        return beta_power(a, b, x) * beta_fraction(a, b, x)
    return 1.0 - beta_power(b, a, 1.0 - x) * beta_fraction(b, a, 1.0 - x)
