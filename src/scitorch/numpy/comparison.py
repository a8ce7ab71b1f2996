"""Comparisons, truth functions, maxima and minima."""

import operator
from collections.abc import Callable
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.dtypes import NUMPY_OF_TORCH
from scitorch.numpy.ufunc import ufunc

__all__ = [
    "equal",
    "fmax",
    "fmin",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "not_equal",
]


class Comparison(ufunc):
    """A comparison: integers beyond the range of the array's dtype are compared by value, as in NumPy 2."""

    def __init__(self, name: str, kernel: Callable[..., torch.Tensor], compare: Callable[[Any, Any], bool]) -> None:
        super().__init__(name, kernel)
        self._compare = compare

    def _evaluate(self, inputs: Any, options: Any) -> Any:
        for position, value in enumerate(inputs):
            other = inputs[1 - position]
            if type(value) is int and type(other) is ndarray and other.dtype.kind in "iu":
                limits = numpy.iinfo(NUMPY_OF_TORCH[other._tensor.dtype])
                if not limits.min <= value <= limits.max:
                    # Any element of the array is on the same side of the value as zero is
                    truth = self._compare(value, 0) if position == 0 else self._compare(0, value)
                    return torch.full(other._tensor.shape, truth, device=other._tensor.device)
        return super()._evaluate(inputs, options)


def _lexicographic(kernel: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Return an order comparison that also takes complex numbers, by real and then imaginary part."""

    def compare(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        if not a.is_complex():
            return kernel(a, b)
        ar, ai, br, bi = a.real, a.resolve_conj().imag, b.real, b.resolve_conj().imag
        different = (ar != br) & ~torch.isnan(ai) & ~torch.isnan(bi)
        return torch.where(different, kernel(ar, br), (ar == br) & kernel(ai, bi))

    return compare


def _extreme(
    kernel: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    take_first: Callable[..., torch.Tensor],
    skip_nan: bool,
) -> Callable[..., torch.Tensor]:
    def choose(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        if not a.is_complex():
            return kernel(a, b)
        if skip_nan:
            first = (take_first(a, b) & ~torch.isnan(a)) | torch.isnan(b)
        else:
            first = take_first(a, b) | torch.isnan(a)
        return torch.where(first, a, b)

    return choose


def _not(x: torch.Tensor) -> torch.Tensor:
    return torch.logical_not(x)


def _all(tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    return torch.all(tensor, axes, keepdim=keepdims)


def _any(tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    return torch.any(tensor, axes, keepdim=keepdims)


def _amax(tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    return torch.amax(tensor, axes, keepdim=keepdims)


def _amin(tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    return torch.amin(tensor, axes, keepdim=keepdims)


def _cummax(tensor: torch.Tensor, axis: int) -> torch.Tensor:
    return torch.cummax(tensor, axis).values


def _cummin(tensor: torch.Tensor, axis: int) -> torch.Tensor:
    return torch.cummin(tensor, axis).values


equal = Comparison("equal", memory.large_on_host(numpy.equal, torch.eq), operator.eq)
not_equal = Comparison("not_equal", memory.large_on_host(numpy.not_equal, torch.ne), operator.ne)
less = Comparison("less", memory.large_on_host(numpy.less, _lexicographic(torch.lt)), operator.lt)
less_equal = Comparison("less_equal", memory.large_on_host(numpy.less_equal, _lexicographic(torch.le)), operator.le)
greater = Comparison("greater", memory.large_on_host(numpy.greater, _lexicographic(torch.gt)), operator.gt)
greater_equal = Comparison(
    "greater_equal", memory.large_on_host(numpy.greater_equal, _lexicographic(torch.ge)), operator.ge
)
logical_and = ufunc("logical_and", torch.logical_and, reducer=_all)
logical_or = ufunc("logical_or", torch.logical_or, reducer=_any)
logical_xor = ufunc("logical_xor", torch.logical_xor)
logical_not = ufunc("logical_not", _not)
maximum = ufunc("maximum", _extreme(torch.maximum, _lexicographic(torch.ge), False), reducer=_amax, accumulator=_cummax)
minimum = ufunc("minimum", _extreme(torch.minimum, _lexicographic(torch.le), False), reducer=_amin, accumulator=_cummin)
fmax = ufunc("fmax", _extreme(torch.fmax, _lexicographic(torch.ge), True))
fmin = ufunc("fmin", _extreme(torch.fmin, _lexicographic(torch.le), True))
