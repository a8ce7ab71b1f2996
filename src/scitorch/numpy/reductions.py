"""Sums, products, extremes, moments, cumulative sums, rounding and clipping."""

import builtins
import inspect
from typing import Any

import torch

import numpy
from scitorch.numpy.arithmetic import add, multiply
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes, normalize_axis
from scitorch.numpy.comparison import logical_and, logical_or, maximum, minimum
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.dtypes import (
    NUMPY_OF_TORCH,
    WIDE_UNSIGNED,
    astype_tensor,
    from_host,
    holds,
    host,
    torch_dtype,
)
from scitorch.numpy.ufunc import NO_VALUE, write_out

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "around",
    "average",
    "clip",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "max",
    "mean",
    "min",
    "prod",
    "ptp",
    "round",
    "std",
    "sum",
    "var",
]


# dtypes that torch's amax and amin take
_ORDERED = frozenset({torch.float64, torch.float32, torch.float16, torch.int64, torch.int32, torch.int16, torch.int8})


def finish(result: torch.Tensor, out: Any) -> Any:
    """Wrap a result, or write it into `out` and return that."""
    if out is None:
        return ndarray._wrap(result)
    if isinstance(out, tuple):
        out = out[0]
    if not hasattr(out, "shape"):
        raise TypeError(f"return arrays must be of ArrayType, not {type(out).__name__}")
    if tuple(out.shape) != tuple(result.shape):
        raise ValueError(f"output array has wrong shape: expected {tuple(result.shape)}, got {tuple(out.shape)}")
    return write_out(out, result)


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
    if type(a) is ndarray and out is None and dtype is None and initial is NO_VALUE and where is True:
        tensor = a._tensor
        if tensor.is_floating_point() or tensor.dtype is torch.int64:
            if axis is None:
                if keepdims is False or not keepdims:
                    return ndarray._wrap(tensor.sum())
            elif type(axis) is int and -tensor.ndim <= axis < tensor.ndim:
                return ndarray._wrap(tensor.sum(axis, keepdim=builtins.bool(keepdims)))
    keepdims = False if keepdims is NO_VALUE else keepdims
    return add.reduce(a, axis, dtype, out, keepdims, initial, where)


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


def max(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """Return the maximum over axes; nan wins, and equal maxima share the gradient."""
    if type(a) is ndarray and out is None and initial is NO_VALUE and where is True and not keepdims:
        tensor = a._tensor
        if (
            (axis is None or (type(axis) is int and 0 <= axis < tensor.ndim))
            and tensor.dtype in _ORDERED
            and tensor.numel()
        ):
            return ndarray._wrap(torch.amax(tensor) if axis is None else torch.amax(tensor, axis))
    return maximum.reduce(a, axis, None, out, False if keepdims is NO_VALUE else keepdims, initial, where)


def min(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """Return the minimum over axes; nan wins, and equal minima share the gradient."""
    if type(a) is ndarray and out is None and initial is NO_VALUE and where is True and not keepdims:
        tensor = a._tensor
        if (
            (axis is None or (type(axis) is int and 0 <= axis < tensor.ndim))
            and tensor.dtype in _ORDERED
            and tensor.numel()
        ):
            return ndarray._wrap(torch.amin(tensor) if axis is None else torch.amin(tensor, axis))
    return minimum.reduce(a, axis, None, out, False if keepdims is NO_VALUE else keepdims, initial, where)


amax, amin = max, min


def all(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True) -> Any:
    """Whether all elements along axes are true."""
    return logical_and.reduce(a, axis, None, out, False if keepdims is NO_VALUE else keepdims, NO_VALUE, where)


def any(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True) -> Any:
    """Whether any element along axes is true."""
    return logical_or.reduce(a, axis, None, out, False if keepdims is NO_VALUE else keepdims, NO_VALUE, where)


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Return the range of values (maximum minus minimum)."""
    high, low = max(a, axis, keepdims=keepdims), min(a, axis, keepdims=keepdims)
    return finish((high - low)._tensor, out)


def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Return the number of nonzero elements."""
    tensor = tensor_of(a)
    nonzero = tensor != 0
    counts = nonzero.sum(normalize_axes(axis, tensor.ndim), keepdim=keepdims) if tensor.ndim else nonzero.long()
    return ndarray._wrap(counts)


def _float_dtype(tensor: torch.Tensor) -> torch.dtype:
    return tensor.dtype if tensor.is_floating_point() or tensor.is_complex() else torch.float64


def _selected_count(tensor: torch.Tensor, axes: tuple[int, ...], where: Any, keepdims: bool) -> Any:
    if where is True:
        count = 1
        for axis in axes:
            count *= tensor.shape[axis]
        return count
    mask = tensor_of(where, torch.bool).expand(tensor.shape)
    return mask.sum(axes, keepdim=keepdims) if axes else mask.long()


def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Return the arithmetic mean over axes; half precision is summed in single precision."""
    tensor = tensor_of(a)
    plain = axis is None and out is None and dtype is None and where is True and not keepdims
    if plain and tensor.dtype in (torch.float64, torch.float32) and tensor.numel():
        return ndarray._wrap(tensor.mean())
    keep = builtins.bool(keepdims) if keepdims is not NO_VALUE else False
    axes = normalize_axes(axis, tensor.ndim)
    wanted = _float_dtype(tensor) if dtype is None else torch_dtype(dtype)
    if where is True and wanted is tensor.dtype and wanted in (torch.float64, torch.float32) and tensor.numel():
        return finish(tensor.mean(axes, keepdim=keep) if axes else tensor.clone(), out)
    compute = torch.float32 if wanted is torch.float16 else wanted
    count = _selected_count(tensor, axes, where, keep)
    if (count == 0) if isinstance(count, int) else holds(count == 0):
        _warn("Mean of empty slice.")
    total = add.reduce(ndarray._wrap(tensor), axes, NUMPY_OF_TORCH[compute], None, keep, NO_VALUE, where)._tensor
    if not (compute.is_floating_point or compute.is_complex):
        result = astype_tensor(total / count, compute)
    else:
        result = (total / count).to(wanted)
    return finish(result, out)


def _warn(message: str) -> None:
    import warnings

    warnings.warn(message, RuntimeWarning, stacklevel=3)


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = NO_VALUE,
    correction: Any = NO_VALUE,
) -> Any:
    """Return the variance over axes.

    Parameters
    ----------
    a : array_like
    axis, dtype, out, keepdims, where
        As in `mean`.
    ddof, correction : float
        The divisor is the number of elements minus this (two names for the same thing).
    mean : array_like, optional
        The mean, if it is known, computed with ``keepdims=True``.
    """
    return finish(_variance(a, axis, dtype, ddof, keepdims, where, mean, correction), out)


def _variance(
    a: Any, axis: Any, dtype: Any, ddof: float, keepdims: Any, where: Any, center: Any, correction: Any
) -> torch.Tensor:
    if correction is not NO_VALUE:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    tensor = tensor_of(a)
    keep = builtins.bool(keepdims) if keepdims is not NO_VALUE else False
    axes = normalize_axes(axis, tensor.ndim)
    wanted = _float_dtype(tensor) if dtype is None else torch_dtype(dtype)
    compute = torch.float32 if wanted is torch.float16 else wanted
    if not (compute.is_floating_point or compute.is_complex):
        compute = torch.float64
    tensor = tensor.to(compute) if not (tensor.is_complex() and not compute.is_complex) else tensor
    count = _selected_count(tensor, axes, where, keep)
    if (count - ddof <= 0) if isinstance(count, int) else holds(count - ddof <= 0):
        _warn("Degrees of freedom <= 0 for slice")
    if center is NO_VALUE:
        total = add.reduce(ndarray._wrap(tensor), axes, None, None, True, NO_VALUE, where)._tensor
        full_count = count if isinstance(count, int) else _selected_count(tensor, axes, where, True)
        middle = total / full_count
    else:
        middle = tensor_of(center)
    deviation = tensor - middle
    if deviation.is_complex():
        squares = deviation.real**2 + deviation.imag**2
    else:
        squares = deviation * deviation
    total = add.reduce(ndarray._wrap(squares), axes, None, None, keep, NO_VALUE, where)._tensor
    if isinstance(count, int):
        divisor: Any = builtins.max(count - ddof, 0)
        result = total / divisor if divisor else total / total.new_zeros(())
    else:
        result = total / torch.clamp(count - ddof, min=0)
    if dtype is None and not compute.is_complex:
        return result.to(wanted)
    return result if wanted.is_complex else astype_tensor(result, wanted)


def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = NO_VALUE,
    correction: Any = NO_VALUE,
) -> Any:
    """Return the standard deviation over axes; see `var`."""
    return finish(torch.sqrt(_variance(a, axis, dtype, ddof, keepdims, where, mean, correction)), out)


def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    """Return the weighted average over axes.

    Raises
    ------
    ZeroDivisionError
        When all weights along an axis sum to zero.
    """
    tensor = tensor_of(a)
    keep = builtins.bool(keepdims) if keepdims is not NO_VALUE else False
    if weights is None:
        result = mean(a, axis, keepdims=keep)
        if returned:
            count = tensor.numel() / builtins.max(result.size, 1)
            return result, ndarray._wrap(torch.full_like(result._tensor, count))
        return result
    weight = tensor_of(weights)
    axes = normalize_axes(axis, tensor.ndim)
    if tensor.shape != weight.shape:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        if tuple(weight.shape) != tuple(tensor.shape[ax] for ax in axes):
            raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
        order = sorted(range(len(axes)), key=lambda i: axes[i])
        weight = weight.permute(order)
        shape = [tensor.shape[ax] if ax in axes else 1 for ax in range(tensor.ndim)]
        weight = weight.reshape(shape)
    common = NUMPY_OF_TORCH[tensor.dtype]
    result_dtype = numpy.result_type(common, NUMPY_OF_TORCH[weight.dtype], *(["f8"] if common.kind in "iub" else []))
    compute = torch_dtype(result_dtype)
    weight = weight.to(compute)
    scale = weight.expand(tensor.shape).sum(axes, keepdim=keep)
    if holds(scale == 0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    result = ndarray._wrap((tensor.to(compute) * weight).sum(axes, keepdim=keep) / scale)
    return (result, ndarray._wrap(scale.expand(result.shape).clone())) if returned else result


def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Return the cumulative sum along an axis, of the flattened array by default."""
    return _cumulative(add, a, axis, dtype, out)


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


def cumulative_sum(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """Return the cumulative sum (Array API form of `cumsum`)."""
    return _cumulative_standard(add, x, axis, dtype, out, include_initial)


def cumulative_prod(
    x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    """Return the cumulative product (Array API form of `cumprod`)."""
    return _cumulative_standard(multiply, x, axis, dtype, out, include_initial)


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
        low = None if a_min is NO_VALUE else a_min
        high = None if a_max is NO_VALUE else a_max
    elif min is not NO_VALUE or max is not NO_VALUE:
        raise ValueError("Passing `min` or `max` keyword argument when `a_min` and `a_max` are provided is forbidden.")
    else:
        low, high = a_min, a_max
    array = a if isinstance(a, ndarray) else ndarray._wrap(tensor_of(a))
    if low is None and high is None:
        from scitorch.numpy.arithmetic import positive

        return positive(array, out=out, **options)
    low, high = (_limit(bound, array, side) for bound, side in ((low, -1), (high, 1)))
    result = array
    if low is not None:
        result = maximum(result, low, **options)
    if high is not None:
        result = minimum(result, high, **options)
    if result is array:
        result = array.copy()
    return finish(astype_tensor(result._tensor, tensor_of(out).dtype), out) if out is not None else result


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
