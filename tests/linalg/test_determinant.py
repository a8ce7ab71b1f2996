"""Derivatives of the determinant at matrices of every rank, against the sum over permutations."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import grad, jacfwd, jacrev

from scitorch.linalg import det


def leibniz(a: Tensor) -> Tensor:
    """The sum over permutations of signed products: a polynomial, with derivatives everywhere."""
    n = a.shape[-1]
    total = torch.zeros((), dtype=a.dtype)
    for order in itertools.permutations(range(n)):
        inversions = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        product = torch.tensor((-1.0) ** inversions, dtype=a.dtype)
        for i, j in enumerate(order):
            product = product * a[i, j]
        total = total + product
    return total


def of_rank(rank: int, dtype: torch.dtype = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(rank)
    left = torch.randn(4, rank, dtype=dtype, generator=generator)
    return left @ torch.randn(rank, 4, dtype=dtype, generator=generator)


@pytest.mark.parametrize("rank", range(5))
def test_gradient(rank: int) -> None:
    a = of_rank(rank)
    torch.testing.assert_close(grad(det)(a), grad(leibniz)(a), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("outer", [jacfwd, jacrev])
@pytest.mark.parametrize("inner", [jacfwd, jacrev])
@pytest.mark.parametrize("rank", range(5))
def test_second_derivatives(rank: int, inner: Callable, outer: Callable) -> None:
    a = of_rank(rank)
    torch.testing.assert_close(outer(inner(det))(a), jacrev(jacrev(leibniz))(a), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rank", range(5))
def test_third_derivative(rank: int) -> None:
    a = of_rank(rank)
    truth = jacfwd(jacfwd(jacfwd(leibniz)))(a)
    torch.testing.assert_close(jacfwd(jacrev(jacfwd(det)))(a), truth, rtol=1e-11, atol=1e-12)


def test_fourth_derivative_of_a_regular_matrix() -> None:
    a = of_rank(4)
    truth = jacfwd(jacfwd(jacfwd(jacfwd(leibniz))))(a)
    torch.testing.assert_close(jacfwd(jacrev(jacfwd(jacfwd(det))))(a), truth, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_complex_singular(rank: int) -> None:
    a = of_rank(rank, torch.complex128).requires_grad_()
    assert torch.autograd.gradcheck(det, (a,), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(det, (a,), check_fwd_over_rev=True)


def test_a_batch_of_regular_and_singular_matrices() -> None:
    a = torch.stack([of_rank(rank) for rank in range(5)])
    truth = torch.stack([grad(leibniz)(x) for x in a])
    torch.testing.assert_close(torch.func.vmap(grad(det))(a), truth, rtol=1e-12, atol=1e-13)
