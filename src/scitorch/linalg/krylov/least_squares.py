"""The least-squares solution of least norm by iteration, as a function of the matrix and the right-hand side.

With ``r = b - A x`` and the pseudoinverse ``P`` of ``A``, whose rank does not change (Golub & Pereyra 1973)

    dx = P (db - dA x) + P P^H dA^H r + (1 - P A) dA^H P^H x.

A product with ``P`` is the least-squares solution that the iteration computes, one with ``P^H`` that for the adjoint.
So the derivatives are made of such solutions, and have derivatives in turn. A damped problem is that of
``[A; damp I]``, as which it is given to this rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from scitorch.op.object_operator import Cotangents, ObjectOperator, apply_object

from .maps import AdjointMap, BatchedMap, Map, leaf_cotangents, variation
from .system import Settings

#: The numbers that SciPy's functions return after the solution.
STATISTICS = {
    "lsqr": ("istop", "itn", "r1norm", "r2norm", "anorm", "acond", "arnorm", "xnorm"),
    "lsmr": ("istop", "itn", "normr", "normar", "norma", "conda", "normx"),
}


@dataclass(frozen=True)
class LeastSquares:
    """``x`` of least norm among those of least ``norm(b - A x)``. The tensors are those of A, then b and x0."""

    name: str
    matrix: Map
    shape: tuple[int, int]
    count: int
    settings: Settings
    smooth: tuple[bool, ...] = (True, False, False)

    def compute(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Iterate, one column after the other, with SciPy's program."""
        import scipy.sparse.linalg as reference

        *leaves, b, x0 = tensors
        m, n = self.shape
        names = STATISTICS[self.name]
        batch, k = b.shape[:-2], b.shape[-1]
        x = b.new_empty((*batch, n, k))
        variance = torch.zeros_like(x)
        numbers = torch.zeros((*batch, len(names), k), dtype=torch.float64, device=b.device)
        for place in itertools.product(*(range(s) for s in (*batch, k))):
            at: Any = (*place[:-1], slice(None), place[-1])

            def through(
                act: Callable[[Sequence[Tensor], Tensor], Tensor], size: int, at: Any = at
            ) -> Callable[[Any], Any]:
                def product(v: Any) -> Any:
                    wide = b.new_zeros((*batch, size, k))
                    wide[at] = torch.as_tensor(v.reshape(-1)).to(b)
                    return act(leaves, wide)[at].numpy(force=True)

                return product

            side = b[at].numpy(force=True)
            matrix = reference.LinearOperator(
                (m, n), through(self.matrix.matmat, n), through(self.matrix.rmatmat, m), dtype=side.dtype
            )
            start = x0[at].numpy(force=True)
            found = getattr(reference, self.name)(
                matrix, side, x0=start if start.any() else None, **self.settings.options
            )
            x[at] = torch.as_tensor(found[0]).to(x)
            numbers[at] = torch.tensor([float(number) for number in found[1 : 1 + len(names)]], dtype=torch.float64)
            if len(found) > 1 + len(names):
                variance[at] = torch.as_tensor(found[-1]).to(x)
        return x, numbers, variance

    def _pseudoinverse(self, leaves: Sequence[Tensor], b: Tensor, *, adjoint: bool) -> Tensor:
        m, n = self.shape
        options = {**self.settings.options, "damp": 0.0, "show": False}
        options.pop("calc_var", None)
        op = replace(self, settings=replace(self.settings, options=options))
        if adjoint:
            op = replace(op, matrix=AdjointMap(self.matrix), shape=(n, m))
        rows = m if adjoint else n
        return apply_object(op, (*leaves, b, b.new_zeros((*b.shape[:-2], rows, b.shape[-1]))))[0]

    def tangent(
        self, out: tuple[Tensor, ...], primals: tuple[Tensor, ...], tangents: Cotangents
    ) -> tuple[Tensor | None, ...]:
        """The formula above."""
        *leaves, b, _ = primals
        x, da, db = out[0], tangents[: self.count], tangents[self.count]
        moved = variation(self.matrix, leaves, da, x)
        side = db
        kept = None
        if moved is not None:
            residual = b - self.matrix.matmat(leaves, x)
            turned = AdjointMap(self.matrix)
            by_residual = variation(turned, leaves, da, residual)
            kept = variation(turned, leaves, da, self._pseudoinverse(leaves, x, adjoint=True))
            assert by_residual is not None and kept is not None
            term = self._pseudoinverse(leaves, by_residual, adjoint=True) - moved - self.matrix.matmat(leaves, kept)
            side = term if side is None else side + term
        if side is None:
            return None, None, None
        dx = self._pseudoinverse(leaves, side, adjoint=False)
        return dx if kept is None else dx + kept, None, None

    def cotangents(
        self, needed: Sequence[bool], cotangents: Cotangents, out: tuple[Tensor, ...], primals: tuple[Tensor, ...]
    ) -> Cotangents:
        """Its transpose."""
        *leaves, b, _ = primals
        g, x = cotangents[0], out[0]
        if g is None:
            return [None] * len(primals)
        need = needed[: self.count]
        gb = self._pseudoinverse(leaves, g, adjoint=True)
        ga: list[Tensor | None] = [None] * self.count
        if any(need):
            residual = b - self.matrix.matmat(leaves, x)
            twice = self._pseudoinverse(leaves, gb, adjoint=False)
            outer = self._pseudoinverse(leaves, x, adjoint=True)
            kept = g - self.matrix.rmatmat(leaves, gb)
            # three terms y z^H at once, as more columns of a product
            left = torch.cat([-gb, residual, outer], -1)
            right = torch.cat([x, twice, kept], -1)
            ga = leaf_cotangents(self.matrix, leaves, need, left, right)
        return (*ga, gb, None)

    def batched(
        self, tensors: Sequence[Tensor], dims: tuple[int | None, ...], size: int
    ) -> tuple[ObjectOperator, Sequence[Tensor]]:
        """A batch of problems, or of right-hand sides."""
        *leaves, b, x0 = tensors
        *da, db, dx = dims
        b = b.expand(size, *b.shape) if db is None else b.movedim(db, 0)
        x0 = x0.expand(size, *x0.shape) if dx is None else x0.movedim(dx, 0)
        return replace(self, matrix=BatchedMap(self.matrix, da)), (*leaves, b, x0)
