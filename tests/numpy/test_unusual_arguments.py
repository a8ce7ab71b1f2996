"""Functions of functions, padding and percentiles where arguments are unusual, against NumPy."""

import operator
from types import ModuleType

import numpy
import pytest

import scitorch.numpy

BOTH = pytest.mark.parametrize("np", [scitorch.numpy, numpy], ids=["scitorch", "numpy"])


@BOTH
def test_vectorize_checks_its_signature(np: ModuleType) -> None:
    add = np.vectorize(operator.add, signature="(n),(n)->(n)")
    assert add([[1, 2], [3, 4]], [1, 2]).tolist() == [[2, 4], [4, 6]]
    with pytest.raises(ValueError, match="does not have enough dimensions"):
        add(1, 2)
    with pytest.raises(ValueError, match="inconsistent size for core dimension"):
        add([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="inconsistent size for core dimension"):
        np.vectorize(lambda x: x[:-1], signature="(n)->(n)")([1, 2, 3])
    with pytest.raises(ValueError, match="wrong number of outputs"):
        np.vectorize(lambda x: (x, x), signature="()->()")([1, 2])


@BOTH
def test_vectorize_without_elements(np: ModuleType) -> None:
    x = np.zeros((0, 5), dtype=int)
    assert np.vectorize(lambda v: v, signature="(n)->(n)", otypes="d")(x).shape == (0, 5)
    with pytest.raises(ValueError, match="new output dimensions"):
        np.vectorize(lambda v: [v], signature="()->(n)", otypes="i")(x)


@BOTH
def test_parts_of_scalars_are_scalars(np: ModuleType) -> None:
    assert type(np.real(1 + 2j)) is float and np.imag(1 + 2j) == 2 and type(np.imag(3)) is int
    assert isinstance(np.real(np.array(1 + 2j)), np.ndarray)


@BOTH
def test_coefficients_of_poly1d_change_in_place(np: ModuleType) -> None:
    p = np.poly1d([1, 2, 3])
    p.coeffs += 1
    p.coeffs[2] += 10
    assert p.coeffs.tolist() == [2, 3, 14]
    with pytest.raises(AttributeError):
        p.coeffs = np.array([1, 2])


@BOTH
def test_percentile_fills_a_larger_out(np: ModuleType) -> None:
    out = np.empty(3)
    assert np.percentile([1.0, 2.0, 3.0], 50, out=out) is out
    assert out.tolist() == [2.0, 2.0, 2.0]


@BOTH
@pytest.mark.parametrize("mode", ["constant", "edge", "linear_ramp", "mean", "reflect", "wrap"])
def test_padding_keeps_the_memory_order(np: ModuleType, mode: str) -> None:
    assert np.pad(np.ones((3, 4), order="C"), 2, mode).flags["C_CONTIGUOUS"]
    assert np.pad(np.ones((3, 4), order="F"), 2, mode).flags["F_CONTIGUOUS"]


@BOTH
def test_padding_refuses_empty_statistics(np: ModuleType) -> None:
    with pytest.raises(ValueError, match="stat_length of 0"):
        np.pad([1.0, 2.0], 0, "minimum", stat_length=(1, 0))


@BOTH
def test_grids_have_the_precision_of_their_limits(np: ModuleType) -> None:
    single = np.float32
    assert np.mgrid[single(0.1) : single(0.33) : single(0.1), 0:2].dtype == np.float32
    assert np.mgrid[0.1:0.33:0.1, single(0) : single(2)].dtype == np.float32
    assert np.mgrid[0:2, 0:1:3j].dtype == np.float64 and np.mgrid[0:2, 1:3].dtype == np.int64


@BOTH
def test_empty_sequences_are_no_positions(np: ModuleType) -> None:
    with pytest.raises(TypeError, match="indices must be integral"):
        np.unravel_index([], (10, 3, 5))
    with pytest.raises(TypeError, match="indices must be integral"):
        np.ravel_multi_index(([], []), (10, 3))
    assert [len(i) for i in np.unravel_index(np.array([], dtype=int), (4, 5))] == [0, 0]


def test_testing_compares_tracked_arrays_by_value() -> None:
    np = scitorch.numpy
    x = np.asarray([1.0, 2.0]).requires_grad_()
    np.testing.assert_allclose(x, [1.0, 2.0 + 1e-9])
    np.testing.assert_equal({"a": [x, x.tensor]}, {"a": [[1.0, 2.0], [1.0, 2.0]]})
    np.testing.assert_array_equal((x + 1j).conj().imag, [-1.0, -1.0])
    with pytest.raises(AssertionError, match="Mismatched elements: 1 / 2"):
        np.testing.assert_allclose(x, [1.0, 2.1])
    with np.testing.assert_raises(ValueError):
        np.testing.assert_array_max_ulp(x, np.ones((2, 2)) * 3)


NARROW_OUT = """
np.fft.fft(x, out=np.zeros(3)) | np.dot(z, z, out=np.zeros(())) | np.einsum("i,i->i", z, z, out=np.zeros(3))
np.round(z, out=np.zeros(3)) | np.clip(x, 0, 1, out=np.zeros(3, dtype=int)) | np.outer(z, z, out=np.zeros((3, 3)))
np.concatenate([z[:1], z[1:]], out=np.zeros(3)) | np.stack([z], out=np.zeros((1, 3)))
np.percentile(x, 50, out=np.zeros((), dtype=int)) | np.ptp(x, out=np.zeros((), dtype=int))
np.fix(x, out=np.zeros(3, dtype=int)) | np.add(x, x, out=np.zeros(3, dtype=int))
"""


@BOTH
@pytest.mark.parametrize("case", [case for line in NARROW_OUT.strip().splitlines() for case in line.split(" | ")])
def test_out_that_would_lose_a_part_is_refused(np: ModuleType, case: str) -> None:
    with pytest.raises((TypeError, ValueError), match=r"[Cc]ast|not acceptable|imaginary"):
        eval(case, {"np": np, "x": np.asarray([1.5, 2.0, 3.0]), "z": np.asarray([1 + 1j, 2.0, 3.0])})


@BOTH
@pytest.mark.filterwarnings("ignore")
def test_out_of_another_dtype_where_numpy_takes_any(np: ModuleType) -> None:
    x = np.asarray([1.5, 2.0, 3.0])
    assert np.median(x, out=np.zeros((), dtype=int)) == 2 and np.mean(x, out=np.zeros((), dtype=int)) == 2
    assert np.take(x, [2, 0], out=np.zeros(2, dtype=int)).tolist() == [3, 1]
    out = np.zeros(3, dtype=int)
    assert np.clip(x, 0, 2, out=out, casting="unsafe") is out and out.tolist() == [1, 2, 2]
