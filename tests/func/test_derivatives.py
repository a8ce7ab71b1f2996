"""Derivatives of functions of arrays: torch.func's numbers, in the types of the arguments."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import scitorch.numpy as np
from scitorch import func

POINT = torch.tensor([0.4, -1.3, 2.2], dtype=torch.float64)


def energy(a: Any) -> Any:
    return np.sum(np.sin(a) ** 2 * a[0])


def on_tensors(t: torch.Tensor) -> torch.Tensor:
    return (torch.sin(t) ** 2 * t[0]).sum()


def assert_array(found: Any, expected: torch.Tensor) -> None:
    assert isinstance(found, np.ndarray)
    torch.testing.assert_close(found.tensor, expected)


def test_gradients_of_arrays_are_arrays() -> None:
    array, gradient = np.asarray(POINT), torch.func.grad(on_tensors)(POINT)
    assert_array(func.grad(energy)(array), gradient)
    value, found = func.value_and_grad(energy)(array)
    assert_array(found, gradient)
    assert_array(value, on_tensors(POINT))


def test_gradients_of_tensors_are_tensors() -> None:
    found = func.grad(lambda t: energy(np.asarray(t)))(POINT)
    torch.testing.assert_close(found, torch.func.grad(on_tensors)(POINT))
    torch.testing.assert_close(func.grad(on_tensors)(POINT), torch.func.grad(on_tensors)(POINT))


@pytest.mark.parametrize("jacobian", ["jacrev", "jacfwd"])
def test_jacobians(jacobian: str) -> None:
    take, expected = getattr(func, jacobian), torch.diag(torch.cos(POINT))
    assert_array(take(np.sin)(np.asarray(POINT)), expected)
    torch.testing.assert_close(take(torch.sin)(POINT), expected)
    found = take(lambda a, b: {"s": np.sin(a) * b, "t": (a, b)}, argnums=(0, 1))(np.asarray(POINT), POINT)
    assert_array(found["s"][0], torch.diag(torch.cos(POINT) * POINT))
    torch.testing.assert_close(found["s"][1], torch.diag(torch.sin(POINT)))
    assert_array(found["t"][0][0], torch.eye(3, dtype=torch.float64))


def test_hessians_and_other_nestings() -> None:
    expected = torch.func.hessian(on_tensors)(POINT)
    array = np.asarray(POINT)
    assert_array(func.hessian(energy)(array), expected)
    for outer in (func.jacrev, func.jacfwd):
        assert_array(outer(func.grad(energy))(array), expected)
    _, tangent = func.jvp(func.grad(energy), (array,), (np.ones(3),))
    assert_array(tangent, expected.sum(1))
    assert_array(func.vmap(func.grad(energy))(np.stack([array, 2 * array]))[0], torch.func.grad(on_tensors)(POINT))


def test_auxiliary_results_and_containers() -> None:
    parameters = {"a": np.asarray(POINT), "b": np.array(2.0)}

    def loss(p: Any, scale: float) -> Any:
        return scale * p["b"] * np.sum(p["a"] ** 2), p["a"] * 2

    gradient, doubled = func.grad(loss, has_aux=True)(parameters, 3.0)
    assert_array(gradient["a"], 12 * POINT)
    assert_array(gradient["b"], 3 * (POINT**2).sum())
    assert_array(doubled, 2 * POINT)
    (value, _), again = func.value_and_grad(loss, has_aux=True)(parameters, 3.0)
    assert_array(value, 6 * (POINT**2).sum())
    assert_array(again["b"], gradient["b"].tensor)
