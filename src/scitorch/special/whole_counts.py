"""Discrete distributions: counts are whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from scitorch.op import Real
from scitorch.op.kernel import scipy_ufunc

WHOLE = "the count is a whole number"
COUNT = Real(0, 8, integer=True, hard=(0, 1))
TRIALS = Real(10, 25, integer=True, hard=(40,))
PROBABILITY = Real(0.05, 0.95, hard=(0.5, 1e-3))


def with_whole(name: str, positions: tuple[int, ...]) -> Callable[..., Tensor]:
    """SciPy's function with the arguments at `positions` as integers, for which alone it is silent."""
    ufunc = scipy_ufunc(f"scipy.special.{name}")

    def kernel(*arguments: Tensor) -> Tensor:
        device = arguments[0].device  # SciPy has the only implementation
        taken = [x.cpu() for x in arguments]
        finite = torch.ones((), dtype=torch.bool)
        for i in positions:
            finite = finite & torch.isfinite(taken[i])
            taken[i] = torch.where(torch.isfinite(taken[i]), taken[i], 0.0).to(torch.int64)
        value = ufunc(*taken)
        return torch.where(finite, value, math.nan).to(arguments[0].dtype).to(device)

    return kernel
