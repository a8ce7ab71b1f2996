"""Spence's function."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc


def _log1p_quotient_kernel(t: Tensor, *, order: int) -> Tensor:
    """The derivative of this order of log(1 + t)/t."""
    # By Leibniz on t f = log(1 + t): t f⁽ⁿ⁾ + n f⁽ⁿ⁻¹⁾ = (-1)ⁿ⁻¹ (n - 1)!/(1 + t)ⁿ, stable upwards for |t|
    # above 1/4 or so; below, the power series Σ (-t)ᵏ (k + n)!/(k! (k + n + 1)) (-1)ⁿ.
    near = t.abs() < 0.3
    far = torch.where(near, 1.0, t)
    forward = torch.log1p(far) / far
    for n in range(1, order + 1):
        forward = ((-1.0) ** (n - 1) * math.factorial(n - 1) * (1.0 + far) ** (-n) - n * forward) / far
    small = torch.where(near, t, 0.0)
    series = torch.zeros_like(small)
    for k in range(34 + 6 * order, -1, -1):
        rising = math.exp(math.lgamma(k + order + 1.0) - math.lgamma(k + 1.0)) if order else 1.0
        series = series * -small + rising / (k + order + 1)
    return torch.where(near, (-1.0) ** order * series, forward)


@elementwise(
    kernel=_log1p_quotient_kernel,
    loops="r->r z->z",
    partials={"t": lambda t, out, *, order: _log1p_quotient(t, order=order + 1)},
    domain={"t": Real(-0.9, 10.0, hard=(0.0, 1e-8, 0.299, 0.301, -0.299))},
    complex_domain={"t": Complex((-3.0, 3.0), (0.1, 3.0), hard=(0j, 0.2 + 0.2j))},
    public=False,
)
def _log1p_quotient(t: Tensor, *, order: int = 0) -> Tensor:
    """The derivative of this order of log(1 + t)/t."""


def log1p_quotient_slope(t: Tensor) -> Tensor:
    """The derivative of log(1 + t)/t."""
    return _log1p_quotient(t, order=1)


def _mpmath_spence(z: Any) -> Any:
    import mpmath

    return mpmath.polylog(2, 1 - z)


@elementwise(
    kernel=scipy_ufunc("scipy.special.spence"),
    loops="r->r z->z",
    partials={"z": lambda z, out: -_log1p_quotient(z - 1.0)},
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
