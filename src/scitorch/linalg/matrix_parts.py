"""Adjoints, triangles and diagonals of matrices.

``x.mH`` of a complex tensor is a view with a lazy conjugation, which cannot be batched by the vmap of gradient checks
nor carry a batched tangent; ``conj_physical`` has no batching rule. ``adjoint`` writes the conjugate out.

LAPACK reads one triangle of a Hermitian matrix, and so do ``cholesky``, ``eigh`` and ``solve(assume_a="pos")``. What
stands in the other triangle has no influence on the value, hence none on the derivative: the gradient lies in the
triangle that is read, and is right for every perturbation, Hermitian or not. Where the matrix is itself a Hermitian
function of parameters, the gradient in the parameters is the same under every convention.
"""

from __future__ import annotations

import torch
from torch import Tensor


def adjoint(a: Tensor) -> Tensor:
    """The conjugate transpose of the last two dimensions."""
    return conjugate(a.mT)


def conjugate(a: Tensor) -> Tensor:
    """The complex conjugate."""
    return torch.complex(a.real, -a.imag) if a.is_complex() else a


def real_part(a: Tensor) -> Tensor:
    """``a`` without its imaginary part, in the dtype of ``a``."""
    return (a + conjugate(a)) / 2 if a.is_complex() else a


def hermitian_part(a: Tensor) -> Tensor:
    """``(a + a^H) / 2``."""
    return (a + adjoint(a)) / 2


def diagonal(a: Tensor) -> Tensor:
    """The diagonal of the last two dimensions."""
    return torch.diagonal(a, dim1=-2, dim2=-1)


def diagonal_matrix(d: Tensor) -> Tensor:
    """The diagonal matrix with diagonal ``d``."""
    return torch.diag_embed(d)


def identity_like(a: Tensor) -> Tensor:
    """The identity of the size, dtype and device of ``a``'s matrices."""
    return torch.eye(a.shape[-1], dtype=a.dtype, device=a.device)


def triangle(a: Tensor, *, lower: bool, strict: bool = False) -> Tensor:
    """The lower or upper triangle of ``a``, without the diagonal if ``strict``."""
    return torch.tril(a, -1 if strict else 0) if lower else torch.triu(a, 1 if strict else 0)


def hermitian_from_triangle(a: Tensor, *, lower: bool) -> Tensor:
    """The Hermitian matrix whose lower or upper triangle is that of ``a``; the diagonal's imaginary part is dropped."""
    if not a.is_complex():
        return symmetric_from_triangle(a, lower=lower)
    side = triangle(a, lower=lower, strict=True)
    return side + adjoint(side) + diagonal_matrix(real_part(diagonal(a)))


def symmetric_from_triangle(a: Tensor, *, lower: bool) -> Tensor:
    """The (complex) symmetric matrix whose lower or upper triangle is that of ``a``."""
    return triangle(a, lower=lower) + triangle(a, lower=lower, strict=True).mT


def broadcast_batch(*tensors: Tensor) -> tuple[int, ...]:
    """The batch shape that the leading dimensions of matrices broadcast to."""
    return tuple(torch.broadcast_shapes(*(x.shape[:-2] for x in tensors)))  # type: ignore[no-untyped-call]


def row_major(x: Tensor) -> Tensor:
    """``x`` with the strides of a new tensor of its shape.

    LAPACK's column-major results of size one along a dimension count as contiguous, with strides that differ from
    those that a compiler was promised.
    """
    expected = torch.empty_like(x, memory_format=torch.contiguous_format)
    return x if x.stride() == expected.stride() else expected.copy_(x)
