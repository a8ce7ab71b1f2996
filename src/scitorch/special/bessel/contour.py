"""K_ν(z) and I_ν(z) with their derivatives in the order, as contour integrals through saddle points.

DLMF 10.32.9 and 10.32.12 are integrals of exp(∓z cosh t - νt) over t, along the whole real axis for 2 K_ν(z) and
around the right half-strip for 2πi I_ν(z). Each derivative in ν brings a factor -t. The integrand is entire in t, so
that the path may be chosen: it starts and ends where the integrand falls doubly exponentially for the argument φ of z,
and passes the saddle point that gives the size of the result in a direction in which the integrand falls. Along such a
path the trapezoidal rule converges exponentially and little cancels (Gil, Segura & Temme, Numerical Methods for
Special Functions (2007), chapter 5). The steps were chosen by comparison with arbitrary precision for |z| <= 1000 and
ν <= 300: the error found was below 1e-13 for I and, next to the turning point ν = |z|, below 6e-13 for K.

A factor exp(iπsν) is carried along, because every other Bessel function is a sum of such products; it is
differentiated by shifting t by iπs.
"""

from __future__ import annotations

import math

from scitorch.op.kernel import scalar_kernel

__all__ = ["at_zero", "first_kind_contour", "rotated", "second_kind_contour"]

#: Terms below exp(-NEGLIGIBLE) of the largest are left out: a sixteenth of a roundoff.
NEGLIGIBLE = 40.0


@scalar_kernel
def saddle(v, r, phase):
    """log((ν + ζ)/z) with ζ = √(z² + ν²) continued from positive z, and ζ: four real numbers; z = r exp(i·phase)."""
    # ζ = √(z + iν) √(z - iν): each factor turns by less than π/2 as z turns from 0 to ±π around the half plane.
    x = r * math.cos(phase)
    y = r * math.sin(phase)
    upper = math.atan2(y + v, x)
    lower = math.atan2(y - v, x)
    if phase > 0.5 * math.pi and lower < 0.0 and r > v:
        lower += 2.0 * math.pi
    if phase < -0.5 * math.pi and upper > 0.0 and r > v:
        upper -= 2.0 * math.pi
    size = math.sqrt(math.hypot(x, y + v)) * math.sqrt(math.hypot(x, y - v))
    angle = 0.5 * (upper + lower)
    zeta_x = size * math.cos(angle)
    zeta_y = size * math.sin(angle)
    turn = math.atan2(zeta_y, v + zeta_x) - phase
    return math.log(math.hypot(v + zeta_x, zeta_y) / r), turn, zeta_x, zeta_y


@scalar_kernel
def contour_term(s, theta, ds, dtheta, s0, theta0, zx, zy, v, shift, order: int):
    """exp(z (cosh t - cosh t₀) - ν (t - t₀)) (iπ·shift - t)ⁿ (ds + i dtheta) at t = s + i·theta, and its exponent."""
    # cosh t - cosh t₀ = 2 sinh((t + t₀)/2) sinh((t - t₀)/2) does not cancel near the saddle.
    a = 0.5 * (s + s0)
    b = 0.5 * (theta + theta0)
    c = 0.5 * (s - s0)
    d = 0.5 * (theta - theta0)
    p = math.sinh(a) * math.cos(b)
    q = math.cosh(a) * math.sin(b)
    g = math.sinh(c) * math.cos(d)
    h = math.cosh(c) * math.sin(d)
    cosh_x = 2.0 * (p * g - q * h)
    cosh_y = 2.0 * (p * h + q * g)
    exponent = zx * cosh_x - zy * cosh_y - v * (s - s0)
    angle = zx * cosh_y + zy * cosh_x - v * (theta - theta0)
    size = math.exp(exponent)
    x = size * math.cos(angle)
    y = size * math.sin(angle)
    x, y = x * ds - y * dtheta, x * dtheta + y * ds
    for _ in range(order):
        x, y = -x * s - y * (math.pi * shift - theta), x * (math.pi * shift - theta) - y * s
    return x, y, exponent


@scalar_kernel
def rotated(x, y, turns):
    """x + iy times exp(iπ·turns), exact where `turns` is a multiple of one half."""
    rest = math.fmod(turns, 2.0)
    half = math.floor(2.0 * rest + 0.5)
    rest = math.pi * (rest - 0.5 * half)
    c = math.cos(rest)
    s = math.sin(rest)
    x, y = x * c - y * s, x * s + y * c
    quarter = int(half) + 4
    if quarter % 4 == 1:
        x, y = -y, x
    elif quarter % 4 == 2:
        x, y = -x, -y
    elif quarter % 4 == 3:
        x, y = y, -x
    return x, y


@scalar_kernel
def second_kind_contour(v, r, phase, shift, order: int, boost):
    """∂ⁿ/∂νⁿ of exp(iπ·shift·ν) K_ν(z), times exp(boost); z = r exp(i·phase), ν >= 0, r > 0, |phase| <= π."""
    s0, theta0, zeta_x, zeta_y = saddle(v, r, phase)
    s0 = -s0
    theta0 = -theta0
    zx = -r * math.cos(phase)
    zy = -r * math.sin(phase)
    # t = s + iθ, θ = -φ tanh(k (s - c)): Re(z cosh t) grows at both ends. It passes t₀ along the direction of steepest
    # descent, exp(-i arg(ζ)/2), as far as a slope that keeps the path smooth on the scale |ν² - z²| permits.
    size = math.hypot(zeta_x, zeta_y)
    steepness = 0.0
    center = s0
    if phase != 0.0:
        farthest = 1.0 - 0.3 / (1.0 + math.sqrt(size))
        part = max(-0.999999, min(theta0 / phase, farthest))
        slope = math.tan(min(1.25, 0.5 * abs(math.atan2(zeta_y, zeta_x))))
        limit = 1.0 + 0.5 * r ** (1.0 / 3.0)
        steepness = max(0.7, min(limit, slope / (abs(phase) * (1.0 - part * part))))
        center = s0 + math.atanh(part) / steepness
        if theta0 / phase > farthest:
            # Beyond the turning point ν = |z| the saddle lies where θ = φ, and the integrand is exp(|z| sinh(s) - νs).
            # It grows by |z| sinh|s| (φ - θ)²/2 where the path has left that line before s = 0, and by itself where
            # it has not left it soon after: the path turns on the scale |z|^(-1/3).
            steepness = limit
            margin = min(0.5, 2.0 * math.sqrt(steepness / (1.0 + r)) / abs(phase))
            center = math.atanh(1.0 - margin) / steepness
    step = 0.45 / math.sqrt(40.0 + 3.0 * (r + v) + 80.0 * steepness * steepness)
    total_x = 0.0
    total_y = 0.0
    for direction in range(2):
        sign = 1.0 - 2.0 * direction
        last = 0.0
        for k in range(direction, 20000):
            s = s0 + sign * k * step
            fall = math.tanh(steepness * (s - center))
            theta = -phase * fall
            dtheta = -phase * steepness * (1.0 - fall * fall)
            x, y, exponent = contour_term(s, theta, 1.0, dtheta, s0, theta0, zx, zy, v, shift, order)
            if exponent > -700.0:
                total_x += x
                total_y += y
            if exponent < -NEGLIGIBLE - 3.0 * order and exponent < last:
                break
            last = exponent
    scale = 0.5 * step * math.exp(boost - zeta_x - v * s0)
    total_x, total_y = rotated(total_x * scale, total_y * scale, shift * v)
    angle = -zeta_y - v * theta0
    c = math.cos(angle)
    d = math.sin(angle)
    return total_x * c - total_y * d, total_x * d + total_y * c


@scalar_kernel
def first_kind_contour(v, r, phase, shift, order: int, boost):
    """∂ⁿ/∂νⁿ of exp(iπ·shift·ν) I_ν(z), times exp(boost), for ν >= r > 0; z = r exp(i·phase), |phase| <= π/2."""
    s0, theta0, zeta_x, zeta_y = saddle(v, r, phase)
    zx = r * math.cos(phase)
    zy = r * math.sin(phase)
    # t = s + iθ from ∞ - i(π + φ) to ∞ + i(π - φ), upwards through t₀ = s₀ + iθ₀.
    size = math.hypot(zeta_x, zeta_y)
    step = 1.0 / math.sqrt(100.0 + 30.0 * size + 10.0 * r ** (2.0 / 3.0))
    total_x = 0.0
    total_y = 0.0
    for direction in range(2):
        sign = 1.0 - 2.0 * direction
        last = 0.0
        for k in range(direction, 20000):
            u = sign * k * step
            fall = math.tanh(u)
            s = s0 + math.log(math.cosh(u))
            theta = theta0 + math.pi * fall - (phase + theta0) * fall * fall
            dtheta = (math.pi - 2.0 * (phase + theta0) * fall) * (1.0 - fall * fall)
            x, y, exponent = contour_term(s, theta, fall, dtheta, s0, theta0, zx, zy, v, shift, order)
            if exponent > -700.0:
                total_x += x
                total_y += y
            if exponent < -NEGLIGIBLE - 3.0 * order and exponent < last:
                break
            last = exponent
    scale = step * math.exp(boost + zeta_x - v * s0) / (2.0 * math.pi)
    total_x, total_y = rotated(total_y * scale, -total_x * scale, shift * v)
    angle = zeta_y - v * theta0
    c = math.cos(angle)
    d = math.sin(angle)
    return total_x * c - total_y * d, total_x * d + total_y * c


@scalar_kernel
def at_zero(v, order: int):
    """∂ⁿ/∂νⁿ of J_ν or I_ν at z = 0, where the function is zero for positive ν and one at ν = 0."""
    if v > 0.0:
        return 0.0
    whole = v == math.floor(v)
    if order == 0 and whole:
        return 1.0 if v == 0.0 else 0.0
    # The limit of ∂ⁿ/∂νⁿ (z/2)^ν/Γ(ν + 1) is that of log(z/2)ⁿ (z/2)^ν/Γ(ν + 1), or where 1/Γ has a zero of
    # n log(z/2)ⁿ⁻¹ (z/2)^ν (1/Γ)', and (1/Γ)'(-k) = (-1)ᵏ k!.
    power = order
    parity = math.floor(-v)  # 1/Γ(ν + 1) has the sign (-1)^⌊-ν⌋ for ν < 0
    if whole and v < 0.0:
        power = order - 1
        parity = -v - 1.0
    return -math.inf if math.fmod(parity + power, 2.0) != 0.0 else math.inf
