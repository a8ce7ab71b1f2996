"""Matrices stored by diagonals, as LAPACK does.

A matrix with ``l`` diagonals below and ``u`` above the main one is stored as ``l + u + 1`` rows,
``ab[u + i - j, j] = a[i, j]``; a Hermitian one as the rows of one side, ``lower`` (``ab[i - j, j]``) or upper
(``ab[u + i - j, j]``). Corner entries that belong to no matrix entry are neither read nor moved by a derivative.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from .matrix_parts import conjugate

# Rows are moved against each other by padding and reshaping, not by index tensors: a view of a batch stays one under
# every transform and when the batch is sharded.


def _each_row_further_left(x: Tensor, width: int) -> Tensor:
    """Row q of ``x`` from its column q on; ``width`` columns of each."""
    rows, columns = x.shape[-2:]
    flat = pad(x.reshape(*x.shape[:-2], rows * columns), (0, rows))
    return flat.reshape(*x.shape[:-2], rows, columns + 1)[..., :width]


def _each_row_further_right(x: Tensor) -> Tensor:
    """Row q of ``x`` moved q columns to the right; the last ``rows`` columns must be zero."""
    rows, columns = x.shape[-2:]
    flat = x.reshape(*x.shape[:-2], rows * columns)[..., : rows * (columns - 1)]
    return flat.reshape(*x.shape[:-2], rows, columns - 1)


def band_adjoint(ab: Tensor, upper: int) -> Tensor:
    """The conjugate transpose, stored with as many diagonals above as ``ab`` has below."""
    rows, n = ab.shape[-2:]
    # entry (q, i) of the adjoint is that of (rows - 1 - q, q - lower + i), conjugated
    return conjugate(_each_row_further_left(pad(ab.flip(-2), (rows - 1 - upper, rows)), n))


def band_product(ab: Tensor, x: Tensor, upper: int) -> Tensor:
    """``a @ x`` for columns ``x``."""
    rows, n = ab.shape[-2:]
    lower = rows - 1 - upper
    by_row = conjugate(band_adjoint(ab, upper))
    padded = pad(x, (0, 0, lower, upper))
    product = by_row[..., 0, :, None] * padded[..., :n, :]
    for q in range(1, rows):
        product = product + by_row[..., q, :, None] * padded[..., q : q + n, :]
    return product


def band_of_product(y: Tensor, x: Tensor, upper: int, rows: int) -> Tensor:
    """The stored diagonals of ``y @ x^H``."""
    n = x.shape[-2]
    padded, right = pad(y, (0, 0, upper, rows - 1 - upper)), conjugate(x)
    return torch.stack([(padded[..., r : r + n, :] * right).sum(-1) for r in range(rows)], -2)


def dense_from_band(ab: Tensor, upper: int) -> Tensor:
    """The full matrix."""
    n = ab.shape[-1]
    return _each_row_further_right(pad(ab.mT, (0, n)))[..., upper : upper + n].mT


def band_from_dense(a: Tensor, upper: int, rows: int) -> Tensor:
    """The stored diagonals of a full matrix."""
    return _each_row_further_left(pad(a.mT, (upper, rows)), rows).mT


def full_from_hermitian_band(ab: Tensor, *, lower: bool) -> Tensor:
    """Both sides of a Hermitian band matrix of which one is stored; the diagonal's imaginary part is dropped."""
    side = ab.shape[-2] - 1
    if lower:
        below = ab[..., 1:, :]
        middle = ab[..., :1, :]
        above = band_adjoint(ab, 0)[..., :side, :]
    else:
        above, middle = ab[..., :side, :], ab[..., side:, :]
        below = band_adjoint(ab, side)[..., 1:, :]
    middle = (middle + conjugate(middle)) / 2
    return torch.cat([above, middle, below], -2)
