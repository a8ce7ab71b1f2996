"""The normalised sine cardinal, and the derivatives of sin y/y that integrals of trigonometric functions share."""

from __future__ import annotations

import math
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise

from .gamma import sine_and_cosine_of_pi


def _sine_quotient_kernel(y: Tensor, *, order: int, of_pi: bool) -> Tensor:
    """The derivative of this order of sin y/y, or of sin(πy)/(πy)."""
    # Leibniz on y s(y) = sin y gives y s⁽ⁿ⁾ + n s⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾ y: stable upwards while |y| is above n!^(1/n). Below,
    # the power series Σ (-1)ᵏ y^(2k - n)/((2k + 1)(2k - n)!) loses at most a digit.
    scale = math.pi if of_pi else 1.0
    small = scale * y.abs() < 1.0 + 0.5 * order
    far = torch.where(small, 1.0 + order, y)
    # Whole periods are taken off before the multiplication by π, which rounds.
    sine, cosine = sine_and_cosine_of_pi(far) if of_pi else (torch.sin(far), torch.cos(far))
    far = math.pi * far if of_pi else far
    cycle = (sine, cosine, -sine, -cosine)
    forward = cycle[0] / far
    for n in range(1, order + 1):
        forward = (cycle[n % 4] - n * forward) / far
    near = scale * torch.where(small, y, 0.0)
    first = (order + 1) // 2
    square = near * near
    series = torch.zeros_like(near)
    for k in range(first + 13 + order, first - 1, -1):  # Horner: term k + 1 over term k
        power = 2 * k - order
        series = series * square / ((power + 1) * (power + 2)) + (-1.0) ** k / (2 * k + 1)
    if order % 2:
        series = series * near
    value = torch.where(small, series, forward)
    return scale**order * value if of_pi else value


@elementwise(
    kernel=_sine_quotient_kernel,
    loops="r->r z->z",
    partials={"y": lambda y, out, *, order, of_pi: _sine_quotient(y, order=order + 1, of_pi=of_pi)},
    domain={"y": Real(-20.0, 20.0, hard=(0.0, 1e-8, 1.49, 1.51))},
    complex_domain={"y": Complex((-10.0, 10.0), (-5.0, 5.0), hard=(0j,))},
    public=False,
)
def _sine_quotient(y: Tensor, *, order: int = 0, of_pi: bool = False) -> Tensor:
    """The derivative of this order of sin y/y, or of sin(πy)/(πy)."""


def sine_quotient(y: Tensor) -> Tensor:
    """sin y/y, 1 at 0, real or complex."""
    return _sine_quotient(y)


def _reference_sinc(x: Any) -> Any:
    return numpy.sinc(x)


def _mpmath_sinc(x: Any) -> Any:
    import mpmath

    return mpmath.sincpi(x)


@elementwise(
    kernel=torch.special.sinc,
    loops="r->r z->z",
    partials={"x": lambda x, out: _sine_quotient(x, order=1, of_pi=True)},
    domain={"x": Real(-9.0, 9.0, hard=(0.0, 1e-8, 0.47, 0.48, 0.5))},
    complex_domain={"x": Complex((-3.0, 3.0), (-2.0, 2.0), hard=(0j, 1e-8j))},
    reference=_reference_sinc,
    mpmath=_mpmath_sinc,
    rtol=1e-12,
)
def sinc(x: Tensor) -> Tensor:
    """
    Normalised sine cardinal.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        sin(πx)/(πx), 1 at 0.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    Derivatives come from the power series near 0 and from the differential equation elsewhere; at 0 the second one is
    -π²/3.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import sinc
    >>> zero = torch.tensor(0.0, dtype=torch.float64)
    >>> sinc(zero), torch.func.grad(torch.func.grad(sinc))(zero)
    (tensor(1., dtype=torch.float64), tensor(-3.2899, dtype=torch.float64))
    """
