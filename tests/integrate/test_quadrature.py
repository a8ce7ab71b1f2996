"""Integrals against closed forms, SciPy and mpmath, and every composition of their derivatives."""

import math
import warnings

import mpmath
import numpy
import pytest
import scipy.integrate
import torch
from torch.func import grad, hessian, jacfwd, jacrev, vmap

import scitorch.numpy as np
from scitorch import integrate

P = torch.tensor([2.0, 0.5, 0.1, 3.0], dtype=torch.float64)


def scalar(value):
    return torch.tensor(value, dtype=torch.float64)


def numeric(p):
    return integrate.quad(lambda x: torch.sin(p[0] * x) * torch.exp(-p[1] * x), p[2], p[3])[0]


def closed_form(p):
    def primitive(x):
        return (
            -torch.exp(-p[1] * x) * (p[1] * torch.sin(p[0] * x) + p[0] * torch.cos(p[0] * x)) / (p[0] ** 2 + p[1] ** 2)
        )

    return primitive(p[3]) - primitive(p[2])


def test_limits_and_parameters_in_every_composition():
    torch.testing.assert_close(numeric(P), closed_form(P), rtol=1e-13, atol=0)
    torch.testing.assert_close(grad(numeric)(P), grad(closed_form)(P), rtol=1e-12, atol=0)
    for outer in (jacfwd, jacrev):
        for inner in (jacfwd, jacrev):
            torch.testing.assert_close(outer(inner(numeric))(P), hessian(closed_form)(P), rtol=1e-11, atol=1e-12)
    batch = torch.stack([P, P + 0.1])
    torch.testing.assert_close(vmap(numeric)(batch), vmap(closed_form)(batch), rtol=1e-12, atol=0)
    torch.testing.assert_close(vmap(grad(numeric))(batch), vmap(grad(closed_form))(batch), rtol=1e-11, atol=0)
    summed = grad(lambda p: vmap(numeric)(p).sum())(batch)
    torch.testing.assert_close(summed, vmap(grad(closed_form))(batch), rtol=1e-11, atol=0)


@pytest.mark.parametrize(
    ("f", "low", "high", "exact"),
    [
        (lambda x: torch.exp(-(x**2)), -math.inf, math.inf, math.sqrt(math.pi)),
        (lambda x: torch.exp(-x), 0.0, math.inf, 1.0),
        (torch.exp, -math.inf, 0.0, 1.0),
        (lambda x: torch.exp(-x), math.inf, 0.0, -1.0),
        (lambda x: 1 / torch.sqrt(x), 0.0, 1.0, 2.0),
        (torch.log, 0.0, 1.0, -1.0),
        (lambda x: x**3, 2.0, 1.0, -3.75),
    ],
)
def test_hard_intervals(f, low, high, exact):
    value, error = integrate.quad(f, scalar(low), scalar(high))
    assert abs(value.item() - exact) < max(error.item(), 1e-14) < 1e-7
    found = integrate.tanhsinh(f, scalar(low), scalar(high))
    assert abs(found.integral.item() - exact) < 1e-9
    assert found.success


def test_a_special_function_by_its_integral():
    zero = scalar(0.0)
    gamma = lambda s: integrate.quad(lambda x: x ** (s - 1) * torch.exp(-x), zero, torch.inf)[0]  # noqa: E731
    with mpmath.workdps(30):
        expected = [float(mpmath.diff(mpmath.gamma, 4.5, n)) for n in range(3)]
    found = [f(scalar(4.5)).item() for f in (gamma, grad(gamma), grad(grad(gamma)))]
    numpy.testing.assert_allclose(found, expected, rtol=1e-8)


def test_functions_that_take_one_number():
    value, _ = integrate.quad(lambda x: math.exp(-float(x)), 0, 1)
    assert abs(value - (1 - math.exp(-1))) < 1e-14
    value, _ = integrate.quad(lambda x: 1.0 if x < 0.5 else 2.0, 0, 1, points=[0.5])
    assert abs(value - 1.5) < 1e-14
    assert type(integrate.quad(np.cos, np.array(0.0), np.array(1.0))[0]) is np.ndarray


def test_arrays_of_values():
    value, error = integrate.quad_vec(lambda x: torch.stack([x, x**2]), scalar(0.0), scalar(1.0))
    torch.testing.assert_close(value, torch.tensor([1 / 2, 1 / 3], dtype=torch.float64))
    assert error < 1e-12
    found = integrate.tanhsinh(torch.log, torch.tensor([0.0, 1.0]).double(), torch.tensor([1.0, 2.0]).double())
    torch.testing.assert_close(found.integral, torch.tensor([-1.0, 2 * math.log(2) - 1], dtype=torch.float64))


def test_unmet_tolerance_warns():
    with pytest.warns(RuntimeWarning, match="tolerance was not met"):
        integrate.quad(lambda x: torch.sin(1 / x) / x**2, scalar(0.0), scalar(1.0))


@pytest.mark.parametrize("name", ["trapezoid", "simpson", "cumulative_trapezoid", "cumulative_simpson"])
@pytest.mark.parametrize("count", [2, 3, 5, 6, 8])
def test_samples(name, count):
    random = numpy.random.default_rng(count)
    x, y = numpy.sort(random.random(count)), random.random((3, count))
    ours, scipys = getattr(integrate, name), getattr(scipy.integrate, name)
    for keywords in ({"x": x}, {"dx": 0.3}):
        given = {k: torch.tensor(v, dtype=torch.float64) for k, v in keywords.items()}
        numpy.testing.assert_allclose(ours(torch.tensor(y), **given), scipys(y, **keywords), rtol=1e-13, atol=1e-15)
    leaves = torch.tensor(y, requires_grad=True), torch.tensor(x, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y, x: ours(y, x=x), leaves, check_forward_ad=True)
    column = ours(torch.tensor(y.T), x=torch.tensor(x), axis=0)
    numpy.testing.assert_allclose(column, scipys(y.T, x=x, axis=0), rtol=1e-13, atol=1e-15)


def test_fixed_rules():
    y = torch.exp(torch.linspace(0, 1, 17, dtype=torch.float64))
    assert abs(integrate.romb(y, dx=1 / 16).item() - (math.e - 1)) < 1e-12
    value, none = integrate.fixed_quad(lambda x: x**9, scalar(0.0), scalar(1.0))
    assert abs(value.item() - 0.1) < 1e-15
    assert none is None


def test_bad_input():
    with pytest.raises(NotImplementedError, match="weighted integrals"):
        integrate.quad(torch.cos, 0.0, 1.0, weight="cos", wvar=1.0)
    with pytest.raises(ValueError, match="see quad_vec"):
        integrate.quad(lambda x: torch.stack([x, x]), scalar(0.0), scalar(1.0))
    with pytest.raises(TypeError, match="complex_func"):
        integrate.quad(lambda x: torch.exp(1j * x), scalar(0.0), scalar(1.0))
    with pytest.raises(ValueError, match="power of 2"):
        integrate.romb(torch.ones(4))
    with warnings.catch_warnings(), pytest.raises(ValueError, match="x has 3 points along the axis, y has 4"):
        integrate.trapezoid(torch.ones(4), torch.ones(3))
