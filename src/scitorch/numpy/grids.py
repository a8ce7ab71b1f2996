"""Index grids and the indexing tricks: indices, mgrid, ogrid, ix_, r_, c_, and index arithmetic."""

import operator
from collections.abc import Iterator
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.creation import shape_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import host, torch_dtype
from scitorch.numpy.promotion import weak_result_type
from scitorch.numpy.ranges import arange, linspace

__all__ = [
    "c_",
    "diag_indices",
    "diag_indices_from",
    "index_exp",
    "indices",
    "ix_",
    "mask_indices",
    "mgrid",
    "ndenumerate",
    "ndindex",
    "ogrid",
    "r_",
    "ravel_multi_index",
    "s_",
    "tril_indices",
    "tril_indices_from",
    "triu_indices",
    "triu_indices_from",
    "unravel_index",
]

index_exp = numpy.index_exp
s_ = numpy.s_
ndindex = numpy.ndindex


@without_derivative("iterates over values")
class ndenumerate:
    """Iterate over (index, element) pairs in C order."""

    def __init__(self, arr: Any) -> None:
        self._array = asarray(arr)
        self._pairs = zip(numpy.ndindex(self._array.shape), self._array.reshape(-1), strict=True)

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], ndarray]]:
        return self

    def __next__(self) -> tuple[tuple[int, ...], ndarray]:
        return next(self._pairs)


@without_derivative("takes sizes", "np.indices((2, 3))")
def indices(dimensions: Any, dtype: Any = int, sparse: bool = False) -> Any:
    """Return the index arrays of a grid, stacked, or as a tuple of open ones."""
    shape = shape_of(dimensions)
    wanted = torch_dtype(dtype)
    count = len(shape)
    axes = [
        torch.arange(n).to(wanted).reshape((1,) * axis + (n,) + (1,) * (count - axis - 1))
        for axis, n in enumerate(shape)
    ]
    if sparse:
        return tuple(ndarray._wrap(axis) for axis in axes)
    if not axes:
        return ndarray._wrap(torch.zeros((0,), dtype=wanted))
    return ndarray._wrap(torch.stack([axis.expand(shape) for axis in axes]))


class _Grid:
    """`mgrid` and `ogrid`: grids written as slices, an imaginary step being a number of points."""

    def __init__(self, sparse: bool) -> None:
        self._sparse = sparse

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, tuple):
            return self._axis(key)
        axes = [self._axis(item)._tensor for item in key]
        common = weak_result_type(0, *(bound for item in key for bound in self._bounds(item)))
        count = len(axes)
        shaped = [a.to(common).reshape((1,) * i + (-1,) + (1,) * (count - i - 1)) for i, a in enumerate(axes)]
        if self._sparse:
            return tuple(ndarray._wrap(a) for a in shaped)
        return ndarray._wrap(torch.stack(torch.broadcast_tensors(*shaped)) if shaped else torch.zeros(0))

    @staticmethod
    def _axis(item: slice) -> ndarray:
        start = 0 if item.start is None else item.start
        step = 1 if item.step is None else item.step
        if isinstance(step, complex | numpy.complexfloating):
            return linspace(start, item.stop, int(abs(complex(step))))  # type: ignore[no-any-return]
        return arange(start, item.stop, step)

    @staticmethod
    def _bounds(item: slice) -> tuple[Any, Any, Any]:
        step = 1 if item.step is None else item.step
        if isinstance(step, complex | numpy.complexfloating):
            step = abs(complex(step))
        return 0 if item.start is None else item.start, item.stop, step


mgrid = differentiable("np.mgrid[s : s + 1 : 4j, 0:2]")(_Grid(sparse=False))
ogrid = differentiable("np.ogrid[s : s + 1 : 4j, 0:2]")(_Grid(sparse=True))


class _Concatenator:
    """`r_` and `c_`: arrays, scalars and ranges written as slices, joined along an axis."""

    def __init__(self, axis: int, ndmin: int, trans1d: int) -> None:
        self._axis, self._ndmin, self._trans1d = axis, ndmin, trans1d

    def __getitem__(self, key: Any) -> Any:
        from scitorch.numpy.joining import concatenate

        if isinstance(key, str):
            raise TypeError("matrix strings are not supported: scitorch.numpy has no matrix class")
        items = key if isinstance(key, tuple) else (key,)
        axis, ndmin, trans1d = self._axis, self._ndmin, self._trans1d
        parts: list[torch.Tensor] = []
        weak: list[int] = []
        for position, item in enumerate(items):
            if isinstance(item, str):
                if position != 0:
                    raise ValueError("special directives must be the first entry.")
                if item in ("r", "c"):
                    raise TypeError("matrix directives are not supported: scitorch.numpy has no matrix class")
                numbers = [int(n) for n in item.split(",")]
                axis = numbers[0]
                ndmin = numbers[1] if len(numbers) > 1 else ndmin
                trans1d = numbers[2] if len(numbers) > 2 else trans1d
                continue
            if isinstance(item, slice):
                tensor = _Grid._axis(item)._tensor
                tensor = self._raised(tensor, ndmin, trans1d)
            else:
                tensor = tensor_of(item)
                if type(item) in (bool, int, float, complex):
                    weak.append(len(parts))
                    tensor = tensor.reshape((1,) * max(ndmin, 1))
                else:
                    tensor = self._raised(tensor.reshape(1) if tensor.ndim == 0 else tensor, ndmin, trans1d)
            parts.append(tensor)
        strong = [ndarray._wrap(t).dtype for i, t in enumerate(parts) if i not in weak]
        scalars = [type(t.item())(0) for i, t in enumerate(parts) if i in weak]
        result = numpy.result_type(*strong, *scalars)
        for i in weak:
            numpy.array(parts[i].item(), result)  # raises OverflowError for a number that the dtype cannot hold
        common = torch_dtype(result)
        return concatenate([ndarray._wrap(t.to(common)) for t in parts], axis=axis)

    @staticmethod
    def _raised(tensor: torch.Tensor, ndmin: int, trans1d: int) -> torch.Tensor:
        missing = ndmin - tensor.ndim
        if missing <= 0:
            return tensor
        have = tensor.ndim
        place = trans1d if trans1d >= 0 else trans1d + missing + 1
        shape = (1,) * place + tuple(tensor.shape) + (1,) * (missing - place)
        return tensor.reshape(shape if have else (1,) * ndmin)

    def __len__(self) -> int:
        return 0


r_ = differentiable("np.r_[x, 0, s, 1:3]")(_Concatenator(0, 1, -1))
c_ = differentiable("np.c_[x, y, w]")(_Concatenator(-1, 2, 0))


@without_derivative("takes positions", "np.ix_([0, 1], [2, 3])")
def ix_(*args: Any) -> tuple[ndarray, ...]:
    """Return an open mesh of index arrays from one-dimensional sequences."""
    result = []
    count = len(args)
    for axis, sequence in enumerate(args):
        tensor = tensor_of(sequence)
        if tensor.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if tensor.numel() == 0 and not isinstance(sequence, ndarray):
            tensor = tensor.to(torch.int64)
        if tensor.dtype is torch.bool:
            (tensor,) = tensor.nonzero(as_tuple=True)
        result.append(ndarray._wrap(tensor.reshape((1,) * axis + (-1,) + (1,) * (count - axis - 1))))
    return tuple(result)


def _pair(mask: torch.Tensor) -> tuple[ndarray, ...]:
    return tuple(ndarray._wrap(t) for t in mask.nonzero(as_tuple=True))


@without_derivative("returns positions", "np.tril_indices(3)")
def tril_indices(n: Any, k: int = 0, m: Any = None) -> tuple[ndarray, ...]:
    """Return the indices of the lower triangle of an (n, m) array."""
    rows, columns = operator.index(n), operator.index(n if m is None else m)
    return _pair(torch.arange(rows)[:, None] >= torch.arange(columns)[None, :] - k)


@without_derivative("returns positions", "np.triu_indices(3)")
def triu_indices(n: Any, k: int = 0, m: Any = None) -> tuple[ndarray, ...]:
    """Return the indices of the upper triangle of an (n, m) array."""
    rows, columns = operator.index(n), operator.index(n if m is None else m)
    return _pair(torch.arange(rows)[:, None] <= torch.arange(columns)[None, :] - k)


@without_derivative("returns positions", "np.tril_indices_from(a)")
def tril_indices_from(arr: Any, k: int = 0) -> tuple[ndarray, ...]:
    """Return the indices of the lower triangle of an array."""
    tensor = tensor_of(arr)
    if tensor.ndim != 2:
        raise ValueError("input array must be 2-d")
    return tril_indices(tensor.shape[0], k, tensor.shape[1])


@without_derivative("returns positions", "np.triu_indices_from(a)")
def triu_indices_from(arr: Any, k: int = 0) -> tuple[ndarray, ...]:
    """Return the indices of the upper triangle of an array."""
    tensor = tensor_of(arr)
    if tensor.ndim != 2:
        raise ValueError("input array must be 2-d")
    return triu_indices(tensor.shape[0], k, tensor.shape[1])


@without_derivative("returns positions", "np.mask_indices(3, np.triu)")
def mask_indices(n: Any, mask_func: Any, k: Any = 0) -> tuple[ndarray, ...]:
    """Return the indices at which a masking function leaves ones."""
    from scitorch.numpy.creation import ones

    return _pair(mask_func(ones((n, n), int), k)._tensor != 0)


@without_derivative("returns positions", "np.diag_indices(3)")
def diag_indices(n: Any, ndim: int = 2) -> tuple[ndarray, ...]:
    """Return the indices of the main diagonal."""
    return (arange(n),) * ndim


@without_derivative("returns positions", "np.diag_indices_from(a)")
def diag_indices_from(arr: Any) -> tuple[ndarray, ...]:
    """Return the indices of the main diagonal of an array."""
    shape = asarray(arr).shape
    if len(shape) < 2:
        raise ValueError("input array must be at least 2-d")
    if len(set(shape)) != 1:
        raise ValueError("All dimensions of input must be of equal length")
    return diag_indices(shape[0], len(shape))


@without_derivative("returns positions", "np.unravel_index([5, 3], (2, 3))")
def unravel_index(indices: Any, shape: Any, order: str = "C") -> tuple[ndarray, ...]:
    """Convert flat indices into a tuple of coordinate arrays."""
    results = numpy.unravel_index(_positions(indices), shape_of(shape), order=order)  # type: ignore[call-overload]
    return tuple(asarray(r) for r in results)


@without_derivative("returns positions", "np.ravel_multi_index(([0, 1], [1, 2]), (2, 3))")
def ravel_multi_index(multi_index: Any, dims: Any, mode: Any = "raise", order: str = "C") -> ndarray:
    """Convert a tuple of coordinate arrays into flat indices."""
    coordinates = tuple(map(_positions, multi_index))
    return asarray(numpy.ravel_multi_index(coordinates, shape_of(dims), mode=mode, order=order))  # type: ignore[call-overload]


def _positions(indices: Any) -> Any:
    """Return indices as NumPy's; an empty sequence has no dtype, and NumPy says so."""
    return indices if isinstance(indices, list | tuple) and not len(indices) else host(tensor_of(indices))
