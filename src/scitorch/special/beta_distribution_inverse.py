"""Inverses of the beta and F distribution functions in their parameters."""

from __future__ import annotations

from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from . import beta_incomplete as beta
from .distribution import fdtr

_PROBABILITY = Real(0.05, 0.95, hard=(0.5,))
_SHAPE = Real(0.5, 10.0, hard=(1.0, 2.0))
_UNIT = Real(0.05, 0.95, hard=(0.5,))


def _ratio(dfn: Tensor, dfd: Tensor, x: Tensor) -> Tensor:
    return dfn * x / (dfd + dfn * x)


def _f_density(dfn: Tensor, dfd: Tensor, x: Tensor) -> Tensor:
    """∂/∂x of the F distribution function I_w(dfn/2, dfd/2), w = dfn x/(dfd + dfn x)."""
    total = dfd + dfn * x
    return beta._density(0.5 * dfn, 0.5 * dfd, _ratio(dfn, dfd, x)) * dfn * dfd / (total * total)


def _f_in_numerator(dfn: Tensor, dfd: Tensor, x: Tensor) -> Tensor:
    """∂/∂dfn of the F distribution function: dfn moves w as x does."""
    return 0.5 * beta._in_a(0.5 * dfn, 0.5 * dfd, _ratio(dfn, dfd, x)) + x / dfn * _f_density(dfn, dfd, x)


def _f_in_denominator(dfn: Tensor, dfd: Tensor, x: Tensor) -> Tensor:
    """∂/∂dfd of the F distribution function."""
    return 0.5 * beta._in_b(0.5 * dfn, 0.5 * dfd, _ratio(dfn, dfd, x)) - x / dfd * _f_density(dfn, dfd, x)


@elementwise(
    kernel=scipy_ufunc("scipy.special.btdtria"),
    partials={
        "p": lambda p, b, x, out: 1.0 / beta._in_a(out, b, x),
        "b": lambda p, b, x, out: -beta._in_b(out, b, x) / beta._in_a(out, b, x),
        "x": lambda p, b, x, out: -beta._density(out, b, x) / beta._in_a(out, b, x),
    },
    domain={"p": _PROBABILITY, "b": _SHAPE, "x": _UNIT},
    reference="scipy.special.btdtria",
    rtol=1e-11,
)
def btdtria(p: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """
    Inverse in the first parameter of the distribution function of the beta distribution.

    Parameters
    ----------
    p : array_like
        Probability.
    b : array_like
        Second parameter, positive.
    x : array_like
        Point between 0 and 1. The shapes broadcast.

    Returns
    -------
    Tensor
        The a with ``betainc(a, b, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import btdtria
    >>> btdtria(*torch.tensor([0.5, 2.0, 0.4], dtype=torch.float64))
    tensor(1.4340, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.btdtrib"),
    partials={
        "a": lambda a, p, x, out: -beta._in_a(a, out, x) / beta._in_b(a, out, x),
        "p": lambda a, p, x, out: 1.0 / beta._in_b(a, out, x),
        "x": lambda a, p, x, out: -beta._density(a, out, x) / beta._in_b(a, out, x),
    },
    domain={"a": _SHAPE, "p": _PROBABILITY, "x": _UNIT},
    reference="scipy.special.btdtrib",
    rtol=1e-11,
)
def btdtrib(a: Tensor, p: Tensor, x: Tensor) -> Tensor:
    """
    Inverse in the second parameter of the distribution function of the beta distribution.

    Parameters
    ----------
    a : array_like
        First parameter, positive.
    p : array_like
        Probability.
    x : array_like
        Point between 0 and 1. The shapes broadcast.

    Returns
    -------
    Tensor
        The b with ``betainc(a, b, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import btdtrib
    >>> btdtrib(*torch.tensor([2.0, 0.5, 0.4], dtype=torch.float64))
    tensor(2.8441, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.fdtri"),
    partials={
        "dfn": lambda dfn, dfd, p, out: -_f_in_numerator(dfn, dfd, out) / _f_density(dfn, dfd, out),
        "dfd": lambda dfn, dfd, p, out: -_f_in_denominator(dfn, dfd, out) / _f_density(dfn, dfd, out),
        "p": lambda dfn, dfd, p, out: 1.0 / _f_density(dfn, dfd, out),
    },
    domain={"dfn": Real(1.0, 20.0, hard=(2.0,)), "dfd": Real(1.0, 20.0, hard=(2.0,)), "p": _PROBABILITY},
    reference="scipy.special.fdtri",
    rtol=1e-11,
)
def fdtri(dfn: Tensor, dfd: Tensor, p: Tensor) -> Tensor:
    """
    Inverse in the point of the distribution function of the F distribution.

    Parameters
    ----------
    dfn, dfd : array_like
        Degrees of freedom of the numerator and of the denominator, positive.
    p : array_like
        Probability. The shapes broadcast.

    Returns
    -------
    Tensor
        The x with ``fdtr(dfn, dfd, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import fdtri
    >>> fdtri(*torch.tensor([2.0, 4.0, 0.5], dtype=torch.float64))
    tensor(0.8284, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.fdtridfd"),
    partials={
        "dfn": lambda dfn, p, x, out: -_f_in_numerator(dfn, out, x) / _f_in_denominator(dfn, out, x),
        "p": lambda dfn, p, x, out: 1.0 / _f_in_denominator(dfn, out, x),
        "x": lambda dfn, p, x, out: -_f_density(dfn, out, x) / _f_in_denominator(dfn, out, x),
    },
    domain={"dfn": Real(1.0, 20.0), "p": Real(0.3, 0.95), "x": Real(1.5, 6.0)},
    where=lambda dfn, p, x: (p > fdtr(dfn, 2.0, x)) & (p < fdtr(dfn, 20.0, x)),
    reference="scipy.special.fdtridfd",
    rtol=1e-9,
)
def fdtridfd(dfn: Tensor, p: Tensor, x: Tensor) -> Tensor:
    """
    Inverse in the degrees of freedom of the denominator of the distribution function of the F distribution.

    Parameters
    ----------
    dfn : array_like
        Degrees of freedom of the numerator, positive.
    p : array_like
        Probability.
    x : array_like
        Point, positive. The shapes broadcast.

    Returns
    -------
    Tensor
        The dfd with ``fdtr(dfn, dfd, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import fdtridfd
    >>> fdtridfd(*torch.tensor([2.0, 0.7, 2.0], dtype=torch.float64))
    tensor(2.5571, dtype=torch.float64)
    """
