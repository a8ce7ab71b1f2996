"""`numpy.linalg` on tensors.

Decompositions and solvers whose derivatives torch gets wrong in nested forward mode come from `scitorch.linalg`.
"""

import operator
from functools import reduce
from typing import Any, NamedTuple

import numpy
import torch
from numpy.linalg import LinAlgError

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.contraction import dot, tensordot
from scitorch.numpy.contraction import outer as _outer
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.eigenvalues import eig, eigh, eigvals, eigvalsh
from scitorch.numpy.manipulation import diagonal as _diagonal
from scitorch.numpy.manipulation import matrix_transpose
from scitorch.numpy.manipulation import trace as _trace
from scitorch.numpy.matrices import eye
from scitorch.numpy.matrix_arguments import (
    call_routine,
    hermitian_of_triangle,
    inexact,
    matrix_of,
    own_or_torch,
    to_common_dtype,
)
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.norms import matrix_norm, norm, vector_norm
from scitorch.numpy.products import matmul, vecdot

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "trace",
    "vecdot",
    "vector_norm",
]


class QRResult(NamedTuple):
    """Orthogonal and triangular factor."""

    Q: Any
    R: Any


class SlogdetResult(NamedTuple):
    """Sign and logarithm of the modulus of a determinant."""

    sign: Any
    logabsdet: Any


class SVDResult(NamedTuple):
    """Left vectors, singular values, right vectors."""

    U: Any
    S: Any
    Vh: Any


def solve(a: Any, b: Any) -> ndarray:
    """Solve ``a x = b`` for x; `b` is a stack of vectors only when it has one dimension."""
    matrix, right = to_common_dtype(matrix_of(a, square=True), inexact(tensor_of(b)))
    vector = right.ndim == 1
    if vector:
        right = right.unsqueeze(-1)
    if right.shape[-2] != matrix.shape[-1]:
        raise ValueError(
            f"solve: Input operand 1 has a mismatch in its core dimension 0 (size {right.shape[-2]} is different from "
            f"{matrix.shape[-1]})"
        )
    batch = numpy.broadcast_shapes(tuple(matrix.shape[:-2]), tuple(right.shape[:-2]))
    right = right.expand((*batch, *right.shape[-2:]))
    result = call_routine(own_or_torch("solve"), matrix, right)
    return ndarray._wrap(result.squeeze(-1) if vector else result)


def inv(a: Any) -> ndarray:
    """Return the inverse of square matrices."""
    return ndarray._wrap(call_routine(torch.linalg.inv, matrix_of(a, square=True)))


def det(a: Any) -> ndarray:
    """Return the determinant of square matrices."""
    return ndarray._wrap(call_routine(own_or_torch("det"), matrix_of(a, square=True)))


def slogdet(a: Any) -> SlogdetResult:
    """Return sign and logarithm of the modulus of the determinant."""
    sign, logabsdet = call_routine(own_or_torch("slogdet"), matrix_of(a, square=True))
    return SlogdetResult(ndarray._wrap(sign), ndarray._wrap(logabsdet))


def cholesky(a: Any, /, *, upper: bool = False) -> ndarray:
    """Return the Cholesky factor L of ``a = L L^H`` (U of ``a = U^H U`` with `upper`); only that triangle is read."""
    matrix = matrix_of(a, square=True)
    # torch reads the lower triangle; for the upper one, factor the conjugate transpose
    factor = call_routine(torch.linalg.cholesky, hermitian_of_triangle(matrix, "U" if upper else "L"))
    return ndarray._wrap(factor.mH if upper else factor)


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Return the singular value decomposition ``a = U diag(S) Vh``."""
    matrix = matrix_of(a)
    if not compute_uv:
        return ndarray._wrap(call_routine(torch.linalg.svdvals, matrix))
    factors = call_routine(own_or_torch("svd"), matrix, full_matrices=full_matrices)
    return SVDResult(*map(ndarray._wrap, factors))


def svdvals(x: Any, /) -> ndarray:
    """Return the singular values, descending."""
    return ndarray._wrap(call_routine(torch.linalg.svdvals, matrix_of(x)))


def qr(a: Any, mode: str = "reduced") -> Any:
    """Return the QR decomposition; `mode` is "reduced", "complete" or "r"."""
    if mode == "raw":
        raise NotImplementedError("qr(mode='raw') returns LAPACK's reflectors, which scitorch.numpy does not expose")
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"Unrecognized mode '{mode}'")
    Q, R = call_routine(torch.linalg.qr, matrix_of(a), mode="reduced" if mode == "r" else mode)
    return ndarray._wrap(R) if mode == "r" else QRResult(ndarray._wrap(Q), ndarray._wrap(R))


def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = NO_VALUE) -> ndarray:
    """Return the Moore-Penrose pseudo-inverse; singular values below `rcond` times the largest count as zero."""
    matrix = matrix_of(a)
    if rtol is not NO_VALUE and rtol is not None:
        if rcond is not None:
            raise ValueError("`rtol` and `rcond` can't be both set.")
        rcond = rtol
    if rcond is None:
        rcond = 1e-15 if rtol is NO_VALUE else max(matrix.shape[-2:]) * torch.finfo(matrix.dtype).eps
    cut = tensor_of(rcond).to(matrix.real.dtype)
    return ndarray._wrap(call_routine(torch.linalg.pinv, matrix, rtol=cut, hermitian=hermitian))


def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, int, Any]:
    """Return the least-squares solution, residuals, rank and singular values."""
    matrix, right = to_common_dtype(matrix_of(a), inexact(tensor_of(b)))
    if matrix.ndim != 2:
        raise LinAlgError(f"{matrix.ndim}-dimensional array given. Array must be two-dimensional")
    vector = right.ndim == 1
    columns = right.unsqueeze(-1) if vector else right
    if columns.ndim != 2:
        raise LinAlgError(f"{right.ndim}-dimensional array given. Array must be two-dimensional")
    m, n = matrix.shape
    if columns.shape[0] != m:
        raise LinAlgError("Incompatible dimensions")
    eps = torch.finfo(matrix.dtype).eps
    cut = eps * max(m, n) if rcond is None else eps if rcond == -1 else float(rcond)
    U, S, Vh = call_routine(own_or_torch("svd"), matrix, full_matrices=False)
    rank = int((cut * S[0] < S).sum()) if S.numel() else 0
    # only the leading singular triplets take part, so derivatives stay finite at a deficient rank
    leading = U[:, :rank].mH @ columns / S[:rank, None]
    solution = Vh[:rank].mH @ leading
    if rank == n and m > n:
        difference = columns - matrix @ solution
        residuals = (difference.abs() ** 2).sum(0)
    else:
        residuals = S.new_zeros(0)
    return ndarray._wrap(solution[:, 0] if vector else solution), ndarray._wrap(residuals), rank, ndarray._wrap(S)


def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> ndarray:
    """Return the number of singular values above a tolerance."""
    tensor = tensor_of(A)
    if tensor.ndim < 2:
        return ndarray._wrap((tensor != 0).any().long())
    matrix = matrix_of(A)
    S = torch.linalg.svdvals(matrix.detach())
    if tol is None:
        relative = max(matrix.shape[-2:]) * torch.finfo(S.dtype).eps if rtol is None else tensor_of(rtol)
        limit = (S.amax(-1, keepdim=True) if S.shape[-1] else S.sum(-1, keepdim=True)) * (
            relative.unsqueeze(-1) if isinstance(relative, torch.Tensor) else relative
        )
    else:
        limit = tensor_of(tol).unsqueeze(-1)
    return ndarray._wrap((limit < S).sum(-1))


def cond(x: Any, p: Any = None) -> ndarray:
    """Return the condition number in a norm (the ratio of extreme singular values by default)."""
    tensor = tensor_of(x)
    if tensor.numel() == 0 and 0 in tensor.shape[-2:]:
        raise LinAlgError("cond is not defined on empty arrays")
    matrix = matrix_of(x)
    if p is None or p in (2, -2):
        S = torch.linalg.svdvals(matrix)
        ratio = S[..., -1] / S[..., 0] if p == -2 else S[..., 0] / S[..., -1]
    else:
        if matrix.shape[-1] != matrix.shape[-2]:
            raise LinAlgError("Last 2 dimensions of the array must be square")
        inverse, info = torch.linalg.inv_ex(matrix)
        inverse = torch.where((info > 0)[..., None, None], torch.full_like(inverse, torch.nan), inverse)
        ratio = norm(matrix, p, (-2, -1))._tensor * norm(inverse, p, (-2, -1))._tensor
    undefined = torch.isnan(ratio) & ~torch.isnan(matrix).any(-1).any(-1)
    return ndarray._wrap(torch.where(undefined, torch.full_like(ratio, torch.inf), ratio))


def matrix_power(a: Any, n: Any) -> ndarray:
    """Return an integer power of square matrices."""
    tensor = tensor_of(a)
    if tensor.ndim < 2:
        raise LinAlgError(f"{tensor.ndim}-dimensional array given. Array must be at least two-dimensional")
    if tensor.shape[-1] != tensor.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    try:
        power = operator.index(n)
    except TypeError:
        raise TypeError("exponent must be an integer") from None
    if power == 0:
        unit = eye(tensor.shape[-1], dtype=tensor.dtype)._tensor
        return ndarray._wrap(unit.expand(tensor.shape).clone())
    base = ndarray._wrap(tensor) if power > 0 else inv(tensor)
    result = None
    for bit in reversed(bin(abs(power))[2:]):
        if bit == "1":
            result = base if result is None else matmul(result, base)
        base = matmul(base, base)
    return result  # type: ignore[return-value]


def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """Return the product of several matrices, in the order of least work."""
    from scitorch.numpy.reductions import finish

    tensors = [tensor_of(a) for a in arrays]
    if len(tensors) < 2:
        raise ValueError("Expecting at least two arrays.")
    for tensor in tensors[1:-1]:
        if tensor.ndim != 2:
            raise LinAlgError(f"{tensor.ndim}-dimensional array given. Array must be two-dimensional")
    for tensor in (tensors[0], tensors[-1]):
        if tensor.ndim not in (1, 2):
            raise LinAlgError(f"{tensor.ndim}-dimensional array given. Array must be two-dimensional")
    if all(t.is_floating_point() or t.is_complex() for t in tensors):
        dtype = reduce(torch.promote_types, (t.dtype for t in tensors))
        return finish(torch.linalg.multi_dot([t.to(dtype) for t in tensors]), out)
    return finish(reduce(dot, map(ndarray._wrap, tensors))._tensor, out)


def tensorsolve(a: Any, b: Any, axes: Any = None) -> ndarray:
    """Solve ``tensordot(a, x, b.ndim) = b`` for x."""
    tensor, right = inexact(tensor_of(a)), inexact(tensor_of(b))
    if axes is not None:
        order = [ax for ax in range(tensor.ndim) if ax not in [normalize_axis(k, tensor.ndim) for k in axes]]
        tensor = tensor.permute((*order, *[normalize_axis(k, tensor.ndim) for k in axes]))
    shape = tensor.shape[right.ndim :]
    count = 1
    for n in shape:
        count *= n
    if tensor.numel() != count**2:
        raise LinAlgError("Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])")
    return ndarray._wrap(solve(tensor.reshape(count, count), right.reshape(-1))._tensor.reshape(shape))


def tensorinv(a: Any, ind: int = 2) -> ndarray:
    """Return the inverse of an array with respect to `tensordot`."""
    tensor = inexact(tensor_of(a))
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    front, back = tensor.shape[:ind], tensor.shape[ind:]
    count = 1
    for n in back:
        count *= n
    return ndarray._wrap(inv(tensor.reshape(count, -1))._tensor.reshape((*back, *front)))


def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> ndarray:
    """Return the cross product of vectors of three components."""
    from scitorch.numpy.contraction import cross as product

    a, b = tensor_of(x1), tensor_of(x2)
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{a.shape[axis]} and {b.shape[axis]} dimensional instead."
        )
    return product(a, b, axis=axis)


def outer(x1: Any, x2: Any, /) -> ndarray:
    """Return the outer product of two vectors."""
    a, b = tensor_of(x1), tensor_of(x2)
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"Input arrays must be one-dimensional, but they are x1.ndim={a.ndim} and x2.ndim={b.ndim}.")
    return _outer(a, b)  # type: ignore[no-any-return]


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """Return the sum along the diagonals of matrices in the last two axes."""
    return _trace(x, offset, -2, -1, dtype)


def diagonal(x: Any, /, *, offset: int = 0) -> ndarray:
    """Return the diagonals of matrices in the last two axes."""
    return _diagonal(x, offset, -2, -1)
