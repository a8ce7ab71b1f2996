"""Operators that hold a matrix, and say what is known of it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..arguments import as_columns, require_matrix, require_square
from ..cholesky import cholesky
from ..linear_solve import solve, solve_triangular
from ..matrix_parts import adjoint, diagonal, hermitian_part, symmetric_from_triangle, triangle
from .base import LinearOperator, Shape, product


class Dense(LinearOperator):
    """A matrix of which nothing is known.

    Parameters
    ----------
    matrix : Tensor, shape (..., m, n)
        The entries.
    """

    linear_in_leaves = True

    def __init__(self, matrix: Tensor) -> None:
        require_matrix(type(self).__name__, "matrix", matrix)
        self.matrix = matrix

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return tuple(self.matrix.shape)

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return self.matrix.dtype

    def to_dense(self) -> Tensor:
        """The matrix itself."""
        return self.matrix

    def _matmat(self, x: Tensor) -> Tensor:
        return product(self.to_dense(), x)

    def _rmatmat(self, x: Tensor) -> Tensor:
        return product(adjoint(self.to_dense()), x)

    def _adjoint(self) -> LinearOperator:
        return Dense(adjoint(self.to_dense()))

    def _transpose(self) -> LinearOperator:
        return Dense(self.to_dense().mT)

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution of ``self @ x = b`` by LU."""
        self._require_square("solve")
        return solve(*_same_dtype(self.to_dense(), b))


class Symmetric(Dense):
    """A real symmetric or complex Hermitian matrix.

    Parameters
    ----------
    matrix : Tensor, shape (..., n, n)
        The entries; the operator is their Hermitian part, so that every gradient is Hermitian.
    """

    symmetric = True

    def __init__(self, matrix: Tensor) -> None:
        require_square(type(self).__name__, "matrix", matrix)
        super().__init__(matrix)

    def to_dense(self) -> Tensor:
        """The Hermitian part of the entries."""
        return hermitian_part(self.matrix)

    def _rmatmat(self, x: Tensor) -> Tensor:
        return self._matmat(x)

    def _adjoint(self) -> LinearOperator:
        return self

    def _transpose(self) -> LinearOperator:
        return type(self)(self.matrix.mT)


class PositiveDefinite(Symmetric):
    """A Hermitian positive definite matrix.

    Parameters
    ----------
    matrix : Tensor, shape (..., n, n)
        The entries; the operator is their Hermitian part.
    """

    positive_definite = True

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution of ``self @ x = b`` by Cholesky's factor."""
        return solve(*_same_dtype(self.to_dense(), b), assume_a="pos")

    def cholesky(self) -> Triangular:
        """The lower triangular factor ``L`` of ``L @ L.H``."""
        return Triangular(cholesky(self.to_dense(), lower=True), lower=True)

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """One, and twice the logarithm of the factor's determinant."""
        logarithm = 2 * diagonal(self.cholesky().to_dense()).real.log().sum(-1)
        return torch.ones_like(logarithm, dtype=self.dtype), logarithm


class Triangular(Dense):
    """One triangle of a matrix.

    Parameters
    ----------
    matrix : Tensor, shape (..., n, n)
        The entries, of which one triangle is read.
    lower : bool
        Which one.
    unit_diagonal : bool, optional
        Take the diagonal as ones.
    """

    def __init__(self, matrix: Tensor, *, lower: bool, unit_diagonal: bool = False) -> None:
        require_square(type(self).__name__, "matrix", matrix)
        super().__init__(matrix)
        self.lower, self.unit_diagonal = lower, unit_diagonal
        self.linear_in_leaves = not unit_diagonal

    def to_dense(self) -> Tensor:
        """The triangle, zeros elsewhere."""
        entries = triangle(self.matrix, lower=self.lower, strict=self.unit_diagonal)
        n = self.matrix.shape[-1]
        return entries + torch.eye(n, dtype=entries.dtype, device=entries.device) if self.unit_diagonal else entries

    def _adjoint(self) -> LinearOperator:
        return Triangular(adjoint(self.matrix), lower=not self.lower, unit_diagonal=self.unit_diagonal)

    def _transpose(self) -> LinearOperator:
        return Triangular(self.matrix.mT, lower=not self.lower, unit_diagonal=self.unit_diagonal)

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution of ``self @ x = b`` by substitution."""
        a, b = _same_dtype(self.matrix, b)
        return solve_triangular(a, b, lower=self.lower, unit_diagonal=self.unit_diagonal)

    def diagonal(self) -> Tensor:
        """The diagonal."""
        d = diagonal(self.matrix)
        return torch.ones_like(d) if self.unit_diagonal else d

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """From the diagonal."""
        return slogdet_of_diagonal(self.diagonal())

    def sqrt(self) -> LinearOperator:
        """The square root, triangular as well."""
        root = super().sqrt().to_dense()
        return Triangular(root, lower=self.lower)


def symmetric_from_lower(matrix: Tensor) -> Symmetric:
    """The symmetric operator of which the lower triangle is given."""
    return Symmetric(symmetric_from_triangle(matrix, lower=True))


def slogdet_of_diagonal(d: Tensor) -> tuple[Tensor, Tensor]:
    """Product of the signs and sum of the logarithms of the magnitudes."""
    return torch.sgn(d).prod(-1), d.abs().log().sum(-1)


def _same_dtype(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    dtype = torch.promote_types(a.dtype, b.dtype)
    return a.to(dtype), b.to(dtype)


def columns_of(function: str, b: Tensor, n: int) -> tuple[Tensor, bool]:
    """Right-hand sides ``(..., n, k)``, and whether they were one vector."""
    return as_columns(function, "b", b, n)
