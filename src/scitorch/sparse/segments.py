"""Sums, means, maxima and softmaxima over groups of values, and products sampled on a pattern: message passing.

A segment is the set of values with one number; the numbers need no order. All of it works under ``vmap`` over the
values, and needs memory proportional to them.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ..op import Maker, Sample, composite
from .kinds import as_tensor, give, is_dense, kind_of
from .matrix_products import sampled_product
from .planning import CLASSES


def _segments(*, real: bool = False) -> Any:
    def samples(make: Maker) -> list[Sample]:
        ids = torch.tensor([0, 2, 1, 3, 2, 0])
        return [
            Sample((make(6), ids), {"num_segments": 4}),
            Sample((make(6, 2), torch.tensor([1, 2, 0, 3, 2, 0])), {"num_segments": 4}),
        ]

    def real_samples(make: Maker) -> list[Sample]:
        return [] if make.dtype.is_complex else samples(make)

    return real_samples if real else samples


def _count(segment_ids: Tensor, num_segments: int | None) -> int:
    if segment_ids.is_floating_point() or segment_ids.is_complex() or segment_ids.dtype == torch.bool:
        raise TypeError("segment numbers are integers")
    if num_segments is not None:
        return num_segments
    return int(segment_ids.max()) + 1 if segment_ids.numel() else 0


@composite(samples=_segments(), arrays=("data", "segment_ids"), integers=True)
def segment_sum(data: Tensor, segment_ids: Tensor, num_segments: int | None = None) -> Tensor:
    """Sum of the values of each segment.

    Parameters
    ----------
    data : (z, ...)
        Values.
    segment_ids : (z,)
        The segment of each value, in any order.
    num_segments : int, optional
        How many segments there are; by default one more than the largest number.

    Returns
    -------
    (num_segments, ...)
        The sums, zero for segments without a value.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import segment_sum
    >>> segment_sum(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0, 1, 0]))
    tensor([5., 2.])
    """
    count = _count(segment_ids, num_segments)
    return data.new_zeros(count, *data.shape[1:]).index_add(0, segment_ids, data)


@composite(samples=_segments(), arrays=("data", "segment_ids"), integers=True)
def segment_mean(data: Tensor, segment_ids: Tensor, num_segments: int | None = None) -> Tensor:
    """Mean of the values of each segment.

    Parameters
    ----------
    data : (z, ...)
        Values.
    segment_ids : (z,)
        The segment of each value, in any order.
    num_segments : int, optional
        How many segments there are; by default one more than the largest number.

    Returns
    -------
    (num_segments, ...)
        The means, zero for segments without a value.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import segment_mean
    >>> segment_mean(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0, 1, 0]))
    tensor([2.5000, 2.0000])
    """
    count = _count(segment_ids, num_segments)
    total = segment_sum(data, segment_ids, count)
    sizes = torch.bincount(segment_ids, minlength=count).clamp(min=1)
    return total / sizes.reshape(count, *(1,) * (data.ndim - 1))


@composite(samples=_segments(real=True), arrays=("data", "segment_ids"), integers=True)
def segment_max(data: Tensor, segment_ids: Tensor, num_segments: int | None = None) -> Tensor:
    """Largest value of each segment; values that share it share the derivative.

    Parameters
    ----------
    data : (z, ...)
        Real values.
    segment_ids : (z,)
        The segment of each value, in any order.
    num_segments : int, optional
        How many segments there are; by default one more than the largest number.

    Returns
    -------
    (num_segments, ...)
        The maxima, minus infinity for segments without a value.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import segment_max
    >>> segment_max(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0, 1, 0]))
    tensor([4., 2.])
    """
    count = _count(segment_ids, num_segments)
    best = _largest(data.detach(), segment_ids, count)
    hit = (data == best[segment_ids]) | torch.isnan(data)
    ties = best.new_zeros(best.shape).index_add(0, segment_ids, hit.to(data.dtype))
    shared = torch.where(hit, data / ties.clamp(min=1)[segment_ids], torch.zeros_like(data))
    total = segment_sum(shared, segment_ids, count)
    return torch.where(ties > 0, total, torch.full_like(total, -math.inf))


def _largest(data: Tensor, segment_ids: Tensor, count: int) -> Tensor:
    index = segment_ids.reshape(-1, *(1,) * (data.ndim - 1)).expand(data.shape)
    start = torch.full((count, *data.shape[1:]), -math.inf, dtype=data.dtype, device=data.device)
    return start.scatter_reduce(0, index, data, "amax")


@composite(samples=_segments(real=True), arrays=("data", "segment_ids"), integers=True)
def segment_softmax(data: Tensor, segment_ids: Tensor, num_segments: int | None = None) -> Tensor:
    """Exponentials of the values, divided by their sum over the segment.

    Parameters
    ----------
    data : (z, ...)
        Real values.
    segment_ids : (z,)
        The segment of each value, in any order.
    num_segments : int, optional
        How many segments there are; by default one more than the largest number.

    Returns
    -------
    (z, ...)
        Weights that sum to one over each segment.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import segment_softmax
    >>> segment_softmax(torch.tensor([0.0, 7.0, 0.0]), torch.tensor([0, 1, 0]))
    tensor([0.5000, 1.0000, 0.5000])
    """
    count = _count(segment_ids, num_segments)
    shift = _largest(data.detach(), segment_ids, count)
    shift = torch.where(torch.isfinite(shift), shift, torch.zeros_like(shift))
    powers = torch.exp(data - shift[segment_ids])
    return powers / segment_sum(powers, segment_ids, count)[segment_ids]


def sddmm(pattern: Any, x: Any, y: Any) -> Any:
    """Elements of the product ``x @ y`` of two dense matrices where a sparse array has entries.

    Parameters
    ----------
    pattern : sparse array
        Its values are multiplied with the elements of the product.
    x : (m, k)
        The left factor.
    y : (k, n)
        The right factor.

    Returns
    -------
    sparse array
        Of the format of `pattern` (``csr`` for formats other than that and ``csc``); no dense product is made.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import eye_array, sddmm
    >>> x = torch.arange(4.0).reshape(2, 2)
    >>> sddmm(eye_array(2), x, x).toarray()
    tensor([[ 2.,  0.],
            [ 0., 11.]])
    """
    array = pattern if pattern.format in ("csr", "csc") else pattern.tocsr()
    if not (is_dense(x) and is_dense(y)):
        raise TypeError("the factors are dense matrices")
    kind = kind_of(array, x, y)
    left, right = as_tensor(x), as_tensor(y)
    if left.ndim != 2 or right.ndim != 2 or (left.shape[0], right.shape[1]) != array.shape:
        raise ValueError(f"x {tuple(left.shape)} @ y {tuple(right.shape)} do not fit {array.shape}")
    rows, columns = (left, right.mT) if array.format == "csr" else (right.mT, left)
    sampled = sampled_product(rows, columns, *array._pattern.index)
    return array._of(array._pattern, array._values * sampled, kind)


def softmax(array: Any, axis: int = 1) -> Any:
    """Softmax over the stored entries of each row (``axis=1``) or column: a mask of attention.

    Parameters
    ----------
    array : sparse array of two dimensions
        Entries that are not stored count as minus infinity.
    axis : int
        Over which the weights sum to one.

    Returns
    -------
    sparse array
        With the same pattern.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array, softmax
    >>> softmax(csr_array(torch.tensor([[2.0, 2.0], [0.0, 5.0]]))).toarray()
    tensor([[0.5000, 0.5000],
            [0.0000, 1.0000]])
    """
    source = (array if array.format in ("csr", "csc", "coo") else array.tocsr())._canonical()
    if source.ndim != 2:
        raise ValueError("softmax takes an array of two dimensions")
    if axis not in (-2, -1, 0, 1):
        raise ValueError(f"axis {axis} is out of range for 2 dimensions")
    kept = 1 - axis % 2
    weights = segment_softmax(source._values, source._places()[kept], source.shape[kept])
    return source._like(weights)


def assemble(elements: Any, rows: Any, cols: Any = None, *, shape: tuple[int, int] | None = None) -> Any:
    """A matrix of sums of element matrices, as finite elements make it.

    Parameters
    ----------
    elements : (e, r, c)
        The matrix of every element.
    rows : (e, r)
        The row of each of its rows in the whole matrix.
    cols : (e, c), optional
        The same of its columns; those of the rows by default.
    shape : (int, int), optional
        By default the smallest that holds all.

    Returns
    -------
    csr_array
        Differentiable in `elements`.

    Examples
    --------
    Two springs in a row:

    >>> import torch
    >>> from scitorch.sparse import assemble
    >>> spring = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    >>> assemble(torch.stack([spring, 2 * spring]), [[0, 1], [1, 2]]).toarray()
    tensor([[ 1., -1.,  0.],
            [-1.,  3., -2.],
            [ 0., -2.,  2.]])
    """
    kind = kind_of(elements)
    values = as_tensor(elements, kind)
    row = as_tensor(rows)
    column = row if cols is None else as_tensor(cols)
    if values.ndim != 3 or row.shape != values.shape[:2] or column.shape != (values.shape[0], values.shape[2]):
        raise ValueError(
            f"elements {tuple(values.shape)} are (e, r, c), their rows {tuple(row.shape)} (e, r), "
            f"their columns {tuple(column.shape)} (e, c)"
        )
    places = (row.unsqueeze(2).expand(values.shape).reshape(-1), column.unsqueeze(1).expand(values.shape).reshape(-1))
    made = CLASSES["coo"]((values.reshape(-1), places), shape=shape).tocsr()
    return made._of(made._pattern, made._values, kind)


__all__ = ["assemble", "give", "sddmm", "segment_max", "segment_mean", "segment_softmax", "segment_sum", "softmax"]
