"""Linearizations, transposes, and curvature matrices as products and operators."""

from __future__ import annotations

from typing import Any

import pytest
import scipy.sparse.linalg
import torch
from torch import Tensor

from scitorch import func

X = torch.tensor([0.4, -1.3, 2.2], dtype=torch.float64)
V = torch.tensor([1.0, 0.5, -2.0], dtype=torch.float64)


def f(x: Tensor) -> Tensor:
    return torch.sin(x) * x.sum() + torch.linalg.vector_norm(x)


def test_linearization_is_the_derivative_both_ways() -> None:
    value, derivative = func.linearize(f, X)
    torch.testing.assert_close(value, f(X))
    jacobian = torch.func.jacfwd(f)(X)
    torch.testing.assert_close(derivative(V), jacobian @ V)
    torch.testing.assert_close(derivative.transpose(V)[0], jacobian.T @ V)
    torch.testing.assert_close(torch.vmap(derivative)(torch.eye(3, dtype=torch.float64)), jacobian.T)
    assert derivative.residuals
    assert "linear operations" in repr(derivative)


def test_linearization_can_be_differentiated_where_torchs_is_uninitialised() -> None:
    one = torch.ones((), dtype=torch.float64)
    found = func.grad(lambda x: func.linearize(torch.sin, x)[1](one))(one)
    torch.testing.assert_close(found, -torch.sin(one))
    batch = torch.vmap(lambda x: func.linearize(f, x)[1](V))(torch.stack([X, 2 * X]))
    torch.testing.assert_close(batch[1], torch.func.jvp(f, (2 * X,), (V,))[1])
    moved = func.jvp(lambda x: func.linearize(f, x)[1](V), (X,), (V,))[1]
    torch.testing.assert_close(moved, torch.einsum("ijk,j,k->i", torch.func.hessian(f)(X), V, V))


def test_random_numbers_and_branches_are_frozen() -> None:
    calls = []

    def noisy(x: Tensor) -> Tensor:
        calls.append(1)
        return x * torch.rand(3, dtype=torch.float64) * (2 if x.sum() > 0 else 1)

    torch.manual_seed(0)
    value, derivative = func.linearize(noisy, X)
    torch.testing.assert_close(derivative(X), value)
    torch.testing.assert_close(derivative(X), value)
    assert len(calls) == 1


def test_trees_go_through() -> None:
    value, derivative = func.linearize(lambda p, n: {"y": p["a"] * p["b"] * n, "n": n}, {"a": X, "b": 2.0}, 3)
    assert value["n"] == 3
    moved = derivative({"a": V, "b": 1.0}, None)
    torch.testing.assert_close(moved["y"], 6 * V + 3 * X)
    assert moved["n"] is None
    with pytest.raises(ValueError, match=r"tangent of primals\[0\]\['a'\] has shape"):
        derivative({"a": V[:1], "b": 1.0}, None)


def test_transposes_of_linear_functions() -> None:
    matrix = torch.arange(6, dtype=torch.float64).reshape(2, 3)
    (found,) = func.linear_transpose(lambda x: matrix @ x, X)(torch.tensor([1.0, 2.0], dtype=torch.float64))
    torch.testing.assert_close(found, matrix.T @ torch.tensor([1.0, 2.0], dtype=torch.float64))
    with pytest.raises(ValueError, match="is not linear"):
        func.linear_transpose(lambda x: x + 1, X)


def energy(x: Tensor) -> Tensor:
    return (f(x) ** 2).sum()


def model(p: Any) -> Tensor:
    return torch.stack([torch.sin(p["w"]).sum(), p["w"][0] * p["b"], p["b"] ** 2])


POINT = {"w": X, "b": torch.tensor(0.7, dtype=torch.float64)}
DIRECTION = {"w": V, "b": torch.tensor(-1.0, dtype=torch.float64)}


def flat(tree: Any) -> Tensor:
    return torch.cat([tree["w"], tree["b"].reshape(-1)])


def unflat(x: Tensor) -> Any:
    return {"w": x[:-1], "b": x[-1]}


def test_products_with_curvature() -> None:
    (found,) = func.hvp(energy, (X,), (V,))
    torch.testing.assert_close(found, torch.func.hessian(energy)(X) @ V)
    jacobian = torch.func.jacrev(lambda x: model(unflat(x)))(flat(POINT))

    def loss(y: Tensor) -> Tensor:
        return torch.logsumexp(y, 0) + (y**4).sum()

    curvature = torch.func.hessian(loss)(model(POINT))
    (product,) = func.ggn(model, loss, (POINT,), (DIRECTION,))
    torch.testing.assert_close(flat(product), jacobian.T @ curvature @ jacobian @ flat(DIRECTION))
    y = model(POINT)
    p = torch.softmax(y, -1)
    information = {
        "normal": torch.eye(3, dtype=torch.float64),
        "bernoulli": torch.diag(torch.sigmoid(y) * (1 - torch.sigmoid(y))),
        "categorical": torch.diag(p) - torch.outer(p, p),
        "poisson": torch.diag(y.exp()),
    }
    for family, matrix in information.items():
        (product,) = func.fisher(model, (POINT,), (DIRECTION,), family=family)
        torch.testing.assert_close(flat(product), jacobian.T @ matrix @ jacobian @ flat(DIRECTION))
    with pytest.raises(ValueError, match="family is 'gamma'"):
        func.fisher(model, (POINT,), (DIRECTION,), family="gamma")


def test_operators() -> None:
    jacobian, dense = func.JacobianOperator(f, X), torch.func.jacfwd(f)(X)
    torch.testing.assert_close(jacobian @ V, dense @ V)
    torch.testing.assert_close(jacobian.T @ V, dense.T @ V)
    torch.testing.assert_close((jacobian.T @ jacobian) @ V, dense.T @ dense @ V)
    torch.testing.assert_close(jacobian @ torch.eye(3, dtype=torch.float64), dense)
    hessian = func.HessianOperator(energy, X)
    assert hessian.symmetric and hessian.T is hessian
    torch.testing.assert_close(hessian @ V, torch.func.hessian(energy)(X) @ V)
    assert func.FisherOperator(model, POINT).positive_semidefinite
    product = func.GaussNewtonOperator(model, lambda y: (y**2).sum() / 2, POINT) @ flat(DIRECTION)
    torch.testing.assert_close(product, flat(func.fisher(model, (POINT,), (DIRECTION,))[0]))


def test_operators_in_scipys_solvers() -> None:
    matrix = torch.diag(torch.tensor([2.0, 3.0, 4.0], dtype=torch.float64))
    hessian = func.HessianOperator(lambda x: x @ matrix @ x / 2, X)
    theirs = scipy.sparse.linalg.LinearOperator(
        hessian.shape, matvec=lambda v: (hessian @ torch.from_numpy(v.copy()).reshape(-1)).numpy(), dtype=float
    )
    found, status = scipy.sparse.linalg.cg(theirs, V.numpy())
    assert status == 0
    torch.testing.assert_close(torch.from_numpy(found), V / matrix.diagonal())
