"""Distribution functions of the gamma, chi-squared, F, Poisson and binomial distributions."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Real, composite

from .beta_incomplete import betainc, betaincc
from .gamma_incomplete import gammainc, gammaincc, gammainccinv
from .regions import nan_where

_DEGREES = Real(0.5, 20.0, hard=(1.0, 2.0))
_POSITIVE = Real(0.05, 20.0, hard=(0.5, 1.0))


@composite(domain={"v": _DEGREES, "x": _POSITIVE}, reference="scipy.special.chdtr", rtol=1e-11)
def chdtr(v: Tensor, x: Tensor) -> Tensor:
    """
    Distribution function of the chi-squared distribution.

    Parameters
    ----------
    v : array_like
        Degrees of freedom.
    x : array_like
        Point, not negative; its shape broadcasts with that of `v`.

    Returns
    -------
    Tensor
        P(v/2, x/2).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `gammainc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import chdtr
    >>> chdtr(torch.tensor(2.0, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor(0.6321, dtype=torch.float64)
    """
    return nan_where(x < 0, gammainc(v / 2, x / 2), v, x)


@composite(domain={"v": _DEGREES, "x": _POSITIVE}, reference="scipy.special.chdtrc", rtol=1e-11)
def chdtrc(v: Tensor, x: Tensor) -> Tensor:
    """
    Survival function of the chi-squared distribution.

    Parameters
    ----------
    v : array_like
        Degrees of freedom.
    x : array_like
        Point, not negative; its shape broadcasts with that of `v`.

    Returns
    -------
    Tensor
        Q(v/2, x/2), accurate where it is small.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `gammaincc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import chdtrc
    >>> chdtrc(torch.tensor(2.0, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor(0.3679, dtype=torch.float64)
    """
    return nan_where(x < 0, gammaincc(v / 2, x / 2), v, x)


@composite(domain={"v": _DEGREES, "p": Real(0.01, 0.99, hard=(0.5,))}, reference="scipy.special.chdtri", rtol=1e-11)
def chdtri(v: Tensor, p: Tensor) -> Tensor:
    """
    Inverse of the survival function of the chi-squared distribution.

    Parameters
    ----------
    v : array_like
        Degrees of freedom.
    p : array_like
        Probability; its shape broadcasts with that of `v`.

    Returns
    -------
    Tensor
        The x with ``chdtrc(v, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `gammainccinv`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import chdtri
    >>> chdtri(torch.tensor(2.0, dtype=torch.float64), torch.tensor(0.05, dtype=torch.float64))
    tensor(5.9915, dtype=torch.float64)
    """
    return 2 * gammainccinv(v / 2, p)


@composite(
    domain={"a": Real(0.2, 3.0), "b": _DEGREES, "x": Real(0.05, 10.0, hard=(0.5, 1.0))},
    reference="scipy.special.gdtr",
    rtol=1e-11,
)
def gdtr(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """
    Distribution function of the gamma distribution.

    Parameters
    ----------
    a : array_like
        Rate.
    b : array_like
        Shape.
    x : array_like
        Point, not negative. The shapes broadcast.

    Returns
    -------
    Tensor
        P(b, a x).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `gammainc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gdtr
    >>> gdtr(*torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
    tensor(0.8009, dtype=torch.float64)
    """
    return nan_where(x < 0, gammainc(b, a * x), a, b, x)


@composite(
    domain={"a": Real(0.2, 3.0), "b": _DEGREES, "x": Real(0.05, 10.0, hard=(0.5, 1.0))},
    reference="scipy.special.gdtrc",
    rtol=1e-11,
)
def gdtrc(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """
    Survival function of the gamma distribution.

    Parameters
    ----------
    a : array_like
        Rate.
    b : array_like
        Shape.
    x : array_like
        Point, not negative. The shapes broadcast.

    Returns
    -------
    Tensor
        Q(b, a x), accurate where it is small.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `gammaincc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gdtrc
    >>> gdtrc(*torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
    tensor(0.1991, dtype=torch.float64)
    """
    return nan_where(x < 0, gammaincc(b, a * x), a, b, x)


def _no_f_distribution(dfn: Tensor, dfd: Tensor, x: Tensor) -> Tensor:
    """Where SciPy's functions of the F distribution are nan."""
    return (dfn <= 0) | (dfd <= 0) | (x < 0) | torch.isinf(dfn) | torch.isinf(dfd)


@composite(
    domain={"dfn": _DEGREES, "dfd": _DEGREES, "x": Real(0.05, 10.0, hard=(0.5, 1.0, 1e3))},
    reference="scipy.special.fdtr",
    rtol=1e-11,
)
def fdtr(dfn: Tensor, dfd: Tensor, x: Tensor) -> Tensor:
    """
    Distribution function of the F distribution.

    Parameters
    ----------
    dfn, dfd : array_like
        Degrees of freedom of the numerator and of the denominator.
    x : array_like
        Point, not negative. The shapes broadcast.

    Returns
    -------
    Tensor
        The probability of a ratio not above `x`.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    A regularised incomplete beta function, of the smaller of the two complementary arguments; see `betainc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import fdtr
    >>> fdtr(*torch.tensor([2.0, 4.0, 1.0], dtype=torch.float64))
    tensor(0.5556, dtype=torch.float64)
    """
    outside = _no_f_distribution(dfn, dfd, x)
    dfd = dfd * 1.0
    dfd = dfd.clamp(min=torch.finfo(dfd.dtype).tiny)  # the quotients of a smaller one would vanish
    total = dfd + dfn * x
    small = dfn * x < dfd
    value = torch.where(
        small,
        betainc(dfn / 2, dfd / 2, torch.where(small, dfn * x / total, 0.5)),
        betaincc(dfd / 2, dfn / 2, torch.where(small, 0.5, dfd / total)),
    )
    return nan_where(outside, value, dfn, dfd, x)


@composite(
    domain={"dfn": _DEGREES, "dfd": _DEGREES, "x": Real(0.05, 10.0, hard=(0.5, 1.0, 1e3))},
    reference="scipy.special.fdtrc",
    rtol=1e-11,
)
def fdtrc(dfn: Tensor, dfd: Tensor, x: Tensor) -> Tensor:
    """
    Survival function of the F distribution.

    Parameters
    ----------
    dfn, dfd : array_like
        Degrees of freedom of the numerator and of the denominator.
    x : array_like
        Point, not negative. The shapes broadcast.

    Returns
    -------
    Tensor
        The probability of a ratio above `x`, accurate where it is small.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    See `fdtr`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import fdtrc
    >>> fdtrc(*torch.tensor([2.0, 4.0, 1.0], dtype=torch.float64))
    tensor(0.4444, dtype=torch.float64)
    """
    outside = _no_f_distribution(dfn, dfd, x)
    dfd = dfd * 1.0
    dfd = dfd.clamp(min=torch.finfo(dfd.dtype).tiny)  # the quotients of a smaller one would vanish
    total = dfd + dfn * x
    small = dfn * x < dfd
    value = torch.where(
        small,
        betaincc(dfn / 2, dfd / 2, torch.where(small, dfn * x / total, 0.5)),
        betainc(dfd / 2, dfn / 2, torch.where(small, 0.5, dfd / total)),
    )
    return nan_where(outside, value, dfn, dfd, x)
