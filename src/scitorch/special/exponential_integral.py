"""Exponential integrals."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .regions import nan_where

_PLANE = Complex((-4.0, 4.0), (0.2, 4.0), hard=(1 + 1e-3j, 0.1 + 3j, 2 + 0.5j))


def _mpmath_expi(x: Any) -> Any:
    import mpmath

    return mpmath.ei(x)


def _mpmath_exp1(z: Any) -> Any:
    import mpmath

    return mpmath.e1(z)


def _mpmath_expn(n: Any, x: Any) -> Any:
    import mpmath

    return mpmath.expint(n, x)


@elementwise(
    kernel=scipy_ufunc("scipy.special.expi"),
    loops="r->r z->z",
    partials={"x": lambda x, out: torch.exp(x) / x},
    domain={"x": Real(-20.0, 20.0, hard=(1e-8, -1e-8, 0.5, 41.8106, 300.0))},
    complex_domain={"x": _PLANE},
    reference="scipy.special.expi",
    mpmath=_mpmath_expi,
    rtol=1e-11,
)
def expi(x: Tensor) -> Tensor:
    """
    Exponential integral Ei.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        The principal value of the integral of exp(t)/t from -∞ to `x`.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    DLMF 6.2.5.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import expi
    >>> expi(torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([  -inf, 1.8951], dtype=torch.float64)
    """


def _derivative_of_exp1(z: Tensor, out: Tensor) -> Tensor:
    if z.is_complex():
        return -torch.exp(-z) / z
    return nan_where(z < 0.0, -torch.exp(-z) / z, z)


@elementwise(
    kernel=scipy_ufunc("scipy.special.exp1"),
    loops="r->r z->z",
    partials={"z": _derivative_of_exp1},
    domain={"z": Real(0.01, 30.0, hard=(1e-8, 1.0, 300.0))},
    complex_domain={"z": _PLANE},
    reference="scipy.special.exp1",
    mpmath=_mpmath_exp1,
    rtol=1e-11,
)
def exp1(z: Tensor) -> Tensor:
    """
    Exponential integral E₁.

    Parameters
    ----------
    z : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        The integral of exp(-zt)/t from 1 to ∞; for negative real `z` SciPy's value.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 6.2.1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import exp1
    >>> exp1(torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([   inf, 0.2194], dtype=torch.float64)
    """


def _derivative_of_expn(n: Tensor, x: Tensor, out: Tensor) -> Tensor:
    # DLMF 8.19.13; E₀(x) = exp(-x)/x, and E₋₁ is written out, because SciPy has no negative orders.
    zero = n < 0.5
    lower = expn(torch.where(zero, 1.0, n - 1.0), x)
    x = torch.where(zero, x, 1.0)
    slope = -torch.where(zero, torch.exp(-x) * (1.0 + 1.0 / x) / x, lower)
    return nan_where(n < 0.0, slope, x)


@elementwise(
    kernel=scipy_ufunc("scipy.special.expn"),
    partials={"x": _derivative_of_expn},
    undefined={"n": "the order is a whole number"},
    domain={
        "n": Real(0, 8, integer=True, hard=(0, 1, 60)),
        "x": Real(0.1, 20.0, hard=(1e-6, 1.0, 100.0)),
    },
    reference="scipy.special.expn",
    mpmath=_mpmath_expn,
    rtol=1e-11,
)
def expn(n: Tensor, x: Tensor) -> Tensor:
    """
    Generalised exponential integral of whole order.

    Parameters
    ----------
    n : array_like
        Order, a whole number not below 0.
    x : array_like
        Real, not negative; its shape broadcasts with that of `n`.

    Returns
    -------
    Tensor
        Eₙ(x), the integral of exp(-xt)/tⁿ from 1 to ∞.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 8.19.3; the derivative in `x` is -Eₙ₋₁(x), 8.19.13.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import expn
    >>> expn(2, torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([1.0000, 0.1485], dtype=torch.float64)
    """
