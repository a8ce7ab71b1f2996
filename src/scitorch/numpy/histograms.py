"""Counting: bincount, digitize, histograms."""

import builtins
import math
import operator
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of, to_numpy
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, from_host, holds, host
from scitorch.numpy.ranges import linspace
from scitorch.numpy.sorting import searchsorted

__all__ = ["bincount", "digitize", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd"]


@differentiable("np.bincount([0, 2, 2, 1, 5], weights=x.real)")
def bincount(x: Any, /, weights: Any = None, minlength: Any = 0) -> ndarray:
    """Count occurrences of nonnegative integers, or sum weights per integer (differentiable in the weights)."""
    numbers = tensor_of(x)
    if numbers.numel() == 0 and not isinstance(x, ndarray):
        numbers = numbers.to(torch.int64)
    if numbers.is_floating_point() or numbers.is_complex():
        raise TypeError(
            f"Cannot cast array data from {NUMPY_OF_TORCH[numbers.dtype]!r} to dtype('int64') according to the rule "
            "'safe'"
        )
    if numbers.ndim != 1:
        raise ValueError(
            "object of too small depth for desired array" if numbers.ndim == 0 else "object too deep for desired array"
        )
    if minlength is None:
        raise TypeError("'NoneType' object cannot be interpreted as an integer")
    length = operator.index(minlength)
    if length < 0:
        raise ValueError("'minlength' must not be negative")
    numbers = numbers.to(torch.int64)
    values = None if weights is None else tensor_of(weights)
    if values is None or (not values.is_complex() and values.shape == numbers.shape):
        operands = (numbers,) if values is None else (numbers, values.to(torch.float64))
        seen = memory.views(*operands)
        if seen is not None:
            sums = numpy.bincount(seen[0], None if values is None else seen[1], length)
            return ndarray._wrap(from_host(sums))
    if numbers.numel():
        if int(numbers.min()) < 0:
            raise ValueError("'list' argument must have no negative elements")
        length = max(length, int(numbers.max()) + 1)
    if weights is None:
        return ndarray._wrap(torch.bincount(numbers, minlength=length))
    values = tensor_of(weights)
    if values.is_complex():
        raise TypeError(
            "Cannot cast array data from dtype('complex128') to dtype('float64') according to the rule 'safe'"
        )
    if values.shape != numbers.shape:
        raise ValueError("The weights and list don't have the same length.")
    values = values.to(torch.float64)
    return ndarray._wrap(values.new_zeros(length).index_add(0, numbers, values))


@without_derivative("returns positions", "np.digitize(x.real, b)")
def digitize(x: Any, bins: Any, right: bool = False) -> ndarray:
    """Return the number of the bin each value falls into, for monotonic bin edges."""
    values, edges = tensor_of(x), tensor_of(bins)
    if values.is_complex():
        raise TypeError("x may not be complex")
    if edges.is_complex():
        raise TypeError("bins may not be complex")
    if edges.ndim != 1:
        raise ValueError("object too deep for desired array")
    lower, upper = ndarray._wrap(edges[:-1]), ndarray._wrap(edges[1:])
    rising = bool((upper >= lower).all())
    if not rising and not bool((upper <= lower).all()):
        raise ValueError("bins must be monotonically increasing or decreasing")
    side = "left" if right else "right"
    if rising:
        return searchsorted(edges, values, side)
    found = searchsorted(edges.flip(0), values, side)
    return ndarray._wrap(edges.shape[0] - found._tensor)


@differentiable("np.histogram_bin_edges(w, bins=4)", "np.histogram_bin_edges(w, bins=[w[2], s.real, 4])")
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> ndarray:
    """Return the bin edges `histogram` would use, by NumPy's estimators; they move with the ends of the data."""
    data, given = tensor_of(a), None if isinstance(bins, str | int) else tensor_of(bins)
    if memory.followed(data) or (given is not None and memory.followed(given)):
        if isinstance(bins, str):  # the estimators count bins: a number without derivative
            bins = numpy.histogram_bin_edges(host(data), bins, _host_range(range), _host(weights)).size - 1
        return ndarray._wrap(_edges(data, bins, range))
    sample = to_numpy(asarray(tensor_of(a).detach()))
    if not isinstance(bins, str):
        bins = _host(bins)
    return asarray(numpy.histogram_bin_edges(sample, bins, _host_range(range), _host(weights)))


def _edges(data: torch.Tensor, bins: Any, interval: Any) -> torch.Tensor:
    """Return edges with their derivatives, by NumPy's rules for a number of bins and for given edges."""
    given = tensor_of(bins)
    if given.ndim == 1:
        if holds(given[1:] < given[:-1]):
            raise ValueError("`bins` must increase monotonically, when an array")
        return given
    if given.ndim:
        raise ValueError("`bins` must be 1d, when an array")
    count = operator.index(bins)
    if count < 1:
        raise ValueError("`bins` must be positive, when an integer")
    if interval is not None:
        first, last = (tensor_of(bound) for bound in interval)
        if holds(first > last):
            raise ValueError("max must be larger than min in range parameter.")
    elif data.numel() == 0:
        first, last = torch.tensor(0.0), torch.tensor(1.0)
    else:
        first, last = data.min(), data.max()
    dtype = data.dtype if data.is_floating_point() else torch.float64
    first, last = first.to(dtype), last.to(dtype)
    half = torch.where(first == last, 0.5, 0.0).to(dtype)
    return linspace(first - half, last + half, count + 1)._tensor  # type: ignore[no-any-return]


def _bin_of(values: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:
    """Return the number of the bin of each value, the number of bins for values outside."""
    edges, values = edges.detach(), values.detach().to(edges.dtype)
    count = edges.shape[0] - 1
    place = torch.searchsorted(edges, values.contiguous(), right=True) - 1
    place = torch.where(values == edges[-1], count - 1, place)
    return torch.where((place >= 0) & (place < count), place, count)


def _totals(place: torch.Tensor, count: int, weights: torch.Tensor) -> torch.Tensor:
    """Return the sum of the weights in each bin."""
    return weights.new_zeros(count + 1).index_add(0, place, weights)[:count]


def _host(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    tensor = tensor_of(value).detach()
    array = to_numpy(asarray(tensor))
    return array[()] if array.ndim == 0 else array


def _host_range(interval: Any) -> Any:
    return None if interval is None else tuple(float(bound) for bound in interval)


@differentiable("np.histogram([0.3, 1.1, 2.6, 3.9, 1.2], bins=3, weights=x)[0]", "np.histogram(w, bins=4)[1]")
def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None
) -> tuple[ndarray, ndarray]:
    """Return the histogram of a data set and the bin edges.

    Counts are piecewise constant in the data; weighted histograms are differentiable in the weights.
    """
    sample = tensor_of(a)
    given = None if isinstance(bins, str | int) else tensor_of(bins)
    if not any(memory.followed(tensor_of(v)) for v in (sample, weights, given) if v is not None):
        counts, edges = numpy.histogram(
            to_numpy(asarray(sample.detach())),
            bins if isinstance(bins, str) else _host(bins),
            _host_range(range),
            density,
            _host(weights),
        )
        return ndarray._wrap(from_host(counts, sample.device)), ndarray._wrap(from_host(edges, sample.device))
    if weights is not None and tensor_of(weights).shape != sample.shape:
        raise ValueError("weights should have the same shape as a.")
    bounds = histogram_bin_edges(sample, bins, range, weights)._tensor
    flat = sample.reshape(-1)
    values = torch.ones_like(flat, dtype=torch.int64) if weights is None else tensor_of(weights).reshape(-1)
    totals = _totals(_bin_of(flat, bounds), bounds.shape[0] - 1, values)
    if density:
        totals = totals / (bounds[1:] - bounds[:-1]) / totals.sum()
    return ndarray._wrap(totals), ndarray._wrap(bounds)


@differentiable(
    "np.histogramdd(np.stack([w, b], 1), bins=2, weights=x)[0]",
    "np.histogramdd([w, b], bins=[2, [0, 2, s.real + 4]], weights=x.real, density=True)[0]",
)
def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None
) -> tuple[ndarray, tuple[ndarray, ...]]:
    """Return the histogram of points in several dimensions, and the bin edges per dimension."""
    if memory.transformed() or torch.is_grad_enabled():
        columns = _columns(sample)
        many = bins if isinstance(bins, list | tuple) else [bins] * len(columns)
        if any(memory.followed(tensor_of(v)) for v in (*columns, *many, *([] if weights is None else [weights]))):
            return _tracked_histogramdd(columns, many, range, density, weights)
    if isinstance(sample, list | tuple) and not isinstance(sample[0], int | float):
        points: Any = tuple(to_numpy(asarray(tensor_of(s).detach())) for s in sample)
        points = points if isinstance(sample, tuple) else list(points)
    else:
        points = to_numpy(asarray(tensor_of(sample).detach()))
    if isinstance(bins, list | tuple):
        bins = [_host(b) for b in bins]
    else:
        bins = _host(bins)
    intervals = None if range is None else [_host_range(r) for r in range]
    counts, edges = numpy.histogramdd(points, bins, intervals, density, _host(weights))
    return asarray(counts), tuple(map(asarray, edges))


def _columns(sample: Any) -> list[torch.Tensor]:
    """Return the coordinates of the points: an array has points in its rows, a sequence is one of coordinates."""
    if isinstance(sample, list | tuple) and not isinstance(sample[0], int | float):
        return [tensor_of(s) for s in sample]
    points = tensor_of(sample)
    return list((points.unsqueeze(-1) if points.ndim == 1 else points).unbind(-1))


def _tracked_histogramdd(
    columns: list[torch.Tensor], bins: Any, intervals: Any, density: bool | None, weights: Any
) -> tuple[ndarray, tuple[ndarray, ...]]:
    if len(bins) != len(columns):
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    intervals = [None] * len(columns) if intervals is None else intervals
    edges = [_edges(c, b, r) for c, b, r in zip(columns, bins, intervals, strict=True)]
    counts = [e.shape[0] - 1 for e in edges]
    place, outside = torch.zeros_like(columns[0], dtype=torch.int64), torch.zeros_like(columns[0], dtype=torch.bool)
    for column, edge, count in zip(columns, edges, counts, strict=True):
        bin_number = _bin_of(column, edge)
        outside = outside | (bin_number == count)
        place = place * count + bin_number
    total = math.prod(counts)
    values = torch.ones_like(columns[0], dtype=torch.float64) if weights is None else tensor_of(weights)
    if not values.is_complex():
        values = values.to(torch.float64)
    found = _totals(torch.where(outside, total, place), total, values).reshape(counts)
    if density:
        found = found / found.sum()
        for axis, edge in enumerate(edges):
            found = found / (edge[1:] - edge[:-1]).reshape([-1 if i == axis else 1 for i in builtins.range(len(edges))])
    return ndarray._wrap(found), tuple(ndarray._wrap(e) for e in edges)


@differentiable("np.histogram2d(w, b, bins=2, weights=x)[0]")
def histogram2d(
    x: Any, y: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None
) -> tuple[ndarray, ndarray, ndarray]:
    """Return the histogram of points in the plane, and the edges in x and y."""
    if tensor_of(x).shape != tensor_of(y).shape:
        raise ValueError("x and y must have the same length.")
    if (
        not isinstance(bins, int) and tensor_of(bins).ndim == 1
        if not isinstance(bins, list | tuple)
        else len(bins) not in (1, 2)
    ):
        bins = [bins, bins]
    counts, edges = histogramdd([tensor_of(x), tensor_of(y)], bins, range, density, weights)
    return counts, edges[0], edges[1]
