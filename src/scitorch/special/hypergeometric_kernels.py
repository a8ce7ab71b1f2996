"""Gauss' hypergeometric function on the cut plane, in a form that is differentiable in its parameters.

Connection formulas (DLMF 15.8) have removable singularities where a - b or c - a - b is whole, which their derivatives
in the parameters make worse. Here the power series at 0 is continued by Taylor series of the differential equation,
DLMF 15.10.1, from point to point, each step half the distance to the next singularity. For Re z < 0 Pfaff's
transformation, DLMF 15.8.1, comes first and maps the half plane into the disk around 1/2. Only additions, products and
divisions by c + n depend on a, b and c, so that derivatives of every order in them follow by Taylor arithmetic.
"""

from __future__ import annotations

import math

from scitorch.op.kernel import converged, scalar_kernel

__all__ = ["hypergeometric", "power_series"]

#: Where the sum is smaller than its largest term by this factor, seven digits are left, and the result is nan.
RETAINED = 1e-8


@scalar_kernel
def power_series(a, b, c, x, y):
    """F and F' by the Gauss series, DLMF 15.2.1, for |z| <= 1/2, and the size of the largest term."""
    term_x = 1.0
    term_y = 0.0
    slope_x = a * b / c
    slope_y = 0.0
    fx = 1.0
    fy = 0.0
    gx = slope_x
    gy = slope_y
    largest = 1.0
    small = 0
    for n in range(2000):
        # The terms of F' are those of F(a + 1, b + 1; c + 1; z) times ab/c, DLMF 15.5.1.
        ratio = (a + n) * (b + n) / ((c + n) * (n + 1.0))
        term_x, term_y = ratio * (term_x * x - term_y * y), ratio * (term_x * y + term_y * x)
        ratio = (a + (n + 1)) * (b + (n + 1)) / ((c + (n + 1)) * (n + 1.0))
        slope_x, slope_y = ratio * (slope_x * x - slope_y * y), ratio * (slope_x * y + slope_y * x)
        fx += term_x
        fy += term_y
        gx += slope_x
        gy += slope_y
        largest = max(largest, math.floor(abs(term_x) + abs(term_y)))  # a step function: it has no derivative to carry
        # One component of a term, or of its derivative, may vanish by chance, but not several times in a row.
        if converged(slope_x, gx) and converged(slope_y, gy) and converged(term_x, fx) and converged(term_y, fy):
            small += 1
            if small == 4:
                break
        else:
            small = 0
    return fx, fy, gx, gy, largest


@scalar_kernel
def taylor_step(a, b, c, x, y, tx, ty, fx, fy, gx, gy):
    """F and F' at z + t from those at z, by the Taylor series of the differential equation; |t| <= |z|/2, |1 - z|/2."""
    # (n+2)(n+1) z(1-z) u_n+2 + (n+1) (n (1-2z) + c - (a+b+1) z) u_n+1 - (n+a)(n+b) u_n = 0; the terms are e_n = u_n tⁿ.
    px = x * (1.0 - x) + y * y
    py = y - 2.0 * x * y
    size = px * px + py * py
    hx = (tx * px + ty * py) / size  # t / (z (1 - z))
    hy = (ty * px - tx * py) / size
    kx = tx * hx - ty * hy  # t² / (z (1 - z))
    ky = tx * hy + ty * hx
    last_x = fx
    last_y = fy
    term_x = gx * tx - gy * ty
    term_y = gx * ty + gy * tx
    fx += term_x
    fy += term_y
    sum_x = term_x  # of n e_n, which is t F'
    sum_y = term_y
    small = 0
    for n in range(2000):
        qx = n * (1.0 - 2.0 * x) + c - (a + b + 1.0) * x
        qy = -2.0 * n * y - (a + b + 1.0) * y
        rx = qx * hx - qy * hy
        ry = qx * hy + qy * hx
        up = (n + a) * (n + b) / ((n + 1.0) * (n + 2.0))
        down = 1.0 / (n + 2.0)
        next_x = up * (kx * last_x - ky * last_y) - down * (rx * term_x - ry * term_y)
        next_y = up * (kx * last_y + ky * last_x) - down * (rx * term_y + ry * term_x)
        last_x = term_x
        last_y = term_y
        term_x = next_x
        term_y = next_y
        fx += term_x
        fy += term_y
        sum_x += (n + 2.0) * term_x
        sum_y += (n + 2.0) * term_y
        if (
            converged((n + 2.0) * term_x, sum_x)
            and converged((n + 2.0) * term_y, sum_y)
            and converged(term_x, fx)
            and converged(term_y, fy)
        ):
            small += 1
            if small == 4:
                break
        else:
            small = 0
    size = tx * tx + ty * ty
    return fx, fy, (sum_x * tx + sum_y * ty) / size, (sum_y * tx - sum_x * ty) / size


@scalar_kernel
def continued(a, b, c, x, y, side):
    """F on the right half plane without 1; `side` says on which side of the cut a z > 1 lies."""
    r = math.hypot(x, y)
    if r <= 0.5:
        fx, fy, gx, gy, largest = power_series(a, b, c, x, y)
        if largest * RETAINED > math.hypot(fx, fy) + math.hypot(gx, gy):
            return math.nan * fx, math.nan * fy
        return fx, fy
    at_x = 0.5 * x / r
    at_y = 0.5 * y / r
    to_x = x
    to_y = y
    legs = 1
    if x > 1.0:  # past the singular point 1 at a distance
        legs = 2
        to_x = 1.0
        to_y = side
        at_x = 0.35
        at_y = 0.35 * side
    fx, fy, gx, gy, largest = power_series(a, b, c, at_x, at_y)
    for _ in range(500):
        tx = to_x - at_x
        ty = to_y - at_y
        rest = math.hypot(tx, ty)
        reach = 0.5 * min(math.hypot(at_x, at_y), math.hypot(1.0 - at_x, at_y))
        if rest > reach:
            tx *= reach / rest
            ty *= reach / rest
        if rest > 0.0:
            fx, fy, gx, gy = taylor_step(a, b, c, at_x, at_y, tx, ty, fx, fy, gx, gy)
        at_x += tx
        at_y += ty
        if rest <= reach:
            legs -= 1
            if legs == 0:
                break
            to_x = x
            to_y = y
        largest = max(largest, math.floor(abs(fx) + abs(fy)))
    if largest * RETAINED > math.hypot(fx, fy) + math.hypot(gx, gy):
        return math.nan * fx, math.nan * fy
    return fx, fy


@scalar_kernel
def right_half(a, b, c, x, y, side):
    """F on the right half plane without 1, by the form whose terms have one sign if there is one."""
    if min(a, b) >= 0.0 or min(c - a, c - b) < 0.0 or (x > 1.0 and y == 0.0):
        fx, fy = continued(a, b, c, x, y, side)
        return fx, fy
    # Euler's transformation, DLMF 15.8.1: (1 - z)^(c - a - b) F(c - a, c - b; c; z).
    fx, fy = continued(c - a, c - b, c, x, y, side)
    power = c - a - b
    factor = math.exp(0.5 * power * math.log((1.0 - x) * (1.0 - x) + y * y))
    angle = power * math.atan2(-y, 1.0 - x)
    c1 = factor * math.cos(angle)
    s1 = factor * math.sin(angle)
    return fx * c1 - fy * s1, fx * s1 + fy * c1


@scalar_kernel
def reciprocal_gamma(x):
    """1/Γ(x), DLMF 5.5.3 left of 1/2."""
    if x < 0.5:
        return math.gamma(1.0 - x) * math.sin(math.pi * x) / math.pi
    return 1.0 / math.gamma(x)


@scalar_kernel
def at_one(a, b, c):
    """Gauss' sum, DLMF 15.4.20; not finite for c <= a + b."""
    if c - a - b > 0.0:
        return math.gamma(c) * math.gamma(c - a - b) * reciprocal_gamma(c - a) * reciprocal_gamma(c - b)
    return math.nan * a * b * c


@scalar_kernel
def hypergeometric(a, b, c, x, y):
    """F(a, b; c; x + iy); on the cut x > 1 from the side that the sign of a zero y says."""
    if not (abs(x) < math.inf and abs(y) < math.inf):
        return math.nan * a * b * c, math.nan * a * b * c
    if x == 1.0 and y == 0.0:
        return at_one(a, b, c), 0.0 * a
    side = math.copysign(1.0, y)
    if x >= 0.0:
        fx, fy = right_half(a, b, c, x, y, side)
        return fx, fy
    # (1 - z)^-a F(a, c - b; c; z/(z - 1)) with the smaller of the two, so that F stays bounded as z -> -∞.
    low = b if b < a else a
    high = a if b < a else b
    size = (1.0 - x) * (1.0 - x) + y * y
    wx = (y * y - x * (1.0 - x)) / size
    wy = -y / size
    fx, fy = right_half(low, c - high, c, wx, wy, -side)
    factor = math.exp(-0.5 * low * math.log(size))
    angle = -low * math.atan2(-y, 1.0 - x)
    c1 = factor * math.cos(angle)
    s1 = factor * math.sin(angle)
    return fx * c1 - fy * s1, fx * s1 + fy * c1
