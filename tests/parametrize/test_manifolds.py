"""Every manifold: its points lie in it, the inverse inverts, derivatives, batches, modules and state dictionaries."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils import parametrize as nn_parametrize

from scitorch.parametrize import Cayley, Manifold, Positive, PositiveDefinite, Skew, Sphere, Symmetric
from scitorch.testing import assert_batched, assert_close, assert_compiles, assert_gradients, make_tensor

MANIFOLDS = [Symmetric(), Skew(), Cayley(), Positive(), PositiveDefinite(), Sphere()]
ids = {"ids": lambda m: type(m).__name__}


@pytest.mark.parametrize("manifold", MANIFOLDS, **ids)
@pytest.mark.filterwarnings("ignore")
def test_laws_of_a_manifold(manifold: Manifold) -> None:
    free = make_tensor(2, 3, 3, low=-1, high=1)
    point = manifold.map(free)
    assert manifold.contains(point) and not manifold.contains(make_tensor(3, 3))
    assert_close(manifold.map(manifold.inverse(point)), point, rtol=1e-12, atol=1e-12)
    assert manifold.contains(manifold.sample(3, 3, dtype=torch.float32))
    assert_gradients(manifold.map, free)
    assert_batched(manifold.map, free)
    assert_compiles(manifold.map, free)


@pytest.mark.parametrize("manifold", [Symmetric(), Skew(), Cayley(), PositiveDefinite(), Sphere()], **ids)
def test_complex(manifold: Manifold) -> None:
    point = manifold.map(make_tensor(3, 3, dtype=torch.complex128, low=-1, high=1))
    assert manifold.contains(point)
    assert_close(manifold.map(manifold.inverse(point)), point, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("manifold", MANIFOLDS, **ids)
def test_parameter_of_a_module(manifold: Manifold) -> None:
    first, second = (torch.nn.Linear(3, 3, bias=False) for _ in range(2))
    for layer in (first, second):
        layer.weight.data = manifold.sample(3, 3)
        nn_parametrize.register_parametrization(layer, "weight", type(manifold)())
    step = torch.optim.SGD(first.parameters(), 0.1)
    first(torch.ones(3)).square().sum().backward()
    step.step()
    assert manifold.contains(first.weight)
    second.load_state_dict(first.state_dict())
    assert_close(second.weight, first.weight, rtol=0)
    value = manifold.sample(3, 3)
    first.weight = value
    assert_close(first.weight, value, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match=f"not in {type(manifold).__name__}"):
        first.weight = -torch.arange(9.0).reshape(3, 3)
