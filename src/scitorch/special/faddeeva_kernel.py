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


@scalar_kernel
def erfcx_derivative(x, n):  # type: ignore[no-untyped-def]
    """The derivative of order n of erfcx, real x."""
    if x != x:
        return x
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


def complex_erfcx_derivative(z: Tensor, order: int) -> Tensor:
    """The derivative of this order of erfcx, complex z, of its dtype."""
    dtype = z.dtype
    z = z.to(torch.complex128)
    value = _erfcx(z.cpu()).to(z.device)  # type: ignore[union-attr]
    forward = [value, 2.0 * z * value - _TWO_OVER_ROOT_PI]
    for k in range(1, order):
        forward.append(2.0 * (z * forward[k] + k * forward[k - 1]))
    far = (z.abs() >= _RADIUS) & (z.real >= 0.0)
    x = torch.where(far, z, _RADIUS)
    ratio = torch.zeros_like(x)
    product = torch.ones_like(x)
    for k in range(_NODES + order, 0, -1):
        ratio = 2.0 * k / (2.0 * x + ratio)
        if k <= order:
            product = -product * ratio
    return torch.where(far, product * _TWO_OVER_ROOT_PI / (2.0 * x + ratio), forward[order]).to(dtype)
