"""Arithmetic ufuncs: sums, products, quotients, powers, signs."""

import math
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.dtypes import INEXACT
from scitorch.numpy.floating_errors import holds
from scitorch.numpy.ufunc import ufunc

__all__ = [
    "abs",
    "absolute",
    "add",
    "conj",
    "conjugate",
    "divide",
    "divmod",
    "fabs",
    "float_power",
    "floor_divide",
    "fmod",
    "gcd",
    "lcm",
    "mod",
    "multiply",
    "negative",
    "positive",
    "pow",
    "power",
    "reciprocal",
    "remainder",
    "sign",
    "square",
    "subtract",
    "true_divide",
]

_SIGNED_AND_SMALL = "bhilqB"  # integers: NumPy's division by zero gives 0 and a warning, torch's raises


def _sum(tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    if tensor.dtype is torch.bool:
        return tensor.any(axes, keepdim=keepdims)
    return torch.sum(tensor, axes, keepdim=keepdims, dtype=tensor.dtype)


def _product(tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    if tensor.dtype is torch.bool:
        return tensor.all(axes, keepdim=keepdims)
    shape = tensor.shape
    dtype = tensor.dtype
    if tensor.dtype in INEXACT and memory.followed(tensor):
        for axis in sorted(axes, reverse=True):
            tensor = _product_in_pairs(tensor.movedim(axis, 0))
        return tensor.reshape([1 if a in axes else n for a, n in enumerate(shape)]) if keepdims else tensor
    for axis in sorted(axes, reverse=True):
        tensor = torch.prod(tensor, axis, keepdim=keepdims, dtype=dtype)
    return tensor


# torch's derivatives of prod and cumprod are wrong where a factor is zero: of cumprod those of second order (nan, or a
# wrong number), of prod the third forward derivative. Products in pairs have every derivative.


def _product_in_pairs(tensor: torch.Tensor) -> torch.Tensor:
    while (count := tensor.shape[0]) > 1:
        half = count // 2
        folded = tensor[:half] * tensor[half : 2 * half]
        tensor = torch.cat([folded, tensor[2 * half :]]) if count % 2 else folded
    return tensor[0]


def _cumulative_product(tensor: torch.Tensor, axis: int) -> torch.Tensor:
    if not (tensor.dtype in INEXACT and memory.followed(tensor)):
        return torch.cumprod(tensor, axis)
    result = tensor.movedim(axis, 0)
    width = 1  # result[i] is the product of the factors i - width + 1 to i
    while width < result.shape[0]:
        result = torch.cat([result[:width], result[width:] * result[:-width]])
        width *= 2
    return result.movedim(0, axis)


def _floor_divide(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if a.is_floating_point():
        if memory.followed(a, b):  # floor_divide itself has no derivative in torch; it is zero
            return torch.div(a, b, rounding_mode="floor")
        return torch.floor_divide(a, b)
    zero = b == 0
    return torch.floor_divide(a, torch.where(zero, 1, b)).masked_fill(zero, 0)


def _remainder(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if not a.is_floating_point():
        zero = b == 0
        return torch.remainder(a, torch.where(zero, 1, b)).masked_fill(zero, 0)
    result = _where_the_quotient_overflows(torch.remainder, a, b)
    # A zero remainder has the sign of the divisor; torch leaves that of the dividend. Every other remainder has that
    # sign already. torch's derivative of copysign at zero is zero, so tracked values keep torch's sign of zero.
    if memory.followed(result):
        return result
    return torch.copysign(result, b)


def _where_the_quotient_overflows(function: Any, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Call torch's `fmod` or `remainder`, which is nan on the CPU, vectorised, in doubles, where a / b overflows."""
    result = function(a, b)
    if result.dtype is not torch.float64 or result.device.type != "cpu":
        return result
    if memory.transformed() or not math.isnan(result.detach().sum().item()):
        return result
    overflows = torch.isnan(result) & torch.isfinite(a) & torch.isfinite(b) & (b != 0)
    if not bool(overflows.any()):
        return result
    # a mod m mod b is a mod b for multiples m of b. The quotient is below 2^2098 and each step takes 2^500 or 2^598 of
    # it away; a multiple that is infinite changes nothing, and then b is so large that the step is not needed.
    for doubled in (750, 500, 250):
        a = torch.fmod(a, b * 2.0**doubled * 2.0**doubled)
    return torch.where(overflows, function(a, b), result)


def _fmod(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if a.is_floating_point():
        return _where_the_quotient_overflows(torch.fmod, a, b)
    zero = b == 0
    return torch.fmod(a, torch.where(zero, 1, b)).masked_fill(zero, 0)


def _power(a: Any, b: Any) -> torch.Tensor:
    dtype = (a if isinstance(a, torch.Tensor) else b).dtype
    if not dtype.is_floating_point and not dtype.is_complex:
        negative = b < 0 if not isinstance(b, torch.Tensor) else bool((b < 0).any())
        if negative:
            raise ValueError("Integers to negative integer powers are not allowed.")
    if not dtype.is_complex:
        tensors = isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor)
        if tensors and dtype.is_floating_point and memory.followed(a, b):
            return _power_of_negative(a, b)
        return torch.pow(a, b)
    a = a if isinstance(a, torch.Tensor) else torch.tensor(a, dtype=dtype, device=b.device)
    # exp(b log a) is nan at a = 0: there it is 1 for b = 0, 0 for a positive real part of b, and nan otherwise
    exponent = b if isinstance(b, torch.Tensor) else torch.tensor(b, dtype=dtype)
    zero = a == 0
    undefined = torch.full_like(exponent, complex(torch.nan, torch.nan))
    at_zero = torch.where(exponent.real > 0, torch.zeros_like(exponent), undefined)
    result = torch.where(zero, at_zero, torch.pow(torch.where(zero, 1.0, a), b))
    result = torch.where(exponent == 0, torch.ones_like(result), result)
    if exponent.requires_grad or memory.transformed():
        return result
    whole = (exponent.imag == 0) & (exponent.real == exponent.real.round()) & (exponent.real.abs() < 100) & ~zero
    if not holds(whole):
        return result
    # The derivative of the smooth form is right; its value is corrected by less than it was wrong
    exact = _whole_power(a.detach(), exponent, whole)
    correction = torch.where(whole & torch.isfinite(exact), exact - result.detach(), 0.0)
    return result + torch.where(torch.isfinite(correction), correction, 0.0)


def _whole_power(a: torch.Tensor, exponent: torch.Tensor, whole: torch.Tensor) -> torch.Tensor:
    """Return complex powers with small integer exponents by squaring: exact where products are, unlike exp(b log a)."""
    n = torch.where(whole, exponent.real, 0.0).long()
    count, base = n.abs(), a
    result = torch.ones_like(torch.broadcast_tensors(a, exponent)[0])
    for bit in range(int(count.max()).bit_length() if count.numel() else 0):
        result = torch.where((count >> bit) & 1 == 1, result * base, result)
        base = base * base
    return torch.where(n < 0, torch.reciprocal(result), result)


def _power_of_negative(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    # torch's reverse derivative of the forward one holds 0 log(a), which is nan for negative a. Here the logarithm
    # is that of |a|, the real part: the derivative in b does not exist as a real number there.
    negative = a < 0
    power = torch.pow(torch.where(negative, -a, a), b)
    whole = b.detach().round()
    sign = torch.where(whole.remainder(2) == 0, 1.0, -1.0).to(power.dtype)
    return torch.where(negative & (whole != b), torch.nan, torch.where(negative, sign * power, power))


def _absolute(x: torch.Tensor) -> torch.Tensor:
    return x if x.dtype is torch.bool else torch.abs(x)


def _sign(x: torch.Tensor) -> torch.Tensor:
    if x.is_complex():
        a, b = x.real, x.resolve_conj().imag
        # x / |x| is nan at infinity; along an axis the direction is known
        along = torch.isinf(a) ^ torch.isinf(b)
        a, b = (torch.where(along, torch.where(torch.isinf(p), torch.sign(p), 0.0), p) for p in (a, b))
        zero = (a == 0) & (b == 0)
        size = torch.hypot(torch.where(zero, 1.0, a), b)
        result = torch.where(zero, 0.0, torch.complex(a / size, b / size))
        return torch.where(torch.isnan(x), complex(torch.nan, torch.nan), result)
    if x.is_floating_point():
        return torch.where(torch.isnan(x), x, torch.sign(x))
    return torch.sign(x)


def _positive(x: torch.Tensor) -> torch.Tensor:
    return x.clone()


def _negative(x: torch.Tensor) -> torch.Tensor:
    if not x.is_complex():
        return torch.neg(x)
    # torch's vectorised complex negation is 0 - x, which loses the sign of zero
    if x.is_contiguous() and not x.is_conj():
        return torch.view_as_complex(torch.neg(torch.view_as_real(x)))
    return torch.complex(-x.real, -x.resolve_conj().imag)


def _conjugate(x: torch.Tensor) -> torch.Tensor:
    return x.conj_physical() if x.is_complex() else x.clone()


def _reciprocal(x: torch.Tensor) -> torch.Tensor:
    return torch.reciprocal(x)


def _fabs(x: torch.Tensor) -> torch.Tensor:
    return torch.abs(x)


def _divmod(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return _floor_divide(a, b), _remainder(a, b)


def _gcd(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return torch.abs(torch.gcd(a, b))  # torch's is negative next to the smallest integer


add = ufunc("add", torch.add, reducer=_sum, accumulator=torch.cumsum)
subtract = ufunc("subtract", torch.sub)
multiply = ufunc("multiply", torch.mul, reducer=_product, accumulator=_cumulative_product)
divide = true_divide = ufunc("divide", torch.true_divide)
floor_divide = ufunc("floor_divide", _floor_divide, on_host=_SIGNED_AND_SMALL)
remainder = mod = ufunc("remainder", _remainder, on_host=_SIGNED_AND_SMALL)
fmod = ufunc("fmod", _fmod, on_host=_SIGNED_AND_SMALL)
divmod = ufunc("divmod", _divmod, on_host=_SIGNED_AND_SMALL)
power = pow = ufunc("power", _power, scalars=True)
float_power = ufunc("float_power", torch.pow)
negative = ufunc("negative", _negative)
positive = ufunc("positive", _positive)
absolute = abs = ufunc("absolute", _absolute)
fabs = ufunc("fabs", _fabs)
sign = ufunc("sign", memory.large_on_host(numpy.sign, _sign))
square = ufunc("square", torch.square)
reciprocal = ufunc("reciprocal", _reciprocal, on_host=_SIGNED_AND_SMALL)
conjugate = conj = ufunc("conjugate", _conjugate)
gcd = ufunc("gcd", _gcd)
lcm = ufunc("lcm", torch.lcm, on_host=_SIGNED_AND_SMALL)
