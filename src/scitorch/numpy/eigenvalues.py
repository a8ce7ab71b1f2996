"""Eigenvalues and eigenvectors."""

from typing import Any, NamedTuple

import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.matrix_arguments import (
    call_routine,
    hermitian_of_triangle,
    matrix_of,
    own_or_torch,
    require_finite,
)

__all__ = ["eig", "eigh", "eigvals", "eigvalsh"]


class EigResult(NamedTuple):
    """Eigenvalues and eigenvectors of a general matrix."""

    eigenvalues: Any
    eigenvectors: Any


class EighResult(NamedTuple):
    """Eigenvalues and eigenvectors of a symmetric or Hermitian matrix."""

    eigenvalues: Any
    eigenvectors: Any


def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """Return eigenvalues (ascending) and eigenvectors of symmetric or Hermitian matrices."""
    values, vectors = call_routine(own_or_torch("eigh"), hermitian_of_triangle(matrix_of(a, square=True), UPLO))
    return EighResult(ndarray._wrap(values), ndarray._wrap(vectors))


def eigvalsh(a: Any, UPLO: str = "L") -> ndarray:
    """Return the eigenvalues of symmetric or Hermitian matrices, ascending."""
    return ndarray._wrap(call_routine(own_or_torch("eigvalsh"), hermitian_of_triangle(matrix_of(a, square=True), UPLO)))


def complex_eig(x: Any, /) -> EigResult:
    """Return eigenvalues and right eigenvectors, complex for every matrix, as the Array API has them."""
    matrix = matrix_of(x, square=True)
    require_finite(matrix, "eig")
    values, vectors = call_routine(torch.linalg.eig, matrix)
    return EigResult(ndarray._wrap(values), ndarray._wrap(vectors))


def complex_eigvals(x: Any, /) -> ndarray:
    """Return the eigenvalues of general matrices, complex for every matrix, as the Array API has them."""
    matrix = matrix_of(x, square=True)
    require_finite(matrix, "eigvals")
    return ndarray._wrap(call_routine(torch.linalg.eigvals, matrix))


def _are_real(a: Any, values: ndarray) -> bool:
    """Tell whether NumPy, which looks at the imaginary parts, would return these eigenvalues as real numbers."""
    return not matrix_of(a).is_complex() and bool((values._tensor.imag == 0).all())


def eig(a: Any) -> EigResult:
    """Return eigenvalues and right eigenvectors; real ones when all eigenvalues are real."""
    values, vectors = complex_eig(a)
    return EigResult(values.real, vectors.real) if _are_real(a, values) else EigResult(values, vectors)


def eigvals(a: Any) -> ndarray:
    """Return the eigenvalues of general matrices; real ones when all are real."""
    values = complex_eigvals(a)
    return values.real if _are_real(a, values) else values
