"""Products of two sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy

from .kinds import promoted
from .pattern import pattern_of, twin
from .pattern_products import pattern_product, product_anywhere
from .planning import adopted, from_host, is_plain


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
    pattern = pattern_of(ones, None, a._values.device)
    index = (*a._pattern.index, *b._pattern.index, *pattern.index)
    if a._values.is_floating_point() or a._values.is_complex():
        return pattern_product(a._values, b._values, *index, width=b.shape[1]), pattern
    return product_anywhere(a._values, b._values, *index, width=b.shape[1]), pattern
