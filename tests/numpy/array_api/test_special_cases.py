"""Zeros, infinities, nan and the ends of the range: values and signs of zero as the standard tables them.

NumPy, under array-api-strict, is the oracle; where it differs from the standard, the standard's own table is given.
"""

import cmath
import inspect
import itertools
import math
from types import ModuleType
from typing import Any

import array_api_strict
import numpy
import pytest

import scitorch.numpy

INF, NAN = math.inf, math.nan
REAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, INF, -INF, NAN]
REAL += [5e-324, -2.3e-308, 1.7e308, -1.7e308, 1e-20, 710.0, -745.2, 2.5, -2.5]
PARTS = [0.0, -0.0, 1.0, -2.5, INF, -INF, NAN]
COMPLEX = [complex(a, b) for a, b in itertools.product(PARTS, PARTS)]


def _elementwise(count: int) -> list[str]:
    found = []
    for name in array_api_strict.__all__:
        function = getattr(array_api_strict, name)
        if not inspect.isfunction(function) or not function.__module__.endswith("_elementwise_functions"):
            continue
        if len(inspect.signature(function).parameters) == count and not name.startswith(("bitwise", "logical")):
            found.append(name)
    return found


def _same(found: numpy.ndarray, expected: numpy.ndarray) -> numpy.ndarray:
    """Tell where two real arrays agree: nan with nan, infinities and zeros by sign, numbers to rounding."""
    if expected.dtype.kind not in "f":
        return found == expected
    both_nan = numpy.isnan(found) & numpy.isnan(expected)
    exact = (found == expected) & (numpy.signbit(found) == numpy.signbit(expected))
    with numpy.errstate(all="ignore"):
        close = numpy.isfinite(expected) & (expected != 0) & (abs(found - expected) <= 4e-15 * abs(expected) + 5e-324)
    return both_nan | exact | close


def _call(m: ModuleType, name: str, *columns: list[Any]) -> numpy.ndarray:
    with numpy.errstate(all="ignore"):
        return numpy.from_dlpack(getattr(m, name)(*(m.asarray(c) for c in columns)))


@pytest.mark.parametrize("name", [name for name in _elementwise(1) if name not in ("conj", "imag", "real")])
def test_real_functions_of_one_argument(xp: ModuleType, strict: ModuleType, name: str) -> None:
    found, expected = _call(xp, name, REAL), _call(strict, name, REAL)
    wrong = ~_same(found, expected)
    assert not wrong.any(), [(REAL[k], found[k], expected[k]) for k in numpy.flatnonzero(wrong)]


@pytest.mark.parametrize("name", _elementwise(2))
def test_real_functions_of_two_arguments(xp: ModuleType, strict: ModuleType, name: str) -> None:
    pairs = list(itertools.product(REAL, REAL))
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found, expected = _call(xp, name, first, second), _call(strict, name, first, second)
    wrong = ~_same(found, expected)
    assert not wrong.any(), [(pairs[k], found[k], expected[k]) for k in numpy.flatnonzero(wrong)]


def _takes_complex(name: str) -> bool:
    try:
        _call(array_api_strict, name, [1j])
    except TypeError:
        return False
    return True


# NumPy's values that the standard corrects, each for z and its conjugate
CORRECTED = {
    "expm1": {
        complex(-0.0, 0.0): complex(0.0, 0.0),
        complex(INF, 0.0): complex(INF, 0.0),
        complex(INF, INF): complex(INF, NAN),
        complex(INF, NAN): complex(INF, NAN),
        complex(-INF, INF): complex(-1.0, 0.0),
        complex(-INF, NAN): complex(-1.0, 0.0),
        complex(NAN, 0.0): complex(NAN, 0.0),
    },
    "tanh": {complex(INF, 2.5): complex(1.0, 0.0), complex(-INF, 2.5): complex(-1.0, 0.0)},
}
UNSPECIFIED = ("reciprocal", "sign")  # at zeros, infinities and nan, and in the sign of zero parts
SIGN_OF_ZERO_UNSPECIFIED = {"expm1": (complex(-INF, -INF), complex(-INF, NAN))}


def _expected(strict: ModuleType, name: str, arguments: list[complex]) -> numpy.ndarray:
    expected = _call(strict, name, arguments)
    for argument, value in CORRECTED.get(name, {}).items():
        for z, w in ((argument, value), (argument.conjugate(), value.conjugate())):
            for k, other in enumerate(arguments):
                if repr(other) == repr(z):
                    expected[k] = w
    return expected


@pytest.mark.parametrize("name", [name for name in _elementwise(1) if _takes_complex(name)])
def test_complex_functions(xp: ModuleType, strict: ModuleType, name: str) -> None:
    arguments = [z for z in COMPLEX if name not in UNSPECIFIED or (cmath.isfinite(z) and z != 0)]
    found, expected = _call(xp, name, arguments), _expected(strict, name, arguments)
    if expected.dtype.kind != "c":
        wrong = ~_same(found, expected)
    else:
        free = [name in UNSPECIFIED or str(z) in map(str, SIGN_OF_ZERO_UNSPECIFIED.get(name, ())) for z in arguments]
        wrong = ~(_same(found.real, expected.real) & _same(found.imag, expected.imag))
        wrong &= ~(numpy.asarray(free) & (found == expected))
    assert not wrong.any(), [(arguments[k], found[k], expected[k]) for k in numpy.flatnonzero(wrong)]


@pytest.mark.parametrize("function", ["remainder", "fmod"])
@pytest.mark.parametrize("size", [1, 33])
def test_remainders_of_huge_quotients(function: str, size: int) -> None:
    """Where a / b overflows; 33 numbers take torch's vectorised path, one does not."""
    pairs = [(1e300, 1e-300), (1.7e308, 5e-324), (-1.7e308, 3e-310), (1e10, -5e-324), (1e300, -7e-12), (5.0, 3.0)]
    for a, b in pairs:
        expected = getattr(numpy, function)(a, b)
        found = getattr(scitorch.numpy, function)(scitorch.numpy.full(size, a), b)
        assert numpy.all(numpy.from_dlpack(found) == expected), (a, b)
    x = scitorch.numpy.full(size, 1e300).requires_grad_()
    getattr(scitorch.numpy, function)(x, 1e-300).sum().backward()
    assert scitorch.numpy.all(x.grad == 1)


def test_negation_keeps_the_sign_of_zero() -> None:
    for size in (1, 33):
        negated = numpy.from_dlpack(-scitorch.numpy.zeros(size, dtype=complex))
        assert numpy.signbit(negated.real).all() and numpy.signbit(negated.imag).all()
