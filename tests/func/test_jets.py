"""Taylor mode against nested derivatives, alone and in every nesting with torch's transforms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from scitorch import func, linalg, special

X = torch.tensor(0.7, dtype=torch.float64)
POINTS = torch.stack([X, 2 * X])
ORDER = 4
Scalar = Callable[[Tensor], Tensor]


def nested(f: Scalar, order: int) -> Scalar:
    for _ in range(order):
        f = torch.func.grad(f)
    return f


def matrix(x: Tensor) -> Tensor:
    return torch.stack([x + 2, x * x, x, x.sin() + 3]).reshape(2, 2)


def symmetric(x: Tensor) -> Tensor:
    return matrix(x) + matrix(x).T


FUNCTIONS: dict[str, Scalar] = {
    "exp": torch.exp,
    "sin": torch.sin,
    "tanh": torch.tanh,
    "power": lambda x: x**2.5,
    "quotient": lambda x: torch.sin(x) / x,
    "composite": lambda x: torch.exp(torch.sin(x) * x) / (1 + x * x).sqrt(),
    "erf": torch.erf,
    "lgamma": torch.lgamma,
    "atan2": lambda x: torch.atan2(x, 1 + x),
    "softmax": lambda x: torch.softmax(torch.stack([x, x * x, x.sin()]), 0)[1],
    "gelu": torch.nn.functional.gelu,
    "softplus": torch.nn.functional.softplus,
    "affine": lambda x: torch.where(x > 0, 3 + 2 * x - x * x, 1.0),
    "addmm": lambda x: torch.addmm(matrix(x), matrix(x), matrix(x), beta=2, alpha=3).sum(),
    "jv": lambda x: special.jv(1.5, x),
    "gammainc": lambda x: special.gammainc(x, 1 + x),
    "inv": lambda x: linalg.inv(matrix(x)).sum(),
    "solve": lambda x: linalg.solve(matrix(x), torch.stack([x, x * x])).sum(),
    "expm": lambda x: linalg.expm(matrix(x)).sum(),
    "cholesky": lambda x: linalg.cholesky(symmetric(x)).sum(),
    "eigh": lambda x: (linalg.eigh(symmetric(x))[0] ** 2 * torch.tensor([1.0, 2.0], dtype=torch.float64)).sum(),
    "gradient inside": torch.func.grad(lambda x: x.sin() * x.exp()),
    "tangent inside": lambda x: torch.func.jvp(lambda x: x.sin() * x.exp(), (x,), (torch.ones_like(x),))[1],
    "batch inside": lambda x: torch.vmap(lambda a: a.sin() * x)(torch.stack([x, x * x])).sum(),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_coefficients_are_derivatives(name: str) -> None:
    f = FUNCTIONS[name]
    found = func.taylor(f, ORDER, normalized=False)(X)
    expected = torch.stack([nested(f, k)(X) for k in range(ORDER + 1)])
    torch.testing.assert_close(found, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", ["solve", "det", "inv", "sinc"])
def test_where_nested_forward_mode_of_torch_is_wrong(name: str) -> None:
    theirs: dict[str, Scalar] = {
        "solve": lambda x: torch.linalg.solve(matrix(x), torch.ones(2, dtype=torch.float64)).sum(),
        "det": lambda x: torch.linalg.det(matrix(x)),
        "inv": lambda x: torch.linalg.inv(matrix(x)).sum(),
        "sinc": lambda x: torch.sinc(x - 0.7),
    }
    ours: dict[str, Scalar] = {
        "solve": lambda x: linalg.solve(matrix(x), torch.ones(2, dtype=torch.float64)).sum(),
        "det": lambda x: linalg.det(matrix(x)),
        "inv": lambda x: linalg.inv(matrix(x)).sum(),
        "sinc": lambda x: special.sinc(x - 0.7),
    }
    found = func.taylor(theirs[name], ORDER, normalized=False)(X)
    expected = torch.stack([nested(ours[name], k)(X) for k in range(ORDER + 1)])
    torch.testing.assert_close(found, expected, rtol=1e-11, atol=1e-11)


def second(f: Scalar) -> Scalar:
    return lambda x: func.taylor(f, 2, normalized=False)(x)[2]


def forward(f: Scalar) -> Scalar:
    return lambda x: torch.func.jvp(f, (x,), (torch.ones_like(x),))[1]


reverse: Callable[[Scalar], Scalar] = torch.func.grad
NESTINGS: dict[str, tuple[list[Callable[[Scalar], Scalar]], int]] = {
    "reverse of jet": ([reverse, second], 3),
    "jet of reverse": ([second, reverse], 3),
    "forward of jet": ([forward, second], 3),
    "jet of forward": ([second, forward], 3),
    "jet of jet": ([second, second], 4),
    "jet between reverse": ([reverse, second, reverse], 4),
    "jet between forward": ([forward, second, forward], 4),
    "reverse between jets": ([second, reverse, second], 5),
}


@pytest.mark.parametrize("name", NESTINGS)
def test_nestings(name: str) -> None:
    transforms, order = NESTINGS[name]

    def f(x: Tensor) -> Tensor:
        return x.sin() * x.exp() + x**3

    transformed: Scalar = f
    for transform in reversed(transforms):
        transformed = transform(transformed)
    torch.testing.assert_close(transformed(X), nested(f, order)(X))
    torch.testing.assert_close(torch.vmap(transformed)(POINTS), torch.vmap(nested(f, order))(POINTS))


def test_tensors_of_outer_transforms_in_the_closure() -> None:
    def curvature(p: Tensor, x: Tensor) -> Tensor:
        def inner(x: Tensor) -> Tensor:
            scale = p * p + torch.ones(3, dtype=torch.float64).sum()
            return (p * x).sin() * scale + torch.vmap(lambda a: (a * p * x).sin())(POINTS).sum()

        return second(inner)(x)

    def expected(p: Tensor, x: Tensor) -> Tensor:
        a = POINTS
        scale = p * p + 3
        return -(p**2) * (p * x).sin() * scale - ((a * p) ** 2 * (a * p * x).sin()).sum()

    p = torch.tensor(1.3, dtype=torch.float64)
    torch.testing.assert_close(func.grad(curvature)(p, X), func.grad(expected)(p, X))
    torch.testing.assert_close(forward(lambda p: curvature(p, X))(p), forward(lambda p: expected(p, X))(p))
    tracked = p.clone().requires_grad_()
    torch.testing.assert_close(torch.autograd.grad(curvature(tracked, X), tracked)[0], func.grad(expected)(p, X))

    def bare(p: Tensor, x: Tensor) -> Tensor:
        return second(lambda x: (p * x).sin() * (p * p))(x)

    for dims in ((0, None), (None, 0), (0, 0)):
        args = [POINTS if d == 0 else v for d, v in zip(dims, (p, X))]
        singles = [bare(*(a if d is None else a[i] for a, d in zip(args, dims))) for i in range(2)]
        torch.testing.assert_close(torch.vmap(bare, dims)(*args), torch.stack(singles))
        gradients = [func.grad(bare)(*(a if d is None else a[i] for a, d in zip(args, dims))) for i in range(2)]
        torch.testing.assert_close(torch.vmap(torch.func.grad(bare), dims)(*args), torch.stack(gradients))


def test_control_flow_on_values_and_stopped_derivatives() -> None:
    torch.testing.assert_close(second(lambda x: x**3 if x.item() > 0 else x)(X), 6 * X)
    torch.testing.assert_close(second(lambda x: x * x * x.detach())(X), 2 * X)


def test_several_arguments_and_short_series() -> None:
    one = torch.ones((), dtype=torch.float64)
    value, (first, second, third) = func.jet(
        lambda t, d: {"product": t * d["b"], "n": 3},
        (X, {"b": X + 1, "s": "text"}),
        ([one], [{"b": one, "s": None}, {"b": None, "s": None}, {"b": None, "s": None}]),
    )
    assert value["n"] == 3 and first["n"] is None
    torch.testing.assert_close(value["product"], X * (X + 1))
    torch.testing.assert_close(first["product"], 2 * X + 1)
    torch.testing.assert_close(second["product"], one)
    torch.testing.assert_close(third["product"], 0 * one)
    _, scaled = func.jet(torch.exp, (X,), ([one, None, None],), normalized=False)
    torch.testing.assert_close(torch.stack(scaled), X.exp().expand(3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: second(torch.special.airy_ai)(X), NotImplementedError, "airy_ai.*no derivative"),
        (lambda: func.jet(torch.exp, (X,), ([X[None]],)), ValueError, r"coefficient 1 of primals\[0\] has shape"),
        (lambda: func.jet(torch.exp, (X,), ()), ValueError, "0 series of 1 arguments"),
        (
            lambda: second(lambda x: torch.zeros(2, dtype=x.dtype).index_fill_(0, torch.tensor(0), x).sum())(X),
            NotImplementedError,
            "in place",
        ),
    ],
)
def test_refusals(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_cost_grows_with_the_square_of_the_order() -> None:
    def f(x: Tensor) -> Tensor:
        return torch.exp(torch.sin(x) * x) / torch.sqrt(1 + x * x)

    found = func.taylor(f, 20)(X)
    # coefficients of an analytic function, against Cauchy's integral on a circle of radius 1/2 by the trapezoidal rule
    nodes = 64
    circle = torch.exp(2j * math.pi * torch.arange(nodes, dtype=torch.float64) / nodes)
    integrals = torch.stack([(f(X + 0.5 * circle) * circle**-k).mean().real / 0.5**k for k in range(21)])
    torch.testing.assert_close(found, integrals, rtol=1e-9, atol=1e-8)


def test_results_changed_in_place_are_not_found_again() -> None:
    def f(x: Tensor) -> Tensor:
        y = torch.exp(x)
        y.mul_(x)
        return y + torch.exp(x)

    torch.testing.assert_close(second(f)(X), (X + 3) * X.exp())

    def late(x: Tensor) -> Tensor:
        exponent = torch.full((2,), 2.0, dtype=torch.float64)
        first = (x**exponent).sum()
        exponent.add_(1)
        return first + (x**exponent).sum()

    with pytest.raises(RuntimeError, match="changed in place after the operation"):
        second(late)(X)
