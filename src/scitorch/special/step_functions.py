"""Functions that are constant between their jumps: the sign of Γ, rounding."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from scitorch.op import Real, elementwise

from .regions import nan_where


def _flat(out: Tensor, x: Tensor) -> Tensor:
    """The derivative of a constant, nan where the function is not defined."""
    return nan_where(torch.isnan(out), torch.zeros_like(x), x)


def _sign_of_gamma(x: Tensor) -> Tensor:
    below = torch.floor(x)
    left = torch.where(torch.remainder(below, 2.0) == 0.0, 1.0, -1.0).to(x.dtype)
    left = torch.where((x == below) | torch.isnan(x), math.nan, left)
    return torch.where(x > 0.0, 1.0, torch.where(x == 0.0, torch.copysign(torch.ones_like(x), x), left))


@elementwise(
    kernel=_sign_of_gamma,
    partials={"x": lambda x, out: _flat(out, x)},
    domain={"x": Real(-6.0, 30.0, hard=(-0.5, -1.5, -2.00001, -100.5, 1e-8, 1.0, 170.5))},
    reference="scipy.special.gammasgn",
)
def gammasgn(x: Tensor) -> Tensor:
    """
    Sign of the gamma function.

    Parameters
    ----------
    x : array_like
        Real argument, any shape.

    Returns
    -------
    Tensor
        1 or -1; at ±0 the sign of the zero, nan at the negative whole numbers.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Γ(x) = gammasgn(x) exp(gammaln(x)); the derivative is 0.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gammasgn
    >>> gammasgn(torch.tensor([-1.5, -0.5, 2.0], dtype=torch.float64))
    tensor([ 1., -1.,  1.], dtype=torch.float64)
    """


@elementwise(
    kernel=torch.round,
    partials={"x": lambda x, out: _flat(out, x)},
    domain={"x": Real(-20.0, 20.0, hard=(0.0, 1e-8, 0.2, 1e15, -7.3))},
    reference="scipy.special.round",
)
def round(x: Tensor) -> Tensor:
    """
    Round to the nearest whole number.

    Parameters
    ----------
    x : array_like
        Real argument, any shape.

    Returns
    -------
    Tensor
        The nearest whole number, the even one of two, in the floating dtype of `x`.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is 0, at the jumps as well.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import round
    >>> round(torch.tensor([0.5, 1.4, 1.5], dtype=torch.float64))
    tensor([0., 1., 2.], dtype=torch.float64)
    """
