"""Unsigned integers of 16 to 64 bits: the kernels that take over where NumPy cannot see the memory, against NumPy."""

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch

import scitorch.numpy as np
from scitorch.numpy.wide_unsigned import kernel_for

DTYPES = ["uint16", "uint32", "uint64"]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "floor_divide",
    "remainder",
    "fmod",
    "power",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "left_shift",
    "right_shift",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "logical_and",
    "logical_or",
    "logical_xor",
]
UNARY = [
    "absolute",
    "negative",
    "positive",
    "square",
    "sign",
    "invert",
    "reciprocal",
    "conjugate",
    "bitwise_count",
    "floor",
    "ceil",
    "trunc",
    "isnan",
    "isinf",
    "isfinite",
    "logical_not",
]


def _values(dtype: str, seed: int) -> numpy.ndarray:
    """The ends of the range, powers of two and their neighbours, and values of every magnitude."""
    width = numpy.iinfo(dtype).bits
    powers = [2**k + d for k in range(width) for d in (-1, 0, 1)]
    random = numpy.random.default_rng(seed)
    spread = [int(x) >> int(s) for x, s in zip(random.integers(0, 2**63, 60), random.integers(0, 63, 60), strict=True)]
    values = numpy.array([0, 1, 2, 3, 2**width - 1, *powers, *spread], dtype=object) % 2**width
    return values.astype(dtype)


def _tensor(values: numpy.ndarray) -> torch.Tensor:
    return torch.from_numpy(numpy.ascontiguousarray(values))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*BINARY, *UNARY, "divmod"])
def test_kernels_are_exact(name: str, dtype: str) -> None:
    function = getattr(np, name)
    a = _values(dtype, 1)
    operands = (a,) if function.nin == 1 else (a[:, None], _values(dtype, 2)[None, :])
    kernel = kernel_for(name, function.kernel, (getattr(torch, dtype),) * function.nin)
    assert kernel is not None
    with numpy.errstate(all="ignore"):
        expected = getattr(numpy, name)(*operands)
    found = kernel(*map(_tensor, operands))
    pairs = zip(found, expected, strict=True) if isinstance(expected, tuple) else [(found, expected)]
    for got, want in pairs:
        numpy.testing.assert_array_equal(got.to(getattr(torch, str(want.dtype))).numpy(), want)


MAPPED: dict[str, Callable[..., Any]] = {
    "arithmetic": lambda np, x: (x + x[::-1]) * x - x,
    "division": lambda np, x: x // (x[::-1] + x.dtype.type(1)) + x % x[0],
    "comparison": lambda np, x: x < x[::-1],
    "sum": lambda np, x: np.sum(x),
    "sum_initial": lambda np, x: np.sum(x, initial=7),
    "sum_as_float": lambda np, x: np.sum(x, dtype=np.float64),
    "sum_as_byte": lambda np, x: np.sum(x, dtype=np.uint8),
    "sum_where": lambda np, x: np.sum(x, where=x > x[0]),
    "mean": lambda np, x: np.mean(x),
    "prod": lambda np, x: np.prod(x, axis=0),
    "max": lambda np, x: np.max(x, keepdims=True),
    "min": lambda np, x: np.min(x, initial=9),
    "any": lambda np, x: np.any(x),
    "all": lambda np, x: np.logical_and.accumulate(x),
    "cumsum": lambda np, x: np.cumsum(x),
    "cumsum_as_float": lambda np, x: np.cumsum(x, dtype=np.float64),
    "running_maximum": lambda np, x: np.maximum.accumulate(x),
    "bitwise_fold": lambda np, x: np.bitwise_xor.reduce(x),
    "argmax": lambda np, x: np.argmax(x),
    "sort": lambda np, x: np.sort(x),
    "indexing": lambda np, x: x[::-1][1:3],
    "from_float": lambda np, x: (x / 3).astype(x.dtype),
    "from_large_float": lambda np, x: np.floor(x * 0.75).astype(x.dtype),
    "sum_of_floats": lambda np, x: np.sum((x / 8).astype(np.float64), dtype=x.dtype),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", MAPPED)
def test_inside_vmap(name: str, dtype: str) -> None:
    call = MAPPED[name]
    values = numpy.random.default_rng(4).integers(0, numpy.iinfo(dtype).max, (3, 5), dtype=dtype, endpoint=True)
    found = torch.func.vmap(lambda t: call(np, np.asarray(t)).tensor)(_tensor(values))
    with numpy.errstate(all="ignore"):
        expected = numpy.stack([call(numpy, row) for row in values])
    assert str(found.dtype) == f"torch.{expected.dtype}"
    if expected.dtype.kind == "f":  # sums of floats in another order
        numpy.testing.assert_allclose(found.numpy(), expected, rtol=1e-15)
    else:
        numpy.testing.assert_array_equal(found.numpy(), expected)
