"""Determinants, with derivatives that exist at singular matrices too.

The determinant is a polynomial, so it has derivatives everywhere; only formulas with ``inv(a)`` break down. Its first
derivative is the adjugate, whose own derivatives are again products of cofactors. In the basis of singular vectors,
``a = U S V^H``, cofactors of the diagonal ``S`` are products of singular values with some left out, which are formed
without division.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_finite, require_square
from .inverse import _inverse
from .matrix_parts import adjoint, conjugate, diagonal, diagonal_matrix, identity_like


def _det_kernel(a: Tensor, *, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("det", a=a)
    value: Tensor = torch.linalg.det(a)
    return value


def _regular_samples(make: Maker) -> list[Sample]:
    return [Sample((make(3, 3),)), Sample((make(2, 2, 2),))]


def _det_samples(make: Maker) -> list[Sample]:
    singular = make(3, 2) @ make(2, 3)
    return [*_regular_samples(make), Sample((singular,))]


@gufunc(
    "(n,n)->()",
    kernel=_det_kernel,
    jvp={"a": lambda d, a, da, **_: (_adjugate(a).mT * da).sum((-2, -1))},
    vjp={"a": lambda g, d, a, **_: g[..., None, None] * adjoint(_adjugate(a))},
    samples=_det_samples,
    loops="r->r z->z",
    public=False,
)
def _det(a: Tensor, *, check_finite: bool = False) -> Tensor:
    """Determinant of a matrix."""


def _adjugate_kernel(a: Tensor) -> Tensor:
    # d inv(a) loses as many digits as the condition number has; the singular value form loses none, at ten times
    # the cost. It takes over where inv would lose more than a quarter of the digits.
    lu, pivots, info = torch.linalg.lu_factor_ex(a)
    if a.numel() and bool((info == 0).all()):
        x = torch.linalg.lu_solve(lu, pivots, identity_like(a).expand(a.shape))
        condition = _row_norm(a) * _row_norm(x)
        if bool((condition < torch.finfo(a.dtype).eps ** -0.25).all()):
            adjugate: Tensor = torch.linalg.det(a)[..., None, None] * x
            return adjugate
    phase, u, s, vh = _phased_svd(a)
    return _from_singular_basis(phase, u, vh, diagonal_matrix(_leave_one_out(s).to(a.dtype)))


@gufunc(
    "(n,n)->(n,n)",
    kernel=_adjugate_kernel,
    jvp={"a": lambda out, a, da: _adjugate_slope(a, da)},
    vjp={"a": lambda g, out, a: adjoint(_adjugate_slope(a, adjoint(g)))},
    samples=_regular_samples,
    loops="r->r z->z",
    public=False,
)
def _adjugate(a: Tensor) -> Tensor:
    """Transposed cofactor matrix: ``adj(a) a = det(a) I``, singular or not."""


def _adjugate_slope_kernel(a: Tensor, e: Tensor) -> Tensor:
    # With m = U^H e V, the second differential of det(S) is the sum of P_ij (m_ii m'_jj - m_ij m'_ji) over i ≠ j, P_ij
    # the product of all singular values but s_i and s_j. The coefficient of m'_ij stands at (j, i).
    phase, u, s, vh = _phased_svd(a)
    m = adjoint(u) @ e @ adjoint(vh)
    p = _leave_two_out(s).to(a.dtype)
    trace = (p @ diagonal(m)[..., None])[..., 0]
    return _from_singular_basis(phase, u, vh, diagonal_matrix(trace) - p * m)


@gufunc(
    "(n,n),(n,n)->(n,n)",
    kernel=_adjugate_slope_kernel,
    jvp={"a": lambda out, a, e, da: _adjugate_curvature(a, e, da)},
    # tr(f adj'(a; e)) is symmetric in e and f: it is the second differential of det.
    linear={"e": lambda g, a, e: adjoint(_adjugate_slope(a, adjoint(g)))},
    vjp={"a": lambda g, out, a, e: adjoint(_adjugate_curvature(a, e, adjoint(g)))},
    samples=lambda make: [Sample((*s.args, make(*s.args[0].shape))) for s in _regular_samples(make)],
    loops="rr->r zz->z",
    public=False,
)
def _adjugate_slope(a: Tensor, e: Tensor) -> Tensor:
    """Derivative of the adjugate of ``a`` in the direction ``e``."""


def _adjugate_curvature_kernel(a: Tensor, e: Tensor, f: Tensor) -> Tensor:
    # As above for the third differential: the sum over distinct i, j, k of P_ijk times the mixed determinant of the
    # 3×3 minors of m, l and the third direction, whose (k, i) coefficient stands at (i, k).
    phase, u, s, vh = _phased_svd(a)
    m, l = adjoint(u) @ e @ adjoint(vh), adjoint(u) @ f @ adjoint(vh)
    p = _leave_three_out(s).to(a.dtype)
    m_diagonal, l_diagonal = diagonal(m), diagonal(l)
    on_diagonal = torch.einsum("...ijk,...i,...j->...k", p, m_diagonal, l_diagonal)
    on_diagonal = on_diagonal - torch.einsum("...ijk,...ij,...ji->...k", p, m, l)
    off_diagonal = (
        torch.einsum("...ijk,...ij,...jk->...ik", p, m, l)
        + torch.einsum("...ijk,...ij,...jk->...ik", p, l, m)
        - l * torch.einsum("...ijk,...j->...ik", p, m_diagonal)
        - m * torch.einsum("...ijk,...j->...ik", p, l_diagonal)
    )
    return _from_singular_basis(phase, u, vh, off_diagonal + diagonal_matrix(on_diagonal))


def _regular_third(a: Tensor, e: Tensor, f: Tensor, da: Tensor) -> Tensor:
    """Third differential of ``det(a) inv(a)`` in the directions e, f and da; NaN where ``a`` is singular."""
    x = _inverse(a, singular_is_nan=True)
    xe, xf, xd = x @ e, x @ f, x @ da
    # adj'' = det(a) (c + q) x with a number c and a matrix q; then det' = det tr(xd), x' = -xd x, (xe)' = -xd xe.
    te, tf, td, tef = _trace(xe), _trace(xf), _trace(xd), _trace(xe @ xf)
    te1, tf1, tef1 = -_trace(xd @ xe), -_trace(xd @ xf), -_trace(xd @ xe @ xf) - _trace(xe @ xd @ xf)
    xe1, xf1 = -(xd @ xe), -(xd @ xf)
    c, c1 = te * tf - tef, te1 * tf + te * tf1 - tef1
    q = xe @ xf + xf @ xe - te * xf - tf * xe
    q1 = xe1 @ xf + xe @ xf1 + xf1 @ xe + xf @ xe1 - te1 * xf - te * xf1 - tf1 * xe - tf * xe1
    inner = td * q + q1 - q @ xd - c * xd
    return _det(a)[..., None, None] * ((td * c + c1) * x + inner @ x)


@gufunc(
    "(n,n),(n,n),(n,n)->(n,n)",
    kernel=_adjugate_curvature_kernel,
    jvp={"a": lambda out, a, e, f, da: _regular_third(a, e, f, da)},
    linear={
        "e": lambda g, a, e, f: adjoint(_adjugate_curvature(a, adjoint(g), f)),
        "f": lambda g, a, e, f: adjoint(_adjugate_curvature(a, e, adjoint(g))),
    },
    samples=lambda make: [
        Sample((make(3, 3), make(3, 3), make(3, 3))),
        Sample((make(2, 2, 2), make(2, 2), make(2, 2))),
    ],
    loops="rrr->r zzz->z",
    public=False,
)
def _adjugate_curvature(a: Tensor, e: Tensor, f: Tensor) -> Tensor:
    """Second derivative of the adjugate of ``a`` in the directions ``e`` and ``f``.

    Further derivatives are those of the formula for regular matrices, NaN where ``a`` is singular.
    """


def _trace(a: Tensor) -> Tensor:
    return diagonal(a).sum(-1)[..., None, None]


def _row_norm(a: Tensor) -> Tensor:
    return a.abs().sum(-1).amax(-1)


def _phased_svd(a: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """``det(U V^H)``, then ``U``, ``s`` and ``V^H``."""
    u, s, vh = torch.linalg.svd(torch.nan_to_num(a, 0.0, 0.0, 0.0))
    phase = torch.linalg.det(u) * torch.linalg.det(vh)
    finite = torch.isfinite(a).all(-1).all(-1)
    return torch.where(finite, phase, torch.nan), u, s, vh


def _from_singular_basis(phase: Tensor, u: Tensor, vh: Tensor, q: Tensor) -> Tensor:
    return phase[..., None, None] * (adjoint(vh) @ q @ adjoint(u))


def _leave_one_out(s: Tensor) -> Tensor:
    """The products of all entries but one, without division."""
    one = torch.ones_like(s[..., :1])
    before = torch.cumprod(torch.cat([one, s[..., :-1]], -1), -1)
    after = torch.cumprod(torch.cat([one, s[..., 1:].flip(-1)], -1), -1).flip(-1)
    return before * after


def _leave_two_out(s: Tensor) -> Tensor:
    """Matrix of the products of all entries but two, zero on the diagonal."""
    return _without_each(s, _leave_one_out)


def _leave_three_out(s: Tensor) -> Tensor:
    """Array of the products of all entries but three, zero where indices coincide."""
    return _without_each(s, _leave_two_out)


def _without_each(s: Tensor, products: Callable[[Tensor], Tensor]) -> Tensor:
    """``products`` of the entries with s_i replaced by one, for each i; zero where i is left out twice."""
    n = s.shape[-1]
    eye = torch.eye(n, dtype=torch.bool, device=s.device)
    replaced = torch.where(eye, 1.0, s[..., None, :])
    rows = products(replaced)
    twice = eye if rows.ndim == s.ndim + 1 else eye[:, :, None] | eye[:, None, :]
    return torch.where(twice, 0.0, rows)


def _slogdet_kernel(a: Tensor) -> tuple[Tensor, Tensor]:
    sign, logabsdet = torch.linalg.slogdet(a)
    return torch.where(logabsdet.isnan(), torch.nan, sign), logabsdet


def _slogdet_tangent(out: tuple[Tensor, Tensor], a: Tensor, da: Tensor) -> tuple[Tensor | None, Tensor]:
    # d log det(a) = tr(a^-1 da): its real part is that of log|det|, its imaginary part turns the sign.
    slope = (_inverse(a, singular_is_nan=True).mT * da).sum((-2, -1))
    if not a.is_complex():
        return None, slope
    return out[0] * torch.complex(torch.zeros_like(slope.real), slope.imag), slope.real


def _slogdet_cotangent(g: tuple[Tensor, Tensor], out: tuple[Tensor, Tensor], a: Tensor) -> Tensor:
    weight = g[1]
    if a.is_complex():
        weight = torch.complex(g[1], (conjugate(out[0]) * g[0]).imag)
    return weight[..., None, None] * adjoint(_inverse(a, singular_is_nan=True))


@gufunc(
    "(n,n)->(),()",
    kernel=_slogdet_kernel,
    jvp={"a": _slogdet_tangent},
    vjp={"a": _slogdet_cotangent},
    samples=lambda make: [Sample((make.well_conditioned(3, 3),)), Sample((make.well_conditioned(2, 2, 2),))],
    loops="r->rr z->zr",
    reference="numpy.linalg.slogdet",
    public=False,
)
def _slogdet(a: Tensor) -> tuple[Tensor, Tensor]:
    """Sign and logarithm of the absolute value of the determinant."""


class SlogdetResult(NamedTuple):
    """Sign (or phase) of a determinant and the logarithm of its absolute value."""

    sign: Tensor
    logabsdet: Tensor


@composite(
    samples=_regular_samples,
    reference="scipy.linalg.det",
)
def det(a: Tensor, overwrite_a: bool = False, check_finite: bool = True) -> Tensor:
    """
    Compute the determinant of a matrix.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape (...)
        The determinants; 1 for matrices of size 0.

    Raises
    ------
    ValueError
        If `a` is not square or has entries that are not finite.

    Notes
    -----
    LU with partial pivoting. ``d det(a) = tr(adj(a) da)`` (Jacobi's formula) with the adjugate computed from the
    singular value decomposition where ``a`` is ill-conditioned (Stewart 1998, "On the adjugate matrix"). First,
    second and third derivatives are right at singular matrices; from the fourth on they are NaN there.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import det
    >>> a = torch.tensor([[1.0, 2.0], [2.0, 4.0]])  # singular
    >>> torch.func.grad(det)(a).round(decimals=4)
    tensor([[ 4., -2.],
            [-2.,  1.]])
    """
    require_square("det", "a", a)
    return _det(a, check_finite=check_finite)


@composite(
    samples=lambda make: [Sample((make.well_conditioned(3, 3),)), Sample((make.well_conditioned(2, 2, 2),))],
    reference="numpy.linalg.slogdet",
)
def slogdet(a: Tensor) -> SlogdetResult:
    """
    Compute the sign and the logarithm of the absolute value of a determinant.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.

    Returns
    -------
    sign : Tensor, shape (...)
        A number of absolute value 1, or 0 for a singular matrix.
    logabsdet : Tensor, shape (...)
        The logarithm of the absolute value; ``-inf`` for a singular matrix.

    Raises
    ------
    ValueError
        If `a` is not square.

    Notes
    -----
    ``det(a) == sign * exp(logabsdet)``, without overflow. ``d log det(a) = tr(a^-1 da)``; at a singular matrix there
    is no derivative, and it is NaN.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import slogdet
    >>> slogdet(-torch.eye(3)).sign
    tensor(-1.)
    """
    require_square("slogdet", "a", a)
    return SlogdetResult(*_slogdet(a))
