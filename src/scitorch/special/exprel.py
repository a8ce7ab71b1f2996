"""The relative error exponential, (exp x - 1)/x."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scalar_kernel, scipy_ufunc


@scalar_kernel
def exprel_derivative(x, n):  # type: ignore[no-untyped-def]
    """The derivative of order n of (exp x - 1)/x: the integral of tⁿ exp(xt) from 0 to 1."""
    if x != x:
        return x
    if x >= 0.0:
        if x > 1e300:
            return math.inf
        if x > 40.0 + 2.0 * n:  # by parts, I_k = (exp x - k I_{k-1})/x
            value = 1.0 / x
            k = 1.0
            while k < n + 0.5:
                value = (1.0 - k * value) / x
                k += 1.0
            return math.exp(0.5 * x) * value * math.exp(0.5 * x)
        total = 0.0
        power = 1.0
        k = 0.0
        while k < 500.0:
            term = power / (k + n + 1.0)
            total += term
            k += 1.0
            power *= x / k
            if term <= 1e-17 * total:
                break
        return total
    # DLMF 8.5.1 and 8.7.1: n!/|x|ⁿ⁺¹ P(n + 1, |x|), by a series of positive terms.
    if x < -60.0 - 4.0 * n:
        value = -1.0 / x
        k = 1.0
        while k < n + 0.5:
            value *= -k / x
            k += 1.0
        return value
    total = 0.0
    term = 1.0 / (n + 1.0)
    k = n + 1.0
    while k < 1000.0:
        total += term
        k += 1.0
        term *= -x / k
        if term <= 1e-17 * total:
            break
    return math.exp(x) * total


def _exprel_kernel(x: Tensor, *, order: int) -> Tensor:
    return exprel_derivative(x, float(order))  # type: ignore[return-value]


@elementwise(
    kernel=_exprel_kernel,
    partials={"x": lambda x, out, *, order: _exprel_derivative(x, order=order + 1)},
    domain={"x": Real(-80.0, 60.0, hard=(0.0, 1e-8))},
    public=False,
)
def _exprel_derivative(x: Tensor, *, order: int = 1) -> Tensor:
    """The derivative of this order of (exp x - 1)/x."""


def exprel_slope(x: Tensor) -> Tensor:
    """The derivative of (exp x - 1)/x."""
    return _exprel_derivative(x)


def _mpmath_exprel(x: Any) -> Any:
    import mpmath

    return mpmath.expm1(x) / x if x else mpmath.mpf(1)


@elementwise(
    kernel=scipy_ufunc("scipy.special.exprel"),
    partials={"x": lambda x, out: _exprel_derivative(x)},
    domain={"x": Real(-10.0, 10.0, hard=(1e-8, -50.0, 50.0, 300.0, -300.0))},
    reference="scipy.special.exprel",
    mpmath=_mpmath_exprel,
)
def exprel(x: Tensor) -> Tensor:
    """
    Relative error exponential.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        (exp x - 1)/x, 1 at 0.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative of order n is the integral of tⁿ exp(xt) from 0 to 1, summed without cancellation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import exprel
    >>> exprel(torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([1.0000, 1.7183], dtype=torch.float64)
    """
