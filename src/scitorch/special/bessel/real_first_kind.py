"""I_ν(x) at positive x with all derivatives, to full relative accuracy also where they are far smaller than I itself.

Everything is the integral DLMF 10.32.12 of exp(x cosh t - νt)/(2πi) from ∞ - iπ to ∞ + iπ, with a factor -t for each
∂/∂ν and cosh t (or cosh t - 1, where I is scaled by exp(-x)) for each ∂/∂x. On the path of steepest descent, t = s + iθ
with sinh s = νθ/(x sin θ), the integrand is real and of one sign before those factors come in.
"""

from __future__ import annotations

import math

from scitorch.op.kernel import scalar_kernel

from .contour import at_zero, rotated
from .real_second_kind import second_kind

__all__ = ["damped_first_kind", "first_kind", "real_first_kind"]


@scalar_kernel
def factors(x, y, s, theta, order_v: int, order_z: int, scaled: int):
    """(x + iy) (-t)ⁿ cosh(t)ᵐ at t = s + iθ, with cosh t - 1 in place of cosh t if `scaled`."""
    for _ in range(order_v):
        x, y = -(x * s - y * theta), -(x * theta + y * s)
    c = math.cosh(s) * math.cos(theta)
    d = math.sinh(s) * math.sin(theta)
    if scaled == 1:  # 2 sinh²(t/2)
        p = math.sinh(0.5 * s) * math.cos(0.5 * theta)
        q = math.cosh(0.5 * s) * math.sin(0.5 * theta)
        c = 2.0 * (p * p - q * q)
        d = 4.0 * p * q
    for _ in range(order_z):
        x, y = x * c - y * d, x * d + y * c
    return x, y


@scalar_kernel
def along_steepest_descent(v, x, order_v: int, order_z: int, scaled: int):
    """The derivative of exp(-x) I_ν(x) or, where not `scaled`, of I_ν(x), times exp(-x) all the same."""
    # The path of order w in place of ν leaves a phase (w - ν)θ. It keeps the path from turning sharply for small ν.
    w = max(v, min(max(x, 1e-290), 1.0))
    start = math.asinh(w / x) if w < 1e100 * x else math.log(2.0 * w) - math.log(x)
    root = math.sqrt(x)  # x sinh² is taken as (√x sinh)², which does not overflow for a denormal x
    top = 2.0 * (root * math.sinh(0.5 * start)) ** 2 - v * start
    step = 1.0 / math.sqrt(100.0 + 20.0 * math.hypot(x, v))
    total = 0.0
    for k in range(20000):
        u = k * step
        rest = 2.0 * math.pi / (math.exp(2.0 * u) + 1.0)  # π - θ for θ = π tanh u
        theta = math.pi * math.tanh(u)
        sine = math.sin(rest)
        ratio = 1.0
        growth = theta / 3.0  # d log(ratio)/dθ
        if theta > 1e-4:
            ratio = theta / sine
            growth = (1.0 - ratio * math.cos(theta)) / theta
        if w * ratio < 1e100 * x:
            s = math.asinh(w / x * ratio)
            ds = growth * ((w / x * ratio) / math.hypot(1.0, w / x * ratio))
        else:  # the quotient might overflow
            s = math.log(ratio) + (math.log(2.0 * w) - math.log(x))
            ds = growth
        versine = math.sin(0.5 * theta)
        rise = root * math.sinh(0.5 * s)
        exponent = 2.0 * (rise * rise * math.cos(theta) - x * versine * versine) - v * s - top
        size = math.exp(exponent) * rest * (2.0 - rest / math.pi)  # dθ/du = π (1 - tanh²)
        angle = (w - v) * theta
        a = size * math.cos(angle)
        b = size * math.sin(angle)
        _, q = factors(a * ds - b, a + b * ds, s, theta, order_v, order_z, scaled)
        total += 0.5 * q if k == 0 else q
        if exponent < -42.0 - 3.0 * order_v and u > 1e-9:
            break
    return total * step / math.pi * math.exp(top)


@scalar_kernel
def along_three_sides(v, x, order_v: int, order_z: int, scaled: int):
    """The same for small ν, along the sides of the half-strip: DLMF 10.32.4, each side by double exponential rules."""
    step = 1.0 / math.sqrt(400.0 + 25.0 * x)
    upright = 0.0
    for k in range(20000):
        u = k * step
        rest = 2.0 * math.pi / (math.exp(2.0 * math.sinh(u)) + 1.0)
        theta = math.pi * math.tanh(math.sinh(u))
        versine = math.sin(0.5 * theta)
        exponent = -2.0 * x * versine * versine
        slope = rest * (2.0 - rest / math.pi) * math.cosh(u)
        size = math.exp(exponent) * slope
        _, b = factors(size * math.sin(v * theta), size * math.cos(v * theta), 0.0, theta, order_v, order_z, scaled)
        upright += 0.5 * b if k == 0 else b
        if slope < 1e-18 or exponent < -42.0:
            break
    c, d = rotated(1.0, 0.0, -v)
    level = 0.0
    for k in range(-90, 4000):
        u = k * 0.05
        s = math.exp(u - math.exp(-u))
        size = math.exp(-2.0 * x * math.sinh(0.5 * s) ** 2 - v * s) * s * (1.0 + math.exp(-u))
        _, b = factors(c * size, d * size, s, math.pi, order_v, order_z, scaled)
        level += b
        if u > 0.0 and 2.0 * x * math.sinh(0.5 * s) ** 2 > 60.0:
            break
    return (upright * step + level * 0.05 * math.exp(-2.0 * x)) / math.pi


@scalar_kernel
def twice_damped(v, x, order_v: int, order_z: int):
    """∂ⁿ/∂νⁿ ∂ᵐ/∂xᵐ of exp(-x) K_ν(x) = exp(-2x) (exp(x) K_ν(x)), by Leibniz' rule in x."""
    total = 0.0
    weight = 1.0  # binomial(m, k) (-2)ᵏ
    for k in range(order_z + 1):
        total += weight * second_kind(v, x, order_v, order_z - k, 1)
        weight *= -2.0 * (order_z - k) / (k + 1.0)
    return total * math.exp(-2.0 * x)


@scalar_kernel
def first_kind(v, x, order_v: int, order_z: int, scaled: int):
    """∂ⁿ/∂νⁿ ∂ᵐ/∂xᵐ of I_ν(x), or of exp(-x) I_ν(x) if `scaled`; x > 0, or zero if m is."""
    if x == 0.0:
        return at_zero(v, order_v)
    if not (0.0 < x < math.inf and abs(v) < math.inf):
        return math.nan
    nu = abs(v)
    if nu < 1.0 <= x:
        total = along_three_sides(nu, x, order_v, order_z, scaled)
    else:
        total = along_steepest_descent(nu, x, order_v, order_z, scaled)
    if scaled == 0:
        total *= math.exp(x)
    if v < 0.0:  # I_-ν = I_ν + (2/π) sin(νπ) K_ν, DLMF 10.27.2
        weight = 2.0 / math.pi  # binomial(n, k) πᵏ
        for k in range(order_v + 1):
            _, sine = rotated(1.0, 0.0, nu + 0.5 * k)
            if sine != 0.0:
                if scaled == 1:
                    total += weight * sine * twice_damped(nu, x, order_v - k, order_z)
                else:
                    total += weight * sine * second_kind(nu, x, order_v - k, order_z, 0)
            weight *= math.pi * (order_v - k) / (k + 1.0)
        if order_v % 2 == 1:
            total = -total
    return total


@scalar_kernel
def damped_first_kind(v, x, order_v: int, order_z: int):
    """∂ⁿ/∂νⁿ ∂ᵐ/∂xᵐ of exp(-|x|) I_ν(x); left of zero for whole ν and n = 0."""
    sign = 1.0
    if x < 0.0:
        if order_v > 0 or v != math.floor(v):
            return math.nan
        sign = 1.0 if math.fmod(v + order_z, 2.0) == 0.0 else -1.0
        x = -x
    if x >= 1.0:
        return sign * first_kind(v, x, order_v, order_z, 1)
    # For small x the factor cosh t of the integral is too large; there I' = (I_ν-1 + I_ν+1)/2, DLMF 10.29.1.
    total = 0.0
    outer = 1.0 if order_z % 2 == 0 else -1.0  # (-1)^(m-k) binomial(m, k)/2ᵏ
    for k in range(order_z + 1):
        inner = outer  # times binomial(k, j)
        for j in range(k + 1):
            total += inner * first_kind(v + (2 * j - k), x, order_v, 0, 1)
            inner *= (k - j) / (j + 1.0)
        outer *= -0.5 * (order_z - k) / (k + 1.0)
    return sign * total


@scalar_kernel
def real_first_kind(v, x, order: int):
    """∂ⁿ/∂νⁿ of I_ν(x) where it is real: nan left of zero except I_ν of whole order itself."""
    sign = 1.0
    if x < 0.0:
        if order > 0 or v != math.floor(v):
            return math.nan
        sign = 1.0 if math.fmod(v, 2.0) == 0.0 else -1.0
    return sign * first_kind(v, abs(x), order, 0, 0)
