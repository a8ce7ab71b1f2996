"""Sine, cosine and Fresnel integrals, and the hyperbolic ones."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .sinc import sine_quotient

_PLANE = Complex((-4.0, 4.0), (0.2, 4.0), hard=(1 + 1e-3j, 0.1 + 3j, 2 + 0.5j))


def _mpmath_sici(x: Any) -> Any:
    import mpmath

    cosine = mpmath.ci(x)
    # SciPy's real cosine integral is even.
    return mpmath.si(x), mpmath.re(cosine) if not mpmath.im(x) else cosine


def _mpmath_shichi(x: Any) -> Any:
    import mpmath

    cosine = mpmath.chi(x)
    return mpmath.shi(x), mpmath.re(cosine) if not mpmath.im(x) else cosine


@elementwise(
    kernel=scipy_ufunc("scipy.special.sici", outputs=2),
    loops="r->rr z->zz",
    results=2,
    partials={"x": lambda x, out: (sine_quotient(x), torch.cos(x) / x)},
    domain={"x": Real(-20.0, 20.0, hard=(1e-8, 1.5, 100.0, 1e4))},
    complex_domain={"x": _PLANE},
    reference="scipy.special.sici",
    mpmath=_mpmath_sici,
    rtol=1e-11,
)
def sici(x: Tensor) -> tuple[Tensor, Tensor]:
    """
    Sine and cosine integrals.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    si, ci : Tensor
        Si(x), the integral of sin t/t from 0 to `x`, and Ci(x) = γ + log x + the integral of (cos t - 1)/t. For
        negative real `x` Ci is that of -x.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    DLMF 6.2.9 and 6.2.13.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import sici
    >>> sici(torch.tensor(1.0, dtype=torch.float64))
    (tensor(0.9461, dtype=torch.float64), tensor(0.3374, dtype=torch.float64))
    """


def _hyperbolic_sine_quotient(x: Tensor) -> Tensor:
    """sinh x/x, which is sin y/y at y = ix."""
    if x.is_complex():
        return sine_quotient(1j * x)
    return sine_quotient(torch.complex(torch.zeros_like(x), x)).real


@elementwise(
    kernel=scipy_ufunc("scipy.special.shichi", outputs=2),
    loops="r->rr z->zz",
    results=2,
    partials={"x": lambda x, out: (_hyperbolic_sine_quotient(x), torch.cosh(x) / x)},
    domain={"x": Real(0.1, 20.0, hard=(1e-8, 1.5, 100.0))},
    complex_domain={"x": _PLANE},
    reference="scipy.special.shichi",
    mpmath=_mpmath_shichi,
    rtol=1e-11,
)
def shichi(x: Tensor) -> tuple[Tensor, Tensor]:
    """
    Hyperbolic sine and cosine integrals.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    shi, chi : Tensor
        Shi(x), the integral of sinh t/t from 0 to `x`, and Chi(x) = γ + log x + the integral of (cosh t - 1)/t. For
        negative real `x` Chi is that of -x.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    DLMF 6.2.15 and 6.2.16.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import shichi
    >>> shichi(torch.tensor(1.0, dtype=torch.float64))
    (tensor(1.0573, dtype=torch.float64), tensor(0.8379, dtype=torch.float64))
    """


def _sine_of_square_kernel(z: Tensor, *, quarters: int) -> Tensor:
    if z.is_complex():
        return torch.sin(0.5 * math.pi * (z * z + quarters))
    x = z.to(torch.float64)
    # A double beyond 2⁵⁴ is a multiple of 4, its square one of 16: a whole number of periods, like that of 0.
    x = torch.where((x.abs() < 2.0**54) | ~torch.isfinite(x), x, 0.0)
    # The square exactly, as a rounded number and its error (T. J. Dekker, Numer. Math. 18 (1971)), less whole periods.
    square = x * x
    high = x * 134217729.0  # 2²⁷ + 1
    high = high - (high - x)
    low = x - high
    error = ((high * high - square) + 2.0 * high * low) + low * low
    phase = torch.fmod(square, 4.0) + torch.fmod(error, 4.0)
    nearest = torch.round(phase)
    rest = 0.5 * math.pi * (phase - nearest)
    quadrant = torch.remainder(nearest + quarters, 4.0)
    value = torch.where(quadrant % 2.0 == 0.0, torch.sin(rest), torch.cos(rest))
    return torch.where(quadrant >= 2.0, -value, value).to(z.dtype)


@elementwise(
    kernel=_sine_of_square_kernel,
    loops="r->r z->z",
    partials={"z": lambda z, out, *, quarters: math.pi * z * _sine_of_square(z, quarters=(quarters + 1) % 4)},
    domain={"z": Real(-6.0, 6.0, hard=(0.0, 47.4673, 1e6))},
    complex_domain={"z": Complex((-2.0, 2.0), (-2.0, 2.0))},
    public=False,
)
def _sine_of_square(z: Tensor, *, quarters: int = 0) -> Tensor:
    """sin(π/2 (z² + quarters)), right for large real z too."""


def _mpmath_fresnel(z: Any) -> Any:
    import mpmath

    return mpmath.fresnels(z), mpmath.fresnelc(z)


@elementwise(
    kernel=scipy_ufunc("scipy.special.fresnel", outputs=2),
    loops="r->rr z->zz",
    results=2,
    partials={"z": lambda z, out: (_sine_of_square(z), _sine_of_square(z, quarters=1))},
    domain={"z": Real(-6.0, 6.0, hard=(1e-8, 1.6, 47.4673))},
    complex_domain={"z": Complex((-2.0, 2.0), (-2.0, 2.0))},
    reference="scipy.special.fresnel",
    mpmath=_mpmath_fresnel,
    rtol=1e-11,
)
def fresnel(z: Tensor) -> tuple[Tensor, Tensor]:
    """
    Fresnel integrals.

    Parameters
    ----------
    z : array_like
        Real or complex argument.

    Returns
    -------
    S, C : Tensor
        The integrals of sin(πt²/2) and of cos(πt²/2) from 0 to `z`.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 7.2.7 and 7.2.8.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import fresnel
    >>> fresnel(torch.tensor(1.0, dtype=torch.float64))
    (tensor(0.4383, dtype=torch.float64), tensor(0.7799, dtype=torch.float64))
    """
