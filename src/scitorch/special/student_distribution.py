"""Distribution function of Student's t distribution and its inverses."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from . import beta_incomplete
from .beta import beta


def _density(df: Tensor, t: Tensor) -> Tensor:
    """The density of the distribution."""
    return torch.exp(-0.5 * (df + 1.0) * torch.log1p(t * t / df)) / (torch.sqrt(df) * beta(0.5, 0.5 * df))


def _in_degrees(df: Tensor, t: Tensor) -> Tensor:
    """∂/∂df of the distribution function."""
    # The distance from 1/2 is half I_w(1/2, df/2) with w = t²/(df + t²), the tail half I_{1-w}(df/2, 1/2), and a change
    # of df at fixed t moves w like a change of t by -t/(2 df).
    square = t * t
    central = square < df
    total = df + square
    w = torch.where(central, square / total, 0.5)
    rest = torch.where(central, 0.5, df / total)
    half = torch.full((), 0.5, dtype=df.dtype, device=df.device)
    at_fixed_w = torch.where(
        central,
        beta_incomplete._in_b(half, 0.5 * df, w),
        -beta_incomplete._in_a(0.5 * df, half, rest),
    )
    return 0.25 * torch.sign(t) * at_fixed_w - 0.5 * t / df * _density(df, t)


@elementwise(
    kernel=scipy_ufunc("scipy.special.stdtr"),
    partials={
        "df": lambda df, t, out: _in_degrees(df, t),
        "t": lambda df, t, out: _density(df, t),
    },
    domain={"df": Real(0.5, 30.0, hard=(1.0, 2.0, 100.0)), "t": Real(-6.0, 6.0, hard=(1e-3, 30.0, -30.0))},
    reference="scipy.special.stdtr",
    rtol=1e-11,
)
def stdtr(df: Tensor, t: Tensor) -> Tensor:
    """
    Distribution function of Student's t distribution.

    Parameters
    ----------
    df : array_like
        Degrees of freedom, positive.
    t : array_like
        Point; its shape broadcasts with that of `df`.

    Returns
    -------
    Tensor
        The probability of a value not above `t`.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are the density and, in `df`, those of the incomplete beta function; see `betainc`. At ``t == 0``
    second derivatives that involve `df` are nan.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import stdtr
    >>> stdtr(*torch.tensor([3.0, 1.0], dtype=torch.float64))
    tensor(0.8045, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.stdtrit"),
    partials={
        "df": lambda df, p, out: -_in_degrees(df, out) / _density(df, out),
        "p": lambda df, p, out: 1.0 / _density(df, out),
    },
    domain={"df": Real(0.5, 30.0, hard=(1.0, 2.0, 100.0)), "p": Real(0.02, 0.98, hard=(0.3, 1e-6))},
    reference="scipy.special.stdtrit",
    rtol=1e-11,
)
def stdtrit(df: Tensor, p: Tensor) -> Tensor:
    """
    Inverse in the point of the distribution function of Student's t distribution.

    Parameters
    ----------
    df : array_like
        Degrees of freedom, positive.
    p : array_like
        Probability; its shape broadcasts with that of `df`.

    Returns
    -------
    Tensor
        The t with ``stdtr(df, t) == p``.

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
    >>> from scitorch.special import stdtrit
    >>> stdtrit(*torch.tensor([3.0, 0.9], dtype=torch.float64))
    tensor(1.6377, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.stdtridf"),
    partials={
        "p": lambda p, t, out: 1.0 / _in_degrees(out, t),
        "t": lambda p, t, out: -_density(out, t) / _in_degrees(out, t),
    },
    domain={"p": Real(0.5, 0.98), "t": Real(1.0, 3.0)},
    where=lambda p, t: (p > stdtr(1.0, t)) & (p < stdtr(6.0, t)),
    reference="scipy.special.stdtridf",
    rtol=1e-9,
)
def stdtridf(p: Tensor, t: Tensor) -> Tensor:
    """
    Inverse in the degrees of freedom of the distribution function of Student's t distribution.

    Parameters
    ----------
    p : array_like
        Probability.
    t : array_like
        Point; its shape broadcasts with that of `p`.

    Returns
    -------
    Tensor
        The df with ``stdtr(df, t) == p``.

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
    >>> from scitorch.special import stdtridf
    >>> stdtridf(*torch.tensor([0.8, 1.0], dtype=torch.float64))
    tensor(2.6387, dtype=torch.float64)
    """
