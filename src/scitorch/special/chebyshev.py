"""Chebyshev polynomials."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from scitorch.op import Real, composite, elementwise

from .orthogonal import (
    _DEGREE,
    _INTERVAL,
    _NO_DEGREE,
    _PLANE,
    _UNIT,
    _below,
    _gegenbauer,
    _reference,
    _scipy,
    eval_gegenbauer,
)


def gegenbauer_of(n: Tensor, x: Tensor, alpha: float) -> Tensor:
    """The Gegenbauer polynomial of one parameter."""
    return eval_gegenbauer(n, torch.full((), alpha, dtype=x.real.dtype, device=x.device), x)


def recurrence_of(alpha: float) -> Callable[[Tensor, Tensor], Tensor]:
    """The recurrence of the Gegenbauer polynomials of one parameter, as a kernel."""

    def kernel(n: Tensor, x: Tensor) -> Tensor:
        return _gegenbauer(n, torch.full((), alpha, dtype=n.dtype, device=n.device), x)

    return kernel


def _first_kind(n: Tensor, x: Tensor) -> Tensor:
    """T_n = U_n - x U_{n-1}, DLMF 18.9.9."""
    second = recurrence_of(1.0)
    return torch.where(n == 0, 1.0, second(n, x) - x * second((n - 1).clamp(min=0), x))


@elementwise(
    kernel={"cpu": _scipy("eval_chebyt", _first_kind), "cuda": _first_kind},
    loops="rr->r rz->z",
    partials={
        "x": lambda n, x, out: n * _below(eval_chebyu, n, x),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "x": _INTERVAL},
    complex_domain=_PLANE,
    reference=_reference("eval_chebyt"),
    rtol=1e-11,
)
def eval_chebyt(n: Tensor, x: Tensor) -> Tensor:
    """
    Chebyshev polynomial of the first kind.

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        T_n(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.3; its derivative is n U_{n-1}(x), DLMF 18.9.21.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_chebyt
    >>> eval_chebyt(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(-0.9440, dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": _scipy("eval_chebyu", recurrence_of(1.0)), "cuda": recurrence_of(1.0)},
    loops="rr->r rz->z",
    partials={
        "x": lambda n, x, out: 2 * _below(gegenbauer_of, n, x, 2.0),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "x": _INTERVAL},
    complex_domain=_PLANE,
    reference=_reference("eval_chebyu"),
    rtol=1e-11,
)
def eval_chebyu(n: Tensor, x: Tensor) -> Tensor:
    """
    Chebyshev polynomial of the second kind.

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        U_n(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.3; its derivative is twice the Gegenbauer polynomial of degree n - 1 and parameter 2, DLMF 18.9.19.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_chebyu
    >>> eval_chebyu(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(-1.0880, dtype=torch.float64)
    """


@composite(
    domain={"n": _DEGREE, "x": Real(-2.0, 2.0, hard=(0.0, 1.0, 2.0))},
    undefined=_NO_DEGREE,
    reference=_reference("eval_chebyc"),
    rtol=1e-11,
)
def eval_chebyc(n: Tensor, x: Tensor) -> Tensor:
    """
    Chebyshev polynomial of the first kind on [-2, 2].

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        2 T_n(x/2).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.1.3.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_chebyc
    >>> eval_chebyc(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(-1.1360, dtype=torch.float64)
    """
    return 2 * eval_chebyt(n, x / 2)


@composite(
    domain={"n": _DEGREE, "x": Real(-2.0, 2.0, hard=(0.0, 1.0, 2.0))},
    undefined=_NO_DEGREE,
    reference=_reference("eval_chebys"),
    rtol=1e-11,
)
def eval_chebys(n: Tensor, x: Tensor) -> Tensor:
    """
    Chebyshev polynomial of the second kind on [-2, 2].

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        U_n(x/2).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.1.3.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_chebys
    >>> eval_chebys(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(-0.7360, dtype=torch.float64)
    """
    return eval_chebyu(n, x / 2)


@composite(
    domain={"n": _DEGREE, "x": _UNIT},
    undefined=_NO_DEGREE,
    reference=_reference("eval_sh_chebyt"),
    rtol=1e-11,
)
def eval_sh_chebyt(n: Tensor, x: Tensor) -> Tensor:
    """
    Chebyshev polynomial of the first kind on [0, 1].

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        T_n(2x - 1).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.1.3; see `eval_chebyt`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_sh_chebyt
    >>> eval_sh_chebyt(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(0.5680, dtype=torch.float64)
    """
    return eval_chebyt(n, 2 * x - 1)


@composite(
    domain={"n": _DEGREE, "x": _UNIT},
    undefined=_NO_DEGREE,
    reference=_reference("eval_sh_chebyu"),
    rtol=1e-11,
)
def eval_sh_chebyu(n: Tensor, x: Tensor) -> Tensor:
    """
    Chebyshev polynomial of the second kind on [0, 1].

    Parameters
    ----------
    n : array_like
        Degree.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        U_n(2x - 1).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.1.3; see `eval_chebyu`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_sh_chebyu
    >>> eval_sh_chebyu(3, *torch.tensor([0.4], dtype=torch.float64))
    tensor(0.7360, dtype=torch.float64)
    """
    return eval_chebyu(n, 2 * x - 1)
