"""Random samples: NumPy's numbers, and their derivatives in the parameters: those of the quantile at a fixed level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch
from scipy import stats

import scitorch.numpy as np
from scitorch.numpy.reparametrization import REPARAMETRIZED

#: Parameters, and the frozen distribution of SciPy's that they stand for.
CASES: dict[str, tuple[tuple[float, ...], Callable[..., Any]]] = {
    "beta": ((1.7, 2.3), stats.beta),
    "chisquare": ((3.1,), stats.chi2),
    "exponential": ((1.4,), lambda s: stats.expon(scale=s)),
    "f": ((3.2, 6.1), stats.f),
    "gamma": ((2.2, 1.3), lambda k, s: stats.gamma(k, scale=s)),
    "gumbel": ((0.3, 1.2), stats.gumbel_r),
    "laplace": ((0.3, 1.2), stats.laplace),
    "logistic": ((0.3, 1.2), stats.logistic),
    "lognormal": ((0.3, 0.7), lambda m, s: stats.lognorm(s, scale=numpy.exp(m))),
    "normal": ((0.3, 1.2), stats.norm),
    "pareto": ((3.0,), lambda a: stats.pareto(a, loc=-1)),
    "power": ((2.0,), stats.powerlaw),
    "rayleigh": ((1.3,), lambda s: stats.rayleigh(scale=s)),
    "standard_gamma": ((1.6,), stats.gamma),
    "standard_t": ((4.5,), stats.t),
    "triangular": ((-1.0, 0.4, 2.0), lambda a, m, b: stats.triang((m - a) / (b - a), a, b - a)),
    "uniform": ((0.3, 1.5), lambda a, b: stats.uniform(a, b - a)),
    "weibull": ((1.8,), stats.weibull_min),
}


def test_every_declared_derivative_is_tested() -> None:
    assert set(CASES) == set(REPARAMETRIZED)


def drawn(name: str, *parameters: Any) -> Any:
    return getattr(np.random.default_rng(3), name)(*parameters, size=5)


@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_those_of_the_quantile(name: str) -> None:
    point, distribution = CASES[name]
    values = tuple(torch.tensor(v, dtype=torch.float64) for v in point)
    sample = drawn(name, *values)
    numpy.testing.assert_allclose(sample, getattr(numpy.random.default_rng(3), name)(*point, size=5), rtol=1e-13)
    level = distribution(*point).cdf(numpy.asarray(sample))

    def on_tensors(*parameters: torch.Tensor) -> torch.Tensor:
        return drawn(name, *parameters).tensor  # type: ignore[no-any-return]

    positions = tuple(range(len(point)))
    forward = torch.func.jacfwd(on_tensors, argnums=positions)(*values)
    reverse = torch.func.jacrev(on_tensors, argnums=positions)(*values)
    torch.testing.assert_close(forward, reverse, rtol=1e-9, atol=1e-12)
    for i, slope in enumerate(forward):
        h = 1e-4
        ends = [distribution(*(v + s * h * (j == i) for j, v in enumerate(point))).ppf(level) for s in (-1, 1)]
        numpy.testing.assert_allclose(slope, (ends[1] - ends[0]) / (2 * h), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["beta", "chisquare", "gamma", "standard_t", "weibull"])
def test_second_derivatives_are_those_of_the_quantile(name: str) -> None:
    point, distribution = CASES[name]
    first, rest = torch.tensor(point[0], dtype=torch.float64), point[1:]
    sample = numpy.asarray(drawn(name, *point))
    level, h = distribution(*point).cdf(sample), 2e-3

    def difference(step: float) -> Any:
        ends = [distribution(point[0] + s * step, *rest).ppf(level) for s in (-1, 1)]
        return (ends[0] - 2 * sample + ends[1]) / step**2

    expected = (4 * difference(h / 2) - difference(h)) / 3
    for outer in (torch.func.jacfwd, torch.func.jacrev):
        for inner in (torch.func.jacfwd, torch.func.jacrev):
            second = outer(inner(lambda t: drawn(name, t, *rest).tensor))(first)
            numpy.testing.assert_allclose(second, expected, rtol=1e-4, atol=1e-6)


def test_a_mean_has_the_derivative_of_the_expectation() -> None:
    shape = torch.tensor(2.5, dtype=torch.float64, requires_grad=True)
    np.random.default_rng(0).gamma(shape, 2.0, size=20000).mean().tensor.backward()
    assert shape.grad is not None
    assert float(shape.grad) == pytest.approx(2.0, rel=0.03)  # the mean of a gamma distribution is shape times scale


@pytest.mark.parametrize("name", ["poisson", "vonmises", "wald", "binomial"])
def test_samples_without_a_derivative_refuse_one(name: str) -> None:
    parameter = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    arguments = {"wald": (1.0, parameter), "vonmises": (0.0, parameter), "binomial": (3, parameter)}
    with pytest.raises(NotImplementedError, match=name):
        getattr(np.random.default_rng(0), name)(*arguments.get(name, (parameter,)))


def test_parameters_out_of_range_raise_numpys_error() -> None:
    negative = torch.tensor(-1.0, dtype=torch.float64, requires_grad=True)
    with pytest.raises(ValueError, match="shape < 0"):
        np.random.default_rng(0).gamma(negative)


def test_legacy_functions_and_broadcasting() -> None:
    scale = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    np.random.seed(5)
    sample = np.random.gamma(3.0, scale)
    numpy.random.seed(5)  # noqa: NPY002  (compared with the legacy generator)
    numpy.testing.assert_allclose(sample.tensor.detach(), numpy.random.gamma(3.0, [1.0, 2.0]), rtol=1e-13)  # noqa: NPY002
    sample.sum().backward()
    assert scale.grad is not None
    torch.testing.assert_close(scale.grad * scale.detach(), sample.tensor.detach())
