"""K_ν(x) at positive x with all derivatives in order and argument.

Everything here is one integral, DLMF 10.32.9,

    K_ν(x) = ∫₀^∞ exp(-x cosh t) cosh(νt) dt,    x > 0,

differentiated under the sign: each ∂/∂ν brings a factor t and turns cosh(νt) into sinh(νt) and back, each ∂/∂x brings
-cosh t, or -(cosh t - 1) if K is scaled by exp(x). All factors are positive, so nothing cancels and every derivative
of every order keeps its relative accuracy. The trapezoidal rule converges exponentially (Trefethen & Weideman, SIAM
Review 56 (2014), section 5).
"""

from __future__ import annotations

import math

from scitorch.op.kernel import scalar_kernel

__all__ = ["second_kind"]


@scalar_kernel
def second_kind_integrand(t, v, x, shift, order_v: int, order_z: int, scaled: int):
    """The integrand, divided by exp(shift - x); x > 0, v >= 0."""
    half = math.sinh(0.5 * t)
    versine = 2.0 * half * half  # cosh t - 1
    scaled_half = math.sqrt(x) * half  # for a denormal x the versine may overflow alone
    value = math.exp(v * t - 2.0 * scaled_half * scaled_half - shift)
    if order_v % 2 == 1:
        value *= -0.5 * math.expm1(-2.0 * v * t)
    else:
        value *= 0.5 + 0.5 * math.exp(-2.0 * v * t)
    for _ in range(order_v):
        value *= t
    factor = versine + 1.0 - scaled
    if scaled == 1:
        factor = versine
    for _ in range(order_z):
        value *= factor
    return value


@scalar_kernel
def second_kind(v, x, order_v: int, order_z: int, scaled: int):
    """∂ⁿ/∂νⁿ ∂ᵐ/∂xᵐ of K_ν(x), or of exp(x) K_ν(x) if `scaled` is 1."""
    n = order_v
    m = order_z
    odd = n % 2 == 1
    sign = -1.0 if m % 2 == 1 else 1.0
    if odd and v < 0.0:  # K is even in its order
        sign = -sign
    nu = abs(v)
    if not (x >= 0.0 and nu < math.inf):
        return math.nan
    if odd and nu == 0.0:
        return 0.0
    if x == 0.0:
        return sign * math.inf
    if x == math.inf:
        return 0.0 * sign
    # The integrand has its maximum exp(shift - x) at sinh t = ν/x.
    peak = math.asinh(nu / x) if nu < 1e100 * x else math.log(2.0 * nu) - math.log(x)
    shift = nu * peak - nu * (nu / (x + math.hypot(x, nu)))
    # With step h the rule errs by at most 2 exp(-2πθ/h) ∫|f(t + iθ)| dt for any θ < π/2. The integral exceeds that on
    # the real line by K_ν(x cos θ)/K_ν(x) <= exp(x (1 - cos θ)) cos(θ)^-max(ν, 1/2), and by the growth of the factors t
    # and cosh t, for which 5/2 per order is ample; 38 is -log of a quarter of a roundoff.
    digits = 38.0 + 2.5 * (n + 2 * m)
    theta = min(1.3, math.sqrt(2.0 * digits / (x + nu + 1.0)))
    growth = 2.0 * x * math.sin(0.5 * theta) ** 2 - max(nu, 0.5) * math.log(math.cos(theta))
    step = 2.0 * math.pi * theta / (digits + growth)
    # The integrand has one maximum, so that the sum may end where it has become small: to the right and to the left.
    start = int(peak / step)
    total = 0.0
    last = 0.0
    for k in range(start, start + 20000):
        term = second_kind_integrand(k * step, nu, x, shift, n, m, scaled)
        if k == 0:
            term *= 0.5
        total += term
        if total > 0.0 and term <= last and term <= 1e-17 * total:
            break
        last = term
    for k in range(start - 1, -1, -1):
        term = second_kind_integrand(k * step, nu, x, shift, n, m, scaled)
        if k == 0:
            term *= 0.5
        total += term
        if term <= 1e-17 * total:
            break
    total *= sign * step
    if scaled == 1:
        return total * math.exp(shift)
    if shift < 600.0 and x < 600.0:  # two factors keep the digits that rounding of the large difference loses
        return total * math.exp(shift) * math.exp(-x)
    return total * math.exp(shift - x)
