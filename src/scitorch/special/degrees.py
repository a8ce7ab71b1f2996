"""Trigonometric functions of angles in degrees."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

_DEGREE = math.pi / 180.0


@elementwise(
    kernel=scipy_ufunc("scipy.special.sindg"),
    partials={
        "x": lambda x, out: _DEGREE * cosdg(x),
    },
    domain={"x": Real(-720.0, 720.0, hard=(0.0, 30.0, 45.0, 60.0, 135.0, 1e6))},
    reference="scipy.special.sindg",
)
def sindg(x: Tensor) -> Tensor:
    """
    Sine of an angle in degrees.

    Parameters
    ----------
    x : array_like
        Angle in degrees.

    Returns
    -------
    Tensor
        The sine of πx/180.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    Exact where the sine is 0, 1/2 or 1. Its derivative is π/180 times `cosdg`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import sindg
    >>> sindg(torch.tensor(30.0, dtype=torch.float64))
    tensor(0.5000, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.cosdg"),
    partials={
        "x": lambda x, out: -_DEGREE * sindg(x),
    },
    domain={"x": Real(-720.0, 720.0, hard=(0.0, 30.0, 45.0, 60.0, 135.0, 1e6))},
    reference="scipy.special.cosdg",
)
def cosdg(x: Tensor) -> Tensor:
    """
    Cosine of an angle in degrees.

    Parameters
    ----------
    x : array_like
        Angle in degrees.

    Returns
    -------
    Tensor
        The cosine of πx/180.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    Exact where the cosine is 0, 1/2 or 1. Its derivative is -π/180 times `sindg`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import cosdg
    >>> cosdg(torch.tensor(60.0, dtype=torch.float64))
    tensor(0.5000, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.tandg"),
    partials={
        "x": lambda x, out: _DEGREE * (1.0 + out * out),
    },
    domain={"x": Real(-85.0, 85.0, hard=(0.0, 45.0, 135.0))},
    reference="scipy.special.tandg",
)
def tandg(x: Tensor) -> Tensor:
    """
    Tangent of an angle in degrees.

    Parameters
    ----------
    x : array_like
        Angle in degrees.

    Returns
    -------
    Tensor
        The tangent of πx/180.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    Infinite at the odd multiples of 90.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import tandg
    >>> tandg(torch.tensor(30.0, dtype=torch.float64))
    tensor(0.5774, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.cotdg"),
    partials={
        "x": lambda x, out: -_DEGREE * (1.0 + out * out),
    },
    domain={"x": Real(5.0, 175.0, hard=(45.0, 90.0, 135.0))},
    reference="scipy.special.cotdg",
)
def cotdg(x: Tensor) -> Tensor:
    """
    Cotangent of an angle in degrees.

    Parameters
    ----------
    x : array_like
        Angle in degrees.

    Returns
    -------
    Tensor
        The cotangent of πx/180.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    Infinite at the multiples of 180.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import cotdg
    >>> cotdg(torch.tensor(30.0, dtype=torch.float64))
    tensor(1.7321, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.radian"),
    partials={
        "d": lambda d, m, s, out: torch.full_like(out, _DEGREE),
        "m": lambda d, m, s, out: torch.full_like(out, _DEGREE / 60.0),
        "s": lambda d, m, s, out: torch.full_like(out, _DEGREE / 3600.0),
    },
    domain={"d": Real(-360.0, 360.0), "m": Real(-60.0, 60.0), "s": Real(-60.0, 60.0)},
    reference="scipy.special.radian",
)
def radian(d: Tensor, m: Tensor, s: Tensor) -> Tensor:
    """
    Angle in radians from degrees, minutes and seconds.

    Parameters
    ----------
    d : array_like
        Degrees.
    m : array_like
        Minutes.
    s : array_like
        Seconds. The shapes broadcast.

    Returns
    -------
    Tensor
        π (d + m/60 + s/3600)/180.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    Linear in its arguments.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import radian
    >>> radian(*torch.tensor([90.0, 30.0, 0.0], dtype=torch.float64))
    tensor(1.5795, dtype=torch.float64)
    """
