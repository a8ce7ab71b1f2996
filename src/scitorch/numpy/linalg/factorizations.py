"""Cholesky, QR and singular value decompositions."""

import warnings
from typing import Any, NamedTuple

import torch

import scitorch
from scitorch.numpy.array import ndarray
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.linalg.arguments import matrices

__all__ = ["cholesky", "qr", "svd", "svdvals"]


class QRResult(NamedTuple):
    """Orthogonal and triangular factor."""

    Q: Any
    R: Any


class SVDResult(NamedTuple):
    """Left vectors, singular values, right vectors."""

    U: Any
    S: Any
    Vh: Any


@differentiable("np.linalg.cholesky(a @ a.conj().T)")
def cholesky(a: Any, /, *, upper: bool = False) -> ndarray:
    """Return the Cholesky factor L of ``a = L L^H`` (U of ``a = U^H U`` with `upper`); only that triangle is read."""
    matrix, wrap = matrices(a, square=True)
    return wrap(scitorch.linalg.cholesky(matrix, lower=not upper, check_finite=False))


_DEPRECATED = {"f": "full", "full": "full", "e": "economic", "economic": "economic"}


@differentiable(
    "np.linalg.qr(a)[1] * np.linalg.qr(a)[1].conj()",
    "(lambda q, r: q @ q.conj().T)(*np.linalg.qr(m.T))",
    'np.abs(np.linalg.qr(a, mode="r"))',
)
def qr(a: Any, mode: str = "reduced") -> Any:
    """Return the QR decomposition.

    Parameters
    ----------
    a : array_like, shape (..., m, n)
    mode : {"reduced", "complete", "r", "raw"}
        "raw" returns LAPACK's Householder vectors, transposed, and their scale factors; they have no derivative.
    """
    if mode in _DEPRECATED:
        warnings.warn(
            f"qr(mode={mode!r}) is deprecated: 'full' is called 'reduced', and 'economic' is a form of 'raw'",
            DeprecationWarning,
            stacklevel=2,
        )
        mode = "reduced" if _DEPRECATED[mode] == "full" else "economic"
    if mode not in ("reduced", "complete", "r", "raw", "economic"):
        raise ValueError(f"Unrecognized mode '{mode}'")
    matrix, wrap = matrices(a)
    if mode in ("raw", "economic"):
        (packed, scales), _ = scitorch.linalg.qr(matrix, mode="raw", check_finite=False)
        return wrap(packed) if mode == "economic" else (wrap(packed.mT), wrap(scales))
    Q, R = scitorch.linalg.qr(matrix, mode="full" if mode == "complete" else "economic", check_finite=False)
    return wrap(R) if mode == "r" else QRResult(wrap(Q), wrap(R))


@differentiable(
    "np.linalg.svd(m)[1]",
    "(lambda u, s, v: (u * s**2) @ u.conj().T)(*np.linalg.svd(m, full_matrices=False))",
    "np.linalg.svd(a, compute_uv=False)",
)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Return the singular value decomposition ``a = U diag(S) Vh``.

    Parameters
    ----------
    a : array_like, shape (..., m, n)
    full_matrices : bool
        Square U and Vh.
    compute_uv : bool
        Return the vectors too.
    hermitian : bool
        Take the matrices for Hermitian and read their lower triangles.
    """
    matrix, wrap = matrices(a)
    if hermitian:
        factors = _hermitian(matrix)
        return SVDResult(*map(wrap, factors)) if compute_uv else wrap(factors[1])
    if not compute_uv:
        return wrap(scitorch.linalg.svdvals(matrix, check_finite=False))
    return SVDResult(*map(wrap, scitorch.linalg.svd(matrix, full_matrices=full_matrices, check_finite=False)))


def _hermitian(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Singular values are the absolute eigenvalues; the signs go into the right vectors."""
    values, vectors = scitorch.linalg.eigh(matrix, check_finite=False)
    order = torch.argsort(values.abs(), dim=-1, descending=True, stable=True)
    values = torch.take_along_dim(values, order, -1)
    vectors = torch.take_along_dim(vectors, order.unsqueeze(-2), -1)
    signs = torch.where(values < 0, -1, 1).to(vectors.dtype).unsqueeze(-2)
    return vectors, values.abs(), (vectors * signs).mH


@differentiable("np.linalg.svdvals(m)")
def svdvals(x: Any, /) -> ndarray:
    """Return the singular values, descending."""
    matrix, wrap = matrices(x)
    return wrap(scitorch.linalg.svdvals(matrix, check_finite=False))
