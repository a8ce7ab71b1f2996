"""Carlson's symmetric elliptic integrals."""

from __future__ import annotations

import math

from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scalar_kernel, scipy_ufunc


@scalar_kernel
def carlson_second(x, y, z):
    """R_D(x, y, z) by duplication, B. C. Carlson, Numer. Algorithms 10 (1995), with a tail of order six."""
    total = 0.0
    weight = 1.0
    mean = 0.2 * (x + y + 3.0 * z)
    for _ in range(60):
        # The truncated tail is below the sixth power of the spread, its second derivatives below the fourth.
        if max(abs(mean - x), abs(mean - y), abs(mean - z)) < 2e-4 * mean:
            break
        a = math.sqrt(x)
        b = math.sqrt(y)
        c = math.sqrt(z)
        step = a * b + a * c + b * c
        total += weight / (c * (z + step))
        weight *= 0.25
        x = 0.25 * (x + step)
        y = 0.25 * (y + step)
        z = 0.25 * (z + step)
        mean = 0.25 * (mean + step)
    p = (mean - x) / mean
    q = (mean - y) / mean
    r = -(p + q) / 3.0
    e2 = p * q - 6.0 * r * r
    e3 = (3.0 * p * q - 8.0 * r * r) * r
    e4 = 3.0 * (p * q - r * r) * r * r
    e5 = p * q * r * r * r
    series = 1.0 - 3.0 / 14.0 * e2 + e3 / 6.0 + 9.0 / 88.0 * e2 * e2 - 3.0 / 22.0 * e4 - 9.0 / 52.0 * e2 * e3
    series += 3.0 / 26.0 * e5
    return weight * series / (mean * math.sqrt(mean)) + 3.0 * total


@elementwise(
    kernel=lambda x, y, z, *, orders: carlson_second.derivative(*orders)(x, y, z),
    partials={
        "x": lambda x, y, z, out, *, orders: _elliprd_derivative(x, y, z, orders=(orders[0] + 1, *orders[1:])),
        "y": lambda x, y, z, out, *, orders: _elliprd_derivative(x, y, z, orders=(orders[0], orders[1] + 1, orders[2])),
        "z": lambda x, y, z, out, *, orders: _elliprd_derivative(x, y, z, orders=(*orders[:2], orders[2] + 1)),
    },
    domain={"x": Real(0.2, 5.0), "y": Real(0.2, 5.0, hard=(1.0,)), "z": Real(0.2, 5.0, hard=(1.0,))},
    public=False,
)
def _elliprd_derivative(x: Tensor, y: Tensor, z: Tensor, *, orders: tuple[int, ...] = (1, 0, 0)) -> Tensor:
    """The derivative of these orders of R_D."""


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.elliprd"), "cuda": carlson_second},
    partials={
        "x": lambda x, y, z, out: _elliprd_derivative(x, y, z),
        "y": lambda x, y, z, out: _elliprd_derivative(x, y, z, orders=(0, 1, 0)),
        "z": lambda x, y, z, out: _elliprd_derivative(x, y, z, orders=(0, 0, 1)),
    },
    domain={
        "x": Real(0.05, 10.0, hard=(1.0, 2.0)),
        "y": Real(0.05, 10.0, hard=(1.0, 2.0)),
        "z": Real(0.05, 10.0, hard=(1.0, 2.0)),
    },
    reference="scipy.special.elliprd",
)
def elliprd(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """
    Carlson's symmetric elliptic integral of the second kind.

    Parameters
    ----------
    x, y : array_like
        Not negative, at most one of them zero.
    z : array_like
        Positive. The shapes broadcast.

    Returns
    -------
    Tensor
        R_D(x, y, z).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 19.16.5. Derivatives are those of the duplication theorem, step by step.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import elliprd
    >>> elliprd(*torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
    tensor(0.2905, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.elliprf"),
    partials={
        "x": lambda x, y, z, out: -elliprd(y, z, x) / 6.0,
        "y": lambda x, y, z, out: -elliprd(x, z, y) / 6.0,
        "z": lambda x, y, z, out: -elliprd(x, y, z) / 6.0,
    },
    domain={
        "x": Real(0.05, 10.0, hard=(1.0, 2.0)),
        "y": Real(0.05, 10.0, hard=(1.0, 2.0)),
        "z": Real(0.05, 10.0, hard=(1.0, 2.0)),
    },
    reference="scipy.special.elliprf",
)
def elliprf(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """
    Carlson's symmetric elliptic integral of the first kind.

    Parameters
    ----------
    x, y, z : array_like
        Not negative, at most one of them zero. The shapes broadcast.

    Returns
    -------
    Tensor
        R_F(x, y, z).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 19.16.1, derivatives by 19.18.1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import elliprf
    >>> elliprf(*torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
    tensor(0.7269, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.elliprc"),
    partials={
        "x": lambda x, y, out: -elliprd(y, y, x) / 6.0,
        "y": lambda x, y, out: -elliprd(x, y, y) / 3.0,
    },
    domain={"x": Real(0.05, 10.0, hard=(1.0, 2.0)), "y": Real(0.05, 10.0, hard=(1.0, 2.0))},
    reference="scipy.special.elliprc",
)
def elliprc(x: Tensor, y: Tensor) -> Tensor:
    """
    Carlson's degenerate symmetric elliptic integral.

    Parameters
    ----------
    x : array_like
        Not negative.
    y : array_like
        Not zero; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        R_C(x, y); for negative `y` the principal value, whose derivatives are nan.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 19.16.6, as R_F(x, y, y).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import elliprc
    >>> elliprc(*torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor(0.7854, dtype=torch.float64)
    """
