"""Gauss' hypergeometric function: derivatives in the parameters against closed forms and arbitrary precision."""

from __future__ import annotations

import itertools
from typing import Any

import mpmath
import pytest
import torch
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev

from scitorch import special
from scitorch.op import find


def number(x: complex) -> Tensor:
    return torch.tensor(x, dtype=torch.complex128 if isinstance(x, complex) else torch.float64)


@pytest.mark.parametrize("z", [-1e3, -2.0, -0.3, 0.0, 0.4, 0.9, 0.999])
def test_power(z: float) -> None:
    """F(a, b; b; z) = (1 - z)^-a, DLMF 15.4.6; its derivatives in b and c there are opposite."""
    a, b = number(1.3), number(0.7)
    in_a, in_b, in_c = grad(special.hyp2f1, argnums=(0, 1, 2))(a, b, b, number(z))
    one_minus = 1 - number(z)
    torch.testing.assert_close(in_a, -one_minus.log() * one_minus**-a, rtol=1e-12, atol=0)
    torch.testing.assert_close(in_b, -in_c, rtol=1e-12, atol=1e-14)


def test_at_one() -> None:
    """Gauss' sum, DLMF 15.4.20."""

    def gauss(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
        logarithm = torch.lgamma(c) + torch.lgamma(c - a - b) - torch.lgamma(c - a) - torch.lgamma(c - b)
        return logarithm.exp()

    at = number(0.4), number(0.7), number(2.9)
    found = grad(special.hyp2f1, argnums=(0, 1, 2))(*at, number(1.0))
    for derivative, expected in zip(found, grad(gauss, argnums=(0, 1, 2))(*at)):
        torch.testing.assert_close(derivative, expected, rtol=1e-13, atol=0)


POINTS: list[complex] = [-1e4, -3.0, -0.4, 0.3, 0.7, 0.95, 1 - 1e-6]
POINTS += [0.5 + 0.8j, 0.5 - 0.87j, 2 + 0.1j, 1.2 - 0.5j, 5 + 3j, -2 + 1j]
PARAMETERS = [(0.5, 0.7, 1.2), (1.0, 1.0, 2.0), (1.0, 2.0, 3.5), (0.0, 0.6, 1.3), (3.1, 4.2, 2.2), (6.3, -5.2, 7.1)]


@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("z", POINTS)
@pytest.mark.parametrize("orders", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1)])
def test_derivatives_in_the_parameters(orders: tuple[int, ...], z: complex, parameters: tuple[float, ...]) -> None:
    with mpmath.workdps(40):
        exact = complex(
            mpmath.diff(
                lambda a, b, c: mpmath.hyp2f1(a, b, c, z),
                tuple(map(mpmath.mpf, parameters)),
                orders,
                h=mpmath.mpf(10) ** -12,
            )
        )

    def part(which: str) -> float:
        def derivative(*p: Tensor) -> Tensor:
            return getattr(special.hyp2f1(*p, number(z)), which)

        function: Any = derivative
        for position, order in enumerate(orders):
            for _ in range(order):
                function = grad(function, argnums=position)
        return function(*map(number, parameters)).item()

    found = complex(part("real"), part("imag") if isinstance(z, complex) else 0.0)
    assert abs(found - exact) <= 1e-12 * abs(exact) + 1e-14


def test_second_derivatives_agree_in_every_composition() -> None:
    def of_all(p: Tensor) -> Tensor:
        return special.hyp2f1(*p)

    at = torch.tensor([0.4, 1.1, 1.7, -0.6], dtype=torch.float64)
    reference = hessian(of_all)(at)
    for outer, inner in itertools.product((jacfwd, jacrev), repeat=2):
        torch.testing.assert_close(outer(inner(of_all))(at), reference, rtol=1e-12, atol=1e-14)


def test_cuda_kernels_give_the_same_values() -> None:
    """The kernels that serve CUDA, run here on the CPU, equal SciPy's function."""
    generator = torch.Generator().manual_seed(0)
    a, b = 4 * torch.rand(2, 200, dtype=torch.float64, generator=generator) - 1
    c = 0.5 + 3 * torch.rand(200, dtype=torch.float64, generator=generator)
    x, y = 6 * torch.rand(2, 200, dtype=torch.float64, generator=generator) - 3
    kernel = find("special.hyp2f1").declared.kernels["cuda"]
    for z in (x.clamp(max=0.9), torch.complex(x, y)):
        torch.testing.assert_close(kernel(a, b, c, z), special.hyp2f1(a, b, c, z), rtol=1e-8, atol=1e-10)
