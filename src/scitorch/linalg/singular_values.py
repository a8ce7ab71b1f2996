"""Singular value decomposition."""

from __future__ import annotations

from typing import Any

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import NoConvergence, finite_matrices, is_differentiated, require_finite, require_matrix
from .matrix_parts import adjoint, conjugate, diagonal, hermitian_part, row_major
from .repeated_values import _reciprocal, _rotation, invariant

Decomposition = tuple[Tensor, Tensor, Tensor]


def _svd_kernel(a: Tensor, *, full: bool, check_finite: bool, values_apart: bool) -> Decomposition:
    if check_finite:
        require_finite("svd", a=a)
    finite = None if check_finite else finite_matrices(a)
    clean = a if finite is None else torch.where(finite[..., None, None], a, 0)
    try:
        u, s, vh = torch.linalg.svd(clean, full_matrices=full)
    except NoConvergence as error:
        raise LinAlgError(f"svd: argument 'a': the algorithm did not converge: {error}") from error
    if finite is None:
        return row_major(u), s, row_major(vh)
    matrix, vector = finite[..., None, None], finite[..., None]
    return torch.where(matrix, u, torch.nan), torch.where(vector, s, torch.nan), torch.where(matrix, vh, torch.nan)


def _svd_sizes(m: int, n: int, full: bool, **_flags: bool) -> dict[str, int]:
    k = min(m, n)
    return {"k": k, "p": m if full else k, "q": n if full else k}


def _svd_tangent(
    out: Decomposition, a: Tensor, da: Tensor, full: bool, checked: bool = False, **_flags: bool
) -> Decomposition:
    # With u' = u (P + Q), v' = v (P - Q) for skew-Hermitian P and Q, H = u^H a v and M = u^H da v, the part of
    # H' = [H, P] - {H, Q} + M between clusters of singular values must vanish, and H stay Hermitian:
    # [H, P] = -(Hermitian part of M), {H, Q} = skew part of M. The sum and difference decouple what the usual
    # formula 1/(s_j² - s_i²) mixes, so that Q is right at repeated singular values (the polar factor is smooth there).
    u_all, _, vh_all = out
    m, n = a.shape[-2:]
    k = min(m, n)
    u, v = u_all[..., :, :k], adjoint(vh_all[..., :k, :])
    uh = adjoint(u)
    a_v, da_v = a @ v, da @ v
    h, slope = uh @ a_v, uh @ da_v
    symmetric, skew = hermitian_part(slope), slope - hermitian_part(slope)
    h_symmetric = hermitian_part(h)
    p, q = _rotation(h_symmetric, -symmetric, sign=-1, checked=checked), _rotation(h_symmetric, skew, sign=1)
    # The skew part of H vanishes, but its derivative does not where several singular values are zero: their block of
    # H moves to any matrix. One sweep carries it to second derivatives.
    h_skew = h - h_symmetric
    p, q = (
        _rotation(h_symmetric, q @ h_skew + h_skew @ q - symmetric, sign=-1, checked=checked),
        _rotation(h_symmetric, h_skew @ p - p @ h_skew + skew, sign=1),
    )
    turn_u, turn_v = p + q, p - q
    du, dv = u @ turn_u, v @ turn_v
    inverse = _reciprocal(h_symmetric)
    if m > k:  # out of the column space: (1 - u u^H) (da v + a v') h^-1, where (1 - u u^H) a v is 0 but moves
        du = du + (da_v - u @ slope + (a_v - u @ h) @ turn_v) @ inverse
    if n > k:
        outside = adjoint(da) @ u - v @ adjoint(slope) + (adjoint(a) @ u - v @ adjoint(h)) @ turn_u
        dv = dv + outside @ inverse
    if full and m > k:
        # The complement turns against the rest and not within itself: u0' = -u u'^H u0.
        du = torch.cat([du, -u @ (adjoint(du) @ u_all[..., :, k:])], -1)
    if full and n > k:
        dv = torch.cat([dv, -v @ (adjoint(dv) @ adjoint(vh_all[..., k:, :]))], -1)
    return du, diagonal(slope).real, adjoint(dv)


def _leading(x: Tensor, axis: int, count: int) -> Tensor:
    """The first columns or rows; never a view of all, which the vmap of gradient checks cannot batch."""
    return x if x.shape[axis] == count else x.narrow(axis, 0, count)


def _svd_cotangent(
    g: tuple[Tensor | None, Tensor | None, Tensor | None],
    out: Decomposition,
    a: Tensor,
    full: bool,
    values_apart: bool,
    **_flags: bool,
) -> Tensor:
    gu, gs, gvh = g
    u, s, vh = out
    k = min(a.shape[-2:])
    if gu is None and gvh is None:
        assert gs is not None
        return (_leading(u, -1, k) * gs[..., None, :]) @ _leading(vh, -2, k)
    cotangents = tuple(torch.zeros_like(x) if c is None else c for x, c in zip(out, g))
    gu, gs, gvh = cotangents
    u_k, gu_k = _leading(u, -1, k), _leading(gu, -1, k)
    left, right = adjoint(u_k) @ gu_k, _leading(vh, -2, k) @ adjoint(_leading(gvh, -2, k))
    # The vectors of a value turn together, those of the value zero on either side alone as well.
    both = invariant(s, gs, left + right, function="svd")
    apart = invariant(s, torch.zeros_like(gs), left - right, function="svd", null=True)
    gu_k = gu_k + u_k @ ((both + apart) / 2 - left)
    gu = torch.cat([gu_k, gu.narrow(-1, k, gu.shape[-1] - k)], -1) if gu.shape[-1] > k else gu_k

    def tangent(da: Tensor) -> Decomposition:
        return _svd_tangent(out, a, da, full, checked=not values_apart)

    pulled: Tensor = torch.func.vjp(tangent, torch.zeros_like(a))[1]((gu, gs, gvh))[0]
    return pulled


def singular_planes(result: Decomposition) -> tuple[Tensor, ...]:
    """What does not depend on phases: values, products ``u_i v_i^H``, and projectors on the complements."""
    u, s, vh = result
    k = s.shape[-1]
    rank_one = u.mT[..., :k, :, None] * vh[..., :k, None, :]
    complements = [x @ adjoint(x) for x in (u[..., :, k:], adjoint(vh[..., k:, :])) if x.shape[-1]]
    return s, rank_one, *complements


def _svd_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(3, 3),), {"full": False}, view=singular_planes),
        Sample((make(2, 4, 2),), {"full": True}, view=singular_planes),
        Sample((make(2, 3),), {"full": False}, view=singular_planes),
        Sample((make(2, 4),), {"full": True}, view=singular_planes),
    ]


@gufunc(
    "(m,n)->(m,p),(k),(q,n)",
    kernel=_svd_kernel,
    jvp={"a": _svd_tangent},
    vjp={"a": _svd_cotangent},
    absent_is_none=True,
    samples=_svd_samples,
    sizes=_svd_sizes,
    loops="r->rrr z->zrz",
    public=False,
)
def _svd(a: Tensor, *, full: bool = False, check_finite: bool = False, values_apart: bool = False) -> Decomposition:
    """Left singular vectors, descending singular values, adjoint right singular vectors.

    ``values_apart`` as in ``_eigh``.
    """


def _svdvals_kernel(a: Tensor, *, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("svdvals", a=a)
    finite = None if check_finite else finite_matrices(a)
    try:
        s: Tensor = torch.linalg.svdvals(a if finite is None else torch.where(finite[..., None, None], a, 0))
    except NoConvergence as error:
        raise LinAlgError(f"svdvals: argument 'a': the algorithm did not converge: {error}") from error
    return s if finite is None else torch.where(finite[..., None], s, torch.nan)


def _svdvals_tangent(s: Tensor, a: Tensor, da: Tensor, **_flags: bool) -> Tensor:
    u, _, vh = _svd(a, values_apart=True)
    slope = (conjugate(u) * (da @ adjoint(vh))).sum(-2)
    return slope.real if slope.is_complex() else slope


def _svdvals_cotangent(g: Tensor, s: Tensor, a: Tensor, **_flags: bool) -> Tensor:
    u, _, vh = _svd(a, values_apart=True)
    return (u * g[..., None, :]) @ vh


@gufunc(
    "(m,n)->(k)",
    kernel=_svdvals_kernel,
    jvp={"a": _svdvals_tangent},
    vjp={"a": _svdvals_cotangent},
    samples=lambda make: [Sample((make(3, 3),)), Sample((make(2, 4, 2),)), Sample((make(2, 3),))],
    sizes=lambda m, n, **_: {"k": min(m, n)},
    loops="r->r z->r",
    public=False,
)
def _svdvals(a: Tensor, *, check_finite: bool = False) -> Tensor:
    """Descending singular values."""


def singular_values(a: Tensor, check_finite: bool = False) -> Tensor:
    """Descending singular values, from a decomposition with vectors where derivatives will be asked for."""
    if is_differentiated(a):
        return _svd(a, check_finite=check_finite)[1]
    return _svdvals(a, check_finite=check_finite)


@composite(
    samples=lambda make: [
        Sample((make(3, 3),), view=singular_planes),
        Sample((make(4, 2),), view=singular_planes),
        Sample((make(2, 4),), {"full_matrices": False}, view=singular_planes),
        Sample((make(2, 3, 2),), {"full_matrices": False}, view=singular_planes),
    ],
    reference="scipy.linalg.svd",
)
def svd(
    a: Tensor,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:
    """
    Compute the singular value decomposition ``a = u @ diag(s) @ vh``.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    full_matrices : bool, optional
        Return square `u` and `vh`; otherwise their first ``k = min(m, n)`` columns and rows.
    compute_uv : bool, optional
        Return the vectors as well as the values.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.
    lapack_driver : {"gesdd", "gesvd"}, optional
        Accepted for SciPy's sake.

    Returns
    -------
    u : Tensor, shape (..., m, m) or (..., m, k)
        Left singular vectors in the columns.
    s : Tensor, shape (..., k)
        Singular values, descending.
    vh : Tensor, shape (..., n, n) or (..., k, n)
        Conjugated right singular vectors in the rows.

    Raises
    ------
    ValueError
        If `a` is not a matrix, has entries that are not finite, or the driver is unknown.
    numpy.linalg.LinAlgError
        If the iteration does not converge; from the derivative, at a repeated value, if there is none.

    Notes
    -----
    A pair of singular vectors is defined up to a common phase; the derivative is right for every function that does
    not depend on the phases, nor on the basis of the complements that `full_matrices` adds. At repeated singular
    values derivatives are finite, those of the block diagonalisation, as for :func:`eigh`; the polar factor
    ``u @ vh`` and functions of whole singular spaces are right there, and reverse mode raises where the function
    depends on the basis or is nonlinear in a repeated value together with its vectors. At a zero singular
    value the value itself has a kink (its negative is as good), and the vectors that belong to it are held fixed
    within the null space.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import svd
    >>> u, s, vh = svd(torch.tensor([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]]), full_matrices=False)
    >>> s
    tensor([4., 3.])
    """
    require_matrix("svd", "a", a)
    if lapack_driver not in ("gesdd", "gesvd"):
        raise ValueError(f"svd: lapack_driver is {lapack_driver!r}; wanted 'gesdd' or 'gesvd'")
    if not compute_uv:
        return singular_values(a, check_finite)
    return tuple(_svd(a, full=full_matrices, check_finite=check_finite))


@composite(
    samples=lambda make: [Sample((make(3, 3),)), Sample((make(4, 2),)), Sample((make(2, 2, 3),))],
    reference="scipy.linalg.svdvals",
)
def svdvals(a: Tensor, overwrite_a: bool = False, check_finite: bool = True) -> Tensor:
    """
    Compute the singular values of a matrix.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape (..., min(m, n))
        Singular values, descending.

    Raises
    ------
    ValueError
        If `a` is not a matrix or has entries that are not finite.
    numpy.linalg.LinAlgError
        If the iteration does not converge.

    Notes
    -----
    ``ds = Re diag(u^H da v)``. See :func:`svd` for repeated and zero singular values.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import svdvals
    >>> svdvals(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    tensor([4., 3.])
    """
    require_matrix("svdvals", "a", a)
    return singular_values(a, check_finite)
