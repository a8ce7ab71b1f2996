"""Rounding, and the parts of floating-point numbers."""

from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.dtypes import from_host, host
from scitorch.numpy.ufunc import ufunc

__all__ = [
    "ceil",
    "copysign",
    "floor",
    "frexp",
    "heaviside",
    "isfinite",
    "isinf",
    "isnan",
    "ldexp",
    "modf",
    "nextafter",
    "rint",
    "signbit",
    "spacing",
    "trunc",
]


def _unless_integer(kernel: Any) -> Any:
    def rounded(x: torch.Tensor) -> torch.Tensor:
        return kernel(x) if x.is_floating_point() else x.clone()

    return rounded


def _rint(x: torch.Tensor) -> torch.Tensor:
    if x.is_complex():
        return torch.complex(torch.round(x.real), torch.round(x.resolve_conj().imag))
    return torch.round(x)


def _modf(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    whole = torch.trunc(x)
    fraction = torch.where(torch.isinf(x), torch.zeros_like(x), x - whole)
    return torch.copysign(fraction, x) if not memory.followed(x) else fraction, whole


def _frexp(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    mantissa, exponent = torch.frexp(x)
    special = ~torch.isfinite(x)
    return torch.where(special, x, mantissa), torch.where(special, 0, exponent).to(torch.int32)


def _ldexp(x: torch.Tensor, exponent: torch.Tensor) -> torch.Tensor:
    """x · 2^n in three steps, since 2^n alone overflows (or x · 2^n is denormal) before x · 2^n does."""
    n = exponent.clamp(-4200, 4200)
    third = torch.div(n, 3, rounding_mode="trunc")
    step = torch.exp2(third.to(x.dtype))
    return x * step * step * torch.exp2((n - 2 * third).to(x.dtype))


def _heaviside(x: torch.Tensor, at_zero: torch.Tensor) -> torch.Tensor:
    step = torch.where(x > 0, torch.ones_like(x), torch.zeros_like(x))
    return torch.where(x == 0, at_zero, torch.where(torch.isnan(x), x, step))


def _spacing(x: torch.Tensor) -> torch.Tensor:
    if x.dtype is not torch.float16 and (memory.followed(x) or not x.is_cpu):  # the derivative is zero
        size = torch.abs(x.detach())
        return torch.copysign(torch.nextafter(size, torch.full_like(size, torch.inf)) - size, x.detach()) + 0 * x
    return from_host(spacing.reference(host(x)), x.device)


def _signbit(x: torch.Tensor) -> torch.Tensor:
    return torch.signbit(x)


def _nextafter(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if a.dtype is torch.float16:
        return from_host(nextafter.reference(host(a), host(b)), a.device)
    return torch.nextafter(a, b)


def _copysign(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.copysign(a, b)


floor = ufunc("floor", _unless_integer(torch.floor))
ceil = ufunc("ceil", _unless_integer(torch.ceil))
trunc = ufunc("trunc", _unless_integer(torch.trunc))
rint = ufunc("rint", _rint)
modf = ufunc("modf", _modf)
frexp = ufunc("frexp", _frexp)
ldexp = ufunc("ldexp", _ldexp)
copysign = ufunc("copysign", _copysign)
nextafter = ufunc("nextafter", _nextafter)
spacing = ufunc("spacing", _spacing)
signbit = ufunc("signbit", _signbit)
heaviside = ufunc("heaviside", _heaviside)
isfinite = ufunc("isfinite", torch.isfinite)
isinf = ufunc("isinf", torch.isinf)
isnan = ufunc("isnan", memory.large_on_host(numpy.isnan, torch.isnan))
