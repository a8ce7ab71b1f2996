"""Every name of NumPy is here, or refused with a reason; and some functions where they once differed from NumPy."""

import importlib
from typing import Any

import numpy
import pytest

import scitorch.numpy as np
from scitorch.numpy.host_names import REFUSED

MODULES = ("linalg", "fft", "random", "emath", "polynomial", "testing", "exceptions", "typing", "dtypes", "strings")


def test_every_name_of_numpy_is_here_or_refused() -> None:
    absent = {name for name in numpy.__all__ if not hasattr(np, name)}
    assert absent <= set(REFUSED)
    assert not [name for name in REFUSED if hasattr(np, name)]


@pytest.mark.parametrize("module", MODULES)
def test_every_name_of_a_module_is_here(module: str) -> None:
    theirs = numpy.emath if module == "emath" else importlib.import_module(f"numpy.{module}")
    names = [name for name in theirs.__all__ if name != "random_integers"]
    assert [name for name in names if not hasattr(getattr(np, module), name)] == []


def test_a_refusal_says_what_to_use() -> None:
    with pytest.raises(AttributeError, match=r"numpy\.matrix exists but is not provided here.*operator @"):
        np.matrix  # noqa: B018


@pytest.mark.parametrize("name", ["sqrt", "log", "log2", "log10", "arccos", "arcsin", "arctanh"])
@pytest.mark.parametrize("values", [[0.5, 0.25], [-2.0, 0.5, 3.0], [1j, 2.0], [-1, -4]])
def test_emath_answers_in_the_complex_plane(name: str, values: Any) -> None:
    with numpy.errstate(all="ignore"):
        expected = getattr(numpy.emath, name)(numpy.array(values))
    found = getattr(np.emath, name)(np.array(values))
    assert found.dtype == expected.dtype
    numpy.testing.assert_allclose(np.to_numpy(found), expected, rtol=1e-14)


CASES = """
np.digitize([0.5, 1.0, 2.5, 9.0], [3, 2, 1]) | np.digitize([0.5, 1.0, 2.5, 9.0], [3, 2, 1], right=True)
np.interp([0.5, 1.0], [0.0, 2.0], [-np.inf, np.inf]) | np.interp(0.5, [-np.inf, 1.0], [10, 10])
np.interp([1, 2.5], [1.0, 2.0, 3.0], [1 + 0j, np.inf, 2j]) | np.bincount(np.array([1, 1, 3], dtype=np.uint64))
np.select([True], [0], default=[0]) | np.select([np.array(True)], [1], default=np.arange(3))
np.nanmedian([4.0, np.inf, np.nan, 1.0]) | np.nanmedian([4.0, np.inf, np.nan]) | np.nanmedian([1.0, 2.0, np.nan])
np.emath.power([-2.0, 4.0], 0.5) | np.emath.power([2, 4], -1) | np.emath.logn(2, [-4.0, 8.0])
"""


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", [case.strip() for line in CASES.strip().splitlines() for case in line.split(" | ")])
def test_values_equal_those_of_numpy(case: str) -> None:
    expected, found = (eval(case, {"np": module}) for module in (numpy, np))
    assert found.dtype == expected.dtype
    numpy.testing.assert_allclose(np.to_numpy(found), expected, rtol=1e-14)
