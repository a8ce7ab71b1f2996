"""Sets of values: unique, intersection, union, difference, membership."""

from typing import Any, NamedTuple

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import from_host
from scitorch.numpy.joining import concatenate
from scitorch.numpy.sorting import gather, order_of, sort

__all__ = [
    "ediff1d",
    "intersect1d",
    "isin",
    "setdiff1d",
    "setxor1d",
    "union1d",
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
]


class UniqueAllResult(NamedTuple):
    """Values with first positions, inverse and counts."""

    values: ndarray
    indices: ndarray
    inverse_indices: ndarray
    counts: ndarray


class UniqueCountsResult(NamedTuple):
    """Values with counts."""

    values: ndarray
    counts: ndarray


class UniqueInverseResult(NamedTuple):
    """Values with the positions that rebuild the input."""

    values: ndarray
    inverse_indices: ndarray


def _starts(values: torch.Tensor, equal_nan: bool) -> torch.Tensor:
    """Return where a new value begins in a sorted vector."""
    new = torch.ones(values.shape[0], dtype=torch.bool, device=values.device)
    if values.shape[0] > 1:
        different = values[1:] != values[:-1]
        if equal_nan and (values.is_floating_point() or values.is_complex()):
            different = different & ~(torch.isnan(values[1:]) & torch.isnan(values[:-1]))
        new[1:] = different
    return new


def _unique(tensor: torch.Tensor, equal_nan: bool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    order = order_of(tensor, 0)
    ordered = gather(tensor, order, 0)
    new = _starts(ordered.detach(), equal_nan)
    first = new.nonzero(as_tuple=True)[0]
    inverse = torch.empty_like(order)
    inverse[order] = torch.cumsum(new, 0) - 1
    ends = torch.cat([first[1:], first.new_tensor([tensor.shape[0]])]) if first.numel() else first
    return gather(ordered, first, 0), order[first], inverse, ends - first


@differentiable("np.unique(m)", "np.unique(x[[0, 1, 1, 2]])", "np.unique(m, axis=0)", by_values="the shape")
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """Return the sorted unique values (or slices along an axis), optionally with positions, inverse and counts.

    Gradients of the values reach the first element of each.
    """
    tensor = tensor_of(ar)
    seen = memory.views(tensor) if axis is None else None
    if seen is not None:
        options = {"return_index": return_index, "return_inverse": return_inverse, "return_counts": return_counts}
        found: Any = numpy.unique(seen[0], equal_nan=equal_nan, **options)  # type: ignore[call-overload]
        if isinstance(found, tuple):
            return tuple(ndarray._wrap(from_host(part)) for part in found)
        return ndarray._wrap(from_host(found))
    if axis is None:
        values, index, inverse, counts = _unique(tensor.reshape(-1), equal_nan)
        inverse = inverse.reshape(tensor.shape)
    else:
        if isinstance(axis, float):
            raise TypeError("integer argument expected, got float")
        place = normalize_axis(axis, tensor.ndim)
        moved = tensor.movedim(place, 0)
        rows = moved.flatten(1) if moved.ndim > 1 else moved.unsqueeze(1)
        order = torch.arange(rows.shape[0], device=tensor.device)
        for column in reversed(range(rows.shape[1])):
            order = order[order_of(rows[:, column][order] if rows.shape[0] else rows[:, column], 0)]
        new = torch.zeros(rows.shape[0], dtype=torch.bool, device=tensor.device)
        for column in range(rows.shape[1]):
            new |= _starts(rows[:, column].detach()[order], equal_nan) if rows.shape[0] else new
        if rows.shape[0]:
            new[0] = True
        first = new.nonzero(as_tuple=True)[0]
        index = order[first]
        inverse = torch.empty_like(order)
        inverse[order] = torch.cumsum(new, 0) - 1
        ends = torch.cat([first[1:], first.new_tensor([rows.shape[0]])]) if first.numel() else first
        counts = ends - first
        values = moved[index].movedim(0, place)
    results = [values]
    results += [index] if return_index else []
    results += [inverse] if return_inverse else []
    results += [counts] if return_counts else []
    wrapped = tuple(map(ndarray._wrap, results))
    return wrapped[0] if len(wrapped) == 1 else wrapped


@differentiable("np.unique_all(x)[0]", by_values="the shape")
def unique_all(x: Any, /) -> UniqueAllResult:
    """Return unique values, first positions, inverse and counts; nan values stay distinct."""
    return UniqueAllResult(*unique(x, True, True, True, equal_nan=False))


@differentiable("np.unique_counts(x)[0]", by_values="the shape")
def unique_counts(x: Any, /) -> UniqueCountsResult:
    """Return unique values and counts; nan values stay distinct."""
    return UniqueCountsResult(*unique(x, return_counts=True, equal_nan=False))


@differentiable("np.unique_inverse(x)[0]", by_values="the shape")
def unique_inverse(x: Any, /) -> UniqueInverseResult:
    """Return unique values and the positions that rebuild the input; nan values stay distinct."""
    return UniqueInverseResult(*unique(x, return_inverse=True, equal_nan=False))


@differentiable("np.sort(np.unique_values(x))", by_values="the shape")
def unique_values(x: Any, /) -> ndarray:
    """Return unique values; nan values stay distinct."""
    return unique(x, equal_nan=False)  # type: ignore[no-any-return]


@without_derivative("returns truth values", "np.isin(x, x[1:3])")
def isin(
    element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False, *, kind: str | None = None
) -> ndarray:
    """Whether each element is among the test elements."""
    if kind not in (None, "sort", "table"):
        raise ValueError(f"Invalid kind: '{kind}'. Please use None, 'sort' or 'table'.")
    tensor, tests = tensor_of(element), tensor_of(test_elements).reshape(-1)
    if kind == "table" and any(t.is_floating_point() or t.is_complex() for t in (tensor, tests)):
        raise ValueError(
            "The 'table' method is only supported for boolean or integer arrays. Please select 'sort' or None for kind."
        )
    seen = memory.views(tensor.detach(), tests.detach())
    if seen is not None:
        members = numpy.isin(seen[0], seen[1], assume_unique, invert, kind=kind)  # type: ignore[arg-type]
        return ndarray._wrap(from_host(members))
    joined = concatenate((ndarray._wrap(tensor.reshape(-1)), ndarray._wrap(tests)))._tensor.detach()
    count = tensor.numel()
    _, _, inverse, _ = _unique(joined, equal_nan=False)
    present = torch.zeros(joined.shape[0] + 1, dtype=torch.bool, device=joined.device)
    present[inverse[count:]] = True
    found = present[inverse[:count]].reshape(tensor.shape)
    return ndarray._wrap(~found if invert else found)


@differentiable("np.intersect1d(np.concatenate([x[:3], y[:2]]), y)", by_values="the shape")
def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """Return the sorted values in both arrays, optionally with their first positions in each."""
    a, b = tensor_of(ar1).reshape(-1), tensor_of(ar2).reshape(-1)
    seen = memory.views(a, b)
    if seen is not None:
        found: Any = numpy.intersect1d(seen[0], seen[1], assume_unique, return_indices)  # type: ignore[call-overload]
        if return_indices:
            return tuple(ndarray._wrap(from_host(part)) for part in found)
        return ndarray._wrap(from_host(found))
    first, first_index = unique(ndarray._wrap(a), return_index=True)
    common = isin(first, ndarray._wrap(b))._tensor
    values = first[ndarray._wrap(common)]
    target = numpy.result_type(asarray(a).dtype, asarray(b).dtype)
    values = values.astype(target, copy=False)
    if not return_indices:
        return values
    second, second_index = unique(ndarray._wrap(b), return_index=True)
    also = isin(second, ndarray._wrap(a))
    return values, first_index[ndarray._wrap(common)], second_index[also]


@differentiable("np.union1d(x, y)", by_values="the shape")
def union1d(ar1: Any, ar2: Any) -> ndarray:
    """Return the sorted values in either array."""
    return unique(concatenate((ar1, ar2), axis=None))  # type: ignore[no-any-return]


@differentiable("np.setdiff1d(x, x[1:3])", by_values="the shape")
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> ndarray:
    """Return the values of the first array that are not in the second."""
    first = asarray(tensor_of(ar1).reshape(-1))
    values = first if assume_unique else unique(first)
    return values[isin(values, ar2, invert=True)]  # type: ignore[no-any-return]


@differentiable("np.setxor1d(np.concatenate([x[:3], y[:2]]), y)", by_values="the shape")
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> ndarray:
    """Return the sorted values in exactly one of the arrays."""
    a, b = (asarray(x).reshape(-1) for x in (ar1, ar2))
    if not assume_unique:
        a, b = unique(a), unique(b)
    values = sort(concatenate((a, b)))
    new = _starts(values._tensor.detach(), equal_nan=False)  # nan differs from nan here, as in NumPy
    last = torch.cat([new[1:], new.new_ones(min(1, new.shape[0]))])
    return values[ndarray._wrap(new & last)]


@differentiable("np.ediff1d(x, to_begin=y[:2], to_end=s)", by_values="the shape")
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> ndarray:
    """Return the differences of consecutive elements, with values put before and after."""
    array = asarray(ary).reshape(-1)
    parts = [] if array.size == 0 else [array[1:] - array[:-1]]
    for extra, place in ((to_begin, 0), (to_end, len(parts) + (to_begin is not None))):
        if extra is None:
            continue
        values = asarray(extra).reshape(-1)
        if not numpy.can_cast(values.dtype, array.dtype, "same_kind"):
            name = "to_begin" if place == 0 and extra is to_begin else "to_end"
            raise TypeError(f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule.")
        parts.insert(place, values.astype(array.dtype, copy=False))
    return concatenate(parts) if parts else array  # type: ignore[no-any-return]
