"""Forward Laplacians against traces of Hessians."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from scitorch import func, linalg, special

GENERATOR = torch.Generator().manual_seed(0)
WEIGHTS = [torch.randn(6, 6, dtype=torch.float64, generator=GENERATOR) / 2 for _ in range(2)]
X = torch.randn(6, dtype=torch.float64, generator=GENERATOR)


def network(x: Tensor, weights: Any = WEIGHTS) -> Tensor:
    for w in weights:
        x = torch.tanh(torch.nn.functional.linear(x, w, w[0]))
    return (x**2).sum(-1)


FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "network": network,
    "vector": lambda x: torch.sin(x) * x.roll(1) / (1 + x[0] ** 2),
    "softmax": lambda x: torch.softmax(x, 0)[1] * torch.logsumexp(x, 0),
    "layer norm": lambda x: torch.nn.functional.layer_norm(x, (6,)).tanh().sum(),
    "matrix": lambda x: linalg.inv(torch.outer(x, x) + 3 * torch.eye(6, dtype=x.dtype)).sum(),
    "determinant": lambda x: linalg.det(torch.diag(x) + 1.0 * torch.outer(x, x)),
    "special": lambda x: special.jv(1.5, x.abs() + 1).prod(),
    "gradient inside": lambda x: torch.func.grad(network)(x).sum(),
    "matrix product": lambda x: (x.reshape(2, 3) @ x.reshape(3, 2)).sin().sum(),
    "constant": lambda x: torch.ones(2, dtype=x.dtype),
    "linear": lambda x: x.cumsum(0) + 1,
    "broadcast": lambda x: torch.atan2(x[:2, None], x[None, 2:]).sum(),
}


def hessian(f: Callable[[Tensor], Tensor]) -> Tensor:
    return torch.func.jacrev(torch.func.jacrev(f))(X)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_equals_the_trace_of_the_hessian(name: str) -> None:
    f = FUNCTIONS[name]
    value, found = func.laplacian(f)(X)
    torch.testing.assert_close(value, f(X))
    second = hessian(f)
    torch.testing.assert_close(found, second.diagonal(dim1=-2, dim2=-1).sum(-1), rtol=1e-10, atol=1e-10)
    factors = torch.linspace(-1, 2, 6, dtype=torch.float64)
    _, weighted = func.laplacian(f, weights=factors)(X)
    torch.testing.assert_close(weighted, (second.diagonal(dim1=-2, dim2=-1) * factors).sum(-1), rtol=1e-10, atol=1e-10)
    root = WEIGHTS[0][:, :2]
    _, mixed = func.laplacian(f, weights=root)(X)
    torch.testing.assert_close(mixed, (second * (root @ root.T)).sum((-2, -1)), rtol=1e-10, atol=1e-10)


def test_biharmonic_operator() -> None:
    def fourth(x: Tensor) -> Tensor:
        return torch.func.hessian(lambda x: torch.func.hessian(network)(x).trace())(x).trace()

    found, twice = func.bilaplacian(network)(X)
    torch.testing.assert_close(found, hessian(network).trace())
    torch.testing.assert_close(twice, fourth(X))


def test_under_other_transforms() -> None:
    batch = torch.stack([X, 2 * X, -X])
    expected = torch.stack([torch.func.hessian(network)(x).trace() for x in batch])
    torch.testing.assert_close(torch.vmap(func.laplacian(network))(batch)[1], expected)

    def energy(weights: Any) -> Tensor:
        return func.laplacian(lambda x: network(x, weights))(X)[1]

    def reference(weights: Any) -> Tensor:
        return torch.func.hessian(network)(X, weights).trace()

    torch.testing.assert_close(func.grad(energy)(WEIGHTS), func.grad(reference)(WEIGHTS))
    tangent = [torch.ones_like(w) for w in WEIGHTS]
    torch.testing.assert_close(
        func.jvp(energy, (WEIGHTS,), (tangent,))[1], torch.func.jvp(reference, (WEIGHTS,), (tangent,))[1]
    )


def test_estimates() -> None:
    exact = hessian(network).trace()
    generator = torch.Generator().manual_seed(0)
    _, found = func.stochastic_laplacian(network, 6, coordinates=True, generator=generator)(X)
    torch.testing.assert_close(found, exact)
    for coordinates in (False, True):
        samples = [
            func.stochastic_laplacian(network, 2, coordinates=coordinates, generator=generator)(X)[1]
            for _ in range(200)
        ]
        spread, mean = torch.std_mean(torch.stack(samples))
        assert (mean - exact).abs() < 4 * spread / 200**0.5


def test_refusals() -> None:
    with pytest.raises(TypeError, match="complex"):
        func.laplacian(lambda z: z.abs())(X + 1j)
    with pytest.raises(ValueError, match=r"weights have shape \(5,\)"):
        func.laplacian(network, weights=torch.ones(5))(X)
    with pytest.raises(ValueError, match="has 6 components"):
        func.stochastic_laplacian(network, 7, coordinates=True)(X)
    with pytest.raises(ValueError, match="at least one"):
        func.stochastic_laplacian(network, 0)
