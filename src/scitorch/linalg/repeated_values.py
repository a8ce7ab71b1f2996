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
that neither the eigenvalues nor the vectors carry; no derivative of ``(w, V)`` can supply it. Such a case is warned
about (:class:`RepeatedValueWarning`); the functions of matrices (``expm``, ``sqrtm``, ``logm``…) are right there.
"""

from __future__ import annotations

import warnings

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, gufunc

from .matrix_parts import adjoint, broadcast_batch, diagonal, diagonal_matrix


class RepeatedValueWarning(RuntimeWarning):
    """A derivative left out a rotation among vectors of a repeated eigenvalue or singular value."""


#: Eigenvalues closer than this times n times the roundoff of the largest one are the same number to the algorithm,
#: whose backward error is a modest multiple of n times the roundoff (LAPACK Users' Guide, section 4.7.1).
CLUSTER_WIDTH = 10.0

#: Entries of a tangent below this fraction of the largest are its rounding errors.
NEGLIGIBLE = 1e3


def _width(d: Tensor) -> Tensor:
    roundoff = torch.finfo(d.dtype).eps
    return CLUSTER_WIDTH * d.shape[-1] * roundoff * d.abs().amax(-1, keepdim=True)


def clusters(d: Tensor) -> Tensor:
    """A number per value, equal for values that are joined by gaps below the rounding error."""
    if not d.shape[-1]:
        return d.to(torch.int64)
    ordered, order = d.sort(dim=-1)
    steps = (ordered.diff(dim=-1) > _width(d)).to(torch.int64)
    labels = torch.cat([torch.zeros_like(steps[..., :1]), steps.cumsum(-1)], -1) if d.shape[-1] > 1 else steps
    labels = labels if d.shape[-1] > 1 else torch.zeros_like(order)
    return torch.zeros_like(order).scatter(-1, order, labels)


def _rotation_kernel(h: Tensor, r: Tensor, *, sign: int) -> Tensor:
    shape = (*broadcast_batch(h, r), *h.shape[-2:])
    h, r = h.expand(shape), r.expand(shape)
    d = diagonal(h).real
    total = d[..., :, None] + sign * d[..., None, :]
    if sign < 0:
        labels = clusters(d)
        solvable = labels[..., :, None] != labels[..., None, :]
        _warn_if_dropped(r, solvable)
    else:
        solvable = total > _width(d)[..., None]
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
            "eigenspaces and of eigenvalue sums, not for functions nonlinear in the repeated values; use expm, logm, "
            "sqrtm for functions of a matrix",
            RepeatedValueWarning,
            stacklevel=2,
        )


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
    jvp={"h": lambda x, h, r, dh, sign: _rotation(h, -(dh @ x + sign * (x @ dh)), sign=sign)},
    linear={"r": lambda g, h, r, sign: _rotation(adjoint(h), g, sign=sign)},
    vjp={"h": lambda g, x, h, r, sign: _rotation_cotangent(_rotation(adjoint(h), g, sign=sign), adjoint(x), sign)},
    samples=_rotation_samples,
    loops="rr->r zz->z",
    public=False,
)
def _rotation(h: Tensor, r: Tensor, *, sign: int = -1) -> Tensor:
    """Solution x of ``h x + sign x h = r`` for Hermitian h, diagonal by clusters and given in its eigenbasis.

    With sign -1 the entries of x inside a cluster of equal eigenvalues are zero; with sign 1, those between zero
    eigenvalues.
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
    nonzero = d > _width(d)
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
