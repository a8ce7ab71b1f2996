"""Cholesky factorisation of Hermitian positive definite matrices, and solutions from it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from scitorch.op import Sample, composite, gufunc

from .arguments import as_columns, require_finite, require_square, require_zero_info
from .linear_solve import NOT_POSITIVE, _solve_triangular
from .matrix_parts import adjoint, diagonal, diagonal_matrix, hermitian_from_triangle, hermitian_part


class CholeskyFactor(NamedTuple):
    """A triangular factor and which triangle it is: the pair that SciPy's ``cho_factor`` returns."""

    c: Tensor
    lower: bool


def _cholesky_kernel(a: Tensor, *, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("cholesky", a=a)
    factor: Tensor
    factor, info = torch.linalg.cholesky_ex(hermitian_part(a))
    require_zero_info("cholesky", "a", info, NOT_POSITIVE)
    return factor


def half_lower(m: Tensor) -> Tensor:
    """The lower triangle with half the diagonal: the Φ for which Φ(m) + Φ(m)^H = m when m is Hermitian."""
    return torch.tril(m) - diagonal_matrix(diagonal(m)) / 2


def _cholesky_tangent(factor: Tensor, a: Tensor, da: Tensor, **_: bool) -> Tensor:
    # From L L^H = A: L^-1 dA L^-H = L^-1 dL + (L^-1 dL)^H, so L^-1 dL = Φ(L^-1 dA L^-H) (Smith 1995; Murray 2016,
    # arXiv:1602.07527, equation 8). The Hermitian part of dA: the kernel reads no other.
    left = _solve_triangular(factor, hermitian_part(da), lower=True)
    both = _solve_triangular(factor, adjoint(left), lower=True)  # L^-1 (L^-1 dA)^H = L^-1 dA L^-H for Hermitian dA
    return factor @ half_lower(both)


def _cholesky_cotangent(g: Tensor, factor: Tensor, a: Tensor, **_: bool) -> Tensor:
    # The transpose of the above: A' = L^-H Φ(L^H L') L^-1, made Hermitian. Φ is its own transpose.
    inner = half_lower(adjoint(factor) @ g)
    left = _solve_triangular(adjoint(factor), inner, lower=False)
    both = adjoint(_solve_triangular(adjoint(factor), adjoint(left), lower=False))
    return hermitian_part(both)


@gufunc(
    "(n,n)->(n,n)",
    kernel=_cholesky_kernel,
    jvp={"a": _cholesky_tangent},
    vjp={"a": _cholesky_cotangent},
    samples=lambda make: [Sample((make.positive_definite(3, 3),)), Sample((make.positive_definite(2, 3, 2, 2),))],
    loops="r->r z->z",
    public=False,
)
def _cholesky(a: Tensor, *, check_finite: bool = False) -> Tensor:
    """Lower Cholesky factor of the Hermitian part of a matrix."""


def _factor(function: str, a: Tensor, lower: bool, check_finite: bool) -> Tensor:
    require_square(function, "a", a)
    factor = _cholesky(hermitian_from_triangle(a, lower=lower), check_finite=check_finite)
    return factor if lower else adjoint(factor)


@composite(
    samples=lambda make: [
        Sample((make.positive_definite(3, 3),)),
        Sample((make.positive_definite(2, 3, 3),), {"lower": True}),
    ],
    reference="scipy.linalg.cholesky",
)
def cholesky(a: Tensor, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Tensor:
    """
    Compute the Cholesky factor of a Hermitian positive definite matrix.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Hermitian positive definite matrices. Only the triangle selected by `lower` is read.
    lower : bool, optional
        Return the lower triangular ``L`` with ``a = L L^H`` instead of the upper ``U`` with ``a = U^H U``.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape (..., n, n)
        The triangular factor, with zeros in the other triangle.

    Raises
    ------
    ValueError
        If `a` is not square or has entries that are not finite.
    numpy.linalg.LinAlgError
        If a matrix is not positive definite.

    Notes
    -----
    ``dL = L Φ(L^-1 dA L^-H)``, where Φ takes the lower triangle and halves its diagonal (Smith 1995, "Differentiation
    of the Cholesky algorithm"). What is differentiated is the function of the triangle that is read, so the gradient
    lies in that triangle; its Hermitian part is the gradient in the space of Hermitian matrices.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import cholesky
    >>> cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]), lower=True)
    tensor([[2., 0.],
            [1., 2.]])
    """
    return _factor("cholesky", a, lower, check_finite)


@composite(
    samples=lambda make: [
        Sample((make.positive_definite(3, 3),), {"lower": True}),
        Sample((make.positive_definite(2, 3, 3),)),
    ],
)
def cho_factor(a: Tensor, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> CholeskyFactor:
    """
    Compute the Cholesky factor of a matrix, for use in :func:`cho_solve`.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Hermitian positive definite matrices. Only the triangle selected by `lower` is read.
    lower : bool, optional
        Factor as ``L L^H`` instead of ``U^H U``.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    c : Tensor, shape (..., n, n)
        The triangular factor. The other triangle is zero (SciPy leaves arbitrary numbers there).
    lower : bool
        The flag that was given.

    Raises
    ------
    ValueError
        If `a` is not square or has entries that are not finite.
    numpy.linalg.LinAlgError
        If a matrix is not positive definite.

    Notes
    -----
    The derivative is that of :func:`cholesky`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import cho_factor, cho_solve
    >>> factor = cho_factor(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    >>> cho_solve(factor, torch.tensor([6.0, 7.0]))
    tensor([1., 1.])
    """
    return CholeskyFactor(_factor("cho_factor", a, lower, check_finite), lower)


@composite(
    samples=lambda make: [
        Sample(((make.well_conditioned(3, 3), False), make(3, 2))),
        Sample(((make.well_conditioned(3, 3), True), make(3))),
    ],
    arrays=("c_and_lower", "b"),
    reference="scipy.linalg.cho_solve",
)
def cho_solve(
    c_and_lower: tuple[Tensor, bool], b: Tensor, overwrite_b: bool = False, check_finite: bool = True
) -> Tensor:
    """
    Solve ``a @ x = b`` given the Cholesky factor of ``a``.

    Parameters
    ----------
    c_and_lower : tuple of (Tensor, bool)
        The factor, shape (..., n, n), and whether it is lower triangular, as :func:`cho_factor` returns them. The
        other triangle is not read.
    b : Tensor, shape (n,) or (..., n, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape of `b` with broadcast batch dimensions
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If a diagonal entry of the factor is zero.

    Notes
    -----
    Two triangular solutions.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import cho_solve, cholesky
    >>> c = cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    >>> cho_solve((c, False), torch.tensor([6.0, 7.0]))
    tensor([1., 1.])
    """
    c, lower = c_and_lower
    require_square("cho_solve", "c", c)
    columns, is_vector = as_columns("cho_solve", "b", b, c.shape[-1])
    first = c if lower else adjoint(c)
    half = _solve_triangular(first, columns, lower=True, check_finite=check_finite, function="cho_solve")
    x = _solve_triangular(adjoint(first), half, lower=False, function="cho_solve")
    return x.squeeze(-1) if is_vector else x
