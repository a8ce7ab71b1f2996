"""Sparse Jacobians and Hessians against dense ones; patterns of operations of every trait."""

from __future__ import annotations

from collections.abc import Callable

import numpy
import pytest
import scipy.sparse
import torch
from torch import Tensor

import scitorch.numpy as np
from scitorch import func, linalg, special

X = torch.linspace(0.3, 2.1, 12, dtype=torch.float64)
BAND = torch.diag(torch.arange(1.0, 13)).double()


def pentadiagonal(x: Tensor) -> Tensor:
    y = torch.nn.functional.pad(x, (2, 2))
    return (y[:-4] - 4 * y[1:-3] + 6 * y[2:-2] - 4 * y[3:-1] + y[4:]) * x + torch.sin(x)


FUNCTIONS: dict[str, tuple[Callable[[Tensor], Tensor], int]] = {
    "pentadiagonal": (pentadiagonal, 54),
    "elementwise": (lambda x: special.jv(0.5, x) * torch.exp(x), 12),
    "rows": (lambda x: x.reshape(3, 4).sum(1), 12),
    "cumulative": (lambda x: (x.reshape(3, 4) ** 2).mean(0), 12),
    "rearranged": (lambda x: torch.cat([x.flip(0)[:3], x.roll(2)[::4], torch.stack([x[0], x[5]])]), 8),
    "selected": (lambda x: torch.where(torch.arange(12) % 2 == 0, x, 1.0) * x[torch.arange(11, -1, -1)], 18),
    "product": (lambda x: x[:6].reshape(2, 3) @ x[6:].reshape(3, 2), 24),
    "batched inverse": (lambda x: linalg.inv(x.reshape(3, 2, 2) + torch.eye(2)), 48),
    "everything": (lambda x: torch.fft.rfft(x).abs(), 84),
    "constant": (lambda x: torch.floor(x), 0),
    "triangle": (lambda x: torch.tril(x.reshape(3, 4)), 6),
    "broadcast": (lambda x: x[:3, None] * x[None, 3:6], 18),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobians(name: str, mode: str) -> None:
    f, entries = FUNCTIONS[name]
    plan = func.jacobian_plan(f, X, mode=mode)
    assert plan.nnz == entries
    found = func.sparse_jacobian(f, plan=plan)(X + 0.1)
    dense = torch.func.jacrev(f)(X + 0.1).reshape(-1, 12)
    torch.testing.assert_close(found.toarray(), dense)
    func.check_pattern(f, plan, X)


def test_few_products() -> None:
    plan = func.jacobian_plan(pentadiagonal, torch.zeros(200, dtype=torch.float64))
    assert plan.groups == 5 and plan.nnz == 5 * 200 - 6
    arrow = func.jacobian_plan(lambda x: torch.cat([x.sum()[None], x[1:] * 2]), X)
    assert arrow.kind == "rows" and arrow.groups == 2


def rosenbrock(x: Tensor) -> Tensor:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


ENERGIES: dict[str, Callable[[Tensor], Tensor]] = {
    "chain": rosenbrock,
    "arrow": lambda x: (x[0] * x**2).sum(),
    "separable": lambda x: special.gammaln(x + 1).sum(),
    "blocks": lambda x: torch.linalg.vector_norm(x.reshape(3, 4), dim=1).sum(),
    "linear": lambda x: x.sum(),
}


@pytest.mark.parametrize("name", ENERGIES)
def test_hessians(name: str) -> None:
    f = ENERGIES[name]
    plan = func.hessian_plan(f, X)
    found = func.sparse_hessian(f, plan=plan)(X + 0.1)
    torch.testing.assert_close(found.toarray(), torch.func.hessian(f)(X + 0.1))
    func.check_pattern(f, plan, X)


def test_star_colouring_takes_fewer_products_than_columns() -> None:
    plan = func.hessian_plan(ENERGIES["arrow"], torch.ones(50, dtype=torch.float64))
    assert plan.groups == 2


def test_derivatives_of_entries_and_other_array_types() -> None:
    plan = func.jacobian_plan(pentadiagonal, X)

    def total(x: Tensor) -> Tensor:
        return (func.sparse_jacobian(pentadiagonal, plan=plan)(x).data ** 2).sum()

    def dense(x: Tensor) -> Tensor:
        return (torch.func.jacfwd(pentadiagonal)(x) ** 2).sum()

    torch.testing.assert_close(func.grad(total)(X), func.grad(dense)(X))
    array = func.sparse_jacobian(lambda a: np.sin(a) * a, plan=func.jacobian_plan(torch.sin, X))(np.asarray(X))
    assert isinstance(array.data, np.ndarray)
    batch = torch.stack([X, 2 * X])
    torch.testing.assert_close(torch.vmap(torch.func.grad(total))(batch), torch.vmap(torch.func.grad(dense))(batch))


def test_given_patterns_are_checked_on_demand() -> None:
    small = scipy.sparse.csr_array(numpy.eye(12))
    plan = func.jacobian_plan(pentadiagonal, X, pattern=small)
    with pytest.raises(ValueError, match="lacks entries: 12 rows"):
        func.check_pattern(pentadiagonal, plan, X)
    with pytest.raises(ValueError, match="12x12 matrix, the argument has 11 elements"):
        func.sparse_jacobian(pentadiagonal, plan=plan)(X[1:])
    with pytest.raises(ValueError, match="plan is one of a Hessian"):
        func.sparse_jacobian(pentadiagonal, plan=func.hessian_plan(rosenbrock, X))(X)
    with pytest.raises(TypeError, match="complex"):
        func.sparse_jacobian(torch.sin)(X + 1j)
