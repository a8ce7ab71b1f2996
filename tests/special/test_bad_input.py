"""What is refused, and what the message says."""

from __future__ import annotations

import math

import pytest
import torch

from scitorch import special


def test_complex_argument_of_a_real_function() -> None:
    with pytest.raises(TypeError, match=r"gammainc: argument 'x' is complex"):
        special.gammainc(torch.tensor(1.0), torch.tensor(1.0 + 2.0j))


def test_no_number() -> None:
    with pytest.raises(TypeError, match=r"erf: argument 'z' is str"):
        special.erf("1")


def test_shapes_that_do_not_broadcast() -> None:
    with pytest.raises(ValueError, match=r"betainc: .*'a' \(2,\).*'x' \(3,\)"):
        special.betainc(torch.ones(2), torch.ones(()), torch.ones(3))


@pytest.mark.parametrize(
    ("name", "argument", "arguments"),
    [("polygamma", "n", (1.0, 2.0)), ("expn", "n", (1.0, 2.0)), ("lambertw", "k", (1.0, 0.0))],
)
def test_derivative_in_a_whole_number(name: str, argument: str, arguments: tuple[float, ...]) -> None:
    points = [torch.tensor(x, dtype=torch.float64) for x in arguments]
    index = 1 if argument == "k" else 0
    points[index].requires_grad_()
    with pytest.raises(NotImplementedError, match=f"{name}: no derivative with respect to '{argument}'"):
        getattr(special, name)(*points).abs().backward()


def test_dimension_of_the_multivariate_gamma_function() -> None:
    with pytest.raises(ValueError, match=r"multigammaln: argument 'd' is 0; wanted a positive integer"):
        special.multigammaln(torch.tensor(3.0), 0)
    with pytest.raises(ValueError, match=r"multigammaln: argument 'a' has an element not above"):
        special.multigammaln(torch.tensor([3.0, 0.4]), 2)


def test_exact_counts() -> None:
    assert special.factorial(30, exact=True) == math.factorial(30)
    assert special.comb(100, 50, exact=True) == math.comb(100, 50)
    assert special.comb(4, 2, exact=True, repetition=True) == 10
    assert special.perm(30, 20, exact=True) == math.perm(30, 20)
    assert special.comb(3, 5, exact=True) == 0
    with pytest.raises(ValueError, match=r"factorial: argument 'n' is 2.5; exact=True wants one whole number"):
        special.factorial(2.5, exact=True)


def test_outside_the_domain() -> None:
    """Values and derivatives of every order are nan there."""
    for function, x in ((special.logit, 1.5), (special.log1p, -2.0), (special.loggamma, -0.5), (special.entr, -1.0)):
        point = torch.tensor(x, dtype=torch.float64)
        first = torch.func.grad(function)
        assert math.isnan(first(point).item())
        assert math.isnan(torch.func.grad(first)(point).item())


@pytest.mark.parametrize("name", ["gdtr", "gdtrc"])
@pytest.mark.parametrize("rate", [-1.0, 0.0, 2.0])
def test_gamma_distribution_at_a_negative_point(name: str, rate: float) -> None:
    # also where rate times point is positive
    arguments = torch.tensor([rate, 2.0, -1.0], dtype=torch.float64, requires_grad=True)
    found = getattr(special, name)(*arguments)
    (gradient,) = torch.autograd.grad(found, arguments)
    assert found.isnan()
    assert gradient.isnan().any()
