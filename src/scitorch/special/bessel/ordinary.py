"""Bessel functions of the first, second and third kind, with every derivative in order and argument."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Complex, Real, composite, elementwise
from scitorch.op.kernel import scipy_ufunc

from .evaluation import mpmath_function, on_axis, on_plane, parts, times_exponential
from .plane import hankel_first, ordinary_first, ordinary_second, real_ordinary_first, real_ordinary_second


def _jv_kernel(v: Tensor, z: Tensor, *, order_v: int = 0) -> Tensor:
    if z.is_complex():
        return on_plane(ordinary_first, v, z, order_v, 0)
    return on_axis(real_ordinary_first, v, z, order_v)


def _yv_kernel(v: Tensor, z: Tensor, *, order_v: int = 0) -> Tensor:
    if z.is_complex():
        return on_plane(ordinary_second, v, z, order_v)
    return on_axis(real_ordinary_second, v, z, order_v)


def _hankel1_kernel(v: Tensor, z: Tensor, *, order_v: int = 0) -> Tensor:
    return on_plane(hankel_first, v, z, order_v)


_ORDER = Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, -1.0, -2.5))
_ARGUMENT = Real(0.01, 20.0, hard=(1e-3, 1.0, 2.404825557695773, 50.0))
_PLANE = Complex((-9.0, 9.0), (0.1, 9.0))


@elementwise(
    kernel=_jv_kernel,
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out, *, order_v: _jv_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            0.5 * (_jv_derivative(v - 1, z, order_v=order_v) - _jv_derivative(v + 1, z, order_v=order_v))
        ),
    },
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain={"z": _PLANE},
    public=False,
)
def _jv_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of J_ν(z), n = `order_v`; it commutes with the recurrence DLMF 10.6.1 for ∂/∂z."""


@elementwise(
    kernel=_yv_kernel,
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out, *, order_v: _yv_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            0.5 * (_yv_derivative(v - 1, z, order_v=order_v) - _yv_derivative(v + 1, z, order_v=order_v))
        ),
    },
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain={"z": _PLANE},
    public=False,
)
def _yv_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of Y_ν(z), n = `order_v`; it commutes with the recurrence DLMF 10.6.1 for ∂/∂z."""


@elementwise(
    kernel=_hankel1_kernel,
    loops="rz->z",
    partials={
        "v": lambda v, z, out, *, order_v: _hankel1_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            0.5 * (_hankel1_derivative(v - 1, z, order_v=order_v) - _hankel1_derivative(v + 1, z, order_v=order_v))
        ),
    },
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain={"z": _PLANE},
    public=False,
)
def _hankel1_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of the Hankel function of the first kind; it commutes with the recurrence DLMF 10.6.1 for ∂/∂z."""


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.jv"), "cuda": _jv_kernel},
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out: _jv_derivative(v, z),
        "z": lambda v, z, out: 0.5 * (jv(v - 1, z) - jv(v + 1, z)),
    },
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, -1.0, 50.5)),
        "z": Real(1e-3, 50.0, hard=(1e-6, 0.1, 1.0, 2.0, 20.0, 100.0)),
    },
    complex_domain={"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))},
    reference="scipy.special.jv",
    mpmath=mpmath_function("besselj"),
    rtol=1e-11,
)
def jv(v: Tensor, z: Tensor) -> Tensor:
    """
    Bessel function of the first kind of real order.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        J_ν(z). For real negative `z`: nan unless `v` is a whole number.

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    DLMF 10.2, derivative in `z` by 10.6.1. The derivatives in `v`, of every order, are Schläfli's and Sommerfeld's
    integrals, DLMF 10.9.17 and 10.9.18, differentiated under the sign and taken along paths through their saddle
    points. Their error is some units of roundoff, relative to the derivative where the order exceeds the argument,
    relative to that of the Hankel function elsewhere.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import jv
    >>> v, z = torch.tensor([0.0, 2.0], dtype=torch.float64)
    >>> jv(v, z)
    tensor(0.2239, dtype=torch.float64)
    >>> torch.func.grad(jv, argnums=(0, 1))(v, z)
    (tensor(0.8017, dtype=torch.float64), tensor(-0.5767, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.yv"), "cuda": _yv_kernel},
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out: _yv_derivative(v, z),
        "z": lambda v, z, out: 0.5 * (yv(v - 1, z) - yv(v + 1, z)),
    },
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, -1.0, 50.5)),
        "z": Real(0.1, 50.0, hard=(1e-4, 1.0, 2.0, 20.0, 100.0)),
    },
    complex_domain={"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))},
    reference="scipy.special.yv",
    mpmath=mpmath_function("bessely"),
    rtol=1e-11,
)
def yv(v: Tensor, z: Tensor) -> Tensor:
    """
    Bessel function of the second kind of real order.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        Y_ν(z). For real `z`: nan where it is negative.

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    DLMF 10.2, derivative in `z` by 10.6.1, derivatives in `v` as for `jv`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import yv
    >>> v, z = torch.tensor([0.5, 2.0], dtype=torch.float64)
    >>> yv(v, z)
    tensor(0.2348, dtype=torch.float64)
    >>> torch.func.grad(yv, argnums=(0, 1))(v, z)
    (tensor(-0.6766, dtype=torch.float64), tensor(0.4543, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.hankel1"), "cuda": _hankel1_kernel},
    loops="rz->z",
    partials={
        "v": lambda v, z, out: _hankel1_derivative(v, z),
        "z": lambda v, z, out: 0.5 * (hankel1(v - 1, z) - hankel1(v + 1, z)),
    },
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, -1.0, 50.5)),
        "z": Real(0.1, 50.0, hard=(1e-4, 1.0, 2.0, 20.0, 100.0)),
    },
    complex_domain={"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))},
    reference="scipy.special.hankel1",
    mpmath=mpmath_function("hankel1"),
    rtol=1e-11,
)
def hankel1(v: Tensor, z: Tensor) -> Tensor:
    """
    Hankel function of the first kind.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        J_ν(z) + i Y_ν(z), complex.

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    DLMF 10.2.5, derivative in `z` by 10.6.1, derivatives in `v` as for `jv`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import hankel1
    >>> v, z = torch.tensor([0.5, 2.0], dtype=torch.float64)
    >>> hankel1(v, z)
    tensor(0.5130+0.2348j, dtype=torch.complex128)
    >>> torch.func.grad(lambda v: hankel1(v, z).real)(v)
    tensor(0.3405, dtype=torch.float64)
    """


def _jv_times_exponential(v: Tensor, z: Tensor, *, order_v: int = 0, side: int = 1) -> Tensor:
    if order_v == 0 and z.device.type == "cpu":
        scaled = scipy_ufunc("scipy.special.jve")(v, z)
    else:
        scaled = on_plane(ordinary_first, v, z, order_v, 1)
    x, y = parts(z)
    return times_exponential(scaled, y.abs() - side * y, side * x)


@elementwise(
    kernel=_jv_times_exponential,
    loops="rz->z",
    partials={
        "v": lambda v, z, out, *, order_v, side: _jve_holomorphic(v, z, order_v=order_v + 1, side=side),
        "z": lambda v, z, out, *, order_v, side: (
            0.5
            * (
                _jve_holomorphic(v - 1, z, order_v=order_v, side=side)
                - _jve_holomorphic(v + 1, z, order_v=order_v, side=side)
            )
            + 1j * side * _jve_holomorphic(v, z, order_v=order_v, side=side)
        ),
    },
    domain={"v": Real(-4.0, 8.0), "z": Real(0.1, 9.0)},
    complex_domain={"z": Complex((0.1, 9.0), (0.1, 9.0))},
    public=False,
)
def _jve_holomorphic(v: Tensor, z: Tensor, *, order_v: int = 0, side: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of exp(i·side·z) J_ν(z), side = ±1: unlike exp(-|Im z|) J_ν(z) it has a complex derivative."""


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.jve"), "cuda": _jv_kernel},
    partials={"v": lambda v, z, out: _jv_derivative(v, z), "z": lambda v, z, out: 0.5 * (jv(v - 1, z) - jv(v + 1, z))},
    domain={"v": _ORDER, "z": _ARGUMENT},
    reference="scipy.special.jve",
    public=False,
)
def _jve_real(v: Tensor, z: Tensor) -> Tensor:
    """J_ν(z) at real z, with the values of SciPy's `jve` at zero."""


@composite(
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, -1.0, 50.5)),
        "z": Real(1e-3, 50.0, hard=(1e-6, 0.1, 1.0, 2.0, 20.0, 100.0)),
    },
    complex_domain={"z": Complex((-6.0, 6.0), (-6.0, 6.0))},
    reference="scipy.special.jve",
    rtol=1e-11,
)
def jve(v: Tensor, z: Tensor) -> Tensor:
    """
    Bessel function of the first kind, scaled by the exponential of its growth off the real axis.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        ``exp(-|Im z|) J_ν(z)``, which for real `z` is J_ν(z).

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    Off the real axis the function is not holomorphic; its gradient is that of torch's convention for such functions.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import jve
    >>> v, z = torch.tensor(1.0, dtype=torch.float64), torch.tensor(2 + 800j, dtype=torch.complex128)
    >>> jve(v, z)
    tensor(0.0128-0.0059j, dtype=torch.complex128)
    """
    if not z.is_complex():
        return _jve_real(v, z)
    upper = z.imag >= 0.0
    from_above = _jve_holomorphic(v, torch.where(upper, z, 1j)) * torch.exp(-1j * z.real)
    from_below = _jve_holomorphic(v, torch.where(upper, -1j, z), side=-1) * torch.exp(1j * z.real)
    return torch.where(upper, from_above, from_below)
