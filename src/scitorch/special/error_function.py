"""The error function, its complement and their inverses."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

_TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)


def gaussian(x: Tensor) -> Tensor:
    """exp(-x²), with derivatives that vanish at infinity like it."""
    if not x.is_complex():
        x = x.clamp(-30.0, 30.0)  # exp(-900) is zero
    return torch.exp(-x * x)


def _mpmath(name: str) -> Any:
    def reference(z: Any) -> Any:
        import mpmath

        return getattr(mpmath, name)(z)

    return reference


_LINE = Real(-5.0, 5.0, hard=(0.0, 1e-8, 0.5, 1.0, 5.9, -5.9))
_PLANE = Complex((-3.0, 3.0), (-3.0, 3.0), hard=(0j, 1 + 1e-8j, 2j, -1 + 0.5j))


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.erf"), "cuda real": torch.special.erf},
    loops="r->r z->z",
    partials={"z": lambda z, out: _TWO_OVER_ROOT_PI * gaussian(z)},
    domain={"z": _LINE},
    complex_domain={"z": _PLANE},
    reference="scipy.special.erf",
    mpmath=_mpmath("erf"),
)
def erf(z: Tensor) -> Tensor:
    """
    Error function.

    Parameters
    ----------
    z : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        2/√π times the integral of exp(-t²) from 0 to `z`.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 7.2.1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import erf
    >>> erf(torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([0.0000, 0.8427], dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.erfc"), "cuda real": torch.special.erfc},
    loops="r->r z->z",
    partials={"x": lambda x, out: -_TWO_OVER_ROOT_PI * gaussian(x)},
    domain={"x": Real(-5.0, 20.0, hard=(0.0, 1e-8, 0.5, 25.3317))},
    complex_domain={"x": _PLANE},
    reference="scipy.special.erfc",
    mpmath=_mpmath("erfc"),
)
def erfc(x: Tensor) -> Tensor:
    """
    Complementary error function.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        1 - erf(x), accurate where it is small.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    DLMF 7.2.2.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import erfc
    >>> erfc(torch.tensor([0.0, 20.0], dtype=torch.float64))
    tensor([ 1.0000e+00, 5.3959e-176], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.erfi"),
    loops="r->r z->z",
    partials={"z": lambda z, out: _TWO_OVER_ROOT_PI * torch.exp(z * z)},
    domain={"z": _LINE},
    complex_domain={"z": _PLANE},
    reference="scipy.special.erfi",
    mpmath=_mpmath("erfi"),
)
def erfi(z: Tensor) -> Tensor:
    """
    Imaginary error function.

    Parameters
    ----------
    z : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        -i erf(iz).

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    Its derivative is 2/√π exp(z²).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import erfi
    >>> erfi(torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([0.0000, 1.6504], dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.erfinv"), "cuda": torch.special.erfinv},
    partials={"y": lambda y, out: (0.5 * math.sqrt(math.pi)) * torch.exp(out * out)},
    domain={"y": Real(-0.99, 0.99, hard=(0.0, 1e-300, 0.5, 0.999999, -0.999999))},
    reference="scipy.special.erfinv",
    mpmath=_mpmath("erfinv"),
)
def erfinv(y: Tensor) -> Tensor:
    """
    Inverse of the error function.

    Parameters
    ----------
    y : array_like
        Real, between -1 and 1.

    Returns
    -------
    Tensor
        The x with erf(x) = y; infinite at -1 and 1, nan outside.

    Raises
    ------
    TypeError
        If `y` is complex.

    Notes
    -----
    DLMF 7.17.1. The derivative is √π/2 exp(x²).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import erfinv
    >>> erfinv(torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))
    tensor([0.0000, 0.4769,    inf], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.erfcinv"),
    partials={"y": lambda y, out: (-0.5 * math.sqrt(math.pi)) * torch.exp(out * out)},
    domain={"y": Real(0.01, 1.99, hard=(1.0, 1e-300, 1e-10, 0.5))},
    reference="scipy.special.erfcinv",
)
def erfcinv(y: Tensor) -> Tensor:
    """
    Inverse of the complementary error function.

    Parameters
    ----------
    y : array_like
        Real, between 0 and 2.

    Returns
    -------
    Tensor
        The x with erfc(x) = y; infinite at 0 and 2, nan outside.

    Raises
    ------
    TypeError
        If `y` is complex.

    Notes
    -----
    DLMF 7.17.1. The derivative is -√π/2 exp(x²).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import erfcinv
    >>> erfcinv(torch.tensor([0.0, 0.5, 0.9], dtype=torch.float64))
    tensor([   inf, 0.4769, 0.0889], dtype=torch.float64)
    """
