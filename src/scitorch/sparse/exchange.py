"""Exchange with SciPy's sparse arrays and torch's sparse tensors, without a copy where both are on the CPU."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor

from .kinds import Kind, kind_of
from .pattern import Pattern, pattern_of, require_in_range, scipy_sparse
from .planning import CLASSES, from_host, host_values


def from_scipy(array: Any, kind: Kind = None, *, like_scipy: bool = True) -> Any:
    """The array of one of SciPy's, sharing its memory.

    Parameters
    ----------
    array
        A sparse array or matrix of SciPy's.
    kind, like_scipy
        Whether the parts are NumPy's arrays, as SciPy has them, or of another kind.
    """
    if like_scipy:
        kind = kind_of(numpy.empty(0))
    if array.format in ("lil", "dok"):
        coo = from_scipy(array.tocoo(), kind, like_scipy=False)
        return coo.asformat(array.format)
    return CLASSES[array.format]._of(pattern_of(array), from_host(array.data), kind)


def to_scipy(array: Any) -> Any:
    """SciPy's array with the same parts, sharing memory on the CPU.

    Raises
    ------
    TypeError
        If a derivative would be lost.
    """
    values = array._values
    if values.requires_grad:
        raise TypeError("SciPy's arrays carry no derivative; detach() the array first")
    if array.format in ("lil", "dok"):
        return getattr(to_scipy(array.tocoo()), f"to{array.format}")()
    module = scipy_sparse()
    host = host_values(values.cpu())
    index = array._pattern.host()
    cls = getattr(module, f"{array.format}_array")
    if array.format == "coo":
        return cls((host, index), shape=array.shape)
    if array.format == "dia":
        return cls((host, index[0]), shape=array.shape)
    return cls((host, index[1], index[0]), shape=array.shape)


def from_torch(tensor: Tensor) -> Any:
    """The array of a sparse tensor; its values keep their history.

    Parameters
    ----------
    tensor : Tensor
        Of layout ``sparse_coo``, ``sparse_csr``, ``sparse_csc`` or ``sparse_bsr``, without batch or dense dimensions.
    """
    if tensor.layout == torch.sparse_coo:
        if tensor.dense_dim():
            raise ValueError("a sparse tensor with dense dimensions is no sparse array")
        coalesced = tensor.is_coalesced()
        index = tuple((tensor.indices() if coalesced else tensor._indices()).unbind(0))
        values = tensor.values() if coalesced else tensor._values()
        if not coalesced and tensor.requires_grad:
            tensor = tensor.coalesce()
            index, values, coalesced = tuple(tensor.indices().unbind(0)), tensor.values(), True
        return CLASSES["coo"]._of(Pattern("coo", tuple(tensor.shape), index, None, coalesced or None), values, None)
    if tensor.layout not in (torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr):
        raise ValueError(f"no sparse array has the layout {tensor.layout}")
    if tensor.ndim != 2:
        raise ValueError("a batch of sparse matrices is no sparse array; use vmap over the values")
    format = str(tensor.layout).removeprefix("torch.sparse_")
    by_row = format != "csc"
    indptr = tensor.crow_indices() if by_row else tensor.ccol_indices()
    indices = tensor.col_indices() if by_row else tensor.row_indices()
    pattern = Pattern(format, tuple(tensor.shape), (indptr, indices))
    require_in_range(pattern)  # torch checks its own tensors only if asked to
    return CLASSES[format]._of(pattern, tensor.values(), None)


def to_torch(array: Any) -> Tensor:
    """The sparse tensor with the same parts; formats that torch has not become ``sparse_coo``."""
    if array.format not in ("coo", "csr", "csc", "bsr"):
        array = array.tocoo()
    values, index = array._values, array._pattern.index
    if array.format == "coo":
        stacked = torch.stack(tuple(c.long() for c in index))
        return torch.sparse_coo_tensor(
            stacked,
            values,
            array.shape,
            is_coalesced=True if array._pattern.is_canonical else None,
            check_invariants=False,
        )
    make = getattr(torch, f"sparse_{array.format}_tensor")
    return make(index[0], index[1], values, size=array.shape, check_invariants=False)


class Exchange:
    """Conversions of sparse arrays to those of other libraries."""

    def to_scipy(self) -> Any:
        """SciPy's array with the same parts, sharing memory on the CPU."""
        return to_scipy(self)

    def to_torch(self) -> Tensor:
        """The sparse tensor with the same parts and history."""
        return to_torch(self)
