"""Solutions by iteration: values, the implicit derivative, batches, and what is refused."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from scitorch.linalg import LinAlgError
from scitorch.linalg.krylov.solution import HERMITIAN, METHODS, solve_by
from scitorch.linalg.krylov.system import Settings
from scitorch.linalg.operators import (
    Dense,
    Diagonal,
    LinearOperator,
    LowRankUpdate,
    stochastic_logdet,
    stochastic_trace,
)
from scitorch.op import Maker

N = 6
TIGHT = Settings(rtol=1e-13, maxiter=300)
EVERY = pytest.mark.parametrize("name", METHODS)


def _matrix(name: str, dtype: torch.dtype = torch.float64) -> Tensor:
    make = Maker(dtype)
    return make.positive_definite(N, N) if name in HERMITIAN else make.well_conditioned(N, N)


def _solution(name: str, a: Tensor, b: Tensor) -> Tensor:
    a = (a + a.mH) / 2 if name in HERMITIAN else a
    return solve_by(name, Dense(a), b, TIGHT)[0]


@EVERY
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=["real", "complex"])
def test_solves(name: str, dtype: torch.dtype) -> None:
    a, b = _matrix(name, dtype), Maker(dtype, seed=1)(N, 3)
    b[:, 1] = 0
    x, info = solve_by(name, Dense(a), b, TIGHT, preconditioner=Diagonal(1 / a.diagonal().real.to(dtype)))
    assert info.tolist() == [0, 0, 0]
    torch.testing.assert_close(a @ x, b, rtol=1e-9, atol=1e-9)


@EVERY
def test_derivatives(name: str) -> None:
    a, b = _matrix(name).requires_grad_(), Maker(seed=1)(N, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: _solution(name, a, b), (a, b), check_forward_ad=True)


@EVERY
def test_second_derivatives(name: str) -> None:
    a, b = _matrix(name), Maker(seed=1)(N, 2)

    def cubed(a: Tensor) -> Tensor:
        return _solution(name, a, b).pow(3).sum()

    def reference(a: Tensor) -> Tensor:
        a = (a + a.mH) / 2 if name in HERMITIAN else a
        return (torch.linalg.inv(a) @ b).pow(3).sum()

    expected = torch.func.hessian(reference)(a)
    nestings = [(torch.func.jacrev, torch.func.jacrev)]
    if name not in ("qmr", "lgmres", "gcrotmk"):  # one column at a time: slow in batches of directions
        nestings += [(torch.func.jacfwd, torch.func.jacfwd), (torch.func.jacrev, torch.func.jacfwd)]
    for outer, inner in nestings:
        torch.testing.assert_close(outer(inner(cubed))(a), expected, rtol=1e-8, atol=1e-10)


@EVERY
def test_batches(name: str) -> None:
    a, b = _matrix(name), Maker(seed=1)(2, N, 2)
    both = torch.stack([a, 2 * a])
    expected = torch.linalg.solve(both, b)
    torch.testing.assert_close(_solution(name, both, b), expected, rtol=1e-9, atol=1e-9)
    found = torch.func.vmap(lambda a, b: _solution(name, a, b))(both, b)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    found = torch.func.vmap(lambda b: _solution(name, a, b))(b)
    torch.testing.assert_close(found, torch.linalg.solve(a, b), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("with_adjoint", [False, True])
def test_operators_that_are_not_linear_in_their_leaves(with_adjoint: bool) -> None:
    p, b = Maker()(3, N), Maker(seed=1)(N, 1)

    def product(p: Tensor, v: Tensor) -> Tensor:
        return (3 + p[0] ** 2) * v + 0.3 * p[1] * (p[2] @ v)

    def transposed(p: Tensor, v: Tensor) -> Tensor:
        return (3 + p[0] ** 2) * v + 0.3 * p[2] * (p[1] @ v)

    def by_function(p: Tensor) -> Tensor:
        adjoint = transposed if with_adjoint else None
        op = LinearOperator((N, N), product, adjoint, dtype=p.dtype, parameters=p)
        return solve_by("gmres", op, b, TIGHT)[0].pow(3).sum()

    def by_structure(p: Tensor) -> Tensor:
        op = LowRankUpdate(Diagonal(3 + p[0] ** 2), 0.3 * p[1][:, None], p[2][:, None])
        return solve_by("bicgstab", op, b, TIGHT)[0].pow(3).sum()

    def reference(p: Tensor) -> Tensor:
        matrix = torch.diag(3 + p[0] ** 2) + 0.3 * torch.outer(p[1], p[2])
        return (torch.linalg.inv(matrix) @ b).pow(3).sum()

    expected = torch.func.hessian(reference)(p)
    for function in (by_function, by_structure):
        for outer in (torch.func.jacfwd, torch.func.jacrev):
            for inner in (torch.func.jacfwd, torch.func.jacrev):
                torch.testing.assert_close(outer(inner(function))(p), expected, rtol=1e-8, atol=1e-9)


def test_attributes_of_a_subclass_are_leaves() -> None:
    class Weighted(LinearOperator):
        def __init__(self, weights: Tensor) -> None:
            super().__init__(weights.dtype, (N, N))
            self.weights = weights

        def _matvec(self, x: Tensor) -> Tensor:
            return self.weights * x

    weights = torch.linspace(1, 2, N, dtype=torch.float64).requires_grad_()
    x, _ = solve_by("gmres", Weighted(weights), torch.ones(N, 1, dtype=torch.float64), TIGHT)
    (gradient,) = torch.autograd.grad(x.sum(), weights)
    torch.testing.assert_close(gradient, -1 / weights.detach() ** 2)


def test_gradients_through_closures_are_not_lost() -> None:
    weights = torch.ones(N, dtype=torch.float64, requires_grad=True)
    op = LinearOperator((N, N), lambda v: weights * v, dtype=torch.float64)
    with pytest.raises(ValueError, match="not among its leaves"):
        solve_by("cg", op, torch.ones(N, 1, dtype=torch.float64), TIGHT)


def test_convergence_is_a_value() -> None:
    a = torch.diag(torch.linspace(1, 100, N, dtype=torch.float64))
    b = torch.stack([torch.ones(N, dtype=torch.float64), torch.eye(N, dtype=torch.float64)[0]], -1)
    _, info = solve_by("cg", Dense(a), b, Settings(rtol=1e-10, maxiter=3))
    assert info.tolist() == [3, 0]
    indefinite = Dense(torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64)))
    _, info = solve_by("cg", indefinite, torch.ones(2, 1, dtype=torch.float64), TIGHT)
    assert info.item() < 0
    with pytest.raises(LinAlgError, match="did not converge"):
        LinearOperator((N, N), lambda v: a @ v, dtype=a.dtype).solve(b[:, 0], maxiter=1, restart=2)


def test_stochastic_estimates() -> None:
    d = torch.linspace(1, 2, 30, dtype=torch.float64)
    u = Maker()(30) / 6
    op = Diagonal(d) + Dense(torch.outer(u, u))
    matrix = op.to_dense()
    generator = torch.Generator().manual_seed(0)
    assert abs(stochastic_trace(op, 200, generator) - matrix.trace()) < 0.05
    assert abs(stochastic_logdet(op, 200, 20, generator) - torch.logdet(matrix)) < 0.05

    def estimate(d: Tensor) -> Tensor:
        return stochastic_logdet(Diagonal(d), 2, 30, torch.Generator().manual_seed(0))

    torch.testing.assert_close(torch.func.jacrev(torch.func.jacrev(estimate))(d), torch.diag(-1 / d**2))
    torch.testing.assert_close(torch.func.jvp(estimate, (d,), (d,))[1], torch.tensor(30.0, dtype=torch.float64))
