"""Derivatives of a few eigenpairs of a Hermitian matrix, right at repeated eigenvalues for what has a derivative there.

For ``A V = M V diag(w)`` with ``V^H M V = 1``, columns ``D = dA V - dM V diag(w)`` and ``P = 1 - V V^H M``

    dw = diag(V^H D),   dV = V (C - S) - P (A - w M)^+ P^H D,   C_ij = (V^H D)_ij / (w_j - w_i),

where ``S`` is half of ``V^H dM V`` inside clusters of eigenvalues that are equal to rounding, and zero outside, and
``C`` is zero inside clusters: vectors of a cluster turn among each other in no way that a derivative describes (Kato,
"Perturbation Theory for Linear Operators", II.4.2). The last term solves with ``A - w M`` on the complement of the
computed vectors, where it is regular as long as no eigenvalue of a computed cluster was left out, by MINRES.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from ...linalg.krylov.maps import BatchedMap, Map, OperatorMap, leaf_cotangents, variation
from ...linalg.krylov.solution import IterativeSolution
from ...linalg.krylov.system import Settings
from ...linalg.operators import Identity
from ...linalg.repeated_values import clusters
from ...op.object_operator import Cotangents, ObjectOperator, apply_object


class ComplementMap:
    """``P^H (A - w_j M) P x_j + M V V^H M x_j`` of columns ``x_j``, ``P = 1 - V V^H M``; leaves: A's, M's, V and w."""

    def __init__(self, a: Map, m: Map, count: int) -> None:
        self.a, self.m, self.count = a, m, count
        self.linear = False

    def matmat(self, leaves: Sequence[Tensor], x: Tensor) -> Tensor:
        """The product with columns."""
        own, others, v, w = leaves[: self.count], leaves[self.count : -2], leaves[-2], leaves[-1]
        inside = v @ (v.mH @ self.m.matmat(others, x))
        outside = x - inside
        y = self.a.matmat(own, outside) - self.m.matmat(others, outside) * w.unsqueeze(-2)
        return y + self.m.matmat(others, inside - v @ (v.mH @ y))

    rmatmat = matmat


@dataclass(frozen=True)
class HermitianPairs:
    """Eigenvalues and vectors, in the order that the solver gives. The tensors are those of A, then those of M."""

    a: Map
    m: Map
    count: int
    solver: Callable[[Sequence[Tensor]], tuple[Tensor, Tensor]]
    rtol: float
    name: str = "eigsh"
    smooth: tuple[bool, ...] = (True, True)

    def compute(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Call the solver."""
        return self.solver(tensors)

    def _on_complement(self, primals: Sequence[Tensor], w: Tensor, v: Tensor, side: Tensor) -> Tensor:
        """``P (A - w M)^+ P^H side``."""
        settings = Settings(self.rtol, maxiter=20 * v.shape[-2])
        own = (*primals, v, w)
        projected = side - self.m.matmat(primals[self.count :], v @ (v.mH @ side))
        map_ = ComplementMap(self.a, self.m, self.count)
        identity = OperatorMap(Identity(v.shape[-2]))
        op = IterativeSolution("minres", map_, identity, (len(own), 0), settings, True)
        x = apply_object(op, (*own, projected, torch.zeros_like(projected)))[0]
        return x - v @ (v.mH @ self.m.matmat(primals[self.count :], x))

    def _rotation(self, w: Tensor) -> tuple[Tensor, Tensor]:
        """``1 / (w_j - w_i)``, zero in a cluster, and one in a cluster."""
        labels = clusters(w)
        apart = labels[..., :, None] != labels[..., None, :]
        gap = w[..., None, :] - w[..., :, None]
        return torch.where(apart, 1 / torch.where(apart, gap, 1), 0), (~apart).to(w.dtype)

    def tangent(
        self, out: tuple[Tensor, ...], primals: tuple[Tensor, ...], tangents: Cotangents
    ) -> tuple[Tensor | None, ...]:
        """The formula above."""
        w, v = out
        by_a = variation(self.a, primals[: self.count], tangents[: self.count], v)
        by_m = variation(self.m, primals[self.count :], tangents[self.count :], v)
        if by_a is None and by_m is None:
            return None, None
        moved = torch.zeros_like(v) if by_a is None else by_a
        if by_m is not None:
            moved = moved - by_m * w.unsqueeze(-2)
        inner = v.mH @ moved
        dw = torch.diagonal(inner, dim1=-2, dim2=-1)
        dw = dw.real if dw.is_complex() else dw
        rotation, same = self._rotation(w)
        dv = v @ (rotation * inner) - self._on_complement(primals, w, v, moved)
        if by_m is not None:
            dv = dv - v @ (same * (v.mH @ by_m)) / 2
        return dw.contiguous(), dv

    def cotangents(
        self, needed: Sequence[bool], cotangents: Cotangents, out: tuple[Tensor, ...], primals: tuple[Tensor, ...]
    ) -> Cotangents:
        """Its transpose: sums of ``y v^H``."""
        w, v = out
        gw, gv = cotangents
        left, kept = torch.zeros_like(v), torch.zeros_like(v)
        if gw is not None:
            left = left + v * gw.unsqueeze(-2).to(v.dtype)
        if gv is not None:
            inner = v.mH @ gv
            self._require_invariance(w, inner)
            rotation, same = self._rotation(w)
            left = left + v @ (rotation * inner) - self._on_complement(primals, w, v, gv)
            kept = v @ (same * inner) / 2
        ga = leaf_cotangents(self.a, primals[: self.count], needed[: self.count], left, v)
        below = -left * w.unsqueeze(-2) - kept
        return (*ga, *leaf_cotangents(self.m, primals[self.count :], needed[self.count :], below, v))

    def _require_invariance(self, w: Tensor, inner: Tensor) -> None:
        from ...op.torch_private import is_transformed

        if is_transformed(inner) or is_transformed(w):
            return
        labels = clusters(w)
        same = (labels[..., :, None] == labels[..., None, :]) & ~torch.eye(
            w.shape[-1], dtype=torch.bool, device=w.device
        )
        skew = (inner - inner.mH) / 2
        bound = torch.finfo(w.dtype).eps ** 0.5 * (inner.abs().amax() + 1e-300)
        if bool((torch.where(same, skew, 0).abs() > bound).any()):
            raise LinAlgError(
                f"derivative of {self.name} at a repeated eigenvalue: the function depends on the basis of the vectors "
                "that belong to it, which is arbitrary, so it has no derivative; combine all vectors of a repeated "
                "eigenvalue so that the choice drops out, as in the projector v @ v.mH"
            )

    def batched(
        self, tensors: Sequence[Tensor], dims: tuple[int | None, ...], size: int
    ) -> tuple[ObjectOperator, Sequence[Tensor]]:
        """One matrix after the other."""
        moved = [t.expand(size, *t.shape) if d is None else t.movedim(d, 0) for t, d in zip(tensors, dims)]
        solver = self.solver

        def each(stacked: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
            pairs = [solver([t[i] for t in stacked]) for i in range(size)]
            return torch.stack([p[0] for p in pairs]), torch.stack([p[1] for p in pairs])

        zeros = [0] * len(moved)
        a, m = BatchedMap(self.a, zeros[: self.count]), BatchedMap(self.m, zeros[self.count :])
        return replace(self, a=a, m=m, solver=each), moved
