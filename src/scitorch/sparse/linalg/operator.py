"""A sparse array as a linear operator: its values are the leaf, its pattern is structure."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...linalg.operators.base import LinearOperator, Shape
from ..matrix_products import compressed_product
from ..pattern import Pattern
from ..planning import is_plain
from ..product_kernels import product_kernel


class SparseOperator(LinearOperator):
    """The operator of a sparse array of compressed rows or columns.

    Parameters
    ----------
    array : sparray
        Two-dimensional.
    """

    linear_in_leaves = True

    def __init__(self, array: Any) -> None:
        if array.ndim != 2:
            raise ValueError(f"a linear operator has two dimensions; the array has {array.ndim}")
        compressed = array if array.format in ("csr", "csc") else array.tocsr()
        values = compressed._values[: compressed._pattern.index[1].shape[0]]
        inexact = values.is_floating_point() or values.is_complex()
        self.data: Tensor = values if inexact else values.to(torch.float64)
        self.pattern: Pattern = compressed._pattern

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return self.pattern.shape

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return self.data.dtype

    @property
    def by_column(self) -> bool:
        """Whether the lines are columns."""
        return self.pattern.format == "csc"

    def _times(self, data: Tensor, x: Tensor, *, transposed: bool) -> Tensor:
        indptr, indices = self.pattern.index
        size = self.shape[0] if self.by_column else self.shape[1]
        dtype = torch.promote_types(data.dtype, x.dtype)
        data, x = data.to(dtype), x.to(dtype)
        multiply = product_kernel if is_plain(data, x) else compressed_product  # an iteration calls it often
        return multiply(data, x, indptr, indices, size=size, transposed=transposed)

    def _matmat(self, x: Tensor) -> Tensor:
        return self._times(self.data, x, transposed=self.by_column)

    def _rmatmat(self, x: Tensor) -> Tensor:
        return self._times(self.data.conj().resolve_conj(), x, transposed=not self.by_column)

    def _flipped(self, data: Tensor) -> LinearOperator:
        made = object.__new__(SparseOperator)
        p = self.pattern
        format = "csr" if self.by_column else "csc"
        made.data = data
        made.pattern = Pattern(format, p.shape[::-1], p.index, p.is_sorted, p.is_canonical)
        return made

    def _adjoint(self) -> LinearOperator:
        return self._flipped(self.data.conj().resolve_conj())

    def _transpose(self) -> LinearOperator:
        return self._flipped(self.data)

    def array(self) -> Any:
        """The sparse array."""
        from ..planning import CLASSES

        return CLASSES[self.pattern.format]._of(self.pattern, self.data, None)

    def to_dense(self) -> Tensor:
        """The matrix with its zeros."""
        return self.array().toarray()  # type: ignore[no-any-return]

    def diagonal(self) -> Tensor:
        """The diagonal."""
        return self.array().diagonal()  # type: ignore[no-any-return]

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution of ``self @ x = b``: by LU, or by an iteration if an option of one is given."""
        from .direct import spsolve

        if options:
            return super().solve(b, **options)
        self._require_square("solve")
        return spsolve(self.array(), b)  # type: ignore[no-any-return]
