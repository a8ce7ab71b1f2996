"""What computes products of sparse and dense matrices: batches are folded or looped over here."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..op.kernel.thread_pool import Workload, run_in_chunks
from .line_code import line_code


def product_kernel(
    data: Tensor, dense: Tensor, indptr: Tensor, indices: Tensor, *, size: int, transposed: bool
) -> Tensor:
    """Kernel of ``compressed_product``."""
    _one_pattern(indptr, indices)
    rows = size if transposed else len(indptr) - 1
    batch = torch.broadcast_shapes(data.shape[:-1], dense.shape[:-2])
    columns = dense.shape[-1]
    if not math.prod(batch):
        return dense.new_zeros(*batch, rows, columns)
    if not batch:
        return _product(data, dense, indptr, indices, rows, transposed)
    if data.ndim == 1 or not any(n != 1 for n in data.shape[:-1]):
        # one matrix: the columns of the whole batch at once
        k = dense.shape[-2]
        count = math.prod(dense.shape[:-2])
        wide = dense.reshape(count, k, columns).movedim(0, 1).reshape(k, count * columns)
        out = _product(data.reshape(-1), wide, indptr, indices, rows, transposed)
        return out.reshape(rows, count, columns).movedim(1, 0).reshape(*batch, rows, columns)
    data = data.expand(*batch, data.shape[-1]).reshape(-1, data.shape[-1])
    dense = dense.expand(*batch, *dense.shape[-2:]).reshape(-1, *dense.shape[-2:])
    each = [_product(d, x, indptr, indices, rows, transposed) for d, x in zip(data, dense)]
    return torch.stack(each).reshape(*batch, rows, columns)


def sampled_kernel(x: Tensor, y: Tensor, indptr: Tensor, indices: Tensor) -> Tensor:
    """Kernel of ``sampled_product``."""
    _one_pattern(indptr, indices)
    batch = torch.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    if not batch:
        return _sampled(x, y, indptr, indices)
    if not math.prod(batch):
        return x.new_zeros(*batch, len(indices))
    x = x.expand(*batch, *x.shape[-2:]).reshape(-1, *x.shape[-2:])
    y = y.expand(*batch, *y.shape[-2:]).reshape(-1, *y.shape[-2:])
    return torch.stack([_sampled(a, b, indptr, indices) for a, b in zip(x, y)]).reshape(*batch, len(indices))


def _one_pattern(indptr: Tensor, indices: Tensor) -> None:
    if indptr.ndim != 1 or indices.ndim != 1:
        raise ValueError("the index arrays of a batch of sparse matrices must be the same for all")


_workloads = {name: Workload() for name in ("multiply", "sample")}


def _product(data: Tensor, dense: Tensor, indptr: Tensor, indices: Tensor, rows: int, transposed: bool) -> Tensor:
    if not data.is_cpu or data.dtype not in COMPILED:
        return _product_anywhere(data, dense, indptr, indices, rows, transposed)
    data, dense = data.contiguous(), dense.contiguous()
    indptr, indices = alike(indptr, indices)
    code = line_code(data.dtype, indices.dtype)
    columns = dense.shape[1]
    suffix = "_vector" if columns == 1 else ""
    if transposed:
        out = torch.zeros(rows, columns, dtype=dense.dtype)
        function = code[f"multiply_transposed{suffix}"]
        function(*addresses(data, indptr, indices, dense, out), columns, 0, len(indptr) - 1, 0, 0, 0)
        return out
    out = torch.empty(rows, columns, dtype=dense.dtype)
    function, given = code[f"multiply{suffix}"], addresses(data, indptr, indices, dense, out)
    run_in_chunks(lambda start, stop: function(*given, columns, start, stop, 0, 0, 0), rows, _workloads["multiply"])
    return out


#: dtypes for which there is machine code
COMPILED = frozenset({torch.float32, torch.float64, torch.complex64, torch.complex128})


def alike(*index: Tensor) -> tuple[Tensor, ...]:
    """Index arrays of one width, contiguous."""
    width = torch.int32 if all(i.dtype == torch.int32 for i in index) else torch.int64
    return tuple(i.to(width).contiguous() for i in index)


def addresses(*tensors: Tensor) -> tuple[int, ...]:
    """Where the elements of tensors are."""
    return tuple(t.data_ptr() for t in tensors)


def lines_of(indptr: Tensor, count: int) -> Tensor:
    """The line of every entry."""
    lines = torch.arange(len(indptr) - 1, device=indptr.device)
    return torch.repeat_interleave(lines, indptr.diff(), output_size=count)


def _product_anywhere(
    data: Tensor, dense: Tensor, indptr: Tensor, indices: Tensor, rows: int, transposed: bool
) -> Tensor:
    source, target = indices.long(), lines_of(indptr, len(indices))
    if transposed:
        source, target = target, source
    out = dense.new_zeros(rows, dense.shape[1])
    return out.index_add_(0, target, data.unsqueeze(-1) * dense[source])


# Elements of the largest intermediate array: 32 MB of float64.
_BLOCK = 1 << 22


def _sampled(x: Tensor, y: Tensor, indptr: Tensor, indices: Tensor) -> Tensor:
    if x.is_cpu and x.dtype in COMPILED:
        x, y = x.contiguous(), y.contiguous()
        indptr, indices = alike(indptr, indices)
        out = torch.zeros(len(indices), dtype=x.dtype)
        columns = x.shape[1]
        name = "sample_vector" if columns == 1 else "sample"
        function, given = line_code(x.dtype, indices.dtype)[name], addresses(out, indptr, indices, x, y)
        run_in_chunks(
            lambda start, stop: function(*given, columns, start, stop, 0, 0, 0), len(indptr) - 1, _workloads["sample"]
        )
        return out
    rows = lines_of(indptr, len(indices))
    step = max(_BLOCK // max(x.shape[-1], 1), 1)
    places = indices.long()
    parts = [
        (x[rows[start : start + step]] * y[places[start : start + step]]).sum(-1)
        for start in range(0, len(indices), step)
    ]
    return torch.cat(parts) if parts else x.new_zeros(0)
