"""Sums, products, extremes, moments, cumulative sums, rounding and clipping."""

import builtins
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.arithmetic import add, multiply
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes, normalize_axis
from scitorch.numpy.comparison import logical_and, logical_or, maximum, minimum
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import (
    WIDE_UNSIGNED,
    from_host,
)
from scitorch.numpy.floating_errors import watching
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.ufunc_arguments import write_out

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "max",
    "min",
    "prod",
    "ptp",
    "sum",
]


# dtypes that torch's amax and amin take
_ORDERED = frozenset({torch.float64, torch.float32, torch.float16, torch.int64, torch.int32, torch.int16, torch.int8})


# integers that are summed in 64 bits, which NumPy does without a copy
_NARROW = frozenset({torch.bool, torch.int8, torch.int16, torch.int32, torch.uint8, *WIDE_UNSIGNED})


def finish(result: torch.Tensor, out: Any, casting: Any = "same_kind") -> Any:
    """Wrap a result, or write it into `out`, where `casting` allows that, and return `out`."""
    if out is None:
        return ndarray._wrap(result)
    if isinstance(out, tuple):
        out = out[0]
    if not hasattr(out, "shape"):
        raise TypeError(f"return arrays must be of ArrayType, not {type(out).__name__}")
    if tuple(out.shape) != tuple(result.shape):
        raise ValueError(f"output array has wrong shape: expected {tuple(result.shape)}, got {tuple(out.shape)}")
    return write_out(out, result, casting)


@differentiable(
    "np.sum(m, axis=0)",
    "np.sum(x, where=[True, False, True, True, False], initial=2.5)",
    "np.sum(t, axis=(0, 2), keepdims=True)",
    "r = np.zeros(3); np.sum(m, axis=1, out=r); r + np.sum(w)",
)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """Return the sum over axes.

    Parameters
    ----------
    a : array_like
    axis : int, tuple of ints or None
        All axes by default.
    dtype : dtype, optional
        Of the sum; small integers are summed in 64 bits by default.
    out : ndarray, optional
    keepdims : bool
        Keep summed axes with length one.
    initial : scalar, optional
        Added to the sum.
    where : array_like of bool, optional
        Elements to take.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> np.sum(np.ones((2, 3)), axis=0)
    array([2., 2., 2.])
    """
    if type(a) is ndarray and out is None and dtype is None and initial is NO_VALUE and where is True and not watching:
        tensor = a._tensor
        if tensor.is_floating_point() or tensor.dtype is torch.int64:
            if axis is None:
                if keepdims is False or not keepdims:
                    return ndarray._wrap(tensor.sum())
            elif type(axis) is int and -tensor.ndim <= axis < tensor.ndim:
                return ndarray._wrap(tensor.sum(axis, keepdim=builtins.bool(keepdims)))
        elif axis is None and not keepdims and tensor.dtype in _NARROW and (seen := memory.views(tensor)) is not None:
            return ndarray._wrap(from_host(numpy.sum(seen[0])))
    keepdims = False if keepdims is NO_VALUE else keepdims
    return add.reduce(a, axis, dtype, out, keepdims, initial, where)


@differentiable(
    "np.prod(m, axis=0)",
    "np.prod(x, where=[True, False, True, True, False], initial=s)",
    "np.prod(t, axis=(0, 2))",
    "np.prod(x * [1, 0, 1, 1, 1])",
)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """Return the product over axes."""
    return multiply.reduce(a, axis, dtype, out, False if keepdims is NO_VALUE else keepdims, initial, where)


@differentiable(
    "np.max(m, axis=0)",
    "np.max(x)",
    "np.max(m, axis=1, initial=1.5, where=m.real > -1, keepdims=True)",
    "np.amax(t, axis=(0, 2))",
)
def max(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """Return the maximum over axes; nan wins, and equal maxima share the gradient."""
    if type(a) is ndarray and out is None and initial is NO_VALUE and where is True and keepdims is False:
        tensor = a._tensor
        if tensor.dtype in _ORDERED and tensor.numel():
            if axis is None:
                return ndarray._wrap(tensor.max() if tensor.numel() < memory.LARGE else tensor.amax())
            if type(axis) is int and 0 <= axis < tensor.ndim:
                # across rows NumPy's loop is the faster one
                across = axis < tensor.ndim - 1 and tensor.numel() >= memory.LARGE
                if across and (seen := memory.views(tensor)) is not None:
                    return ndarray._wrap(from_host(seen[0].max(axis)))
                return ndarray._wrap(tensor.amax(axis))
    return maximum.reduce(a, axis, None, out, False if keepdims is NO_VALUE else keepdims, initial, where)


@differentiable(
    "np.min(m, axis=0)",
    "np.min(x)",
    "np.min(m, axis=1, initial=0.5, where=m.real > -1, keepdims=True)",
    "np.amin(t, axis=(0, 2))",
)
def min(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """Return the minimum over axes; nan wins, and equal minima share the gradient."""
    if type(a) is ndarray and out is None and initial is NO_VALUE and where is True and keepdims is False:
        tensor = a._tensor
        if tensor.dtype in _ORDERED and tensor.numel():
            if axis is None:
                return ndarray._wrap(tensor.min() if tensor.numel() < memory.LARGE else tensor.amin())
            if type(axis) is int and 0 <= axis < tensor.ndim:
                # across rows NumPy's loop is the faster one
                across = axis < tensor.ndim - 1 and tensor.numel() >= memory.LARGE
                if across and (seen := memory.views(tensor)) is not None:
                    return ndarray._wrap(from_host(seen[0].min(axis)))
                return ndarray._wrap(tensor.amin(axis))
    return minimum.reduce(a, axis, None, out, False if keepdims is NO_VALUE else keepdims, initial, where)


amax, amin = max, min


@without_derivative("returns truth values", "np.all(m > -1, axis=0)")
def all(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True) -> Any:
    """Whether all elements along axes are true."""
    if type(a) is ndarray and axis is None and out is None and not keepdims and where is True:
        tensor = a._tensor
        if tensor.dtype is torch.bool and tensor.numel() < memory.LARGE:
            return ndarray._wrap(tensor.all())
        if (seen := memory.views(tensor.detach())) is not None:
            return ndarray._wrap(from_host(seen[0].all()))
    return logical_and.reduce(a, axis, None, out, False if keepdims is NO_VALUE else keepdims, NO_VALUE, where)


@without_derivative("returns truth values", "np.any(m > 2, axis=0)")
def any(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True) -> Any:
    """Whether any element along axes is true."""
    if type(a) is ndarray and axis is None and out is None and not keepdims and where is True:
        tensor = a._tensor
        if tensor.dtype is torch.bool and tensor.numel() < memory.LARGE:
            return ndarray._wrap(tensor.any())
        if (seen := memory.views(tensor.detach())) is not None:
            return ndarray._wrap(from_host(seen[0].any()))
    return logical_or.reduce(a, axis, None, out, False if keepdims is NO_VALUE else keepdims, NO_VALUE, where)


@differentiable("np.ptp(m, axis=1)", "np.ptp(x)")
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Return the range of values (maximum minus minimum)."""
    high, low = max(a, axis, keepdims=keepdims), min(a, axis, keepdims=keepdims)
    return finish((high - low)._tensor, out)


@without_derivative("counts", "np.count_nonzero(m > 0, axis=0)")
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Return the number of nonzero elements."""
    tensor = tensor_of(a)
    seen = memory.views(tensor.detach())
    if seen is not None:
        axes = None if axis is None else normalize_axes(axis, tensor.ndim)
        counts_on_host = numpy.count_nonzero(seen[0], axes, keepdims=keepdims)
        return ndarray._wrap(from_host(counts_on_host))
    nonzero = tensor != 0
    axes = normalize_axes(axis, tensor.ndim)
    counts = nonzero.sum(axes, keepdim=keepdims) if axes else nonzero.long()
    return ndarray._wrap(counts)


@differentiable("np.cumsum(m, axis=0)", "np.cumsum(t)")
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Return the cumulative sum along an axis, of the flattened array by default."""
    return _cumulative(add, a, axis, dtype, out)


@differentiable("np.cumprod(m, axis=1)", "np.cumprod(x * [1, 1, 0, 1, 1])")
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Return the cumulative product along an axis, of the flattened array by default."""
    return _cumulative(multiply, a, axis, dtype, out)


def _cumulative(function: Any, a: Any, axis: Any, dtype: Any, out: Any) -> Any:
    tensor = tensor_of(a)
    if axis is None:
        tensor, axis = tensor.reshape(-1), 0
    elif tensor.ndim == 0:
        normalize_axes(axis, 0)
        tensor, axis = tensor.reshape(-1), 0
    return function.accumulate(ndarray._wrap(tensor), axis, dtype, out)


def _cumulative_standard(function: Any, x: Any, axis: Any, dtype: Any, out: Any, include_initial: bool) -> Any:
    tensor = tensor_of(x)
    if tensor.ndim == 0:
        tensor = tensor.reshape(1)
    if axis is None:
        if tensor.ndim >= 2:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    axis = normalize_axis(axis, tensor.ndim)
    result = function.accumulate(ndarray._wrap(tensor), axis, dtype)._tensor
    if include_initial:
        first = (
            torch.full_like(result.narrow(axis, 0, 0).sum(axis, keepdim=True).to(result.dtype), function.identity)
            if result.dtype not in WIDE_UNSIGNED
            else torch.full(
                [1 if i == axis else n for i, n in enumerate(result.shape)], function.identity, dtype=result.dtype
            )
        )
        result = torch.cat([first, result], axis)
    return finish(result, out)


@differentiable("np.cumulative_sum(m, axis=0, include_initial=True)")
def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """Return the cumulative sum (Array API form of `cumsum`)."""
    return _cumulative_standard(add, x, axis, dtype, out, include_initial)


@differentiable("np.cumulative_prod(m, axis=0, include_initial=True)")
def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """Return the cumulative product (Array API form of `cumprod`)."""
    return _cumulative_standard(multiply, x, axis, dtype, out, include_initial)
