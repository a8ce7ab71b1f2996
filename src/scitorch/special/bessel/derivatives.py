"""Derivatives of any order of the Bessel functions in their argument."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from scitorch.op import Complex, Real, composite

from .hankel import hankel2
from .modified_first_kind import iv
from .modified_second_kind import kv
from .ordinary import hankel1, jv, yv

_ORDER = Real(-3.0, 8.0, hard=(0.0, 0.5, 1.0))
_ARGUMENT = Real(0.1, 20.0, hard=(1.0, 2.0))
_PLANE = {"z": Complex((-6.0, 6.0), (0.1, 6.0))}


def _derivative(function: Callable[[Tensor, Tensor], Tensor], v: Tensor, z: Tensor, n: int, sign: float) -> Tensor:
    """DLMF 10.6.7 (`sign` -1) or 10.29.5 (`sign` +1) without the factor (-1)ⁿ that K has."""
    if n < 0 or n != int(n):
        raise ValueError(f"n must be a whole number not below 0, not {n}")
    n = int(n)
    total = function(v - n, z)
    for k in range(1, n + 1):
        total = total + sign**k * math.comb(n, k) * function(v - n + 2 * k, z)
    return total / 2**n


@composite(
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.jvp",
    rtol=1e-11,
)
def jvp(v: Tensor, z: Tensor, n: int = 1) -> Tensor:
    """
    Derivative in the argument of the Bessel function of the first kind.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.
    n : int, optional
        How often to differentiate.

    Returns
    -------
    Tensor
        The `n`-th derivative of ``jv(v, z)`` in `z`.

    Raises
    ------
    ValueError
        If `n` is negative or not whole.

    Notes
    -----
    DLMF 10.6.7; the function itself may be differentiated further, in `v` as well as in `z`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import jvp
    >>> jvp(torch.tensor(1.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64), 2)
    tensor(-0.2872, dtype=torch.float64)
    """
    return _derivative(jv, v, z, n, -1.0)


@composite(
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.yvp",
    rtol=1e-11,
)
def yvp(v: Tensor, z: Tensor, n: int = 1) -> Tensor:
    """
    Derivative in the argument of the Bessel function of the second kind.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.
    n : int, optional
        How often to differentiate.

    Returns
    -------
    Tensor
        The `n`-th derivative of ``yv(v, z)`` in `z`.

    Raises
    ------
    ValueError
        If `n` is negative or not whole.

    Notes
    -----
    DLMF 10.6.7; the function itself may be differentiated further, in `v` as well as in `z`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import yvp
    >>> yvp(torch.tensor(1.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64), 2)
    tensor(-0.0927, dtype=torch.float64)
    """
    return _derivative(yv, v, z, n, -1.0)


@composite(
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.ivp",
    rtol=1e-11,
)
def ivp(v: Tensor, z: Tensor, n: int = 1) -> Tensor:
    """
    Derivative in the argument of the modified Bessel function of the first kind.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.
    n : int, optional
        How often to differentiate.

    Returns
    -------
    Tensor
        The `n`-th derivative of ``iv(v, z)`` in `z`.

    Raises
    ------
    ValueError
        If `n` is negative or not whole.

    Notes
    -----
    DLMF 10.29.5; the function itself may be differentiated further, in `v` as well as in `z`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ivp
    >>> ivp(torch.tensor(1.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64), 2)
    tensor(1.1071, dtype=torch.float64)
    """
    return _derivative(iv, v, z, n, 1.0)


@composite(
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.kvp",
    rtol=1e-11,
)
def kvp(v: Tensor, z: Tensor, n: int = 1) -> Tensor:
    """
    Derivative in the argument of the modified Bessel function of the second kind.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.
    n : int, optional
        How often to differentiate.

    Returns
    -------
    Tensor
        The `n`-th derivative of ``kv(v, z)`` in `z`.

    Raises
    ------
    ValueError
        If `n` is negative or not whole.

    Notes
    -----
    DLMF 10.29.5; the function itself may be differentiated further, in `v` as well as in `z`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import kvp
    >>> kvp(torch.tensor(1.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64), 2)
    tensor(0.4085, dtype=torch.float64)
    """
    return (-1) ** n * _derivative(kv, v, z, n, 1.0)


@composite(
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.h1vp",
    rtol=1e-11,
)
def h1vp(v: Tensor, z: Tensor, n: int = 1) -> Tensor:
    """
    Derivative in the argument of the Hankel function of the first kind.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.
    n : int, optional
        How often to differentiate.

    Returns
    -------
    Tensor
        The `n`-th derivative of ``hankel1(v, z)`` in `z`.

    Raises
    ------
    ValueError
        If `n` is negative or not whole.

    Notes
    -----
    DLMF 10.6.7; the function itself may be differentiated further, in `v` as well as in `z`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import h1vp
    >>> h1vp(torch.tensor(1.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64), 2)
    tensor(-0.2872-0.0927j, dtype=torch.complex128)
    """
    return _derivative(hankel1, v, z, n, -1.0)


@composite(
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.h2vp",
    rtol=1e-11,
)
def h2vp(v: Tensor, z: Tensor, n: int = 1) -> Tensor:
    """
    Derivative in the argument of the Hankel function of the second kind.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.
    n : int, optional
        How often to differentiate.

    Returns
    -------
    Tensor
        The `n`-th derivative of ``hankel2(v, z)`` in `z`.

    Raises
    ------
    ValueError
        If `n` is negative or not whole.

    Notes
    -----
    DLMF 10.6.7; the function itself may be differentiated further, in `v` as well as in `z`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import h2vp
    >>> h2vp(torch.tensor(1.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64), 2)
    tensor(-0.2872+0.0927j, dtype=torch.complex128)
    """
    return _derivative(hankel2, v, z, n, -1.0)
