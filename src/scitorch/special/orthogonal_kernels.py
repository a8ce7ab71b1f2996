"""Recurrences of the classical orthogonal polynomials, differentiable in their parameters.

Points are complex, z = x + iy; parameters are real and the degree is whole.
"""

from __future__ import annotations

from scitorch.op.kernel import scalar_kernel

__all__ = ["gegenbauer", "jacobi", "laguerre"]


@scalar_kernel
def jacobi(n: int, a, b, x, y):
    """P_n^(a, b)(z) by the recurrence of its differences, which does not cancel next to 1 (DLMF 18.9.1, 18.6.1)."""
    if n == 0:
        return 1.0 + 0.0 * x, 0.0 * x
    slope = 0.5 * (a + b + 2.0) / (a + 1.0)
    dx = slope * (x - 1.0)
    dy = slope * y
    px = dx + 1.0
    py = dy
    binomial = a + 1.0  # P_n(1)
    for k in range(1, n):
        t = 2.0 * k + a + b
        below = 2.0 * (k + a + 1.0) * (k + a + b + 1.0) * t
        first = t * (t + 1.0) * (t + 2.0) / below
        second = 2.0 * k * (k + b) * (t + 2.0) / below
        dx, dy = first * ((x - 1.0) * px - y * py) + second * dx, first * ((x - 1.0) * py + y * px) + second * dy
        px += dx
        py += dy
        binomial *= (a + k + 1.0) / (k + 1.0)
    return binomial * px, binomial * py


@scalar_kernel
def gegenbauer(n: int, alpha, x, y):
    """C_n^(α)(z), DLMF 18.9.1."""
    if n == 0:
        return 1.0 + 0.0 * x, 0.0 * x
    before_x = 1.0
    before_y = 0.0
    px = 2.0 * alpha * x
    py = 2.0 * alpha * y
    for k in range(2, n + 1):
        first = 2.0 * (k + alpha - 1.0) / k
        second = (k + 2.0 * alpha - 2.0) / k
        qx = first * (x * px - y * py) - second * before_x
        qy = first * (x * py + y * px) - second * before_y
        before_x = px
        before_y = py
        px = qx
        py = qy
    return px, py


@scalar_kernel
def laguerre(n: int, alpha, x, y):
    """L_n^(α)(z), DLMF 18.9.1."""
    before_x = 0.0
    before_y = 0.0
    px = 1.0 + 0.0 * x
    py = 0.0 * x
    for k in range(1, n + 1):
        first = 2.0 * k - 1.0 + alpha
        second = k - 1.0 + alpha
        qx = ((first - x) * px + y * py - second * before_x) / k
        qy = ((first - x) * py - y * px - second * before_y) / k
        before_x = px
        before_y = py
        px = qx
        py = qy
    return px, py
