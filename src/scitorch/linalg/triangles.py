"""Matrices given by one of their triangles.

LAPACK reads one triangle of a Hermitian matrix, and so do ``cholesky``, ``eigh`` and ``solve(assume_a="pos")``. What
stands in the other triangle has no influence on the value, hence none on the derivative: the gradient lies in the
triangle that is read, and is right for every perturbation, Hermitian or not. Where the matrix is itself a Hermitian
function of parameters, the gradient in the parameters is the same under every convention.
"""

from __future__ import annotations

import torch
from torch import Tensor


def triangle(a: Tensor, *, lower: bool, strict: bool = False) -> Tensor:
    """The lower or upper triangle of ``a``, without the diagonal if ``strict``."""
    return torch.tril(a, -1 if strict else 0) if lower else torch.triu(a, 1 if strict else 0)


def hermitian_from_triangle(a: Tensor, *, lower: bool) -> Tensor:
    """The Hermitian matrix whose lower or upper triangle is that of ``a``; the diagonal's imaginary part is dropped."""
    side = triangle(a, lower=lower, strict=True)
    return side + side.mH + diagonal_matrix(real_diagonal(a).to(a.dtype))


def symmetric_from_triangle(a: Tensor, *, lower: bool) -> Tensor:
    """The (complex) symmetric matrix whose lower or upper triangle is that of ``a``."""
    return triangle(a, lower=lower) + triangle(a, lower=lower, strict=True).mT


def real_diagonal(a: Tensor) -> Tensor:
    """The real part of the diagonal."""
    d = torch.diagonal(a, dim1=-2, dim2=-1)
    return d.real if d.is_complex() else d


def diagonal_matrix(d: Tensor) -> Tensor:
    """The diagonal matrix with diagonal ``d``."""
    return torch.diag_embed(d)


def hermitian_part(a: Tensor) -> Tensor:
    """``(a + a^H) / 2``."""
    return (a + a.mH) / 2
