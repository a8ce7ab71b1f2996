"""Reductions that ignore nan. Ignored elements get no gradient, and nan never reaches the others'."""

import warnings
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes
from scitorch.numpy.comparison import fmax, fmin
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import astype_tensor, holds, torch_dtype
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.quantiles import nanquantile
from scitorch.numpy.reductions import cumprod, cumsum, finish, prod
from scitorch.numpy.reductions import max as _max
from scitorch.numpy.reductions import min as _min
from scitorch.numpy.reductions import sum as _sum
from scitorch.numpy.sorting import argmax, argmin, gather, order_of
from scitorch.numpy.statistics import merged_axes, restored_axes

__all__ = [
    "nan_to_num",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
]


def _replaced(a: Any, value: Any) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Return the tensor with nan replaced, and where it was (None where there can be none)."""
    tensor = tensor_of(a)
    if not (tensor.is_floating_point() or tensor.is_complex()):
        return tensor, None
    mask = torch.isnan(tensor.detach())
    return torch.where(mask, torch.full((), value, dtype=tensor.dtype, device=tensor.device), tensor), mask


def _keep(keepdims: Any) -> bool:
    return bool(keepdims) and keepdims is not NO_VALUE


@differentiable("np.nansum(np.where([True, True, False, True], m, np.nan), axis=0)")
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """Return the sum, nan counting as zero."""
    tensor, _ = _replaced(a, 0)
    return _sum(ndarray._wrap(tensor), axis, dtype, out, _keep(keepdims), initial, where)


@differentiable("np.nanprod(np.where([True, True, False, True], m, np.nan), axis=1)")
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = NO_VALUE,
    where: Any = True,
) -> Any:
    """Return the product, nan counting as one."""
    tensor, _ = _replaced(a, 1)
    return prod(ndarray._wrap(tensor), axis, dtype, out, _keep(keepdims), initial, where)


@differentiable("np.nancumsum(np.where([True, False, True, True, True], x, np.nan))")
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Return the cumulative sum, nan counting as zero."""
    return cumsum(ndarray._wrap(_replaced(a, 0)[0]), axis, dtype, out)


@differentiable("np.nancumprod(np.where([True, False, True, True, True], x, np.nan))")
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Return the cumulative product, nan counting as one."""
    return cumprod(ndarray._wrap(_replaced(a, 1)[0]), axis, dtype, out)


def _extreme(
    reduce: Any, fold: Any, a: Any, axis: Any, out: Any, keepdims: Any, initial: Any, where: Any, fill: float
) -> Any:
    tensor = tensor_of(a)
    if not tensor.is_floating_point():
        if tensor.is_complex():
            result = fold.reduce(asarray(tensor), axis, None, out, _keep(keepdims), initial, where)
            if holds(torch.isnan(result._tensor)):
                warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=3)
            return result
        return reduce(asarray(tensor), axis, out, _keep(keepdims), initial, where)
    replaced, mask = _replaced(tensor, fill)
    result = reduce(ndarray._wrap(replaced), axis, None, _keep(keepdims), initial, where)._tensor
    assert mask is not None
    considered = mask if where is True else mask | ~tensor_of(where, torch.bool)
    axes = normalize_axes(axis, tensor.ndim)
    empty = considered.expand(tensor.shape).all(axes, keepdim=_keep(keepdims)) if axes else mask
    if initial is NO_VALUE:
        if holds(empty):
            warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=3)
        result = torch.where(empty, torch.full_like(result, torch.nan), result)
    return finish(result, out)


@differentiable("np.nanmax(np.where([True, True, False, True], m, np.nan), axis=0, initial=-9.0)")
def nanmax(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """Return the maximum of the elements that are not nan."""
    return _extreme(_max, fmax, a, axis, out, keepdims, initial, where, -numpy.inf)


@differentiable("np.nanmin(np.where([True, True, False, True], m, np.nan), axis=1)")
def nanmin(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = NO_VALUE, where: Any = True
) -> Any:
    """Return the minimum of the elements that are not nan."""
    return _extreme(_min, fmin, a, axis, out, keepdims, initial, where, numpy.inf)


def _extreme_position(find: Any, a: Any, axis: Any, out: Any, keepdims: Any, fill: float) -> Any:
    tensor, mask = _replaced(a, fill)
    if mask is not None:
        axes = normalize_axes(axis, tensor.ndim)
        if holds(mask.all(axes) if axes else mask) and tensor.numel():
            raise ValueError("All-NaN slice encountered")
    return find(ndarray._wrap(tensor), axis, out, keepdims=_keep(keepdims))


@without_derivative("returns positions", "np.nanargmax(m, axis=1)")
def nanargmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """Return the position of the first maximum that is not nan."""
    return _extreme_position(argmax, a, axis, out, keepdims, -numpy.inf)


@without_derivative("returns positions", "np.nanargmin(m, axis=1)")
def nanargmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """Return the position of the first minimum that is not nan."""
    return _extreme_position(argmin, a, axis, out, keepdims, numpy.inf)


def _counts(mask: torch.Tensor, axes: tuple[int, ...], where: Any) -> torch.Tensor:
    valid = ~mask if where is True else ~mask & tensor_of(where, torch.bool)
    return valid.sum(axes, keepdim=True) if axes else valid.long()


def _float_only(dtype: Any, out: Any) -> None:
    if dtype is not None and not issubclass(numpy.dtype(dtype).type, numpy.inexact):
        raise TypeError("If a is inexact, then dtype must be inexact")
    if out is not None and not issubclass(numpy.dtype(out.dtype).type, numpy.inexact):
        raise TypeError("If a is inexact, then out must be inexact")


@differentiable("np.nanmean(np.where([True, True, False, True], m, np.nan), axis=1)")
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Return the mean of the elements that are not nan."""
    from scitorch.numpy.moments import mean

    tensor, mask = _replaced(a, 0)
    if mask is None:
        return mean(asarray(tensor), axis, dtype, out, _keep(keepdims), where=where)
    _float_only(dtype, out)
    axes = normalize_axes(axis, tensor.ndim)
    total = _sum(ndarray._wrap(tensor), axes, dtype, None, True, NO_VALUE, where)._tensor
    count = _counts(mask, axes, where)
    if holds(count == 0):
        warnings.warn("Mean of empty slice", RuntimeWarning, stacklevel=2)
    result = (total / count).to(total.dtype)
    return finish(_squeezed(result, axes, keepdims), out, "unsafe")


def _squeezed(result: torch.Tensor, axes: tuple[int, ...], keepdims: Any) -> torch.Tensor:
    return result if _keep(keepdims) or not axes else result.squeeze(axes)


def _nan_variance(
    a: Any, axis: Any, dtype: Any, ddof: float, keepdims: Any, where: Any, center: Any, correction: Any, out: Any
) -> torch.Tensor:
    if correction is not NO_VALUE:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    tensor, mask = _replaced(a, 0)
    if mask is None:
        from scitorch.numpy.moments import var

        return var(asarray(tensor), axis, dtype, None, ddof, _keep(keepdims), where=where, mean=center)._tensor  # type: ignore[no-any-return]
    _float_only(dtype, out)
    if dtype is not None:
        tensor = astype_tensor(tensor, torch_dtype(dtype))
    axes = normalize_axes(axis, tensor.ndim)
    count = _counts(mask, axes, where)
    if center is NO_VALUE:
        middle = _sum(ndarray._wrap(tensor), axes, None, None, True, NO_VALUE, where)._tensor / count
    else:
        middle = tensor_of(center)
    deviation = torch.where(mask, torch.zeros((), dtype=tensor.dtype, device=tensor.device), tensor - middle)
    squares = deviation.real**2 + deviation.imag**2 if deviation.is_complex() else deviation * deviation
    total = _sum(ndarray._wrap(squares), axes, None, None, True, NO_VALUE, where)._tensor
    freedom = count - ddof
    few = freedom <= 0
    result = total / torch.where(few, 1, freedom)
    if holds(few):
        warnings.warn("Degrees of freedom <= 0 for slice.", RuntimeWarning, stacklevel=3)
    result = torch.where(few, torch.full_like(result, torch.nan), result)
    return _squeezed(result.to(total.dtype), axes, keepdims)


@differentiable("np.nanvar(np.where([True, True, False, True], m, np.nan), axis=1, ddof=1)")
def nanvar(
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
    """Return the variance of the elements that are not nan."""
    return finish(_nan_variance(a, axis, dtype, ddof, keepdims, where, mean, correction, out), out, "unsafe")


@differentiable("np.nanstd(np.where([True, True, False, True], m, np.nan), axis=1)")
def nanstd(
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
    """Return the standard deviation of the elements that are not nan."""
    return finish(
        torch.sqrt(_nan_variance(a, axis, dtype, ddof, keepdims, where, mean, correction, out)), out, "unsafe"
    )


@differentiable("np.nanmedian(np.where([True, True, False, True], m, np.nan), axis=1)")
def nanmedian(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """Return the median of the elements that are not nan."""
    tensor = tensor_of(a)
    if tensor.numel() == 0:
        from scitorch.numpy.statistics import median

        return median(asarray(tensor), axis, out, keepdims=_keep(keepdims))
    if tensor.is_complex():
        flat, axes = merged_axes(tensor, axis)
        ordered = gather(flat, order_of(flat, -1), -1)  # nan last
        count = (~torch.isnan(flat.detach())).sum(-1, keepdim=True)
        last = torch.clamp(count - 1, min=0)
        middle = (gather(ordered, last // 2, -1) + gather(ordered, torch.minimum(count // 2, last), -1)) / 2
        result = torch.where(count == 0, torch.full_like(middle, torch.nan), middle).squeeze(-1)
        return finish(restored_axes(result, axes, _keep(keepdims)), out)
    return nanquantile(a, 0.5, axis, out, method="midpoint", keepdims=_keep(keepdims))


@differentiable("np.nan_to_num(np.where([True, False, True, True, True], x, np.nan))")
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> ndarray:
    """Replace nan by a number and infinities by large finite ones (or by given ones)."""
    array = asarray(x)
    tensor = array._tensor
    if not (tensor.is_floating_point() or tensor.is_complex()):
        return array.copy() if copy else array
    if tensor.is_complex():
        parts = [_finite(p, nan, posinf, neginf) for p in (tensor.real, tensor.resolve_conj().imag)]
        result = torch.complex(*parts)
    else:
        result = _finite(tensor, nan, posinf, neginf)
    if copy:
        return ndarray._wrap(result)
    array._store(result)
    return array


def _finite(tensor: torch.Tensor, nan: Any, posinf: Any, neginf: Any) -> torch.Tensor:
    limits = torch.finfo(tensor.dtype)
    result = torch.where(torch.isnan(tensor), tensor_of(nan).to(tensor.dtype), tensor)
    result = torch.where(
        tensor == torch.inf, tensor_of(limits.max if posinf is None else posinf).to(tensor.dtype), result
    )
    return torch.where(
        tensor == -torch.inf, tensor_of(limits.min if neginf is None else neginf).to(tensor.dtype), result
    )
