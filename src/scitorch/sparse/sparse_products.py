"""Products of two sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy
import torch

from .kinds import promoted
from .pattern import twin
from .planning import adopted, from_host, is_plain, scattered


def product_of_sparse(a: Any, b: Any, kind: Any) -> Any:
    """The product of two sparse arrays of one or two dimensions, of fitting shapes."""
    dtype = promoted(a._values.dtype, b._values.dtype, kind)
    a, b = a._cast_to(dtype), b._cast_to(dtype)
    if is_plain(a._values, b._values):
        found = a._host() @ b._host()
        if not hasattr(found, "format"):
            from .kinds import give

            return give(from_host(found), kind)
        return adopted(found, from_host, kind, a)
    return _planned(a, b, kind)


def _planned(a: Any, b: Any, kind: Any) -> Any:
    from .kinds import give

    vector_left, vector_right = a.ndim == 1, b.ndim == 1
    format = "csc" if a.format == "csc" else "csr"
    a = (a.reshape(1, -1) if vector_left else a).tocsr()._canonical()
    b = (b.reshape(-1, 1) if vector_right else b).tocsr()._canonical()
    values, pattern = _fixed_pattern_product(a, b)
    product = a._of(pattern, values, kind)
    if vector_left and vector_right:
        return give(product._dense().reshape(()), kind)
    if vector_left or vector_right:
        return product.reshape(-1).tocoo()
    return product.asformat(format)


def _fixed_pattern_product(a: Any, b: Any) -> Any:
    """Values and pattern of the product, which stores every sum that has a term."""
    ones = twin(a._pattern, numpy.ones(a.nnz, numpy.int64)) @ twin(b._pattern, numpy.ones(b.nnz, numpy.int64))
    ones.sort_indices()
    from .pattern import pattern_of

    pattern = pattern_of(ones, None, a._values.device)
    a_ptr, a_ind = (x.astype(numpy.int64) for x in a._pattern.host())
    b_ptr, b_ind = (x.astype(numpy.int64) for x in b._pattern.host())
    lengths = numpy.diff(b_ptr)[a_ind]
    left = numpy.repeat(numpy.arange(len(a_ind)), lengths)
    first = numpy.repeat(b_ptr[a_ind] - (numpy.cumsum(lengths) - lengths), lengths)
    right = first + numpy.arange(len(left))
    rows = numpy.repeat(numpy.arange(len(a_ptr) - 1), numpy.diff(a_ptr))[left]
    columns = b_ind[right]
    keys = numpy.repeat(numpy.arange(len(ones.indptr) - 1), numpy.diff(ones.indptr)) * ones.shape[1] + ones.indices
    target = numpy.searchsorted(keys, rows * ones.shape[1] + columns)
    device = a._values.device
    left_t, right_t, target_t = (torch.from_numpy(x).to(device) for x in (left, right, target))
    terms = a._values.index_select(0, left_t) * b._values.index_select(0, right_t)
    return scattered(terms, target_t, len(keys)), pattern
