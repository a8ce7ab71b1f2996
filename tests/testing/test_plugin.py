"""The pytest plugin on test files written here, and the hypothesis strategies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from scitorch.testing import strategies

pytest_plugins = ["pytester"]

TESTS = """
import torch
from scitorch.testing import devices, dtypes, operators

@operators("special.gammainc", "linalg._expm", laws=["fake_is_eager", "compile_with_inductor"], sample_slow=0)
def test_law(operator, law):
    pass

@operators("special.expit", "special.logit", where=lambda e: "log" in e.key, dtypes=[torch.float32, torch.float64])
def test_operator(operator, dtype, device):
    assert device.type == "cpu" and dtype in (torch.float32, torch.float64)

@dtypes(torch.int8)
@devices
def test_both(dtype, device):
    assert dtype is torch.int8
"""


def test_marked_tests_run_on_what_they_ask_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    record = Path(pytester.path, "laws.json")
    arguments = ("-p", "scitorch.testing.plugin", "-p", "no:cacheprovider", "-v", "--scitorch-record", str(record))
    result = pytester.runpytest_inprocess(*arguments, "--scitorch-device", "cpu")
    result.assert_outcomes(passed=5)
    for name in (
        "test_law[special.gammainc-fake_is_eager]",
        "test_law[linalg._expm-fake_is_eager]",
        "test_operator[special.logit-float32-cpu]",
        "test_operator[special.logit-float64-cpu]",
        "test_both[int8-cpu]",
    ):
        result.stdout.fnmatch_lines([f"*{name.replace('[', '[[]')} PASSED*"])
    assert json.loads(record.read_text())["outcomes"]["special.gammainc"] == {"fake_is_eager": "passed"}
    all_laws = pytester.runpytest_inprocess(*arguments, "--scitorch-all-laws", "--collect-only", "-k", "test_law")
    all_laws.stdout.fnmatch_lines(["*test_law[[]linalg._expm-compile_with_inductor[]]*"])


def test_device_that_is_not_there_is_an_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_inprocess("-p", "scitorch.testing.plugin", "--scitorch-device", "cuda:99")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*--scitorch-device cuda:99: there are only cpu*"])


@settings(max_examples=30, deadline=None)
@given(
    strategies.tensors(strategies.dtypes("floating", "complex", "integer", "bool"), layout=strategies.layouts()),
    st.data(),
)
def test_tensors_of_every_dtype_and_layout(x: Tensor, data: st.DataObject) -> None:
    assert x.ndim <= 3
    y = data.draw(strategies.tensors(torch.bfloat16, (2, 2), low=-1, high=1))
    assert y.dtype is torch.bfloat16 and y.shape == (2, 2) and bool((y.abs() <= 1).all())
    shapes = data.draw(strategies.broadcastable_shapes(num_shapes=2, max_dims=2)).input_shapes
    a, b = (data.draw(strategies.tensors(shape=s)) for s in shapes)
    assert (a + b).shape == torch.broadcast_shapes(*shapes)


@settings(max_examples=20, deadline=None)
@given(
    strategies.matrices("positive_definite", batch=strategies.shapes(max_dims=1, max_side=2)),
    strategies.arguments_of("special.beta"),
)
def test_matrices_and_points(a: Tensor, points: tuple[Tensor, ...]) -> None:
    assert bool((torch.linalg.eigvalsh(a) > 0).all())
    assert len(points) == 2 and all(p.shape == (5,) for p in points)
