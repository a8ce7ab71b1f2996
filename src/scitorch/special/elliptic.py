"""Complete elliptic integrals and Jacobian elliptic functions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc
from scitorch.op.kernel.scalar import ScalarKernel

from .elliptic_kernels import complete_first, complete_second, jacobi_functions, sd_power_integral


def _with_integer(kernel: ScalarKernel, *arguments: Tensor, integer: int) -> Tensor:
    return kernel(*arguments, float(integer))  # type: ignore[no-any-return]


def _mpmath(name: str) -> Any:
    def reference(m: Any) -> Any:
        import mpmath

        return getattr(mpmath, name)(m)

    return reference


def _mpmath_ellipj(u: Any, m: Any) -> Any:
    import mpmath

    if u == 0:  # mpmath leaves rounding errors there
        return mpmath.mpf(0), mpmath.mpf(1), mpmath.mpf(1), mpmath.mpf(0)
    sn, cn, dn = (mpmath.ellipfun(name, u, m=m) for name in ("sn", "cn", "dn"))
    # The amplitude is the angle of (cn, sn), on the branch that passes n π/2 at u = n K.
    turns = mpmath.floor(u / mpmath.ellipk(m) / 4 + mpmath.mpf(1) / 2) if m < 1 else 0
    return sn, cn, dn, mpmath.atan2(sn, cn) + 2 * mpmath.pi * turns


@elementwise(
    kernel=lambda m, *, order: _with_integer(complete_first, m, integer=order),
    partials={"m": lambda m, out, *, order: _ellipk_derivative(m, order=order + 1)},
    domain={"m": Real(-5.0, 0.95, hard=(0.0, 1e-9, 0.5, -0.5, 0.999, -1e4))},
    public=False,
)
def _ellipk_derivative(m: Tensor, *, order: int = 1) -> Tensor:
    """dⁿK/dmⁿ, n = `order`."""


@elementwise(
    kernel=lambda m, *, order: _with_integer(complete_second, m, integer=order),
    partials={"m": lambda m, out, *, order: _ellipe_derivative(m, order=order + 1)},
    domain={"m": Real(-5.0, 0.95, hard=(0.0, 1e-9, 0.5, -0.5, 0.999, -1e4))},
    public=False,
)
def _ellipe_derivative(m: Tensor, *, order: int = 1) -> Tensor:
    """dⁿE/dmⁿ, n = `order`."""


@elementwise(
    kernel={
        "cpu": scipy_ufunc("scipy.special.ellipk"),
        "cuda": lambda m: _with_integer(complete_first, m, integer=0),
    },
    partials={"m": lambda m, out: _ellipk_derivative(m)},
    domain={"m": Real(-10.0, 0.99, hard=(0.0, 1e-300, 1e-9, -1e-9, 0.5, -0.5, 0.999999, -1e6))},
    reference="scipy.special.ellipk",
    mpmath=_mpmath("ellipk"),
)
def ellipk(m: Tensor) -> Tensor:
    """
    Complete elliptic integral of the first kind.

    Parameters
    ----------
    m : array_like
        Parameter (the square of the modulus), real, any shape.

    Returns
    -------
    Tensor
        K(m), of the shape of `m`; infinite at 1 and nan beyond.

    Raises
    ------
    TypeError
        If `m` is complex.

    Notes
    -----
    DLMF 19.2.8. Derivatives of every order come from the power series 19.5.1 for small `m`, so that m = 0 is no
    exception, and from the differential equation 19.4.8 elsewhere.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ellipk
    >>> m = torch.tensor([0.0, 0.5], dtype=torch.float64)
    >>> ellipk(m)
    tensor([1.5708, 1.8541], dtype=torch.float64)
    >>> torch.func.grad(lambda m: ellipk(m).sum())(m)
    tensor([0.3927, 0.8472], dtype=torch.float64)
    """


@elementwise(
    kernel={
        "cpu": scipy_ufunc("scipy.special.ellipe"),
        "cuda": lambda m: _with_integer(complete_second, m, integer=0),
    },
    partials={"m": lambda m, out: _ellipe_derivative(m)},
    domain={"m": Real(-10.0, 0.99, hard=(0.0, 1e-300, 1e-9, -1e-9, 0.5, -0.5, 0.999999, -1e6))},
    reference="scipy.special.ellipe",
    mpmath=_mpmath("ellipe"),
)
def ellipe(m: Tensor) -> Tensor:
    """
    Complete elliptic integral of the second kind.

    Parameters
    ----------
    m : array_like
        Parameter (the square of the modulus), real, any shape.

    Returns
    -------
    Tensor
        E(m), of the shape of `m`; 1 at 1 and nan beyond.

    Raises
    ------
    TypeError
        If `m` is complex.

    Notes
    -----
    DLMF 19.2.8. Derivatives of every order come from the power series 19.5.2 for small `m`, so that m = 0 is no
    exception, and from the differential equation 19.4.9 elsewhere. At m = 1 they are infinite.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ellipe
    >>> m = torch.tensor([0.0, 0.5], dtype=torch.float64)
    >>> ellipe(m)
    tensor([1.5708, 1.3506], dtype=torch.float64)
    >>> torch.func.grad(lambda m: ellipe(m).sum())(m)
    tensor([-0.3927, -0.5034], dtype=torch.float64)
    """


def _sd_power(u: Tensor, m: Tensor, power: int) -> Tensor:
    sn, _, dn, _ = ellipj(u, m)
    return (sn / dn) ** (2 * power)


def _sd_integral_in_parameter(u: Tensor, m: Tensor, out: Tensor, *, power: int) -> Tensor:
    # With φ the amplitude, the integral is that of sin²ᵖθ (1 - m sin²θ)^-(p + 1/2) from 0 to φ, and ∂φ/∂m as below.
    moved_end = -0.5 * _sd_power(u, m, power) * _sd_integral(u, m)
    return moved_end + (power + 0.5) * _sd_integral(u, m, power=power + 1)


@elementwise(
    kernel=lambda u, m, *, power: _with_integer(sd_power_integral, u, m, integer=power),
    partials={"u": lambda u, m, out, *, power: _sd_power(u, m, power), "m": _sd_integral_in_parameter},
    domain={"u": Real(-3.0, 3.0, hard=(0.0, 8.0)), "m": Real(0.05, 0.9, hard=(0.5,))},
    public=False,
)
def _sd_integral(u: Tensor, m: Tensor, *, power: int = 1) -> Tensor:
    """∫₀ᵘ sd(t|m)²ᵖ dt, p = `power`."""


_ellipj = scipy_ufunc("scipy.special.ellipj", outputs=4)


def _ellipj_kernel(u: Tensor, m: Tensor) -> tuple[Tensor, ...]:
    values = _ellipj(u, m)
    # SciPy's expansion in 1 - m grows as exp(2|u|): at u = 19, m = 1 - 1e-10 it errs by 1e-6, at u = 40 by 1e11.
    near_one = (m > 1.0 - 1e-9) & (m <= 1.0)
    if not bool(near_one.any()):
        return values  # type: ignore[no-any-return]
    ours = jacobi_functions(torch.where(near_one, u, 1.0), torch.where(near_one, m, 0.5))
    return tuple(torch.where(near_one, a, b) for a, b in zip(ours, values))


def _ellipj_in_parameter(u: Tensor, m: Tensor, out: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    # φ is defined by u = ∫₀^φ dθ/√(1 - m sin²θ), DLMF 22.16.11. Differentiated at fixed u it gives
    # ∂φ/∂m = -dn/2 ∫₀^φ sin²θ (1 - m sin²θ)^(-3/2) dθ, and the integral is that of sd² from 0 to u. Unlike that with
    # E(φ) this divides neither by m nor by 1 - m.
    sn, cn, dn, _ = out
    # At m = 1 the integral grows as exp(2|u|)/8, and overflows before its products with cn = dn = sech u do.
    overflows = (m == 1.0) & (u.abs() > 350.0)
    inside = torch.where(overflows, 1.0, u)
    amplitude = -0.5 * dn * _sd_integral(inside, m)
    amplitude = torch.where(overflows, -0.125 * torch.sign(u) * torch.exp(u.abs()), amplitude)
    on_circle = torch.where(overflows, -0.25 * sn, cn * amplitude)  # ∂sn/∂m divided by dn or 1
    return on_circle, -sn * amplitude, -sn * (0.5 * sn + m * on_circle) / dn, amplitude


@elementwise(
    kernel={"cpu": _ellipj_kernel, "cuda": jacobi_functions},
    results=4,
    partials={
        "u": lambda u, m, out: (out[1] * out[2], -out[0] * out[2], -m * out[0] * out[1], out[2]),
        "m": _ellipj_in_parameter,
    },
    domain={"u": Real(-3.0, 3.0, hard=(0.0, 1e-9, 1.5, 8.0, -20.0)), "m": Real(0.01, 0.95, hard=(1e-6, 0.5, 0.999))},
    reference="scipy.special.ellipj",
    mpmath=_mpmath_ellipj,
    rtol=1e-11,
)
def ellipj(u: Tensor, m: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """
    Jacobian elliptic functions.

    Parameters
    ----------
    u : array_like
        Argument, real.
    m : array_like
        Parameter (the square of the modulus), from 0 to 1; broadcast with `u`.

    Returns
    -------
    sn, cn, dn, ph : Tensor
        sn(u|m), cn(u|m), dn(u|m) and the amplitude, the angle whose sine is sn(u|m); nan for `m` outside of [0, 1].

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    DLMF 22.2 and 22.16; derivatives in `u` by 22.13. The derivatives in `m` are expressed by the integral of
    sd(t|m)², and are regular at m = 0 and m = 1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import ellipj
    >>> u, m = torch.tensor([1.0, 0.0], dtype=torch.float64)
    >>> sn, cn, dn, ph = ellipj(u, m)
    >>> sn
    tensor(0.8415, dtype=torch.float64)
    >>> torch.func.grad(lambda m: ellipj(u, m)[3])(m)
    tensor(-0.1363, dtype=torch.float64)
    """
