"""The regularised incomplete beta functions and their inverses."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .beta import digamma_difference
from .beta_incomplete_kernel import beta_power, incomplete_beta
from .polygamma import polygamma
from .regions import nan_where


def _derivative_kernel(a: Tensor, b: Tensor, x: Tensor, *, order_a: int, order_b: int) -> Tensor:
    return incomplete_beta.derivative(order_a, order_b, 0)(a, b, x)  # type: ignore[return-value]


def _power_kernel(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    inside = (x > 0.0) & (x < 1.0)
    value = beta_power(a, b, torch.where(inside, x, 0.5))
    return torch.where(inside, value, torch.where(torch.isnan(x), math.nan, 0.0))  # type: ignore[arg-type]


def _slopes(a: Tensor, b: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Derivatives in a and in b of log(xᵃ (1 - x)ᵇ Γ(a + b)/(Γ(a + 1) Γ(b)))."""
    return torch.log(x) + digamma_difference(a + 1.0, b - 1.0), torch.log1p(-x) + digamma_difference(b, a)


@elementwise(
    kernel=_power_kernel,
    partials={
        "a": lambda a, b, x, out: out * _slopes(a, b, x)[0],
        "b": lambda a, b, x, out: out * _slopes(a, b, x)[1],
        "x": lambda a, b, x, out: out * (a / x - b / (1.0 - x)),
    },
    domain={"a": Real(0.3, 20.0), "b": Real(0.3, 20.0), "x": Real(0.05, 0.95)},
    public=False,
)
def _beta_power(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """xᵃ (1 - x)ᵇ Γ(a + b)/(Γ(a + 1) Γ(b)) inside the unit interval."""


def _inside(x: Tensor) -> Tensor:
    """`x` with the points outside the open unit interval replaced, for the branch that they do not take."""
    return torch.where((x > 0.0) & (x < 1.0), x, 0.5)


def _density(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """∂I_x(a, b)/∂x, DLMF 8.17.2: the density of the beta distribution."""
    inner = _inside(x)
    inside = _beta_power(a, b, inner) * a / (inner * (1.0 - inner))
    # At the ends, the leading power times the constant 1/B(a, b) = b at a = 1, a at b = 1.
    at_zero = torch.pow(torch.where(x == 0.0, x, 0.5), a - 1.0) * torch.where(a == 1.0, b, 1.0)
    at_one = torch.pow(torch.where(x == 1.0, 1.0 - x, 0.5), b - 1.0) * torch.where(b == 1.0, a, 1.0)
    edge = torch.where(x == 0.0, at_zero, at_one)
    density = torch.where((x > 0.0) & (x < 1.0), inside, edge)
    return nan_where((a < 0.0) | (b < 0.0) | (x < 0.0) | (x > 1.0), density, a, b, x)


def _density_in_parameters(a: Tensor, b: Tensor, x: Tensor, order_a: int, order_b: int) -> Tensor:
    """The derivative of these orders in a and b of `_density`, for one of them above 0."""
    inner = _inside(x)
    # density = a exp(L)/(x (1 - x)). The derivatives of L, then those of exp(L) by Y(i, j + 1) = Σ C(i, k) C(j, l)
    # ∂ₐᵏ∂ᵦˡ⁺¹L Y(i - k, j - l) (the same in a), then Leibniz' rule for the factor a.
    slope_a, slope_b = _slopes(a, b, inner)
    slopes = {(1, 0): slope_a, (0, 1): slope_b}

    def slope(i: int, j: int) -> Tensor:
        if (i, j) not in slopes:
            total = polygamma(i + j - 1, a + b)
            if j == 0:
                total = total - polygamma(i - 1, a + 1.0)
            if i == 0:
                total = total - polygamma(j - 1, b)
            slopes[i, j] = total
        return slopes[i, j]

    bell = {(0, 0): torch.ones_like(slope_a)}
    for i in range(order_a + 1):
        for j in range(order_b + 1):
            if (i, j) == (0, 0):
                continue
            step_a = i > 0
            lower = (i - 1, j) if step_a else (i, j - 1)
            terms = [
                math.comb(lower[0], k)
                * math.comb(lower[1], m)
                * slope(k + step_a, m + (not step_a))
                * bell[lower[0] - k, lower[1] - m]
                for k in range(lower[0] + 1)
                for m in range(lower[1] + 1)
            ]
            bell[i, j] = sum(terms[1:], terms[0])
    leibniz = a * bell[order_a, order_b]
    if order_a:
        leibniz = leibniz + order_a * bell[order_a - 1, order_b]
    inside = _beta_power(a, b, inner) * leibniz / (inner * (1.0 - inner))
    flat = ((x == 0.0) & (a > 1.0)) | ((x == 1.0) & (b > 1.0))
    return torch.where((x > 0.0) & (x < 1.0), inside, torch.where(flat, 0.0, math.nan))


@elementwise(
    kernel=_derivative_kernel,
    partials={
        "a": lambda a, b, x, out, *, order_a, order_b: _betainc_in_parameters(
            a, b, x, order_a=order_a + 1, order_b=order_b
        ),
        "b": lambda a, b, x, out, *, order_a, order_b: _betainc_in_parameters(
            a, b, x, order_a=order_a, order_b=order_b + 1
        ),
        "x": lambda a, b, x, out, *, order_a, order_b: _density_in_parameters(a, b, x, order_a, order_b),
    },
    domain={"a": Real(0.3, 20.0), "b": Real(0.3, 20.0), "x": Real(0.05, 0.95)},
    public=False,
)
def _betainc_in_parameters(a: Tensor, b: Tensor, x: Tensor, *, order_a: int = 1, order_b: int = 0) -> Tensor:
    """The derivative of these orders in a and b of I_x(a, b)."""


def _in_a(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    return _betainc_in_parameters(a, b, x, order_a=1, order_b=0)


def _in_b(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    return _betainc_in_parameters(a, b, x, order_a=0, order_b=1)


def _mpmath_betainc(a: Any, b: Any, x: Any) -> Any:
    import mpmath

    return mpmath.betainc(a, b, 0, x, regularized=True)


def _mpmath_betaincc(a: Any, b: Any, x: Any) -> Any:
    import mpmath

    return mpmath.betainc(b, a, 0, 1 - x, regularized=True)


_PARAMETER = Real(0.2, 20.0, hard=(0.5, 1.0, 2.0, 100.0))
_UNIT = Real(0.02, 0.98, hard=(0.5, 1e-6, 0.999))


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.betainc"), "cuda": incomplete_beta},
    partials={
        "a": lambda a, b, x, out: _in_a(a, b, x),
        "b": lambda a, b, x, out: _in_b(a, b, x),
        "x": lambda a, b, x, out: _density(a, b, x),
    },
    domain={"a": _PARAMETER, "b": _PARAMETER, "x": _UNIT},
    reference="scipy.special.betainc",
    mpmath=_mpmath_betainc,
    rtol=1e-11,
)
def betainc(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """
    Regularised incomplete beta function.

    Parameters
    ----------
    a, b : array_like
        Parameters, positive.
    x : array_like
        Upper limit of the integral, between 0 and 1. The shapes broadcast.

    Returns
    -------
    Tensor
        I_x(a, b), the distribution function of the beta distribution; nan outside the domain.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 8.17.2. The derivative in `x` is the beta density; those in `a` and `b` are the continued fraction, DLMF
    8.17.22, differentiated step by step.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import betainc
    >>> a, b, x = torch.tensor([[2.0], [3.0], [0.4]], dtype=torch.float64)
    >>> betainc(a, b, x)
    tensor([0.5248], dtype=torch.float64)
    >>> torch.func.grad(lambda a: betainc(a, b, x).sum())(a)
    tensor([-0.2409], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.betaincc"),
    partials={
        "a": lambda a, b, x, out: -_in_a(a, b, x),
        "b": lambda a, b, x, out: -_in_b(a, b, x),
        "x": lambda a, b, x, out: -_density(a, b, x),
    },
    domain={"a": _PARAMETER, "b": _PARAMETER, "x": _UNIT},
    reference="scipy.special.betaincc",
    mpmath=_mpmath_betaincc,
    rtol=1e-11,
)
def betaincc(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """
    Complement of the regularised incomplete beta function.

    Parameters
    ----------
    a, b : array_like
        Parameters, positive.
    x : array_like
        Lower limit of the integral, between 0 and 1. The shapes broadcast.

    Returns
    -------
    Tensor
        1 - I_x(a, b), accurate where it is small; nan outside the domain.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 8.17.4; see `betainc` for the derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import betaincc
    >>> a, b, x = torch.tensor([[2.0], [3.0], [0.4]], dtype=torch.float64)
    >>> betaincc(a, b, x)
    tensor([0.4752], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.betaincinv"),
    partials={
        "a": lambda a, b, y, out: -_in_a(a, b, out) / _density(a, b, out),
        "b": lambda a, b, y, out: -_in_b(a, b, out) / _density(a, b, out),
        "y": lambda a, b, y, out: 1.0 / _density(a, b, out),
    },
    domain={"a": Real(0.5, 20.0), "b": Real(0.5, 20.0), "y": Real(0.05, 0.95, hard=(0.5, 1e-6))},
    reference="scipy.special.betaincinv",
    rtol=1e-11,
)
def betaincinv(a: Tensor, b: Tensor, y: Tensor) -> Tensor:
    """
    Inverse in the last argument of the regularised incomplete beta function.

    Parameters
    ----------
    a, b : array_like
        Parameters, positive.
    y : array_like
        Probability, between 0 and 1. The shapes broadcast.

    Returns
    -------
    Tensor
        The x with I_x(a, b) = y; nan outside the domain.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation I_x(a, b) = y.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import betainc, betaincinv
    >>> a, b, x = torch.tensor([[2.0], [3.0], [0.4]], dtype=torch.float64)
    >>> betaincinv(a, b, betainc(a, b, x))
    tensor([0.4000], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.betainccinv"),
    partials={
        "a": lambda a, b, y, out: -_in_a(a, b, out) / _density(a, b, out),
        "b": lambda a, b, y, out: -_in_b(a, b, out) / _density(a, b, out),
        "y": lambda a, b, y, out: -1.0 / _density(a, b, out),
    },
    domain={"a": Real(0.5, 20.0), "b": Real(0.5, 20.0), "y": Real(0.05, 0.95, hard=(0.5, 1e-6))},
    reference="scipy.special.betainccinv",
    rtol=1e-11,
)
def betainccinv(a: Tensor, b: Tensor, y: Tensor) -> Tensor:
    """
    Inverse in the last argument of the complement of the regularised incomplete beta function.

    Parameters
    ----------
    a, b : array_like
        Parameters, positive.
    y : array_like
        Probability, between 0 and 1. The shapes broadcast.

    Returns
    -------
    Tensor
        The x with 1 - I_x(a, b) = y; nan outside the domain.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation 1 - I_x(a, b) = y.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import betaincc, betainccinv
    >>> a, b, x = torch.tensor([[2.0], [3.0], [0.4]], dtype=torch.float64)
    >>> betainccinv(a, b, betaincc(a, b, x))
    tensor([0.4000], dtype=torch.float64)
    """
