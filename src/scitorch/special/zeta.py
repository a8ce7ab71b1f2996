"""The Riemann and Hurwitz zeta functions."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, composite, elementwise
from scitorch.op.kernel import scipy_ufunc

from .euler_maclaurin import HIGHEST, hurwitz_derivative, hurwitz_zeta
from .gamma import gamma, loggamma, sine_and_cosine_of_pi
from .polygamma import digamma
from .regions import nan_where, real_part

_zeta = scipy_ufunc("scipy.special._ufuncs._zeta")


def _hurwitz_in_x_kernel(x: Tensor, q: Tensor, *, order: int) -> Tensor:
    infinite = torch.isposinf(q)
    finite = torch.where(infinite, 1.0, q)
    if x.is_complex():
        value = hurwitz_derivative(x.to(torch.complex128), finite.to(torch.float64), order).to(x.dtype)
    else:
        value = hurwitz_zeta.derivative(order, 0)(x, finite)  # type: ignore[assignment]
    # SciPy's function of a real exponent is defined for x > 1 only; left of -1 the sum for a complex one cancels.
    defined = (x.real > -1.0) & (x.imag.abs() <= HIGHEST) if x.is_complex() else x > 1.0
    return torch.where(defined, torch.where(infinite, 0.0, value), math.nan)


def _hurwitz_in_q(x: Tensor, q: Tensor) -> Tensor:
    slope = -x * _hurwitz(x + 1.0, q)
    return slope if x.is_complex() else nan_where(x < 1.0, slope, x, q)


def _hurwitz_kernel(x: Tensor, q: Tensor) -> Tensor:
    if not x.is_complex() and x.device.type == "cpu":
        return _zeta(x, q)  # type: ignore[return-value]
    return _hurwitz_in_x_kernel(x, q, order=0)


def _reference_hurwitz(x: Any, q: Any) -> Any:
    """SciPy's function; for complex exponents, which it does not take, mpmath's."""
    import mpmath
    import numpy
    from scipy.special import zeta as reference

    if not numpy.iscomplexobj(x):
        return reference(x, q)
    return numpy.vectorize(lambda s, a: complex(mpmath.zeta(s, a)))(x, q)


@elementwise(
    kernel=_hurwitz_in_x_kernel,
    loops="rr->r zr->z",
    partials={
        "x": lambda x, q, out, *, order: _hurwitz_in_x(x, q, order=order + 1),
        # ∂ζ(x, q)/∂q = -x ζ(x + 1, q), DLMF 25.11.17, differentiated in x.
        "q": lambda x, q, out, *, order: -(x * _hurwitz_in_x(x + 1.0, q, order=order) + order * _lower(x, q, order)),
    },
    domain={"x": Real(1.2, 10.0, hard=(1.001, 50.0)), "q": Real(0.05, 20.0, hard=(1.0, 1e3))},
    complex_domain={"x": Complex((1.2, 6.0), (-10.0, 10.0))},
    public=False,
)
def _hurwitz_in_x(x: Tensor, q: Tensor, *, order: int = 1) -> Tensor:
    """The derivative of this order in x of ζ(x, q)."""


def _lower(x: Tensor, q: Tensor, order: int) -> Tensor:
    """∂ᵐ⁻¹ζ(x + 1, q)/∂xᵐ⁻¹."""
    return _hurwitz_in_x(x + 1.0, q, order=order - 1) if order > 1 else _hurwitz(x + 1.0, q)


@elementwise(
    kernel=_hurwitz_kernel,
    loops="rr->r zr->z",
    partials={
        "x": lambda x, q, out: _hurwitz_in_x(x, q),
        "q": lambda x, q, out: _hurwitz_in_q(x, q),
    },
    domain={"x": Real(1.2, 10.0, hard=(1.001, 50.0)), "q": Real(0.05, 20.0, hard=(1.0, 1e3))},
    complex_domain={"x": Complex((1.2, 6.0), (-10.0, 10.0))},
    reference=_reference_hurwitz,
    mpmath=lambda x, q: _mpmath_zeta(x, q),
    rtol=1e-11,
    public=False,
)
def _hurwitz(x: Tensor, q: Tensor) -> Tensor:
    """ζ(x, q)."""


def _riemann_in_x_kernel(x: Tensor, *, order: int) -> Tensor:
    if not x.is_complex():
        huge = x > 1100.0  # 2⁻ˣ is zero
        one = torch.ones((), dtype=x.dtype, device=x.device)
        value = hurwitz_zeta.derivative(order, 0)(torch.where(huge, 2.0, x), one)
        return torch.where(huge, 0.0, value)  # type: ignore[arg-type]
    huge = x.real > 1100.0
    one = torch.ones((), dtype=torch.float64, device=x.device)
    wide = hurwitz_derivative(torch.where(huge, 2.0, x.to(torch.complex128)), one, order)
    wide = torch.where(x.imag.abs() <= HIGHEST, wide, math.nan)
    return torch.where(huge, 0.0, wide).to(x.dtype)


@elementwise(
    kernel=_riemann_in_x_kernel,
    loops="r->r z->z",
    partials={"x": lambda x, out, *, order: _riemann_in_x(x, order=order + 1)},
    domain={"x": Real(0.0, 10.0, hard=(0.0, 0.5, 0.999, 1.001, 50.0))},
    complex_domain={"x": Complex((0.0, 6.0), (-20.0, 20.0))},
    public=False,
)
def _riemann_in_x(x: Tensor, *, order: int = 1) -> Tensor:
    """The derivative of this order of ζ(x), for Re x >= -1/2."""


def _derivative_of_riemann(x: Tensor, out: Tensor) -> Tensor:
    # Close to 0 the functional equation has the pole of ζ(1 - s); the sum is right down to -1.
    left = real_part(x) < -0.5
    right_value = _riemann_in_x(torch.where(left, 2.0, x))
    # DLMF 25.4.1: ζ(s) = 2 (2π)^(s - 1) sin(πs/2) Γ(1 - s) ζ(1 - s); all but the sine is smooth and positive for s < 0.
    s = torch.where(left, x, -1.0)
    sine, cosine = sine_and_cosine_of_pi(0.5 * s)
    mirrored = 1.0 - s
    power = 2.0 * torch.exp((s - 1.0) * math.log(2.0 * math.pi)) * gamma(mirrored)
    factor = power * _riemann(mirrored)
    slope = factor * (math.log(2.0 * math.pi) - digamma(mirrored)) - power * _riemann_in_x(mirrored)
    value = torch.where(left, slope * sine + (0.5 * math.pi) * factor * cosine, right_value)
    if not x.is_complex():
        return value
    far = left & (x.imag.detach().abs() > 20.0)
    return torch.where(far, _riemann_slope_far_left(torch.where(far, x, -1.0 + 30.0j)), value)


def _riemann_slope_far_left(s: Tensor) -> Tensor:
    """ζ'(s) by the functional equation for a large |Im s|, where the sine overflows and Γ(1 - s) vanishes."""
    # ζ(s) = χ(s) ζ(1 - s); in the upper half plane sin w = (i/2) exp(-iw) (1 - exp(2iw)), and below it the conjugate.
    turn = torch.where(s.imag.detach() > 0.0, 1.0j, -1.0j)
    w = 0.5 * math.pi * s
    small = torch.exp(2.0 * turn * w)
    mirrored = 1.0 - s
    logarithm = s * math.log(2.0 * math.pi) - math.log(2.0 * math.pi) - turn * w + loggamma(mirrored)
    chi = turn * (1.0 - small) * torch.exp(logarithm)
    cotangent = -turn * (1.0 + small) / (1.0 - small)
    slope = math.log(2.0 * math.pi) + 0.5 * math.pi * cotangent - digamma(mirrored)
    return chi * (slope * _riemann(mirrored) - _riemann_in_x(mirrored))


@elementwise(
    kernel=scipy_ufunc("scipy.special._ufuncs._riemann_zeta"),
    loops="r->r z->z",
    partials={"x": _derivative_of_riemann},
    domain={"x": Real(-12.0, 12.0, hard=(0.0, 0.5, -2.0, -1.0, -4.0, 0.999, 1.001, 50.0, -0.001, -50.5))},
    complex_domain={"x": Complex((-6.0, 6.0), (-20.0, 20.0), hard=(0.5 + 14j, -2 + 0.1j))},
    reference="scipy.special._ufuncs._riemann_zeta",
    mpmath=lambda x: _mpmath_zeta(x, 1),
    rtol=1e-11,
    public=False,
)
def _riemann(x: Tensor) -> Tensor:
    """ζ(x)."""


def _mpmath_zeta(x: Any, q: Any) -> Any:
    import mpmath

    return mpmath.zeta(x, q)


@composite(
    domain={"x": Real(1.2, 10.0, hard=(1.001, 50.0)), "q": Real(0.05, 20.0, hard=(1.0, 1e3))},
    arrays=("x", "q"),
    reference="scipy.special.zeta",
)
def zeta(x: Tensor, q: Tensor | None = None) -> Tensor:
    """
    Riemann or Hurwitz zeta function.

    Parameters
    ----------
    x : array_like
        Real or complex exponent.
    q : array_like, optional
        Real offset; its shape broadcasts with that of `x`. Without it the function is Riemann's.

    Returns
    -------
    Tensor
        ζ(x) without `q`, for all `x`. Otherwise ζ(x, q) = Σ (q + k)⁻ˣ, for real `x` above 1, for complex `x`
        right of -1 with an imaginary part of at most 20,000 (an extension of SciPy), and nan elsewhere.

    Raises
    ------
    TypeError
        If `q` is complex.

    Notes
    -----
    DLMF 25.2.1 and 25.11.1. The derivative in `q` is -x ζ(x + 1, q), the one in `x` the Euler–Maclaurin formula (DLMF
    25.11.5) differentiated term by term, and left of 0 the functional equation (DLMF 25.4.1) differentiated. They are
    nan for an imaginary part beyond 20,000, where the sum would take too many terms.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import zeta
    >>> zeta(torch.tensor([-1.0, 0.5, 2.0], dtype=torch.float64))
    tensor([-0.0833, -1.4604,  1.6449], dtype=torch.float64)
    >>> torch.func.grad(zeta)(torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.9375, dtype=torch.float64)
    """
    return _riemann(x) if q is None else _hurwitz(x, q)


def _mpmath_zetac(x: Any) -> Any:
    import mpmath

    with mpmath.workdps(mpmath.mp.dps + 20):
        return mpmath.zeta(x) - 1


@elementwise(
    kernel=scipy_ufunc("scipy.special.zetac"),
    partials={"x": _derivative_of_riemann},
    domain={"x": Real(-12.0, 12.0, hard=(0.5, -2.0, -4.0, 0.999, 1.001, 50.0, -0.001))},
    reference="scipy.special.zetac",
    mpmath=_mpmath_zetac,
    rtol=1e-11,
)
def zetac(x: Tensor) -> Tensor:
    """
    Riemann zeta function less 1.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        ζ(x) - 1, accurate for large `x`.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    See `zeta`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import zetac
    >>> zetac(torch.tensor([2.0, 60.0], dtype=torch.float64))
    tensor([6.4493e-01, 8.6736e-19], dtype=torch.float64)
    """
