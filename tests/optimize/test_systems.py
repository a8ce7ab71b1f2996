"""root, fsolve, least_squares and curve_fit with exact Jacobians."""

import numpy
import pytest
import scipy.optimize
import torch

import scitorch.numpy as np
from scitorch.optimize import curve_fit, fsolve, least_squares, root

T = np.linspace(0.0, 1.0, 30)
DECAY = 2 * np.exp(-3 * T)


def system(x):
    return [x[0] * np.cos(x[1]) - 4, x[0] * x[1] - x[1] - 5]


@pytest.mark.parametrize("method", ["hybr", "lm", "broyden1"])
def test_root(method):
    start = np.array([6.0, 1.0])
    result = root(system, start, method=method, tol=1e-10)
    assert type(result.x) is np.ndarray
    numpy.testing.assert_allclose(numpy.asarray(result.x), [6.50409711, 0.90841421], rtol=1e-6)


def test_root_and_fsolve_use_the_jacobian():
    plain = scipy.optimize.root(lambda x: numpy.array([x[0] * numpy.cos(x[1]) - 4, x[0] * x[1] - x[1] - 5]), [1.0, 1.0])
    assert root(system, [1.0, 1.0]).njev >= 1
    assert "njev" not in plain
    x, information, flag, _ = fsolve(system, [1.0, 1.0], full_output=True)
    assert flag == 1
    assert information["njev"] >= 1
    assert type(x) is np.ndarray


def test_opaque_systems_fall_back():
    def opaque(x):
        return [float(x[0]) ** 2 - 2.0]

    for solve in (lambda: root(opaque, [1.0]).x, lambda: fsolve(opaque, [1.0])):
        with pytest.warns(RuntimeWarning, match=r"float\(\)"):
            found = solve()
        numpy.testing.assert_allclose(numpy.asarray(found), 2**0.5)


def residuals(p, scale=1.0):
    return scale * (p[0] * np.exp(-p[1] * T) - DECAY)


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares(method):
    fit = least_squares(residuals, [1.0, 1.0], method=method, kwargs={"scale": 2.0}, xtol=1e-12)
    numpy.testing.assert_allclose(numpy.asarray(fit.x), [2, 3], rtol=1e-7)
    t, p = numpy.asarray(T), [2.0, 3.0]
    jacobian = 2 * numpy.stack([numpy.exp(-p[1] * t), -p[0] * t * numpy.exp(-p[1] * t)], axis=1)
    numpy.testing.assert_allclose(numpy.asarray(fit.jac), jacobian, atol=1e-5)


def test_least_squares_with_bounds_and_loss():
    fit = least_squares(residuals, [1.0, 1.0], bounds=([0, 0], [1.5, 10]), loss="soft_l1")
    assert float(fit.x[0]) == pytest.approx(1.5, abs=1e-6)
    with pytest.warns(RuntimeWarning, match="no exact derivative"):
        fit = least_squares(lambda p: [float(p[0]) - 1], [0.0])
    assert float(fit.x[0]) == pytest.approx(1.0)


def test_curve_fit_agrees_with_scipy():
    random = numpy.random.default_rng(0)
    t = numpy.asarray(T)
    y = numpy.asarray(DECAY) + 0.01 * random.standard_normal(30)
    wanted, covariance = scipy.optimize.curve_fit(lambda t, a, b: a * numpy.exp(-b * t), t, y)
    popt, pcov = curve_fit(lambda t, a, b: a * np.exp(-b * t), T, np.asarray(y))
    assert type(popt) is np.ndarray
    numpy.testing.assert_allclose(numpy.asarray(popt), wanted, rtol=1e-6)
    numpy.testing.assert_allclose(numpy.asarray(pcov), covariance, rtol=1e-4)
    tensors, _ = curve_fit(lambda t, a, b: a * torch.exp(-b * t), T.tensor, torch.from_numpy(y), bounds=(0, 5))
    assert isinstance(tensors, torch.Tensor)
    numpy.testing.assert_allclose(tensors.numpy(), wanted, rtol=1e-5)


def test_curve_fit_of_an_opaque_model():
    with pytest.warns(RuntimeWarning, match="no exact derivative"):
        popt, _ = curve_fit(lambda t, a: float(a) * t, T, 4 * T)
    assert float(popt[0]) == pytest.approx(4)
