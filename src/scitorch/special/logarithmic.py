"""Products with logarithms that are continued to zero: `xlogy`, `xlog1py`, and the entropies."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .regions import nan_where


def _quotient_kernel(x: Tensor, y: Tensor) -> Tensor:
    zero = (x == 0.0) & ~torch.isnan(y)
    return torch.where(zero, 0.0, x / torch.where(zero, 1.0, y))


@elementwise(
    kernel=_quotient_kernel,
    loops="rr->r zz->z",
    partials={"x": lambda x, y, out: 1.0 / y, "y": lambda x, y, out: -_quotient(out, y)},
    domain={"x": Real(-3.0, 3.0, hard=(0.0,)), "y": Real(0.1, 4.0)},
    complex_domain={"x": Complex((-3.0, 3.0), (-2.0, 2.0)), "y": Complex((0.1, 3.0), (-2.0, 2.0))},
    public=False,
)
def _quotient(x: Tensor, y: Tensor) -> Tensor:
    """x/y, zero where x is zero: the derivative of x log y in y, which is zero for every y where x is."""


def _mpmath_xlogy(x: Any, y: Any) -> Any:
    import mpmath

    return x * mpmath.log(y) if x else mpmath.mpf(0)


def _mpmath_xlog1py(x: Any, y: Any) -> Any:
    import mpmath

    return x * mpmath.log(1 + y) if x else mpmath.mpf(0)


@elementwise(
    kernel=scipy_ufunc("scipy.special.xlogy"),
    loops="rr->r zz->z",
    partials={"x": lambda x, y, out: torch.log(y), "y": lambda x, y, out: _real_logarithm(_quotient(x, y), y, 0.0)},
    domain={"x": Real(-3.0, 3.0, hard=(0.0, 1e-8)), "y": Real(0.01, 5.0, hard=(1.0, 1e-8, 1e8))},
    complex_domain={"x": Complex((-3.0, 3.0), (-2.0, 2.0)), "y": Complex((0.1, 3.0), (-2.0, 2.0))},
    linear=("x",),
    reference="scipy.special.xlogy",
    mpmath=_mpmath_xlogy,
)
def xlogy(x: Tensor, y: Tensor) -> Tensor:
    """
    Product x log y, zero where `x` is zero.

    Parameters
    ----------
    x : array_like
        Real or complex factor.
    y : array_like
        Real or complex argument of the logarithm; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        x log y, of the broadcast shape; zero where x = 0 and y is not nan, even at y = 0.

    Raises
    ------
    TypeError
        If an argument is no array of numbers.

    Notes
    -----
    The derivative in `y` at x = 0 is zero, also at y = 0, because the function vanishes for every `y` there.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import xlogy
    >>> x = torch.tensor([0.0, 2.0], dtype=torch.float64)
    >>> xlogy(x, torch.tensor([0.0, 3.0], dtype=torch.float64))
    tensor([0.0000, 2.1972], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.xlog1py"),
    loops="rr->r zz->z",
    partials={
        "x": lambda x, y, out: torch.log1p(y),
        "y": lambda x, y, out: _real_logarithm(_quotient(x, 1.0 + y), y, -1.0),
    },
    domain={"x": Real(-3.0, 3.0, hard=(0.0, 1e-8)), "y": Real(-0.9, 5.0, hard=(0.0, 1e-8, 1e8))},
    complex_domain={"x": Complex((-3.0, 3.0), (-2.0, 2.0)), "y": Complex((-0.9, 3.0), (-2.0, 2.0))},
    linear=("x",),
    reference="scipy.special.xlog1py",
    mpmath=_mpmath_xlog1py,
)
def xlog1py(x: Tensor, y: Tensor) -> Tensor:
    """
    Product x log(1 + y), zero where `x` is zero.

    Parameters
    ----------
    x : array_like
        Real or complex factor.
    y : array_like
        Real or complex; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        x log(1 + y), of the broadcast shape; zero where x = 0 and y is not nan, even at y = -1.

    Raises
    ------
    TypeError
        If an argument is no array of numbers.

    Notes
    -----
    The derivative in `y` at x = 0 is zero, because the function vanishes for every `y` there.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import xlog1py
    >>> xlog1py(torch.tensor([0.0, 2.0], dtype=torch.float64), torch.tensor([-1.0, 1e-20], dtype=torch.float64))
    tensor([0.0000e+00, 2.0000e-20], dtype=torch.float64)
    """


def _inside(value: Tensor, *arguments: Tensor) -> Tensor:
    """The derivative of an entropy where it is finite; it is nan where an argument is negative."""
    for argument in arguments:
        value = nan_where(argument < 0.0, value, argument)
    return value


def _real_logarithm(value: Tensor, y: Tensor, end: float) -> Tensor:
    """The derivative of a product with a logarithm; it is nan where that of a real number is not defined."""
    return value if y.is_complex() else nan_where(y < end, value, y)


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.entr"), "cuda": torch.special.entr},
    partials={"x": lambda x, out: _inside(-1.0 - torch.log(x), x)},
    domain={"x": Real(0.01, 5.0, hard=(1.0, 0.36787944117144233, 1e-8, 1e8))},
    reference="scipy.special.entr",
)
def entr(x: Tensor) -> Tensor:
    """
    Elementwise entropy -x log x.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        -x log x for positive `x`, 0 at 0 and -inf for negative `x`.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Its derivative -1 - log x is infinite at 0.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import entr
    >>> entr(torch.tensor([0.0, 0.5, -1.0], dtype=torch.float64))
    tensor([0.0000, 0.3466,   -inf], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.rel_entr"),
    partials={
        "x": lambda x, y, out: _inside(1.0 + torch.log(x / y), x, y),
        "y": lambda x, y, out: _inside(-_quotient(x, y), x, y),
    },
    domain={"x": Real(0.01, 5.0, hard=(0.0, 1.0, 1e-8)), "y": Real(0.01, 5.0, hard=(1.0, 1e-8))},
    reference="scipy.special.rel_entr",
)
def rel_entr(x: Tensor, y: Tensor) -> Tensor:
    """
    Elementwise relative entropy x log(x/y).

    Parameters
    ----------
    x : array_like
        Real, not negative.
    y : array_like
        Real, not negative; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        x log(x/y) for positive arguments, 0 for x = 0 and y >= 0, otherwise inf.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The sum over a distribution is the Kullback–Leibler divergence.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import rel_entr
    >>> rel_entr(torch.tensor([0.0, 2.0], dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64))
    tensor([0.0000, 1.3863], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.kl_div"),
    partials={
        "x": lambda x, y, out: _inside(torch.log(x / y), x, y),
        "y": lambda x, y, out: _inside(1.0 - _quotient(x, y), x, y),
    },
    domain={"x": Real(0.01, 5.0, hard=(0.0, 1.0, 1e-8)), "y": Real(0.01, 5.0, hard=(1.0, 1e-8))},
    reference="scipy.special.kl_div",
    rtol=1e-10,
)
def kl_div(x: Tensor, y: Tensor) -> Tensor:
    """
    Elementwise Kullback–Leibler divergence x log(x/y) - x + y.

    Parameters
    ----------
    x : array_like
        Real, not negative.
    y : array_like
        Real, not negative; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        x log(x/y) - x + y for positive arguments, y for x = 0 and y >= 0, otherwise inf. Never negative.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    S. Boyd and L. Vandenberghe, Convex Optimization (2004), section 3.2.6.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import kl_div
    >>> kl_div(torch.tensor([0.0, 2.0], dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64))
    tensor([1.0000, 0.3863], dtype=torch.float64)
    """
