"""Ratios and products of gamma functions: Pochhammer's symbol, binomial coefficients, factorials."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Maker, Real, Sample, composite, elementwise
from scitorch.op.kernel import scipy_ufunc
from scitorch.op.torch_private import transforms_active

from .beta import digamma_difference
from .gamma import gamma, gammaln, rgamma, rgamma_slope
from .polygamma import digamma


def _mpmath_poch(z: Any, m: Any) -> Any:
    import mpmath

    return mpmath.rf(z, m)


def _mpmath_binom(n: Any, k: Any) -> Any:
    import mpmath

    return mpmath.binomial(n, k)


def _is_pole(z: Tensor) -> Tensor:
    """Where Γ has a pole."""
    return (z <= 0.0) & (z == torch.floor(z))


def _poch_in_base(z: Tensor, m: Tensor, out: Tensor) -> Tensor:
    # Where Γ(z) has a pole and Γ(z + m) none, Γ(z + m)/Γ(z) is zero but its slope Γ(z + m) (1/Γ)'(z) is not. Where both
    # have one and m is whole, the symbol is a polynomial in z, (-1)^m Γ(1 - z)/Γ(1 - z - m) by DLMF 5.5.3.
    pole, other = _is_pole(z), _is_pole(z + m)
    zero, polynomial = pole & ~other, pole & other
    regular = out * digamma_difference(torch.where(pole, 1.5, z), torch.where(pole, 1.0, m))
    base, index = torch.where(zero, z, 0.0), torch.where(zero, m, 0.5)
    at_zero = gamma(base + index) * (digamma(base + index) * rgamma(base) + rgamma_slope(base))
    end = torch.where(polynomial, 1.0 - z - m, 1.0)
    whole = -out * digamma_difference(end, torch.where(polynomial, m, 1.0))
    return torch.where(zero, at_zero, torch.where(polynomial, whole, regular))


def _binom_partials(x: Tensor, y: Tensor, out: Tensor) -> tuple[Tensor, Tensor]:
    # At a zero one factor of 1/Γ vanishes, and Γ(x + 1) is joined with the other one, because alone it may overflow.
    low, high = _is_pole(y + 1.0), _is_pole(x - y + 1.0)
    regular = ~(low | high)
    u, v = torch.where(regular, x, 2.0), torch.where(regular, y, 0.5)
    in_x = out * digamma_difference(u - v + 1.0, v)
    in_y = out * (digamma(u - v + 1.0) - digamma(v + 1.0))
    # 1/Γ(k + 1) times Γ(x + 1)/Γ(x - k + 1), where k is y or x - y.
    k = torch.where(high, x - y, torch.where(low, y, -1.0))
    base = torch.where(regular, 1.5, x)
    ratio = poch(base - k + 1.0, k)
    in_k = ratio * (rgamma_slope(k + 1.0) + rgamma(k + 1.0) * digamma(base - k + 1.0))
    in_k = torch.where(torch.isnan(out), out, in_k)
    in_x_alone = ratio * rgamma(k + 1.0) * digamma_difference(base - k + 1.0, k)
    in_x = torch.where(high, in_x_alone + in_k, torch.where(low, in_x_alone, in_x))
    return in_x, torch.where(high, -in_k, torch.where(low, in_k, in_y))


@elementwise(
    kernel=scipy_ufunc("scipy.special.poch"),
    partials={
        "z": _poch_in_base,
        "m": lambda z, m, out: out * digamma(z + m),
    },
    domain={"z": Real(0.1, 20.0, hard=(0.5, 1.0, 100.0)), "m": Real(0.1, 10.0, hard=(1.0, 2.0, 0.5))},
    reference="scipy.special.poch",
    mpmath=_mpmath_poch,
    rtol=1e-11,
)
def poch(z: Tensor, m: Tensor) -> Tensor:
    """
    Pochhammer's symbol, the rising factorial.

    Parameters
    ----------
    z : array_like
        Real argument.
    m : array_like
        Real index; its shape broadcasts with that of `z`.

    Returns
    -------
    Tensor
        Γ(z + m)/Γ(z).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 5.2.5. The derivative in `z` is that times ψ(z + m) - ψ(z), computed as a difference.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import poch
    >>> poch(torch.tensor(3.0, dtype=torch.float64), torch.tensor([0.0, 2.0], dtype=torch.float64))
    tensor([ 1., 12.], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.binom"),
    partials={
        "x": lambda x, y, out: _binom_partials(x, y, out)[0],
        "y": lambda x, y, out: _binom_partials(x, y, out)[1],
    },
    domain={"x": Real(5.0, 20.0, hard=(10.0, 100.0)), "y": Real(0.1, 5.0, hard=(1.0, 2.0, 0.5))},
    reference="scipy.special.binom",
    mpmath=_mpmath_binom,
    rtol=1e-11,
)
def binom(x: Tensor, y: Tensor) -> Tensor:
    """
    Binomial coefficient of real arguments.

    Parameters
    ----------
    x, y : array_like
        Real arguments, of shapes that broadcast.

    Returns
    -------
    Tensor
        Γ(x + 1)/(Γ(y + 1) Γ(x - y + 1)).

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 1.2.6 continued by the gamma function.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import binom
    >>> binom(torch.tensor(4.0, dtype=torch.float64), torch.tensor([2.0, 2.5], dtype=torch.float64))
    tensor([6.0000, 5.4325], dtype=torch.float64)
    """


def _whole(name: str, argument: str, value: Tensor) -> int:
    """The integer in a 0-d array."""
    if value.ndim or value.is_complex() or (value.is_floating_point() and value.item() != round(value.item())):
        given = f"an array of shape {tuple(value.shape)}" if value.ndim else f"{value.item()}"
        raise ValueError(f"{name}: argument {argument!r} is {given}; exact=True wants one whole number")
    return int(value.item())


def _pairs(make: Maker) -> list[Sample]:
    if not make.dtype.is_floating_point:
        return []
    total = torch.tensor([5.0, 7.5, 9.0, 12.0], dtype=make.dtype)
    return [Sample((total, torch.tensor([2.0, 2.5, 1.0, 4.5], dtype=make.dtype)))]


@composite(samples=_pairs, reference="scipy.special.comb", rtol=1e-11)
def comb(N: Tensor, k: Tensor, *, exact: bool = False, repetition: bool = False) -> Tensor | int:
    """
    Number of combinations of `N` things taken `k` at a time.

    Parameters
    ----------
    N : array_like
        Number of things.
    k : array_like
        Number of things taken; its shape broadcasts with that of `N`.
    exact : bool, optional
        Whether to count with Python integers of any size; for two whole numbers only.
    repetition : bool, optional
        Whether a thing may be taken again.

    Returns
    -------
    Tensor or int
        The binomial coefficient, 0 where `k` is above `N` or either is negative; an int if `exact`.

    Raises
    ------
    TypeError
        If an argument is complex.
    ValueError
        If `exact` is asked for with arguments that are not two whole numbers.

    Notes
    -----
    `binom` has the derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import comb
    >>> comb(torch.tensor([5.0, 3.0], dtype=torch.float64), torch.tensor([2.0, 4.0], dtype=torch.float64))
    tensor([10.,  0.], dtype=torch.float64)
    """
    if repetition:
        return comb(N + k - 1, k, exact=exact)
    if exact:
        total, taken = _whole("comb", "N", N), _whole("comb", "k", k)
        return math.comb(total, taken) if min(total, taken) >= 0 else 0
    possible = (k <= N) & (N >= 0) & (k >= 0)
    return torch.where(possible, binom(torch.where(possible, N, 1), torch.where(possible, k, 1)), 0.0)


@composite(samples=_pairs, reference="scipy.special.perm", rtol=1e-11)
def perm(N: Tensor, k: Tensor, exact: bool = False) -> Tensor | int:
    """
    Number of arrangements of `k` of `N` things.

    Parameters
    ----------
    N : array_like
        Number of things.
    k : array_like
        Number of things arranged; its shape broadcasts with that of `N`.
    exact : bool, optional
        Whether to count with Python integers of any size; for two whole numbers only.

    Returns
    -------
    Tensor or int
        N!/(N - k)!, 0 where `k` is above `N` or either is negative; an int if `exact`.

    Raises
    ------
    TypeError
        If an argument is complex.
    ValueError
        If `exact` is asked for with arguments that are not two whole numbers.

    Notes
    -----
    `poch` has the derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import perm
    >>> perm(torch.tensor([5.0, 3.0], dtype=torch.float64), torch.tensor([2.0, 4.0], dtype=torch.float64))
    tensor([20.,  0.], dtype=torch.float64)
    """
    if exact:
        total, taken = _whole("perm", "N", N), _whole("perm", "k", k)
        return math.perm(total, taken) if min(total, taken) >= 0 else 0
    possible = (k <= N) & (N >= 0) & (k >= 0)
    start = torch.where(possible, N - k + 1, 1)
    return torch.where(possible, poch(start, torch.where(possible, k, 1)), 0.0)


@composite(domain={"n": Real(0.0, 20.0, hard=(0.0, 1.0, 5.0, 170.0))}, reference="scipy.special.factorial")
def factorial(n: Tensor, exact: bool = False) -> Tensor | int:
    """
    Factorial, continued by the gamma function.

    Parameters
    ----------
    n : array_like
        Real argument.
    exact : bool, optional
        Whether to count with Python integers of any size; for one whole number only.

    Returns
    -------
    Tensor or int
        Γ(n + 1), 0 for negative `n`; an int if `exact`.

    Raises
    ------
    TypeError
        If `n` is complex.
    ValueError
        If `exact` is asked for with an argument that is not one whole number.

    Notes
    -----
    DLMF 5.4.1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import factorial
    >>> factorial(torch.tensor([0.0, 5.0, -1.0], dtype=torch.float64))
    tensor([  1., 120.,   0.], dtype=torch.float64)
    """
    if exact:
        count = _whole("factorial", "n", n)
        return math.factorial(count) if count >= 0 else 0
    return torch.where(n < 0, 0.0, gamma(torch.where(n < 0, 0, n) + 1))


def _multivariate_samples(make: Maker) -> list[Sample]:
    if not make.dtype.is_floating_point:
        return []
    return [Sample((torch.tensor([3.0, 4.5, 10.0], dtype=make.dtype), d)) for d in (1, 2, 5)]


@composite(samples=_multivariate_samples, arrays=("a",), reference="scipy.special.multigammaln", rtol=1e-11)
def multigammaln(a: Tensor, d: int) -> Tensor:
    """
    Logarithm of the multivariate gamma function.

    Parameters
    ----------
    a : array_like
        Real, above (d - 1)/2.
    d : int
        Dimension.

    Returns
    -------
    Tensor
        log Γ_d(a), of the shape of `a`.

    Raises
    ------
    ValueError
        If `d` is no positive integer, or some `a` is not above (d - 1)/2.

    Notes
    -----
    DLMF 35.3.4.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import multigammaln
    >>> multigammaln(torch.tensor(3.0, dtype=torch.float64), 2)
    tensor(1.5502, dtype=torch.float64)
    """
    if d != int(d) or d < 1:
        raise ValueError(f"multigammaln: argument 'd' is {d}; wanted a positive integer")
    # Values cannot be looked at inside a trace or a transform.
    visible = not torch.compiler.is_compiling() and not transforms_active() and a.device.type != "meta"
    if visible and bool((a <= 0.5 * (d - 1)).any()):
        raise ValueError(f"multigammaln: argument 'a' has an element not above (d - 1)/2 = {0.5 * (d - 1)}")
    total = gammaln(a)
    for j in range(1, int(d)):
        total = total + gammaln(a - 0.5 * j)
    return total + 0.25 * d * (d - 1) * math.log(math.pi)
