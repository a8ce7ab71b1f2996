"""Exact kernels for unsigned integers of 16, 32 and 64 bits out of torch's signed ones, on any device.

torch stores these dtypes but has few kernels for them. Sixteen and thirty-two bits fit into int64, and the cast back
keeps the lowest bits, as wrapping arithmetic does. Sixty-four bits are the bits of an int64: sums, products and
bitwise functions are the same for both; order is that of the signed numbers with the highest bit flipped; division
follows H. S. Warren, Hacker's Delight, 2nd ed., section 9-3 (unsigned division by way of the signed one).
"""

from collections.abc import Callable
from typing import Any

import torch

from scitorch.numpy.dtypes import WIDE_UNSIGNED

__all__ = ["bits", "from_bits", "kernel_for", "ordered"]

Kernel = Callable[..., Any]

_LOWEST = -(2**63)  # the highest bit alone
_REST = 2**63 - 1  # all others


def bits(tensor: torch.Tensor) -> torch.Tensor:
    """Return an int64 tensor with the same lowest bits."""
    return tensor.view(torch.int64) if tensor.dtype is torch.uint64 else tensor.to(torch.int64)


def from_bits(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Return the lowest bits of an int64 tensor as an unsigned dtype."""
    return tensor.view(torch.uint64) if dtype is torch.uint64 else tensor.to(dtype)


def ordered(tensor: torch.Tensor) -> torch.Tensor:
    """Return bits whose signed order is the unsigned order of the given ones; its own inverse."""
    return tensor ^ _LOWEST


def kernel_for(name: str, kernel: Kernel, dtypes: tuple[torch.dtype, ...]) -> Kernel | None:
    """Return the kernel of a ufunc for operands of one wide unsigned dtype, or None where there is none."""
    dtype = dtypes[0]
    if dtype not in WIDE_UNSIGNED or any(other is not dtype for other in dtypes):
        return None
    signed = _SIXTY_FOUR.get(name) if dtype is torch.uint64 else _NARROWER.get(name, kernel)
    if signed is None:
        return None

    def compute(*operands: torch.Tensor) -> Any:
        results = signed(*map(bits, operands))
        if isinstance(results, tuple):
            return tuple(from_bits(result, dtype) for result in results)
        return from_bits(results, dtype) if results.dtype is torch.int64 else results

    return compute


def _by_order(kernel: Kernel) -> Kernel:
    return lambda a, b: kernel(ordered(a), ordered(b))


def _chosen_by_order(kernel: Kernel) -> Kernel:
    return lambda a, b: ordered(kernel(ordered(a), ordered(b)))


def _of_truth(kernel: Kernel) -> Kernel:
    return lambda *operands: kernel(*(x != 0 for x in operands))


def _shifted_right(a: torch.Tensor, count: int) -> torch.Tensor:
    return torch.bitwise_right_shift(a, count) & (_REST >> (count - 1))


def _divmod(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    zero = b == 0  # NumPy's quotient and remainder are zero there
    divisor = torch.where(zero, 1, b)
    large = divisor < 0  # at least 2⁶³: the quotient is 0 or 1
    small = torch.where(large, 1, divisor)
    quotient = torch.bitwise_left_shift(torch.div(_shifted_right(a, 1), small, rounding_mode="floor"), 1)
    quotient = quotient + (ordered(a - quotient * small) >= ordered(small))
    quotient = torch.where(large, (ordered(a) >= ordered(divisor)).to(torch.int64), quotient)
    remainder = a - quotient * divisor
    return torch.where(zero, 0, quotient), torch.where(zero, 0, remainder)


def _quotient(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return _divmod(a, b)[0]


def _remainder(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return _divmod(a, b)[1]


def _reciprocal(x: torch.Tensor) -> torch.Tensor:
    return (x == 1).to(torch.int64)


def _left_shift(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    inside = (b >= 0) & (b < 64)
    return torch.where(inside, torch.bitwise_left_shift(a, torch.where(inside, b, 0)), 0)


def _right_shift(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    inside = (b > 0) & (b < 64)
    count = torch.where(inside, b, 1)
    mask = torch.bitwise_right_shift(torch.full_like(a, _REST), count - 1)
    shifted = torch.bitwise_right_shift(a, count) & mask
    return torch.where(b == 0, a, torch.where(inside, shifted, 0))


def _power(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    a, b = torch.broadcast_tensors(a, b)
    result = torch.ones_like(a)
    for _ in range(64):  # one bit of the exponent after the other
        result = torch.where((b & 1) == 1, result * a, result)
        a, b = a * a, _shifted_right(b, 1)
    return result


def _count(x: torch.Tensor) -> torch.Tensor:
    places = torch.arange(64, device=x.device)
    return (torch.bitwise_right_shift(x.unsqueeze(-1), places) & 1).sum(-1).to(torch.uint8)


def _nowhere(x: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(x, dtype=torch.bool)


def _everywhere(x: torch.Tensor) -> torch.Tensor:
    return torch.ones_like(x, dtype=torch.bool)


# Functions that int64 does not compute as the narrower unsigned dtypes do
_NARROWER: dict[str, Kernel | None] = {
    "reciprocal": _reciprocal,
    "floor": torch.clone,
    "ceil": torch.clone,
    "trunc": torch.clone,
    "isnan": _nowhere,
    "isinf": _nowhere,
    "isfinite": _everywhere,
}

_SIXTY_FOUR: dict[str, Kernel] = {
    "absolute": torch.clone,
    "add": torch.add,
    "bitwise_and": torch.bitwise_and,
    "bitwise_count": _count,
    "bitwise_or": torch.bitwise_or,
    "bitwise_xor": torch.bitwise_xor,
    "ceil": torch.clone,
    "conjugate": torch.clone,
    "divmod": _divmod,
    "equal": torch.eq,
    "floor": torch.clone,
    "floor_divide": _quotient,
    "fmax": _chosen_by_order(torch.maximum),
    "fmin": _chosen_by_order(torch.minimum),
    "fmod": _remainder,
    "greater": _by_order(torch.gt),
    "greater_equal": _by_order(torch.ge),
    "invert": torch.bitwise_not,
    "isfinite": _everywhere,
    "isinf": _nowhere,
    "isnan": _nowhere,
    "left_shift": _left_shift,
    "less": _by_order(torch.lt),
    "less_equal": _by_order(torch.le),
    "logical_and": _of_truth(torch.logical_and),
    "logical_not": _of_truth(torch.logical_not),
    "logical_or": _of_truth(torch.logical_or),
    "logical_xor": _of_truth(torch.logical_xor),
    "maximum": _chosen_by_order(torch.maximum),
    "minimum": _chosen_by_order(torch.minimum),
    "multiply": torch.mul,
    "negative": torch.neg,
    "not_equal": torch.ne,
    "positive": torch.clone,
    "power": _power,
    "reciprocal": _reciprocal,
    "remainder": _remainder,
    "right_shift": _right_shift,
    "sign": lambda x: (x != 0).to(torch.int64),
    "square": lambda x: x * x,
    "subtract": torch.sub,
    "trunc": torch.clone,
}
