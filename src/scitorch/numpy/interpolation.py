"""Piecewise linear interpolation."""

from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import from_host, holds
from scitorch.numpy.sorting import searchsorted
from scitorch.numpy.statistics import inexact

__all__ = ["interp"]


@differentiable("np.interp(w, b, y)", "np.interp([0.1, 1.1, 5.0], b, y, left=s)", "np.interp(w, b, y, period=2.9)")
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Return the piecewise linear interpolant of (xp, fp) at x, differentiable in all three.

    Parameters
    ----------
    x : array_like
    xp : array_like, shape (n,)
        Increasing, unless `period` is given.
    fp : array_like, shape (n,)
    left, right : scalar, optional
        Values outside the range of `xp`; the end values by default.
    period : scalar, optional
        Makes the data periodic.
    """
    at, nodes, values = inexact(x), inexact(xp), inexact(fp)
    if nodes.ndim != 1 or values.ndim != 1:
        raise ValueError("Data points must be 1-D sequences")
    if nodes.shape[0] != values.shape[0]:
        raise ValueError("fp and xp are not of the same length.")
    if nodes.shape[0] == 0:
        raise ValueError("array of sample points is empty")
    at, nodes = at.to(torch.float64), nodes.to(torch.float64)
    values = values.to(torch.complex128 if values.is_complex() else torch.float64)
    ends = (left, right, period)
    if all(end is None or type(end) in (int, float) for end in ends) and period != 0:
        seen = memory.views(at, nodes, values)
        if seen is not None:
            return ndarray._wrap(from_host(numpy.interp(seen[0], seen[1], seen[2], *ends)))
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        period = abs(period)
        at, nodes = torch.remainder(at, period), torch.remainder(nodes, period)
        order = torch.argsort(nodes.detach(), stable=True)
        nodes, values = nodes[order], values[order]
        nodes = torch.cat([nodes[-1:] - period, nodes, nodes[:1] + period])
        values = torch.cat([values[-1:], values, values[:1]])
        left = right = None
    n = nodes.shape[0]
    low = values[0] if left is None else tensor_of(left).to(values.dtype)
    high = values[-1] if right is None else tensor_of(right).to(values.dtype)
    if n == 1:
        result = torch.where(at < nodes[0], low, torch.where(at > nodes[0], high, values[0]))
        return ndarray._wrap(torch.where(torch.isnan(at), at.to(values.dtype), result))
    place = searchsorted(nodes.detach(), at.detach(), "right")._tensor - 1
    cell = place.clamp(0, n - 2)
    x0, x1 = nodes[cell], nodes[cell + 1]
    y0, y1 = values[cell], values[cell + 1]
    inside = y0 + (y1 - y0) / (x1 - x0) * (at - x0)
    if holds(torch.isnan(inside)):
        inside = _interpolated_from_either_end(at, x0, x1, y0, y1)
    # exactly at a node, and in cells of zero width, the node's own value
    inside = torch.where(at == x0, y0, inside)
    inside = torch.where((at == x1) & (place >= n - 1), y1, inside)
    result = torch.where(at < nodes[0], low, torch.where(at > nodes[-1], high, inside))
    return ndarray._wrap(torch.where(torch.isnan(at), at.to(values.dtype), result))


def _interpolated_from_either_end(
    at: torch.Tensor, x0: torch.Tensor, x1: torch.Tensor, y0: torch.Tensor, y1: torch.Tensor
) -> torch.Tensor:
    """Return the linear interpolant where an end is infinite: from the left end, else from the right, else constant."""
    if y0.is_complex():
        parts = ((y.real, y.imag) for y in (y0, y1))
        return torch.complex(*(_interpolated_from_either_end(at, x0, x1, *p) for p in zip(*parts, strict=True)))
    slope = (y1 - y0) / (x1 - x0)
    result = slope * (at - x0) + y0
    result = torch.where(torch.isnan(result), slope * (at - x1) + y1, result)
    return torch.where(torch.isnan(result) & (y0 == y1), y0, result)
