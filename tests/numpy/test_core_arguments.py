"""Arguments of creation, joining, products and einsum: results, dtypes, layouts and exceptions are NumPy's."""

import numpy
import pytest

import scitorch.numpy as np

A = numpy.arange(24).reshape(2, 3, 4)
SMALL = numpy.array([[100, 100], [27, 60]], dtype=numpy.int8)

CASES = {
    "einsum sums int8 in int8": lambda xp: xp.einsum("ij->i", xp.asarray(SMALL)),
    "einsum order": lambda xp: xp.einsum("ij,jk->ik", xp.asarray(A[0]), xp.asarray(A[0].T), order="F"),
    "einsum label out of range": lambda xp: xp.einsum(xp.asarray(A[0]), [0, 52], [0]),
    "einsum negative label": lambda xp: xp.einsum(xp.asarray(A[0]), [0, -1], [0]),
    "einsum casting": lambda xp: xp.einsum("i", [1, 2], casting="any"),
    "einsum path": lambda xp: xp.einsum("a,a,a->a", [1], [2], [3], optimize=["einsum_path", (1,), (0, 1)]),
    "geomspace through zero": lambda xp: xp.geomspace(-3.0, 3.0, 4)[[0, -1]],
    "geomspace complex dtype": lambda xp: xp.geomspace(-1, 1, 3, dtype=complex),
    "geomspace complex ends": lambda xp: xp.geomspace(3j, -5, 2),
    "logspace bases": lambda xp: xp.logspace(1, 2, 6, base=xp.asarray([1.0, 2.0])),
    "logspace bases, last axis": lambda xp: xp.logspace(1, [2, 3], 4, base=xp.asarray([3.0, 2.0]), axis=-1),
    "linspace float32": lambda xp: xp.linspace(xp.asarray(numpy.float32(1)), 3, 5),
    "block columns": lambda xp: xp.block([[xp.asarray(A[0].T.copy().T)], [xp.asarray(A[1].T.copy().T)]]),
    "block mixed": lambda xp: xp.block([[xp.asarray(A[0])], [xp.asarray(A[1].T.copy().T)]]),
    "block depths": lambda xp: xp.block([1, []]),
    "block empty": lambda xp: xp.block([[1], []]),
    "zeros_like order of axes": lambda xp: xp.zeros_like(xp.asarray(A.swapaxes(0, 1))),
    "zeros_like F": lambda xp: xp.zeros_like(xp.asarray(A), order="F", shape=(5, 6, 7)),
    "ndmax": lambda xp: xp.array([[1, 2]], ndmax=1),
    "copy=False and an order": lambda xp: xp.array(xp.asarray(A[0]), copy=False, order="F"),
    "copy as a word": lambda xp: xp.array([1], copy="always"),
    "dtype class": lambda xp: xp.array([1, 2], dtype=numpy.dtypes.Int16DType),
    "choose of floats": lambda xp: xp.choose(xp.asarray([0.0, 1.0]), [1, 2]),
    "choose weakly": lambda xp: xp.choose(1, [xp.asarray(numpy.float32(1)), 1.0]),
    "concatenate weakly": lambda xp: xp.concatenate([xp.asarray(numpy.float32(1)), 1.0], axis=None),
    "concatenate dimensions": lambda xp: xp.concatenate([[1], [[1]]]),
    "matmul axes": lambda xp: xp.matmul(xp.asarray(A), xp.arange(2), axes=[(1, 0), (0), (0)]),
    "matmul out": lambda xp: xp.matmul(xp.ones((3, 3)), xp.ones((3, 1)), out=xp.ones((3, 3))),
    "gcd at the end": lambda xp: xp.gcd(xp.asarray(numpy.int8(-128)), xp.asarray(numpy.int8(64))),
    "complex powers": lambda xp: xp.asarray([1 + 2j, 3 - 4j]) ** 2,
    "complex signs": lambda xp: xp.sign(xp.asarray([3 + 4j, 0j, complex(numpy.inf, 1), -2j])),
    "where of a list": lambda xp: xp.add([1, 2], 3, where=[True, False], out=xp.zeros(2, int)),
    "signature too short": lambda xp: xp.add(1, 2, signature=("f8",)),
    "sort kind": lambda xp: xp.sort([3, 1, 2], kind="quick"),
    "sort kind that is none": lambda xp: xp.sort([3, 1, 2], kind="other"),
    "frompyfunc": lambda xp: xp.frompyfunc(lambda a, b: 10 * a + b, 2, 1).accumulate([1, 2, 3]),
    "frompyfunc, two axes": lambda xp: xp.frompyfunc(lambda a, b: a, 2, 1).reduce([[1]], axis=(0, 1)),
}


@pytest.mark.parametrize("name", CASES)
def test_as_numpy(name):
    case = CASES[name]
    try:
        with numpy.errstate(all="ignore"):
            expected = numpy.asarray(case(numpy))
    except Exception as error:
        wanted = next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
        with pytest.raises(wanted):
            case(np)
        return
    result = case(np)
    got = numpy.asarray(result)
    if expected.dtype != object:  # of frompyfunc; its results have the dtype of their values here
        assert got.dtype == expected.dtype
    if expected.ndim > 1:
        assert got.flags.c_contiguous == expected.flags.c_contiguous
        assert got.flags.f_contiguous == expected.flags.f_contiguous
    numpy.testing.assert_allclose(got, expected.astype(got.dtype), rtol=1e-14)
