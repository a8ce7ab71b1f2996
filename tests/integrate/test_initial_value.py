"""Initial value problems against SciPy and closed forms, and every composition of their derivatives."""

import numpy
import pytest
import scipy.integrate
import torch
from torch.func import grad, hessian, jacfwd, jacrev, vmap

import scitorch.numpy as np
from scitorch.integrate import odeint, solve_ivp


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


def prey(t, y):
    return torch.stack([y[0] * (1.5 - y[1]), y[1] * (y[0] - 3)])


def prey_in_numpy(t, y):
    return numpy.array([y[0] * (1.5 - y[1]), y[1] * (y[0] - 3)])


TIMES = [1.0, 2.5, 5.0]
EXACT = scipy.integrate.solve_ivp(
    prey_in_numpy, (0, 5), [10.0, 5.0], method="DOP853", rtol=1e-12, atol=1e-12, t_eval=TIMES
).y


@pytest.mark.parametrize("method", ["RK23", "RK45", "Tsit5", "Radau", "DOP853", "BDF", "LSODA"])
def test_as_exact_as_scipy(method):
    peer = method if method != "Tsit5" else "RK45"
    expected = scipy.integrate.solve_ivp(prey_in_numpy, (0, 5), [10.0, 5.0], method=peer, rtol=1e-6, t_eval=TIMES)
    found = solve_ivp(prey, (0, 5), vector(10.0, 5.0), method=method, rtol=1e-6, t_eval=vector(*TIMES))
    assert found.success
    assert numpy.abs(found.y.numpy() - EXACT).max() < 1.1 * numpy.abs(expected.y - EXACT).max()


@pytest.mark.parametrize("method", ["RK23", "RK45"])
def test_takes_scipys_steps(method):
    expected = scipy.integrate.solve_ivp(prey_in_numpy, (0, 2), [10.0, 5.0], method=method, dense_output=True)
    found = solve_ivp(prey, (0, 2), vector(10.0, 5.0), method=method, dense_output=True)
    assert abs(len(found.t) - len(expected.t)) <= 1
    assert abs(found.nfev - expected.nfev) <= 12
    times = numpy.linspace(0, 2, 7)
    numpy.testing.assert_allclose(found.sol(torch.tensor(times)), expected.sol(times), rtol=2e-2)


def decay(p, method="RK45"):
    """y' = -p0 y + p1 t from (p2, p4) to the time p3."""
    system = lambda t, y: -p[0] * y + p[1] * t  # noqa: E731
    return solve_ivp(system, (p[2], p[3]), p[4:5], rtol=1e-9, atol=1e-11, method=method).y[0, -1]


def closed_form(p):
    part = lambda t: p[1] * (t / p[0] - 1 / p[0] ** 2)  # noqa: E731
    return part(p[3]) + (p[4] - part(p[2])) * torch.exp(-p[0] * (p[3] - p[2]))


P = vector(0.5, 0.3, 0.1, 2.0, 1.4)


def test_gradient_of_the_implicit_method():
    def solve(p):
        return solve_ivp(lambda t, y: -p[0] * y + p[1] * t, (p[2], p[3]), p[4:5], rtol=1e-6, method="Radau").y[0, -1]

    torch.testing.assert_close(grad(solve)(P), grad(closed_form)(P), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", ["RK45", "Tsit5", pytest.param("Radau", marks=pytest.mark.slow)])
def test_every_composition(method):
    solve = lambda p: decay(p, method)  # noqa: E731
    torch.testing.assert_close(solve(P), closed_form(P), rtol=1e-9, atol=0)
    torch.testing.assert_close(grad(solve)(P), grad(closed_form)(P), rtol=1e-8, atol=2e-9)
    expected = hessian(closed_form)(P)
    pairs = (
        [(jacfwd, jacrev), (jacrev, jacrev)]
        if method != "RK45"
        else [(a, b) for a in (jacfwd, jacrev) for b in (jacfwd, jacrev)]
    )
    for outer, inner in pairs:
        torch.testing.assert_close(outer(inner(solve))(P), expected, rtol=1e-7, atol=2e-8)


def test_batches():
    batch = torch.stack([P, P + 0.05])
    torch.testing.assert_close(vmap(decay)(batch), vmap(closed_form)(batch), rtol=1e-9, atol=0)
    torch.testing.assert_close(vmap(grad(decay))(batch), vmap(grad(closed_form))(batch), rtol=1e-8, atol=3e-9)
    both = solve_ivp(prey, (0, 5), torch.stack([vector(10.0, 5.0), vector(9.0, 4.0)]), rtol=1e-8, atol=1e-10)
    assert both.y.shape[:2] == (2, 2)
    numpy.testing.assert_allclose(both.y[0, :, -1], EXACT[:, -1], rtol=1e-6)


def test_autograd_through_a_network():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    y0 = vector(0.3, -0.2).requires_grad_()
    solve_ivp(lambda t, y: net(y), (0.0, 1.0), y0, rtol=1e-10, atol=1e-12).y[:, -1].square().sum().backward()
    # the same by many steps of fixed length
    weight = net[0].weight
    found, start = weight.grad.clone(), y0.grad.clone()
    net.zero_grad()
    z = y0.detach().clone().requires_grad_()
    y, h = z, 1 / 50
    for _ in range(50):
        k1 = net(y)
        k2 = net(y + h / 2 * k1)
        k3 = net(y + h / 2 * k2)
        k4 = net(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    y.square().sum().backward()
    torch.testing.assert_close(found, weight.grad, rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(start, z.grad, rtol=1e-6, atol=1e-8)


def test_events_and_their_derivatives():
    def falling(t, y):
        return y[0]

    falling.terminal, falling.direction = True, -1
    gravity = vector(9.81)[0].requires_grad_()
    result = solve_ivp(
        lambda t, y: torch.stack([y[1], -gravity]),
        (0, 10.0),
        vector(1.0, 2.0),
        events=[falling, lambda t, y: y[1]],
        rtol=1e-8,
    )
    exact = lambda g: (2 + torch.sqrt(4 + 2 * g)) / g  # noqa: E731
    (time,), (top,) = result.t_events
    torch.testing.assert_close(time, exact(gravity), rtol=1e-9, atol=0)
    torch.testing.assert_close(top, 2 / gravity, rtol=1e-9, atol=0)
    (found,) = torch.autograd.grad(time, gravity)
    torch.testing.assert_close(found, grad(exact)(gravity.detach()), rtol=1e-8, atol=0)
    assert result.status == 1
    assert result.t[-1] == time
    assert abs(result.y[0, -1].item()) < 1e-12


def test_stiff():
    mu = 1000.0
    van_der_pol = lambda t, y: torch.stack([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])  # noqa: E731
    peer = scipy.integrate.solve_ivp(
        lambda t, y: [y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]],
        (0, 500),
        [2.0, 0.0],
        method="Radau",
        rtol=1e-8,
        atol=1e-10,
    )
    found = solve_ivp(van_der_pol, (0, 500), vector(2.0, 0.0), method="Radau", rtol=1e-5, atol=1e-7)
    assert found.success
    assert len(found.t) < 200
    numpy.testing.assert_allclose(found.y[0, -1], peer.y[0, -1], rtol=1e-4)


def test_complex_states_and_odeint():
    rotation = solve_ivp(lambda t, y: 1j * y, (0.0, 1.0), torch.ones(1, dtype=torch.complex128), rtol=1e-9, atol=1e-11)
    torch.testing.assert_close(
        rotation.y[0, -1], torch.exp(torch.tensor(1j, dtype=torch.complex128)), rtol=1e-8, atol=0
    )
    found = odeint(lambda y, t: -y, np.array([1.0, 2.0]), np.array([0.0, 1.0, 2.0]))
    assert type(found) is np.ndarray
    times = numpy.array([0.0, 1.0, 2.0])
    numpy.testing.assert_allclose(numpy.asarray(found), numpy.exp(-times)[:, None] * [1, 2], rtol=1e-7)


def test_bad_input():
    theta = vector(1.0)[0].requires_grad_()
    with pytest.raises(NotImplementedError, match="BDF runs in SciPy and has no derivatives"):
        solve_ivp(lambda t, y: -theta * y, (0.0, 1.0), vector(1.0), method="BDF")
    with pytest.raises(ValueError, match="no method 'Euler'"):
        solve_ivp(lambda t, y: -y, (0.0, 1.0), vector(1.0), method="Euler")
    with pytest.raises(ValueError, match="not within"):
        solve_ivp(lambda t, y: -y, (0.0, 1.0), vector(1.0), t_eval=vector(2.0))
    with pytest.raises(NotImplementedError, match="Radau has no batches"):
        solve_ivp(lambda t, y: -y, (0.0, 1.0), torch.ones(2, 2), method="Radau")
