"""Scalar kernels as an author writes them: incomplete beta and gamma functions, and the Bessel function K."""

from __future__ import annotations

import math

from scitorch.op.kernel import converged, scalar_kernel

TINY = 1e-300
DESCENDING = (0.5, -2.0, 3.0, 1.0)


@scalar_kernel
def beta_fraction(a, b, x):
    """The continued fraction DLMF 8.17.22 by the modified Lentz algorithm."""
    c = 1.0
    d = 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    fraction = d
    for m in range(1, 2000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / (1.0 + even * d)
        c = 1.0 + even / c
        fraction *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / (1.0 + odd * d)
        c = 1.0 + odd / c
        change = fraction * (d * c - 1.0)
        fraction += change
        if converged(change, fraction):
            break
    return fraction


@scalar_kernel
def betainc(a, b, x):
    """The regularized incomplete beta function, DLMF 8.17.2."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta)
    if x < (a + 1.0) / (a + b + 2.0):
        return front * beta_fraction(a, b, x) / a
    return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b


@scalar_kernel
def gammainc(a, x):
    """The regularized lower incomplete gamma function, by the series DLMF 8.7.1 or the fraction DLMF 8.9.2."""
    if x <= 0.0:
        return 0.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1.0:
        term = 1.0 / a
        total = term
        for n in range(1, 5000):
            term *= x / (a + n)
            total += term
            if converged(term, total):
                break
        return front * total
    b = x + 1.0 - a
    c = 1.0 / TINY
    d = 1.0 / b
    fraction = d
    for n in range(1, 5000):
        numerator = -n * (n - a)
        b += 2.0
        d = 1.0 / (numerator * d + b)
        c = b + numerator / c
        change = fraction * (c * d - 1.0)
        fraction += change
        if converged(change, fraction):
            break
    return 1.0 - front * fraction


@gammainc.partial("x")
def gammainc_partial_x(a, x):
    """DLMF 8.8.13."""
    if x < 0.0:
        return 0.0
    return math.exp((a - 1.0) * math.log(x) - x - math.lgamma(a))


@scalar_kernel
def kv(nu, x):
    """∫ exp(-x cosh t) cosh(νt) dt over t > 0, DLMF 10.32.9, by the trapezoidal rule, which converges geometrically."""
    step = 0.0625
    total = 0.5 * math.exp(-x)
    for k in range(1, 2000):
        t = step * k
        term = math.exp(-x * math.cosh(t)) * math.cosh(nu * t)
        total += term
        if converged(term, total):
            break
    return step * total


@scalar_kernel
def powers(n: int, x):
    """xⁿ and its square root of absolute value, by repeated multiplication."""
    result = 1.0
    while n > 0:
        result, n = result * x, n - 1
    return result, math.sqrt(abs(result))


@scalar_kernel
def cubic(ν, x):
    """A polynomial by Horner's rule, of a Greek parameter."""
    total = 0.0
    for coefficient in DESCENDING:
        total = total * x + coefficient
    return total * ν


@scalar_kernel
def calls_powers(x, y):
    """A kernel with several outputs, used inside another."""
    p, root = powers(3, x * y)
    return p - root * y
