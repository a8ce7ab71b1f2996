"""Modified Bessel functions of the second kind, plain and scaled, with every derivative in order and argument."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scalar_kernel, scipy_ufunc

from .evaluation import ValueKernel, with_orders

# Everything here is one integral, DLMF 10.32.9,
#
#     K_ν(x) = ∫₀^∞ exp(-x cosh t) cosh(νt) dt,    x > 0,
#
# differentiated under the sign: each ∂/∂ν brings a factor t and turns cosh(νt) into sinh(νt) and back, each ∂/∂x brings
# -cosh t, or -(cosh t - 1) if K is scaled by exp(x). All factors are positive, so nothing cancels and every derivative
# of every order keeps its relative accuracy. The trapezoidal rule converges exponentially (Trefethen & Weideman, SIAM
# Review 56 (2014), section 5).


@scalar_kernel
def second_kind_integrand(t, v, x, shift, order_v: int, order_z: int, scaled: int):
    """The integrand, divided by exp(shift - x); x > 0, v >= 0."""
    half = math.sinh(0.5 * t)
    versine = 2.0 * half * half  # cosh t - 1
    value = math.exp(v * t - x * versine - shift)
    if order_v % 2 == 1:
        value *= -0.5 * math.expm1(-2.0 * v * t)
    else:
        value *= 0.5 + 0.5 * math.exp(-2.0 * v * t)
    for _ in range(order_v):
        value *= t
    factor = versine + 1.0 - scaled
    if scaled == 1:
        factor = versine
    for _ in range(order_z):
        value *= factor
    return value


@scalar_kernel
def second_kind(v, x, order_v, order_z, scaled):
    """∂ⁿ/∂νⁿ ∂ᵐ/∂xᵐ of K_ν(x), or of exp(x) K_ν(x) if `scaled` is 1; the orders are whole numbers."""
    n = int(order_v)
    m = int(order_z)
    is_scaled = int(scaled)
    odd = n % 2 == 1
    sign = -1.0 if m % 2 == 1 else 1.0
    if odd and v < 0.0:  # K is even in its order
        sign = -sign
    nu = abs(v)
    if not (x >= 0.0 and nu < math.inf):
        return math.nan
    if odd and nu == 0.0:
        return 0.0
    if x == 0.0:
        return sign * math.inf
    if x == math.inf:
        return 0.0 * sign
    # The integrand has its maximum exp(shift - x) at sinh t = ν/x.
    peak = math.asinh(nu / x)
    shift = nu * peak - nu * (nu / (x + math.hypot(x, nu)))
    # With step h the rule errs by at most 2 exp(-2πθ/h) ∫|f(t + iθ)| dt for any θ < π/2. The integral exceeds that on
    # the real line by K_ν(x cos θ)/K_ν(x) <= exp(x (1 - cos θ)) cos(θ)^-max(ν, 1/2), and by the growth of the factors t
    # and cosh t, for which 5/2 per order is ample; 38 is -log of a quarter of a roundoff.
    digits = 38.0 + 2.5 * (n + 2 * m)
    theta = min(1.3, math.sqrt(2.0 * digits / (x + nu + 1.0)))
    growth = 2.0 * x * math.sin(0.5 * theta) ** 2 - max(nu, 0.5) * math.log(math.cos(theta))
    step = 2.0 * math.pi * theta / (digits + growth)
    # The integrand has one maximum, so that the sum may end where it has become small: to the right and to the left.
    start = int(peak / step)
    total = 0.0
    last = 0.0
    for k in range(start, start + 20000):
        term = second_kind_integrand(k * step, nu, x, shift, n, m, is_scaled)
        if k == 0:
            term *= 0.5
        total += term
        if total > 0.0 and term <= last and term <= 1e-17 * total:
            break
        last = term
    for k in range(start - 1, -1, -1):
        term = second_kind_integrand(k * step, nu, x, shift, n, m, is_scaled)
        if k == 0:
            term *= 0.5
        total += term
        if term <= 1e-17 * total:
            break
    total *= sign * step
    if is_scaled == 1:
        return total * math.exp(shift)
    if shift < 600.0 and x < 600.0:  # two factors keep the digits that rounding of the large difference loses
        return total * math.exp(shift) * math.exp(-x)
    return total * math.exp(shift - x)


def _no_complex(name: str, z: Tensor) -> None:
    if z.is_complex():
        raise NotImplementedError(
            f"{name}: no derivative with respect to 'v' for complex 'z': it is computed for real arguments only"
        )


def _mpmath_kv(v: Any, z: Any) -> Any:
    import mpmath

    return mpmath.besselk(v, z)


def _mpmath_kve(v: Any, z: Any) -> Any:
    import mpmath

    return mpmath.besselk(v, z) * mpmath.exp(z)


def _derivative_in_order(v: Tensor, z: Tensor, out: Tensor) -> Tensor:
    _no_complex("kv", z)
    return _kv_derivative(v, z, order_v=1)


@elementwise(
    kernel=lambda v, z, *, order_v: with_orders(second_kind, v, z, order_v, 0, 0),
    partials={
        "v": lambda v, z, out, *, order_v: _kv_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            -0.5 * (_kv_derivative(v - 1, z, order_v=order_v) + _kv_derivative(v + 1, z, order_v=order_v))
        ),
    },
    domain={"v": Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, 30.0)), "z": Real(0.01, 20.0, hard=(1e-3, 1.0, 100.0))},
    public=False,
)
def _kv_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of K_ν(z) at real z, n = `order_v`; it commutes with the recurrence DLMF 10.29.1 for ∂/∂z."""


@elementwise(
    kernel=lambda v, z, *, order_v, order_z: with_orders(second_kind, v, z, order_v, order_z, 1),
    partials={
        "v": lambda v, z, out, *, order_v, order_z: _kve_derivative(v, z, order_v=order_v + 1, order_z=order_z),
        "z": lambda v, z, out, *, order_v, order_z: _kve_derivative(v, z, order_v=order_v, order_z=order_z + 1),
    },
    domain={"v": Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, 30.0)), "z": Real(0.01, 20.0, hard=(1e-3, 1.0, 100.0))},
    public=False,
)
def _kve_derivative(v: Tensor, z: Tensor, *, order_v: int = 1, order_z: int = 0) -> Tensor:
    """The mixed derivative of exp(z) K_ν(z) at real z, `order_v` times in ν and `order_z` times in z."""


def _kve_in_order(v: Tensor, z: Tensor, out: Tensor) -> Tensor:
    _no_complex("kve", z)
    return _kve_derivative(v, z, order_v=1)


def _kve_in_argument(v: Tensor, z: Tensor, out: Tensor) -> Tensor:
    if z.is_complex():
        return out - 0.5 * (kve(v - 1, z) + kve(v + 1, z))
    # The recurrence would lose as many digits as z has before the point; the integral loses none.
    return _kve_derivative(v, z, order_v=0, order_z=1)


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.kv"), "cuda": ValueKernel(second_kind, (0, 0, 0), "scipy.special.kv")},
    loops="rr->r rz->z",
    partials={
        "v": _derivative_in_order,
        "z": lambda v, z, out: -0.5 * (kv(v - 1, z) + kv(v + 1, z)),
    },
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, 50.5)),
        "z": Real(1e-3, 50.0, log=True, hard=(1e-6, 0.1, 1.0, 2.0, 300.0, 600.0)),
    },
    complex_domain={"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))},
    reference="scipy.special.kv",
    mpmath=_mpmath_kv,
)
def kv(v: Tensor, z: Tensor) -> Tensor:
    """
    Modified Bessel function of the second kind of real order.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        K_ν(z). For real `z`: nan where `z` is negative, infinite at zero.

    Raises
    ------
    TypeError
        If `v` is complex.
    NotImplementedError
        If the derivative with respect to `v` is asked for at complex `z`.

    Notes
    -----
    DLMF 10.25, derivative in `z` by 10.29.1. The derivatives in `v`, of every order, are the integral 10.32.9
    differentiated under the sign, by the trapezoidal rule: the integrand is positive, and the relative error a few
    units of roundoff times one plus the logarithm of the value.

    Examples
    --------
    The derivative of a Matérn covariance in its smoothness needs the one in the order:

    >>> import torch
    >>> from scitorch.special import kv
    >>> v, z = torch.tensor([1.5, 2.0], dtype=torch.float64)
    >>> kv(v, z)
    tensor(0.1799, dtype=torch.float64)
    >>> torch.func.grad(kv, argnums=(0, 1))(v, z)
    (tensor(0.1036, dtype=torch.float64), tensor(-0.2549, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.kve"), "cuda": ValueKernel(second_kind, (0, 0, 1), "scipy.special.kve")},
    loops="rr->r rz->z",
    partials={"v": _kve_in_order, "z": _kve_in_argument},
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, 50.5)),
        "z": Real(1e-3, 1e4, log=True, hard=(1e-6, 0.1, 1.0, 2.0, 600.0, 1e8)),
    },
    complex_domain={"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))},
    reference="scipy.special.kve",
    mpmath=_mpmath_kve,
)
def kve(v: Tensor, z: Tensor) -> Tensor:
    """
    Modified Bessel function of the second kind, scaled by the exponential.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        exp(z) K_ν(z). For real `z`: nan where `z` is negative, infinite at zero.

    Raises
    ------
    TypeError
        If `v` is complex.
    NotImplementedError
        If the derivative with respect to `v` is asked for at complex `z`.

    Notes
    -----
    All derivatives at real `z` are integrals of positive functions, exp(z) times DLMF 10.32.9 differentiated under the
    sign, and keep their relative accuracy also where `z` is large.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import kve
    >>> v, z = torch.tensor([0.5, 1e6], dtype=torch.float64)
    >>> kve(v, z)
    tensor(0.0013, dtype=torch.float64)
    >>> torch.func.grad(kve, argnums=1)(v, z)
    tensor(-6.2666e-10, dtype=torch.float64)
    """
