"""Matrices from formulas: identity, diagonals, triangles, Vandermonde."""

import operator
from collections.abc import Callable
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.creation import _ordered, shape_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, WIDE_UNSIGNED, torch_dtype

__all__ = ["diag", "diagflat", "eye", "identity", "tri", "tril", "triu", "vander"]


@without_derivative("takes sizes", "np.eye(2)")
def eye(
    N: Any, M: Any = None, k: Any = 0, dtype: Any = float, order: str = "C", *, device: Any = None, like: Any = None
) -> ndarray:
    """Return a matrix with ones on the k-th diagonal and zeros elsewhere."""
    rows = operator.index(N)
    columns = rows if M is None else operator.index(M)
    offset = operator.index(k)
    result = torch.zeros(shape_of((rows, columns)), dtype=torch_dtype(dtype or float), device=device)
    if -rows < offset < columns:
        torch.diagonal(result, offset).fill_(1)
    return ndarray._wrap(_ordered(result, order))


@without_derivative("takes sizes", "np.identity(2)")
def identity(n: Any, dtype: Any = None, *, like: Any = None) -> ndarray:
    """Return the identity matrix."""
    return eye(n, dtype=float if dtype is None else dtype)


@differentiable("np.diag(x, 1)", "np.diag(m, -1)")
def diag(v: Any, k: int = 0) -> ndarray:
    """Return a diagonal of a matrix, or the matrix with a given diagonal."""
    tensor = tensor_of(v)
    if tensor.ndim == 1:
        n = tensor.shape[0] + abs(k)
        matrix = tensor.new_zeros((n, n))
        rows = torch.arange(tensor.shape[0], device=tensor.device)
        index = (rows + max(-k, 0), rows + max(k, 0))
        if tensor.dtype in WIDE_UNSIGNED:
            result = ndarray._wrap(matrix)
            result[index] = ndarray._wrap(tensor)
            return result
        return ndarray._wrap(matrix.index_put(index, tensor))
    if tensor.ndim == 2:
        if not -tensor.shape[0] <= k <= tensor.shape[1]:
            return ndarray._wrap(tensor.new_zeros(0))
        return ndarray._wrap(torch.diagonal(tensor, k).clone())
    raise ValueError("Input must be 1- or 2-d.")


@differentiable("np.diagflat(m)")
def diagflat(v: Any, k: int = 0) -> ndarray:
    """Return the matrix with the flattened input as a diagonal."""
    return diag(tensor_of(v).reshape(-1), k)


@without_derivative("takes sizes", "np.tri(3)")
def tri(N: Any, M: Any = None, k: int = 0, dtype: Any = float, *, like: Any = None) -> ndarray:
    """Return a matrix with ones at and below the k-th diagonal."""
    rows = operator.index(N)
    columns = rows if M is None else operator.index(M)
    mask = torch.arange(rows)[:, None] >= torch.arange(columns)[None, :] - k
    return ndarray._wrap(mask.to(torch_dtype(dtype)))


def _triangle(m: Any, mask: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> ndarray:
    tensor = tensor_of(m)
    if tensor.ndim == 1:
        tensor = tensor.expand(tensor.shape[0], tensor.shape[0])
    rows = torch.arange(tensor.shape[-2], device=tensor.device)[:, None]
    columns = torch.arange(tensor.shape[-1], device=tensor.device)[None, :]
    return ndarray._wrap(torch.where(mask(rows, columns), tensor, tensor.new_zeros(())))


@differentiable("np.tril(m, 1)")
def tril(m: Any, k: int = 0) -> ndarray:
    """Return the lower triangle of an array, zeros above the k-th diagonal."""
    return _triangle(m, lambda rows, columns: rows >= columns - k)


@differentiable("np.triu(t)")
def triu(m: Any, k: int = 0) -> ndarray:
    """Return the upper triangle of an array, zeros below the k-th diagonal."""
    return _triangle(m, lambda rows, columns: rows <= columns - k)


@differentiable("np.vander(x, 4)", "np.vander(x, increasing=True)")
def vander(x: Any, N: Any = None, increasing: bool = False) -> ndarray:
    """Return the Vandermonde matrix of a vector."""
    tensor = tensor_of(x)
    if tensor.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = tensor.shape[0] if N is None else operator.index(N)
    tensor = tensor.to(torch_dtype(numpy.promote_types(NUMPY_OF_TORCH[tensor.dtype], int)))
    columns = [torch.ones_like(tensor)]
    for _ in range(count - 1):
        columns.append(columns[-1] * tensor)
    columns = columns[:count]
    if not increasing:
        columns.reverse()
    return ndarray._wrap(torch.stack(columns, 1) if columns else tensor.new_zeros((tensor.shape[0], 0)))
