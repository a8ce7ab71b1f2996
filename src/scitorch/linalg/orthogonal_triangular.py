"""QR factorisation, with and without column pivoting."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_finite, require_matrix
from .linear_solve import _solve_triangular
from .matrix_parts import adjoint, conjugate, diagonal, diagonal_matrix, row_major, triangle

Factors = tuple[Tensor, Tensor]


def _qr_kernel(a: Tensor, *, full: bool, check_finite: bool) -> Factors:
    if check_finite:
        require_finite("qr", a=a)
    q, r = torch.linalg.qr(a, mode="complete" if full else "reduced")
    return row_major(q), row_major(r)


def _qr_sizes(m: int, n: int, full: bool, **_: bool) -> dict[str, int]:
    return {"p": m if full else min(m, n)}


def _qr_tangent(out: Factors, a: Tensor, da: Tensor, full: bool, **_: bool) -> Factors:
    # On the first k columns, where r1 is square and invertible: with M = q1^H da1 r1^-1 and q1' = q1 x + (outside),
    # x skew-Hermitian, r1' = (M - x) r1 must be triangular with a real diagonal where r1 has one: x has the strict
    # lower part of M and the imaginary part of its diagonal.
    q, r = out
    k = min(a.shape[-2:])
    q1, q2 = q[..., :, :k], q[..., :, k:]
    q1h = adjoint(q1)
    quotient = _right_solve(r[..., :k, :k], da.narrow(-1, 0, k))  # da1 r1^-1
    slope = q1h @ quotient
    below = triangle(slope, lower=True, strict=True)
    x = below - adjoint(below)
    if a.is_complex():
        x = x + diagonal_matrix((diagonal(slope) - conjugate(diagonal(slope))) / 2)
    dq = q1 @ x
    if a.shape[-2] > k:
        dq = dq + quotient - q1 @ slope
    # r = q1^H a on all columns; x^H = -x. The entries below the diagonal are zero by construction.
    dr = torch.triu(q1h @ da - x @ r[..., :k, :])
    if not full or not q2.shape[-1]:
        return dq, dr
    dq = torch.cat([dq, -q1 @ (adjoint(quotient) @ q2)], -1)
    return dq, torch.cat([dr, torch.zeros_like(r[..., k:, :])], -2)


def _qr_cotangent(g: Factors, out: Factors, a: Tensor, full: bool, **_: bool) -> Tensor:
    gq, gr = g
    q, r = out
    m, n = a.shape[-2:]
    if m < n or (full and m > n):
        pulled: Tensor = torch.func.vjp(lambda da: _qr_tangent(out, a, da, full), torch.zeros_like(a))[1]((gq, gr))[0]
        return pulled
    # The transpose of the above (Walter & Lehmann 2010, arXiv:1009.6112; Liao et al. 2019): with s = r r'^H - q'^H q,
    # a' = (q' + q (Hermitian matrix of the lower triangle of s)) r^-H.
    s = r @ adjoint(torch.triu(gr)) - adjoint(gq) @ q
    whole = triangle(s, lower=True) + adjoint(triangle(s, lower=True, strict=True))
    if a.is_complex():
        whole = whole - diagonal_matrix((diagonal(s) - conjugate(diagonal(s))) / 2)
    return adjoint(_solve_triangular(r, adjoint(gq + q @ whole), lower=False, function="derivative of qr"))


def _right_solve(r: Tensor, b: Tensor) -> Tensor:
    """``b r^-1`` for upper triangular r."""
    return adjoint(_solve_triangular(adjoint(r), adjoint(b), lower=True, function="derivative of qr"))


def without_signs(result: Factors) -> tuple[Tensor, ...]:
    """What does not depend on the signs or phases of q's columns, nor on the basis of the complement."""
    q, r = result
    k = min(r.shape[-2:])
    rank_one = q[..., :k].mT[..., :, :, None] * r[..., :k, None, :]
    complement = q[..., k:]
    return (rank_one, complement @ adjoint(complement)) if complement.shape[-1] else (rank_one,)


def _qr_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(3, 3),), {"full": False}),
        Sample((make(2, 4, 2),), {"full": False}),
        Sample((make(2, 4),), {"full": False}),
        Sample((make(4, 2),), {"full": True}, view=without_signs),
    ]


@gufunc(
    "(m,n)->(m,p),(p,n)",
    kernel=_qr_kernel,
    jvp={"a": _qr_tangent},
    vjp={"a": _qr_cotangent},
    samples=_qr_samples,
    sizes=_qr_sizes,
    loops="r->rr z->zz",
    public=False,
)
def _qr(a: Tensor, *, full: bool = False, check_finite: bool = False) -> Factors:
    """Orthogonal and upper triangular factor."""


def _pivots_kernel(a: Tensor, *, check_finite: bool) -> Tensor:
    from scipy.linalg import lapack

    if check_finite:
        require_finite("qr", a=a)
    pivots = torch.empty(*a.shape[:-2], a.shape[-1], dtype=torch.int64)
    if not a.numel():
        return pivots.copy_(torch.arange(a.shape[-1]).expand(pivots.shape))
    matrices = a.reshape(-1, *a.shape[-2:]).numpy()
    rows = pivots.view(-1, a.shape[-1])
    (factor,) = lapack.get_lapack_funcs(("geqp3",), (matrices[0],))
    for k, matrix in enumerate(matrices):
        rows[k] = torch.from_numpy(factor(matrix)[1].astype("int64") - 1)
    return pivots


@gufunc(
    "(m,n)->(n)",
    kernel={"cpu": _pivots_kernel},
    jvp={"a": lambda out, a, da, **_: None},
    samples=lambda make: [Sample((make(3, 3),)), Sample((make(2, 4, 2),))],
    loops="r->i z->i",
    public=False,
)
def _pivots(a: Tensor, *, check_finite: bool = False) -> Tensor:
    """The column order in which QR with pivoting takes the columns: largest remaining norm first."""


def _householder_kernel(a: Tensor, *, check_finite: bool) -> Factors:
    if check_finite:
        require_finite("qr", a=a)
    packed, tau = torch.geqrf(a)
    return row_major(packed), row_major(tau)


@gufunc(
    "(m,n)->(m,n),(k)",
    kernel=_householder_kernel,
    undefined={"a": "Householder vectors depend on signs; take mode='economic' or 'full'"},
    samples=lambda make: [Sample((make(3, 3),)), Sample((make(2, 4, 2),))],
    sizes=lambda m, n, **_: {"k": min(m, n)},
    loops="r->rr z->zz",
    public=False,
)
def _householder(a: Tensor, *, check_finite: bool = False) -> Factors:
    """LAPACK's packed QR: Householder vectors below the diagonal, r on and above it, and the scale factors."""


@composite(
    samples=lambda make: [
        Sample((make(3, 3),), view=without_signs),
        Sample((make(4, 2),), view=without_signs),
        Sample((make(2, 4),), {"mode": "economic"}, view=without_signs),
        Sample((make(2, 4, 3),), {"mode": "economic"}, view=without_signs),
    ],
    reference="scipy.linalg.qr",
)
def qr(
    a: Tensor,
    overwrite_a: bool = False,
    lwork: int | None = None,
    mode: str = "full",
    pivoting: bool = False,
    check_finite: bool = True,
) -> Any:
    """
    Compute the QR factorisation ``a = q @ r``.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    overwrite_a, lwork : optional
        Accepted for SciPy's sake.
    mode : {"full", "r", "economic", "raw"}, optional
        Square `q`; only `r`; the first ``k = min(m, n)`` columns of `q` and rows of `r`; or Householder vectors.
    pivoting : bool, optional
        Order the columns by remaining norm: ``a[:, p] = q @ r`` with descending diagonal of `r`.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    q : Tensor, shape (..., m, m) or (..., m, k)
        Orthonormal columns. Absent in mode ``"r"``; in mode ``"raw"`` the pair ``(packed, tau)`` of LAPACK's geqrf.
    r : Tensor, shape (..., m, n) or (..., k, n)
        Upper triangular.
    p : Tensor of int64, shape (..., n)
        The permutation, with `pivoting` only.

    Raises
    ------
    ValueError
        If `a` is not a matrix, has entries that are not finite, or `mode` is unknown.
    numpy.linalg.LinAlgError
        From the derivative, if the first ``k`` columns are linearly dependent.
    NotImplementedError
        From the derivative of the Householder vectors.

    Notes
    -----
    Householder reflections. ``q' = q x + (1 - q q^H) a' r^-1``, with skew-Hermitian ``x`` made from the strict lower
    part of ``q^H a' r^-1`` (Walter & Lehmann 2010, arXiv:1001.1654). The complement that mode ``"full"`` adds is
    determined up to rotation; its derivative is right for functions of its span.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import qr
    >>> (r,) = qr(torch.tensor([[3.0, 1.0], [4.0, 2.0]]), mode="r")
    >>> r.abs().round(decimals=4)
    tensor([[5.0000, 2.2000],
            [0.0000, 0.4000]])
    """
    require_matrix("qr", "a", a)
    if mode not in ("full", "r", "economic", "raw"):
        raise ValueError(f"qr: mode is {mode!r}; wanted 'full', 'r', 'economic' or 'raw'")
    permutation: tuple[Tensor, ...] = ()
    if pivoting:
        order = _pivots(a, check_finite=check_finite)
        permutation = (order,)
        a = torch.take_along_dim(a, order.unsqueeze(-2), -1)
    if mode == "raw":
        packed, tau = _householder(a, check_finite=check_finite)
        return ((packed, tau), torch.triu(packed[..., : tau.shape[-1], :]), *permutation)
    q, r = _qr(a, full=mode in ("full", "r"), check_finite=check_finite)
    return (r, *permutation) if mode == "r" else (q, r, *permutation)
