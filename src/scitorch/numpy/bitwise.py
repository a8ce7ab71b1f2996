"""Bit operations on integers and booleans."""

from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import without_derivative
from scitorch.numpy.dtypes import from_host, host
from scitorch.numpy.ufunc import ufunc

__all__ = [
    "bitwise_and",
    "bitwise_count",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "invert",
    "left_shift",
    "packbits",
    "right_shift",
    "unpackbits",
]

_INTEGERS = "bhilqB"


def _left_shift(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    # a shift by the width or more is undefined in C; NumPy's answer is zero
    width = 8 * a.itemsize
    inside = (b >= 0) & (b < width)
    return torch.where(inside, torch.bitwise_left_shift(a, torch.where(inside, b, 0)), 0)


def _right_shift(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    width = 8 * a.itemsize
    inside = (b >= 0) & (b < width)
    beyond = torch.where(a < 0, -1, 0).to(a.dtype) if a.dtype.is_signed else torch.zeros_like(a)
    return torch.where(inside, torch.bitwise_right_shift(a, torch.where(inside, b, 0)), beyond)


def _count(x: torch.Tensor) -> torch.Tensor:
    """Count the ones of |x|, bit by bit."""
    magnitude = torch.abs(x.long()) if x.dtype is not torch.bool else x.long()
    bits = torch.arange(63, device=x.device)
    return ((magnitude.unsqueeze(-1) >> bits) & 1).sum(-1).to(torch.uint8)


bitwise_and = ufunc("bitwise_and", memory.large_on_host(numpy.bitwise_and, torch.bitwise_and))
bitwise_or = ufunc("bitwise_or", memory.large_on_host(numpy.bitwise_or, torch.bitwise_or))
bitwise_xor = ufunc("bitwise_xor", memory.large_on_host(numpy.bitwise_xor, torch.bitwise_xor))
invert = bitwise_not = bitwise_invert = ufunc("invert", torch.bitwise_not)
left_shift = bitwise_left_shift = ufunc("left_shift", _left_shift, on_host=_INTEGERS)
right_shift = bitwise_right_shift = ufunc("right_shift", _right_shift, on_host=_INTEGERS)
bitwise_count = ufunc("bitwise_count", _count, on_host=_INTEGERS)


@without_derivative("takes integers", "np.packbits([1, 0, 1])")
def packbits(a: Any, /, axis: int | None = None, bitorder: str = "big") -> ndarray:
    """Pack the truth of elements into the bits of uint8."""
    tensor = tensor_of(a)
    return ndarray._wrap(from_host(numpy.packbits(host(tensor), axis, bitorder), tensor.device))  # type: ignore[call-overload]


@without_derivative("takes integers", "np.unpackbits(np.array([5], np.uint8))")
def unpackbits(a: Any, /, axis: int | None = None, count: int | None = None, bitorder: str = "big") -> ndarray:
    """Unpack the bits of uint8 into zeros and ones."""
    tensor = tensor_of(a)
    return ndarray._wrap(from_host(numpy.unpackbits(host(tensor), axis, count, bitorder), tensor.device))  # type: ignore[call-overload]
