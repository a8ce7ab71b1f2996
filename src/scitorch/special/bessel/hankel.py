"""The Hankel function of the second kind, and the Hankel functions scaled by their exponentials."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, composite, elementwise
from scitorch.op.kernel import scipy_ufunc

from .evaluation import mpmath_function, on_plane, parts, times_exponential
from .ordinary import _yv_derivative, jv, yv
from .plane import hankel_first

_ORDER = Real(-5.0, 10.0, hard=(0.0, 0.5, 1.0, 2.0, -1.0))
_ARGUMENT = Real(0.1, 50.0, hard=(1.0, 2.0, 20.0, 100.0))
_PLANE = {"z": Complex((-9.0, 9.0), (-9.0, 9.0), hard=(0.1 + 0.1j, 5j))}


def _second(v: Tensor, z: Tensor, order: int) -> Tensor:
    """∂ⁿ/∂νⁿ of the function of the second kind, the conjugate of that of the first at conj(z), DLMF 10.11.9."""
    return on_plane(hankel_first, v, z.conj(), order).conj().resolve_conj()


def _hankel1e_kernel(v: Tensor, z: Tensor, *, order_v: int = 0) -> Tensor:
    x, y = parts(z)
    return times_exponential(on_plane(hankel_first, v, z, order_v), y, -x)


def _hankel2e_kernel(v: Tensor, z: Tensor, *, order_v: int = 0) -> Tensor:
    x, y = parts(z)
    return times_exponential(_second(v, z, order_v), -y, x)


def _scaled_slope(function: Any, v: Tensor, z: Tensor, order_v: int, turn: complex) -> Tensor:
    """∂/∂z of exp(turn·z) times a function that obeys the recurrence DLMF 10.6.1."""
    neighbours = function(v - 1, z, order_v=order_v) - function(v + 1, z, order_v=order_v)
    return 0.5 * neighbours + turn * function(v, z, order_v=order_v)


@elementwise(
    kernel=lambda v, z, *, order_v: _second(v, z, order_v),
    loops="rz->z",
    partials={
        "v": lambda v, z, out, *, order_v: _hankel2_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            0.5 * (_hankel2_derivative(v - 1, z, order_v=order_v) - _hankel2_derivative(v + 1, z, order_v=order_v))
        ),
    },
    domain={"v": Real(-4.0, 8.0), "z": _ARGUMENT},
    complex_domain=_PLANE,
    public=False,
)
def _hankel2_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of the Hankel function of the second kind; it commutes with the recurrence DLMF 10.6.1 for ∂/∂z."""


@elementwise(
    kernel=_hankel1e_kernel,
    loops="rz->z",
    partials={
        "v": lambda v, z, out, *, order_v: _hankel1e_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            0.5 * (_hankel1e_derivative(v - 1, z, order_v=order_v) - _hankel1e_derivative(v + 1, z, order_v=order_v))
            - 1j * _hankel1e_derivative(v, z, order_v=order_v)
        ),
    },
    domain={"v": Real(-4.0, 8.0), "z": _ARGUMENT},
    complex_domain=_PLANE,
    public=False,
)
def _hankel1e_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of exp(-iz) times the Hankel function of the first kind."""


@elementwise(
    kernel=_hankel2e_kernel,
    loops="rz->z",
    partials={
        "v": lambda v, z, out, *, order_v: _hankel2e_derivative(v, z, order_v=order_v + 1),
        "z": lambda v, z, out, *, order_v: (
            0.5 * (_hankel2e_derivative(v - 1, z, order_v=order_v) - _hankel2e_derivative(v + 1, z, order_v=order_v))
            + 1j * _hankel2e_derivative(v, z, order_v=order_v)
        ),
    },
    domain={"v": Real(-4.0, 8.0), "z": _ARGUMENT},
    complex_domain=_PLANE,
    public=False,
)
def _hankel2e_derivative(v: Tensor, z: Tensor, *, order_v: int = 1) -> Tensor:
    """∂ⁿ/∂νⁿ of exp(iz) times the Hankel function of the second kind."""


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.hankel2"), "cuda": lambda v, z: _second(v, z, 0)},
    loops="rz->z",
    partials={
        "v": lambda v, z, out: _hankel2_derivative(v, z),
        "z": lambda v, z, out: 0.5 * (hankel2(v - 1, z) - hankel2(v + 1, z)),
    },
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.hankel2",
    mpmath=mpmath_function("hankel2"),
    rtol=1e-11,
)
def hankel2(v: Tensor, z: Tensor) -> Tensor:
    """
    Hankel function of the second kind.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        J_ν(z) - i Y_ν(z), complex.

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    DLMF 10.2.6, derivative in `z` by 10.6.1, derivatives in `v` as for `jv`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import hankel2
    >>> hankel2(torch.tensor(0.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor(0.5130-0.2348j, dtype=torch.complex128)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.hankel1e"), "cuda": _hankel1e_kernel},
    loops="rz->z",
    partials={
        "v": lambda v, z, out: _hankel1e_derivative(v, z),
        "z": lambda v, z, out: 0.5 * (hankel1e(v - 1, z) - hankel1e(v + 1, z)) - 1j * hankel1e(v, z),
    },
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.hankel1e",
    mpmath=mpmath_function("hankel1", lambda mpmath, z: mpmath.exp(-1j * z)),
    rtol=1e-11,
)
def hankel1e(v: Tensor, z: Tensor) -> Tensor:
    """
    Hankel function of the first kind, scaled by its exponential.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        ``exp(-iz) hankel1(v, z)``, complex.

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    As for `hankel1`. The derivative in `z` loses as many digits as `z` has before the point.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import hankel1e
    >>> hankel1e(torch.tensor(1.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.5642-0.2821j, dtype=torch.complex128)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.hankel2e"), "cuda": _hankel2e_kernel},
    loops="rz->z",
    partials={
        "v": lambda v, z, out: _hankel2e_derivative(v, z),
        "z": lambda v, z, out: 0.5 * (hankel2e(v - 1, z) - hankel2e(v + 1, z)) + 1j * hankel2e(v, z),
    },
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.hankel2e",
    mpmath=mpmath_function("hankel2", lambda mpmath, z: mpmath.exp(1j * z)),
    rtol=1e-11,
)
def hankel2e(v: Tensor, z: Tensor) -> Tensor:
    """
    Hankel function of the second kind, scaled by its exponential.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        ``exp(iz) hankel2(v, z)``, complex.

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    As for `hankel2`. The derivative in `z` loses as many digits as `z` has before the point.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import hankel2e
    >>> hankel2e(torch.tensor(1.5, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.5642+0.2821j, dtype=torch.complex128)
    """


@composite(
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.jn",
    rtol=1e-11,
)
def jn(v: Tensor, z: Tensor) -> Tensor:
    """
    Bessel function of the first kind, under its second name.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        J_ν(z).

    Raises
    ------
    TypeError
        If `v` is complex.

    Notes
    -----
    See `jv`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import jn
    >>> jn(torch.tensor(1.0, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor(0.5767, dtype=torch.float64)
    """
    return jv(v, z)


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.yve"), "cuda": lambda v, z: torch.where(z == 0.0, torch.nan, yv(v, z))},
    partials={
        "v": lambda v, z, out: _yv_derivative(v, z),
        "z": lambda v, z, out: 0.5 * (yv(v - 1, z) - yv(v + 1, z)),
    },
    domain={"v": _ORDER, "z": _ARGUMENT},
    reference="scipy.special.yve",
    rtol=1e-11,
    public=False,
)
def _yve_real(v: Tensor, z: Tensor) -> Tensor:
    """Y_ν(z) at real z, with the values of SciPy's `yve` at zero."""


@composite(
    domain={"v": _ORDER, "z": _ARGUMENT},
    complex_domain=_PLANE,
    reference="scipy.special.yve",
    rtol=1e-11,
)
def yve(v: Tensor, z: Tensor) -> Tensor:
    """
    Bessel function of the second kind, scaled by the exponential of its growth off the real axis.

    Parameters
    ----------
    v : array_like
        Order, real.
    z : array_like
        Argument, real or complex; broadcast with `v`.

    Returns
    -------
    Tensor
        ``exp(-|Im z|) Y_ν(z)``, which for real `z` is Y_ν(z).

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
    >>> from scitorch.special import yve
    >>> yve(torch.tensor(1.0, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.1070, dtype=torch.float64)
    """
    if not z.is_complex():
        return _yve_real(v, z)
    x, y = z.real, z.imag
    first = hankel1e(v, z) * torch.exp(torch.complex(-y - y.abs(), x))
    second = hankel2e(v, z) * torch.exp(torch.complex(y - y.abs(), -x))
    return -0.5j * (first - second)
