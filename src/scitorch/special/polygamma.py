"""Derivatives of the logarithm of the gamma function: `digamma`, `psi` and `polygamma`."""

from __future__ import annotations

import math
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op import Complex, Real, composite, elementwise
from scitorch.op.kernel import scipy_ufunc
from scitorch.op.kernel.gamma_functions import digamma as _real_digamma
from scitorch.op.kernel.gamma_functions import polygamma as _real_polygamma

from .euler_maclaurin import hurwitz_derivative

_digamma = scipy_ufunc("scipy.special.digamma")


def _cotangent_derivative(order: int, z: Tensor) -> Tensor:
    """The derivative, of order 1 or higher, of π cot πz."""
    near_axis = z.imag.abs() < 0.5
    near = _polynomial_in_cotangent(order, torch.complex(z.real, torch.where(near_axis, z.imag, 0.0)))
    return torch.where(near_axis, near, _polynomial_in_exponential(order, z))


def _polynomial_in_cotangent(order: int, z: Tensor) -> Tensor:
    # d cot(πz)/dz = -π (1 + cot²): a polynomial P(c) goes to -π (1 + c²) P'(c).
    coefficients = [0.0, math.pi]
    for _ in range(order):
        slope = [k * c for k, c in enumerate(coefficients)][1:]
        coefficients = [
            -math.pi * ((slope[k] if k < len(slope) else 0.0) + (slope[k - 2] if k >= 2 else 0.0))
            for k in range(len(slope) + 2)
        ]
    fraction = math.pi * (z - z.real.round())  # exact; the cotangent has period 1
    return _horner(coefficients, torch.cos(fraction) / torch.sin(fraction))


def _polynomial_in_exponential(order: int, z: Tensor) -> Tensor:
    # Off the real axis cot πz is close to ±i and 1 + cot² cancels. With u = 1/(exp(2πiz) - 1), small for Im z < 0,
    # cot πz = i (1 + 2u) and du/dz = -2πi u(1 + u). The other half plane is the mirror image.
    coefficients = [0j, 2j * math.pi]
    for _ in range(order):
        slope = [k * c for k, c in enumerate(coefficients)][1:]
        coefficients = [
            -2j * math.pi * ((slope[k - 1] if 1 <= k <= len(slope) else 0.0) + (slope[k - 2] if k >= 2 else 0.0))
            for k in range(len(slope) + 2)
        ]
    below = torch.complex(z.real - z.real.round(), -z.imag.abs())
    value = _horner(coefficients, 1.0 / torch.expm1(2j * math.pi * below))
    return torch.where(z.imag > 0.0, value.conj(), value)


def _horner(coefficients: list[Any], x: Tensor) -> Tensor:
    total = torch.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total


def polygamma_kernel(n: Tensor, x: Tensor) -> Tensor:
    """ψ⁽ⁿ⁾(x), nan where n is negative or not whole."""
    value = _complex_polygamma(n, x) if x.is_complex() else _real_polygamma(n.clamp(max=1e5), x)
    whole = (n >= 0.0) & (n == n.floor())
    return value if bool(whole.all()) else torch.where(whole, value, math.nan)  # type: ignore[return-value, arg-type]


def _complex_polygamma(n: Tensor, z: Tensor) -> Tensor:
    """DLMF 5.15.1 in the right half plane, reflection by 5.15.6 left of it."""
    dtype = z.dtype
    n, z = torch.broadcast_tensors(n.to(torch.float64), z.to(torch.complex128))  # type: ignore[no-untyped-call]
    left = z.real < 0.0
    mirrored = torch.where(left, 1.0 - z, z)
    # n! and the zeta function are joined in the logarithm, so that they do not overflow or vanish alone.
    scale = torch.exp(torch.lgamma(n + 1.0) - (n + 1.0) * torch.log(mirrored))
    sign = 1.0 - 2.0 * torch.remainder(n + 1.0, 2.0)
    value = sign * scale * hurwitz_derivative(n + 1.0, mirrored, scaled=True)
    if bool(left.any()):
        value = value.clone()
        for order in torch.unique(n[left]).tolist():
            if 1 <= order < 400 and order == math.floor(order):
                here = left & (n == order)
                value[here] = (-1.0) ** order * value[here] - _cotangent_derivative(int(order), z[here])
    value = torch.where(left & (z.imag == 0.0) & (z.real == z.real.round()), (sign * math.inf).to(z.dtype), value)
    value = torch.where(left & (n >= 400.0), math.nan, value)
    return torch.where(n == 0.0, _digamma(z.cpu()).to(z.device), value).to(dtype)  # type: ignore[arg-type]


def _device_digamma(z: Tensor) -> Tensor:
    if z.is_complex():
        return _digamma(z.cpu()).to(z.device)  # type: ignore[union-attr]
    return _real_digamma(z)  # type: ignore[return-value]


def _mpmath_polygamma(n: Any, x: Any) -> Any:
    import mpmath

    return mpmath.polygamma(int(n), x)


def _reference_polygamma(n: Any, x: Any) -> Any:
    """SciPy's polygamma; for complex numbers, which it does not take, mpmath's."""
    import mpmath
    from scipy.special import polygamma as reference

    if not numpy.iscomplexobj(x):
        return reference(n, x)
    return numpy.vectorize(lambda order, z: complex(mpmath.polygamma(int(order), z)))(n, x)


def _mpmath_digamma(z: Any) -> Any:
    import mpmath

    return mpmath.digamma(z)


@elementwise(
    kernel={"cpu": _digamma, "cuda": _device_digamma},
    loops="r->r z->z",
    partials={"z": lambda z, out: _polygamma(z)},
    domain={"z": Real(-6.0, 30.0, hard=(1e-8, 0.5, 1.0, 1.4616321449683623, 2.0, 10.0, -0.5, -1.5, -2.00001, 1e8))},
    complex_domain={"z": Complex((-6.0, 10.0), (-6.0, 6.0), hard=(1e-3j, 0.5 + 1e-3j, -3.5 + 0.1j))},
    reference="scipy.special.digamma",
    mpmath=_mpmath_digamma,
)
def digamma(z: Tensor) -> Tensor:
    """
    Digamma function, the derivative of the logarithm of the gamma function.

    Parameters
    ----------
    z : array_like
        Real or complex argument, any shape.

    Returns
    -------
    Tensor
        ψ(z) = Γ'(z)/Γ(z), of the shape of `z`.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 5.2.2. Its derivative is the trigamma function, ``polygamma(1, z)``, also for complex `z`. As in SciPy the
    value at 0 is infinite with the sign opposite to that of the zero, and nan at the other poles.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import digamma
    >>> digamma(torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([-0.5772,  0.4228], dtype=torch.float64)
    """


def _fixed_order_kernel(x: Tensor, *, order: int) -> Tensor:
    if x.is_complex():
        return _complex_polygamma(torch.full((), float(order), dtype=x.real.dtype, device=x.device), x)
    return _real_polygamma(float(min(order, 100_000)), x)  # type: ignore[return-value]


@elementwise(
    kernel=_fixed_order_kernel,
    loops="r->r z->z",
    partials={"x": lambda x, out, *, order: _polygamma(x, order=order + 1)},
    domain={"x": Real(-4.0, 20.0, hard=(1e-3, 0.5, -0.5))},
    complex_domain={"x": Complex((-4.0, 8.0), (-6.0, 6.0))},
    public=False,
)
def _polygamma(x: Tensor, *, order: int = 1) -> Tensor:
    """ψ⁽ⁿ⁾(x) for one n = `order`: the derivatives of the digamma function, without a second argument to broadcast."""


@composite(domain={"z": Real(-6.0, 30.0, hard=(0.5, 1.0, -0.5))}, reference="scipy.special.psi")
def psi(z: Tensor) -> Tensor:
    """
    Digamma function, under its second name.

    Parameters
    ----------
    z : array_like
        Real or complex argument, any shape.

    Returns
    -------
    Tensor
        ψ(z), of the shape of `z`.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    See `digamma`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import psi
    >>> psi(torch.tensor(1.0, dtype=torch.float64))
    tensor(-0.5772, dtype=torch.float64)
    """
    return digamma(z)


@elementwise(
    kernel=polygamma_kernel,
    loops="rr->r rz->z",
    partials={"x": lambda n, x, out: polygamma(n + 1, x)},
    undefined={"n": "the order is a whole number"},
    domain={
        "n": Real(0, 6, integer=True, hard=(0, 1, 2, 25)),
        "x": Real(-4.0, 20.0, hard=(1e-3, 0.5, 1.0, 1.11108, 2.0, 19.999, -0.5, -1.5, -3.9)),
    },
    complex_domain={"x": Complex((-4.0, 8.0), (-6.0, 6.0), hard=(0.5 + 0.01j, -2.5 + 0.1j, 3j))},
    reference=_reference_polygamma,
    mpmath=_mpmath_polygamma,
    rtol=1e-11,
)
def polygamma(n: Tensor, x: Tensor) -> Tensor:
    """
    Polygamma function, the derivative of order `n` of the digamma function.

    Parameters
    ----------
    n : array_like
        Order, a whole number not below 0.
    x : array_like
        Real or complex argument; its shape broadcasts with that of `n`.

    Returns
    -------
    Tensor
        ψ⁽ⁿ⁾(x), of the broadcast shape; nan where `n` is negative or not whole.

    Raises
    ------
    TypeError
        If `n` is complex.

    Notes
    -----
    ψ⁽ⁿ⁾(x) = (-1)ⁿ⁺¹ n! ζ(n + 1, x), DLMF 5.15.1 and 25.11.12, and the reflection formula 5.15.6 left of zero. The
    factorial and the zeta function are multiplied so that nothing overflows before the result does. Complex `x` is an
    extension of SciPy.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import polygamma
    >>> polygamma(1, torch.tensor([1.0, 0.5], dtype=torch.float64))
    tensor([1.6449, 4.9348], dtype=torch.float64)
    """
