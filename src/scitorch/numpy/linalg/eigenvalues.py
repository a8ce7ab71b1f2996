"""Eigenvalues and eigenvectors."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from numpy.linalg import LinAlgError

import scitorch
from scitorch.numpy.array import ndarray
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.linalg.arguments import known, matrices

__all__ = ["eig", "eigh", "eigvals", "eigvalsh", "reads_lower"]


class EigResult(NamedTuple):
    """Eigenvalues and eigenvectors of a general matrix."""

    eigenvalues: Any
    eigenvectors: Any


class EighResult(NamedTuple):
    """Eigenvalues and eigenvectors of a symmetric or Hermitian matrix."""

    eigenvalues: Any
    eigenvectors: Any


def reads_lower(UPLO: str) -> bool:
    """Whether the lower triangle is meant by "L" or "U"."""
    if UPLO.upper() not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return UPLO.upper() == "L"


@differentiable(
    "np.linalg.eigh(a + a.conj().T)[0]",
    "(lambda w, v: (v * np.exp(w)) @ v.conj().T)(*np.linalg.eigh(a + a.conj().T))",
)
def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """Return eigenvalues (ascending) and eigenvectors of symmetric or Hermitian matrices.

    Only the triangle named by `UPLO` is read, and only that one has a gradient. At repeated eigenvalues derivatives
    are those of `scitorch.linalg.eigh`: right for functions of whole eigenspaces.
    """
    lower = reads_lower(UPLO)
    matrix, wrap = matrices(a, square=True)
    values, vectors = scitorch.linalg.eigh(matrix, lower=lower, check_finite=False)
    return EighResult(wrap(values), wrap(vectors))


@differentiable('np.linalg.eigvalsh(a + a.conj().T, UPLO="U")')
def eigvalsh(a: Any, UPLO: str = "L") -> ndarray:
    """Return the eigenvalues of symmetric or Hermitian matrices, ascending."""
    lower = reads_lower(UPLO)
    matrix, wrap = matrices(a, square=True)
    return wrap(scitorch.linalg.eigvalsh(matrix, lower=lower, check_finite=False))


def _pairs(a: Any) -> tuple[torch.Tensor, torch.Tensor, Callable[[torch.Tensor], ndarray], bool]:
    """Return complex eigenvalues and vectors, what makes arrays of them, and whether NumPy has real ones."""
    matrix, wrap = matrices(a, square=True)
    try:
        values, vectors = scitorch.linalg.eig(matrix)
    except LinAlgError:
        raise
    except ValueError:
        raise LinAlgError("Array must not contain infs or NaNs") from None
    # A question about values: transformed functions get complex eigenvalues
    return values, vectors, wrap, not matrix.is_complex() and known(values.imag == 0)


def complex_eig(x: Any, /) -> EigResult:
    """Return eigenvalues and right eigenvectors, complex for every matrix, as the Array API has them."""
    values, vectors, wrap, _ = _pairs(x)
    return EigResult(wrap(values), wrap(vectors))


def complex_eigvals(x: Any, /) -> ndarray:
    """Return the eigenvalues of general matrices, complex for every matrix, as the Array API has them."""
    values, _, wrap, _ = _pairs(x)
    return wrap(values)


@differentiable("np.prod(np.linalg.eig(a)[0])", "abs(np.linalg.eig(a)[1]).sum(0).sum()")
def eig(a: Any) -> EigResult:
    """Return eigenvalues and right eigenvectors; real ones when all eigenvalues are seen to be real."""
    values, vectors, wrap, real = _pairs(a)
    return EigResult(wrap(values.real), wrap(vectors.real)) if real else EigResult(wrap(values), wrap(vectors))


@differentiable("np.sum(np.linalg.eigvals(a) ** 3)")
def eigvals(a: Any) -> ndarray:
    """Return the eigenvalues of general matrices; real ones when all are seen to be real."""
    values, _, wrap, real = _pairs(a)
    return wrap(values.real if real else values)
