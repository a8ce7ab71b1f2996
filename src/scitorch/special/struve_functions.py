"""Struve functions."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .gamma import rgamma


def _power(v: Tensor, x: Tensor) -> Tensor:
    """(x/2)^ν/(√π Γ(ν + 3/2))."""
    return torch.pow(0.5 * x, v) * rgamma(v + 1.5) / math.sqrt(math.pi)


_NO_ORDER = {"v": "the derivative in the order is not implemented"}


@elementwise(
    kernel=scipy_ufunc("scipy.special.struve"),
    partials={
        "x": lambda v, x, out: 0.5 * (struve(v - 1, x) - struve(v + 1, x) + _power(v, x)),
    },
    undefined=_NO_ORDER,
    domain={"v": Real(-1.0, 6.0, hard=(0.0, 1.0)), "x": Real(0.1, 20.0, hard=(1.0, 50.0))},
    reference="scipy.special.struve",
    rtol=1e-9,
)
def struve(v: Tensor, x: Tensor) -> Tensor:
    """
    Struve function.

    Parameters
    ----------
    v : array_like
        Order, real.
    x : array_like
        Argument; for negative `x` the order must be whole. The shapes broadcast.

    Returns
    -------
    Tensor
        H_ν(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `v` is asked for.

    Notes
    -----
    DLMF 11.2.1, derivative by 11.4.23 and 11.4.24.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import struve
    >>> struve(*torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor(0.6468, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.modstruve"),
    partials={
        "x": lambda v, x, out: 0.5 * (modstruve(v - 1, x) + modstruve(v + 1, x) + _power(v, x)),
    },
    undefined=_NO_ORDER,
    domain={"v": Real(-1.0, 6.0, hard=(0.0, 1.0)), "x": Real(0.1, 20.0, hard=(1.0, 50.0))},
    reference="scipy.special.modstruve",
    rtol=1e-9,
)
def modstruve(v: Tensor, x: Tensor) -> Tensor:
    """
    Modified Struve function.

    Parameters
    ----------
    v : array_like
        Order, real.
    x : array_like
        Argument; for negative `x` the order must be whole. The shapes broadcast.

    Returns
    -------
    Tensor
        L_ν(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `v` is asked for.

    Notes
    -----
    DLMF 11.2.2, derivative by 11.4.25 and 11.4.26.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import modstruve
    >>> modstruve(*torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor(1.1028, dtype=torch.float64)
    """
