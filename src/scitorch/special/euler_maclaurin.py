"""The Hurwitz zeta function and its derivatives in the exponent, summed by the Euler–Maclaurin formula.

A scalar kernel for real numbers, and a batched tensor algorithm for complex ones.
"""

from __future__ import annotations

import math
from fractions import Fraction

import torch
from torch import Tensor

from scitorch.op.kernel import converged, scalar_kernel

#: Terms summed one by one before the asymptotic expansion takes over, and terms of that expansion. The remainder is
#: below |(s)₂ⱼ| / (2π(q + N))²ʲ relative to the tail (DLMF 25.11.7 and the bound of its remainder), with N = 20 and
#: J = 12 below 2⁻⁵³ as long as |s| + 24 < 27; for larger real s the tail itself is small by (q/(q + N))^s.
SUMMED = 20
#: Largest |Im s| for which the sum is made long enough.
HIGHEST = 20000.0
CORRECTIONS = 12


def bernoulli_over_factorial(count: int) -> tuple[float, ...]:
    """B₂ⱼ/(2j)! for j = 1 … count, from the recurrence of the Bernoulli numbers (DLMF 24.5.3), rounded once."""
    numbers = [Fraction(1)]
    for n in range(1, 2 * count + 1):
        numbers.append(-sum((math.comb(n + 1, k) * b for k, b in enumerate(numbers)), Fraction(0)) / (n + 1))
    return tuple(float(numbers[2 * j] / math.factorial(2 * j)) for j in range(1, count + 1))


_COEFFICIENTS = bernoulli_over_factorial(CORRECTIONS)


@scalar_kernel
def hurwitz_zeta(s, q):  # type: ignore[no-untyped-def]
    """ζ(s, q) for s > -1 and q > 0, continued analytically left of 1."""
    if not q > 0.0:
        return math.nan
    total = 0.0
    a = q
    while a < 10.0 + abs(s):
        term = math.pow(a, -s)
        total += term
        if s > 2.0 and converged(term * a, total):  # the tail is less than term (1 + a/(s - 1))
            return total
        a += 1.0
    power = math.pow(a, -s)
    total += power * (a / (s - 1.0) + 0.5)
    factor = power * s / a
    rising = s
    for coefficient in _COEFFICIENTS:
        total += coefficient * factor
        factor *= ((rising + 1.0) / a) * ((rising + 2.0) / a)
        rising += 2.0
    return total


def hurwitz_derivative(s: Tensor, q: Tensor, order: int = 0, *, scaled: bool = False) -> Tensor:
    """
    Return ∂ᵐζ(s, q)/∂sᵐ, the analytic continuation in s, for m = `order`.

    Parameters
    ----------
    s, q : Tensor
        Float64 or complex128, of shapes that broadcast. Re q > 0, or q at least not far left of zero: the sum goes
        up from q without reflection. Re s > -1 for full accuracy; below, digits cancel.
    order : int
        How often to differentiate in s.
    scaled : bool
        Multiply by q**s, for large s; only without differentiation.

    Returns
    -------
    Tensor
        Of the promoted dtype. At the pole s = 1 it is infinite.

    Notes
    -----
    DLMF 25.11.5 and 25.11.7, differentiated term by term in s. Every factor is exponential or polynomial in s, so
    that its derivatives are exact; Leibniz' rule joins them.
    """
    s, q = torch.broadcast_tensors(s, q)
    if s.is_complex() and not q.is_complex():
        q = q.to(s.dtype)
    summed = SUMMED
    if s.is_complex() and s.numel():
        # The expansion needs 2π|q + N| well above |s| + 2J.
        summed += min(int(s.imag.abs().nan_to_num(0.0, 0.0, 0.0).max().item()), int(HIGHEST))
    base = q.log() if scaled else torch.zeros_like(q)
    total = torch.zeros_like(s * q)
    for k in range(summed):
        logarithm = (q + k).log()
        term = torch.exp(-s * (logarithm - base))
        total = total + (term if order == 0 else term * (-logarithm) ** order)
    end = q + summed
    logarithm = end.log()
    power = torch.exp(-s * (logarithm - base))
    # Derivatives of end**-s, up to the factor end**-s.
    powers = [(-logarithm) ** m for m in range(order + 1)]
    tail = 0.5 * powers[order]
    for j in range(order + 1):  # end**(1 - s)/(s - 1)
        weight = math.comb(order, j) * (-1.0) ** j * math.factorial(j)
        tail = tail + weight * end * powers[order - j] * (s - 1.0) ** (-(j + 1))
    # The Pochhammer symbol (s)₂ⱼ₋₁ with its derivatives in s, scaled by end**(1 - 2j).
    rising = [s / end] + [torch.ones_like(s) / end if m == 1 else torch.zeros_like(s) for m in range(1, order + 1)]
    for j, coefficient in enumerate(_COEFFICIENTS):
        for m in range(order + 1):
            tail = tail + (coefficient * math.comb(order, m)) * rising[m] * powers[order - m]
        for factor in (s + (2 * j + 1), s + (2 * j + 2)):
            rising = [(r * factor + (m * rising[m - 1] if m else 0.0)) / end for m, r in enumerate(rising)]
    return total + power * tail
