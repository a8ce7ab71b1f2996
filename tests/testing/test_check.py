"""Laws on functions that were not declared, and the assertions made of them: what is wrong is found."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch
from torch import Tensor

from scitorch.op import Real, Sample
from scitorch.testing import (
    assert_batched,
    assert_compiles,
    assert_gradients,
    check,
    make_tensor,
)

QUICK = (
    "value_equals_reference",
    "derivative_equals_differences",
    "forward_is_adjoint_of_reverse",
    "second_derivatives_agree",
    "vmap_is_a_loop",
    "memory_layouts",
    "single_precision",
)
X = make_tensor(3, key="x")


class Cube(torch.autograd.Function):
    """A derivative that is right in both modes and to the first order only in forward mode."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x**3

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        return 3 * ctx.saved_tensors[0] ** 2 * g

    @staticmethod
    def jvp(ctx: Any, t: Tensor) -> Tensor:
        return 3 * ctx.saved_tensors[0] ** 2 * t


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x**2

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        return g


def test_everything_holds_for_a_function_of_trees(capsys: pytest.CaptureFixture[str]) -> None:
    def f(tree: dict[str, Any], scale: float) -> dict[str, Tensor]:
        return {"y": torch.sin(tree["a"]) @ tree["b"][0] * scale}

    tree = {"a": make_tensor(2, 3), "b": [make_tensor(3), None]}
    report = check(f, [(tree, 2.0)])
    assert report, str(report)
    assert "laws hold" in capsys.readouterr().out
    assert {o.law for o in report.outcomes} > set(QUICK) - {"value_equals_reference"}


def test_reference_ranges_and_makers() -> None:
    assert check(torch.atan, {"input": Real(-3, 3, hard=(0.0,))}, reference="numpy.atan", laws=QUICK, show=False)
    wrong = check(torch.atan, {"input": Real(-3, 3)}, reference=numpy.tan, laws=QUICK, show=False)
    assert [o.law for o in wrong.broken] == ["value_equals_reference"]
    with pytest.raises(AssertionError, match="elements differ"):
        wrong.raise_if_broken()
    inverse = check(torch.linalg.inv, lambda make: [(make.well_conditioned(3, 3),)], laws=QUICK, show=False)
    assert inverse, str(inverse)
    assert check("special.expit", laws=QUICK, show=False)


def test_module_is_checked_in_its_parameters() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh())
    report = check(module, [(make_tensor(4, 3),)], laws=QUICK, show=False)
    assert report, str(report)


def test_what_is_wrong_is_found() -> None:
    detached = check(lambda x: x.detach() * x, [(X,)], laws=QUICK, show=False)
    assert "derivative_equals_differences" in {o.law for o in detached.broken}
    first_order = check(Cube.apply, [(X,)], laws=QUICK, show=False)
    assert {o.law for o in first_order.broken} == {"second_derivatives_agree"}
    airy = check(torch.special.airy_ai, [(X,)], laws=QUICK, show=False)
    assert "derivative_equals_differences" in {o.law for o in airy.broken}
    # No forward mode: an error in the table, not a law that says nothing.
    assert not check(Doubled.apply, [(X,)], laws=["derivative_equals_differences"], show=False)


def test_names_that_do_not_exist() -> None:
    with pytest.raises(ValueError, match="no law is called nonsense; there are"):
        check("special.expit", laws=["nonsense"])
    with pytest.raises(KeyError, match="give samples to try it on"):
        check(torch.sin)
    with pytest.raises(ValueError, match="needs samples"):
        check(torch.sin, [])


def test_assert_gradients() -> None:
    assert_gradients(lambda x, w: {"y": w["w"] @ x.exp()}, X, {"w": make_tensor(2, 3)}, order=3)
    assert_gradients(Cube.apply, X, order=1)
    with pytest.raises(AssertionError, match="forward∘forward against reverse∘reverse"):
        assert_gradients(Cube.apply, X)
    with pytest.raises(AssertionError, match=r"slope along 'input'|slope along 'argument 0'"):
        assert_gradients(torch.special.bessel_j0, X)
    with pytest.raises(TypeError, match="differences need double precision"):
        assert_gradients(torch.sin, X.float())
    with pytest.raises(TypeError, match="no argument is"):
        assert_gradients(torch.sin, torch.tensor([1]))
    with pytest.raises(ValueError, match="order must be 1, 2 or 3, not 4"):
        assert_gradients(torch.sin, X, order=4)


def test_assert_batched() -> None:
    assert_batched(lambda a, d: a @ d["b"], make_tensor(4, 2, 3), {"b": make_tensor(3, 4, key=1)}, in_dims=(0, 1))
    assert_batched(torch.mul, make_tensor(4), make_tensor(()), in_dims=(0, None))

    calls = iter(range(100))
    with pytest.raises(AssertionError, match="vmap against a loop"):
        assert_batched(lambda x: x + next(calls), make_tensor(4))


def test_assert_compiles() -> None:
    assert_compiles(lambda t: {"y": t["x"].sin()}, {"x": X})
    with pytest.raises(torch._dynamo.exc.Unsupported, match=r"[Dd]ata-dependent"):
        assert_compiles(lambda x: x if x.sum() > 0 else -x, X)
    calls: list[None] = []

    def counting(x: Tensor) -> Tensor:
        calls.append(None)
        return x + len(calls)

    with pytest.raises(AssertionError, match="compiled: 3 of 3 elements differ"):
        assert_compiles(counting, X)


def test_a_sample_may_say_what_moves() -> None:
    report = check(torch.floor_divide, [Sample((X, X + 20), moving=())], laws=QUICK, show=False)
    assert {o.law for o in report.outcomes} == {"memory_layouts", "single_precision"}
