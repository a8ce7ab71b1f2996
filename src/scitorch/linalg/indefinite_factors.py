"""Block LDL^H factorisation of Hermitian and symmetric indefinite matrices."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Sample, composite, gufunc

from .arguments import require_finite, require_square
from .linear_solve import _solve
from .matrix_parts import (
    adjoint,
    diagonal,
    diagonal_matrix,
    hermitian_from_triangle,
    symmetric_from_triangle,
    triangle,
)

Factors = tuple[Tensor, Tensor, Tensor]


def _ldl_kernel(a: Tensor, *, lower: bool, hermitian: bool, check_finite: bool) -> Factors:
    from scipy.linalg import ldl as factorisation

    if check_finite:
        require_finite("ldl", A=a)
    if hermitian and a.is_complex():
        a = hermitian_from_triangle(a, lower=lower)  # SciPy warns of imaginary parts on the diagonal
    n = a.shape[-1]
    factor, d = torch.empty(a.shape, dtype=a.dtype), torch.empty(a.shape, dtype=a.dtype)
    order = torch.empty(a.shape[:-1], dtype=torch.int64)
    if a.numel():
        results = (x.view(-1, n, n).numpy() for x in (factor, d))
        for matrix, l, middle, row in zip(a.reshape(-1, n, n).numpy(), *results, order.view(-1, n).numpy()):
            l[:], middle[:], row[:] = factorisation(matrix, lower=lower, hermitian=hermitian, check_finite=False)
    return factor, d, order


def _transposed(x: Tensor, hermitian: bool) -> Tensor:
    return adjoint(x) if hermitian else x.mT


def _ldl_tangent(
    out: Factors, a: Tensor, da: Tensor, lower: bool, hermitian: bool, **_: bool
) -> tuple[Tensor, Tensor, None]:
    # a = l d l^H; with l' = l x, x strictly triangular by blocks: l^-1 a' l^-H = x d + d' + d x^H has d' in its blocks
    # and x d on the side of l.
    l, d, _order = out
    whole = (hermitian_from_triangle if hermitian else symmetric_from_triangle)(da, lower=lower)
    m = _solve(l, _transposed(_solve(l, _transposed(whole, hermitian)), hermitian))
    middle = diagonal_matrix(diagonal(m))
    in_block = torch.where(d != 0, m - middle, 0)
    side = torch.where(d != 0, 0, triangle(m, lower=lower, strict=True))
    x = _solve(d.mT, side.mT).mT
    return l @ x, middle + in_block, None


@gufunc(
    "(n,n)->(n,n),(n,n),(n)",
    kernel={"cpu": _ldl_kernel},
    jvp={"a": _ldl_tangent},
    samples=lambda make: [
        Sample((make.hermitian(3, 3) - make(3, 3) / 8,), {"lower": True}),
        Sample((make(2, 2, 2),), {"lower": False, "hermitian": False}),
    ],
    loops="r->rri z->zzi",
    public=False,
)
def _ldl(a: Tensor, *, lower: bool = True, hermitian: bool = True, check_finite: bool = False) -> Factors:
    """Unit triangular factor with permuted rows, block diagonal factor, row order."""


@composite(
    samples=lambda make: [
        Sample((make.hermitian(3, 3),)),
        Sample((make(2, 2),), {"lower": False, "hermitian": False}),
    ],
    reference="scipy.linalg.ldl",
)
def ldl(
    A: Tensor, lower: bool = True, hermitian: bool = True, overwrite_a: bool = False, check_finite: bool = True
) -> Factors:
    """
    Compute the factorisation ``A = lu @ d @ lu^H`` of a Hermitian or symmetric matrix, definite or not.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Matrices of which one triangle is read.
    lower : bool, optional
        Read the lower triangle (default) or the upper one.
    hermitian : bool, optional
        Whether complex matrices are Hermitian (default) or symmetric.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    lu : Tensor, shape (..., n, n)
        Unit triangular, with its rows permuted.
    d : Tensor, shape (..., n, n)
        Block diagonal, with blocks of size one and two.
    perm : Tensor of int64, shape (..., n)
        The rows of `lu` in the order that makes it triangular.

    Raises
    ------
    ValueError
        If `A` is not square or has entries that are not finite.
    numpy.linalg.LinAlgError
        From the derivative, if a matrix is singular.

    Notes
    -----
    Bunch & Kaufman's pivoting, by LAPACK (1977, Math. Comp. 31). The derivative is that at fixed pivots: with
    ``M = lu^-1 dA lu^-H``, ``d' `` is the blocks of ``M`` and ``lu' = lu X``, ``X d`` the part of ``M`` beside them.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import ldl
    >>> lu, d, perm = ldl(torch.tensor([[2.0, 0.0], [1.0, 3.0]]))
    >>> d
    tensor([[2.0000, 0.0000],
            [0.0000, 2.5000]])
    """
    require_square("ldl", "A", A)
    lu, d, perm = _ldl(A, lower=lower, hermitian=hermitian, check_finite=check_finite)
    return lu, d, perm
