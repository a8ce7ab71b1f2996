"""Derivatives of roots, fixed points and minimisers against solutions in closed form, in every composition."""

import itertools

import pytest
import torch
from torch.func import grad, jvp, vmap

import scitorch.numpy as np
from scitorch.func import (
    Implicit,
    Krylov,
    LevenbergMarquardt,
    LimitedMemoryBFGS,
    OneStep,
    TrustRegion,
    Unrolled,
    argmin,
    fixed_point,
    root,
)

X = torch.tensor(0.7, dtype=torch.float64)
XS = torch.linspace(0.3, 0.9, 3, dtype=torch.float64)


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


def forward(f):
    return lambda x: jvp(f, (x,), (torch.ones_like(x),))[1]


def agrees(function, closed_form, orders=2, rtol=1e-6):
    torch.testing.assert_close(function(X), closed_form(X), rtol=rtol, atol=0)
    for order in range(1, orders + 1):
        for modes in itertools.product((forward, grad), repeat=order):
            one, other = function, closed_form
            for mode in modes:
                one, other = mode(one), mode(other)
            torch.testing.assert_close(vmap(one)(XS), vmap(other)(XS), rtol=rtol, atol=0)
    x = X.clone().requires_grad_()
    (first,) = torch.autograd.grad(function(x), x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    torch.testing.assert_close(second, grad(grad(closed_form))(X), rtol=rtol, atol=0)


def test_root_of_a_tree():
    def solved(x):
        equations = lambda p: {"one": p["u"] ** 2 - x, "two": [p["v"] * p["u"] - x**2 - 1]}  # noqa: E731
        found = root(equations, {"u": vector(1.0)[0], "v": vector(1.0)[0]}).x
        return found["u"] * 2 + found["v"]

    agrees(solved, lambda x: x.sqrt() * 2 + (x**2 + 1) / x.sqrt(), orders=3)


@pytest.mark.parametrize("adjoint", [Implicit(Krylov()), Unrolled()], ids=["krylov", "unrolled"])
def test_adjoints(adjoint):
    def equations(p, x):
        return torch.stack([p[0] ** 2 - x, p[1] * p[0] - x**2 - 1])

    def solved(x):
        return root(equations, vector(1.0, 1.0), x, adjoint=adjoint).x @ vector(2.0, 1.0)

    agrees(solved, lambda x: x.sqrt() * 2 + (x**2 + 1) / x.sqrt())


def test_one_step():
    # an iteration that contracts by 1/2 at the solution gives half of the derivative that is missing
    solve = lambda x, **how: fixed_point(lambda y: (y + x) / 2, vector(0.0)[0], **how).x  # noqa: E731
    assert grad(lambda x: solve(x))(X).item() == pytest.approx(1)
    assert grad(lambda x: solve(x, adjoint=OneStep()))(X).item() == pytest.approx(0.5)
    equation = lambda x: root(lambda y: y**2 - x, vector(1.0)[0], adjoint=OneStep()).x  # noqa: E731
    torch.testing.assert_close(grad(equation)(X), 0.5 / X.sqrt())


def test_fixed_point():
    agrees(lambda x: fixed_point(lambda y: 0.5 * (y + x / y), vector(1.0)[0]).x, torch.sqrt, orders=3)


@pytest.mark.parametrize("solver", [LimitedMemoryBFGS(), TrustRegion()], ids=["bfgs", "trust"])
def test_argmin(solver):
    def solved(x):
        objective = lambda y: (y[0] - x) ** 2 + 2 * (y[1] - y[0] * x) ** 2 + (y[0] - x) ** 4  # noqa: E731
        y = argmin(objective, vector(0.3, 0.1), solver=solver).x
        return y[0] * y[1]

    agrees(solved, lambda x: x**3)


def test_complex_unknowns():
    z = fixed_point(lambda z: 0.5 * (z + (2 + 1j) / z), torch.tensor(1 + 0.1j, dtype=torch.complex128)).x
    torch.testing.assert_close(z**2, torch.tensor(2 + 1j, dtype=torch.complex128))

    def real_part(x):
        return root(lambda z: z**2 - torch.complex(x, x), torch.tensor(1 + 0.5j, dtype=torch.complex128)).x.real

    agrees(real_part, lambda x: torch.sqrt(torch.complex(x, x)).real)


def test_modules_and_arrays_are_closed_over():
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.mul_(0.3)
    x = fixed_point(lambda y: torch.tanh(layer(y)), torch.zeros(3, dtype=torch.float64)).x
    x.sum().backward()
    weight, bias = layer.weight.detach(), layer.bias.detach()
    slope = torch.diag(1 - torch.tanh(weight @ x.detach() + bias) ** 2)
    expected = torch.linalg.solve((torch.eye(3) - slope @ weight).mT, torch.ones(3, dtype=torch.float64)) @ slope
    torch.testing.assert_close(layer.bias.grad, expected)
    torch.testing.assert_close(layer.weight.grad, torch.outer(expected, x.detach()))
    a = np.array([2.0, 3.0])
    found = root(lambda x: x**2 - a, np.array([1.0, 1.0]))
    assert type(found.x) is np.ndarray
    assert bool(found.success)


def test_status_is_a_value():
    found = root(lambda x: x**2 + 1, vector(1.0)[0])
    assert not bool(found.success)
    assert float(found.residual) >= 1
    both = vmap(lambda a: root(lambda x: x**2 - a, torch.ones_like(a)))(vector(-1.0, 4.0))
    assert both.success.tolist() == [False, True]


def test_levenberg_marquardt():
    t = vector(0.0, 1.0, 2.0, 3.0)
    x, success, _ = LevenbergMarquardt()(
        lambda p: p[0] * torch.exp(-p[1] * t) - 2 * torch.exp(-0.5 * t), vector(1.0, 1.0)
    )
    assert bool(success)
    torch.testing.assert_close(x, vector(2.0, 0.5))


def test_minimisers_of_the_rosenbrock_function():
    def rosenbrock(x):
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    for solver in (LimitedMemoryBFGS(), TrustRegion()):
        x, success, _ = solver(rosenbrock, torch.full((6,), -1.2, dtype=torch.float64))
        assert bool(success)
        torch.testing.assert_close(x, torch.ones(6, dtype=torch.float64), rtol=1e-7, atol=0)


def test_bad_input():
    with pytest.raises(ValueError, match="root: the function returns 1 numbers for 2 unknowns"):
        root(lambda x: x.sum(), vector(1.0, 2.0))
    with pytest.raises(ValueError, match="argmin: the function returns 2 numbers"):
        argmin(lambda x: x, vector(1.0, 2.0))
    with pytest.raises(TypeError, match="holds no array"):
        root(lambda x: x, "nothing")
    theta = vector(1.0)[0].requires_grad_()
    with pytest.raises(NotImplementedError, match="pass it as an argument"):
        root(lambda x: x - torch.func.grad(torch.sin)(theta), vector(1.0)[0])
