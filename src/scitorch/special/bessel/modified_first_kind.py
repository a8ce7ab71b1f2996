"""Modified Bessel functions of the first kind, plain and scaled, with every derivative in order and argument."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Complex, Real, composite, elementwise
from scitorch.op.kernel import scipy_ufunc

from .evaluation import mpmath_function, on_axis, on_plane, parts, times_exponential
from .plane import modified_first
from .real_first_kind import damped_first_kind, real_first_kind


def _iv_kernel(v: Tensor, z: Tensor, *, order_v: int = 0) -> Tensor:
    if z.is_complex():
        return on_plane(modified_first, v, z, order_v, 0)
    return on_axis(real_first_kind, v, z, order_v)


@elementwise(
    kernel=_iv_kernel,
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out, *, order_v: _iv_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            0.5 * (_iv_derivative(v - 1, z, order_v=order_v) + _iv_derivative(v + 1, z, order_v=order_v))
        ),
    },
    domain={"v": Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, 30.0)), "z": Real(0.01, 20.0, hard=(1e-3, 1.0, 100.0))},
    complex_domain={"z": Complex((-9.0, 9.0), (0.1, 9.0))},
    public=False,
)
def _iv_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of I_ν(z), n = `order_v`; it commutes with the recurrence DLMF 10.29.1 for ∂/∂z."""


_iv = scipy_ufunc("scipy.special.iv")


def _iv_slope_kernel(v: Tensor, z: Tensor) -> Tensor:
    if z.device.type != "cpu":
        return 0.5 * (_iv_kernel(v - 1, z) + _iv_kernel(v + 1, z))
    slope = 0.5 * (_iv(v - 1, z) + _iv(v + 1, z))
    # There SciPy's function gives up, and at 0 it has the wrong sign at some negative orders.
    missing = ~torch.isfinite(slope) & (z.abs() < 1e-300)
    if not bool(missing.any()):
        return slope  # type: ignore[no-any-return]
    v, z = torch.where(missing, v, 1.0), torch.where(missing, z, 1.0)
    return torch.where(missing, 0.5 * (_iv_kernel(v - 1, z) + _iv_kernel(v + 1, z)), slope)


@elementwise(
    kernel=_iv_slope_kernel,
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out: 0.5 * (_iv_derivative(v - 1, z) + _iv_derivative(v + 1, z)),
        "z": lambda v, z, out: 0.5 * (_iv_slope(v - 1, z) + _iv_slope(v + 1, z)),
    },
    domain={"v": Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, 30.0)), "z": Real(0.01, 20.0, hard=(1e-3, 1.0, 100.0))},
    complex_domain={"z": Complex((-9.0, 9.0), (0.1, 9.0))},
    public=False,
)
def _iv_slope(v: Tensor, z: Tensor) -> Tensor:
    """dI_ν/dz by the recurrence DLMF 10.29.1."""


@elementwise(
    kernel={"cpu": _iv, "cuda": _iv_kernel},
    loops="rr->r rz->z",
    partials={
        "v": lambda v, z, out: _iv_derivative(v, z),
        "z": lambda v, z, out: _iv_slope(v, z),
    },
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, -1.0, 50.5)),
        "z": Real(1e-3, 50.0, log=True, hard=(1e-6, 0.1, 1.0, 2.0, 300.0, 600.0)),
    },
    complex_domain={"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))},
    reference="scipy.special.iv",
    mpmath=mpmath_function("besseli"),
)
def iv(v: Tensor, z: Tensor) -> Tensor:
    """
    Modified Bessel function of the first kind of real order.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        I_ν(z). For real negative `z`: nan unless `v` is a whole number.

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    DLMF 10.25, derivative in `z` by 10.29.1. The derivatives in `v`, of every order, are the integral 10.32.12
    differentiated under the sign and taken along its path of steepest descent; they keep their relative accuracy
    also where they are exponentially small against the function, as ∂I_ν/∂ν = -K₀ at ν = 0 (DLMF 10.38.4).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import iv
    >>> v, z = torch.tensor([0.0, 2.0], dtype=torch.float64)
    >>> iv(v, z)
    tensor(2.2796, dtype=torch.float64)
    >>> torch.func.grad(iv, argnums=(0, 1))(v, z)
    (tensor(-0.1139, dtype=torch.float64), tensor(1.5906, dtype=torch.float64))
    """


@elementwise(
    kernel=lambda v, z, *, order_v, order_z: on_axis(damped_first_kind, v, z, order_v, order_z),
    partials={
        "v": lambda v, z, out, *, order_v, order_z: _ive_derivative(v, z, order_v=order_v + 1, order_z=order_z),
        "z": lambda v, z, out, *, order_v, order_z: _ive_derivative(v, z, order_v=order_v, order_z=order_z + 1),
    },
    domain={"v": Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, 30.0)), "z": Real(0.01, 20.0, hard=(1e-3, 1.0, 100.0))},
    public=False,
)
def _ive_derivative(v: Tensor, z: Tensor, *, order_v: int = 0, order_z: int = 0) -> Tensor:
    """The derivative of exp(-|z|) I_ν(z) at real z, `order_v` times in ν and `order_z` times in z."""


@elementwise(
    kernel={
        "cpu": scipy_ufunc("scipy.special.ive"),
        "cuda": lambda v, z: on_axis(damped_first_kind, v, z, 0, 0),
    },
    partials={
        "v": lambda v, z, out: _ive_derivative(v, z, order_v=1),
        "z": lambda v, z, out: _ive_derivative(v, z, order_z=1),
    },
    domain={"v": Real(-4.0, 8.0, hard=(0.0, 0.5, 1.0, 30.0)), "z": Real(0.01, 20.0, hard=(1e-3, 1.0, 100.0))},
    reference="scipy.special.ive",
    public=False,
)
def _ive_real(v: Tensor, z: Tensor) -> Tensor:
    """exp(-|z|) I_ν(z) at real z."""


def _iv_times_exponential(v: Tensor, z: Tensor, *, order_v: int = 0, side: int = 1) -> Tensor:
    if order_v == 0 and z.device.type == "cpu":
        scaled = scipy_ufunc("scipy.special.ive")(v, z)
    else:
        scaled = on_plane(modified_first, v, z, order_v, 1)
    x, y = parts(z)
    return times_exponential(scaled, x.abs() - side * x, -side * y)


@elementwise(
    kernel=_iv_times_exponential,
    loops="rz->z",
    partials={
        "v": lambda v, z, out, *, order_v, side: _ive_holomorphic(v, z, order_v=order_v + 1, side=side),
        "z": lambda v, z, out, *, order_v, side: (
            0.5
            * (
                _ive_holomorphic(v - 1, z, order_v=order_v, side=side)
                + _ive_holomorphic(v + 1, z, order_v=order_v, side=side)
            )
            - side * _ive_holomorphic(v, z, order_v=order_v, side=side)
        ),
    },
    domain={"v": Real(-4.0, 8.0), "z": Real(0.1, 9.0)},
    complex_domain={"z": Complex((0.1, 9.0), (-9.0, 9.0))},
    public=False,
)
def _ive_holomorphic(v: Tensor, z: Tensor, *, order_v: int = 0, side: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of exp(-side·z) I_ν(z), side = ±1: unlike exp(-|Re z|) I_ν(z) it has a complex derivative."""


@composite(
    domain={
        "v": Real(-5.0, 20.0, hard=(0.0, 1e-9, 0.5, 1.0, 2.0, 2.5, -1.0, 50.5)),
        "z": Real(1e-3, 1e4, log=True, hard=(1e-6, 0.1, 1.0, 2.0, 600.0, 1e8)),
    },
    complex_domain={"z": Complex((-6.0, 6.0), (-6.0, 6.0))},
    reference="scipy.special.ive",
)
def ive(v: Tensor, z: Tensor) -> Tensor:
    """
    Modified Bessel function of the first kind, scaled by the exponential.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        ``exp(-|Re z|) I_ν(z)``. For real negative `z`: nan unless `v` is a whole number.

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    All derivatives at real `z` are integrals along a path of steepest descent, DLMF 10.32.12 differentiated under
    the sign, and keep their relative accuracy also where `z` is large. Off the real axis the function is not
    holomorphic; its gradient is that of torch's convention for such functions.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ive
    >>> v, z = torch.tensor([0.0, 1e6], dtype=torch.float64)
    >>> ive(v, z)
    tensor(0.0004, dtype=torch.float64)
    >>> torch.func.grad(ive, argnums=1)(v, z)
    tensor(-1.9947e-10, dtype=torch.float64)
    """
    if not z.is_complex():
        return _ive_real(v, z)
    right = z.real >= 0.0
    from_right = _ive_holomorphic(v, torch.where(right, z, 1.0)) * torch.exp(1j * z.imag)
    from_left = _ive_holomorphic(v, torch.where(right, -1.0, z), side=-1) * torch.exp(-1j * z.imag)
    return torch.where(right, from_right, from_left)
