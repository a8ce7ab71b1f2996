"""Quantiles and percentiles by all thirteen of NumPy's methods, differentiable in the data, the weights aside.

The estimators are those of R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American
Statistician 50 (1996), 361-365, written as a virtual index ``n q + alpha + q (1 - alpha - beta) - 1`` into the sorted
sample.
"""

from collections.abc import Callable
from typing import Any

import torch

from scitorch.numpy import memory
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import holds
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.reductions import finish
from scitorch.numpy.sorting import gather, order_of, partition, sort
from scitorch.numpy.statistics import merged_axes, restored_axes
from scitorch.numpy.ufunc_arguments import write_out

__all__ = ["nanpercentile", "nanquantile", "percentile", "quantile"]

# alpha, beta of the virtual index for the continuous estimators
_CONTINUOUS = {
    "linear": (1.0, 1.0),
    "interpolated_inverted_cdf": (0.0, 1.0),
    "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0),
    "median_unbiased": (1.0 / 3.0, 1.0 / 3.0),
    "normal_unbiased": (3.0 / 8.0, 3.0 / 8.0),
}
_METHODS = frozenset(
    {
        *_CONTINUOUS,
        "inverted_cdf",
        "averaged_inverted_cdf",
        "closest_observation",
        "lower",
        "higher",
        "midpoint",
        "nearest",
    }
)

Places = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def _places(method: str, n: torch.Tensor, q: torch.Tensor) -> Places:
    """Return the positions before and after a quantile in a sorted sample of size n, and the weight of the second."""
    last = n - 1
    if method in _CONTINUOUS:
        alpha, beta = _CONTINUOUS[method]
        index = last * q if method == "linear" else n * q + (alpha + q * (1 - alpha - beta)) - 1
        index = torch.minimum(torch.clamp(index, min=0.0), last.to(q.dtype))
        below = torch.floor(index)
        return below.long(), torch.minimum(below + 1, last.to(q.dtype)).long(), index - below
    rank = n * q
    whole = torch.floor(rank)
    if method == "inverted_cdf":
        index = torch.where(rank == whole, whole - 1, whole)
        return _at(index, last)
    if method == "averaged_inverted_cdf":
        exact = rank == whole
        low = torch.where(exact, whole - 1, whole)
        weight = torch.where(exact, 0.5, 0.0).to(q.dtype)
        high = torch.minimum(torch.clamp(low + 1, min=0.0), last.to(q.dtype))
        return _at(low, last)[0], torch.where(low < 0, torch.zeros_like(high), high).long(), weight
    if method == "closest_observation":
        index = rank - 1 - 0.5
        floor = torch.floor(index)
        stay = (index == floor) & (torch.remainder(floor, 2) == 1)
        return _at(torch.where(stay, floor, floor + 1), last)
    index = last * q
    floor, ceiling = torch.floor(index), torch.ceil(index)
    if method == "lower":
        return _at(floor, last)
    if method == "higher":
        return _at(ceiling, last)
    if method == "nearest":
        return _at(torch.round(index), last)
    half = torch.where(floor == index, 0.0, 0.5).to(q.dtype)
    return _at(floor, last)[0], _at(ceiling, last)[0], half


def _at(index: torch.Tensor, last: torch.Tensor) -> Places:
    place = torch.minimum(torch.clamp(index, min=0.0), last.to(index.dtype)).long()
    return place, place, torch.zeros_like(index)


def _quantile(
    a: Any, q: Any, axis: Any, out: Any, method: str, keepdims: bool, weights: Any, skip_nan: bool, scale: float
) -> Any:
    if method not in _METHODS:
        raise ValueError(f"{method!r} is not a valid method. Use one of: {sorted(_METHODS)}")
    sample = tensor_of(a)
    if sample.is_complex():
        raise TypeError("a must be an array of real numbers")
    fractions = tensor_of(q)
    if fractions.is_complex():
        raise TypeError("q must be an array of real numbers")
    integral = not sample.is_floating_point()
    selects = method in ("inverted_cdf", "closest_observation", "lower", "higher", "nearest")
    fractions = fractions.to(torch.float64) if not fractions.is_floating_point() else fractions
    fractions = fractions / scale if scale != 1.0 else fractions
    if sample.is_floating_point() and type(q) in (int, float):
        fractions = fractions.to(sample.dtype)
    limits = (fractions.detach() < 0) | (fractions.detach() > 1) | torch.isnan(fractions.detach())
    if holds(limits):
        bound = "[0, 100]" if scale != 1.0 else "[0, 1]"
        name = "Percentiles" if scale != 1.0 else "Quantiles"
        raise ValueError(f"{name} must be in the range {bound}")
    values = sample.to(torch.float64) if integral and not selects else sample
    flat, axes = merged_axes(values, axis)
    if weights is not None:
        result = _weighted(flat, fractions, method, weights, sample, axis, skip_nan)
    elif flat.shape[-1] == 0:
        if integral and selects:
            raise IndexError("cannot take a quantile of an empty integer array")
        _warn_empty()
        result = flat.new_full((*fractions.shape, *flat.shape[:-1]), torch.nan)
    else:
        result = _from_sorted(flat, fractions, method, skip_nan)
    if keepdims:
        result = restored_axes(result, tuple(ax + fractions.ndim for ax in axes), True)
    # like every ufunc, but unlike other reductions, it fills an `out` of more dimensions
    return finish(result, None) if out is None else write_out(out, result)


def _warn_empty() -> None:
    import warnings

    warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=4)


_FEW = 32  # more places than this are found faster by sorting


def _in_place(flat: torch.Tensor, fractions: torch.Tensor, method: str) -> torch.Tensor:
    """Return the rows with the elements around the quantiles, and the last one, in sorted place."""
    if fractions.numel() > _FEW or memory.views(flat, fractions) is None:
        return sort(flat, -1)._tensor
    n = torch.tensor(flat.shape[-1])
    compute = fractions if fractions.dtype in (torch.float64, torch.float32) else fractions.to(torch.float32)
    below, above, _ = _places(method, n, compute)
    places = {*below.reshape(-1).tolist(), *above.reshape(-1).tolist(), flat.shape[-1] - 1}
    return partition(flat, sorted(places), -1)._tensor


def _from_sorted(flat: torch.Tensor, fractions: torch.Tensor, method: str, skip_nan: bool) -> torch.Tensor:
    floating = flat.is_floating_point()
    ordered = sort(flat, -1)._tensor if skip_nan and floating else _in_place(flat, fractions, method)
    missing = torch.isnan(ordered.detach()) if floating else torch.zeros((), dtype=torch.bool)
    if skip_nan and floating:
        n = (~missing).sum(-1)  # nan sorts last, so the rest is the sample
        if holds(n == 0):
            _warn_empty()
    else:
        n = torch.full(flat.shape[:-1], flat.shape[-1], device=flat.device)
    compute = fractions if fractions.dtype in (torch.float64, torch.float32) else fractions.to(torch.float32)
    q = compute.reshape((*fractions.shape, *(1,) * n.ndim))
    below, above, weight = _places(method, torch.clamp(n, min=1), q)
    shape = torch.broadcast_shapes(below.shape, n.shape)
    expanded = ordered.expand((*fractions.shape, *ordered.shape))
    low = gather(expanded, below.expand(shape).unsqueeze(-1), -1).squeeze(-1)
    if method in ("inverted_cdf", "closest_observation", "lower", "higher", "nearest"):
        result = low
    else:
        high = gather(expanded, above.expand(shape).unsqueeze(-1), -1).squeeze(-1)
        weight = weight.to(torch.promote_types(fractions.dtype, flat.dtype))
        # two forms, so that the result is monotonic and equals the ends exactly
        step = high - low
        equal = high == low  # also keeps inf - inf out
        step = torch.where(equal, torch.zeros_like(step), step)
        rising = low + step * weight
        falling = high - step * (1 - weight)
        result = torch.where(weight >= 0.5, falling, rising)
        result = torch.where(equal, low.to(result.dtype), result)
        if method == "midpoint":  # of an infinite and another number, where the forms above have inf - inf
            middle = torch.where(weight == 0, low, (low + high) / 2)
            result = torch.where(torch.isnan(result), middle.to(result.dtype), result)
    if floating and not skip_nan:
        poisoned = missing[..., -1]
        result = torch.where(poisoned, torch.full_like(result, torch.nan), result)
    elif floating:
        result = torch.where(n == 0, torch.full_like(result, torch.nan), result)
    return result


def _weighted(
    flat: torch.Tensor,
    fractions: torch.Tensor,
    method: str,
    weights: Any,
    sample: torch.Tensor,
    axis: Any,
    skip_nan: bool,
) -> torch.Tensor:
    if method != "inverted_cdf":
        raise ValueError(f"Only method 'inverted_cdf' supports weights. Got: {method}.")
    w = tensor_of(weights)
    if w.is_complex():
        raise TypeError("weights must be an array of real numbers")
    if holds(w.detach() < 0):
        raise ValueError("Weights must be non-negative.")
    w = w.detach().to(torch.float64)
    if w.shape != sample.shape:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        from scitorch.numpy.axes import normalize_axes

        axes = normalize_axes(axis, sample.ndim)
        if tuple(w.shape) != tuple(sample.shape[ax] for ax in axes):
            raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
        order = sorted(range(len(axes)), key=lambda i: axes[i])
        w = w.permute(order).reshape([n if ax in axes else 1 for ax, n in enumerate(sample.shape)])
    w, _ = merged_axes(w.expand(sample.shape), axis)
    if skip_nan and flat.is_floating_point():
        w = torch.where(torch.isnan(flat), 0.0, w)
    ascending = order_of(flat, -1)
    ordered = torch.take_along_dim(flat, ascending, -1)
    cumulative = torch.cumsum(torch.take_along_dim(w, ascending, -1), -1)
    total = cumulative[..., -1:]
    cumulative = cumulative / total
    q = fractions.detach().to(torch.float64).reshape((*fractions.shape, *(1,) * flat.ndim))
    first_used = (cumulative > 0) & (cumulative >= q)  # zero weights are never chosen
    place = torch.argmax(first_used.to(torch.uint8), -1, keepdim=True)
    none = ~first_used.any(-1, keepdim=True)
    place = torch.where(none, flat.shape[-1] - 1, place)
    result = torch.take_along_dim(ordered.expand((*fractions.shape, *ordered.shape)), place, -1).squeeze(-1)
    if flat.is_floating_point() and not skip_nan:
        result = torch.where(torch.isnan(flat.detach()).any(-1), torch.full_like(result, torch.nan), result)
    return result


def _documented(name: str, skip_nan: bool, scale: float) -> Callable[..., Any]:
    def function(
        a: Any,
        q: Any,
        axis: Any = None,
        out: Any = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: Any = False,
        *,
        weights: Any = None,
    ) -> Any:
        keep = bool(keepdims) and keepdims is not NO_VALUE
        return _quantile(a, q, axis, out, method, keep, weights, skip_nan, scale)

    function.__name__ = function.__qualname__ = name
    ignoring = " ignoring nan" if skip_nan else "; nan in the data gives nan"
    unit = "percentiles, from 0 to 100" if scale != 1.0 else "fractions, from 0 to 1"
    function.__doc__ = f"""Return quantiles of the data along axes{ignoring}.

    Parameters
    ----------
    a : array_like
    q : array_like of float
        The {unit}.
    axis, out, keepdims
        As in `mean`.
    overwrite_input : bool
        Accepted; the input is never changed.
    method : str
        One of NumPy's thirteen, "linear" by default.
    weights : array_like, optional
        For ``method="inverted_cdf"``.
    """
    return function


_GAPS = "np.where([True, True, False, True], m, np.nan)"

quantile = differentiable(
    "np.quantile(x, q)",
    "np.quantile(m, 0.3, axis=1, method='hazen')",
    "np.quantile(x, 0.4, method='inverted_cdf', weights=w)",
    "np.quantile(m, [0.2, 0.7], axis=0, method='closest_observation', keepdims=True)",
)(_documented("quantile", False, 1.0))
percentile = differentiable("np.percentile(x, 100 * q)", "np.percentile(m, [10, 75], method='median_unbiased')")(
    _documented("percentile", False, 100.0)
)
nanquantile = differentiable(f"np.nanquantile({_GAPS}, q, axis=1)")(_documented("nanquantile", True, 1.0))
nanpercentile = differentiable(f"np.nanpercentile({_GAPS}, 100 * q)")(_documented("nanpercentile", True, 100.0))
