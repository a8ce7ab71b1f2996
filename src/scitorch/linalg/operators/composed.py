"""Operators made of smaller ones, whose solutions and determinants follow from theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..determinant import slogdet
from ..linear_solve import solve
from ..matrix_parts import adjoint
from .base import LinearOperator, Shape, common_dtype, product
from .dense import columns_of


class LowRankUpdate(LinearOperator):
    """``base + left @ core @ right^H``, solved by the identity of Sherman, Morrison and Woodbury.

    Parameters
    ----------
    base : LinearOperator
        A square operator that can be solved.
    left, right : Tensor, shape (..., n, r)
        The factors of the update; ``right`` is ``left`` if not given.
    core : Tensor, shape (..., r, r), optional
        What stands between them; the identity if not given.

    Notes
    -----
    ``(B + U C V^H)^-1 = B^-1 - B^-1 U (I + C V^H B^-1 U)^-1 C V^H B^-1`` and ``det(B + U C V^H) = det(B) det(I + C
    V^H B^-1 U)`` (Golub & Van Loan, "Matrix Computations", 4th ed., section 2.1.4): a solution costs `r` solutions
    with the base more than one.
    """

    def __init__(
        self, base: LinearOperator, left: Tensor, right: Tensor | None = None, core: Tensor | None = None
    ) -> None:
        n, r = base._require_square("LowRankUpdate"), left.shape[-1]
        for name, x, shape in (("left", left, (n, r)), ("right", right, (n, r)), ("core", core, (r, r))):
            if x is not None and x.shape[-2:] != shape:
                raise ValueError(f"LowRankUpdate: argument {name!r} has shape {tuple(x.shape)}; wanted (..., *{shape})")
        self.symmetric = base.symmetric and right is None and core is None
        self.positive_definite = base.positive_definite and self.symmetric
        self.base, self.left, self.right, self.core = base, left, right, core

    def _factors(self) -> tuple[Tensor, Tensor]:
        """``left @ core`` and ``right``."""
        left = self.left if self.core is None else self.left @ self.core
        return left, self.left if self.right is None else self.right

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        tensors = [x.shape[:-2] for x in (self.left, self.right, self.core) if x is not None]
        batch = torch.broadcast_shapes(self.base.shape[:-2], *tensors)  # type: ignore[no-untyped-call]
        return (*batch, *self.base.shape[-2:])

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return common_dtype(self.base, *(x for x in (self.left, self.right, self.core) if x is not None))

    def _matmat(self, x: Tensor) -> Tensor:
        left, right = self._factors()
        return self.base._matmat(x) + product(left, product(adjoint(right), x))

    def _adjoint(self) -> LinearOperator:
        if self.symmetric:
            return self
        left, right = self._factors()
        return LowRankUpdate(self.base.H, right, left)

    def _transpose(self) -> LinearOperator:
        left, right = self._factors()
        return LowRankUpdate(self.base.T, adjoint(right).mT, adjoint(left).mT)

    def _capacitance(self) -> tuple[Tensor, Tensor]:
        """``I + V^H B^-1 U`` and ``B^-1 U``."""
        left, right = self._factors()
        solved = self.base.solve(left)
        small = product(adjoint(right), solved)
        return small + torch.eye(small.shape[-1], dtype=small.dtype, device=small.device), solved

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The solution, by solutions with the base."""
        columns, is_vector = columns_of("solve", b, self.shape[-1])
        small, solved = self._capacitance()
        x = self.base.solve(columns, **options)
        _, right = self._factors()
        x = x - product(solved, solve(small, product(adjoint(right), x).to(small.dtype)))
        return x.squeeze(-1) if is_vector and x.ndim == 2 else x

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """The base's, and that of an ``r`` by ``r`` matrix."""
        sign, logarithm = self.base.slogdet()
        small = slogdet(self._capacitance()[0])
        return sign * small[0], logarithm + small[1]

    def diagonal(self) -> Tensor:
        """The base's, and the products of the factors' rows."""
        left, right = self._factors()
        return self.base.diagonal() + (left * right.conj()).sum(-1)


class Kronecker(LinearOperator):
    """The Kronecker product of operators.

    Parameters
    ----------
    *factors : LinearOperator
        At least one.

    Notes
    -----
    ``(A ⊗ B) vec(X) = vec(A X B^T)`` with the entries of ``X`` in row order: products, solutions and roots are those
    of the factors.
    """

    def __init__(self, *factors: LinearOperator) -> None:
        if not factors:
            raise ValueError("Kronecker: a product needs a factor")
        self.factors = factors
        self.symmetric = all(f.symmetric for f in factors)
        self.positive_definite = all(f.positive_definite for f in factors)

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        m = n = 1
        for f in self.factors:
            m, n = m * f.shape[-2], n * f.shape[-1]
        batch = torch.broadcast_shapes(*(f.shape[:-2] for f in self.factors))  # type: ignore[no-untyped-call]
        return (*batch, m, n)

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return common_dtype(*self.factors)

    def _each(self, x: Tensor, act: Any) -> Tensor:
        """Let every factor act along its own axis of the columns."""
        k = x.shape[-1]
        left, right = 1, x.shape[-2]
        for f in self.factors:
            n = self._width(act, f)
            right //= n
            batch = x.shape[:-2]
            y = x.reshape(*batch, left, n, right * k).movedim(-3, -2).reshape(*batch, n, left * right * k)
            y = act(f, y)
            batch, m = y.shape[:-2], y.shape[-2]
            y = y.reshape(*batch, m, left, right * k).movedim(-3, -2)
            x = y.reshape(*batch, left * m * right, k)
            left *= m
        return x

    @staticmethod
    def _width(act: Any, f: LinearOperator) -> int:
        return f.shape[-1] if act is _multiplied else f.shape[-2]

    def _matmat(self, x: Tensor) -> Tensor:
        return self._each(x, _multiplied)

    def _adjoint(self) -> LinearOperator:
        return Kronecker(*(f.H for f in self.factors))

    def _transpose(self) -> LinearOperator:
        return Kronecker(*(f.T for f in self.factors))

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """A solution along each axis, of square factors."""
        for f in self.factors:
            f._require_square("solve")
        columns, is_vector = columns_of("solve", b, self.shape[-1])
        x = self._each(columns, lambda f, y: f.solve(y, **options))
        return x.squeeze(-1) if is_vector and x.ndim == 2 else x

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """``det(A ⊗ B) = det(A)^q det(B)^p`` for matrices of sizes p and q."""
        size = self._require_square("slogdet")
        pairs = []
        for f in self.factors:
            times = size // f._require_square("slogdet")
            sign, logarithm = f.slogdet()
            pairs.append((sign**times, times * logarithm))
        sign, logarithm = pairs[0]
        for s, value in pairs[1:]:
            sign, logarithm = sign * s, logarithm + value
        return sign, logarithm

    def diagonal(self) -> Tensor:
        """The Kronecker product of the diagonals."""
        d = self.factors[0].diagonal()
        for f in self.factors[1:]:
            d = (d[..., :, None] * f.diagonal()[..., None, :]).flatten(-2)
        return d

    def trace(self) -> Tensor:
        """The product of the traces."""
        total = self.factors[0].trace()
        for f in self.factors[1:]:
            total = total * f.trace()
        return total

    def sqrt(self) -> LinearOperator:
        """The Kronecker product of the roots."""
        return Kronecker(*(f.sqrt() for f in self.factors))


def _multiplied(f: LinearOperator, y: Tensor) -> Tensor:
    return f._matmat(y)


class BlockDiagonal(LinearOperator):
    """Square operators along the diagonal.

    Parameters
    ----------
    *blocks : LinearOperator
        The operators.
    """

    def __init__(self, *blocks: LinearOperator) -> None:
        if not blocks:
            raise ValueError("BlockDiagonal: there must be a block")
        self.blocks = blocks
        self.symmetric = all(b.symmetric for b in blocks)
        self.positive_definite = all(b.positive_definite for b in blocks)
        self.linear_in_leaves = all(b.linear_in_leaves for b in blocks)

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        batch = torch.broadcast_shapes(*(b.shape[:-2] for b in self.blocks))  # type: ignore[no-untyped-call]
        return (*batch, sum(b.shape[-2] for b in self.blocks), sum(b.shape[-1] for b in self.blocks))

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return common_dtype(*self.blocks)

    def _joined(self, parts: Sequence[Tensor], dim: int) -> Tensor:
        batch = torch.broadcast_shapes(*(p.shape[:dim] for p in parts))  # type: ignore[no-untyped-call]
        return torch.cat([p.expand(*batch, *p.shape[dim:]) for p in parts], dim)

    def _matmat(self, x: Tensor) -> Tensor:
        parts = x.split([b.shape[-1] for b in self.blocks], -2)
        return self._joined([b._matmat(p) for b, p in zip(self.blocks, parts)], -2)

    def _adjoint(self) -> LinearOperator:
        return BlockDiagonal(*(b.H for b in self.blocks))

    def _transpose(self) -> LinearOperator:
        return BlockDiagonal(*(b.T for b in self.blocks))

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """Block by block."""
        for block in self.blocks:
            block._require_square("solve")
        columns, is_vector = columns_of("solve", b, self.shape[-1])
        parts = columns.split([block.shape[-1] for block in self.blocks], -2)
        x = self._joined([block.solve(p, **options) for block, p in zip(self.blocks, parts)], -2)
        return x.squeeze(-1) if is_vector and x.ndim == 2 else x

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """The product of the blocks' determinants."""
        sign, logarithm = self.blocks[0].slogdet()
        for b in self.blocks[1:]:
            s, value = b.slogdet()
            sign, logarithm = sign * s, logarithm + value
        return sign, logarithm

    def diagonal(self) -> Tensor:
        """The diagonals, one after the other."""
        return self._joined([b.diagonal() for b in self.blocks], -1)

    def sqrt(self) -> LinearOperator:
        """The blocks' roots."""
        return BlockDiagonal(*(b.sqrt() for b in self.blocks))


class Block(LinearOperator):
    """A matrix of operators.

    Parameters
    ----------
    rows : sequence of sequences of LinearOperator or None
        The blocks; ``None`` stands for zeros, and every row and column of blocks has one that is not.
    """

    def __init__(self, rows: Sequence[Sequence[LinearOperator | None]]) -> None:
        self.rows = tuple(tuple(row) for row in rows)
        if not self.rows or len({len(row) for row in self.rows}) != 1:
            raise ValueError("Block: rows of equally many blocks are wanted")
        self._heights = tuple(_extent(row, -2, "row") for row in self.rows)
        self._widths = tuple(_extent(column, -1, "column") for column in zip(*self.rows))
        self.linear_in_leaves = all(b.linear_in_leaves for row in self.rows for b in row if b is not None)

    @property
    def _present(self) -> list[LinearOperator]:
        return [b for row in self.rows for b in row if b is not None]

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        batch = torch.broadcast_shapes(*(b.shape[:-2] for b in self._present))  # type: ignore[no-untyped-call]
        return (*batch, sum(self._heights), sum(self._widths))

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return common_dtype(*self._present)

    def _matmat(self, x: Tensor) -> Tensor:
        parts = x.split(list(self._widths), -2)
        sums = []
        for row in self.rows:
            terms = [b._matmat(p) for b, p in zip(row, parts) if b is not None]
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            sums.append(total)
        batch = torch.broadcast_shapes(*(s.shape[:-2] for s in sums))  # type: ignore[no-untyped-call]
        return torch.cat([s.expand(*batch, *s.shape[-2:]) for s in sums], -2)

    def _adjoint(self) -> LinearOperator:
        return Block([[None if b is None else b.H for b in column] for column in zip(*self.rows)])

    def _transpose(self) -> LinearOperator:
        return Block([[None if b is None else b.T for b in column] for column in zip(*self.rows)])


def _extent(blocks: Sequence[LinearOperator | None], axis: int, what: str) -> int:
    sizes = {b.shape[axis] for b in blocks if b is not None}
    if len(sizes) != 1:
        raise ValueError(f"Block: the blocks of a {what} have sizes {sorted(sizes)}; wanted one size")
    return int(sizes.pop())
