"""Norms of vectors and matrices."""

import math
import operator
from typing import Any

import numpy
import torch

import scitorch
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes, normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable

__all__ = ["matrix_norm", "norm", "vector_norm"]


@differentiable(
    "np.linalg.norm(x)",
    "np.linalg.norm(m)",
    "np.linalg.norm(m, 2)",
    "np.linalg.norm(x, 3)",
    "np.linalg.norm(x, np.inf)",
    'np.linalg.norm(m, "nuc")',
    "np.linalg.norm(m, axis=1, keepdims=True)",
    "np.linalg.norm(m, -1)",
)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> ndarray:
    """Return a vector or matrix norm.

    Parameters
    ----------
    x : array_like
    ord : {int, float, inf, -inf, "fro", "nuc"}, optional
    axis : int or pair of ints, optional
        One axis for vector norms, two for matrix norms.
    keepdims : bool
    """
    tensor = tensor_of(x)
    tensor = tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)
    ndim = tensor.ndim
    if axis is None:
        if ord is None or (ord in ("f", "fro") and ndim == 2) or (ord == 2 and ndim == 1):
            flat = tensor.reshape(-1)
            result = torch.linalg.vector_norm(flat)
            return ndarray._wrap(result.reshape((1,) * ndim) if keepdims else result)
        axes: tuple[int, ...] = tuple(range(ndim))
    else:
        if not isinstance(axis, tuple):
            try:
                axis = (operator.index(axis),)
            except TypeError:
                raise TypeError("'axis' must be None, an integer or a tuple of integers") from None
        axes = axis
    if len(axes) == 1:
        return ndarray._wrap(_vector_norm(tensor, ord, normalize_axis(axes[0], ndim), keepdims))
    if len(axes) == 2:
        rows, columns = (normalize_axis(ax, ndim) for ax in axes)
        if rows == columns:
            raise ValueError("Duplicate axes given.")
        return ndarray._wrap(_matrix_norm(tensor, ord, rows, columns, keepdims))
    raise ValueError("Improper number of dimensions to norm.")


def _vector_norm(tensor: torch.Tensor, ord: Any, axis: int, keepdims: bool) -> torch.Tensor:
    if isinstance(ord, str) or (ord is not None and not isinstance(ord, int | float | numpy.number)):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    if ord == 0:
        return (tensor != 0).sum(axis, keepdim=keepdims).to(tensor.real.dtype)
    if tensor.shape[axis] == 0 and ord == numpy.inf:
        return tensor.real.sum(axis, keepdim=keepdims)
    if tensor.shape[axis] == 0 and ord is not None and ord < 0:
        raise ValueError("zero-size array to reduction operation maximum which has no identity")
    return torch.linalg.vector_norm(tensor, 2 if ord is None else float(ord), axis, keepdim=keepdims)


def _matrix_norm(tensor: torch.Tensor, ord: Any, rows: int, columns: int, keepdims: bool) -> torch.Tensor:
    if ord is None or ord in ("fro", "f"):
        return torch.linalg.vector_norm(tensor, 2, (rows, columns), keepdim=keepdims)
    if ord == "nuc" or ord in (2, -2):
        S = scitorch.linalg.svdvals(tensor.movedim((rows, columns), (-2, -1)), check_finite=False)
        if S.shape[-1] == 0 and ord == -2:
            raise ValueError("zero-size array to reduction operation minimum which has no identity")
        result = S.sum(-1) if ord == "nuc" or S.shape[-1] == 0 else S.amax(-1) if ord == 2 else S.amin(-1)
    elif ord in (1, -1, numpy.inf, -numpy.inf):
        along, over = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = tensor.abs().sum(along, keepdim=True)
        if sums.shape[over] == 0 and ord > 0:
            result = sums.sum((rows, columns))
        else:
            result = sums.amax((rows, columns)) if ord > 0 else sums.amin((rows, columns))
    else:
        raise ValueError("Invalid norm order for matrices.")
    if keepdims:
        for axis in sorted((rows, columns)):
            result = result.unsqueeze(axis)
    return result


@differentiable("np.linalg.matrix_norm(m)", 'np.linalg.matrix_norm(m, ord="nuc")', "np.linalg.matrix_norm(t, ord=1)")
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> ndarray:
    """Return a norm of matrices in the last two axes."""
    return norm(x, ord, (-2, -1), keepdims)


@differentiable("np.linalg.vector_norm(t, axis=(0, 2))", "np.linalg.vector_norm(x, ord=1)")
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> ndarray:
    """Return a norm of vectors along axes."""
    tensor = tensor_of(x)
    tensor = tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)
    axes = normalize_axes(axis, tensor.ndim)
    kept = [n for ax, n in enumerate(tensor.shape) if ax not in axes]
    summed = math.prod(tensor.shape[ax] for ax in axes)  # not -1, which an array without elements leaves open
    flat = tensor.movedim(axes, tuple(range(-len(axes), 0))).reshape((*kept, summed)) if axes else tensor.unsqueeze(-1)
    result = _vector_norm(flat, ord, flat.ndim - 1, False)
    if keepdims:
        for ax in sorted(axes):
            result = result.unsqueeze(ax)
    return ndarray._wrap(result)
