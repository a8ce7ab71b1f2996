"""Where an argument lies: what decides between formulas, and nan outside the domain of a function."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def real_part(z: Tensor) -> Tensor:
    """The real part as a plain value to decide by, without derivatives."""
    return z.detach().real if z.is_complex() else z.detach()


def nan_where(outside: Tensor, value: Tensor, *arguments: Tensor) -> Tensor:
    """
    Return `value`, and nan where `outside` holds.

    The nan depends on the arguments, because the derivative of a constant nan would be zero. It is absent elsewhere,
    because nan times the zero cotangent of the branch that was not taken would be nan.
    """
    factor = torch.where(outside, math.nan, torch.ones_like(value))
    undefined = arguments[0] * factor
    for argument in arguments[1:]:
        undefined = undefined + argument * factor
    return torch.where(outside, undefined, value)
