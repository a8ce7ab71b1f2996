"""The normal distribution function, its logarithm, and their inverses."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .error_function import erf
from .faddeeva import erfcx
from .regions import real_part

_ndtr = scipy_ufunc("scipy.special.ndtr")
_log_ndtr = scipy_ufunc("scipy.special.log_ndtr")
_log1p = scipy_ufunc("scipy.special.log1p")
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
_ROOT_HALF = math.sqrt(0.5)


def _density(x: Tensor) -> Tensor:
    """exp(-x²/2)/√(2π), with derivatives that vanish at infinity like it."""
    if not x.is_complex():
        x = x.clamp(-40.0, 40.0)  # exp(-800) is zero
    return torch.exp(-0.5 * x * x) / _ROOT_TWO_PI


def _log_ndtr_kernel(x: Tensor) -> Tensor:
    if not x.is_complex():
        return _log_ndtr(x)  # type: ignore[return-value]
    # Where Φ is close to 1 SciPy takes the logarithm of the rounded value.
    right = x.real > 0.0
    return torch.where(right, _log1p(-_ndtr(torch.where(right, -x, -1.0))), _log_ndtr(x))  # type: ignore[arg-type, operator]


def _derivative_of_log_ndtr(x: Tensor, out: Tensor) -> Tensor:
    # φ(x)/Φ(x). On the left it is √(2/π)/erfcx(-x/√2), whose derivatives do not cancel; on the right erfcx overflows.
    left = real_part(x) < 0.0
    negative = torch.where(left, x, 0.0)
    positive = torch.where(left, 0.0, x)
    return torch.where(
        left, math.sqrt(2.0 / math.pi) / erfcx(-_ROOT_HALF * negative), _density(positive) / ndtr(positive)
    )


def _derivative_of_ndtri_exp(y: Tensor, out: Tensor) -> Tensor:
    # The reciprocal of the above at x = out, so that it does not overflow either.
    left = out < 0.0
    negative = torch.where(left, out, 0.0)
    positive = torch.where(left, 0.0, out)
    return torch.where(
        left,
        math.sqrt(0.5 * math.pi) * erfcx(-_ROOT_HALF * negative),
        _ROOT_TWO_PI * torch.exp(0.5 * positive * positive) * ndtr(positive),
    )


def _mpmath_ndtr(x: Any) -> Any:
    import mpmath

    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def _reference_log_ndtr(x: Any) -> Any:
    """SciPy's function; for complex numbers, where it has fewer digits than wanted, mpmath's."""
    import numpy
    from scipy.special import log_ndtr as reference

    if not numpy.iscomplexobj(x):
        return reference(x)
    return numpy.vectorize(lambda z: complex(_mpmath_log_ndtr(z)))(x)


def _mpmath_log_ndtr(x: Any) -> Any:
    import mpmath

    if not mpmath.im(x) and x > 0:
        return mpmath.log1p(-mpmath.erfc(x / mpmath.sqrt(2)) / 2)
    with mpmath.workdps(mpmath.mp.dps + 15):  # the logarithm of a number close to 1
        return mpmath.log(mpmath.erfc(-x / mpmath.sqrt(2)) / 2)


@elementwise(
    kernel=scipy_ufunc("scipy.special.ndtr"),
    loops="r->r z->z",
    partials={"x": lambda x, out: _density(x)},
    domain={"x": Real(-8.0, 8.0, hard=(0.0, -30.0, -37.0, 1e-8, 8.3))},
    complex_domain={"x": Complex((-4.0, 4.0), (-4.0, 4.0))},
    reference="scipy.special.ndtr",
    mpmath=_mpmath_ndtr,
)
def ndtr(x: Tensor) -> Tensor:
    """
    Distribution function of the standard normal distribution.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        Φ(x), accurate in the left tail too.

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    Φ(x) = erfc(-x/√2)/2, DLMF 7.2.2. The derivative is the normal density.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ndtr
    >>> ndtr(torch.tensor([-30.0, 0.0, 2.0], dtype=torch.float64))
    tensor([4.9067e-198,  5.0000e-01,  9.7725e-01], dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": _log_ndtr_kernel, "cuda real": torch.special.log_ndtr},
    loops="r->r z->z",
    partials={"x": _derivative_of_log_ndtr},
    domain={"x": Real(-30.0, 8.0, hard=(0.0, -1e4, -1e8, -1.0, 1e-8, 20.0, 35.3878))},
    complex_domain={"x": Complex((-4.0, 4.0), (-3.0, 3.0))},
    reference=_reference_log_ndtr,
    mpmath=_mpmath_log_ndtr,
)
def log_ndtr(x: Tensor) -> Tensor:
    """
    Logarithm of the distribution function of the standard normal distribution.

    Parameters
    ----------
    x : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        log Φ(x).

    Raises
    ------
    TypeError
        If `x` is no array of numbers.

    Notes
    -----
    The derivative is the ratio of density and distribution function, for negative `x` through the scaled error
    function, so that it is right in the far tail: the second derivative tends to -1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import log_ndtr
    >>> x = torch.tensor(-1e4, dtype=torch.float64)
    >>> log_ndtr(x), torch.func.grad(torch.func.grad(log_ndtr))(x)
    (tensor(-50000010.1293, dtype=torch.float64), tensor(-1.0000, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.ndtri"), "cuda": torch.special.ndtri},
    partials={"y": lambda y, out: _ROOT_TWO_PI * torch.exp(0.5 * out * out)},
    domain={"y": Real(0.01, 0.99, hard=(0.5, 1e-300, 1.7858e-71, 1e-10, 0.999999))},
    reference="scipy.special.ndtri",
)
def ndtri(y: Tensor) -> Tensor:
    """
    Quantile function of the standard normal distribution.

    Parameters
    ----------
    y : array_like
        Probability, between 0 and 1.

    Returns
    -------
    Tensor
        The x with Φ(x) = y; infinite at 0 and 1, nan outside.

    Raises
    ------
    TypeError
        If `y` is complex.

    Notes
    -----
    The derivative is the reciprocal of the density at x.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ndtri
    >>> ndtri(torch.tensor([0.0, 0.5, 0.975], dtype=torch.float64))
    tensor([  -inf, 0.0000, 1.9600], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.ndtri_exp"),
    partials={"y": _derivative_of_ndtri_exp},
    domain={"y": Real(-20.0, -0.01, hard=(-1e10, -1e-10, -0.6931471805599453))},
    reference="scipy.special.ndtri_exp",
    rtol=1e-11,
)
def ndtri_exp(y: Tensor) -> Tensor:
    """
    Quantile function of the standard normal distribution at the exponential of `y`.

    Parameters
    ----------
    y : array_like
        Logarithm of a probability, not positive.

    Returns
    -------
    Tensor
        The x with log Φ(x) = y.

    Raises
    ------
    TypeError
        If `y` is complex.

    Notes
    -----
    The inverse of `log_ndtr`, also for probabilities that underflow.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ndtri_exp
    >>> ndtri_exp(torch.tensor([-1e10, -1.0], dtype=torch.float64))
    tensor([-1.4142e+05, -3.3747e-01], dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.owens_t"),
    partials={
        "h": lambda h, a, out: -0.5 * _density(h) * erf(_ROOT_HALF * a * h),
        "a": lambda h, a, out: _density(h) * _density(a * h) / (1.0 + a * a),
    },
    domain={"h": Real(-3.0, 3.0, hard=(0.5, 6.15312)), "a": Real(-3.0, 3.0, hard=(0.5, 1.0, 1.02172))},
    reference="scipy.special.owens_t",
)
def owens_t(h: Tensor, a: Tensor) -> Tensor:
    """
    Owen's T function.

    Parameters
    ----------
    h, a : array_like
        Real arguments, of shapes that broadcast.

    Returns
    -------
    Tensor
        The probability of X > h and 0 < Y < aX for independent standard normal X and Y.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    D. B. Owen, "Tables for computing bivariate normal probabilities", Ann. Math. Stat. 27 (1956).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import owens_t
    >>> owens_t(torch.tensor(1.0, dtype=torch.float64), torch.tensor(0.5, dtype=torch.float64))
    tensor(0.0431, dtype=torch.float64)
    """
