"""Singular value decomposition."""

from __future__ import annotations

from typing import Any

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import NoConvergence, require_finite, require_matrix
from .matrix_parts import adjoint, conjugate, diagonal, hermitian_part
from .repeated_values import _reciprocal, _rotation

Decomposition = tuple[Tensor, Tensor, Tensor]


def _svd_kernel(a: Tensor, *, full: bool, check_finite: bool) -> Decomposition:
    if check_finite:
        require_finite("svd", a=a)
    finite = torch.isfinite(a).all(-1).all(-1)
    clean = torch.where(finite[..., None, None], a, 0)
    try:
        u, s, vh = torch.linalg.svd(clean, full_matrices=full)
    except NoConvergence as error:
        raise LinAlgError(f"svd: argument 'a': the algorithm did not converge: {error}") from error
    matrix, vector = finite[..., None, None], finite[..., None]
    return torch.where(matrix, u, torch.nan), torch.where(vector, s, torch.nan), torch.where(matrix, vh, torch.nan)


def _svd_sizes(m: int, n: int, full: bool, **_flags: bool) -> dict[str, int]:
    k = min(m, n)
    return {"k": k, "p": m if full else k, "q": n if full else k}


def _svd_tangent(out: Decomposition, a: Tensor, da: Tensor, full: bool, **_flags: bool) -> Decomposition:
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
    p, q = _rotation(h_symmetric, -symmetric, sign=-1), _rotation(h_symmetric, skew, sign=1)
    # The skew part of H vanishes, but its derivative does not where several singular values are zero: their block of
    # H moves to any matrix. One sweep carries it to second derivatives.
    h_skew = h - h_symmetric
    p, q = (
        _rotation(h_symmetric, q @ h_skew + h_skew @ q - symmetric, sign=-1),
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
    samples=_svd_samples,
    sizes=_svd_sizes,
    loops="r->rrr z->zrz",
    public=False,
)
def _svd(a: Tensor, *, full: bool = False, check_finite: bool = False) -> Decomposition:
    """Left singular vectors, descending singular values, adjoint right singular vectors."""


def _svdvals_kernel(a: Tensor, *, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("svdvals", a=a)
    finite = torch.isfinite(a).all(-1).all(-1)
    try:
        s = torch.linalg.svdvals(torch.where(finite[..., None, None], a, 0))
    except NoConvergence as error:
        raise LinAlgError(f"svdvals: argument 'a': the algorithm did not converge: {error}") from error
    return torch.where(finite[..., None], s, torch.nan)


def _svdvals_tangent(s: Tensor, a: Tensor, da: Tensor, **_flags: bool) -> Tensor:
    u, _, vh = _svd(a)
    slope = (conjugate(u) * (da @ adjoint(vh))).sum(-2)
    return slope.real if slope.is_complex() else slope


def _svdvals_cotangent(g: Tensor, s: Tensor, a: Tensor, **_flags: bool) -> Tensor:
    u, _, vh = _svd(a)
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
        If the iteration does not converge.

    Notes
    -----
    A pair of singular vectors is defined up to a common phase; the derivative is right for every function that does
    not depend on the phases, nor on the basis of the complements that `full_matrices` adds. At repeated singular
    values derivatives are finite, those of the block diagonalisation, as for :func:`eigh`; the polar factor
    ``u @ vh`` and functions of whole singular spaces are right there. At a zero singular value the value itself has
    a kink (its negative is as good), and the vectors that belong to it are held fixed within the null space.

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
        return _svdvals(a, check_finite=check_finite)
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
    return _svdvals(a, check_finite=check_finite)
