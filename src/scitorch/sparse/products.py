"""Matrix products of sparse arrays, with dense and with sparse arrays."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor

from .arithmetic import operand
from .kinds import as_tensor, give, is_scalar, kind_of, promoted
from .matrix_products import compressed_product
from .pattern import Pattern
from .planning import adopted, from_host, host_values, is_plain, scattered
from .product_kernels import lines_of, product_kernel
from .sparse_products import product_of_sparse


class Products:
    """Matrix products of sparse arrays."""

    def __matmul__(self: Any, other: Any) -> Any:
        if is_scalar(other):
            raise ValueError("a matrix product takes no scalar; use '*' instead")
        return _product(self, other)

    def __rmatmul__(self: Any, other: Any) -> Any:
        if is_scalar(other):
            raise ValueError("a matrix product takes no scalar; use '*' instead")
        b = operand(other, self)
        if b is NotImplemented:
            return NotImplemented
        kind = kind_of(self, other)
        if not isinstance(b, Tensor):
            return b @ self
        if self.ndim > 2 or b.ndim > 2:
            from .products_nd import dense_by_sparse

            return give(dense_by_sparse(b, self), kind)
        flipped = _by_dense(self.transpose(), b.mT if b.ndim == 2 else b, kind_of(self, b))
        return give(flipped.mT if flipped.ndim == 2 else flipped, kind)

    def dot(self: Any, other: Any) -> Any:
        """The product: with a scalar, or the matrix product."""
        if is_scalar(other):
            return self * other
        b = operand(other, self)
        if b is not NotImplemented and self.ndim > 1 and b.ndim > 1 and (self.ndim > 2 or b.ndim > 2):
            from .products_nd import tensordot

            return tensordot(self.tocoo(), other, ([-1], [-2]))
        return self @ other


def _product(a: Any, other: Any) -> Any:
    b = operand(other, a)
    if b is NotImplemented:
        return NotImplemented
    kind = kind_of(a, other)
    if a.ndim > 2 or b.ndim > 2:
        from .products_nd import product_nd

        return product_nd(a, b, kind)
    if a.shape[-1] != b.shape[0]:
        raise ValueError(f"matmul: dimension mismatch with signature (n,k={a.shape[-1]}),(k={b.shape[0]},m)->(n,m)")
    if isinstance(b, Tensor):
        return give(_by_dense(a, b, kind), kind)
    return product_of_sparse(a, b, kind)


def _by_dense(a: Any, b: Tensor, kind: Any) -> Tensor:
    """A sparse array of one or two dimensions times a dense vector or matrix."""
    dtype = promoted(a._values.dtype, b.dtype, kind)
    column = b.unsqueeze(-1) if b.ndim == 1 else b
    inexact = dtype.is_floating_point or dtype.is_complex
    plain = is_plain(a._values, b)
    if plain and (a.format not in ("csr", "csc") or not inexact):
        found = from_host(a._host(shared=True) @ host_values(b))
        return found if kind is not None else found.to(dtype)
    if a.format not in ("csr", "csc"):
        a = a.tocsr()
    indptr, indices = a._pattern.index
    transposed = a.format == "csc"
    size = a.shape[0] if transposed else a.shape[-1]
    values = a._values
    if values.shape[0] != indices.shape[0]:
        values = values[: indices.shape[0]]
    values, column = values.to(dtype), column.to(dtype)
    if plain:
        values, column = (x.detach().resolve_conj().resolve_neg() for x in (values, column))
        out = product_kernel(values, column, indptr, indices, size=size, transposed=transposed)
    elif inexact:
        out = compressed_product(values, column, indptr, indices, size=size, transposed=transposed)
    else:
        lines = lines_of(indptr, indices.shape[0])
        source, target = (lines, indices.long()) if transposed else (indices.long(), lines)
        terms = values.unsqueeze(-1) * column[source]
        out = scattered(terms, target, size if transposed else len(indptr) - 1)
    if b.ndim == 1:
        out = out.squeeze(-1)
    return out.squeeze(0) if a.ndim == 1 else out


__all__ = ["Pattern", "Products", "adopted", "as_tensor", "numpy", "torch"]
