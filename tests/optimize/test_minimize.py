"""minimize with exact derivatives: every method, every way of losing a derivative, every kind of array."""

import warnings

import numpy
import pytest
import scipy.optimize
import torch

import scitorch.numpy as np
from scitorch.optimize import UntraceableError, minimize
from scitorch.optimize.caller_arrays import kind_of
from scitorch.optimize.traced_function import TracedFunction

START = torch.tensor([1.3, 0.7, 0.8, 1.9, 1.2], dtype=torch.float64)


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


@pytest.mark.parametrize(
    "method",
    [
        None, "CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP", "trust-constr",
        "Newton-CG", "trust-ncg", "trust-krylov", "trust-exact", "dogleg",
    ],
)  # fmt: skip
def test_every_method_with_derivatives(method):
    # dogleg needs a positive definite Hessian along its way
    start = torch.full((5,), 1.1, dtype=torch.float64) if method == "dogleg" else START
    result = minimize(rosenbrock, start, method=method)
    assert isinstance(result.x, torch.Tensor)
    torch.testing.assert_close(result.x, torch.ones(5, dtype=torch.float64), rtol=0, atol=1e-3)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "TNC", "CG"])
def test_far_fewer_evaluations_than_differences(method):
    plain = scipy.optimize.minimize(scipy.optimize.rosen, START.numpy(), method=method)
    exact = minimize(rosenbrock, START, method=method)
    assert exact.nfev * 4 < plain.nfev
    assert exact.fun < 1e-6


@pytest.mark.parametrize("method", ["Nelder-Mead", "Powell", "COBYLA", "COBYQA"])
def test_methods_without_derivatives_get_no_graph(method):
    seen = []

    def bowl(x):
        seen.append(x.requires_grad)
        return ((x - 1) ** 2).sum()

    result = minimize(bowl, START[:2], method=method)
    assert not any(seen)
    torch.testing.assert_close(result.x, torch.ones(2, dtype=torch.float64), rtol=0, atol=1e-3)


def test_one_forward_and_one_backward_for_each_evaluation():
    calls = []

    def counted(x):
        calls.append(x.requires_grad)
        return rosenbrock(x)

    result = minimize(counted, START, method="L-BFGS-B")
    assert len(calls) == result.nfev
    assert calls.count(False) == 3  # the look for captured tensors, and the check before the first step


def test_derivatives_equal_those_of_scipy():
    traced = TracedFunction(rosenbrock, (), kind_of(START), curvature=True)
    x = START.numpy()
    numpy.testing.assert_allclose(traced.scalar(x), scipy.optimize.rosen(x), rtol=1e-14)
    numpy.testing.assert_allclose(traced.gradient(x), scipy.optimize.rosen_der(x), rtol=1e-13)
    numpy.testing.assert_allclose(traced.hessian(x), scipy.optimize.rosen_hess(x), rtol=1e-13)
    p = numpy.arange(5.0)
    numpy.testing.assert_allclose(traced.hessian_product(x, p), scipy.optimize.rosen_hess_prod(x, p), rtol=1e-13)


def test_jacobian_is_the_same_by_rows_and_by_columns():
    x = START[:3].numpy()
    matrix = torch.arange(12, dtype=torch.float64).reshape(4, 3)
    for rows in (2, 4):
        traced = TracedFunction(lambda x, rows=rows: torch.sin(matrix[:rows] @ x) * x[0], (), kind_of(START))
        expected = torch.func.jacrev(lambda x, rows=rows: torch.sin(matrix[:rows] @ x) * x[0])(START[:3])
        numpy.testing.assert_allclose(traced.jacobian(x), expected.numpy(), rtol=1e-13)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x: float(x[0]) ** 2 + x[1] ** 2, r"float\(\)"),
        (lambda x: x[0].item() ** 2 + x[1] ** 2, r"\.item\(\)"),
        (lambda x: sum(v**2 for v in x.tolist()), r"\.tolist\(\)"),
        (lambda x: x[0].detach() ** 2 + x[1] ** 2, "a part of the derivative is lost"),
        (lambda x: torch.from_numpy(x.detach().numpy() ** 2).sum(), "does not depend on x"),
        (lambda x: float((x.detach() ** 2).sum()), "returned float"),
    ],
)
def test_a_lost_derivative_means_differences_and_a_warning(function, reason):
    with pytest.warns(RuntimeWarning, match=reason):
        result = minimize(function, START[:2])
    torch.testing.assert_close(result.x, torch.zeros(2, dtype=torch.float64), rtol=0, atol=1e-5)


def test_a_derivative_lost_on_the_way_restarts_with_differences():
    def turns_opaque(x):
        value = ((x - 3) ** 2).sum()
        return value if x[0] < 2 else float(value)

    with pytest.warns(RuntimeWarning, match=r"float\(\)"):
        result = minimize(turns_opaque, START[:2])
    torch.testing.assert_close(result.x, torch.full((2,), 3.0, dtype=torch.float64), rtol=0, atol=1e-5)


def test_printing_in_the_objective_is_allowed(capsys):
    def talks(x):
        print(f"{x[0]:.3f} {x}")
        return ((x - 1) ** 2).sum()

    for start in (START[:2], np.asarray(START[:2])):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert minimize(talks, start).success
    assert "tensor" in capsys.readouterr().out


def test_errors_of_the_function_are_its_own():
    with pytest.raises(IndexError):
        minimize(lambda x: x[7] ** 2, START[:2])
    with pytest.raises(ValueError, match="must return a scalar"):
        minimize(lambda x: x, START[:2])
    with pytest.raises(ValueError, match="Unknown solver"):
        minimize(rosenbrock, START, method="nothing")


@pytest.mark.parametrize(
    ("start", "result_type"),
    [
        (START, torch.Tensor),
        (np.asarray(START), np.ndarray),
        (START.tolist(), np.ndarray),
        (START.numpy(), numpy.ndarray),
    ],
)
def test_results_in_the_callers_kind(start, result_type):
    result = minimize(rosenbrock, start, method="BFGS")
    for key in ("x", "jac", "hess_inv"):
        assert type(result[key]) is result_type
    assert isinstance(result.fun, float)


def test_numpy_functions_on_a_numpy_start_are_differentiated():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = minimize(lambda x: numpy.sum(numpy.exp(x) - 2 * x), numpy.zeros(3), method="trust-exact")
    numpy.testing.assert_allclose(result.x, numpy.log(2), rtol=1e-4)


def test_float32_tensors_stay_float32_inside():
    dtypes = set()

    def bowl(x):
        dtypes.add(x.dtype)
        return ((x - 1) ** 2).sum()

    result = minimize(bowl, START[:2].float(), method="L-BFGS-B")
    assert dtypes == {torch.float32}
    assert abs(result.x - 1).max() < 1e-3


def test_given_derivatives_are_used():
    def derivative(x, scale):
        assert isinstance(x, torch.Tensor)
        return 2 * scale * (x - 1)

    def bowl(x, scale):
        assert not x.requires_grad
        return scale * ((x - 1) ** 2).sum()

    two = START[:2]
    assert minimize(bowl, two, args=(3.0,), jac=derivative).success
    assert minimize(lambda x, s: (bowl(x, s), derivative(x, s)), two, args=(3.0,), jac=True).success
    assert minimize(bowl, two, args=(3.0,), jac="3-point").success
    hessian = minimize(
        bowl, two, args=(3.0,), jac=derivative, hess=lambda x, s: 2 * s * torch.eye(2), method="trust-exact"
    )
    assert hessian.success


def test_bounds_and_constraints():
    def objective(x):
        return (x[0] - 1) ** 2 + (x[1] - 2.5) ** 2

    constraints = (
        {"type": "ineq", "fun": lambda x: x[0] - 2 * x[1] + 2},
        {"type": "ineq", "fun": lambda x, c: -x[0] - 2 * x[1] + c, "args": (6,)},
    )
    result = minimize(objective, [2.0, 0.0], bounds=[(0, None), (0, None)], constraints=constraints)
    numpy.testing.assert_allclose(numpy.asarray(result.x), [1.4, 1.7], atol=1e-6)
    ring = scipy.optimize.NonlinearConstraint(lambda x: (x**2).sum(), 0, 1)
    result = minimize(objective, [0.1, 0.1], method="trust-constr", constraints=ring)
    numpy.testing.assert_allclose(numpy.asarray(result.x), numpy.array([1, 2.5]) / numpy.hypot(1, 2.5), atol=1e-4)


def test_callbacks_get_the_callers_arrays():
    points, results = [], []
    minimize(rosenbrock, START, callback=points.append)
    minimize(rosenbrock, START, callback=lambda intermediate_result: results.append(intermediate_result.x))
    assert points
    assert results
    assert all(isinstance(p, torch.Tensor) for p in points + results)


def test_a_function_may_write_into_its_argument():
    def writes(x):
        x[0] = x[0] * 2
        return ((x - 1) ** 2).sum()

    result = minimize(writes, START[:2])
    torch.testing.assert_close(result.x, torch.tensor([0.5, 1.0], dtype=torch.float64), rtol=0, atol=1e-5)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("distance", [0.0, 1e-3, 1.0])
def test_noise_is_not_taken_for_a_lost_derivative(seed, distance):
    generator = torch.Generator().manual_seed(seed)

    def noisy(x):
        return ((x - 1) ** 2).sum() + 1e-9 * torch.rand((), generator=generator, dtype=x.dtype)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        minimize(noisy, torch.full((3,), 1 + distance, dtype=torch.float64), options={"maxiter": 2})


def test_untraceable_error_is_a_type_error():
    assert issubclass(UntraceableError, TypeError)
