"""Rounding to decimals, and limiting to an interval."""

import builtins
import inspect
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.comparison import maximum, minimum
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import (
    from_host,
    host,
)
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.reductions import finish
from scitorch.numpy.ufunc_arguments import write_out

__all__ = ["around", "clip", "round"]


@differentiable("np.round(x, 1)")
def round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """Round to the given number of decimals, halves to even, with NumPy's scaling."""
    tensor = tensor_of(a)
    if tensor.is_complex():
        parts = [_round(part, decimals) for part in (tensor.real, tensor.resolve_conj().imag)]
        return finish(torch.complex(*parts), out)
    return finish(_round(tensor, decimals), out)


def _round(tensor: torch.Tensor, decimals: int) -> torch.Tensor:
    if not tensor.is_floating_point():
        if decimals >= 0 and tensor.dtype is not torch.bool:
            return tensor.clone()
        return from_host(numpy.round(host(tensor), decimals), tensor.device)
    if decimals == 0:
        return torch.round(tensor)
    scale = 10.0 ** builtins.abs(decimals)
    if decimals > 0:
        return torch.round(tensor * scale) / scale
    return torch.round(tensor / scale) * scale


around = round


@differentiable("np.clip(x, -0.6, 1.3)", "np.clip(x, y - 1, y)", "np.clip(m, x[:4], None)")
def clip(
    a: Any,
    a_min: Any = NO_VALUE,
    a_max: Any = NO_VALUE,
    out: Any = None,
    *,
    min: Any = NO_VALUE,
    max: Any = NO_VALUE,
    **options: Any,
) -> Any:
    """Limit values to an interval: `minimum(maximum(a, a_min), a_max)`."""
    if a_min is NO_VALUE and a_max is NO_VALUE:
        low = None if min is NO_VALUE else min
        high = None if max is NO_VALUE else max
    elif (a_min is NO_VALUE) != (a_max is NO_VALUE) and (min is NO_VALUE and max is NO_VALUE):
        low = None if a_min is NO_VALUE else a_min  # the standard allows one bound alone
        high = None if a_max is NO_VALUE else a_max
    elif min is not NO_VALUE or max is not NO_VALUE:
        raise ValueError("Passing `min` or `max` keyword argument when `a_min` and `a_max` are provided is forbidden.")
    else:
        low, high = a_min, a_max
    array = a if isinstance(a, ndarray) else ndarray._wrap(tensor_of(a))
    if low is None and high is None:
        from scitorch.numpy.arithmetic import positive

        return positive(array, out=out, **options)
    if out is None and not options and _plain_bounds(array._tensor, low, high):
        return ndarray._wrap(torch.clamp(array._tensor, low, high))
    low, high = (_limit(bound, array, side) for bound, side in ((low, -1), (high, 1)))
    result = array
    if low is not None:
        result = maximum(result, low, **options)
    if high is not None:
        result = minimum(result, high, **options)
    if result is array:
        result = array.copy()
    return result if out is None else write_out(out, result._tensor, options.get("casting", "same_kind"))


def _plain_bounds(tensor: torch.Tensor, low: Any, high: Any) -> bool:
    """Whether torch's own clamp does it: numbers of the array's dtype, and no derivative, which differs at a bound."""
    if tensor.dtype in (torch.float64, torch.float32):
        fit = all(bound is None or (type(bound) in (float, int) and bound == bound) for bound in (low, high))
    elif tensor.dtype is torch.int64:
        fit = all(bound is None or (type(bound) is int and -(2**63) <= bound < 2**63) for bound in (low, high))
    else:
        return False
    return fit and memory.views(tensor) is not None


def _limit(bound: Any, array: ndarray, side: int) -> Any:
    """Return a bound; a Python integer outside the range of an integer array is replaced by the end of the range."""
    if type(bound) is int and array.dtype.kind in "iu":
        limits = numpy.iinfo(array.dtype)
        if bound < limits.min:
            return int(limits.min) if side > 0 else None
        if bound > limits.max:
            return int(limits.max) if side < 0 else None
    return bound


def _clip_signature() -> inspect.Signature:
    """The signature by which the Array API knows `clip`; NumPy's names of the bounds are accepted as well."""
    either = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature(
        [
            inspect.Parameter("a", inspect.Parameter.POSITIONAL_ONLY),
            inspect.Parameter("min", either, default=None),
            inspect.Parameter("max", either, default=None),
            inspect.Parameter("out", either, default=None),
        ]
    )


clip.__signature__ = _clip_signature()  # type: ignore[attr-defined]
