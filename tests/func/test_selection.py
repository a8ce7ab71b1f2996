"""Selections have the derivatives of what was selected."""

from __future__ import annotations

import pytest
import torch

import scitorch.numpy as np
from scitorch import func

X = torch.tensor([0.0, 4.0], dtype=torch.float64)


def test_no_nan_from_what_was_not_chosen() -> None:
    naive = torch.func.grad(lambda x: torch.where(x > 0, torch.sqrt(x), 0 * x).sum())(X)
    assert naive[0].isnan()
    expected = torch.tensor([0.0, 0.25], dtype=torch.float64)

    def f(x: torch.Tensor) -> torch.Tensor:
        return func.safe_where(x > 0, torch.sqrt, 0.0, x)  # type: ignore[no-any-return]

    for jacobian in (func.jacfwd, func.jacrev):
        torch.testing.assert_close(jacobian(f)(X), torch.diag(expected))
    torch.testing.assert_close(func.hessian(lambda x: f(x).sum())(X)[1, 1], torch.tensor(-1 / 32, dtype=torch.float64))
    torch.testing.assert_close(torch.vmap(torch.func.grad(f))(X), expected)


def test_two_functions_of_arrays() -> None:
    a = np.asarray(X)
    found = func.safe_where(a > 1, np.log, np.sin, a, safe=2.0)
    assert isinstance(found, np.ndarray)
    torch.testing.assert_close(found.tensor, torch.stack([X[0].sin(), X[1].log()]))
    with pytest.raises(TypeError, match="of bool"):
        func.safe_where(X, torch.sqrt, 0.0, X)
    with pytest.raises(TypeError, match="arguments of the functions"):
        func.safe_where(X > 0, torch.sqrt, 0.0)
