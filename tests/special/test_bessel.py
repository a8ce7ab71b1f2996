"""Bessel functions against closed forms at special orders, arbitrary precision, and their limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy
import pytest
import scipy.special
import torch
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev

from scitorch import special

ARGUMENTS = torch.tensor([0.05, 0.7, 2.0, 3.3, 9.1, 20.0, 45.0], dtype=torch.float64)


def number(x: complex) -> Tensor:
    return torch.tensor(x, dtype=torch.complex128 if isinstance(x, complex) else torch.float64)


def in_order(function: Callable[..., Tensor], v: float) -> Tensor:
    """∂f/∂ν at one order and all arguments."""
    order = torch.full_like(ARGUMENTS, v)
    return grad(lambda w: function(w, ARGUMENTS).sum())(order)


# DLMF 10.15.6 to 10.15.9 and 10.38.6, 10.38.7: derivatives at the orders ±1/2.


def cosine_and_sine_integral() -> tuple[Any, Any]:
    si, ci = scipy.special.sici(2 * ARGUMENTS.numpy())
    return torch.from_numpy(ci), torch.from_numpy(si)


@pytest.mark.parametrize("sign", [1, -1])
def test_ordinary_functions_at_half_orders(sign: int) -> None:
    x = ARGUMENTS
    ci, si = cosine_and_sine_integral()
    amplitude = torch.sqrt(2 / (math.pi * x))
    if sign > 0:
        first = ci * x.sin() - si * x.cos()
        second = ci * x.cos() + (si - math.pi) * x.sin()
    else:
        first = ci * x.cos() + si * x.sin()
        second = -(ci * x.sin() - (si - math.pi) * x.cos())
    found = in_order(special.jv, sign / 2), in_order(special.yv, sign / 2)
    for derivative, expected in zip(found, (first, second)):
        torch.testing.assert_close(derivative, amplitude * expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("sign", [1, -1])
def test_modified_functions_at_half_orders(sign: int) -> None:
    x = ARGUMENTS
    scaled_e1 = torch.from_numpy(scipy.special.exp1(2 * x.numpy())) * x.exp()
    ei = torch.from_numpy(scipy.special.expi(2 * x.numpy()))
    first = -(scaled_e1 + sign * ei * torch.exp(-x)) / torch.sqrt(2 * math.pi * x)
    second = sign * torch.sqrt(math.pi / (2 * x)) * scaled_e1
    torch.testing.assert_close(in_order(special.iv, sign / 2), first, rtol=1e-12, atol=0)
    torch.testing.assert_close(in_order(special.kv, sign / 2), second, rtol=1e-12, atol=0)


def test_order_zero() -> None:
    """DLMF 10.15.5 and 10.38.4; the derivative of I is exponentially smaller than I."""
    x = ARGUMENTS
    torch.testing.assert_close(in_order(special.jv, 0.0), math.pi / 2 * special.yv(0 * x, x), rtol=1e-11, atol=1e-14)
    torch.testing.assert_close(in_order(special.yv, 0.0), -math.pi / 2 * special.jv(0 * x, x), rtol=1e-11, atol=1e-14)
    torch.testing.assert_close(in_order(special.iv, 0.0), -special.kv(0 * x, x), rtol=1e-12, atol=0)
    assert torch.equal(in_order(special.kv, 0.0), torch.zeros_like(x))


POINTS = [
    ("jv", 1.7, 4.2), ("jv", 30.3, 2.0), ("jv", 20.0, 20.1), ("jv", -3.0, 1.5), ("jv", -2.3, 6.0), ("jv", 0.4, 3 - 2j),
    ("yv", 1.7, 4.2), ("yv", 30.3, 2.0), ("yv", -3.0, 1.5), ("yv", -2.5, 0.3), ("yv", 3.4, -3 + 2j),
    ("iv", 1.7, 4.2), ("iv", 30.3, 2.0), ("iv", 0.01, 25.0), ("iv", -2.3, 6.0), ("iv", 2.4, -3 - 2j), ("iv", 0.3, 7j),
    ("kv", 1.7, 4.2), ("kv", 30.3, 2.0), ("kv", 1e-3, 1e-9), ("kv", -2.3, 6.0), ("kv", 2.4, 3 - 7j),
    ("kv", 1.2, -5 + 1j),    ("hankel1", 2.2, 3 + 1j), ("hankel1", -2.2, 1 - 2j), ("hankel1", 10.2, -4 - 3j),
]  # fmt: skip
MPMATH = {"jv": "besselj", "yv": "bessely", "iv": "besseli", "kv": "besselk", "hankel1": "hankel1"}


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(("name", "v", "z"), POINTS)
def test_derivatives_in_the_order_at_arbitrary_precision(name: str, v: float, z: complex, order: int) -> None:
    with mpmath.workdps(50):
        reference = getattr(mpmath, MPMATH[name])
        exact = complex(mpmath.diff(lambda w: reference(w, z), mpmath.mpf(v), order, h=mpmath.mpf(10) ** -10))
    function = getattr(special, name)
    at = number(z)

    def part(which: str) -> float:
        def derivative(w: Tensor) -> Tensor:
            return getattr(function(w, at), which)

        for _ in range(order):
            derivative = grad(derivative)
        return derivative(number(v)).item()

    is_complex = isinstance(z, complex) or name == "hankel1"
    found = complex(part("real"), part("imag") if is_complex else 0.0)
    assert abs(found - exact) <= 2e-12 * abs(exact)


@pytest.mark.parametrize("name", ["jv", "yv", "iv", "kv", "ive", "kve", "jve"])
def test_second_derivatives_agree_in_every_composition(name: str) -> None:
    function = getattr(special, name)

    def of_both(p: Tensor) -> Tensor:
        return function(p[0], p[1])

    at = number(0).new_tensor([1.3, 2.7])
    reference = hessian(of_both)(at)
    for outer in (jacfwd, jacrev):
        for inner in (jacfwd, jacrev):
            torch.testing.assert_close(outer(inner(of_both))(at), reference, rtol=1e-12, atol=1e-14)


def test_limits_at_zero() -> None:
    zero = number(0.0)
    for v, expected in ((0.0, 0.0), (1.0, 0.5), (2.0, 0.0), (1.5, 0.0), (-1.0, -0.5)):
        assert grad(special.jv, argnums=1)(number(v), zero).item() == expected
        assert grad(special.iv, argnums=1)(number(v), zero).item() == abs(expected)
    assert grad(grad(lambda x: special.jv(zero, x)))(zero).item() == -0.5
    assert grad(lambda x: special.ive(zero, x))(number(1e-100)).item() == -1.0
    assert grad(special.jv)(number(2.0), zero).item() == 0.0
    assert grad(special.kv, argnums=1)(number(1.0), zero).item() == -math.inf


def test_scaled_derivatives_keep_their_digits() -> None:
    """d/dx of exp(∓x) I_ν and K_ν at large x is far smaller than the terms of the recurrence."""
    v, x = number(0.7), number(1e8)
    with mpmath.workdps(60):
        first = mpmath.diff(lambda t: mpmath.exp(-t) * mpmath.besseli(0.7, t), mpmath.mpf(10) ** 8)
        second = mpmath.diff(lambda t: mpmath.exp(t) * mpmath.besselk(0.7, t), mpmath.mpf(10) ** 8)
    assert grad(special.ive, argnums=1)(v, x).item() == pytest.approx(float(first), rel=1e-13)
    assert grad(special.kve, argnums=1)(v, x).item() == pytest.approx(float(second), rel=1e-13)


@pytest.mark.parametrize("name", ["ive", "jve"])
def test_scaled_functions_off_the_axis(name: str) -> None:
    """They are SciPy's, and their gradient, which is not that of a holomorphic function, is that of differences."""
    z = torch.tensor([1.3 + 2.1j, -1.3 + 2.1j, -1.3 - 2.1j, 1.3 - 2.1j, 700 - 650j], dtype=torch.complex128)
    v = torch.tensor(0.8, dtype=torch.float64)
    function = getattr(special, name)
    numpy.testing.assert_allclose(function(v, z).numpy(), getattr(scipy.special, name)(0.8, z.numpy()), rtol=1e-11)
    z = z[:4]
    leaf = z.clone().requires_grad_()
    weights = torch.tensor([1 + 2j, 0.5 - 1j, 2j, 1.5], dtype=torch.complex128)
    (weights * function(v, leaf)).real.sum().backward()

    def loss(w: Tensor) -> Tensor:
        return (weights * function(v, w)).real

    h = 1e-6
    along_x = (loss(z + h) - loss(z - h)) / (2 * h)
    along_y = (loss(z + 1j * h) - loss(z - 1j * h)) / (2 * h)
    assert leaf.grad is not None
    torch.testing.assert_close(leaf.grad, torch.complex(along_x, along_y), rtol=1e-7, atol=1e-8)


def test_cuda_kernels_give_the_same_values() -> None:
    """The kernels that serve CUDA, run here on the CPU, equal SciPy's functions."""
    from scitorch.op import find

    generator = torch.Generator().manual_seed(0)
    v = 12 * torch.rand(200, dtype=torch.float64, generator=generator) - 4
    x = 0.05 + 30 * torch.rand(200, dtype=torch.float64, generator=generator)
    for name in ("jv", "yv", "iv", "kv", "kve"):
        found = find(f"special.{name}").declared.kernels["cuda"](v, x)
        expected = torch.from_numpy(getattr(scipy.special, name)(v.numpy(), x.numpy()))
        torch.testing.assert_close(found, expected, rtol=1e-11, atol=1e-13)
