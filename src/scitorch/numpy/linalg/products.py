"""Products and powers of matrices, and the vector products of the standard."""

import operator
from functools import reduce
from typing import Any

import torch
from numpy.linalg import LinAlgError

from scitorch.numpy.array import ndarray
from scitorch.numpy.contraction import cross as cross_product
from scitorch.numpy.contraction import dot
from scitorch.numpy.contraction import outer as outer_product
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.linalg.arguments import require_square
from scitorch.numpy.linalg.systems import inv
from scitorch.numpy.manipulation import diagonal as diagonal_of_axes
from scitorch.numpy.manipulation import trace as trace_of_axes
from scitorch.numpy.matrices import eye
from scitorch.numpy.products import matmul
from scitorch.numpy.reductions import finish

__all__ = ["cross", "diagonal", "matrix_power", "multi_dot", "outer", "trace"]


@differentiable("np.linalg.matrix_power(a, 3)", "np.linalg.matrix_power(a, -2)")
def matrix_power(a: Any, n: Any) -> ndarray:
    """Return an integer power of square matrices; negative powers are those of the inverse."""
    tensor = tensor_of(a)
    if tensor.ndim < 2:
        raise LinAlgError(f"{tensor.ndim}-dimensional array given. Array must be at least two-dimensional")
    require_square(tensor)
    try:
        power = operator.index(n)
    except TypeError:
        raise TypeError("exponent must be an integer") from None
    if power == 0:
        unit = eye(tensor.shape[-1], dtype=tensor.dtype)._tensor.to(tensor.device)
        return ndarray._wrap(unit.expand(tensor.shape).clone())
    base = ndarray._wrap(tensor) if power > 0 else inv(tensor)
    bits = bin(abs(power))[:1:-1]
    result: ndarray | None = None
    for place, bit in enumerate(bits):
        if place:
            base = matmul(base, base)
        if bit == "1":
            result = base if result is None else matmul(result, base)
    return result  # type: ignore[return-value]


@differentiable("np.linalg.multi_dot([x[:3], a, m, y[:4]])")
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """Return the product of several matrices, in the order of least work; the ends may be vectors."""
    tensors = [tensor_of(a) for a in arrays]
    if len(tensors) < 2:
        raise ValueError("Expecting at least two arrays.")
    for place, tensor in enumerate(tensors):
        if tensor.ndim != 2 and not (tensor.ndim == 1 and place in (0, len(tensors) - 1)):
            raise LinAlgError(f"{tensor.ndim}-dimensional array given. Array must be two-dimensional")
    if all(t.is_floating_point() or t.is_complex() for t in tensors):
        dtype = reduce(torch.promote_types, (t.dtype for t in tensors))
        return finish(torch.linalg.multi_dot([t.to(dtype) for t in tensors]), out)
    return finish(reduce(dot, map(ndarray._wrap, tensors))._tensor, out)


@differentiable("np.linalg.cross(a, x[:3])")
def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> ndarray:
    """Return the cross product of vectors of three components."""
    a, b = tensor_of(x1), tensor_of(x2)
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{a.shape[axis]} and {b.shape[axis]} dimensional instead."
        )
    return cross_product(a, b, axis=axis)


@differentiable("np.linalg.outer(x, y)")
def outer(x1: Any, x2: Any, /) -> ndarray:
    """Return the outer product of two vectors."""
    a, b = tensor_of(x1), tensor_of(x2)
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"Input arrays must be one-dimensional, but they are x1.ndim={a.ndim} and x2.ndim={b.ndim}.")
    return outer_product(a, b)  # type: ignore[no-any-return]


@differentiable("np.linalg.trace(t)")
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """Return the sum along the diagonals of matrices in the last two axes."""
    return trace_of_axes(x, offset, -2, -1, dtype)


@differentiable("np.linalg.diagonal(t)")
def diagonal(x: Any, /, *, offset: int = 0) -> ndarray:
    """Return the diagonals of matrices in the last two axes."""
    return diagonal_of_axes(x, offset, -2, -1)
