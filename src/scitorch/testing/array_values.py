"""Any array as a tensor in the widest precision, and as the places at which it may differ from another."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op.array_types import find_array_type

_SPARSE = {torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc}


def is_array(value: Any) -> bool:
    """Whether a value is a tensor, an array, a sparse array or a number."""
    return (
        isinstance(value, (Tensor, numpy.ndarray, numpy.generic, bool, int, float, complex))
        or find_array_type(value) is not None
        or is_sparse(value)
    )


def is_sparse(value: Any) -> bool:
    """Whether it is a sparse tensor, or a sparse array with SciPy's interface."""
    if isinstance(value, Tensor):
        return value.layout is not torch.strided
    return hasattr(value, "tocoo") and hasattr(value, "nnz")


def as_tensor(value: Any) -> Tensor:
    """A dense value as a plain tensor on the CPU, in its own dtype where torch has it."""
    if isinstance(value, Tensor):
        return value.detach().cpu()
    kind = find_array_type(value)
    if kind is not None and not isinstance(value, (numpy.ndarray, numpy.generic)):
        return kind.to_tensor(value).detach().cpu()
    array = numpy.asarray(value, order="C")
    if array.dtype == numpy.longdouble or array.dtype == numpy.clongdouble:
        array = array.astype(numpy.complex128 if array.dtype.kind == "c" else numpy.float64)
    return torch.as_tensor(array)


def widened(values: Tensor) -> Tensor:
    """The same numbers in double precision; integers that it cannot hold stay as they are."""
    if values.is_complex():
        return values.to(torch.complex128)
    if values.dtype in (torch.int64, torch.uint64):
        return values
    return values.to(torch.float64)


def sparse_values(a: Any, b: Any) -> tuple[Tensor, Tensor, Tensor, tuple[int, ...], tuple[int, ...]]:
    """Two arrays, one of them sparse, as values on the union of their patterns.

    Returns
    -------
    Values of ``a`` and ``b``, the indices of each (a column per value), and the two shapes.
    """
    (i, x, shape_a), (j, y, shape_b) = _coordinates(a), _coordinates(b)
    if shape_a != shape_b:
        return x, y, i, shape_a, shape_b
    union, inverse = torch.unique(torch.cat([i, j], 1), dim=1, return_inverse=True)
    first = x.new_zeros(union.shape[1]).index_add_(0, inverse[: len(x)], x)
    second = y.new_zeros(union.shape[1]).index_add_(0, inverse[len(x) :], y)
    return first, second, union, shape_a, shape_b


def _coordinates(value: Any) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """Indices and values of the stored entries, duplicates included, dense dimensions and blocks taken apart."""
    if isinstance(value, Tensor) and value.layout in _SPARSE | {torch.sparse_coo}:
        value = value.detach().cpu()
        if value.layout is not torch.sparse_coo:
            value = value.to_sparse_coo()
        value = value.coalesce()
        if value.dense_dim():
            value = value.to_dense().to_sparse_coo().coalesce()
        return value.indices(), value.values(), tuple(value.shape)
    if is_sparse(value):
        value = value.tocoo()
        coords = getattr(value, "coords", None)
        indices = [as_tensor(c).to(torch.int64) for c in (coords if coords is not None else (value.row, value.col))]
        return torch.stack(list(indices)), as_tensor(value.data), tuple(value.shape)
    dense = as_tensor(value)
    indices_of_nonzero = dense.ne(0).nonzero().mT
    return indices_of_nonzero, dense[tuple(indices_of_nonzero)], tuple(dense.shape)
