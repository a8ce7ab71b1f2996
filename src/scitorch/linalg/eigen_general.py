"""Eigenvalues and eigenvectors of general matrices."""

from __future__ import annotations

from typing import Any

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import NoConvergence, require_finite, require_square
from .eigen_hermitian import eigenprojectors
from .inverse import _inverse
from .linear_solve import _solve
from .matrix_parts import adjoint, conjugate, diagonal, diagonal_matrix
from .repeated_values import CLUSTER_WIDTH

Pairs = tuple[Tensor, Tensor]


def _eig_kernel(a: Tensor, *, check_finite: bool) -> Pairs:
    if check_finite:
        require_finite("eig", a=a)
    finite = torch.isfinite(a).all(-1).all(-1)[..., None]
    try:
        w, v = torch.linalg.eig(torch.where(finite[..., None], a, 0))
    except NoConvergence as error:
        raise LinAlgError(f"eig: argument 'a': the algorithm did not converge: {error}") from error
    return torch.where(finite, w, torch.nan), torch.where(finite[..., None], v, torch.nan)


def _gaps_kernel(w: Tensor) -> Tensor:
    gaps = w[..., None, :] - w[..., :, None]
    n = w.shape[-1]
    eye = torch.eye(n, dtype=torch.bool, device=w.device)
    if n > 1:
        roundoff = torch.finfo(w.dtype).eps
        smallest = torch.where(eye, torch.inf, gaps.abs()).amin((-2, -1))
        if bool((smallest <= CLUSTER_WIDTH * n * roundoff * w.abs().amax(-1)).any()):
            raise LinAlgError(
                "derivative of eig: argument 'a' has a repeated eigenvalue, where single eigenvalues and eigenvectors "
                "have no derivative; symmetric functions of eigvals have a gradient there, and funm, expm, logm, sqrtm "
                "are functions of a matrix with derivatives of every order"
            )
    return torch.where(eye, 1, gaps)


@gufunc(
    "(n)->(n,n)",
    kernel=_gaps_kernel,
    jvp={"w": lambda out, w, dw: dw[..., None, :] - dw[..., :, None]},
    vjp={"w": lambda g, out, w: g.sum(-2) - g.sum(-1)},
    samples=lambda make: [Sample((make(3),)), Sample((make(2, 2),))],
    loops="r->r z->z",
    public=False,
)
def _gaps(w: Tensor) -> Tensor:
    """Differences ``w_j - w_i`` of eigenvalues, ones on the diagonal; it is an error if two are equal."""


def _dependence_kernel(v: Tensor) -> Tensor:
    inverse, info = torch.linalg.inv_ex(v)
    condition = torch.linalg.matrix_norm(v) * torch.linalg.matrix_norm(inverse)
    if bool((info != 0).any()) or bool((condition * torch.finfo(v.dtype).eps > 0.1).any()):
        raise LinAlgError(
            "derivative of eig: argument 'a' is defective to working precision: its eigenvectors are linearly "
            "dependent, and there is none; use expm, logm or sqrtm for functions of a matrix"
        )
    return torch.zeros(v.shape[:-2], dtype=torch.int64, device=v.device)


@gufunc(
    "(n,n)->()",
    kernel=_dependence_kernel,
    jvp={"v": lambda out, v, dv: None},
    samples=lambda make: [Sample((make.well_conditioned(2, 2),))],
    loops="r->i z->i",
    public=False,
)
def _dependence(v: Tensor) -> Tensor:
    """Zero; it is an error if eigenvectors are linearly dependent to working precision."""


def _eig_tangent(out: Pairs, a: Tensor, da: Tensor, **_flags: bool) -> Pairs:
    # a V = V W: with m = V^-1 da V, W' = diag(m) and V' = V x, x_ij = m_ij / (w_j - w_i) off the diagonal (Giles 2008,
    # section 2.2.3). The diagonal of x keeps the columns' length: v^H v' has no real part.
    w, v = out
    m = _solve(v, da.to(v.dtype) @ v)
    x = (m - diagonal_matrix(diagonal(m))) / _gaps(w)
    dv = v @ x
    along = (conjugate(v) * dv).sum(-2, keepdim=True).real
    return diagonal(m), dv - v * along


def _eig_cotangent(g: tuple[Tensor | None, Tensor | None], out: Pairs, a: Tensor, **_flags: bool) -> Tensor:
    gw, gv = g
    w, v = out
    if gv is None:  # (V^-1 da V)_ii needs no gaps: right at repeated eigenvalues for symmetric functions
        assert gw is not None
        vh = torch.where((_dependence(v) == 0)[..., None, None], adjoint(v), torch.nan)
        return _solve(vh, gw[..., :, None] * vh)
    cotangents = (torch.zeros_like(w) if gw is None else gw, gv)
    pulled: Tensor = torch.func.vjp(lambda da: _eig_tangent(out, a, da), torch.zeros_like(a))[1](cotangents)[0]
    return pulled


def _general_samples(make: Maker) -> list[Sample]:
    ladder = torch.diag(torch.tensor([1.0, 3.0, 6.0], dtype=torch.float64)).to(make.dtype)
    return [
        Sample((ladder + 0.3 * make(3, 3),), view=eigenprojectors),
        Sample((ladder + 0.3 * make(2, 3, 3),), view=eigenprojectors),
    ]


@gufunc(
    "(n,n)->(n),(n,n)",
    kernel=_eig_kernel,
    jvp={"a": _eig_tangent},
    vjp={"a": _eig_cotangent},
    absent_is_none=True,
    samples=_general_samples,
    loops="r->zz z->zz",
    public=False,
)
def _eig(a: Tensor, *, check_finite: bool = False) -> Pairs:
    """Complex eigenvalues and normalised right eigenvectors."""


def _pencil(function: str, a: Tensor, b: Tensor | None, homogeneous: bool) -> Tensor:
    require_square(function, "a", a)
    if homogeneous:
        raise NotImplementedError(
            f"{function}: homogeneous_eigvals=True is not supported; w = alpha / beta is returned"
        )
    if b is None:
        return a
    require_square(function, "b", b)
    if b.shape[-1] != a.shape[-1]:
        raise ValueError(
            f"{function}: argument 'b' has shape {tuple(b.shape)}; wanted matrices of the size of 'a', "
            f"{tuple(a.shape[-2:])}"
        )
    return _solve(b, a, check_finite=True)


@composite(samples=_general_samples, reference="scipy.linalg.eig", rtol=1e-11)
def eig(
    a: Tensor,
    b: Tensor | None = None,
    left: bool = False,
    right: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    homogeneous_eigvals: bool = False,
) -> Any:
    """
    Solve an ordinary or generalised eigenvalue problem of a square matrix.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.
    b : Tensor, shape (..., n, n), optional
        Matrices of the generalised problem ``a v = w b v``; they must be regular.
    left, right : bool, optional
        Return the left and right eigenvectors.
    overwrite_a, overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.
    homogeneous_eigvals : bool, optional
        Not supported.

    Returns
    -------
    w : Tensor, shape (..., n)
        Complex eigenvalues.
    vl : Tensor, shape (..., n, n)
        Normalised left eigenvectors in the columns, ``vl^H a = w vl^H b``; with `left` only.
    vr : Tensor, shape (..., n, n)
        Normalised right eigenvectors in the columns; unless `right` is false.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If `b` is singular, the iteration does not converge, or, from the derivative, eigenvalues are repeated.
    NotImplementedError
        If `homogeneous_eigvals` is set.

    Notes
    -----
    ``dw = diag(V^-1 da V)``, ``dV = V x`` with ``x_ij = (V^-1 da V)_ij / (w_j - w_i)`` (Giles 2008, section 2.2.3).
    Eigenvectors are defined up to a phase; the derivative is right for functions that do not depend on it. At a
    repeated eigenvalue of a diagonalisable matrix there is the gradient of symmetric functions of eigenvalues only;
    any other derivative raises.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import eig
    >>> w, v = eig(torch.tensor([[0.0, -1.0], [1.0, 0.0]]))
    >>> w.imag.sort().values
    tensor([-1.,  1.])
    """
    matrix = _pencil("eig", a, b, homogeneous_eigvals)
    w, v = _eig(matrix, check_finite=check_finite)
    if not left:
        return (w, v) if right else w
    rows = _inverse(v)
    vl = adjoint(rows)
    if b is not None:
        vl = _solve(adjoint(b).to(vl.dtype), vl)
    vl = vl / (vl.real**2 + vl.imag**2).sum(-2, keepdim=True).sqrt()
    return (w, vl, v) if right else (w, vl)


@composite(
    samples=lambda make: [Sample(s.args) for s in _general_samples(make)],
    reference="scipy.linalg.eigvals",
    rtol=1e-11,
)
def eigvals(
    a: Tensor,
    b: Tensor | None = None,
    overwrite_a: bool = False,
    check_finite: bool = True,
    homogeneous_eigvals: bool = False,
) -> Tensor:
    """
    Compute the eigenvalues of a square matrix or matrix pair.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.
    b : Tensor, shape (..., n, n), optional
        Matrices of the generalised problem ``a v = w b v``; they must be regular.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.
    homogeneous_eigvals : bool, optional
        Not supported.

    Returns
    -------
    Tensor, shape (..., n)
        Complex eigenvalues.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If `b` is singular, the iteration does not converge, or, from the derivative, eigenvalues are repeated.

    Notes
    -----
    ``dw = diag(V^-1 da V)``, see :func:`eig`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import eigvals
    >>> eigvals(torch.tensor([[1.0, 2.0], [0.0, 3.0]])).real
    tensor([1., 3.])
    """
    w, _ = _eig(_pencil("eigvals", a, b, homogeneous_eigvals), check_finite=check_finite)
    return w
