"""Eigenvalues and eigenvectors of Hermitian matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import NoConvergence, finite_matrices, is_differentiated, require_finite, require_square
from .cholesky import _cholesky
from .linear_solve import _solve_triangular
from .matrix_parts import (
    adjoint,
    conjugate,
    diagonal,
    diagonal_matrix,
    hermitian_from_triangle,
    hermitian_part,
    row_major,
)
from .repeated_values import _rotation, invariant


def _eigh_kernel(a: Tensor, *, check_finite: bool, values_apart: bool) -> tuple[Tensor, Tensor]:
    if check_finite:
        require_finite("eigh", a=a)
    finite = None if check_finite else finite_matrices(a)
    clean = hermitian_part(a) if finite is None else torch.where(finite[..., None, None], hermitian_part(a), 0)
    try:
        w, v = torch.linalg.eigh(clean)
    except NoConvergence as error:
        raise LinAlgError(f"eigh: argument 'a': the algorithm did not converge: {error}") from error
    if finite is None:
        return w, row_major(v)
    return torch.where(finite[..., None], w, torch.nan), torch.where(finite[..., None, None], v, torch.nan)


def _eigh_tangent(out: tuple[Tensor, Tensor], a: Tensor, da: Tensor, **_flags: bool) -> tuple[Tensor, Tensor]:
    # a V = V H with H block diagonal: H x - x H = -V^H da V between the clusters, dV = V x. H is written as V^H a V
    # so that its own derivative has the entries inside a cluster, which the eigenvalues alone do not.
    _, v = out
    m = adjoint(v) @ hermitian_part(da) @ v
    h = adjoint(v) @ hermitian_part(a) @ v
    return diagonal(m).real, v @ _rotation(h, -m)


def _eigh_cotangent(
    g: tuple[Tensor | None, Tensor | None], out: tuple[Tensor, Tensor], a: Tensor, values_apart: bool, **_flags: bool
) -> Tensor:
    gw, gv = g
    w, v = out
    if gv is None:
        assert gw is not None
        return hermitian_part((v * gw[..., None, :]) @ adjoint(v))
    gw = torch.zeros_like(w) if gw is None else gw
    if is_differentiated(a) or is_differentiated(v):
        h = adjoint(v) @ hermitian_part(a) @ v
    else:  # the same number
        h = diagonal_matrix(w.to(a.dtype))
    s = invariant(w, gw, adjoint(v) @ gv, function="eigh")
    inner = diagonal_matrix(gw.to(a.dtype)) - _rotation(h, s, checked=not values_apart)
    return hermitian_part(v @ inner @ adjoint(v))


def eigenprojectors(result: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """What does not depend on the phases of eigenvectors: eigenvalues and one projector per vector."""
    w, v = result
    columns = v.mT
    return w, columns[..., :, None] * conjugate(columns)[..., None, :]


def _hermitian_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make.hermitian(3, 3),), view=eigenprojectors),
        Sample((make.hermitian(2, 3, 3),), view=eigenprojectors),
    ]


@gufunc(
    "(n,n)->(n),(n,n)",
    kernel=_eigh_kernel,
    jvp={"a": _eigh_tangent},
    vjp={"a": _eigh_cotangent},
    absent_is_none=True,
    samples=_hermitian_samples,
    loops="r->rr z->rz",
    public=False,
)
def _eigh(a: Tensor, *, check_finite: bool = False, values_apart: bool = False) -> tuple[Tensor, Tensor]:
    """Ascending eigenvalues and eigenvectors of the Hermitian part of a matrix.

    With ``values_apart`` the vectors are used together with eigenvalues of another call, so that their cotangents alone
    do not tell what the function does with a repeated value: it warns.
    """


def _eigvalsh_kernel(a: Tensor, *, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("eigvalsh", a=a)
    finite = None if check_finite else finite_matrices(a)
    clean = hermitian_part(a) if finite is None else torch.where(finite[..., None, None], hermitian_part(a), 0)
    try:
        w: Tensor = torch.linalg.eigvalsh(clean)
    except NoConvergence as error:
        raise LinAlgError(f"eigvalsh: argument 'a': the algorithm did not converge: {error}") from error
    return w if finite is None else torch.where(finite[..., None], w, torch.nan)


def _eigvalsh_tangent(w: Tensor, a: Tensor, da: Tensor, **_flags: bool) -> Tensor:
    _, v = _eigh(a, values_apart=True)
    # The diagonal of V^H da V: columns of V against those of da V.
    products = conjugate(v) * (hermitian_part(da) @ v)
    return products.real.sum(-2) if products.is_complex() else products.sum(-2)


def _eigvalsh_cotangent(g: Tensor, w: Tensor, a: Tensor, **_flags: bool) -> Tensor:
    _, v = _eigh(a, values_apart=True)
    return hermitian_part((v * g[..., None, :]) @ adjoint(v))


@gufunc(
    "(n,n)->(n)",
    kernel=_eigvalsh_kernel,
    jvp={"a": _eigvalsh_tangent},
    vjp={"a": _eigvalsh_cotangent},
    samples=lambda make: [Sample(s.args) for s in _hermitian_samples(make)],
    loops="r->r z->r",
    public=False,
)
def _eigvalsh(a: Tensor, *, check_finite: bool = False) -> Tensor:
    """Ascending eigenvalues of the Hermitian part of a matrix."""


def _values(a: Tensor, check_finite: bool) -> Tensor:
    if is_differentiated(a):
        return _eigh(a, check_finite=check_finite)[0]
    return _eigvalsh(a, check_finite=check_finite)


def _standard_form(
    function: str, a: Tensor, b: Tensor | None, lower: bool, problem: int
) -> tuple[Tensor, Tensor | None]:
    """The Hermitian matrix with the wanted eigenvalues, and the Cholesky factor of ``b``."""
    require_square(function, "a", a)
    if problem not in (1, 2, 3):
        raise ValueError(f"{function}: type is {problem!r}; wanted 1, 2 or 3")
    a = hermitian_from_triangle(a, lower=lower)
    if b is None:
        return a, None
    require_square(function, "b", b)
    if b.shape[-1] != a.shape[-1]:
        raise ValueError(
            f"{function}: argument 'b' has shape {tuple(b.shape)}; wanted matrices of the size of 'a', "
            f"{tuple(a.shape[-2:])}"
        )
    factor = _cholesky(hermitian_from_triangle(b, lower=lower), check_finite=True)
    if problem == 1:
        half = _solve_triangular(factor, a, lower=True)
        return _solve_triangular(factor, adjoint(half), lower=True), factor
    return adjoint(factor) @ a @ factor, factor


def _selection(function: str, w: Tensor, by_index: Sequence[int] | None, by_value: Sequence[float] | None) -> Any:
    """The wanted positions along the last axis, as a slice or a mask."""
    n = w.shape[-1]
    if by_index is not None and by_value is not None:
        raise ValueError(f"{function}: give subset_by_index or subset_by_value, not both")
    if by_index is not None:
        low, high = (int(i) for i in by_index)
        if not 0 <= low <= high < n:
            raise ValueError(f"{function}: subset_by_index is {list(by_index)}; wanted 0 <= low <= high <= {n - 1}")
        return slice(low, high + 1)
    if by_value is not None:
        low_value, high_value = (float(v) for v in by_value)
        if not low_value < high_value:
            raise ValueError(f"{function}: subset_by_value is {list(by_value)}; wanted an increasing pair")
        if w.ndim > 1:
            raise ValueError(f"{function}: subset_by_value gives a different count per matrix; 'a' is a batch")
        return (w > low_value) & (w <= high_value)
    return slice(None)


@composite(
    samples=lambda make: [
        *_hermitian_samples(make),
        Sample((make.hermitian(3, 3), make.positive_definite(3, 3)), view=eigenprojectors),
    ],
    reference="scipy.linalg.eigh",
)
def eigh(
    a: Tensor,
    b: Tensor | None = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Sequence[int] | None = None,
    subset_by_value: Sequence[float] | None = None,
    driver: str | None = None,
) -> Any:
    """
    Solve an ordinary or generalised eigenvalue problem of a Hermitian matrix.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Hermitian matrices, of which one triangle is read.
    b : Tensor, shape (..., n, n), optional
        Hermitian positive definite matrices of the generalised problem.
    lower : bool, optional
        Read the lower triangles (default) or the upper ones.
    eigvals_only : bool, optional
        Return eigenvalues only.
    overwrite_a, overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    type : {1, 2, 3}, optional
        The generalised problem: ``a v = w b v``, ``a b v = w v`` or ``b a v = w v``.
    check_finite : bool, optional
        Refuse infinities and NaN.
    subset_by_index : (int, int), optional
        Return the eigenvalues of these positions, both ends included.
    subset_by_value : (float, float), optional
        Return the eigenvalues above the first and up to the second number; single matrices only.
    driver : str, optional
        Accepted for SciPy's sake; LAPACK's divide and conquer is always used.

    Returns
    -------
    w : Tensor, shape (..., n)
        Eigenvalues in ascending order.
    v : Tensor, shape (..., n, n)
        Normalised eigenvectors in the columns; absent with `eigvals_only`.

    Raises
    ------
    ValueError
        For shapes that do not fit, entries that are not finite, or subsets that are not ranges.
    numpy.linalg.LinAlgError
        If `b` is not positive definite, or the iteration does not converge; from the derivative, at a repeated
        eigenvalue, if there is none.

    Notes
    -----
    ``dw = diag(V^H da V)`` and ``dV = V x``, ``x_ij = (V^H da V)_ij / (w_j - w_i)``. Eigenvectors are defined up to a
    phase; the derivative is that of vectors which do not turn, and is right for every function that does not depend
    on the phases. At a repeated eigenvalue the derivatives are finite: those of the block diagonalisation (Kato,
    "Perturbation Theory for Linear Operators", II.4.2), right for functions of whole eigenspaces and of sums over
    them, to any order. Of a function of the eigenvalues alone that has a kink there, such as the largest, they are
    a subgradient. A function that depends on the basis, or is nonlinear in the repeated eigenvalues and composed as
    ``(v * f(w)) @ v.mH``, cannot be differentiated through ``w`` and ``v`` there: reverse mode raises, forward mode,
    which cannot see it, gives a ``RepeatedValueWarning``. Use :func:`funm`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import eigh
    >>> w, v = eigh(torch.tensor([[2.0, 1.0], [1.0, 2.0]]))
    >>> w
    tensor([1., 3.])
    """
    matrix, factor = _standard_form("eigh", a, b, lower, type)
    if eigvals_only:
        w = _values(matrix, check_finite)
        return w[..., _selection("eigh", w, subset_by_index, subset_by_value)]
    w, v = _eigh(matrix, check_finite=check_finite)
    if factor is not None:
        v = factor @ v if type == 3 else _solve_triangular(adjoint(factor), v, lower=False)
    chosen = _selection("eigh", w, subset_by_index, subset_by_value)
    return w[..., chosen], v[..., chosen]


@composite(
    samples=lambda make: [
        *(Sample(s.args) for s in _hermitian_samples(make)),
        Sample((make.hermitian(3, 3), make.positive_definite(3, 3))),
    ],
    reference="scipy.linalg.eigvalsh",
)
def eigvalsh(
    a: Tensor,
    b: Tensor | None = None,
    *,
    lower: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Sequence[int] | None = None,
    subset_by_value: Sequence[float] | None = None,
    driver: str | None = None,
) -> Tensor:
    """
    Compute the eigenvalues of a Hermitian matrix or matrix pair.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Hermitian matrices, of which one triangle is read.
    b : Tensor, shape (..., n, n), optional
        Hermitian positive definite matrices of the generalised problem.
    lower : bool, optional
        Read the lower triangles (default) or the upper ones.
    overwrite_a, overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    type : {1, 2, 3}, optional
        The generalised problem: ``a v = w b v``, ``a b v = w v`` or ``b a v = w v``.
    check_finite : bool, optional
        Refuse infinities and NaN.
    subset_by_index : (int, int), optional
        Return the eigenvalues of these positions, both ends included.
    subset_by_value : (float, float), optional
        Return the eigenvalues above the first and up to the second number; single matrices only.
    driver : str, optional
        Accepted for SciPy's sake.

    Returns
    -------
    Tensor, shape (..., n)
        Eigenvalues in ascending order.

    Raises
    ------
    ValueError
        For shapes that do not fit, entries that are not finite, or subsets that are not ranges.
    numpy.linalg.LinAlgError
        If `b` is not positive definite, or the iteration does not converge.

    Notes
    -----
    ``dw = diag(V^H da V)``. At a repeated eigenvalue this is right for every symmetric function of the eigenvalues;
    see :func:`eigh` for second derivatives there.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import eigvalsh
    >>> eigvalsh(torch.tensor([[2.0, 1.0], [1.0, 2.0]]))
    tensor([1., 3.])
    """
    matrix, _ = _standard_form("eigvalsh", a, b, lower, type)
    w = _values(matrix, check_finite)
    return w[..., _selection("eigvalsh", w, subset_by_index, subset_by_value)]
