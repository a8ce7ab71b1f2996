"""Inverses of the normal distribution function in mean and standard deviation."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .normal_distribution import ndtri

_PROBABILITY = Real(0.05, 0.95, hard=(0.5,))


def _quantile_slope(p: Tensor) -> Tensor:
    """The derivative of Φ⁻¹, 1/φ(Φ⁻¹(p))."""
    quantile = ndtri(p)
    return math.sqrt(2.0 * math.pi) * torch.exp(0.5 * quantile * quantile)


@elementwise(
    kernel=scipy_ufunc("scipy.special.nrdtrimn"),
    partials={
        "p": lambda p, std, x, out: -std * _quantile_slope(p),
        "std": lambda p, std, x, out: -ndtri(p),
        "x": lambda p, std, x, out: torch.ones_like(out),
    },
    domain={"p": _PROBABILITY, "std": Real(0.5, 3.0), "x": Real(-5.0, 5.0)},
    reference="scipy.special.nrdtrimn",
    rtol=1e-11,
)
def nrdtrimn(p: Tensor, std: Tensor, x: Tensor) -> Tensor:
    """
    Inverse in the mean of the distribution function of a normal distribution.

    Parameters
    ----------
    p : array_like
        Probability.
    std : array_like
        Standard deviation, positive.
    x : array_like
        Point. The shapes broadcast.

    Returns
    -------
    Tensor
        The mean of the distribution with Φ((x - mean)/std) = p.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    x - std Φ⁻¹(p).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import nrdtrimn
    >>> nrdtrimn(*torch.tensor([0.9, 1.0, 2.0], dtype=torch.float64))
    tensor(0.7184, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.nrdtrisd"),
    partials={
        "mn": lambda mn, p, x, out: -1.0 / ndtri(p),
        "p": lambda mn, p, x, out: -out * _quantile_slope(p) / ndtri(p),
        "x": lambda mn, p, x, out: 1.0 / ndtri(p),
    },
    domain={"mn": Real(-3.0, -1.0), "p": Real(0.55, 0.95), "x": Real(-0.5, 5.0)},
    reference="scipy.special.nrdtrisd",
    rtol=1e-11,
)
def nrdtrisd(mn: Tensor, p: Tensor, x: Tensor) -> Tensor:
    """
    Inverse in the standard deviation of the distribution function of a normal distribution.

    Parameters
    ----------
    mn : array_like
        Mean.
    p : array_like
        Probability.
    x : array_like
        Point. The shapes broadcast.

    Returns
    -------
    Tensor
        The standard deviation of the distribution with Φ((x - mn)/std) = p.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    (x - mn)/Φ⁻¹(p).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import nrdtrisd
    >>> nrdtrisd(*torch.tensor([0.0, 0.9, 2.0], dtype=torch.float64))
    tensor(1.5606, dtype=torch.float64)
    """
