"""The solution of a linear system by iteration, as a function of the matrix and the right-hand side.

From ``A x = b`` follow ``A dx = db - dA x`` and the cotangents ``A^H b' = x'``, ``A' = -b' x^H`` on the entries that
``A`` is made of (Giles 2008). Both are solutions by the same method, so they have derivatives in turn. Nothing is kept
of the iteration, and nothing of it is differentiated: the derivative is that of the exact solution. Starting point and
preconditioner do not change that solution, so their derivatives are zero.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op.object_operator import Cotangents, ObjectOperator, apply_object
from scitorch.op.torch_private import is_tracked, is_transformed, pytree

from .host import gcrotmk, lgmres, qmr
from .maps import AdjointMap, BatchedMap, Map, OperatorMap, leaf_cotangents, variation
from .minimal_residuals import gmres, minres
from .short_recurrences import bicg, bicgstab, cg, cgs, tfqmr
from .system import Method, Settings, System

if TYPE_CHECKING:
    from ..operators.base import LinearOperator

METHODS: dict[str, Method] = {
    f.__name__: f for f in (cg, cgs, bicg, bicgstab, gmres, lgmres, minres, qmr, gcrotmk, tfqmr)
}
#: Methods for Hermitian systems, which are their own adjoint.
HERMITIAN = frozenset({"cg", "minres"})


#: How often an iteration for a derivative begins anew after a breakdown, from where it came to.
_NEW_STARTS = 5


@dataclass(frozen=True)
class IterativeSolution:
    """``x`` of ``A x = b``, and what became of each column. The tensors are those of A and M, then b and x0."""

    name: str
    matrix: Map
    preconditioner: Map
    counts: tuple[int, int]
    settings: Settings
    derivative: bool = False
    smooth: tuple[bool, ...] = (True, False)

    def _split(self, tensors: Sequence[Any]) -> tuple[list[Any], list[Any], Any, Any]:
        p, q = self.counts
        return list(tensors[:p]), list(tensors[p : p + q]), tensors[p + q], tensors[p + q + 1]

    def compute(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Iterate."""
        a, m, b, x0 = self._split(tensors)
        hermitian = self.name in HERMITIAN
        system = System(
            matvec=lambda x: self.matrix.matmat(a, x),
            rmatvec=lambda x: self.matrix.matmat(a, x) if hermitian else self.matrix.rmatmat(a, x),
            psolve=lambda x: self.preconditioner.matmat(m, x),
            rpsolve=lambda x: self.preconditioner.rmatmat(m, x),
        )
        x, info = METHODS[self.name](system, b, x0.clone(), self.settings)
        for _ in range(_NEW_STARTS if self.derivative else 0):
            if not bool((info < 0).any()):
                break
            x, info = METHODS[self.name](system, b, x.clone(), self.settings)
        if self.derivative and bool((info != 0).any()):
            warnings.warn(
                f"derivative of {self.name}: the iteration for it did not converge, the derivative is inaccurate",
                RuntimeWarning,
                stacklevel=2,
            )
        return x, info

    def _of_derivative(self, *, adjoint: bool) -> IterativeSolution:
        matrix, preconditioner = self.matrix, self.preconditioner
        if adjoint and self.name not in HERMITIAN:
            matrix, preconditioner = AdjointMap(matrix), AdjointMap(preconditioner)
        return replace(
            self,
            matrix=matrix,
            preconditioner=preconditioner,
            settings=self.settings.of_derivative(),
            derivative=True,
        )

    def _solved(self, a: list[Tensor], m: list[Tensor], b: Tensor, *, adjoint: bool) -> Tensor:
        op = self._of_derivative(adjoint=adjoint)
        return apply_object(op, (*a, *m, b, torch.zeros_like(b)))[0]

    def tangent(
        self, out: tuple[Tensor, ...], primals: tuple[Tensor, ...], tangents: Cotangents
    ) -> tuple[Tensor | None, ...]:
        """``A dx = db - dA x``."""
        a, m, _, _ = self._split(primals)
        da, _, db, _ = self._split(tangents)
        moved = variation(self.matrix, a, da, out[0])
        if moved is None and db is None:
            return None, None
        side = db if moved is None else -moved if db is None else db - moved
        return self._solved(a, m, side, adjoint=False), None

    def cotangents(
        self, needed: Sequence[bool], cotangents: Cotangents, out: tuple[Tensor, ...], primals: tuple[Tensor, ...]
    ) -> Cotangents:
        """``A^H b' = x'``, and its product with ``-x``."""
        a, m, _, _ = self._split(primals)
        need_a, _, need_b, _ = self._split(needed)
        nothing: list[Tensor | None] = [None] * len(primals)
        if cotangents[0] is None or not (any(need_a) or need_b):
            return nothing
        gb = self._solved(a, m, cotangents[0], adjoint=True)
        ga = leaf_cotangents(self.matrix, a, need_a, -gb, out[0])
        return (*ga, *([None] * len(m)), gb, None)

    def batched(
        self, tensors: Sequence[Tensor], dims: tuple[int | None, ...], size: int
    ) -> tuple[ObjectOperator, Sequence[Tensor]]:
        """A batch of systems, or of right-hand sides, solved together."""
        a, m, b, x0 = self._split(tensors)
        da, dm, db, dx = self._split(dims)
        b = b.expand(size, *b.shape) if db is None else b.movedim(db, 0)
        x0 = x0.expand(size, *x0.shape) if dx is None else x0.movedim(dx, 0)
        op = replace(self, matrix=BatchedMap(self.matrix, da), preconditioner=BatchedMap(self.preconditioner, dm))
        return op, (*a, *m, b, x0)


def solve_by(
    name: str,
    a: LinearOperator,
    b: Tensor,
    settings: Settings,
    *,
    x0: Tensor | None = None,
    preconditioner: LinearOperator | None = None,
) -> tuple[Tensor, Tensor]:
    """``x`` of ``a x = b`` for columns ``b``, and the info of each column."""
    from ..operators.diagonals import Identity

    require_leaves(name, a, b)
    m = Identity(a.shape[-1], b.dtype) if preconditioner is None else preconditioner
    matrix, solver = OperatorMap(a), OperatorMap(m)
    batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2], m.shape[:-2])  # type: ignore[no-untyped-call]
    b = b.expand(*batch, *b.shape[-2:])
    start = torch.zeros_like(b) if x0 is None else x0.expand(b.shape)
    op = IterativeSolution(name, matrix, solver, (len(matrix.leaves), len(solver.leaves)), settings)
    x, info = apply_object(op, (*matrix.leaves, *solver.leaves, b, start))
    return x, info


def require_leaves(function: str, a: LinearOperator, b: Tensor) -> None:
    """Raise if functions of the operator use differentiated tensors that are no leaves: a gradient would be lost."""
    if not any(getattr(op, "calls_functions", True) for op in _parts(a)):
        return
    leaves, spec = pytree.tree_flatten(a)
    fixed: LinearOperator = pytree.tree_unflatten([leaf.detach() for leaf in leaves], spec)
    tracked: Callable[[Tensor], bool] = lambda y: is_tracked(y, batched=False)  # noqa: E731
    probe = fixed._matmat(torch.zeros(*b.shape[-2:-1], 1, dtype=b.dtype, device=b.device))
    if tracked(probe) and not any(tracked(leaf) for leaf in leaves if is_transformed(leaf)):
        raise ValueError(
            f"{function}: the operator's functions use tensors that require gradient and are not among its leaves, so "
            "their gradient would be lost; give them as LinearOperator(..., parameters=...), whose functions are "
            "called as matvec(parameters, v), or as attributes of a subclass"
        )


def _parts(a: LinearOperator) -> list[LinearOperator]:
    """The operator and those that it is made of."""
    from ..operators.base import LinearOperator

    found = [a]
    for value in a.__dict__.values():
        for leaf in pytree.tree_leaves(value, is_leaf=lambda v: isinstance(v, LinearOperator)):
            if isinstance(leaf, LinearOperator):
                found += _parts(leaf)
    return found


def solve_iteratively(
    a: LinearOperator,
    b: Tensor,
    *,
    method: str | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
    maxiter: int | None = None,
    x0: Tensor | None = None,
    M: LinearOperator | None = None,
    **options: Any,
) -> Tensor:
    """``x`` of ``a x = b``; the method follows from what is known of ``a``."""
    from ..operators.dense import columns_of

    n = a._require_square("solve")
    name = method or ("cg" if a.positive_definite else "minres" if a.symmetric else "gmres")
    columns, is_vector = columns_of("solve", b, n)
    if a.dtype is not None:
        columns = columns.to(torch.promote_types(a.dtype, columns.dtype))
    tolerance = torch.finfo(columns.dtype).eps ** 0.75 if rtol is None else rtol
    settings = Settings(tolerance, atol, maxiter or 10 * n, options=options)
    x, info = solve_by(name, a, columns, settings, x0=x0, preconditioner=M)
    if not is_transformed(info) and bool((info != 0).any()):
        raise LinAlgError(f"solve: {name} did not converge: info is {info.tolist()}; give rtol, maxiter or M")
    return x.squeeze(-1) if is_vector and x.ndim == 2 else x
