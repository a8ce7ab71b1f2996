"""Elementary functions that keep digits where their plain formulas lose them."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .regions import nan_where


def _mpmath(name: str) -> Any:
    def reference(x: Any) -> Any:
        import mpmath

        return getattr(mpmath, name)(x)

    return reference


def _derivative_of_log1p(x: Tensor, out: Tensor) -> Tensor:
    slope = 1.0 / (1.0 + x)
    return slope if x.is_complex() else nan_where(x < -1.0, slope, x)


def _mpmath_cosm1(x: Any) -> Any:
    import mpmath

    return -2 * mpmath.sin(x / 2) ** 2


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.expm1"), "cuda real": torch.expm1},
    loops="r->r z->z",
    partials={"x": lambda x, out: torch.exp(x)},
    domain={"x": Real(-20.0, 20.0, hard=(1e-20, 1e-8, 700.0))},
    complex_domain={"x": Complex((-3.0, 3.0), (-3.0, 3.0), hard=(1e-8 + 1e-8j,))},
    reference="scipy.special.expm1",
    mpmath=_mpmath("expm1"),
)
def expm1(x: Tensor) -> Tensor:
    """
    Exponential less 1.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        exp(x) - 1, accurate for small `x`.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    The derivative is exp(x).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import expm1
    >>> expm1(torch.tensor([1e-20, 1.0], dtype=torch.float64))
    tensor([1.0000e-20, 1.7183e+00], dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.log1p"), "cuda real": torch.log1p},
    loops="r->r z->z",
    partials={"x": _derivative_of_log1p},
    domain={"x": Real(-0.99, 20.0, hard=(1e-20, 1e-8, 1e300))},
    complex_domain={"x": Complex((-3.0, 3.0), (0.1, 3.0), hard=(1e-8 + 1e-8j,))},
    reference="scipy.special.log1p",
    mpmath=_mpmath("log1p"),
)
def log1p(x: Tensor) -> Tensor:
    """
    Logarithm of 1 + x.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        log(1 + x), accurate for small `x`.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    The derivative is 1/(1 + x).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import log1p
    >>> log1p(torch.tensor([1e-20, 1.0], dtype=torch.float64))
    tensor([1.0000e-20, 6.9315e-01], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.cosm1"),
    partials={"x": lambda x, out: -torch.sin(x)},
    domain={"x": Real(-20.0, 20.0, hard=(1e-8, 1e-20, 3.0))},
    reference="scipy.special.cosm1",
    mpmath=_mpmath_cosm1,
)
def cosm1(x: Tensor) -> Tensor:
    """
    Cosine less 1.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        cos(x) - 1, accurate for small `x`.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is -sin(x).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import cosm1
    >>> cosm1(torch.tensor([1e-10, 1.0], dtype=torch.float64))
    tensor([-5.0000e-21, -4.5970e-01], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.cbrt"),
    partials={"x": lambda x, out: 1.0 / (3.0 * out * out)},
    domain={"x": Real(0.01, 20.0, hard=(1e-300, 1e300, 27.0, -8.0))},
    reference="scipy.special.cbrt",
)
def cbrt(x: Tensor) -> Tensor:
    """
    Real cube root.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        The real number whose cube is `x`.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is infinite at 0.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import cbrt
    >>> cbrt(torch.tensor([-8.0, 27.0], dtype=torch.float64))
    tensor([-2.,  3.], dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.exp2"), "cuda": torch.exp2},
    partials={"x": lambda x, out: math.log(2.0) * out},
    domain={"x": Real(-20.0, 20.0, hard=(0.0, 1000.0, -1000.0))},
    reference="scipy.special.exp2",
)
def exp2(x: Tensor) -> Tensor:
    """
    Power of 2.

    Parameters
    ----------
    x : array_like
        Real exponent.

    Returns
    -------
    Tensor
        2 to the power `x`.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is 2^x log 2.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import exp2
    >>> exp2(torch.tensor([3.0, 0.5], dtype=torch.float64))
    tensor([8.0000, 1.4142], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.exp10"),
    partials={"x": lambda x, out: math.log(10.0) * out},
    domain={"x": Real(-20.0, 20.0, hard=(0.0, 300.0, -300.0))},
    reference="scipy.special.exp10",
)
def exp10(x: Tensor) -> Tensor:
    """
    Power of 10.

    Parameters
    ----------
    x : array_like
        Real exponent.

    Returns
    -------
    Tensor
        10 to the power `x`.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is 10^x log 10.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import exp10
    >>> exp10(torch.tensor([3.0, 0.5], dtype=torch.float64))
    tensor([1000.0000,    3.1623], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.powm1"),
    partials={
        "x": lambda x, y, out: y * torch.pow(x, y - 1.0),
        "y": lambda x, y, out: torch.pow(x, y) * torch.log(x),
    },
    domain={"x": Real(0.1, 5.0, hard=(1.0, 1.0 + 1e-12)), "y": Real(-3.0, 3.0, hard=(1e-12, 2.0))},
    reference="scipy.special.powm1",
)
def powm1(x: Tensor, y: Tensor) -> Tensor:
    """
    Power less 1.

    Parameters
    ----------
    x : array_like
        Base.
    y : array_like
        Exponent; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        x^y - 1, accurate where it is small.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the power.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import powm1
    >>> powm1(torch.tensor(2.0, dtype=torch.float64), torch.tensor([1e-20, 2.0], dtype=torch.float64))
    tensor([6.9315e-21, 3.0000e+00], dtype=torch.float64)
    """
