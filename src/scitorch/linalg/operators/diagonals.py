"""Operators stored by diagonals: identity, diagonal and band matrices."""

from __future__ import annotations

from typing import Any

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Sample, gufunc

from ..band_storage import band_adjoint, band_product, dense_from_band
from ..banded_systems import solve_banded
from ..matrix_parts import conjugate
from .base import LinearOperator, Shape
from .dense import Dense, columns_of, slogdet_of_diagonal


class Diagonal(LinearOperator):
    """A diagonal matrix.

    Parameters
    ----------
    entries : Tensor, shape (..., n)
        The diagonal.
    """

    linear_in_leaves = True

    def __init__(self, entries: Tensor) -> None:
        if entries.ndim < 1:
            raise ValueError("Diagonal: argument 'entries' is a number; wanted vectors (..., n)")
        self.entries = entries

    @property
    def symmetric(self) -> bool:  # type: ignore[override]
        """Real diagonal matrices are."""
        return not self.entries.is_complex()

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return (*self.entries.shape, self.entries.shape[-1])

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return self.entries.dtype

    def _matmat(self, x: Tensor) -> Tensor:
        return self.entries[..., None] * x

    def _rmatmat(self, x: Tensor) -> Tensor:
        return conjugate(self.entries)[..., None] * x

    def _adjoint(self) -> LinearOperator:
        return Diagonal(conjugate(self.entries))

    def _transpose(self) -> LinearOperator:
        return self

    def to_dense(self) -> Tensor:
        """The matrix with its zeros."""
        return torch.diag_embed(self.entries)

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """``b`` divided by the entries, of which none may be zero."""
        n = self.shape[-1]
        columns, is_vector = columns_of("solve", b, n)
        x = columns / _nonzero(self.entries)[..., None]
        return x.squeeze(-1) if is_vector else x

    def diagonal(self) -> Tensor:
        """The entries."""
        return self.entries

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """From the entries."""
        return slogdet_of_diagonal(self.entries)

    def sqrt(self) -> LinearOperator:
        """The diagonal of square roots; negative entries of a real operator have none."""
        return Diagonal(torch.sqrt(self.entries))


def _nonzero_kernel(entries: Tensor) -> Tensor:
    if bool((entries == 0).any()):
        raise LinAlgError("solve: the diagonal operator is singular: an entry is zero")
    return entries.clone()


@gufunc(
    "()->()",
    kernel=_nonzero_kernel,
    jvp={"entries": lambda out, entries, tangent: tangent},
    vjp={"entries": lambda g, out, entries: g},
    samples=lambda make: [Sample((make(3),))],
    loops="r->r z->z",
    public=False,
)
def _nonzero(entries: Tensor) -> Tensor:
    """The entries; it is an error if one is zero."""


class Identity(LinearOperator):
    """The identity.

    Parameters
    ----------
    n : int
        Its size.
    dtype : torch.dtype, optional
        Of its entries.
    """

    symmetric = True
    positive_definite = True

    def __init__(self, n: int, dtype: torch.dtype | None = None) -> None:
        super().__init__(dtype or torch.get_default_dtype(), (n, n))

    def _matmat(self, x: Tensor) -> Tensor:
        return x

    def _matvec(self, x: Tensor) -> Tensor:
        return x

    def _adjoint(self) -> LinearOperator:
        return self

    def _transpose(self) -> LinearOperator:
        return self

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """``b`` itself."""
        columns_of("solve", b, self.shape[-1])
        return b

    def diagonal(self) -> Tensor:
        """Ones."""
        return torch.ones(self.shape[-1], dtype=self.dtype)

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """One and zero."""
        one = torch.ones((), dtype=self.dtype)
        return one, torch.zeros_like(one.real)

    def sqrt(self) -> LinearOperator:
        """The identity."""
        return self


class Banded(LinearOperator):
    """A band matrix, stored as :func:`scitorch.linalg.solve_banded` takes it.

    Parameters
    ----------
    diagonals : Tensor, shape (..., lower + upper + 1, n)
        ``diagonals[upper + i - j, j] == a[i, j]``.
    lower, upper : int
        How many diagonals there are below and above the main one.
    """

    linear_in_leaves = True

    def __init__(self, diagonals: Tensor, *, lower: int, upper: int) -> None:
        if diagonals.ndim < 2 or diagonals.shape[-2] != lower + upper + 1 or min(lower, upper) < 0:
            raise ValueError(
                f"Banded: argument 'diagonals' has shape {tuple(diagonals.shape)}; wanted (..., lower + upper + 1, n) "
                f"with lower = {lower}, upper = {upper}"
            )
        self.diagonals, self.lower, self.upper = diagonals, lower, upper

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        *batch, _, n = self.diagonals.shape
        return (*batch, n, n)

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return self.diagonals.dtype

    def _matmat(self, x: Tensor) -> Tensor:
        dtype = torch.promote_types(self.dtype, x.dtype)
        return band_product(self.diagonals.to(dtype), x.to(dtype), self.upper)

    def _adjoint(self) -> LinearOperator:
        return Banded(band_adjoint(self.diagonals, self.upper), lower=self.upper, upper=self.lower)

    def _transpose(self) -> LinearOperator:
        turned = conjugate(band_adjoint(self.diagonals, self.upper))
        return Banded(turned, lower=self.upper, upper=self.lower)

    def to_dense(self) -> Tensor:
        """The matrix with its zeros."""
        return dense_from_band(self.diagonals, self.upper)

    def diagonal(self) -> Tensor:
        """The main diagonal."""
        return self.diagonals[..., self.upper, :]

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution by band LU."""
        dtype = torch.promote_types(self.dtype, b.dtype)
        return solve_banded((self.lower, self.upper), self.diagonals.to(dtype), b.to(dtype))

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """By LU of the full matrix."""
        return Dense(self.to_dense()).slogdet()
