"""All Bessel functions of real order on the cut plane, with their derivatives in the order, from K_ν and I_ν.

The connection formulas of DLMF 10.27 and 10.34 are sums of terms exp(iπsν) K_ν(w) and exp(iπsν) I_ν(w) with ν >= 0,
which the contour integrals differentiate in ν. None of them divides by sin νπ, so that nothing special happens at
whole orders.
"""

from __future__ import annotations

import math

from scitorch.op.kernel import scalar_kernel

from .contour import at_zero, first_kind_contour, rotated, second_kind_contour
from .real_first_kind import first_kind

__all__ = [
    "hankel_first",
    "modified_first",
    "modified_second",
    "ordinary_first",
    "ordinary_second",
    "real_ordinary_first",
    "real_ordinary_second",
]


@scalar_kernel
def right_first(v, r, phase, shift, order: int, boost):
    """∂ⁿ/∂νⁿ of exp(iπ·shift·ν) I_ν(z), ν >= 0, |phase| <= π/2."""
    # Where ν < |z| two saddle points may count for I, and each belongs to one K: DLMF 10.34.2.
    if v > r + r ** (1.0 / 3.0):
        x, y = first_kind_contour(v, r, phase, shift, order, boost)
        return x, y
    sign = 1.0 if phase <= 0.0 else -1.0
    x, y = second_kind_contour(v, r, phase, shift - sign, order, boost)
    p, q = second_kind_contour(v, r, phase + sign * math.pi, shift, order, boost)
    return sign * (y - q) / math.pi, -sign * (x - p) / math.pi


@scalar_kernel
def all_second(v, r, phase, shift, order: int, boost):
    """∂ⁿ/∂νⁿ of exp(iπ·shift·ν) K_ν(z), ν >= 0, |phase| <= 3π/2."""
    if abs(phase) <= 0.5000001 * math.pi:
        x, y = second_kind_contour(v, r, phase, shift, order, boost)
        return x, y
    sign = 1.0 if phase > 0.0 else -1.0
    x, y = second_kind_contour(v, r, phase - sign * math.pi, shift - sign, order, boost)
    p, q = right_first(v, r, phase - sign * math.pi, shift, order, boost)
    return x + sign * math.pi * q, y - sign * math.pi * p  # DLMF 10.34.2 with m = ±1


@scalar_kernel
def upper_first(v, r, phase, order: int, boost):
    """∂ⁿ/∂νⁿ of J_ν(z), ν >= 0, 0 <= phase <= π; DLMF 10.27.6."""
    x, y = right_first(v, r, phase - 0.5 * math.pi, 0.5, order, boost)
    return x, y


@scalar_kernel
def upper_second(v, r, phase, order: int, boost):
    """∂ⁿ/∂νⁿ of Y_ν(z) = -i (H_ν(z) - J_ν(z)), ν >= 0, 0 <= phase <= π; DLMF 10.27.8."""
    x, y = second_kind_contour(v, r, phase - 0.5 * math.pi, -0.5, order, boost)
    p, q = upper_first(v, r, phase, order, boost)
    return -2.0 / math.pi * x - q, p - 2.0 / math.pi * y


@scalar_kernel
def reflected(v, r, phase, order: int, boost, first, second, quarter):
    """∂ⁿ/∂νⁿ of first·cos(πν + quarter·π/2) J_ν(z) + second·sin(πν + quarter·π/2) Y_ν(z), 0 <= phase <= π."""
    total_x = 0.0
    total_y = 0.0
    weight = 1.0  # binomial(n, k) πᵏ
    for k in range(order + 1):
        # By Leibniz' rule; the k-th derivative of the cosine and the sine is π^k times the one of ν + k/2.
        c, s = rotated(1.0, 0.0, v + 0.5 * (quarter + k))
        x, y = upper_first(v, r, phase, order - k, boost)
        p, q = upper_second(v, r, phase, order - k, boost)
        # At whole orders one factor is zero, and Y may be infinite there.
        if c != 0.0:
            total_x += weight * first * c * x
            total_y += weight * first * c * y
        if s != 0.0:
            total_x += weight * second * s * p
            total_y += weight * second * s * q
        weight *= math.pi * (order - k) / (k + 1.0)
    return total_x, total_y


@scalar_kernel
def leading_term(v, r, phase, order: int):
    """∂ⁿ/∂νⁿ of (z/2)^ν/Γ(ν + 1), which for a tiny |z| is that of J_ν(z) and, at z = r, of I_ν(r)."""
    c, s = rotated(1.0, 0.0, v * phase / math.pi)
    total_x = 0.0
    total_y = 0.0
    weight = 1.0  # binomial(n, k), times (i·phase)ᵏ exp(i·phase·ν)
    for k in range(order + 1):
        term = weight * first_kind(v, r, order - k, 0, 0)
        total_x += term * c
        total_y += term * s
        c, s = -phase * s, phase * c
        weight *= (order - k) / (k + 1.0)
    return total_x, total_y


@scalar_kernel
def ordinary_first(v, x, y, order: int, scaled: int):
    """∂ⁿ/∂νⁿ of J_ν(x + iy), times exp(-|y|) if `scaled`."""
    r = math.hypot(x, y)
    if not (r < math.inf and abs(v) < math.inf):
        return math.nan * r, math.nan
    if r == 0.0:
        return at_zero(v, order), 0.0
    boost = -abs(y) if scaled == 1 else 0.0
    phase = math.atan2(abs(y), x)  # J, Y and I of the conjugate are the conjugates
    if r < 1e-150 and (order > 0 or v >= 0.0):
        p, q = leading_term(v, r, phase, order)
    elif v >= 0.0:
        p, q = upper_first(v, r, phase, order, boost)
    else:  # J_-ν = cos(νπ) J_ν - sin(νπ) Y_ν, DLMF 10.2.3 and 10.4.5
        p, q = reflected(-v, r, phase, order, boost, 1.0, -1.0, 0.0)
        if order % 2 == 1:
            p, q = -p, -q
    return p, -q if y < 0.0 else q


@scalar_kernel
def ordinary_second(v, x, y, order: int):
    """∂ⁿ/∂νⁿ of Y_ν(x + iy)."""
    r = math.hypot(x, y)
    if not (r < math.inf and abs(v) < math.inf):
        return math.nan * r, math.nan
    if r == 0.0:
        return -math.inf if v > 0.0 or (v == 0.0 and order == 0) else math.nan, 0.0
    phase = math.atan2(abs(y), x)
    if v >= 0.0:
        p, q = upper_second(v, r, phase, order, 0.0)
    else:  # Y_-ν = sin(νπ) J_ν + cos(νπ) Y_ν, and sin a = cos(a - π/2), cos a = -sin(a - π/2)
        p, q = reflected(-v, r, phase, order, 0.0, 1.0, -1.0, -1.0)
        if order % 2 == 1:
            p, q = -p, -q
    return p, -q if y < 0.0 else q


@scalar_kernel
def hankel_first(v, x, y, order: int):
    """∂ⁿ/∂νⁿ of H_ν⁽¹⁾(x + iy); DLMF 10.27.8, and 10.4.6 for negative orders."""
    r = math.hypot(x, y)
    if not (0.0 < r < math.inf and abs(v) < math.inf):
        return math.nan, math.nan
    phase = math.atan2(y, x) - 0.5 * math.pi
    p, q = all_second(abs(v), r, phase, -0.5 if v >= 0.0 else 0.5, order, 0.0)
    if v < 0.0 and order % 2 == 1:
        p, q = -p, -q
    return 2.0 / math.pi * q, -2.0 / math.pi * p


@scalar_kernel
def modified_second(v, x, y, order: int, scaled: int):
    """∂ⁿ/∂νⁿ of K_ν(x + iy), times exp(x + iy) if `scaled`."""
    r = math.hypot(x, y)
    if not (0.0 < r < math.inf and abs(v) < math.inf):
        return math.nan, math.nan
    boost = x if scaled == 1 else 0.0
    phase = math.atan2(y, x)
    if order % 2 == 1 and abs(v) < 1e-3:
        # K is even in its order, and the two halves of the integral nearly cancel. The next terms of the Taylor series
        # at ν = 0 are smaller by ν² log²|z| each.
        p = 0.0
        q = 0.0
        weight = v
        for k in range(12):
            a, b = all_second(0.0, r, phase, 0.0, order + 2 * k + 1, boost)
            p += weight * a
            q += weight * b
            if abs(weight) * math.hypot(a, b) <= 1e-17 * math.hypot(p, q):
                break
            weight *= v * v / ((2 * k + 2.0) * (2 * k + 3.0))
    else:
        p, q = all_second(abs(v), r, phase, 0.0, order, boost)
        if v < 0.0 and order % 2 == 1:
            p, q = -p, -q
    if scaled == 1:
        c = math.cos(y)
        s = math.sin(y)
        p, q = p * c - q * s, p * s + q * c
    return p, q


@scalar_kernel
def modified_first(v, x, y, order: int, scaled: int):
    """∂ⁿ/∂νⁿ of I_ν(x + iy), times exp(-|x|) if `scaled`."""
    r = math.hypot(x, y)
    if not (r < math.inf and abs(v) < math.inf):
        return math.nan * r, math.nan
    if r == 0.0:
        return at_zero(v, order), 0.0
    boost = -abs(x) if scaled == 1 else 0.0
    phase = math.atan2(abs(y), x)
    nu = abs(v)
    if phase <= 0.5 * math.pi:
        p, q = right_first(nu, r, phase, 0.0, order, boost)
    else:  # DLMF 10.34.1
        p, q = right_first(nu, r, phase - math.pi, 1.0, order, boost)
    if v < 0.0:  # I_-ν = I_ν + (2/π) sin(νπ) K_ν, DLMF 10.27.2
        weight = 2.0 / math.pi  # binomial(n, k) πᵏ
        for k in range(order + 1):
            _, s = rotated(1.0, 0.0, nu + 0.5 * k)
            if s != 0.0:
                a, b = all_second(nu, r, phase, 0.0, order - k, boost)
                p += weight * s * a
                q += weight * s * b
            weight *= math.pi * (order - k) / (k + 1.0)
        if order % 2 == 1:
            p, q = -p, -q
    return p, -q if y < 0.0 else q


@scalar_kernel
def real_ordinary_first(v, x, order: int):
    """∂ⁿ/∂νⁿ of J_ν(x) where it is real: nan left of zero except J_ν of whole order itself."""
    sign = 1.0
    if x < 0.0:
        if order > 0 or v != math.floor(v):
            return math.nan
        sign = 1.0 if math.fmod(v, 2.0) == 0.0 else -1.0
    p, _ = ordinary_first(v, abs(x), 0.0, order, 0)
    return sign * p


@scalar_kernel
def real_ordinary_second(v, x, order: int):
    """∂ⁿ/∂νⁿ of Y_ν(x), nan left of zero."""
    p, _ = ordinary_second(v, x, 0.0, order)
    return p if x >= 0.0 else math.nan
