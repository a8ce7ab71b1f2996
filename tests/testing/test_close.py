"""assert_close: what agrees, what does not, and what is said of it."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import math
from typing import Any

import numpy
import pytest
import scipy.sparse
import torch

import scitorch.numpy as np
from scitorch.testing import assert_close, default_tolerance, ulp_distance

ONE = torch.ones(3, dtype=torch.float64)


def message(*args: Any, **kwargs: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_close(*args, **kwargs)
    return str(caught.value)


@dataclasses.dataclass
class Pair:
    left: torch.Tensor
    right: Any


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
def test_kinds_of_array_are_compared_by_their_numbers() -> None:
    wanted = numpy.array([[1.0, 0.0], [0.0, 2.0]])
    dense = torch.from_numpy(wanted)
    for found in (
        dense,
        np.asarray(wanted),
        wanted.tolist(),
        dense.to_sparse(),
        dense.to_sparse_csr(),
        scipy.sparse.csr_array(wanted),
        scipy.sparse.coo_matrix(wanted),
    ):
        assert_close(found, wanted)
        assert_close(wanted, found)
        assert "worst at (1, 1): 2" in message(found, wanted + numpy.diag([0.0, 1.0]))


def test_trees_name_the_place() -> None:
    tree = {"a": [ONE, None], "b": Pair(ONE, "text")}
    assert_close(tree, {"a": [ONE.clone(), None], "b": Pair(ONE.numpy(), "text")})
    assert message(tree, {"a": [2 * ONE, None], "b": tree["b"]}).startswith("['a'][0]: 3 of 3 elements differ")
    assert message({"b": tree["b"]}, {"b": Pair(ONE, "other")}) == "['b']['right']: 'text', wanted 'other'"
    assert "has 'a', wanted 'b'" in message({"a": 1}, {"b": 1})
    assert message([1, 2], [1], what="f") == "f: 2 results, wanted 1"
    assert "NoneType, wanted" in message(None, {"a": 1})
    assert_close(torch.nn.Linear(2, 2).requires_grad_(False), torch.nn.Linear(2, 2), atol=10)


def test_message_shows_worst_element_distance_count_and_distribution() -> None:
    wanted = torch.ones(2, 3, dtype=torch.float64)
    found = wanted.clone()
    found[1, 2] += 1e-3
    found[0, 0] += 1e-15
    text = message(found, wanted, rtol=1e-6, what="f")
    assert text.startswith("f: 1 of 6 elements differ (accepted: rtol=1e-06, atol=0)\n")
    assert "worst at (1, 2): 1.001, wanted 1.0\n" in text
    assert "absolute error 1.00e-03, relative error 1.00e-03, 4503599627370 ulp" in text
    for row in ("equal          ██████████████████████████████ 4", "1e-15 to 1e-14", "1e-03 to 1e-02"):
        assert row in text or row.replace("1e-03 to 1e-02", "1e-04 to 1e-03") in text


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        (1.0, 1.0 + 2**-52, 1),
        (0.0, -0.0, 0),
        (5e-324, -5e-324, 2),
        (1.0, 2.0, 2**52),
        (math.inf, 1.7976931348623157e308, 1),
        (complex(1, 1), complex(1, 1 + 2**-51), 2),
        (math.nan, 1.0, None),
        (1, 2, None),
    ],
)
def test_ulp_distance(a: complex, b: complex, wanted: int | None) -> None:
    with_dtype = torch.complex128 if isinstance(a, complex) else torch.float64 if isinstance(a, float) else torch.int64
    assert ulp_distance(torch.tensor(a, dtype=with_dtype), torch.tensor(b, dtype=with_dtype)) == wanted


def test_ulp_distance_of_two_dtypes_is_that_of_the_coarser() -> None:
    assert ulp_distance(torch.tensor(1.0), torch.tensor(1.0 + 2**-23, dtype=torch.float64)) == 1
    assert ulp_distance(torch.tensor(1.0, dtype=torch.bfloat16), torch.tensor(1.0078125)) == 1


def test_special_values_must_be_the_same() -> None:
    special = torch.tensor([math.nan, math.inf, -math.inf, 1.0])
    assert_close(special, special.clone())
    message(special, special.clone(), equal_nan=False)
    for k, other in enumerate((0.0, -math.inf, math.nan, math.inf)):
        changed = special.clone()
        changed[k] = other
        assert f"worst at ({k},)" in message(changed, special, atol=1e300)
    assert_close(torch.tensor([complex(math.inf, 1)]), torch.tensor([complex(math.inf, 1)]))
    message(torch.tensor([complex(math.inf, 1)]), torch.tensor([complex(math.inf, 2)]))


def test_complex_numbers_are_measured_by_their_modulus() -> None:
    assert_close(torch.tensor([complex(1, 1e-9)]), torch.tensor([complex(1, 2e-9)]), rtol=1e-8)
    message(torch.tensor([complex(1, 0)]), torch.tensor([complex(1, 1e-3)]), rtol=1e-4)
    assert_close(torch.tensor([1.0]), torch.tensor([1.0 + 0j]))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16, torch.complex64])
def test_default_tolerances_accept_rounding_and_nothing_coarse(dtype: torch.dtype) -> None:
    x = torch.linspace(1, 2, 50).to(dtype)
    rtol, _ = default_tolerance(dtype)
    assert_close(x * (1 + torch.finfo(dtype).eps), x)
    message(x * (1 + 10 * rtol), x)


def test_integers_are_exact() -> None:
    assert "worst at (1,)" in message(torch.tensor([1, 2**60 + 1]), torch.tensor([1, 2**60]))
    assert_close(torch.tensor([2**60 + 1]), torch.tensor([2**60]), rtol=1e-6)
    assert_close(torch.tensor([True, False]), [True, False])


def test_sparse_patterns_may_differ_where_values_are_zero() -> None:
    indices = torch.tensor([[0, 0, 1], [0, 0, 1]])
    with_duplicates = torch.sparse_coo_tensor(indices, torch.tensor([1.0, 2.0, 0.0]), (2, 2), check_invariants=False)
    assert_close(with_duplicates, torch.tensor([[3.0, 0.0], [0.0, 0.0]]))
    assert "worst at (1, 0): 0.0, wanted 1.0" in message(with_duplicates, torch.tensor([[3.0, 0.0], [1.0, 0.0]]))
    assert "shape (2, 2), wanted (2, 3)" in message(with_duplicates, torch.zeros(2, 3))


def test_shapes_and_dtypes() -> None:
    assert message(ONE, ONE[:1]) == "shape (3,), wanted (1,)"
    assert_close(ONE.float(), ONE)
    assert message(ONE.float(), ONE, check_dtype=True) == "dtype torch.float32, wanted torch.float64"
    assert_close(ONE[:0], ONE[:0])


def test_scale_measures_by_the_largest() -> None:
    wanted = torch.tensor([1e-20, 1.0], dtype=torch.float64)
    found = torch.tensor([2e-20, 1.0], dtype=torch.float64)
    assert_close(found, wanted, rtol=1e-12, scale=True)
    assert "of the largest" in message(found + 1e-3, wanted, rtol=1e-12, scale=True)
    message(found, wanted, rtol=1e-12)


@pytest.mark.parametrize("module", ["close", "drawing", "check", "assertions"])
@pytest.mark.filterwarnings("ignore")
def test_examples_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"scitorch.testing.{module}"))
    assert found.attempted and not found.failed
