"""Stirling's series as scalar kernels, and what keeps its digits together for large arguments."""

from __future__ import annotations

import math
from fractions import Fraction

from scitorch.op.kernel import converged, scalar_kernel

#: From here on Stirling's series gives Γ to all digits.
STIRLING = 16.0


def _stirling_coefficients(count: int) -> tuple[float, ...]:
    """B₂ⱼ/(2j(2j - 1)) for j = count … 1: log Γ*(a) is their sum over a²ʲ⁻¹, DLMF 5.11.1."""
    bernoulli = [Fraction(1)]
    for n in range(1, 2 * count + 1):
        bernoulli.append(-sum((math.comb(n + 1, k) * b for k, b in enumerate(bernoulli)), Fraction(0)) / (n + 1))
    return tuple(float(bernoulli[2 * j] / (2 * j * (2 * j - 1))) for j in range(count, 0, -1))


_STIRLING_SERIES = _stirling_coefficients(8)


@scalar_kernel
def stirling_correction(a):  # type: ignore[no-untyped-def]
    """log Γ(a) - (a - 1/2) log a + a - log(2π)/2, for a >= 16."""
    total = 0.0
    inverse_square = 1.0 / (a * a)
    for c in _STIRLING_SERIES:
        total = total * inverse_square + c
    return total / a


@scalar_kernel
def log1p_remainder(t):  # type: ignore[no-untyped-def]
    """t - log(1 + t), without cancellation."""
    if abs(t) > 0.4:
        return t - math.log1p(t)
    # With r = t/(2 + t), log(1 + t) = 2(r + r³/3 + r⁵/5 + …), and t - 2r = t r.
    r = t / (2.0 + t)
    square = r * r
    power = 2.0 * r * square
    total = 0.0
    for n in range(1, 40):
        term = power / (2 * n + 1)
        total += term
        power *= square
        if converged(term, total):
            break
    return t * r - total


@scalar_kernel
def log_gamma_ratio(a, b):  # type: ignore[no-untyped-def]
    """log Γ(a + b) - log Γ(b) for a > 0 and b >= 16, without cancellation."""
    ratio = (b - 0.5) * math.log1p(a / b) + a * math.log(a + b) - a
    return ratio + stirling_correction(a + b) - stirling_correction(b)
