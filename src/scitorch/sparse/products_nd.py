"""Products of sparse arrays of more than two dimensions.

All of them are products of matrices: the batch dimensions are joined into a block-diagonal matrix, the summed axes of
``tensordot`` into one.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from .arithmetic import operand
from .kinds import give, kind_of
from .pattern import Pattern
from .planning import CLASSES


def product_nd(a: Any, b: Any, kind: Any) -> Any:
    """``a @ b`` for a sparse array ``a`` and one of any kind, where batch dimensions broadcast."""
    if isinstance(b, Tensor):
        return give(_sparse_by_dense(a, b), kind)
    found = _sparse_by_sparse(a.tocoo(), b.tocoo())
    return found


def dense_by_sparse(b: Tensor, a: Any) -> Tensor:
    """``b @ a`` for a dense tensor ``b`` and a sparse array ``a``."""
    if b.ndim == 1:
        return dense_by_sparse(b.unsqueeze(0), a).squeeze(-2)
    vector = a.ndim == 1
    coo = a.tocoo().reshape(-1, 1) if vector else a.tocoo()
    axes = (*range(coo.ndim - 2), coo.ndim - 1, coo.ndim - 2)
    out = _sparse_by_dense(coo.transpose(axes), b.mT).mT
    return out.squeeze(-1) if vector else out


def _fit(a: Any, b: Any) -> None:
    inner = b.shape[0] if b.ndim == 1 else b.shape[-2]
    if a.shape[-1] != inner:
        raise ValueError(f"matmul: dimension mismatch with signature (n,..,k={a.shape[-1]}),(k={inner},..,m)->(n,..,m)")


def _batch(a: Any, b: Any) -> tuple[int, ...]:
    try:
        return tuple(torch.broadcast_shapes(tuple(a.shape[:-2]), tuple(b.shape[:-2])))
    except RuntimeError:
        raise ValueError(f"batch dimensions of {tuple(a.shape)} and {tuple(b.shape)} do not broadcast") from None


def _sparse_by_dense(a: Any, b: Tensor) -> Tensor:
    _fit(a, b)
    if a.ndim == 1:
        return _sparse_by_dense(a.reshape(1, -1), b).squeeze(-2)
    column = b.unsqueeze(-1) if b.ndim == 1 else b
    batch = _batch(a, column)
    blocks = _block_diagonal(a.tocoo()._broadcast((*batch, *a.shape[-2:])))
    wide = column.expand(*batch, *column.shape[-2:]).reshape(math.prod(batch) * column.shape[-2], column.shape[-1])
    blocks._kind = None
    out = (blocks @ wide).reshape(*batch, a.shape[-2], column.shape[-1])
    return out.squeeze(-1) if b.ndim == 1 else out


def _block_diagonal(a: Any) -> Any:
    """The matrix with the matrices of a batch along its diagonal."""
    *batch, rows, columns = a.shape
    *leading, row, column = a._pattern.index
    flat = torch.zeros_like(row, dtype=torch.int64)
    for size, index in zip(batch, leading):
        flat = flat * size + index
    count = math.prod(batch)
    pattern = Pattern("coo", (count * rows, count * columns), (flat * rows + row, flat * columns + column))
    return a._of(pattern, a._values, a._kind).tocsr()


def _sparse_by_sparse(a: Any, b: Any) -> Any:
    _fit(a, b)
    vector_left, vector_right = a.ndim == 1, b.ndim == 1
    left = a.reshape(1, -1) if vector_left else a
    right = b.reshape(-1, 1) if vector_right else b
    batch = _batch(left, right)
    rows, columns = left.shape[-2], right.shape[-1]
    left = left._broadcast((*batch, *left.shape[-2:]))
    right = right._broadcast((*batch, *right.shape[-2:]))
    product = (_block_diagonal(left) @ _block_diagonal(right)).tocoo()
    row, column = (c.long() for c in product._pattern.index)
    rest = row // rows if rows else row
    leading = []
    for size in reversed(batch):
        leading.append(rest % max(size, 1))
        rest = rest // max(size, 1)
    index = (*reversed(leading), row % max(rows, 1), column % max(columns, 1))
    found = product._of(Pattern("coo", (*batch, rows, columns), index), product._values, product._kind)
    shape = (*batch, *(() if vector_left else (rows,)), *(() if vector_right else (columns,)))
    return found if found.shape == shape else found.reshape(shape)


def tensordot(a: Any, other: Any, axes: Any) -> Any:
    """Sum of products over axes, sparse for two sparse arrays and dense for one."""
    b = operand(other, a)
    if b is NotImplemented:
        raise TypeError(f"tensordot with {type(other).__name__}")
    kind = kind_of(a, other)
    left_axes, right_axes = _contracted(axes, a.ndim, b.ndim)
    if [a.shape[i] for i in left_axes] != [b.shape[j] for j in right_axes]:
        raise ValueError(f"the summed axes {left_axes} of {a.shape} and {right_axes} of {b.shape} differ")
    left_free = tuple(i for i in range(a.ndim) if i not in left_axes)
    right_free = tuple(j for j in range(b.ndim) if j not in right_axes)
    shape = (*(a.shape[i] for i in left_free), *(b.shape[j] for j in right_free))
    summed = math.prod(a.shape[i] for i in left_axes)
    left = a.transpose((*left_free, *left_axes)).reshape(math.prod(a.shape[i] for i in left_free), summed)
    if isinstance(b, Tensor):
        right = b.permute((*right_axes, *right_free)).reshape(summed, math.prod(b.shape[j] for j in right_free))
        return give(_sparse_by_dense(left, right).reshape(shape), kind)
    right = b.tocoo().transpose((*right_axes, *right_free))
    right = right.reshape(summed, math.prod(b.shape[j] for j in right_free))
    product = left.tocsr() @ right.tocsr()
    if not shape:
        return give(product._dense().reshape(()), kind)
    return product.tocoo().reshape(shape)


def _contracted(axes: Any, left: int, right: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(axes, int):
        if axes < 1:
            raise ValueError("tensordot of sparse arrays sums over at least one axis")
        return tuple(range(left - axes, left)), tuple(range(axes))
    if len(axes) != 2:
        raise ValueError("axes are an integer or a pair")
    first, second = (tuple(x) if hasattr(x, "__len__") else (x,) for x in axes)
    if len(first) != len(second):
        raise ValueError("both arrays must have as many summed axes")
    return tuple(_axis(i, left) for i in first), tuple(_axis(j, right) for j in second)


def _axis(axis: int, ndim: int) -> int:
    if not -ndim <= axis < ndim:
        raise ValueError(f"axis {axis} is out of range for {ndim} dimensions")
    return axis % ndim


__all__ = ["CLASSES", "dense_by_sparse", "product_nd", "tensordot"]
