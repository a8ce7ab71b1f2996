"""Counting: bincount, digitize, histograms."""

import operator
from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of, to_numpy
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, from_host
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


@differentiable("np.histogram_bin_edges(w, bins=4)")
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> ndarray:
    """Return the bin edges `histogram` would use, by NumPy's estimators."""
    sample = to_numpy(asarray(tensor_of(a).detach()))
    if not isinstance(bins, str):
        bins = _host(bins)
    return asarray(numpy.histogram_bin_edges(sample, bins, _host_range(range), _host(weights)))


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
    weighted = weights is not None and tensor_of(weights).requires_grad
    if not weighted:
        counts, edges = numpy.histogram(
            to_numpy(asarray(sample.detach())),
            bins if isinstance(bins, str) else _host(bins),
            _host_range(range),
            density,
            _host(weights),
        )
        return ndarray._wrap(from_host(counts, sample.device)), ndarray._wrap(from_host(edges, sample.device))
    edges_array = histogram_bin_edges(sample, bins, range, weights)
    values = tensor_of(weights).reshape(-1)
    edges_tensor = edges_array._tensor
    count = edges_tensor.shape[0] - 1
    flat = sample.detach().reshape(-1).to(edges_tensor.dtype)
    place = torch.searchsorted(edges_tensor, flat, right=True) - 1
    place = torch.where(flat == edges_tensor[-1], count - 1, place)
    inside = (place >= 0) & (place < count)
    totals = values.new_zeros(count).index_add(0, place[inside], values[inside])
    if density:
        totals = totals / (edges_tensor[1:] - edges_tensor[:-1]) / totals.sum()
    return ndarray._wrap(totals), edges_array


@differentiable("np.histogramdd(np.stack([w, b], 1), bins=2, weights=x)[0]")
def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None
) -> tuple[ndarray, tuple[ndarray, ...]]:
    """Return the histogram of points in several dimensions, and the bin edges per dimension."""
    if weights is not None and tensor_of(weights).requires_grad:
        raise NotImplementedError("histogramdd: the derivative in `weights` is not available; detach them")
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
