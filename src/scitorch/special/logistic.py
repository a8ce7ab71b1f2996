"""The logistic function, its logarithm and its inverse."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Real, composite, elementwise
from scitorch.op.kernel import scipy_ufunc

from .regions import nan_where

_LINE = Real(-20.0, 20.0, hard=(0.0, 1e-8, -700.0, -740.0, 37.0, 700.0))


def _mpmath_expit(x: Any) -> Any:
    import mpmath

    return 1 / (1 + mpmath.exp(-x))


def _mpmath_log_expit(x: Any) -> Any:
    import mpmath

    return -mpmath.log1p(mpmath.exp(-x))


def _mpmath_logit(x: Any) -> Any:
    import mpmath

    return mpmath.log(x / (1 - x))


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.expit"), "cuda": torch.special.expit},
    partials={"x": lambda x, out: out * expit(-x)},
    domain={"x": _LINE},
    reference="scipy.special.expit",
    mpmath=_mpmath_expit,
)
def expit(x: Tensor) -> Tensor:
    """
    Logistic function.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        1/(1 + exp(-x)).

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is computed as expit(x) expit(-x), which does not cancel in either tail.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import expit
    >>> expit(torch.tensor([-700.0, 0.0, 2.0], dtype=torch.float64))
    tensor([9.8597e-305,  5.0000e-01,  8.8080e-01], dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.log_expit"), "cuda": torch.nn.functional.logsigmoid},
    partials={"x": lambda x, out: expit(-x)},
    domain={"x": _LINE},
    reference="scipy.special.log_expit",
    mpmath=_mpmath_log_expit,
)
def log_expit(x: Tensor) -> Tensor:
    """
    Logarithm of the logistic function.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        -log(1 + exp(-x)), without overflow or cancellation.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is expit(-x).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import log_expit
    >>> log_expit(torch.tensor([-1000.0, 0.0, 100.0], dtype=torch.float64))
    tensor([-1.0000e+03, -6.9315e-01, -3.7201e-44], dtype=torch.float64)
    """


def _derivative_of_logit(x: Tensor, out: Tensor) -> Tensor:
    positive = x + 0.0  # a negative zero is the lower end too
    return nan_where((x < 0.0) | (x > 1.0), 1.0 / (positive * (1.0 - x)), x)


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.logit"), "cuda": torch.special.logit},
    partials={"x": _derivative_of_logit},
    domain={"x": Real(0.01, 0.99, hard=(0.5, 0.484886, 1e-300, 1e-10, 0.5000001, 0.999999999))},
    reference="scipy.special.logit",
)
def logit(x: Tensor) -> Tensor:
    """
    Logit, the inverse of the logistic function.

    Parameters
    ----------
    x : array_like
        Real, between 0 and 1.

    Returns
    -------
    Tensor
        log(x/(1 - x)), infinite at 0 and 1 and nan outside.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is 1/(x(1 - x)).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import logit
    >>> logit(torch.tensor([0.0, 0.25, 0.5], dtype=torch.float64))
    tensor([   -inf, -1.0986,  0.0000], dtype=torch.float64)
    """


@composite(domain={"x": _LINE}, reference="scipy.special.softplus")
def softplus(x: Tensor) -> Tensor:
    """
    Smooth positive part.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        log(1 + exp(x)), without overflow or cancellation.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    -`log_expit` of -x; the derivative is expit(x).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import softplus
    >>> softplus(torch.tensor([-100.0, 0.0, 1000.0], dtype=torch.float64))
    tensor([3.7201e-44, 6.9315e-01, 1.0000e+03], dtype=torch.float64)
    """
    return -log_expit(-x)
