"""The beta function and its logarithm."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scalar_kernel, scipy_ufunc

from .gamma import gamma, rgamma, rgamma_slope
from .polygamma import digamma, polygamma, polygamma_kernel
from .stirling import STIRLING, log_gamma_ratio, stirling_correction

#: B₂ₖ for k = 8 … 1.
_BERNOULLI = (-3617.0 / 510.0, 7.0 / 6.0, -691.0 / 2730.0, 5.0 / 66.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 1.0 / 6.0)


@scalar_kernel
def polygamma_difference(a, b, n):  # type: ignore[no-untyped-def]
    """ψ⁽ⁿ⁾(a + b) - ψ⁽ⁿ⁾(a) for a > 0 and a + b > 0, without cancellation."""
    # Every term is a power z⁻ᵐ at a + b less that at a, which is a⁻ᵐ expm1(-m log1p(b/a)).
    total = 0.0
    x = a
    while min(x, x + b) < 16.0 + n:  # the recurrence, DLMF 5.15.5
        total -= math.pow(x, -n - 1.0) * math.expm1(-(n + 1.0) * math.log1p(b / x))
        x += 1.0
    logarithm = math.log1p(b / x)
    # The asymptotic series, DLMF 5.11.2 differentiated n times and divided by (-1)ⁿ n!.
    if n < 0.5:
        total += logarithm
    else:
        total -= math.pow(x, -n) * math.expm1(-n * logarithm) / n
    total -= 0.5 * math.pow(x, -n - 1.0) * math.expm1(-(n + 1.0) * logarithm)
    k = 8.0
    tail = 0.0
    for bernoulli in _BERNOULLI:
        # (2k + n - 1)!/((2k)! n!), here as a product.
        weight = 1.0 / (2.0 * k)
        j = 1.0
        while j < n + 0.5:
            weight *= (2.0 * k - 1.0 + j) / j
            j += 1.0
        tail -= bernoulli * weight * math.pow(x, -2.0 * k - n) * math.expm1(-(2.0 * k + n) * logarithm)
        k -= 1.0
    total += tail
    sign = 1.0
    j = 1.0
    while j < n + 0.5:
        sign *= -j
        j += 1.0
    return sign * total


@scalar_kernel
def log_beta(a, b):  # type: ignore[no-untyped-def]
    """log B(a, b) for a, b > 0, the larger of them at least 16."""
    p = min(a, b)
    q = max(a, b)
    if p >= STIRLING:
        correction = stirling_correction(p) + stirling_correction(q) - stirling_correction(p + q)
        ratio = (q - 0.5) * math.log1p(p / q) + p * math.log1p(q / p)
        return 0.5 * math.log(2.0 * math.pi / p) - ratio + correction
    return math.lgamma(p) - log_gamma_ratio(p, q)


@scalar_kernel
def large_beta(a, b):  # type: ignore[no-untyped-def]
    """B(a, b) for a, b > 0, the larger of them at least 16."""
    p = min(a, b)
    q = max(a, b)
    if p >= STIRLING:
        return math.exp(log_beta(p, q))
    return math.gamma(p) * math.exp(-log_gamma_ratio(p, q))


def _with_large(small: Any, large: Any) -> Any:
    """SciPy's function, and the kernel for large arguments, where SciPy loses digits."""

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        is_large = (torch.minimum(a, b) > 0.0) & (torch.maximum(a, b) >= STIRLING) & torch.isfinite(a + b)
        value = small(a, b)
        if not bool(is_large.any()):
            return value  # type: ignore[no-any-return]
        return torch.where(is_large, large(torch.where(is_large, a, 16.0), torch.where(is_large, b, 16.0)), value)

    return kernel


def _difference_kernel(a: Tensor, b: Tensor, *, order: int) -> Tensor:
    n = torch.full((), float(order), dtype=a.dtype, device=a.device)
    regular = (a > 0.0) & (a + b > 0.0) & (a + b < math.inf)
    value = polygamma_difference(torch.where(regular, a, 1.0), torch.where(regular, b, 1.0), n)
    if bool(regular.all()):
        return value  # type: ignore[return-value]
    return torch.where(regular, value, polygamma_kernel(n, a + b) - polygamma_kernel(n, a))  # type: ignore[arg-type]


@elementwise(
    kernel=_difference_kernel,
    partials={
        "a": lambda a, b, out, *, order: _polygamma_difference(a, b, order=order + 1),
        "b": lambda a, b, out, *, order: polygamma(order + 1, a + b),
    },
    domain={"a": Real(0.05, 20.0, hard=(1e8,)), "b": Real(0.05, 20.0, hard=(1e-8, 1e8))},
    public=False,
)
def _polygamma_difference(a: Tensor, b: Tensor, *, order: int = 0) -> Tensor:
    """ψ⁽ⁿ⁾(a + b) - ψ⁽ⁿ⁾(a) for n = `order`."""


def digamma_difference(a: Tensor, b: Tensor) -> Tensor:
    """ψ(a + b) - ψ(a), accurate also where b is small against a."""
    return _polygamma_difference(a, b)


def _mpmath_betaln(a: Any, b: Any) -> Any:
    import mpmath

    return mpmath.log(abs(mpmath.beta(a, b)))


def _mpmath_beta(a: Any, b: Any) -> Any:
    import mpmath

    return mpmath.beta(a, b)


def _beta_in_first(a: Tensor, b: Tensor, out: Tensor) -> Tensor:
    # The zeros of 1/Γ(a + b) are poles of its logarithm; there the product is differentiated factor by factor.
    total = a + b
    zero = (total <= 0.0) & (total == torch.floor(total)) & (out == 0.0)
    regular = -out * _polygamma_difference(torch.where(zero, 1.5, a), torch.where(zero, 1.0, b))
    first, second = torch.where(zero, a, 0.5), torch.where(zero, b, 0.5)
    slope = rgamma_slope(first + second) + rgamma(first + second) * digamma(first)
    return torch.where(zero, gamma(first) * gamma(second) * slope, regular)


_PARAMETER = Real(0.05, 20.0, hard=(0.5, 1.0, 13.5655, 1e3, 1e-8))


@elementwise(
    kernel={"cpu": _with_large(scipy_ufunc("scipy.special.betaln"), log_beta)},
    partials={
        "a": lambda a, b, out: -_polygamma_difference(a, b),
        "b": lambda a, b, out: -_polygamma_difference(b, a),
    },
    domain={"a": _PARAMETER, "b": _PARAMETER},
    reference="scipy.special.betaln",
    rtol=1e-11,
)
def betaln(a: Tensor, b: Tensor) -> Tensor:
    """
    Logarithm of the absolute value of the beta function.

    Parameters
    ----------
    a, b : array_like
        Real arguments, of shapes that broadcast.

    Returns
    -------
    Tensor
        log|B(a, b)|.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 5.12.1. The derivative ψ(a) - ψ(a + b) is computed as a difference, so that it is right where one argument is
    much larger than the other.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import betaln
    >>> betaln(torch.tensor([0.5, 1e8], dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor([  0.2877, -36.8414], dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": _with_large(scipy_ufunc("scipy.special.beta"), large_beta)},
    partials={
        "a": lambda a, b, out: _beta_in_first(a, b, out),
        "b": lambda a, b, out: _beta_in_first(b, a, out),
    },
    domain={"a": _PARAMETER, "b": _PARAMETER},
    reference="scipy.special.beta",
    mpmath=_mpmath_beta,
    rtol=1e-11,
)
def beta(a: Tensor, b: Tensor) -> Tensor:
    """
    Beta function.

    Parameters
    ----------
    a, b : array_like
        Real arguments, of shapes that broadcast.

    Returns
    -------
    Tensor
        B(a, b) = Γ(a) Γ(b)/Γ(a + b).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 5.12.1. The derivative is B(a, b) (ψ(a) - ψ(a + b)), with the difference of the digamma functions computed
    without cancellation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import beta
    >>> beta(torch.tensor([0.5, 3.0], dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor([1.3333, 0.0833], dtype=torch.float64)
    """
