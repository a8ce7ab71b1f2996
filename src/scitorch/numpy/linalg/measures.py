"""Numbers that describe a matrix: determinant, rank, condition."""

from typing import Any, NamedTuple

import torch
from numpy.linalg import LinAlgError

import scitorch
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.linalg.arguments import matrices, require_square
from scitorch.numpy.linalg.norms import norm

__all__ = ["cond", "det", "matrix_rank", "slogdet"]


class SlogdetResult(NamedTuple):
    """Sign and logarithm of the modulus of a determinant."""

    sign: Any
    logabsdet: Any


@differentiable("np.linalg.det(a)")
def det(a: Any) -> ndarray:
    """Return the determinant of square matrices; its derivatives exist at singular matrices too."""
    matrix, wrap = matrices(a, square=True)
    return wrap(scitorch.linalg.det(matrix, check_finite=False))


@differentiable("np.linalg.slogdet(a)[1]", "np.linalg.slogdet(a)[0]")
def slogdet(a: Any) -> SlogdetResult:
    """Return sign and logarithm of the modulus of the determinant."""
    matrix, wrap = matrices(a, square=True)
    sign, logabsdet = scitorch.linalg.slogdet(matrix)
    return SlogdetResult(wrap(sign), wrap(logabsdet))


@without_derivative("returns an integer", "np.linalg.matrix_rank(a)")
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> ndarray:
    """Return the number of singular values above a tolerance.

    Parameters
    ----------
    A : array_like
        Vectors have rank 1, or 0 if all elements are zero.
    tol : array_like, optional
        Absolute tolerance.
    hermitian : bool
        Take the matrices for Hermitian.
    rtol : array_like, optional
        Tolerance relative to the largest singular value; by default the larger dimension times the machine epsilon.
    """
    if rtol is not None and tol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    tensor = tensor_of(A).detach()
    if tensor.ndim < 2:
        return ndarray._wrap((tensor != 0).any().long())
    matrix, _ = matrices(tensor)
    if hermitian:
        S = scitorch.linalg.eigvalsh(matrix, check_finite=False).abs()
    else:
        S = scitorch.linalg.svdvals(matrix, check_finite=False)
    if tol is None:
        epsilon = torch.finfo(tensor.dtype if tensor.dtype.is_floating_point or tensor.is_complex() else S.dtype).eps
        relative = tensor_of(max(matrix.shape[-2:]) * epsilon if rtol is None else rtol).unsqueeze(-1)
        limit = relative * (S.amax(-1, keepdim=True) if S.shape[-1] else S.sum(-1, keepdim=True))
    else:
        limit = tensor_of(tol).unsqueeze(-1)
    return ndarray._wrap((limit < S).sum(-1))


@differentiable("np.linalg.cond(a)", "np.linalg.cond(a, 1)", 'np.linalg.cond(a, "fro")')
def cond(x: Any, p: Any = None) -> ndarray:
    """Return the condition number in a norm (the ratio of extreme singular values by default)."""
    tensor = tensor_of(x)
    if tensor.numel() == 0 and 0 in tensor.shape[-2:]:
        raise LinAlgError("cond is not defined on empty arrays")
    matrix, wrap = matrices(x)
    if p is None or p in (2, -2):
        S = scitorch.linalg.svdvals(matrix, check_finite=False)
        ratio = S[..., -1] / S[..., 0] if p == -2 else S[..., 0] / S[..., -1]
    else:
        require_square(matrix)
        inverse, info = torch.linalg.inv_ex(matrix)  # a singular matrix of a batch must not spoil the others
        inverse = torch.where((info > 0)[..., None, None], torch.full_like(inverse, torch.nan), inverse)
        ratio = norm(matrix, p, (-2, -1))._tensor * norm(inverse, p, (-2, -1))._tensor
    undefined = torch.isnan(ratio) & ~torch.isnan(matrix).any(-1).any(-1)
    return wrap(torch.where(undefined, torch.full_like(ratio, torch.inf), ratio))
