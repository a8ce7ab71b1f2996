"""What may be an argument of a transform, and what the messages about it say."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch

import scitorch.numpy as np
from scitorch import func

POINT = torch.tensor([0.4, -1.3, 2.2], dtype=torch.float64)


@dataclasses.dataclass(frozen=True)
class Model:
    weight: torch.Tensor
    layers: int
    rest: dict[str, Any]


def energy(model: Model, scale: float) -> torch.Tensor:
    return scale * (model.weight**2).sum() * model.layers * model.rest["b"]


MODEL = Model(POINT, 2, {"b": 3.0, "name": "m", "none": None, "count": torch.tensor(4)})


def test_leaves_of_every_kind() -> None:
    gradient = func.grad(energy)(MODEL, 0.5)
    assert isinstance(gradient, Model)
    torch.testing.assert_close(gradient.weight, 6 * POINT)
    assert gradient.layers is None
    torch.testing.assert_close(gradient.rest.pop("b"), (POINT**2).sum())
    assert gradient.rest == {"name": None, "none": None, "count": None}


def test_dataclasses_as_tangents_and_results() -> None:
    direction = dataclasses.replace(MODEL, weight=torch.ones(3, dtype=torch.float64), rest=dict(MODEL.rest, b=None))
    value, tangent = func.jvp(energy, (MODEL, 0.5), (direction, None))
    torch.testing.assert_close(value, 3 * (POINT**2).sum())
    torch.testing.assert_close(tangent, 6 * POINT.sum())
    result, pullback = func.vjp(lambda m: dataclasses.replace(m, weight=m.weight**2), MODEL)
    assert result.layers == 2
    pulled = pullback(result)[0]
    torch.testing.assert_close(pulled.weight, 2 * POINT**3)
    torch.testing.assert_close(pulled.rest["b"], torch.tensor(3.0, dtype=torch.float64))


def test_modules_with_tied_parameters() -> None:
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Tanh(), torch.nn.Linear(3, 3))
    module[2].weight = module[0].weight
    x = torch.randn(5, 3)

    def loss(m: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        return m(x).square().sum()

    found = func.grad(loss)(module, x)
    loss(module, x).backward()
    assert set(found) == {"0.weight", "0.bias", "2.bias"}
    for name, parameter in module.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad)
    hessian = func.hessian(loss)(module, x)
    assert hessian["0.weight"]["2.bias"].shape == (3, 3, 3)
    assert all(type(p) is torch.nn.Parameter for p in module.parameters())


def test_arguments_by_position_and_name() -> None:
    def f(a: torch.Tensor, b: torch.Tensor, *, c: torch.Tensor) -> torch.Tensor:
        return (a * b * c).sum()

    a, b, c = POINT, POINT + 1, POINT - 2
    torch.testing.assert_close(func.grad(f, argnames="c")(a, b, c=c), a * b)
    torch.testing.assert_close(func.grad(f, argnames="b")(a, b, c=c), a * c)
    both = func.grad(f, argnames=("b", "c"))(a, b, c=c)
    torch.testing.assert_close(both, {"b": a * c, "c": a * b})
    positional, named = func.grad(f, argnums=(0,), argnames="c")(a, b, c=c)
    torch.testing.assert_close((positional[0], named), (b * c, a * b))
    torch.testing.assert_close(func.grad(f, argnums=-1)(a, b, c=c), a * c)
    with pytest.raises(ValueError, match="'d', which is not an argument"):
        func.grad(f, argnames="d")(a, b, c=c)
    with pytest.raises(ValueError, match="argnums has 2, and the call 2 positional arguments"):
        func.grad(f, argnums=2)(a, b, c=c)


def test_auxiliary_results_may_be_anything() -> None:
    found, aux = func.grad(lambda a: ((a**2).sum(), {"text": "t", "a": np.asarray(a), "n": 1}), has_aux=True)(POINT)
    torch.testing.assert_close(found, 2 * POINT)
    assert aux["text"] == "t" and aux["n"] == 1
    torch.testing.assert_close(aux["a"].tensor, POINT)
    for jacobian in (func.jacfwd, func.jacrev, func.jacobian, func.hessian):
        _, aux = jacobian(lambda a: ((a**2).sum(), "text"), has_aux=True)(POINT)
        aux = aux[1] if isinstance(aux, tuple) else aux
        assert aux == "text"
    assert func.jvp(lambda a: (a, "x"), (POINT,), (POINT,), has_aux=True)[2] == "x"
    assert func.vjp(lambda a: (a, "x"), POINT, has_aux=True)[2] == "x"
    with pytest.raises(TypeError, match="returns a pair"):
        func.grad(torch.sum, has_aux=True)(POINT)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: func.grad(torch.sin)(POINT), ValueError, r"one real number.*shape \(3,\).*sum it, or use jacobian"),
        (lambda: func.grad(lambda a: {"x": a, "n": 1})(POINT), ValueError, r"result\['x'\].*result\['n'\] is a int"),
        (lambda: func.grad(lambda a: a.sum() * 1j)(POINT), TypeError, "complex one: take its real part"),
        (
            lambda: func.grad(lambda d: d["n"].sum())({"n": torch.arange(3)}),
            TypeError,
            r"args\[0\]\['n'\] is a Tensor of int64.*\.to\(torch\.get_default_dtype\(\)\)",
        ),
        (
            lambda: func.jvp(lambda d: d["a"], ({"a": POINT},), ({"a": POINT * 1j},)),
            TypeError,
            r"tangent of primals\[0\]\['a'\] is complex",
        ),
        (
            lambda: func.jvp(lambda d: d["a"], ({"a": POINT},), ({"a": POINT[:2]},)),
            ValueError,
            r"primals\[0\]\['a'\] has shape \(2,\), the leaf \(3,\)",
        ),
        (
            lambda: func.jvp(lambda d: d["a"], ({"a": POINT},), ({"a": POINT.float()},)),
            TypeError,
            r"primals\[0\]\['a'\] has dtype torch\.float32, the leaf torch\.float64: convert",
        ),
        (lambda: func.jvp(torch.sin, (POINT,), ({"a": POINT},)), TypeError, r"primals\[0\] is a dict"),
        (lambda: func.vjp(torch.sin, POINT)[1](POINT[:1]), ValueError, r"cotangent of result has shape \(1,\)"),
    ],
)
def test_errors_name_the_leaf(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
