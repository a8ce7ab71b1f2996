"""The scaled complementary error function, the Faddeeva function and Dawson's integral."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .faddeeva_kernel import complex_erfcx_derivative, erfcx_derivative

_PLANE = Complex((-3.0, 3.0), (-3.0, 3.0), hard=(0j, 1 + 1e-8j, 2j, -1 + 0.5j))


def _mpmath_erfcx(z: Any) -> Any:
    import mpmath

    with mpmath.workdps(mpmath.mp.dps + 40):
        return mpmath.exp(z * z) * mpmath.erfc(z)


def _mpmath_wofz(z: Any) -> Any:
    return _mpmath_erfcx(-1j * z)


def _mpmath_dawsn(z: Any) -> Any:
    import mpmath

    with mpmath.workdps(mpmath.mp.dps + 40):
        return mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-z * z) * mpmath.erfi(z)


def _erfcx_derivative_kernel(x: Tensor, *, order: int) -> Tensor:
    if x.is_complex():
        return complex_erfcx_derivative(x, order)
    return erfcx_derivative(x, float(order))  # type: ignore[return-value]


@elementwise(
    kernel=_erfcx_derivative_kernel,
    loops="r->r z->z",
    partials={"x": lambda x, out, *, order: _erfcx_derivative(x, order=order + 1)},
    domain={"x": Real(-3.0, 30.0, hard=(0.999, 1.001, 1e4, 1e8))},
    complex_domain={"x": Complex((-2.0, 9.0), (-9.0, 9.0))},
    public=False,
)
def _erfcx_derivative(x: Tensor, *, order: int = 1) -> Tensor:
    """The derivative of this order of erfcx."""


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.erfcx"), "cuda real": torch.special.erfcx},
    loops="r->r z->z",
    partials={"x": lambda x, out: _erfcx_derivative(x)},
    domain={"x": Real(-5.0, 50.0, hard=(0.0, 1e-8, 0.999, 1.001, 26.0, 1e4, 1e8))},
    complex_domain={"x": Complex((-2.0, 9.0), (-6.0, 6.0), hard=(0j, 6.9 + 0.1j, 7.1 + 0.1j, 2 + 5j))},
    reference="scipy.special.erfcx",
    mpmath=_mpmath_erfcx,
)
def erfcx(x: Tensor) -> Tensor:
    """
    Scaled complementary error function.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        exp(x²) erfc(x).

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    DLMF 7.7.2 has its relation to the Faddeeva function. Derivatives of every order come from a continued fraction, not
    from 2x erfcx(x) - 2/√π, which cancels for large `x`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import erfcx
    >>> erfcx(torch.tensor([0.0, 1e8], dtype=torch.float64))
    tensor([1.0000e+00, 5.6419e-09], dtype=torch.float64)
    >>> torch.func.grad(erfcx)(torch.tensor(1e8, dtype=torch.float64))
    tensor(-5.6419e-17, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.wofz"),
    loops="z->z",
    partials={"z": lambda z, out: -1j * _erfcx_derivative(-1j * z)},
    domain={"z": Complex((-9.0, 9.0), (-2.0, 9.0), hard=(0j, 1 + 0j, 6.9 + 0j, 7.1 + 0j, 5 + 1e-10j, 19.6 + 3j))},
    reference="scipy.special.wofz",
    mpmath=_mpmath_wofz,
)
def wofz(z: Tensor) -> Tensor:
    """
    Faddeeva function.

    Parameters
    ----------
    z : array_like
        Complex argument; real numbers are taken as complex.

    Returns
    -------
    Tensor
        w(z) = exp(-z²) erfc(-iz), complex.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 7.2.3. The derivative 2i/√π - 2z w(z) cancels for large `z`; far out it comes from the continued fraction.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import wofz
    >>> wofz(torch.tensor(1 + 1j, dtype=torch.complex128))
    tensor(0.3047+0.2082j, dtype=torch.complex128)
    """


def _derivative_of_dawsn(x: Tensor, out: Tensor) -> Tensor:
    # F(z) = i√π/2 (exp(-z²) - w(z)), DLMF 7.5.1, and F is odd. In the upper half plane the two terms do not cancel, as
    # the terms of F' = 1 - 2z F do; on the real axis F is the imaginary part of √π/2 w. Here w(z) = erfcx(-iz).
    half_root_pi = 0.5 * math.sqrt(math.pi)
    if x.is_complex():
        z = torch.where(x.detach().imag < 0.0, -x, x)
        return half_root_pi * (-2j * z * torch.exp(-z * z) - _erfcx_derivative(-1j * z))
    huge = x.abs() > 1e150  # the derivative underflows
    finite = torch.where(huge, 0.0, x)
    return torch.where(huge, 0.0, -half_root_pi * _erfcx_derivative(torch.complex(torch.zeros_like(x), -finite)).real)


@elementwise(
    kernel=scipy_ufunc("scipy.special.dawsn"),
    loops="r->r z->z",
    partials={"x": _derivative_of_dawsn},
    domain={"x": Real(-10.0, 10.0, hard=(0.0, 6.9, 7.1, 1e4))},
    complex_domain={"x": _PLANE},
    reference="scipy.special.dawsn",
    mpmath=_mpmath_dawsn,
)
def dawsn(x: Tensor) -> Tensor:
    """
    Dawson's integral.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        exp(-x²) times the integral of exp(t²) from 0 to `x`.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    DLMF 7.2.5. Derivatives on the real axis are those of the Faddeeva function.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import dawsn
    >>> dawsn(torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([0.0000, 0.5381], dtype=torch.float64)
    """


def _voigt_kernel(x: Tensor, sigma: Tensor, gamma: Tensor, *, order: int, turned: int) -> Tensor:
    x, sigma, gamma = torch.broadcast_tensors(x, sigma, gamma)  # type: ignore[no-untyped-call]
    factor = 1j if turned else 1.0
    # A Cauchy distribution is left where σ is negligible, which is nowhere if x = γ = 0.
    narrow = (sigma.abs() <= 1e-9 * torch.hypot(x, gamma)) & (torch.hypot(x, gamma) > 0.0)
    width = math.sqrt(2.0) * torch.where(narrow, 1.0, sigma)
    # w(z) = erfcx(-iz), so w⁽ⁿ⁾(z) = (-i)ⁿ erfcx⁽ⁿ⁾(-iz).
    derivative = factor * (-1j) ** order * _erfcx_derivative(torch.complex(gamma / width, -x / width), order=order)
    value = derivative.real / (math.sqrt(math.pi) * width ** (order + 1))
    if not bool(narrow.any()):
        return value  # type: ignore[no-any-return]
    # w(z) = i/(√π z) (1 + O(1/z²)), DLMF 7.12.1.
    z = torch.complex(torch.where(narrow, x, 1.0), torch.where(narrow, gamma, 1.0))
    limit = (1j * factor * (-1) ** order * math.factorial(order) / math.pi) * z ** (-order - 1)
    return torch.where(narrow, limit.real, value)


@elementwise(
    kernel=_voigt_kernel,
    partials={
        "x": lambda x, sigma, gamma, out, *, order, turned: _voigt_derivative(
            x, sigma, gamma, order=order + 1, turned=turned
        ),
        # A Gaussian of variance σ² obeys the heat equation: the profile's ∂/∂σ is σ ∂²/∂x², which does not cancel.
        "sigma": lambda x, sigma, gamma, out, *, order, turned: (
            sigma * _voigt_derivative(x, sigma, gamma, order=order + 2, turned=turned)
        ),
        "gamma": lambda x, sigma, gamma, out, *, order, turned: (
            (-1.0) ** turned * _voigt_derivative(x, sigma, gamma, order=order + 1, turned=1 - turned)
        ),
    },
    domain={"x": Real(-5.0, 5.0, hard=(0.1, 100.0)), "sigma": Real(0.2, 3.0, hard=(0.0,)), "gamma": Real(0.1, 3.0)},
    public=False,
)
def _voigt_derivative(x: Tensor, sigma: Tensor, gamma: Tensor, *, order: int = 1, turned: int = 0) -> Tensor:
    """Re(iᵗ w⁽ⁿ⁾(z))/(σ √(2π) (σ √2)ⁿ) at z = (x + iγ)/(σ √2), for n = `order` and t = `turned`."""


def _mpmath_voigt(x: Any, sigma: Any, gamma: Any) -> Any:
    import mpmath

    width = sigma * mpmath.sqrt(2)
    # Conjugation instead of the real part, so that differences of it are those of a real function.
    value = _mpmath_wofz((x + 1j * gamma) / width) + _mpmath_wofz((-x + 1j * gamma) / width)
    return mpmath.re(value) / (2 * width * mpmath.sqrt(mpmath.pi))


@elementwise(
    kernel=scipy_ufunc("scipy.special.voigt_profile"),
    partials={
        "x": lambda x, sigma, gamma, out: _voigt_derivative(x, sigma, gamma),
        "sigma": lambda x, sigma, gamma, out: sigma * _voigt_derivative(x, sigma, gamma, order=2),
        "gamma": lambda x, sigma, gamma, out: _voigt_derivative(x, sigma, gamma, turned=1),
    },
    domain={"x": Real(-5.0, 5.0, hard=(0.1, 100.0)), "sigma": Real(0.2, 3.0), "gamma": Real(0.1, 3.0)},
    reference="scipy.special.voigt_profile",
    mpmath=_mpmath_voigt,
    rtol=1e-11,
)
def voigt_profile(x: Tensor, sigma: Tensor, gamma: Tensor) -> Tensor:
    """
    Voigt profile, the convolution of a normal and a Cauchy distribution.

    Parameters
    ----------
    x : array_like
        Real argument.
    sigma : array_like
        Standard deviation of the normal distribution.
    gamma : array_like
        Half width at half maximum of the Cauchy distribution. The shapes broadcast.

    Returns
    -------
    Tensor
        The density at `x`.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 7.19.1 to 7.19.3: the real part of the Faddeeva function at (x + iγ)/(σ√2), divided by σ√(2π).
    Derivatives come from the Faddeeva function's, and from a Cauchy distribution where `sigma` is negligible.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import voigt_profile
    >>> x, sigma, gamma = torch.tensor([2.0, 1.0, 0.5], dtype=torch.float64)
    >>> voigt_profile(x, sigma, gamma)
    tensor(0.0824, dtype=torch.float64)
    """
