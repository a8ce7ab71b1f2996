"""Every operator does what its matrix does, and its derivatives are those of the matrix."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from scitorch.linalg import LinAlgError
from scitorch.linalg.operators import (
    Banded,
    Block,
    BlockDiagonal,
    Circulant,
    Dense,
    Diagonal,
    Identity,
    Kronecker,
    LinearOperator,
    LowRankUpdate,
    PositiveDefinite,
    Symmetric,
    Toeplitz,
    Triangular,
)
from scitorch.op import Maker
from scitorch.op.torch_private import pytree

N = 4


def _dominated(x: Tensor) -> Tensor:
    first = torch.zeros_like(x)
    first[..., 0] = 6
    return x + first


def _band(make: Maker) -> LinearOperator:
    return Banded(make(3, N) + torch.tensor([[0.0], [5.0], [0.0]], dtype=make.dtype), lower=1, upper=1)


def _low_rank(make: Maker) -> LinearOperator:
    return LowRankUpdate(Diagonal(0.3 * make(N) + 4), 0.4 * make(N, 2), 0.4 * make(N, 2), make(2, 2))


OPERATORS: dict[str, Callable[[Maker], LinearOperator]] = {
    "dense": lambda make: Dense(make.well_conditioned(N, N)),
    "batch": lambda make: Dense(make.well_conditioned(3, N, N)),
    "symmetric": lambda make: Symmetric(make.hermitian(N, N) + 2 * torch.eye(N, dtype=make.dtype)),
    "positive definite": lambda make: PositiveDefinite(make.positive_definite(N, N)),
    "lower": lambda make: Triangular(make.well_conditioned(N, N), lower=True),
    "unit upper": lambda make: Triangular(make(N, N), lower=False, unit_diagonal=True),
    "diagonal": lambda make: Diagonal(0.3 * make(N) + 3),
    "identity": lambda make: Identity(N, make.dtype),
    "banded": _band,
    "toeplitz": lambda make: Toeplitz(_dominated(make(N)), make(N)),
    "circulant": lambda make: Circulant(_dominated(make(N))),
    "low rank": _low_rank,
    "kronecker": lambda make: Kronecker(Dense(make.well_conditioned(2, 2)), Diagonal(0.3 * make(3) + 4)),
    "block diagonal": lambda make: BlockDiagonal(Diagonal(0.3 * make(2) + 3), Dense(make.well_conditioned(3, 3))),
    "block": lambda make: Block(
        [[Dense(make.well_conditioned(2, 2)), None], [Dense(make(2, 2)), Diagonal(0.3 * make(2) + 3)]]
    ),
    "sum": lambda make: Dense(make.well_conditioned(N, N)) + _band(make),
    "difference": lambda make: Dense(make.well_conditioned(N, N)) - Dense(0.1 * make(N, N)),
    "product": lambda make: Dense(make.well_conditioned(N, N)) @ _band(make),
    "power": lambda make: Dense(make.well_conditioned(N, N)) ** 2,
    "scaled": lambda make: 2.5 * Circulant(_dominated(make(N))),
}
DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=["real", "complex"])
EVERY = pytest.mark.parametrize("name", OPERATORS)


@EVERY
@DTYPES
def test_does_what_its_matrix_does(name: str, dtype: torch.dtype) -> None:
    make = Maker(dtype)
    op = OPERATORS[name](make)
    matrix = op.to_dense()
    n = matrix.shape[-1]
    x, v = make(n, 2), make(n)
    torch.testing.assert_close(op @ x, matrix @ x)
    torch.testing.assert_close(op @ v, matrix @ v)
    torch.testing.assert_close(op.H @ x, matrix.mH @ x)
    torch.testing.assert_close(op.T @ x, matrix.mT @ x)
    torch.testing.assert_close(op.H.to_dense(), matrix.mH.resolve_conj())
    torch.testing.assert_close(op.T.to_dense(), matrix.mT)
    torch.testing.assert_close(op.T.H @ x, matrix.mT.mH @ x)
    torch.testing.assert_close(matrix @ op.solve(x), x.expand(*op.shape[:-2], n, 2))
    torch.testing.assert_close(op.diagonal(), matrix.diagonal(dim1=-2, dim2=-1))
    torch.testing.assert_close(op.trace(), matrix.diagonal(dim1=-2, dim2=-1).sum(-1))
    for ours, theirs in zip(op.slogdet(), torch.linalg.slogdet(matrix)):
        torch.testing.assert_close(ours, theirs)
    if matrix.ndim == 2:
        torch.testing.assert_close(matrix @ op.solve(v), v)
        torch.testing.assert_close(v @ op, v @ matrix)
        root = op.sqrt().to_dense()
        torch.testing.assert_close((root @ root).real, matrix.real)


@EVERY
@DTYPES
def test_derivatives(name: str, dtype: torch.dtype) -> None:
    make = Maker(dtype)
    op = OPERATORS[name](make)
    leaves, spec = pytree.tree_flatten(op)
    if not leaves:
        return
    x = make(op.shape[-1], 2).requires_grad_()

    def results(*tensors: Tensor) -> tuple[Tensor, ...]:
        *own, x = tensors
        op: LinearOperator = pytree.tree_unflatten(list(own), spec)
        return op.solve(x), op @ x, op.H @ x, op.slogdet()[1] + (op.diagonal() * x[:, 0].sum()).abs().sum(-1)

    moving = [leaf.detach().clone().requires_grad_() for leaf in leaves]
    assert torch.autograd.gradcheck(results, (*moving, x), check_forward_ad=True)


@pytest.mark.parametrize("name", ["low rank", "kronecker", "toeplitz", "block"])
def test_second_derivatives(name: str) -> None:
    op = OPERATORS[name](Maker())
    leaves, spec = pytree.tree_flatten(op)
    x = Maker(seed=1)(op.shape[-1])

    def energy(*own: Tensor) -> Tensor:
        op: LinearOperator = pytree.tree_unflatten(list(own), spec)
        return (x * op.solve(x)).sum() + op.logdet()

    def reference(*own: Tensor) -> Tensor:
        matrix = pytree.tree_unflatten(list(own), spec).to_dense()
        inverse = torch.linalg.inv(matrix)
        return x @ inverse @ x + torch.logdet(matrix)

    found = torch.func.jacfwd(torch.func.jacrev(energy))(*leaves)
    torch.testing.assert_close(found, torch.func.jacrev(torch.func.jacrev(reference))(*leaves), rtol=1e-6, atol=1e-8)


def test_operators_are_batched_by_vmap() -> None:
    entries = torch.tensor([[1.0, 2.0], [4.0, 8.0]])
    solved = torch.func.vmap(lambda op, b: op.solve(b), in_dims=(0, None))(Diagonal(entries), torch.ones(2))
    torch.testing.assert_close(solved, 1 / entries)


def test_large_diagonal_is_never_a_matrix() -> None:
    n = 1_000_000
    b = torch.ones(n)
    torch.testing.assert_close(Diagonal(2 * b).solve(b), b / 2)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Diagonal(torch.tensor([1.0, 0.0])).solve(torch.ones(2)), LinAlgError, "singular"),
        (lambda: Dense(torch.ones(2, 3)).solve(torch.ones(2)), ValueError, "square"),
        (lambda: Dense(torch.ones(2, 2)) + Dense(torch.ones(3, 3)), ValueError, "shape mismatch"),
        (lambda: Dense(torch.ones(2, 2)) @ Dense(torch.ones(3, 3)), ValueError, "shape mismatch"),
        (lambda: Dense(torch.ones(2, 2)) @ torch.ones(3), ValueError, "dimension mismatch"),
        (lambda: Banded(torch.ones(2, 4), lower=1, upper=1), ValueError, "diagonals"),
        (lambda: Block([[None, Identity(2)], [None, Identity(2)]]), ValueError, "column"),
        (lambda: LinearOperator((2, 2, 2), lambda v: v), ValueError, "shape"),
        (lambda: PositiveDefinite(-torch.eye(2)).solve(torch.ones(2)), LinAlgError, "positive"),
    ],
)
def test_refusals(make: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()
