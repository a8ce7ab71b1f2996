"""Kelvin functions and their derivatives."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .bessel import jv, kv


def _first(x: Tensor) -> Tensor:
    """The second derivative of ber x + i bei x = J₀(z), z = x exp(3πi/4), DLMF 10.61.1: -i (J₂(z) - J₀(z))/2."""
    order = torch.zeros((), dtype=x.dtype, device=x.device)
    z = x * complex(-math.sqrt(0.5), math.sqrt(0.5))
    return -0.5j * (jv(order + 2.0, z) - jv(order, z))


def _second(x: Tensor) -> Tensor:
    """The second derivative of ker x + i kei x = K₀(z), z = x exp(πi/4), DLMF 10.61.2: i (K₂(z) + K₀(z))/2."""
    order = torch.zeros((), dtype=x.dtype, device=x.device)
    z = x * complex(math.sqrt(0.5), math.sqrt(0.5))
    return 0.5j * (kv(order + 2.0, z) + kv(order, z))


@elementwise(
    kernel=scipy_ufunc("scipy.special.ber"),
    partials={
        "x": lambda x, out: berp(x),
    },
    domain={"x": Real(-12.0, 12.0, hard=(0.0, 1.0))},
    reference="scipy.special.ber",
    rtol=1e-11,
)
def ber(x: Tensor) -> Tensor:
    """
    Kelvin function ber.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        ber x.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 10.61. Its derivative is `berp`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ber
    >>> ber(torch.tensor(2.0, dtype=torch.float64))
    tensor(0.7517, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.berp"),
    partials={
        "x": lambda x, out: _first(x).real,
    },
    domain={"x": Real(-12.0, 12.0, hard=(0.0, 1.0))},
    reference="scipy.special.berp",
    rtol=1e-9,
)
def berp(x: Tensor) -> Tensor:
    """
    Derivative of the Kelvin function ber.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        ber' x.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 10.61. Derivatives are those of Bessel functions on the diagonals of the plane.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import berp
    >>> berp(torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.4931, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.bei"),
    partials={
        "x": lambda x, out: beip(x),
    },
    domain={"x": Real(-12.0, 12.0, hard=(0.0, 1.0))},
    reference="scipy.special.bei",
    rtol=1e-11,
)
def bei(x: Tensor) -> Tensor:
    """
    Kelvin function bei.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        bei x.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 10.61. Its derivative is `beip`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import bei
    >>> bei(torch.tensor(2.0, dtype=torch.float64))
    tensor(0.9723, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.beip"),
    partials={
        "x": lambda x, out: _first(x).imag,
    },
    domain={"x": Real(-12.0, 12.0, hard=(0.0, 1.0))},
    reference="scipy.special.beip",
    rtol=1e-9,
)
def beip(x: Tensor) -> Tensor:
    """
    Derivative of the Kelvin function bei.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        bei' x.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 10.61. Derivatives are those of Bessel functions on the diagonals of the plane.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import beip
    >>> beip(torch.tensor(2.0, dtype=torch.float64))
    tensor(0.9170, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.ker"),
    partials={
        "x": lambda x, out: kerp(x),
    },
    domain={"x": Real(0.1, 12.0, hard=(1.0,))},
    reference="scipy.special.ker",
    rtol=1e-11,
)
def ker(x: Tensor) -> Tensor:
    """
    Kelvin function ker.

    Parameters
    ----------
    x : array_like
        Real argument, positive.

    Returns
    -------
    Tensor
        ker x.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 10.61. Its derivative is `kerp`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ker
    >>> ker(torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.0417, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.kerp"),
    partials={
        "x": lambda x, out: _second(x).real,
    },
    domain={"x": Real(0.1, 12.0, hard=(1.0,))},
    reference="scipy.special.kerp",
    rtol=1e-9,
)
def kerp(x: Tensor) -> Tensor:
    """
    Derivative of the Kelvin function ker.

    Parameters
    ----------
    x : array_like
        Real argument, positive.

    Returns
    -------
    Tensor
        ker' x.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 10.61. Derivatives are those of Bessel functions on the diagonals of the plane.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import kerp
    >>> kerp(torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.1066, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.kei"),
    partials={
        "x": lambda x, out: keip(x),
    },
    domain={"x": Real(0.1, 12.0, hard=(1.0,))},
    reference="scipy.special.kei",
    rtol=1e-11,
)
def kei(x: Tensor) -> Tensor:
    """
    Kelvin function kei.

    Parameters
    ----------
    x : array_like
        Real argument, positive.

    Returns
    -------
    Tensor
        kei x.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 10.61. Its derivative is `keip`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import kei
    >>> kei(torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.2024, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.keip"),
    partials={
        "x": lambda x, out: _second(x).imag,
    },
    domain={"x": Real(0.1, 12.0, hard=(1.0,))},
    reference="scipy.special.keip",
    rtol=1e-9,
)
def keip(x: Tensor) -> Tensor:
    """
    Derivative of the Kelvin function kei.

    Parameters
    ----------
    x : array_like
        Real argument, positive.

    Returns
    -------
    Tensor
        kei' x.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 10.61. Derivatives are those of Bessel functions on the diagonals of the plane.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import keip
    >>> keip(torch.tensor(2.0, dtype=torch.float64))
    tensor(0.2198, dtype=torch.float64)
    """
