"""The Box–Cox transformation and its inverse."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .exprel import exprel_slope
from .regions import nan_where
from .spence import logarithm_quotient_slope


def _power_slope(logarithm: Tensor, lmbda: Tensor) -> Tensor:
    """The derivative in λ of (exp(λL) - 1)/λ: L² times the derivative of (exp t - 1)/t at t = λL."""
    return logarithm * logarithm * exprel_slope(lmbda * logarithm)


@elementwise(
    kernel=scipy_ufunc("scipy.special.boxcox"),
    partials={
        "x": lambda x, lmbda, out: nan_where(x < 0.0, torch.pow(x, lmbda - 1.0), x, lmbda),
        "lmbda": lambda x, lmbda, out: _power_slope(torch.log(x), lmbda),
    },
    domain={"x": Real(0.1, 5.0, hard=(1.0, 1e-8, 1e8)), "lmbda": Real(-2.0, 2.0, hard=(0.0, 1e-10, 1.0))},
    reference="scipy.special.boxcox",
)
def boxcox(x: Tensor, lmbda: Tensor) -> Tensor:
    """
    Box–Cox transformation.

    Parameters
    ----------
    x : array_like
        Real, positive.
    lmbda : array_like
        Power; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        (x^lmbda - 1)/lmbda, log x at lmbda = 0.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    G. E. P. Box and D. R. Cox, "An analysis of transformations", J. R. Stat. Soc. B 26 (1964). Smooth in `lmbda` at 0
    too, where the derivative is log²x/2.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import boxcox
    >>> boxcox(torch.tensor(2.0, dtype=torch.float64), torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
    tensor([0.6931, 1.0000, 1.5000], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.boxcox1p"),
    partials={
        "x": lambda x, lmbda, out: torch.exp((lmbda - 1.0) * torch.log1p(x)),
        "lmbda": lambda x, lmbda, out: _power_slope(torch.log1p(x), lmbda),
    },
    domain={"x": Real(-0.9, 5.0, hard=(0.0, 1e-8, 1e8)), "lmbda": Real(-2.0, 2.0, hard=(0.0, 1e-10, 1.0))},
    reference="scipy.special.boxcox1p",
)
def boxcox1p(x: Tensor, lmbda: Tensor) -> Tensor:
    """
    Box–Cox transformation of 1 + x.

    Parameters
    ----------
    x : array_like
        Real, above -1.
    lmbda : array_like
        Power; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        ((1 + x)^lmbda - 1)/lmbda, log(1 + x) at lmbda = 0.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `boxcox`; accurate for small `x`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import boxcox1p
    >>> boxcox1p(torch.tensor(1e-10, dtype=torch.float64), torch.tensor([0.0, 2.0], dtype=torch.float64))
    tensor([1.0000e-10, 1.0000e-10], dtype=torch.float64)
    """


def _inverse_slopes(y: Tensor, lmbda: Tensor) -> tuple[Tensor, Tensor]:
    """Derivatives in y and in λ of L = log(1 + λy)/λ."""
    # L = y f(λy) with f(t) = log(1 + t)/t, so dL/dy = 1/(1 + λy) and dL/dλ = y² f'(λy).
    return 1.0 / (1.0 + lmbda * y), y * y * logarithm_quotient_slope(1.0 + lmbda * y)


@elementwise(
    kernel=scipy_ufunc("scipy.special.inv_boxcox"),
    partials={
        "y": lambda y, lmbda, out: out * _inverse_slopes(y, lmbda)[0],
        "lmbda": lambda y, lmbda, out: out * _inverse_slopes(y, lmbda)[1],
    },
    domain={"y": Real(-0.4, 2.0, hard=(1e-8, 1.0)), "lmbda": Real(-0.4, 2.0, hard=(0.0, 1e-10, 1.0))},
    reference="scipy.special.inv_boxcox",
)
def inv_boxcox(y: Tensor, lmbda: Tensor) -> Tensor:
    """
    Inverse of the Box–Cox transformation.

    Parameters
    ----------
    y : array_like
        Transformed value, with 1 + lmbda y positive.
    lmbda : array_like
        Power; its shape broadcasts with that of `y`.

    Returns
    -------
    Tensor
        (1 + lmbda y)^(1/lmbda), exp y at lmbda = 0.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `boxcox`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import inv_boxcox
    >>> inv_boxcox(torch.tensor(1.5, dtype=torch.float64), torch.tensor([0.0, 2.0], dtype=torch.float64))
    tensor([4.4817, 2.0000], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.inv_boxcox1p"),
    partials={
        "y": lambda y, lmbda, out: (1.0 + out) * _inverse_slopes(y, lmbda)[0],
        "lmbda": lambda y, lmbda, out: (1.0 + out) * _inverse_slopes(y, lmbda)[1],
    },
    domain={"y": Real(-0.4, 2.0, hard=(1e-8, 1.0)), "lmbda": Real(-0.4, 2.0, hard=(0.0, 1e-10, 1.0))},
    reference="scipy.special.inv_boxcox1p",
)
def inv_boxcox1p(y: Tensor, lmbda: Tensor) -> Tensor:
    """
    Inverse of the Box–Cox transformation of 1 + x.

    Parameters
    ----------
    y : array_like
        Transformed value, with 1 + lmbda y positive.
    lmbda : array_like
        Power; its shape broadcasts with that of `y`.

    Returns
    -------
    Tensor
        (1 + lmbda y)^(1/lmbda) - 1, exp(y) - 1 at lmbda = 0.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `boxcox`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import inv_boxcox1p
    >>> inv_boxcox1p(torch.tensor(1.5, dtype=torch.float64), torch.tensor([0.0, 2.0], dtype=torch.float64))
    tensor([3.4817, 1.0000], dtype=torch.float64)
    """
