"""Incomplete elliptic integrals and the arithmetic-geometric mean."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .carlson import elliprd
from .elliptic import _ellipe_derivative, _ellipk_derivative, ellipe, ellipk


def _mean_in_first(a: Tensor, b: Tensor) -> Tensor:
    # With s = a + b and m = ((a - b)/s)² the mean is π s/(4 K(m)), DLMF 19.8.5 and 19.8.12.
    s = a + b
    m = ((a - b) / s) ** 2
    first = ellipk(m)
    return 0.25 * math.pi / first * (1.0 - 4.0 * b * (a - b) / (s * s) * _ellipk_derivative(m) / first)


def _first_next_to_one(p: Tensor, out: Tensor) -> Tensor:
    # DLMF 19.4.1 at m = 1 - p, -(E - p K)/(2p (1 - p)); it cancels next to p = 1, where 1 - p is exact enough for K'.
    small = p < 0.2
    q = torch.where(small, p, 0.1)
    value = torch.where(small, out, 1.0)
    near = -(ellipe(1.0 - q) - q * value) / (2.0 * q * (1.0 - q))
    return torch.where(small, near, -_ellipk_derivative(torch.where(small, 0.5, 1.0 - p)))


def _delta(phi: Tensor, m: Tensor) -> Tensor:
    """√(1 - m sin²φ)."""
    sine = torch.sin(phi)
    return torch.sqrt(1.0 - m * sine * sine)


def _in_parameter(phi: Tensor, m: Tensor, second: bool) -> Tensor:
    """∂F/∂m, or ∂E/∂m if `second`: that of K or E for each half period of φ, and for the
    rest sin³φ/6 times R_D(cos²φ, 1, 1 - m sin²φ) or -R_D(cos²φ, 1 - m sin²φ, 1), DLMF 19.25.5, 19.25.9, 19.18.1.
    """
    turns = torch.round(phi.detach() / math.pi)
    rest = phi - math.pi * turns
    sine, cosine = torch.sin(rest), torch.cos(rest)
    square, delta, one = cosine * cosine, 1.0 - m * sine * sine, torch.ones_like(sine)
    integral = -elliprd(square, delta, one) if second else elliprd(square, one, delta)
    complete = _ellipe_derivative(m) if second else _ellipk_derivative(m)
    return 2.0 * turns * complete + sine**3 * integral / 6.0


@elementwise(
    kernel=scipy_ufunc("scipy.special.agm"),
    partials={
        "a": lambda a, b, out: _mean_in_first(a, b),
        "b": lambda a, b, out: _mean_in_first(b, a),
    },
    domain={"a": Real(0.2, 10.0, hard=(1.0, 1e3)), "b": Real(0.2, 10.0, hard=(1.0, 1e3))},
    reference="scipy.special.agm",
)
def agm(a: Tensor, b: Tensor) -> Tensor:
    """
    Arithmetic-geometric mean.

    Parameters
    ----------
    a, b : array_like
        Numbers of one sign. The shapes broadcast.

    Returns
    -------
    Tensor
        The common limit of the means, negative for negative numbers.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 19.8.1; the derivatives are those of the complete elliptic integral, DLMF 19.8.5.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import agm
    >>> agm(*torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor(1.4568, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.ellipkm1"),
    partials={
        "p": lambda p, out: _first_next_to_one(p, out),
    },
    domain={"p": Real(0.01, 3.0, hard=(1e-3, 0.2, 1.0))},
    reference="scipy.special.ellipkm1",
)
def ellipkm1(p: Tensor) -> Tensor:
    """
    Complete elliptic integral of the first kind of the complementary parameter.

    Parameters
    ----------
    p : array_like
        Complementary parameter 1 - m, real.

    Returns
    -------
    Tensor
        K(1 - p), accurate for small `p`; infinite at 0.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `ellipk`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ellipkm1
    >>> ellipkm1(torch.tensor(0.5, dtype=torch.float64))
    tensor(1.8541, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.ellipkinc"),
    partials={
        "phi": lambda phi, m, out: 1.0 / _delta(phi, m),
        "m": lambda phi, m, out: _in_parameter(phi, m, False),
    },
    domain={"phi": Real(-4.0, 4.0, hard=(0.0, 1e-3, 1.5, 20.0)), "m": Real(-5.0, 0.9, hard=(0.0, 0.5, 1e-9))},
    reference="scipy.special.ellipkinc",
)
def ellipkinc(phi: Tensor, m: Tensor) -> Tensor:
    """
    Incomplete elliptic integral of the first kind.

    Parameters
    ----------
    phi : array_like
        Amplitude in radians, real.
    m : array_like
        Parameter (the square of the modulus), at most 1; broadcast with `phi`.

    Returns
    -------
    Tensor
        F(φ, m).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 19.2.4. The derivative in `m` is Carlson's integral R_D, DLMF 19.18.1 and 19.25.5.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ellipkinc
    >>> ellipkinc(*torch.tensor([1.0, 0.5], dtype=torch.float64))
    tensor(1.0832, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.ellipeinc"),
    partials={
        "phi": lambda phi, m, out: _delta(phi, m),
        "m": lambda phi, m, out: _in_parameter(phi, m, True),
    },
    domain={"phi": Real(-4.0, 4.0, hard=(0.0, 1e-3, 1.5, 20.0)), "m": Real(-5.0, 0.9, hard=(0.0, 0.5, 1e-9))},
    reference="scipy.special.ellipeinc",
)
def ellipeinc(phi: Tensor, m: Tensor) -> Tensor:
    """
    Incomplete elliptic integral of the second kind.

    Parameters
    ----------
    phi : array_like
        Amplitude in radians, real.
    m : array_like
        Parameter (the square of the modulus), at most 1; broadcast with `phi`.

    Returns
    -------
    Tensor
        E(φ, m).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 19.2.5. The derivative in `m` is Carlson's integral R_D, DLMF 19.25.9.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ellipeinc
    >>> ellipeinc(*torch.tensor([1.0, 0.5], dtype=torch.float64))
    tensor(0.9273, dtype=torch.float64)
    """
