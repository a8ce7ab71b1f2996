"""Spence's function."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc


def _logarithm_quotient_kernel(z: Tensor, *, order: int) -> Tensor:
    """The derivative of this order of log z/(z - 1)."""
    # By Leibniz on (z - 1) f = log z: (z - 1) f⁽ⁿ⁾ + n f⁽ⁿ⁻¹⁾ = (-1)ⁿ⁻¹ (n - 1)!/zⁿ, stable upwards for |z - 1|
    # above 1/4 or so; below, with t = z - 1, the power series Σ (-t)ᵏ (k + n)!/(k! (k + n + 1)) (-1)ⁿ.
    near = (z - 1.0).abs() < 0.3
    far = torch.where(near, 2.0, z)
    forward = torch.log(far) / (far - 1.0)
    for n in range(1, order + 1):
        forward = ((-1.0) ** (n - 1) * math.factorial(n - 1) * far ** (-n) - n * forward) / (far - 1.0)
    small = torch.where(near, z - 1.0, 0.0)
    series = torch.zeros_like(small)
    for k in range(34 + 6 * order, -1, -1):
        rising = math.exp(math.lgamma(k + order + 1.0) - math.lgamma(k + 1.0)) if order else 1.0
        series = series * -small + rising / (k + order + 1)
    return torch.where(near, (-1.0) ** order * series, forward)


@elementwise(
    kernel=_logarithm_quotient_kernel,
    loops="r->r z->z",
    partials={"z": lambda z, out, *, order: _logarithm_quotient(z, order=order + 1)},
    domain={"z": Real(0.1, 10.0, hard=(1.0, 1e-8, 1.299, 1.301, 0.701))},
    complex_domain={"z": Complex((-3.0, 3.0), (0.1, 3.0), hard=(1 + 0j, 1.2 + 0.2j))},
    public=False,
)
def _logarithm_quotient(z: Tensor, *, order: int = 0) -> Tensor:
    """The derivative of this order of log z/(z - 1)."""


def logarithm_quotient_slope(z: Tensor) -> Tensor:
    """The derivative of log z/(z - 1)."""
    return _logarithm_quotient(z, order=1)


def _mpmath_spence(z: Any) -> Any:
    import mpmath

    return mpmath.polylog(2, 1 - z)


@elementwise(
    kernel=scipy_ufunc("scipy.special.spence"),
    loops="r->r z->z",
    partials={"z": lambda z, out: -_logarithm_quotient(z)},
    domain={"z": Real(0.01, 20.0, hard=(1.0, 0.5, 2.0, 0.556443, 1e-8, 1e8))},
    complex_domain={"z": Complex((-3.0, 4.0), (0.1, 3.0), hard=(1 + 0j, 1 + 1e-3j))},
    reference="scipy.special.spence",
    mpmath=_mpmath_spence,
    rtol=1e-11,
)
def spence(z: Tensor) -> Tensor:
    """
    Spence's function, a dilogarithm.

    Parameters
    ----------
    z : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        The integral of log t/(1 - t) from 1 to `z`, Li₂(1 - z); nan for negative real numbers.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 25.12.2. The derivative log z/(1 - z) is continued to z = 1, where it is -1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import spence
    >>> spence(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
    tensor([ 1.6449,  0.0000, -0.8225], dtype=torch.float64)
    """
