"""Results of optimizers differentiated in what the functions close over, against closed forms and differences."""

import numpy
import pytest
import scipy.optimize
import torch
from torch.func import grad, jacrev, jvp, vmap

import scitorch.numpy as np
from scitorch import optimize

T = torch.tensor([0.0, 1.0, 2.0, 3.0], dtype=torch.float64)
X = torch.tensor(0.7, dtype=torch.float64)


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


def forward(f):
    return lambda x: jvp(f, (x,), (torch.ones_like(x),))[1]


def minimiser(x, **how):
    return optimize.minimize(lambda y: (y[0] - x) ** 2 + 2 * (y[1] - y[0] * x) ** 2, vector(0.1, 0.2), **how).x


SOLVERS = {
    "BFGS": (lambda x: minimiser(x, tol=1e-10).sum(), lambda x: x + x**2),
    "trust-exact": (lambda x: minimiser(x, method="trust-exact", tol=1e-10).sum(), lambda x: x + x**2),
    "root": (lambda x: optimize.root(lambda y: y**2 - x, vector(1.0), tol=1e-13).x[0], torch.sqrt),
    "fsolve": (lambda x: optimize.fsolve(lambda y: y**2 - x, vector(1.0), xtol=1e-13)[0], torch.sqrt),
    "brentq": (lambda x: optimize.brentq(lambda y: y**2 - x, vector(0.0)[0], 2.0), torch.sqrt),
    "newton": (lambda x: optimize.newton(lambda y: y**2 - x, vector(1.0)[0]), torch.sqrt),
    "bounded": (
        lambda x: (
            optimize.minimize_scalar(lambda y: (y**2 - x) ** 2, bounds=(vector(0.1)[0], 2.0), options={"xatol": 1e-9}).x
        ),
        torch.sqrt,
    ),
    "least_squares": (
        lambda x: optimize.least_squares(lambda p: p * torch.exp(-T) - x**2 * torch.exp(-T), vector(1.0)).x[0],
        torch.square,
    ),
}


@pytest.mark.parametrize("name", SOLVERS)
def test_every_composition(name):
    solve, closed_form = SOLVERS[name]
    rtol = 1e-5 if name == "bounded" else 1e-6
    for outer in (forward, grad):
        torch.testing.assert_close(outer(solve)(X), outer(closed_form)(X), rtol=rtol, atol=1e-8)
        for inner in (forward, grad):
            found, expected = outer(inner(solve)), outer(inner(closed_form))
            torch.testing.assert_close(found(X), expected(X), rtol=10 * rtol, atol=1e-7)
    xs = vector(0.5, 0.9)
    torch.testing.assert_close(vmap(grad(solve))(xs), vmap(grad(closed_form))(xs), rtol=rtol, atol=1e-8)
    x = X.clone().requires_grad_()
    torch.testing.assert_close(torch.autograd.grad(solve(x), x)[0], grad(closed_form)(X), rtol=rtol, atol=1e-8)


def test_active_bounds():
    target = X.clone().requires_grad_()
    result = optimize.minimize(lambda y: ((y - target) ** 2).sum(), vector(0.1, 0.2), bounds=[(0, 0.5), (None, None)])
    torch.testing.assert_close(result.x.detach(), vector(0.5, 0.7))
    torch.testing.assert_close(torch.autograd.grad(result.x.sum(), target, retain_graph=True)[0], vector(1.0)[0])
    torch.testing.assert_close(torch.autograd.grad(result.fun, target)[0], vector(0.4)[0])


def test_bounds_of_one_number_are_differentiated():
    low = vector(1.0)[0].requires_grad_()
    result = optimize.minimize_scalar(lambda x: x**2, bounds=(low, 3.0), options={"xatol": 1e-12})
    assert abs(result.x.item() - 1) < 1e-6
    assert torch.autograd.grad(result.x, low)[0] == 1
    with pytest.raises(NotImplementedError, match="derivative in the bounds"):
        optimize.minimize(lambda y: (y**2).sum(), vector(2.0), bounds=[(low, None)])


def test_constraints_are_refused():
    target = X.clone().requires_grad_()
    constraint = {"type": "eq", "fun": lambda y: y.sum() - 1}
    result = optimize.minimize(lambda y: ((y - target) ** 2).sum(), vector(0.1, 0.2), constraints=constraint)
    torch.testing.assert_close(result.x.detach(), vector(0.5, 0.5))
    with pytest.raises(NotImplementedError, match="constraints other than bounds"):
        result.x.sum().backward()


@pytest.mark.parametrize("loss", ["linear", "soft_l1", "huber", "cauchy", "arctan"])
def test_residuals_that_do_not_vanish(loss):
    def fitted(a):
        def residuals(p):
            return p[0] * torch.exp(-p[1] * T) - a * torch.exp(-0.5 * T) - 0.1 * torch.sin(5 * T)

        return optimize.least_squares(residuals, vector(1.0, 1.0), loss=loss, xtol=1e-15, ftol=1e-15, gtol=1e-14).x

    # SciPy stops up to 1e-8 from the minimiser of some losses, which a long step of fourth order forgives
    a, h = vector(2.0)[0], 0.05
    near, far = fitted(a + h) - fitted(a - h), fitted(a + 2 * h) - fitted(a - 2 * h)
    difference = (8 * near - far) / (12 * h)
    torch.testing.assert_close(jacrev(fitted)(a), difference, rtol=1e-5, atol=2e-6)


def test_curve_fit():
    t, y = torch.linspace(0, 1, 12, dtype=torch.float64), torch.rand(12, dtype=torch.float64)

    def fitted(y):
        popt, pcov = optimize.curve_fit(lambda t, a, b: a + b * t, t, y)
        return torch.cat([popt, pcov.reshape(-1)])

    def closed_form(y):
        design = torch.stack([torch.ones_like(t), t], 1)
        inverse = torch.linalg.inv(design.mT @ design)
        popt = inverse @ (design.mT @ y)
        return torch.cat([popt, (inverse * ((y - design @ popt) ** 2).sum() / 10).reshape(-1)])

    torch.testing.assert_close(jacrev(fitted)(y), jacrev(closed_form)(y), rtol=1e-6, atol=1e-8)


def test_arrays():
    def minimum(a):
        return np.sum(optimize.minimize(lambda x: np.sum((x - a) ** 4 + x**2), np.zeros(2)).x)

    from scitorch.func import grad as array_grad

    a, h = np.array([1.0, 2.0]), 1e-4
    gradient = array_grad(minimum)(a)
    differences = [
        float(minimum(a + h * e) - minimum(a - h * e)) / (2 * h) for e in (np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    ]
    numpy.testing.assert_allclose(numpy.asarray(gradient), differences, rtol=1e-3)


def test_batches_on_the_device():
    target = vector(0.7)[0].requires_grad_()
    starts = torch.tensor([[-1.2, 1.0], [0.0, 0.0], [2.0, 2.0]], dtype=torch.float64)

    def rosenbrock(x):
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (target - x[:-1]) ** 2).sum()

    for method in (None, "trust-ncg"):
        found = optimize.minimize(rosenbrock, starts, method=method)
        assert found.success.all()
        torch.testing.assert_close(found.x.detach(), vector(0.7, 0.49).expand(3, 2), rtol=1e-6, atol=0)
        torch.testing.assert_close(torch.autograd.grad(found.x.sum(), target)[0], vector(3 * (1 + 1.4))[0])
    system = optimize.root(lambda y: y**3 - target, torch.ones(3, 2, dtype=torch.float64))
    torch.testing.assert_close(system.x.detach() ** 3, target.detach().expand(3, 2))
    fit = optimize.least_squares(
        lambda p: p[0] * torch.exp(-p[1] * T) - target * torch.exp(-0.5 * T), torch.ones(2, 2, dtype=torch.float64)
    )
    torch.testing.assert_close(fit.x.detach(), vector(0.7, 0.5).expand(2, 2))
    torch.testing.assert_close(torch.autograd.grad(fit.x[:, 0].sum(), target)[0], vector(2.0)[0])


def test_batches_of_brackets():
    a = vector(1.0, 8.0, 27.0, -1.0).requires_grad_()
    found = optimize.root_scalar(lambda x: x**3 - a, bracket=(torch.zeros(4, dtype=torch.float64), vector(2, 3, 4, 5)))
    assert found.converged.tolist() == [True, True, True, False]
    torch.testing.assert_close(found.root[:3].detach(), vector(1.0, 2.0, 3.0), rtol=1e-11, atol=0)
    gradient = torch.autograd.grad(found.root[:3].sum(), a)[0]
    torch.testing.assert_close(gradient[:3], 1 / (3 * vector(1.0, 4.0, 9.0)))
    halley = optimize.root_scalar(lambda x: x**3 - a, x0=torch.ones(4, dtype=torch.float64), method="halley")
    torch.testing.assert_close(halley.root.detach(), vector(1.0, 2.0, 3.0, -1.0))


@pytest.mark.parametrize("method", ["bisect", "brentq", "brenth", "ridder", "toms748", "newton", "secant", "halley"])
def test_every_scalar_method_is_scipys(method):
    where = {"x0": 1.0, "x1": 1.5} if method in ("newton", "secant", "halley") else {"bracket": (0.0, 2.0)}
    known = {"fprime": lambda x: 3 * x**2, "fprime2": lambda x: 6 * x} if method in ("newton", "halley") else {}
    expected = scipy.optimize.root_scalar(lambda x: x**3 - 2, method=method, **where, **known)
    found = optimize.root_scalar(lambda x: x**3 - 2, method=method, **where)
    assert abs(float(found.root) - expected.root) < 1e-13
    assert found.converged


def test_others_run_in_scipy():
    numpy.testing.assert_allclose(optimize.linprog([1, 1], A_ub=[[-1, 0], [0, -1]], b_ub=[-1, -2]).x, [1, 2])
    _, column = optimize.linear_sum_assignment(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert column.tolist() == [1, 0]
    a = vector(1.0, 2.0).requires_grad_()
    with pytest.raises(NotImplementedError, match=r"nnls runs in SciPy and has no derivative"):
        optimize.nnls(torch.eye(2, dtype=torch.float64), a)
    with pytest.raises(NotImplementedError, match="depends on a differentiated tensor"):
        optimize.brute(lambda x: a[0] * x**2, [(-1, 1)])


def test_bad_input():
    with pytest.raises(ValueError, match="neither a bracket nor a starting point"):
        optimize.root_scalar(lambda x: x)
    with pytest.raises(ValueError, match="needs a bracket"):
        optimize.root_scalar(lambda x: x, x0=1.0, method="brentq")
    with pytest.raises(NotImplementedError, match="neither bounds nor constraints"):
        optimize.minimize(lambda x: x.sum(), torch.ones(2, 2), bounds=[(0, 1)] * 2)
    with pytest.raises(TypeError, match="no option nonsense"):
        optimize.minimize(lambda x: x.sum(), torch.ones(2, 2), options={"nonsense": 1})
