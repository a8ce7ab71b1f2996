"""Traces and determinants of operators that can only be multiplied with, estimated with random vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from scitorch.op.object_operator import Cotangents, ObjectOperator, apply_object

from ..krylov.maps import BatchedMap, Map, OperatorMap, leaf_cotangents, variation
from ..krylov.solution import IterativeSolution, require_leaves
from ..krylov.system import Settings
from ..matrix_parts import conjugate
from .base import LinearOperator
from .diagonals import Identity


def probes(op: LinearOperator, count: int, generator: torch.Generator | None = None) -> Tensor:
    """Columns of random signs."""
    n = op._require_square("probes")
    signs = torch.randint(0, 2, (n, count), generator=generator, device=op.device)
    return (2 * signs - 1).to(op.dtype)


def stochastic_trace(op: LinearOperator, num_probes: int = 32, generator: torch.Generator | None = None) -> Tensor:
    """
    Estimate the trace by quadratic forms with random signs.

    Parameters
    ----------
    op : LinearOperator
        A square operator.
    num_probes : int, optional
        How many vectors to average over.
    generator : torch.Generator, optional
        Of the signs.

    Returns
    -------
    Tensor
        The mean of ``z^H A z``: unbiased, with variance ``2 (norm(A)_F^2 - norm(diag(A))^2) / num_probes`` for real
        symmetric A; exact for diagonal operators. The derivative is that of the estimate with the same vectors.

    Notes
    -----
    Hutchinson (1990), "A stochastic estimator of the trace of the influence matrix".

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg.operators import Diagonal, stochastic_trace
    >>> stochastic_trace(Diagonal(torch.tensor([1.0, 2.0])))
    tensor(3.)
    """
    z = probes(op, num_probes, generator)
    return (z.conj() * op._matmat(z)).sum(-2).mean(-1)


def stochastic_logdet(
    op: LinearOperator,
    num_probes: int = 32,
    num_steps: int = 50,
    generator: torch.Generator | None = None,
    rtol: float | None = None,
) -> Tensor:
    """
    Estimate the logarithm of the determinant by Lanczos quadrature.

    Parameters
    ----------
    op : LinearOperator
        A Hermitian positive definite operator.
    num_probes : int, optional
        How many vectors to average over.
    num_steps : int, optional
        Steps of the Lanczos process for each: the degree of the quadrature.
    generator : torch.Generator, optional
        Of the vectors.
    rtol : float, optional
        Of the systems that are solved for the derivative.

    Returns
    -------
    Tensor
        The estimate. Its derivative is the estimate ``mean(z^H A^-1 dA z)`` of ``trace(A^-1 dA)`` with the same
        vectors.

    Raises
    ------
    ValueError
        If the operator turns out not to be positive definite.

    Notes
    -----
    Ubaru, Chen & Saad (2017), "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature". The basis is made
    orthogonal anew at each step.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg.operators import Diagonal, stochastic_logdet
    >>> stochastic_logdet(Diagonal(torch.tensor([1.0, 2.0, 4.0])), num_steps=3)
    tensor(2.0794)
    """
    require_leaves("stochastic_logdet", op, torch.zeros(op.shape[-1], 1, dtype=op.dtype, device=op.device))
    z = probes(op, num_probes, generator)
    map_ = OperatorMap(op)
    tolerance = torch.finfo(op.dtype).eps ** 0.75 if rtol is None else rtol
    return apply_object(_LogDeterminant(map_, min(num_steps, op.shape[-1]), tolerance), (*map_.leaves, z))[0]


@dataclass(frozen=True)
class _LogDeterminant:
    """The estimate, and ``mean(z^H A^-1 dA z)`` for its derivative. The tensors are those of A, then z."""

    matrix: Map
    steps: int
    rtol: float
    name: str = "stochastic_logdet"
    smooth: tuple[bool, ...] = (True,)

    def compute(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        *leaves, z = tensors
        return (_quadrature(lambda v: self.matrix.matmat(leaves, v), z, self.steps),)

    def _solved(self, leaves: Sequence[Tensor], z: Tensor) -> Tensor:
        settings = Settings(self.rtol, maxiter=10 * z.shape[-2])
        op = IterativeSolution("cg", self.matrix, OperatorMap(Identity(z.shape[-2])), (len(leaves), 0), settings, True)
        return apply_object(op, (*leaves, z, torch.zeros_like(z)))[0]

    def tangent(
        self, out: tuple[Tensor, ...], primals: tuple[Tensor, ...], tangents: Cotangents
    ) -> tuple[Tensor | None, ...]:
        *leaves, z = primals
        moved = variation(self.matrix, leaves, tangents[:-1], z)
        return (None if moved is None else (conjugate(self._solved(leaves, z)) * moved).sum(-2).mean(-1).real,)

    def cotangents(
        self, needed: Sequence[bool], cotangents: Cotangents, out: tuple[Tensor, ...], primals: tuple[Tensor, ...]
    ) -> Cotangents:
        *leaves, z = primals
        g = cotangents[0]
        assert g is not None
        weighted = self._solved(leaves, z) * (g / z.shape[-1])[..., None, None]
        return (*leaf_cotangents(self.matrix, leaves, needed[:-1], weighted, z), None)

    def batched(
        self, tensors: Sequence[Tensor], dims: tuple[int | None, ...], size: int
    ) -> tuple[ObjectOperator, Sequence[Tensor]]:
        *leaves, z = tensors
        z = z.expand(size, *z.shape) if dims[-1] is None else z.movedim(dims[-1], 0)
        return replace(self, matrix=BatchedMap(self.matrix, dims[:-1])), (*leaves, z)


def _quadrature(act: Callable[[Tensor], Tensor], z: Tensor, steps: int) -> Tensor:
    """The mean of ``z^H log(A) z`` by Gauss quadrature."""
    size = torch.linalg.vector_norm(z, dim=-2, keepdim=True)
    v = z / size
    basis: list[Tensor] = []
    alphas: list[Tensor] = []
    betas: list[Tensor] = []
    for _ in range(steps):
        basis.append(v)
        w = act(v)
        alphas.append((v.conj() * w).sum(-2).real)
        for _ in range(2):
            for u in basis:
                w = w - u * (u.conj() * w).sum(-2, keepdim=True)
        beta = torch.linalg.vector_norm(w, dim=-2, keepdim=True)
        small = beta <= torch.finfo(w.dtype).eps ** 0.75 * alphas[0].abs().amax()
        betas.append(torch.where(small, 0, beta).squeeze(-2))
        v = torch.where(small, 0, w / torch.where(small, 1, beta))
    diagonal, off = torch.stack(alphas, -1), torch.stack(betas, -1)[..., :-1]
    small_matrix = torch.diag_embed(diagonal) + torch.diag_embed(off, 1) + torch.diag_embed(off, -1)
    # directions that ended early are filled with ones, which have no weight
    dead = diagonal == 0
    small_matrix = small_matrix + torch.diag_embed(dead.to(diagonal.dtype))
    values, vectors = torch.linalg.eigh(small_matrix)
    if bool((values <= 0).any()):
        raise ValueError("stochastic_logdet: the operator is not positive definite")
    weights = vectors[..., 0, :] ** 2 * size.squeeze(-2).unsqueeze(-1) ** 2
    return (weights * values.log()).sum(-1).mean(-1)
