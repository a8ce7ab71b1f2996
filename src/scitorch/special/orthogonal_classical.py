"""Legendre, Laguerre and Hermite polynomials."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Real, composite, elementwise

from .chebyshev import gegenbauer_of, recurrence_of
from .orthogonal import (
    _DEGREE,
    _INTERVAL,
    _NO_DEGREE,
    _PLANE,
    _UNIT,
    _below,
    _reference,
    _scipy,
    eval_genlaguerre,
)


@elementwise(
    kernel={"cpu": _scipy("eval_legendre", recurrence_of(0.5)), "cuda": recurrence_of(0.5)},
    loops="rr->r rz->z",
    partials={
        "x": lambda n, x, out: _below(gegenbauer_of, n, x, 1.5),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "x": _INTERVAL},
    complex_domain=_PLANE,
    reference=_reference("eval_legendre"),
    rtol=1e-11,
)
def eval_legendre(n: Tensor, x: Tensor) -> Tensor:
    """
    Legendre polynomial.

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        P_n(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.3; its derivative is the Gegenbauer polynomial of degree n - 1 and parameter 3/2, DLMF 18.9.19.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_legendre
    >>> eval_legendre(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(-0.4400, dtype=torch.float64)
    """


@elementwise(
    kernel=_scipy("eval_hermite", any_degree=False),
    partials={
        "x": lambda n, x, out: 2 * n * _below(eval_hermite, n, x),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "x": Real(-4.0, 4.0, hard=(0.0, 1.0, 8.0))},
    reference=_reference("eval_hermite"),
    rtol=1e-11,
)
def eval_hermite(n: Tensor, x: Tensor) -> Tensor:
    """
    Hermite polynomial, physicists' kind.

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real. The shapes broadcast.

    Returns
    -------
    Tensor
        H_n(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.3 and 18.9.25.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_hermite
    >>> eval_hermite(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(-4.2880, dtype=torch.float64)
    """


@elementwise(
    kernel=_scipy("eval_hermitenorm", any_degree=False),
    partials={
        "x": lambda n, x, out: n * _below(eval_hermitenorm, n, x),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "x": Real(-4.0, 4.0, hard=(0.0, 1.0, 8.0))},
    reference=_reference("eval_hermitenorm"),
    rtol=1e-11,
)
def eval_hermitenorm(n: Tensor, x: Tensor) -> Tensor:
    """
    Hermite polynomial, probabilists' kind.

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real. The shapes broadcast.

    Returns
    -------
    Tensor
        He_n(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.3 and 18.9.27.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_hermitenorm
    >>> eval_hermitenorm(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(-1.1360, dtype=torch.float64)
    """


@composite(
    domain={"n": _DEGREE, "x": Real(0.0, 15.0, hard=(0.0, 1.0, 30.0))},
    undefined=_NO_DEGREE,
    reference=_reference("eval_laguerre"),
    rtol=1e-11,
)
def eval_laguerre(n: Tensor, x: Tensor) -> Tensor:
    """
    Laguerre polynomial.

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        L_n(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    See `eval_genlaguerre`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_laguerre
    >>> eval_laguerre(3, *torch.tensor([2.0], dtype=torch.float64))
    tensor(-0.3333, dtype=torch.float64)
    """
    return eval_genlaguerre(n, torch.zeros((), dtype=x.real.dtype, device=x.device), x)


@composite(
    domain={"n": _DEGREE, "x": _UNIT},
    undefined=_NO_DEGREE,
    reference=_reference("eval_sh_legendre"),
    rtol=1e-11,
)
def eval_sh_legendre(n: Tensor, x: Tensor) -> Tensor:
    """
    Legendre polynomial on [0, 1].

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        P_n(2x - 1).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.1.3; see `eval_legendre`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_sh_legendre
    >>> eval_sh_legendre(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(0.2800, dtype=torch.float64)
    """
    return eval_legendre(n, 2 * x - 1)


@composite(
    domain={"x": Real(0.0, 15.0, hard=(0.0, 1.0, 30.0)), "n": _DEGREE, "k": Real(-0.5, 4.0)},
    undefined=_NO_DEGREE,
    arrays=("x", "n", "k"),
    reference=lambda x, n, k=0.0: _reference("eval_genlaguerre")(n, k, x),
    rtol=1e-11,
)
def assoc_laguerre(x: Tensor, n: Tensor, k: Tensor | float = 0.0) -> Tensor:
    """
    Generalised Laguerre polynomial, with the point as the first argument.

    Parameters
    ----------
    x : array_like
        Point, real or complex.
    n : array_like
        Degree.
    k : array_like, optional
        Order, real. The shapes broadcast.

    Returns
    -------
    Tensor
        L_n^(k)(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    See `eval_genlaguerre`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import assoc_laguerre
    >>> assoc_laguerre(torch.tensor(0.4, dtype=torch.float64), 3, 1.0)
    tensor(1.9093, dtype=torch.float64)
    """
    return eval_genlaguerre(n, k, x)
