"""The gamma function, its logarithm and its reciprocal."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scalar_kernel, scipy_ufunc

from .polygamma import digamma
from .regions import nan_where, real_part


def _mpmath(name: str) -> Any:
    def reference(z: Any) -> Any:
        import mpmath

        return getattr(mpmath, name)(z)

    return reference


def _mpmath_gammaln(x: Any) -> Any:
    import mpmath

    return mpmath.log(abs(mpmath.gamma(x)))


def _derivative_of_loggamma(z: Tensor, out: Tensor) -> Tensor:
    if z.is_complex():
        return digamma(z)
    # SciPy's real loggamma is not defined left of zero, and neither is its derivative.
    return nan_where(z < 0.0, digamma(z), z)


def sine_and_cosine_of_pi(z: Tensor) -> tuple[Tensor, Tensor]:
    """sin πz and cos πz; the sine keeps its relative accuracy at its zeros."""
    nearest = torch.round(real_part(z))
    sign = 1.0 - 2.0 * torch.remainder(nearest, 2.0)
    fraction = math.pi * (z - nearest)
    return sign * torch.sin(fraction), sign * torch.cos(fraction)


def rgamma_slope(z: Tensor) -> Tensor:
    """The derivative of 1/Γ."""
    # Right of 1/2, d(1/Γ) = -ψ/Γ. Left of it 1/Γ has zeros where ψ has poles; there the reflection formula, DLMF 5.5.3,
    # 1/Γ(z) = Γ(1 - z) sin(πz)/π, has only smooth factors.
    left = real_part(z) < 0.5
    right = torch.where(left, 1.0, z)
    if not z.is_complex():
        right = right.clamp(max=1e3)  # 1/Γ(1000) is zero
    mirrored = 1.0 - torch.where(left, z, 0.0)
    sine, cosine = sine_and_cosine_of_pi(1.0 - mirrored)
    reflected = gamma(mirrored) * (cosine - digamma(mirrored) * sine / math.pi)
    return torch.where(left, reflected, -digamma(right) * rgamma(right))


@scalar_kernel
def _real_gamma(x):  # type: ignore[no-untyped-def]
    return math.gamma(x)


_gamma = scipy_ufunc("scipy.special.gamma")


def _device_gamma(z: Tensor) -> Tensor:
    if z.is_complex():
        return _gamma(z.cpu()).to(z.device)  # type: ignore[union-attr]
    return _real_gamma(z)  # type: ignore[return-value]


@elementwise(
    kernel={"cpu": _gamma, "cuda": _device_gamma},
    loops="r->r z->z",
    partials={"z": lambda z, out: out * digamma(z)},
    domain={"z": Real(-6.0, 30.0, hard=(1e-8, 0.5, 1.0, 1.4616321449683623, 2.0, 170.5, -0.5, -1.5, -2.00001, -100.5))},
    complex_domain={"z": Complex((-6.0, 10.0), (-6.0, 6.0), hard=(1e-3j, 0.5 + 1e-3j, -3.5 + 0.1j))},
    reference="scipy.special.gamma",
    mpmath=_mpmath("gamma"),
)
def gamma(z: Tensor) -> Tensor:
    """
    Gamma function.

    Parameters
    ----------
    z : array_like
        Real or complex argument, any shape.

    Returns
    -------
    Tensor
        Γ(z), of the shape of `z`.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 5.2.1; the derivative is Γ(z) ψ(z). As in SciPy the value at 0 is infinite with the sign of the zero, and nan
    at the negative whole numbers.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gamma
    >>> gamma(torch.tensor([0.5, 5.0], dtype=torch.float64))
    tensor([ 1.7725, 24.0000], dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.gammaln"), "cuda": torch.special.gammaln},
    partials={"x": lambda x, out: digamma(x)},
    domain={"x": Real(-6.0, 30.0, hard=(1e-8, 0.5, 1.0, 1.00046, 2.0, 170.5, 1e10, -0.5, -1.5, -2.00001, -100.5))},
    reference="scipy.special.gammaln",
    mpmath=_mpmath_gammaln,
)
def gammaln(x: Tensor) -> Tensor:
    """
    Logarithm of the absolute value of the gamma function.

    Parameters
    ----------
    x : array_like
        Real argument, any shape.

    Returns
    -------
    Tensor
        log|Γ(x)|, of the shape of `x`; infinite at 0 and the negative whole numbers.

    Raises
    ------
    TypeError
        If `x` is complex; `loggamma` takes complex arguments.

    Notes
    -----
    The derivative is the digamma function, DLMF 5.2.2.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gammaln
    >>> gammaln(torch.tensor([0.5, 100.0], dtype=torch.float64))
    tensor([  0.5724, 359.1342], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.loggamma"),
    loops="r->r z->z",
    partials={"z": _derivative_of_loggamma},
    domain={"z": Real(0.01, 30.0, hard=(1e-8, 0.5, 1.0, 1.4616321449683623, 2.0, 170.5, 1e10))},
    complex_domain={"z": Complex((-6.0, 10.0), (-6.0, 6.0), hard=(1e-3j, 0.5 + 1e-3j, -3.5 + 0.1j))},
    reference="scipy.special.loggamma",
    mpmath=_mpmath("loggamma"),
)
def loggamma(z: Tensor) -> Tensor:
    """
    Principal branch of the logarithm of the gamma function.

    Parameters
    ----------
    z : array_like
        Real or complex argument, any shape.

    Returns
    -------
    Tensor
        The branch of log Γ(z) that is real for positive `z` and cut along the negative real axis; nan for negative
        real numbers that are not complex.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    D. E. G. Hare, "Computing the principal branch of log-Gamma", J. Algorithms 25 (1997). The derivative is the
    digamma function.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import loggamma
    >>> loggamma(torch.tensor(3 + 4j, dtype=torch.complex128))
    tensor(-1.7566+4.7427j, dtype=torch.complex128)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.rgamma"),
    loops="r->r z->z",
    partials={"z": lambda z, out: rgamma_slope(z)},
    domain={"z": Real(-6.0, 20.0, hard=(0.0, -1.0, -2.0, -3.0, 1e-8, 0.5, 0.49999, 1.0, 2.0, 100.5, -2.00001))},
    complex_domain={"z": Complex((-6.0, 8.0), (-4.0, 4.0), hard=(0j, -1 + 0j, 0.5 + 1e-3j, -3.5 + 0.1j))},
    reference="scipy.special.rgamma",
    mpmath=_mpmath("rgamma"),
)
def rgamma(z: Tensor) -> Tensor:
    """
    Reciprocal of the gamma function, an entire function.

    Parameters
    ----------
    z : array_like
        Real or complex argument, any shape.

    Returns
    -------
    Tensor
        1/Γ(z), of the shape of `z`; zero at 0 and the negative whole numbers.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    The derivative is -ψ(z)/Γ(z), and by the reflection formula, DLMF 5.5.3, finite and accurate at the zeros too:
    it is (-1)ⁿ n! at -n.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import rgamma
    >>> x = torch.tensor([-2.0, 0.5], dtype=torch.float64)
    >>> rgamma(x)
    tensor([0.0000, 0.5642], dtype=torch.float64)
    >>> torch.func.grad(lambda x: rgamma(x).sum())(x)
    tensor([2.0000, 1.1078], dtype=torch.float64)
    """
