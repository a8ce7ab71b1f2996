"""Sums, products, powers and adjoints of operators, without forming a matrix."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .base import LinearOperator, Shape, common_dtype


def _batch(*operators: LinearOperator) -> Shape:
    found: Shape = torch.broadcast_shapes(*(op.shape[:-2] for op in operators))
    return found


class _Made(LinearOperator):
    """An operator of operators: it has the dtype and, if not said otherwise, the shape of its parts."""

    operands: tuple[LinearOperator, ...]

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return common_dtype(*self.operands)

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        return (*_batch(*self.operands), *self.operands[0].shape[-2:])

    @property
    def args(self) -> tuple[Any, ...]:
        """The parts."""
        return self.operands

    def _matmat(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class SumOperator(_Made):
    """The sum of operators."""

    def __init__(self, *operands: LinearOperator) -> None:
        if any(op.shape[-2:] != operands[0].shape[-2:] for op in operands):
            shapes = " and ".join(str(tuple(op.shape)) for op in operands)
            raise ValueError(f"cannot add operators of shapes {shapes}: shape mismatch")
        self.operands = operands
        self.symmetric = all(op.symmetric for op in operands)
        self.positive_definite = all(op.positive_definite for op in operands)
        self.linear_in_leaves = all(op.linear_in_leaves for op in operands)

    def _matmat(self, x: Tensor) -> Tensor:
        total = self.operands[0]._matmat(x)
        for op in self.operands[1:]:
            total = total + op._matmat(x)
        return total

    def _matvec(self, x: Tensor) -> Tensor:
        total = self.operands[0]._matvec(x)
        for op in self.operands[1:]:
            total = total + op._matvec(x)
        return total

    def _adjoint(self) -> LinearOperator:
        return SumOperator(*(op.H for op in self.operands))

    def _transpose(self) -> LinearOperator:
        return SumOperator(*(op.T for op in self.operands))

    def diagonal(self) -> Tensor:
        """The sum of the diagonals."""
        return torch.stack(torch.broadcast_tensors(*(op.diagonal() for op in self.operands))).sum(0)


class ScaledOperator(_Made):
    """An operator times a number."""

    def __init__(self, op: LinearOperator, scale: Any) -> None:
        self.operands = (op,)
        self.scale = scale
        self.symmetric = op.symmetric
        self.linear_in_leaves = op.linear_in_leaves and not isinstance(scale, Tensor)

    @property
    def args(self) -> tuple[Any, ...]:
        """Operator and number."""
        return (self.operands[0], self.scale)

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        own = self.operands[0].dtype
        if own is None:
            return None
        return torch.result_type(torch.empty(1, dtype=own), self.scale)

    def _matmat(self, x: Tensor) -> Tensor:
        return self.scale * self.operands[0]._matmat(x)

    def _matvec(self, x: Tensor) -> Tensor:
        return self.scale * self.operands[0]._matvec(x)

    def _conjugate(self) -> Any:
        return self.scale.conj() if isinstance(self.scale, (Tensor,)) else self.scale.conjugate()

    def _adjoint(self) -> LinearOperator:
        return ScaledOperator(self.operands[0].H, self._conjugate())

    def _transpose(self) -> LinearOperator:
        return ScaledOperator(self.operands[0].T, self.scale)

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """The operator's solution divided by the number."""
        return self.operands[0].solve(b, **options) / self.scale

    def diagonal(self) -> Tensor:
        """The scaled diagonal."""
        return self.scale * self.operands[0].diagonal()


class ProductOperator(_Made):
    """The product of two operators."""

    def __init__(self, left: LinearOperator, right: LinearOperator) -> None:
        if left.shape[-1] != right.shape[-2]:
            raise ValueError(
                f"cannot multiply operators of shapes {tuple(left.shape)} and {tuple(right.shape)}: shape mismatch"
            )
        self.operands = (left, right)

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        left, right = self.operands
        return (*_batch(left, right), left.shape[-2], right.shape[-1])

    def _matmat(self, x: Tensor) -> Tensor:
        left, right = self.operands
        return left._matmat(right._matmat(x))

    def _matvec(self, x: Tensor) -> Tensor:
        left, right = self.operands
        return left._matvec(right._matvec(x))

    def _adjoint(self) -> LinearOperator:
        left, right = self.operands
        return ProductOperator(right.H, left.H)

    def _transpose(self) -> LinearOperator:
        left, right = self.operands
        return ProductOperator(right.T, left.T)

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """One solution after the other where both factors are square."""
        left, right = self.operands
        if left.shape[-1] != left.shape[-2] or right.shape[-1] != right.shape[-2]:
            return super().solve(b, **options)
        return right.solve(left.solve(b, **options), **options)

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """The product of the signs and the sum of the logarithms, of square factors."""
        left, right = self.operands
        if left.shape[-1] != left.shape[-2]:
            return super().slogdet()
        (s, a), (t, b) = left.slogdet(), right.slogdet()
        return s * t, a + b


class PowerOperator(_Made):
    """A power of a square operator."""

    def __init__(self, op: LinearOperator, power: int) -> None:
        if op.shape[-1] != op.shape[-2]:
            raise ValueError(f"square operator expected, got shape {tuple(op.shape)}")
        if power < 0:
            raise ValueError("non-negative integer expected as power")
        self.operands = (op,)
        self.power = int(power)
        self.symmetric = op.symmetric
        self.positive_definite = op.positive_definite

    @property
    def args(self) -> tuple[Any, ...]:
        """Operator and exponent."""
        return (self.operands[0], self.power)

    def _matmat(self, x: Tensor) -> Tensor:
        for _ in range(self.power):
            x = self.operands[0]._matmat(x)
        return x if self.power else x.clone()

    def _adjoint(self) -> LinearOperator:
        return PowerOperator(self.operands[0].H, self.power)

    def _transpose(self) -> LinearOperator:
        return PowerOperator(self.operands[0].T, self.power)

    def solve(self, b: Tensor, **options: Any) -> Tensor:
        """As many solutions as the power says."""
        for _ in range(self.power):
            b = self.operands[0].solve(b, **options)
        return b

    def slogdet(self) -> tuple[Tensor, Tensor]:
        """The operator's, multiplied."""
        sign, logarithm = self.operands[0].slogdet()
        return sign**self.power, self.power * logarithm


class AdjointOperator(_Made):
    """The adjoint of an operator that does not say what its own is."""

    def __init__(self, op: LinearOperator) -> None:
        self.operands = (op,)
        self.linear_in_leaves = op.linear_in_leaves

    @property
    def shape(self) -> Shape:  # type: ignore[override]
        *batch, m, n = self.operands[0].shape
        return (*batch, n, m)

    def _matmat(self, x: Tensor) -> Tensor:
        return self.operands[0]._rmatmat(x)

    def _matvec(self, x: Tensor) -> Tensor:
        return self.operands[0]._rmatvec(x)

    def _rmatmat(self, x: Tensor) -> Tensor:
        return self.operands[0]._matmat(x)

    def _rmatvec(self, x: Tensor) -> Tensor:
        return self.operands[0]._matvec(x)

    def _adjoint(self) -> LinearOperator:
        return self.operands[0]


class ConjugateOperator(_Made):
    """The elementwise conjugate of an operator."""

    def __init__(self, op: LinearOperator) -> None:
        self.operands = (op,)
        self.linear_in_leaves = op.linear_in_leaves
        self.symmetric = op.symmetric
        self.positive_definite = op.positive_definite

    def _matmat(self, x: Tensor) -> Tensor:
        return self.operands[0]._matmat(x.conj().resolve_conj()).conj().resolve_conj()

    def _rmatmat(self, x: Tensor) -> Tensor:
        return self.operands[0]._rmatmat(x.conj().resolve_conj()).conj().resolve_conj()

    def _adjoint(self) -> LinearOperator:
        return ConjugateOperator(self.operands[0].H)

    def _transpose(self) -> LinearOperator:
        return self.operands[0].H
