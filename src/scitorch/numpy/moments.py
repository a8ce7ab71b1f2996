"""Mean, variance and standard deviation, and the weighted average."""

import builtins
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.arithmetic import add
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import (
    NUMPY_OF_TORCH,
    astype_tensor,
    from_host,
    holds,
    torch_dtype,
)
from scitorch.numpy.floating_errors import watching
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.reductions import finish

__all__ = ["average", "mean", "std", "var"]


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


@differentiable("np.mean(m, axis=0)", "np.mean(x, where=[True, False, True, True, False])")
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
        return finish(tensor.mean(axes, keepdim=keep) if axes else tensor.clone(), out, "unsafe")
    compute = torch.float32 if wanted is torch.float16 else wanted
    count = _selected_count(tensor, axes, where, keep)
    if (count == 0) if isinstance(count, int) else holds(count == 0):
        _warn("Mean of empty slice.")
    total = add.reduce(ndarray._wrap(tensor), axes, NUMPY_OF_TORCH[compute], None, keep, NO_VALUE, where)._tensor
    if not (compute.is_floating_point or compute.is_complex):
        result = astype_tensor(total / count, compute)
    else:
        result = (total / count).to(wanted)
    if result.is_complex() and not result.ndim and memory.followed(result):
        result = result.clone()  # torch's nested tangents of a complex scalar quotient cannot be viewed
    return finish(result, out, "unsafe")


def _warn(message: str) -> None:
    import warnings

    warnings.warn(message, RuntimeWarning, stacklevel=3)


@differentiable("np.var(m, axis=1)", "np.var(x, ddof=1)", "np.var(m, mean=np.mean(m))")
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
    plain = out is None and dtype is None and where is True and mean is NO_VALUE and correction is NO_VALUE
    if plain and keepdims is False and _has_short_way(a, axis, ddof):
        return ndarray._wrap(a._tensor.var(axis, correction=ddof))
    return finish(_variance(a, axis, dtype, ddof, keepdims, where, mean, correction), out, "unsafe")


def _has_short_way(a: Any, axis: Any, ddof: Any) -> bool:
    """Whether torch's own variance serves: of plain arrays, small ones or along the last axis."""
    if type(a) is not ndarray or type(ddof) is not int or watching:
        return False
    tensor = a._tensor
    if tensor.dtype is not torch.float64 and tensor.dtype is not torch.float32:
        return False
    if axis is None:
        count = tensor.numel()
    elif type(axis) is int and -tensor.ndim <= axis < tensor.ndim:
        count = tensor.shape[axis]
    else:
        return False
    # across the rows of a large array torch's loop is slow
    fits = tensor.numel() < memory.LARGE or axis is None or axis in (-1, tensor.ndim - 1)
    return fits and tensor.is_cpu and 0 <= ddof < count and tensor.numel() > 0 and not memory.followed(tensor)


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
    if (
        center is NO_VALUE
        and isinstance(count, int)
        and axes
        and tensor.numel() > 0
        and count > ddof >= 0
        and compute in (torch.float64, torch.float32)
        and not tensor.is_complex()
        and not watching
        and (seen := memory.views(tensor)) is not None
    ):
        if tensor.numel() < memory.LARGE:
            result = torch.var(tensor, axes, correction=ddof, keepdim=keep)
        else:
            with numpy.errstate(all="ignore"):
                result = from_host(numpy.var(seen[0], axes, ddof=ddof, keepdims=keep))
        return result.to(wanted) if dtype is None else astype_tensor(result, wanted)
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


@differentiable("np.std(m, axis=1)", "np.std(x, ddof=1)", "np.std(m, where=m.real > 0, keepdims=True)")
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
    plain = out is None and dtype is None and where is True and mean is NO_VALUE and correction is NO_VALUE
    if plain and keepdims is False and _has_short_way(a, axis, ddof):
        return ndarray._wrap(a._tensor.std(axis, correction=ddof))
    return finish(torch.sqrt(_variance(a, axis, dtype, ddof, keepdims, where, mean, correction)), out, "unsafe")


@differentiable("np.average(x, weights=w)", "np.average(m, axis=0, weights=w[:3], returned=True)")
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
