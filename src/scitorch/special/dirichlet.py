"""The periodic sine cardinal."""

from __future__ import annotations

import math
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op import Real, composite, elementwise

from .sinc import sine_quotient


def _exact(x: Any, n: Any) -> Any:
    """The quotient in many digits: SciPy's rounds n x/2 before the sine, which for large x leaves no digit."""
    import mpmath

    def value(x: float, n: float) -> float:
        if not (math.isfinite(x) and math.isfinite(n) and n > 0 and n == math.floor(n)):
            return math.nan
        with mpmath.workdps(700):
            half = mpmath.mpf(x) / 2
            return 1.0 if x == 0.0 else float(mpmath.sin(n * half) / (n * mpmath.sin(half)))

    return numpy.vectorize(value, otypes=[float])(x, n)


@elementwise(
    kernel=lambda n: torch.where((n > 0.0) & (n == torch.floor(n)), n, math.nan),
    partials={},
    undefined={"n": "the number of terms is a whole number"},
    domain={"n": Real(1, 12, integer=True, hard=(1, 2))},
    public=False,
)
def _number_of_terms(n: Tensor) -> Tensor:
    """The number, nan where it is not a whole one above 0."""


@composite(
    domain={
        "x": Real(-15.0, 15.0, hard=(0.0, 1e-9, math.pi, 2.0 * math.pi, -4.0 * math.pi, 6.2)),
        "n": Real(1, 12, integer=True, hard=(1, 2)),
    },
    undefined={"n": "the number of terms is a whole number"},
    reference=_exact,
    rtol=1e-11,
)
def diric(x: Tensor, n: Tensor) -> Tensor:
    """
    Periodic sine cardinal, or Dirichlet kernel.

    Parameters
    ----------
    x : array_like
        Real argument.
    n : array_like
        Number of terms, whole; its shape broadcasts with that of `x`.

    Returns
    -------
    Tensor
        sin(n x/2)/(n sin(x/2)), nan where `n` is not a whole number above 0.

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    With x/2 = πk + r and k whole, the function is (-1)^(k(n - 1)) times the quotient of sin(n r)/(n r) and sin(r)/r,
    which is smooth at the whole turns, where both sines are 0.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import diric
    >>> x = torch.tensor([0.0, 1.0, 2 * torch.pi], dtype=torch.float64)
    >>> diric(x, 4)
    tensor([ 1.0000,  0.4742, -1.0000], dtype=torch.float64)
    """
    half = 0.5 * x
    n = _number_of_terms(n).to(half.dtype)
    sine, cosine = torch.sin(half), torch.cos(half)
    sign = torch.where(cosine.detach() < 0.0, -1.0, 1.0)
    rest = torch.atan2(sign * sine, sign * cosine)
    odd = torch.where(sign < 0.0, 1.0, 0.0) * torch.remainder(n - 1.0, 2.0)
    return (1.0 - 2.0 * odd) * sine_quotient(n * rest) / sine_quotient(rest)
