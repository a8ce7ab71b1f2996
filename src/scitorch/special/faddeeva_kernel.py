"""Derivatives of any order of the scaled complementary error function, without cancellation.

With E = exp(x²) erfc x, the derivatives obey E⁽¹⁾ = 2x E - 2/√π and E⁽ⁿ⁺¹⁾ = 2x E⁽ⁿ⁾ + 2n E⁽ⁿ⁻¹⁾; they are repeated
integrals of the error function, DLMF 7.18.5 and 7.18.7. On the right they are the minimal solution: the recurrence runs
backwards there, which is the continued fraction of 7.18.13.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scitorch.op.kernel import scalar_kernel, scipy_ufunc

_TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)
_erfcx = scipy_ufunc("scipy.special.erfcx")

#: The convergents of the continued fraction are Gauss–Hermite quadratures; with this many nodes they have all digits of
#: the complex function outside this circle, and their poles lie inside it (W. Gautschi, SIAM J. Numer. Anal. 7 (1970)).
_NODES = 18
_RADIUS = 7.0

#: Inside this circle the recurrence goes upwards; between the two, a trapezoidal rule is used. exp(-π²/h²) = 7e-18.
_FORWARD_RADIUS = 2.0
_SPACING = 0.5
_HALF_NODES = 14


@scalar_kernel
def erfcx_derivative(x, n):  # type: ignore[no-untyped-def]
    """The derivative of order n of erfcx, real x."""
    if x != x:
        return x
    if x > 1.7e308:
        return 0.0
    if x < 1.0:
        lower = math.exp(x * x) * math.erfc(x)
        if n < 0.5:
            return lower
        current = 2.0 * x * lower - _TWO_OVER_ROOT_PI
        k = 1.0
        while k < n - 0.5:
            lower, current = current, 2.0 * (x * current + k * lower)
            k += 1.0
        return current
    # ratio = -E⁽ᵏ⁾/E⁽ᵏ⁻¹⁾ = 2k/(2x + next ratio); K steps leave an error of exp(-2x √(2K)).
    k = n + 10.0 + math.floor(150.0 / (x * x))
    ratio = math.sqrt(x * x + 2.0 * k) - x
    product = 1.0
    while k > 0.5:
        ratio = 2.0 * k / (2.0 * x + ratio)
        if k < n + 0.5:
            product *= -ratio
        k -= 1.0
    return product * _TWO_OVER_ROOT_PI / (2.0 * x + ratio)


def complex_erfcx_derivative(x: Tensor, order: int) -> Tensor:
    """The derivative of this order of erfcx, complex x, of its dtype."""
    dtype = x.dtype
    x = x.to(torch.complex128)
    value = _erfcx(x.cpu()).to(x.device)  # type: ignore[union-attr]
    forward = [value, 2.0 * x * value - _TWO_OVER_ROOT_PI]
    for k in range(1, order):
        forward.append(2.0 * (x * forward[k] + k * forward[k - 1]))
    # The recurrence multiplies errors by about 2|x|²/n each step: fine inside a small circle. Outside, E(x) + E(-x) =
    # 2 exp(x²) leads to the right half plane.
    inside = x.abs() < _FORWARD_RADIUS
    left = x.real < 0.0
    outer = torch.where(inside, _FORWARD_RADIUS, torch.where(left, -x, x))
    far = outer.abs() >= _RADIUS
    right = torch.where(
        far, _by_fraction(torch.where(far, outer, _RADIUS), order), _by_quadrature(torch.where(far, 1.0, outer), order)
    )
    exponential = _exponential_derivatives(torch.where(inside, 0.0, x), order)[order]
    outside = torch.where(left, 2.0 * exponential - (-1.0) ** order * right, right)
    return torch.where(inside, forward[order], outside).to(dtype)


def _by_fraction(x: Tensor, order: int) -> Tensor:
    """E⁽ⁿ⁾(x) for Re x >= 0 and |x| >= 7: the recurrence run backwards from a fixed start."""
    ratio = torch.zeros_like(x)
    product = torch.ones_like(x)
    for k in range(_NODES + order, 0, -1):
        ratio = 2.0 * k / (2.0 * x + ratio)
        if k <= order:
            product = -product * ratio
    return product * _TWO_OVER_ROOT_PI / (2.0 * x + ratio)


def _exponential_derivatives(x: Tensor, order: int) -> list[Tensor]:
    """exp(x²) and its derivatives up to this order, f⁽ᵏ⁺¹⁾ = 2x f⁽ᵏ⁾ + 2k f⁽ᵏ⁻¹⁾."""
    derivatives = [torch.exp(x * x)]
    for k in range(order):
        step = 2.0 * x * derivatives[k]
        derivatives.append(step + 2.0 * k * derivatives[k - 1] if k else step)
    return derivatives


def _by_quadrature(x: Tensor, order: int) -> Tensor:
    """E⁽ⁿ⁾(x) for Re x >= 0 and |x| < 7, from the trapezoidal rule corrected for the pole of the integrand.

    E(x) = 1/π ∫ exp(-t²)/(x + it) dt (DLMF 7.7.2 with z = ix), and with nodes t of spacing h the sum plus the residue
    2 exp(x²)/(1 ± exp(2πx/h)) is off by exp(-π²/h²) only (F. Matta and A. Reichel, Math. Comp. 25 (1971)): the sign is
    that of nodes at half-integer or integer multiples of h, whichever are farther from the pole at t = ix.
    """
    fraction = -x.imag / _SPACING
    integer = (fraction - fraction.round()).abs() > 0.25
    offset = torch.where(integer, 0.0, torch.full_like(fraction, 0.5))
    total = torch.zeros_like(x)
    for k in range(-_HALF_NODES, _HALF_NODES + 1):
        node = (k + offset) * _SPACING
        total = total + torch.exp(-node * node) / torch.complex(x.real, x.imag + node) ** (order + 1)
    total = (-1.0) ** order * math.factorial(order) * (_SPACING / math.pi) * total
    # s = 1/(1 ± exp(2πx/h)) has the derivative -2π/h s (1 - s): polynomials in s, multiplied by those of exp(x²).
    sign = torch.where(integer, -1.0, torch.ones_like(fraction))
    rate = -2.0 * math.pi / _SPACING
    s = 1.0 / (1.0 + sign * torch.exp(-rate * x))
    coefficients = [0.0, 1.0]
    residue = torch.zeros_like(x)
    exponential = _exponential_derivatives(x, order)
    for m in range(order + 1):
        polynomial = torch.zeros_like(s)
        for c in reversed(coefficients):
            polynomial = polynomial * s + c
        residue = residue + math.comb(order, m) * polynomial * exponential[order - m]
        raised = [0.0] * (len(coefficients) + 1)
        for k, c in enumerate(coefficients):
            raised[k] += rate * k * c
            raised[k + 1] -= rate * k * c
        coefficients = raised
    return total + 2.0 * residue
