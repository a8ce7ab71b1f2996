"""Elliptic integrals and functions at the ends of the parameter's range, and against arbitrary precision."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import pytest
import torch
from torch import Tensor
from torch.func import grad, jacfwd, jacrev

from scitorch import special
from scitorch.op import find


def number(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


def repeated(function: Any, order: int) -> Any:
    for _ in range(order):
        function = grad(function)
    return function


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("m", [-1e5, -3.0, -0.50001, -0.5, -1e-8, 0.0, 0.3, 0.5, 0.50001, 0.9, 1 - 1e-6])
@pytest.mark.parametrize("name", ["ellipk", "ellipe"])
def test_derivatives_of_complete_integrals(name: str, m: float, order: int) -> None:
    with mpmath.workdps(60):
        exact = mpmath.diff(getattr(mpmath, name), mpmath.mpf(m), order, h=mpmath.mpf(10) ** -15 * (1 - mpmath.mpf(m)))
    assert repeated(getattr(special, name), order)(number(m)).item() == pytest.approx(float(exact), rel=1e-12)


def test_complete_integrals_at_one_and_beyond() -> None:
    assert grad(special.ellipk)(number(1.0)).item() == math.inf
    assert grad(special.ellipe)(number(1.0)).item() == -math.inf
    assert math.isnan(grad(special.ellipk)(number(1.5)).item())


def test_derivatives_in_the_parameter_at_zero() -> None:
    """DLMF 22.10.7 to 22.10.9: sn u = sin u - m (u - sin u cos u) cos u / 4 + …, and likewise cn, dn."""
    u, m = number(0.9), number(0.0)
    s, c = math.sin(0.9), math.cos(0.9)
    correction = (0.9 - s * c) / 4
    expected = (-correction * c, correction * s, -s * s / 2, -correction)
    for k, value in enumerate(expected):
        assert grad(lambda m, k=k: special.ellipj(u, m)[k])(m).item() == pytest.approx(value, rel=1e-14)


def test_derivatives_in_the_parameter_at_one() -> None:
    """DLMF 22.10.10 to 22.10.12, expansions in 1 - m."""
    u, m = number(0.9), number(1.0)
    sinh, cosh, tanh = math.sinh(0.9), math.cosh(0.9), math.tanh(0.9)
    difference = (sinh * cosh - 0.9) / 4
    expected = (-difference / cosh**2, difference * tanh / cosh, -(sinh * cosh + 0.9) / 4 * tanh / cosh)
    for k, value in enumerate(expected):
        assert grad(lambda m, k=k: special.ellipj(u, m)[k])(m).item() == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize(("u", "m"), [(0.4, 0.3), (2.5, 0.8), (-1.7, 0.05), (13.0, 0.6), (4.0, 0.999), (1.0, 1e-7)])
@pytest.mark.parametrize(("order_u", "order_m"), [(0, 1), (1, 1), (0, 2), (0, 3)])
def test_derivatives_of_jacobi_functions(u: float, m: float, order_u: int, order_m: int) -> None:
    for k, name in enumerate(("sn", "cn", "dn")):
        with mpmath.workdps(50):
            exact = mpmath.diff(
                lambda u, m, name=name: mpmath.ellipfun(name, u, m=m),
                (mpmath.mpf(u), mpmath.mpf(m)),
                (order_u, order_m),
                h=mpmath.mpf(10) ** -12,
            )

        def component(u: Tensor, m: Tensor, k: int = k) -> Tensor:
            return special.ellipj(u, m)[k]

        derivative = component
        for _ in range(order_m):
            derivative = grad(derivative, argnums=1)
        for _ in range(order_u):
            derivative = grad(derivative, argnums=0)
        assert derivative(number(u), number(m)).item() == pytest.approx(float(exact), rel=1e-10, abs=1e-12)


def test_second_derivatives_agree_in_every_composition() -> None:
    def of_both(p: Tensor) -> Tensor:
        return torch.stack(special.ellipj(p[0], p[1]))

    at = torch.tensor([1.3, 0.4], dtype=torch.float64)
    reference = jacfwd(jacfwd(of_both))(at)
    for outer, inner in ((jacfwd, jacrev), (jacrev, jacfwd), (jacrev, jacrev)):
        torch.testing.assert_close(outer(inner(of_both))(at), reference, rtol=1e-12, atol=1e-14)


def test_cuda_kernels_give_the_same_values() -> None:
    """The kernels that serve CUDA, run here on the CPU, equal SciPy's functions."""
    generator = torch.Generator().manual_seed(0)
    m = torch.rand(300, dtype=torch.float64, generator=generator)
    u = 40 * torch.rand(300, dtype=torch.float64, generator=generator) - 20
    for found, expected in zip(find("special.ellipj").declared.kernels["cuda"](u, m), special.ellipj(u, m)):
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-11)
    m = 30 * m - 29
    for name in ("ellipk", "ellipe"):
        found = find(f"special.{name}").declared.kernels["cuda"](m)
        torch.testing.assert_close(found, getattr(special, name)(m), rtol=1e-13, atol=0)
