"""The regularised incomplete gamma functions and their inverses."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .gamma_incomplete_kernel import lower_incomplete, power_over_factorial
from .polygamma import digamma, polygamma
from .regions import nan_where


def _derivative_kernel(a: Tensor, x: Tensor, *, order: int) -> Tensor:
    return lower_incomplete.derivative(order, 0)(a, x)  # type: ignore[return-value]


def _at_zero(x: Tensor, at_zero: Tensor, elsewhere: Tensor) -> Tensor:
    return torch.where(x == 0.0, at_zero, elsewhere)


def _nonzero(x: Tensor) -> Tensor:
    """`x` with its zeros replaced, for the branch that a zero does not take."""
    return torch.where(x == 0.0, 1.0, x)


@elementwise(
    kernel=power_over_factorial,
    partials={
        "a": lambda a, x, out: torch.xlogy(out, x) - out * digamma(a + 1.0),
        # Both forms are exact; the second does not cancel, the first has no division by x.
        "x": lambda a, x, out: _at_zero(x, _power_over_factorial(a - 1.0, x) - out, out * ((a - x) / _nonzero(x))),
    },
    domain={"a": Real(0.1, 30.0, hard=(0.5, 1.0, 17.0, 300.0)), "x": Real(0.01, 40.0, hard=(0.1, 300.0))},
    public=False,
)
def _power_over_factorial(a: Tensor, x: Tensor) -> Tensor:
    """xᵃ exp(-x)/Γ(a + 1)."""


def _density(a: Tensor, x: Tensor) -> Tensor:
    """∂P(a, x)/∂x, DLMF 8.8.13: the density of the gamma distribution."""
    x = x.clamp(max=torch.finfo(x.dtype).max)  # it vanishes at infinity, where its factors are not defined
    density = _at_zero(
        x,
        _power_over_factorial(torch.where(x == 0.0, a - 1.0, 1.0), torch.where(x == 0.0, x, 0.0)),
        _power_over_factorial(a, _nonzero(x)) * a / _nonzero(x),
    )
    return nan_where((a < 0.0) | (x < 0.0), density, a, x)


def _density_in_a(a: Tensor, x: Tensor, order: int) -> Tensor:
    """The derivative of this order in a of `_density`."""
    # density = a g/x with g = exp(L), L = a log x - x - log Γ(a + 1). Derivatives of an exponential by the recurrence
    # of the complete Bell polynomials, Y_{n+1} = Σ C(n, k) L^{(k+1)} Y_{n-k}; then Leibniz' rule for the factor a.
    positive = _nonzero(x)
    slopes = [torch.log(positive) - digamma(a + 1.0)]
    slopes += [-polygamma(k, a + 1.0) for k in range(1, order)]
    bell = [torch.ones_like(slopes[0])]
    for n in range(order):
        bell.append(sum(math.comb(n, k) * slopes[k] * bell[n - k] for k in range(n + 1)))  # type: ignore[arg-type]
    elsewhere = _power_over_factorial(a, positive) * (a * bell[order] + order * bell[order - 1]) / positive
    return _at_zero(x, torch.where(a > 1.0, 0.0, (-1.0) ** order * math.inf), elsewhere)


@elementwise(
    kernel=_derivative_kernel,
    partials={
        "a": lambda a, x, out, *, order: _gammainc_in_a(a, x, order=order + 1),
        "x": lambda a, x, out, *, order: _density_in_a(a, x, order),
    },
    domain={"a": Real(0.1, 30.0, hard=(0.5, 1.0, 17.0, 300.0)), "x": Real(0.01, 40.0, hard=(0.1, 300.0))},
    public=False,
)
def _gammainc_in_a(a: Tensor, x: Tensor, *, order: int = 1) -> Tensor:
    """The derivative of this order of P(a, x) in a."""


def _mpmath_lower(a: Any, x: Any) -> Any:
    import mpmath

    return mpmath.gammainc(a, 0, x, regularized=True)


def _mpmath_upper(a: Any, x: Any) -> Any:
    import mpmath

    return mpmath.gammainc(a, x, regularized=True)


_SHAPE = Real(0.05, 40.0, hard=(0.5, 1.0, 2.0, 20.0, 30.424, 200.0))
_POINT = Real(0.01, 60.0, hard=(1e-6, 0.5, 1.0, 30.424, 200.0), log=True)
_PROBABILITY = Real(0.01, 0.99, hard=(1e-10, 0.5, 0.999999))


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.gammainc"), "cuda": lower_incomplete},
    partials={
        "a": lambda a, x, out: _gammainc_in_a(a, x),
        "x": lambda a, x, out: _density(a, x),
    },
    domain={"a": _SHAPE, "x": _POINT},
    reference="scipy.special.gammainc",
    mpmath=_mpmath_lower,
)
def gammainc(a: Tensor, x: Tensor) -> Tensor:
    """
    Regularised lower incomplete gamma function.

    Parameters
    ----------
    a : array_like
        Shape, not negative.
    x : array_like
        Upper limit of the integral, not negative; its shape broadcasts with that of `a`.

    Returns
    -------
    Tensor
        P(a, x), the distribution function of the gamma distribution; nan outside the domain.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 8.2.4. The derivative in `x` is the gamma density. The derivatives in `a` are those of the power series
    (DLMF 8.7.1), the continued fraction (8.9.2) and, near x = a > 10⁴, Temme's uniform expansion (8.12.4), each
    differentiated term by term; the relative error of the first is below 10⁻¹¹ where it is not itself near a zero.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gammainc
    >>> a, x = torch.tensor([0.5, 3.0], dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64)
    >>> gammainc(a, x)
    tensor([0.9545, 0.3233], dtype=torch.float64)
    >>> torch.func.grad(lambda a: gammainc(a, x).sum())(a)
    tensor([-0.1356, -0.2318], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.gammaincc"),
    partials={
        "a": lambda a, x, out: -_gammainc_in_a(a, x),
        "x": lambda a, x, out: -_density(a, x),
    },
    domain={"a": Real(0.05, 40.0, hard=(0.5, 1.0, 2.0, 20.0)), "x": Real(1.0, 60.0, hard=(1.0, 30.424, 100.0))},
    reference="scipy.special.gammaincc",
    mpmath=_mpmath_upper,
)
def gammaincc(a: Tensor, x: Tensor) -> Tensor:
    """
    Regularised upper incomplete gamma function.

    Parameters
    ----------
    a : array_like
        Shape, not negative.
    x : array_like
        Lower limit of the integral, not negative; its shape broadcasts with that of `a`.

    Returns
    -------
    Tensor
        Q(a, x) = 1 - P(a, x), accurate where it is small; nan outside the domain.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 8.2.4; see `gammainc` for the derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gammaincc
    >>> gammaincc(torch.tensor(3.0, dtype=torch.float64), torch.tensor([2.0, 50.0], dtype=torch.float64))
    tensor([6.7668e-01, 2.5093e-19], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.gammaincinv"),
    partials={
        "a": lambda a, y, out: -_gammainc_in_a(a, out) / _density(a, out),
        "y": lambda a, y, out: 1.0 / _density(a, out),
    },
    domain={"a": Real(0.3, 40.0, hard=(0.5, 1.0, 2.0, 20.0, 200.0)), "y": _PROBABILITY},
    reference="scipy.special.gammaincinv",
    rtol=1e-11,
)
def gammaincinv(a: Tensor, y: Tensor) -> Tensor:
    """
    Inverse in the second argument of the regularised lower incomplete gamma function.

    Parameters
    ----------
    a : array_like
        Shape, positive.
    y : array_like
        Probability between 0 and 1; its shape broadcasts with that of `a`.

    Returns
    -------
    Tensor
        The x with P(a, x) = y; nan outside the domain.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation P(a, x) = y.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gammainc, gammaincinv
    >>> a = torch.tensor([0.5, 3.0], dtype=torch.float64)
    >>> gammaincinv(a, gammainc(a, torch.tensor(2.0, dtype=torch.float64)))
    tensor([2.0000, 2.0000], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.gammainccinv"),
    partials={
        "a": lambda a, y, out: -_gammainc_in_a(a, out) / _density(a, out),
        "y": lambda a, y, out: -1.0 / _density(a, out),
    },
    domain={"a": Real(0.3, 40.0, hard=(0.5, 1.0, 2.0, 20.0, 200.0)), "y": _PROBABILITY},
    reference="scipy.special.gammainccinv",
    rtol=1e-11,
)
def gammainccinv(a: Tensor, y: Tensor) -> Tensor:
    """
    Inverse in the second argument of the regularised upper incomplete gamma function.

    Parameters
    ----------
    a : array_like
        Shape, positive.
    y : array_like
        Probability between 0 and 1; its shape broadcasts with that of `a`.

    Returns
    -------
    Tensor
        The x with Q(a, x) = y; nan outside the domain.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation Q(a, x) = y.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gammaincc, gammainccinv
    >>> a = torch.tensor([0.5, 3.0], dtype=torch.float64)
    >>> gammainccinv(a, gammaincc(a, torch.tensor(2.0, dtype=torch.float64)))
    tensor([2.0000, 2.0000], dtype=torch.float64)
    """
