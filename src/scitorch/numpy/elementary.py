"""Exponentials, logarithms, roots, trigonometric and hyperbolic functions.

Complex arguments at infinities and nan follow C99 Annex G, as NumPy does; torch's complex expm1, log1p, tanh and acos
do not, so these are composed here from real functions.
"""

import math

import torch

from scitorch.numpy.ufunc import ufunc
from scitorch.op.torch_private import is_transformed

__all__ = [
    "acos",
    "acosh",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "cos",
    "cosh",
    "deg2rad",
    "degrees",
    "exp",
    "exp2",
    "expm1",
    "hypot",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "rad2deg",
    "radians",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
]


def _expm1(x: torch.Tensor) -> torch.Tensor:
    if not x.is_complex():
        return torch.expm1(x)
    # exp(a+ib) - 1 = expm1(a) cos b - 2 sin²(b/2) + i exp(a) sin b, free of cancellation near 0
    a, b = x.real, x.resolve_conj().imag
    half = torch.sin(b / 2)
    growth = torch.exp(a)
    real = torch.expm1(a) * torch.cos(b) - 2 * half * half
    imaginary = growth * torch.sin(b)
    # Annex G: real arguments stay real, +-inf in the real part decides alone
    on_axis = b == 0
    real = torch.where(on_axis, torch.expm1(a), real)
    imaginary = torch.where(on_axis, b, imaginary)
    down = a == -math.inf
    unbounded = down & ~torch.isfinite(b)
    real = torch.where(down, -torch.ones_like(a), real)
    imaginary = torch.where(unbounded, torch.zeros_like(a), imaginary)
    up = (a == math.inf) & ~torch.isfinite(b)
    real = torch.where(up, torch.full_like(a, math.inf), real)
    imaginary = torch.where(up, torch.full_like(a, math.nan), imaginary)
    return torch.complex(real, imaginary)


def _log1p(x: torch.Tensor) -> torch.Tensor:
    if not x.is_complex():
        return torch.log1p(x)
    # |1+x|² - 1 = a (2 + a) + b², exact where it matters (small a, b); the plain modulus elsewhere
    a, b = x.real, x.resolve_conj().imag
    small = (torch.abs(a) < 0.5) & (torch.abs(b) < 0.5)
    sa, sb = torch.where(small, a, 0.0), torch.where(small, b, 0.0)
    near = 0.5 * torch.log1p(sa * (2 + sa) + sb * sb)
    la, lb = torch.where(small, 1.0, a), torch.where(small, 1.0, b)
    far = torch.log(torch.hypot(1 + la, lb))
    return torch.complex(torch.where(small, near, far), torch.atan2(b, 1 + a))


def _tanh(x: torch.Tensor) -> torch.Tensor:
    if not x.is_complex():
        return torch.tanh(x)
    a, b = x.real, x.resolve_conj().imag
    large = torch.abs(a) > 20  # tanh is ±1 to the last bit there
    inner = torch.tanh(torch.complex(torch.where(large, 0.0, a), torch.where(large, 0.0, b)))
    edge = torch.copysign(torch.ones_like(a), a)
    tail = 4 * torch.sin(b) * torch.cos(b) * torch.exp(-2 * torch.abs(a))
    infinite = torch.isinf(a)
    tail = torch.where(infinite, torch.copysign(torch.zeros_like(b), b), tail)
    real = torch.where(large, edge, inner.real)
    imaginary = torch.where(large, tail, inner.imag)
    undefined = ~torch.isfinite(b) & ~infinite
    nan = torch.full_like(a, math.nan)
    return torch.complex(torch.where(undefined & (a != 0), nan, real), torch.where(undefined, nan, imaginary))


def _arccos(x: torch.Tensor) -> torch.Tensor:
    if not x.is_complex():
        return torch.acos(x)
    result = torch.acos(x)
    a, b = x.real, x.resolve_conj().imag
    # acos(±0 + 0i) = π/2 - 0i
    origin = (a == 0) & (b == 0)
    imaginary = torch.where(origin, -b, result.imag)
    if not (result.requires_grad or torch.compiler.is_compiling() or is_transformed(result)):
        # acos(±1 + 0i) = ... - 0i too; there the derivative is infinite, and -b would make it finite
        imaginary = torch.where((b == 0) & (torch.abs(a) == 1), -b, imaginary)
    return torch.complex(result.real, imaginary)


def _cbrt(x: torch.Tensor) -> torch.Tensor:
    """Cube root: a power, then one Newton step, which brings 2 ulp down to 1 and leaves all derivatives right."""
    root = torch.sign(x) * torch.pow(torch.abs(x), 1.0 / 3.0)
    usable = torch.isfinite(x) & (x != 0)
    safe = torch.where(usable, root, 1.0)
    corrected = safe - (safe * safe * safe - torch.where(usable, x, 1.0)) / (3 * safe * safe)
    return torch.where(usable, corrected, torch.where(torch.isnan(x), x, root))


def _logaddexp2(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    top = torch.maximum(a, b)
    equal = a == b  # includes two equal infinities
    gap = torch.where(equal, 0.0, -torch.abs(a - b))
    return torch.where(equal, a + 1, top + torch.log1p(torch.exp2(gap)) / math.log(2))


def _logsumexp(tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    return torch.logsumexp(tensor, axes, keepdim=keepdims)


def _logcumsumexp(tensor: torch.Tensor, axis: int) -> torch.Tensor:
    return torch.logcumsumexp(tensor, axis)


exp = ufunc("exp", torch.exp)
exp2 = ufunc("exp2", torch.exp2)
expm1 = ufunc("expm1", _expm1)
log = ufunc("log", torch.log)
log2 = ufunc("log2", torch.log2)
log10 = ufunc("log10", torch.log10)
log1p = ufunc("log1p", _log1p)
logaddexp = ufunc("logaddexp", torch.logaddexp, reducer=_logsumexp, accumulator=_logcumsumexp)
logaddexp2 = ufunc("logaddexp2", _logaddexp2)
sqrt = ufunc("sqrt", torch.sqrt)
cbrt = ufunc("cbrt", _cbrt)
hypot = ufunc("hypot", torch.hypot)
sin = ufunc("sin", torch.sin)
cos = ufunc("cos", torch.cos)
tan = ufunc("tan", torch.tan)
arcsin = asin = ufunc("arcsin", torch.asin)
arccos = acos = ufunc("arccos", _arccos)
arctan = atan = ufunc("arctan", torch.atan)
arctan2 = atan2 = ufunc("arctan2", torch.atan2)
sinh = ufunc("sinh", torch.sinh)
cosh = ufunc("cosh", torch.cosh)
tanh = ufunc("tanh", _tanh)
arcsinh = asinh = ufunc("arcsinh", torch.asinh)
arccosh = acosh = ufunc("arccosh", torch.acosh)
arctanh = atanh = ufunc("arctanh", torch.atanh)
degrees = ufunc("degrees", torch.rad2deg)
rad2deg = ufunc("rad2deg", torch.rad2deg)
radians = ufunc("radians", torch.deg2rad)
deg2rad = ufunc("deg2rad", torch.deg2rad)
