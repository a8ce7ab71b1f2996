"""`scitorch.numpy.polynomial`: the classes of series against NumPy's, and their derivatives.

Values and derivatives of the functions are checked with all others of the namespace, by what they declare.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy
import numpy.polynomial
import pytest
import torch
from torch.func import grad, hessian, jvp, vmap

import scitorch.numpy as np

CLASSES = ("Polynomial", "Chebyshev", "Legendre", "Hermite", "HermiteE", "Laguerre")
MODULES = ("polynomial", "chebyshev", "legendre", "hermite", "hermite_e", "laguerre", "polyutils")
FEW, MANY = [0.5, -1.0, 2.0], [1.0, 0.25, -0.5, 2.0, 0.75]
X = [-0.9, -0.2, 0.3, 1.7, 2.5]


@pytest.fixture(params=CLASSES)
def pair(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    return getattr(np.polynomial, request.param), getattr(numpy.polynomial, request.param)


def _close(found: Any, expected: Any, size: float = 1.0) -> None:
    numpy.testing.assert_allclose(np.to_numpy(np.asarray(found)), expected, rtol=1e-11, atol=1e-11 * size)


@pytest.mark.parametrize("module", MODULES)
def test_modules_have_numpys_names(module: str) -> None:
    ours, theirs = (getattr(root.polynomial, module) for root in (np, numpy))
    assert set(ours.__all__) == set(theirs.__all__)
    for name in theirs.__all__:
        assert hasattr(ours, name)


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "scalars": lambda p, q: 2 * p / 3 + 1 - p * 0.5,
    "sequences": lambda p, q: operator.add([1, 2], p) - [0.0, 1.0, 3.0],
    "power": lambda p, q: p**3,
    "deriv": lambda p, q: p.deriv(2),
    "integ": lambda p, q: p.integ(2, [1.0], 0.5),
    "convert": lambda p, q: p.convert(domain=[0, 1]),
    "cutdeg": lambda p, q: p.cutdeg(2),
    "trim": lambda p, q: (p - p + q).trim(0.75),
    "fromroots": lambda p, q: type(p).fromroots([1.0, 2.0, 2.5], domain=[0, 3]),
    "basis": lambda p, q: type(p).basis(4) + type(p).identity(),
    "fit": lambda p, q: type(p).fit(X, MANY, 2, w=[1, 2, 3, 2, 1]),
    "composition": lambda p, q: p(q),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_series(pair: tuple[Any, Any], name: str) -> None:
    results = []
    for kind in pair:
        series = (kind(MANY), kind(FEW)) if name == "composition" else (kind(MANY, [-1, 3]), kind(FEW, [-1, 3]))
        results.append(OPERATIONS[name](*series))
    found, expected = results
    assert type(found).__name__ == type(expected).__name__
    for part in ("coef", "domain", "window"):
        _close(getattr(found, part), getattr(expected, part))
    # the terms of the sum may cancel
    _close(found(np.asarray(X)), expected(numpy.asarray(X)), size=abs(expected.coef).sum())


def test_roots_and_points(pair: tuple[Any, Any]) -> None:
    ours, theirs = (kind([1.0, -2.0, 0.5, 1.0], [-1, 3]) for kind in pair)
    _close(ours.roots(), theirs.roots())
    for found, expected in zip(ours.linspace(4), theirs.linspace(4), strict=True):
        _close(found, expected)


def test_printing(pair: tuple[Any, Any]) -> None:
    ours, theirs = (kind([1.0, -2.0, 0.5], [0, 2], symbol="t") for kind in pair)
    assert (str(ours), repr(ours), f"{ours:unicode}") == (str(theirs), repr(theirs), f"{theirs:unicode}")
    assert ours._repr_latex_() == theirs._repr_latex_()


def test_series_that_do_not_match(pair: tuple[Any, Any]) -> None:
    kind = pair[0]
    other = np.polynomial.Legendre if kind is np.polynomial.Chebyshev else np.polynomial.Chebyshev
    with pytest.raises(TypeError, match="types differ"):
        kind(FEW) + other(FEW)
    with pytest.raises(TypeError, match="Domains differ"):
        kind(FEW) * kind(FEW, [0, 5])
    with pytest.raises(ValueError, match="not 1-d"):
        kind([FEW])
    with pytest.raises(ZeroDivisionError):
        kind(FEW) // kind([0.0])


def test_derivatives_in_coefficients_and_points(pair: tuple[Any, Any]) -> None:
    kind = pair[0]

    def energy(coef: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        p = kind(np.asarray(coef), [-1, 3])
        return ((p**2).deriv()(np.asarray(x)) * p.integ()(np.asarray(x))).sum().tensor

    coef, x = torch.tensor(MANY, dtype=torch.float64), torch.tensor(X, dtype=torch.float64)
    tracked = (coef.clone().requires_grad_(), x.clone().requires_grad_())
    assert torch.autograd.gradcheck(energy, tracked, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(energy, tracked)
    curvature = hessian(energy)(coef, x)
    torch.testing.assert_close(curvature, curvature.T)


def test_the_derivative_is_that_of_calculus(pair: tuple[Any, Any]) -> None:
    p, x = pair[0](MANY, [-1, 3]), torch.tensor(X, dtype=torch.float64)
    slopes = vmap(grad(lambda t: p(np.asarray(t)).tensor))(x)
    torch.testing.assert_close(slopes, p.deriv()(np.asarray(x)).tensor)
    _, tangent = jvp(lambda t: p(np.asarray(t)).tensor, (x,), (torch.ones_like(x),))
    torch.testing.assert_close(tangent, slopes)


def test_functions_are_batched(pair: tuple[Any, Any]) -> None:
    basis = pair[0].basis_functions
    many = torch.tensor([MANY, MANY[::-1]], dtype=torch.float64)
    squares = vmap(lambda c: basis.mul(np.asarray(c), np.asarray(c)).tensor)(many)
    for row, square in zip(many, squares, strict=True):
        torch.testing.assert_close(square, basis.mul(np.asarray(row), np.asarray(row)).tensor)


def test_single_precision_stays() -> None:
    p = np.polynomial.Legendre(np.asarray(FEW, dtype=np.float32))
    assert (p * p).coef.dtype == np.float32 and p(0.5).dtype == np.float64  # the domain is of doubles, as in NumPy
    assert np.polynomial.legendre.legval(0.5, p.coef).dtype == np.float32
