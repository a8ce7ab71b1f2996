"""Sums, means and counts over axes."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy
import torch
from torch import Tensor

from .kinds import as_tensor, give, host_dtype, torch_dtype
from .planning import from_host, is_plain, scattered


def reduced_axes(axis: Any, ndim: int) -> tuple[int, ...] | None:
    """The axes of a reduction, sorted and not negative; None for all of them.

    Raises
    ------
    TypeError
        For what is no integer.
    ValueError
        For an axis that is not there, or given twice.
    """
    if axis is None:
        return None
    given = axis if isinstance(axis, tuple) else (axis,)
    found = []
    for a in given:
        try:
            a = operator.index(a)
        except TypeError:
            raise TypeError(f"an axis is an integer, not {type(a).__name__}") from None
        if not -ndim <= a < ndim:
            raise ValueError(f"axis {a} is out of range for {ndim} dimensions")
        found.append(a % ndim)
    if len(set(found)) != len(found):
        raise ValueError("an axis is given twice")
    return None if len(found) == ndim else tuple(sorted(found))


def groups_along(array: Any, axes: tuple[int, ...] | None) -> tuple[Tensor, tuple[int, ...], int]:
    """For every stored value of a coo array the flat place in the result, the result's shape and its size."""
    kept = () if axes is None else tuple(k for k in range(array.ndim) if k not in axes)
    shape = tuple(array.shape[k] for k in kept)
    group = torch.zeros(array._values.shape[0], dtype=torch.int64, device=array._pattern.device)
    for k in kept:
        group = group * array.shape[k] + array._pattern.index[k]
    return group, shape, math.prod(shape)


class Reductions:
    """Sums, means and counts of sparse arrays."""

    def sum(self: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        """Sum over all elements, or along axes; the result is dense.

        Parameters
        ----------
        axis : int or tuple of int, optional
            Axes that are summed over, all by default.
        dtype : dtype, optional
            Of the sum.
        out : array, optional
            Where to put the result.
        """
        axes = reduced_axes(axis, self.ndim)
        if self._kind is not None and is_plain(self._values) and out is None:
            wanted = None if dtype is None else host_dtype(torch_dtype(dtype))
            return give(from_host(numpy.asarray(self._host().sum(axis=axis, dtype=wanted))), self._kind)
        if dtype is None:
            wanted_dtype = _summed_dtype(self._values.dtype)
        else:
            wanted_dtype = torch_dtype(dtype)
        if axes is None:
            source = self.tocoo() if self.format in ("dia", "lil", "dok") else self
            total = source._values.to(wanted_dtype).sum()
        elif self.format in ("csr", "csc", "coo"):
            total = _grouped_sum(self, axes, wanted_dtype)
        else:
            total = _grouped_sum(self.tocoo(), axes, wanted_dtype)
        return stored(total, out, self._kind)

    def mean(self: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        """Mean over all elements, zeros included, or along axes; the result is dense."""
        axes = reduced_axes(axis, self.ndim)
        count = math.prod(self.shape if axes is None else (self.shape[a] for a in axes))
        values = self._values
        if not (values.is_floating_point() or values.is_complex()):
            values = values.to(torch.float64 if self._kind is not None else torch.get_default_dtype())
        scaled = self._like(values * (1.0 / count if count else math.nan))
        total = scaled.sum(axis=axis, dtype=None if out is not None else dtype, out=out)
        return total

    def trace(self: Any, offset: int = 0) -> Any:
        """Sum of a diagonal."""
        return self.diagonal(k=offset).sum()

    def count_nonzero(self: Any, axis: Any = None) -> Any:
        """Number of elements other than zero, in all or along an axis."""
        from .comparison import seen

        found = seen(self)._host().count_nonzero(axis=axis)
        return int(found) if numpy.ndim(found) == 0 else give(from_host(found), self._kind)

    def _getnnz(self: Any, axis: Any = None) -> Any:
        if axis is None:
            return self.nnz
        from .comparison import seen

        return give(from_host(numpy.asarray(seen(self)._host()._getnnz(axis=axis))), self._kind)


def _grouped_sum(array: Any, axes: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    places = array._places()
    kept = [k for k in range(array.ndim) if k not in axes]
    group = places[kept[0]]
    for k in kept[1:]:
        group = group * array.shape[k] + places[k]
    shape = tuple(array.shape[k] for k in kept)
    values = array._values
    if values.shape[0] != group.shape[0]:
        values = values[: group.shape[0]]
    return scattered(values.to(dtype), group, math.prod(shape)).reshape(shape)


def _summed_dtype(dtype: torch.dtype) -> torch.dtype:
    if dtype.is_floating_point or dtype.is_complex or dtype in (torch.int64, torch.uint64):
        return dtype
    return torch.uint64 if dtype in (torch.uint16, torch.uint32) else torch.int64


def stored(result: Tensor, out: Any, kind: Any) -> Any:
    """A result, written into ``out`` if that is given."""
    if out is None:
        return give(result, kind)
    if tuple(out.shape) != tuple(result.shape):
        raise ValueError(f"out has shape {tuple(out.shape)}, the result {tuple(result.shape)}")
    if isinstance(out, Tensor):
        out.copy_(result)
    else:
        out[...] = give(result, kind) if kind is not None else as_tensor(result).detach().numpy()
    return out
