"""Sums over taps as tensor operations, on any device."""

from __future__ import annotations

import torch
from torch import Tensor

_BAGS = frozenset({torch.float32, torch.float64})


def gathered(x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """``out[o, m] = Σ_k weight[o, k] x[index[o, k], m]``, batches broadcast."""
    if index.ndim == weight.ndim == 2 and x.is_cpu and x.dtype in _BAGS:
        return _bags(x, index, weight)
    batch = torch.broadcast_shapes(x.shape[:-2], index.shape[:-2], weight.shape[:-2])
    out = torch.zeros(*batch, index.shape[-2], x.shape[-1], dtype=x.dtype, device=x.device)
    for k in range(index.shape[-1]):
        out.addcmul_(_rows(x, index[..., k]), weight[..., k, None])
    return out


def _bags(x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """One set of taps for a batch: torch's sums of embeddings, whose inner loop runs along rows of x."""
    if x.shape[-1] == 1 and x.ndim > 2:  # rows of one element: the batch becomes the rows
        flat = x.reshape(-1, x.shape[-2]).mT.contiguous()
        return _sums(flat, index, weight).mT.contiguous().reshape(*x.shape[:-2], len(index), 1)
    out = torch.empty(*x.shape[:-2], len(index), x.shape[-1], dtype=x.dtype)
    for source, target in zip(x.reshape(-1, *x.shape[-2:]), out.view(-1, *out.shape[-2:])):
        target.copy_(_sums(source, index, weight))
    return out


def _sums(x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    if not weight.shape[-1]:
        return x.new_zeros(len(index), x.shape[-1])
    return torch.nn.functional.embedding_bag(index, x, mode="sum", per_sample_weights=weight)


def scattered(x: Tensor, index: Tensor, weight: Tensor, *, n: int) -> Tensor:
    """``out[index[o, k], m] += weight[o, k] x[o, m]``, batches broadcast."""
    batch = torch.broadcast_shapes(x.shape[:-2], index.shape[:-2], weight.shape[:-2])
    out = torch.zeros(*batch, n, x.shape[-1], dtype=x.dtype, device=x.device)
    for k in range(index.shape[-1]):
        terms = x * weight[..., k, None]
        if index.ndim == 2:
            out.index_add_(-2, index[:, k], terms.expand(*batch, *terms.shape[-2:]))
        else:
            shape = (*batch, *terms.shape[-2:])
            out.scatter_add_(-2, index[..., k, None].expand(shape), terms.expand(shape))
    return out


def tap_correlation(x: Tensor, values: Tensor, index: Tensor) -> Tensor:
    """``out[o, k] = Σ_m x[o, m] values[index[o, k], m]``, batches broadcast."""
    columns = [(x * _rows(values, index[..., k])).sum(-1) for k in range(index.shape[-1])]
    if columns:
        return torch.stack(columns, -1)
    batch = torch.broadcast_shapes(x.shape[:-2], values.shape[:-2], index.shape[:-2])
    return x.new_zeros(*batch, *index.shape[-2:])


def _rows(x: Tensor, index: Tensor) -> Tensor:
    """``x[..., index[..., o], :]``."""
    if index.ndim == 1:
        return x.index_select(-2, index)
    batch = torch.broadcast_shapes(x.shape[:-2], index.shape[:-1])
    where = index[..., None].expand(*batch, index.shape[-1], x.shape[-1])
    return x.expand(*batch, *x.shape[-2:]).gather(-2, where)
