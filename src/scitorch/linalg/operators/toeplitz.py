"""Operators that the Fourier transform multiplies with: Toeplitz and circulant matrices."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..matrix_parts import conjugate
from ..structured_matrices import circulant, toeplitz
from ..toeplitz_systems import matmul_toeplitz, solve_circulant, solve_toeplitz
from .base import LinearOperator, Shape, common_dtype
from .dense import columns_of


class Toeplitz(LinearOperator):
    """A matrix that is constant along its diagonals.

    Parameters
    ----------
    column : Tensor, shape (..., m)
        The first column.
    row : Tensor, shape (..., n), optional
        The first row, whose first entry is not read; the conjugate of the column if not given.
    """

    linear_in_leaves = True

    def __init__(self, column: Tensor, row: Tensor | None = None) -> None:
        self.symmetric = row is None and not column.is_complex()
        self.column = column
        self.row = conjugate(column) if row is None else row
        if column.ndim < 1 or self.row.ndim < 1:
            raise ValueError("Toeplitz: first column and row are vectors (..., n)")

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        batch = torch.broadcast_shapes(self.column.shape[:-1], self.row.shape[:-1])  # type: ignore[no-untyped-call]
        return (*batch, self.column.shape[-1], self.row.shape[-1])

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return common_dtype(self.column, self.row)

    def _matmat(self, x: Tensor) -> Tensor:
        return matmul_toeplitz((self.column, self.row), x, check_finite=False)

    def _adjoint(self) -> LinearOperator:
        if self.symmetric:
            return self
        turned = self._transpose()
        assert isinstance(turned, Toeplitz)
        return Toeplitz(conjugate(turned.column), conjugate(turned.row))

    def _transpose(self) -> LinearOperator:
        batch = self.shape[:-2]
        first = self.column[..., :1].expand(*batch, 1)
        column = torch.cat([first.to(self.dtype), self.row[..., 1:].expand(*batch, -1).to(self.dtype)], -1)
        return Toeplitz(column, self.column)

    def to_dense(self) -> Tensor:
        """The matrix."""
        return toeplitz(self.column.to(self.dtype), self.row.to(self.dtype))

    def diagonal(self) -> Tensor:
        """The first entry, as often as there are rows."""
        *batch, m, n = self.shape
        return self.column[..., :1].expand(*batch, min(m, n))

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution by Levinson's recursion, which needs every leading minor regular."""
        self._require_square("solve")
        dtype = torch.promote_types(self.dtype, b.dtype)
        return solve_toeplitz((self.column.to(dtype), self.row.to(dtype)), b.to(dtype))


class Circulant(LinearOperator):
    """A matrix each of whose columns is the one before, turned by one place.

    Parameters
    ----------
    column : Tensor, shape (..., n)
        The first column.
    """

    linear_in_leaves = True

    def __init__(self, column: Tensor) -> None:
        if column.ndim < 1:
            raise ValueError("Circulant: argument 'column' is a number; wanted vectors (..., n)")
        self.column = column

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return (*self.column.shape, self.column.shape[-1])

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return self.column.dtype

    @property
    def spectrum(self) -> Tensor:
        """The eigenvalues, in the order of the Fourier transform."""
        return torch.fft.fft(self.column)

    def _like(self, spectrum: Tensor) -> Circulant:
        column = torch.fft.ifft(spectrum)
        return Circulant(column if self.dtype.is_complex else column.real)

    def _matmat(self, x: Tensor) -> Tensor:
        y = torch.fft.ifft(self.spectrum[..., None] * torch.fft.fft(x, dim=-2), dim=-2)
        return y if self.dtype.is_complex or x.is_complex() else y.real

    def _adjoint(self) -> LinearOperator:
        return Circulant(conjugate(self._turned()))

    def _transpose(self) -> LinearOperator:
        return Circulant(self._turned())

    def _turned(self) -> Tensor:
        return torch.cat([self.column[..., :1], self.column[..., 1:].flip(-1)], -1)

    def to_dense(self) -> Tensor:
        """The matrix."""
        return circulant(self.column)

    def diagonal(self) -> Tensor:
        """The first entry, everywhere."""
        return self.column[..., :1].expand(self.column.shape)

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution by Fourier transforms."""
        columns, is_vector = columns_of("solve", b, self.shape[-1])
        x = solve_circulant(self.column[..., None, :], columns, baxis=-2, outaxis=-2)
        return x.squeeze(-1) if is_vector and x.ndim == 2 else x

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """From the spectrum."""
        spectrum = self.spectrum
        sign = torch.sgn(spectrum).prod(-1)
        return sign if self.dtype.is_complex else sign.real.round(), spectrum.abs().log().sum(-1)

    def sqrt(self) -> LinearOperator:
        """The circulant root: the root of the spectrum."""
        return self._like(torch.sqrt(self.spectrum))
