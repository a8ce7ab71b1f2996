"""Repeated eigenvalues and singular values, and the equations by which bases of eigenvectors turn.

Eigenvectors of a repeated eigenvalue are an arbitrary basis of a space, and eigenvalues that split do so along branches
that no linear map describes. What is smooth is the *block* diagonalisation: with the eigenvalues in clusters,
``A = V H V^H`` where ``H`` is block diagonal, and ``V`` follows ``A`` without turning inside a cluster (Kato,
"Perturbation Theory for Linear Operators", II.4.2). The derivatives given here are those of that smooth family, with
``diag(H)`` for the eigenvalues. They are finite everywhere and equal the usual ones where eigenvalues are distinct.

At a repeated eigenvalue they are right, to every order, for functions of the clusters' subspaces and eigenvalue sums:
projectors on a cluster, traces, energies and density matrices with equal occupation; and to first order for every
symmetric function of the eigenvalues. A function that is nonlinear in the eigenvalues and composed by hand,
``(V * f(w)) @ V^H``, has a derivative at a repeated eigenvalue that depends on ``f'`` through entries of the tangent
that neither the eigenvalues nor the vectors carry; no derivative of ``(w, V)`` can supply it. ``funm`` has it.

Reverse mode sees from the cotangents ``w'`` and ``V'`` what function it is in. With ``S = V^H V'``, in a cluster:

* a skew-Hermitian part of ``S`` says that the function changes when the basis turns: it is no function of the matrix;
* a Hermitian part of ``S`` off the diagonal beside ``w' != 0`` is that of ``(V * f(w)) @ V^H`` with ``f' != 0``, whose
  missing entries no one knows, or of a sum of two functions, of the eigenvalues and of the space: it is undecided.

Both are refused. Where ``S`` has no such entries the eigenvalues alone count, and ``V diag(w') V^H`` is the gradient of
a symmetric function, or, for one with a kink there such as the largest eigenvalue, the limit of gradients at matrices
nearby whose eigenvalues split along this basis: a subgradient of a convex function. Forward mode sees only the
direction: where that splits a cluster it warns (:class:`RepeatedValueWarning`).
"""

from __future__ import annotations

import warnings

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, gufunc

from .matrix_parts import adjoint, broadcast_batch, diagonal, diagonal_matrix, hermitian_part


class RepeatedValueWarning(RuntimeWarning):
    """A derivative left out a rotation among vectors of a repeated eigenvalue or singular value."""


#: Eigenvalues closer than this times n times the roundoff of the largest one are the same number to the algorithm,
#: whose backward error is a modest multiple of n times the roundoff (LAPACK Users' Guide, section 4.7.1).
CLUSTER_WIDTH = 10.0

#: Entries of a tangent below this fraction of the largest are its rounding errors.
NEGLIGIBLE = 1e3


def width(d: Tensor) -> Tensor:
    """The distance up to which values are the same number."""
    roundoff = torch.finfo(d.dtype).eps
    return CLUSTER_WIDTH * d.shape[-1] * roundoff * d.abs().amax(-1, keepdim=True)


def clusters(d: Tensor) -> Tensor:
    """A number per value, equal for values that are joined by gaps below the rounding error."""
    if not d.shape[-1]:
        return d.to(torch.int64)
    ordered, order = d.sort(dim=-1)
    steps = (ordered.diff(dim=-1) > width(d)).to(torch.int64)
    labels = torch.cat([torch.zeros_like(steps[..., :1]), steps.cumsum(-1)], -1) if d.shape[-1] > 1 else steps
    labels = labels if d.shape[-1] > 1 else torch.zeros_like(order)
    return torch.zeros_like(order).scatter(-1, order, labels)


def _rotation_kernel(h: Tensor, r: Tensor, *, sign: int, checked: bool) -> Tensor:
    shape = (*broadcast_batch(h, r), *h.shape[-2:])
    h, r = h.expand(shape), r.expand(shape)
    d = diagonal(h).real
    total = d[..., :, None] + sign * d[..., None, :]
    if sign < 0:
        labels = clusters(d)
        solvable = labels[..., :, None] != labels[..., None, :]
        if not checked:
            _warn_if_dropped(r, solvable)
    else:
        solvable = total > width(d)[..., None]
    weight = torch.where(solvable, 1 / torch.where(solvable, total, 1), 0)
    off = h - diagonal_matrix(d.to(h.dtype))
    x = weight * r
    significant = off.abs().amax() > 1e2 * torch.finfo(d.dtype).eps * d.abs().amax() if h.numel() else False
    if bool(significant):  # h is diagonal but for perturbations: each sweep gains one order in them
        for _ in range(6):
            x = weight * (r - off @ x - sign * (x @ off))
    return x


def _warn_if_dropped(r: Tensor, solvable: Tensor) -> None:
    off_diagonal = ~torch.eye(r.shape[-1], dtype=torch.bool, device=r.device)
    same = ~solvable & off_diagonal
    if not bool(same.any()):
        return
    dropped = torch.where(same, r, 0).abs().amax((-2, -1))
    if bool((dropped > NEGLIGIBLE * torch.finfo(r.dtype).eps * r.abs().amax((-2, -1))).any()):
        warnings.warn(
            "derivative of eigenvectors or singular vectors at a repeated value: it is right for functions of whole "
            "eigenspaces and of eigenvalue sums, not for functions nonlinear in the repeated values; use funm, expm, "
            "logm, sqrtm for functions of a matrix",
            RepeatedValueWarning,
            stacklevel=2,
        )


def _variance_kernel(d: Tensor, gd: Tensor, s: Tensor, *, function: str, null: bool) -> Tensor:
    d = d.real if d.is_complex() else d
    batch = torch.broadcast_shapes(d.shape[:-1], gd.shape[:-1], s.shape[:-2])  # type: ignore[no-untyped-call]
    labels = clusters(d)
    inside = (labels[..., :, None] == labels[..., None, :]) & ~torch.eye(d.shape[-1], dtype=torch.bool, device=d.device)
    if null:
        inside = inside & (d <= width(d))[..., None]
    if bool(inside.any()):
        roundoff = torch.finfo(d.dtype).eps
        size_s, size_d = s.abs().amax((-2, -1)), gd.abs().amax(-1)
        # An invariant function leaves rounding errors here; any other, numbers of the size of the rest.
        negligible = roundoff**0.5 * size_s + NEGLIGIBLE * roundoff * size_d
        if bool((torch.where(inside, s - hermitian_part(s), 0).abs().amax((-2, -1)) > negligible).any()):
            raise LinAlgError(
                f"derivative of {function} at a repeated value: the function depends on the basis of the vectors that "
                "belong to it, which is arbitrary, so it is no function of the matrix and has no derivative; combine "
                "all vectors of a repeated value so that the choice drops out, as in the projector v @ v.mH"
            )
        undecided = torch.where(inside, s, 0).abs().amax(-1) > negligible[..., None]
        unequal = gd.abs() > roundoff**0.5 * size_d[..., None] + NEGLIGIBLE * roundoff * size_s[..., None]
        if bool((undecided & unequal).any()):
            raise LinAlgError(
                f"derivative of {function} at a repeated value: the function uses the value and its vectors together, "
                "as (v * f(w)) @ v.mH does; its derivative depends on entries that the derivatives of values and "
                "vectors do not have. Use funm, expm, logm, sqrtm for a function of a matrix, or two calls if values "
                "and vectors enter apart"
            )
    return torch.zeros(batch, dtype=torch.int64, device=s.device)


@gufunc(
    "(n),(n),(n,n)->()",
    kernel=_variance_kernel,
    jvp={a: lambda out, d, gd, s, tangent, **_: None for a in ("d", "gd", "s")},
    samples=lambda make: [
        Sample((torch.tensor([1.0, 2.0, 3.0]).to(make.dtype), torch.ones(3, dtype=make.dtype), make(3, 3)))
    ],
    loops="rrr->i zzz->i",
    public=False,
)
def _variance(d: Tensor, gd: Tensor, s: Tensor, *, function: str = "eigh", null: bool = False) -> Tensor:
    """Zero; it is an error if cotangents are not those of a function with a derivative at repeated ``d``.

    With ``null`` only at a ``d`` that is repeatedly zero.
    """


def invariant(d: Tensor, gd: Tensor, s: Tensor, *, function: str, null: bool = False) -> Tensor:
    """``s`` itself, once :func:`_variance` has looked at it."""
    return torch.where((_variance(d, gd, s, function=function, null=null) == 0)[..., None, None], s, torch.nan)


def _rotation_samples(make: Maker) -> list[Sample]:
    values = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64).to(make.dtype)
    return [
        Sample((torch.diag(values), make(3, 3)), {"sign": -1}),
        Sample((torch.diag(values), make(2, 3, 3)), {"sign": 1}),
    ]


@gufunc(
    "(n,n),(n,n)->(n,n)",
    kernel=_rotation_kernel,
    # h dx + sign dx h = -(dh x + sign x dh)
    jvp={"h": lambda x, h, r, dh, **how: _rotation(h, -(dh @ x + how["sign"] * (x @ dh)), **how)},
    linear={"r": lambda g, h, r, **how: _rotation(adjoint(h), g, **how)},
    vjp={"h": lambda g, x, h, r, **how: _rotation_cotangent(_rotation(adjoint(h), g, **how), adjoint(x), how["sign"])},
    samples=_rotation_samples,
    loops="rr->r zz->z",
    public=False,
)
def _rotation(h: Tensor, r: Tensor, *, sign: int = -1, checked: bool = False) -> Tensor:
    """Solution x of ``h x + sign x h = r`` for Hermitian h, diagonal by clusters and given in its eigenbasis.

    With sign -1 the entries of x inside a cluster of equal eigenvalues are zero, and a warning says so if those of r
    are not and were not ``checked``; with sign 1, the entries between zero eigenvalues are.
    """


def _rotation_cotangent(g: Tensor, xh: Tensor, sign: int) -> Tensor:
    return -(g @ xh + sign * (xh @ g))


def _reciprocal_kernel(h: Tensor) -> Tensor:
    d = diagonal(h).real
    off = h - diagonal_matrix(d.to(h.dtype))
    significant = off.abs().amax() > 1e2 * torch.finfo(d.dtype).eps * d.abs().amax() if h.numel() else False
    if bool(significant):
        inverse: Tensor = torch.linalg.pinv(h)
        return inverse
    nonzero = d > width(d)
    return diagonal_matrix(torch.where(nonzero, 1 / torch.where(nonzero, d, 1), 0)).to(h.dtype)


@gufunc(
    "(n,n)->(n,n)",
    kernel=_reciprocal_kernel,
    jvp={"h": lambda x, h, dh: -(x @ dh @ x)},
    vjp={"h": lambda g, x, h: -(adjoint(x) @ g @ adjoint(x))},
    samples=lambda make: [s.__class__((s.args[0],)) for s in _rotation_samples(make)],
    loops="r->r z->z",
    public=False,
)
def _reciprocal(h: Tensor) -> Tensor:
    """Inverse of a diagonal h on its nonzero eigenvalues, zero on the others."""
