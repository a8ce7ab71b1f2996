"""Modified Bessel functions of the second kind, plain and scaled, with every derivative in order and argument."""

from __future__ import annotations

from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .evaluation import mpmath_function, on_axis, on_plane
from .plane import modified_second
from .real_second_kind import second_kind


def _kv_kernel(v: Tensor, z: Tensor, *, order_v: int = 0) -> Tensor:
    if z.is_complex():
        return on_plane(modified_second, v, z, order_v, 0)
    return on_axis(second_kind, v, z, order_v, 0, 0)


def _kve_kernel(v: Tensor, z: Tensor, *, order_v: int = 0, order_z: int = 0) -> Tensor:
    if z.is_complex():  # order_z is 0 then
        return on_plane(modified_second, v, z, order_v, 1)
    return on_axis(second_kind, v, z, order_v, order_z, 1)


@elementwise(
    kernel=_kv_kernel,
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out, *, order_v: _kv_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            -0.5 * (_kv_derivative(v - 1, z, order_v=order_v) + _kv_derivative(v + 1, z, order_v=order_v))
        ),
    },
    domain={"v": Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, 30.0)), "z": Real(0.01, 20.0, hard=(1e-3, 1.0, 100.0))},
    complex_domain={"z": Complex((-9.0, 9.0), (0.1, 9.0))},
    public=False,
)
def _kv_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of K_ν(z), n = `order_v`; it commutes with the recurrence DLMF 10.29.1 for ∂/∂z."""


def _kve_derivative_in_argument(v: Tensor, z: Tensor, out: Tensor, *, order_v: int, order_z: int) -> Tensor:
    if z.is_complex():
        neighbours = _kve_derivative(v - 1, z, order_v=order_v) + _kve_derivative(v + 1, z, order_v=order_v)
        return _kve_derivative(v, z, order_v=order_v) - 0.5 * neighbours
    # The recurrence would lose as many digits as z has before the point; the integral loses none.
    return _kve_derivative(v, z, order_v=order_v, order_z=order_z + 1)


@elementwise(
    kernel=_kve_kernel,
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out, *, order_v, order_z: _kve_derivative(v, z, order_v=order_v + 1, order_z=order_z),
        "z": _kve_derivative_in_argument,
    },
    domain={"v": Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, 30.0)), "z": Real(0.01, 20.0, hard=(1e-3, 1.0, 100.0))},
    complex_domain={"z": Complex((-9.0, 9.0), (0.1, 9.0))},
    public=False,
)
def _kve_derivative(v: Tensor, z: Tensor, *, order_v: int = 0, order_z: int = 0) -> Tensor:
    """The derivative of exp(z) K_ν(z), `order_v` times in ν and, for real z, `order_z` times in z."""


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.kv"), "cuda": _kv_kernel},
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out: _kv_derivative(v, z),
        "z": lambda v, z, out: -0.5 * (kv(v - 1, z) + kv(v + 1, z)),
    },
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, 50.5)),
        "z": Real(1e-3, 50.0, log=True, hard=(1e-6, 0.1, 1.0, 2.0, 300.0, 600.0)),
    },
    complex_domain={"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))},
    reference="scipy.special.kv",
    mpmath=mpmath_function("besselk"),
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

    Notes
    -----
    DLMF 10.25, derivative in `z` by 10.29.1. The derivatives in `v`, of every order, are the integral 10.32.9
    differentiated under the sign, by the trapezoidal rule: for real `z` the integrand is positive, and the relative
    error a few units of roundoff times one plus the logarithm of the value; for complex `z` the path leads through
    the saddle point.

    Examples
    --------
    The derivative of a Matérn covariance in its smoothness needs the one in the order:

    >>> import torch
    >>> from scitorch.special import kv
    >>> v, z = torch.tensor([1.5, 2.0], dtype=torch.float64)
    >>> kv(v, z)
    tensor(0.1799, dtype=torch.float64)
    >>> torch.func.grad(kv, argnums=(0, 1))(v, z)
    (tensor(0.1076, dtype=torch.float64), tensor(-0.2549, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.kve"), "cuda": _kve_kernel},
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out: _kve_derivative(v, z, order_v=1),
        "z": lambda v, z, out: _kve_derivative_in_argument(v, z, out, order_v=0, order_z=0),
    },
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, 50.5)),
        "z": Real(1e-3, 1e4, log=True, hard=(1e-6, 0.1, 1.0, 2.0, 600.0, 1e8)),
    },
    complex_domain={"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))},
    reference="scipy.special.kve",
    mpmath=mpmath_function("besselk", lambda mpmath, z: mpmath.exp(z)),
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
