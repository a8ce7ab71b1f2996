"""Computations on the memory of plain arrays against the way all other arrays take, and against NumPy."""

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import scitorch.numpy as np
from scitorch.numpy import memory, stable_order

DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "uint8", "uint32", "uint64", "bool", "complex128"]
INTEGERS = ["int64", "int32", "int16", "uint8", "uint32", "uint64"]
REAL = [d for d in DTYPES if d != "complex128"]

FLOATS = ["float64", "float32", "float16"]
MEASURED = ["float64", "float32", "int64", "int16", "uint8"]
# Sums and powers are rounded in another order or by another routine.
ROUNDED = {"power", "var", "interp", "quantile", "nanquantile"}


def _written(np: Any, x: Any, key: Any, values: Any) -> Any:
    copy = np.array(x)
    copy[key] = values
    return copy


# name: the call and the dtypes it is for. The array is `x` (two-dimensional), `v` is its first column.
CALLS: dict[str, tuple[Callable[..., Any], list[str]]] = {
    "sort": (lambda np, x, v: np.sort(x), DTYPES),
    "sort_rows": (lambda np, x, v: np.sort(x, axis=0, kind="stable"), DTYPES),
    "argsort": (lambda np, x, v: np.argsort(x, axis=1, kind="stable"), DTYPES),
    "argsort_any": (lambda np, x, v: np.take_along_axis(x, np.argsort(x, axis=0), 0), REAL),
    "argsort_flat": (lambda np, x, v: np.argsort(x, axis=None, kind="stable"), DTYPES),
    "lexsort": (lambda np, x, v: np.lexsort((v, v[::-1])), REAL),
    "partition": (lambda np, x, v: np.sort(np.partition(x, 2, axis=0)[:3], axis=0), REAL),
    "partition_kth": (lambda np, x, v: np.partition(x, [1, 4], axis=0)[[1, 4]], REAL),
    "argpartition": (lambda np, x, v: np.take_along_axis(x, np.argpartition(x, 2, axis=0), 0)[2], REAL),
    "argmax": (lambda np, x, v: np.argmax(x), DTYPES),
    "max": (lambda np, x, v: (np.max(x, axis=0), np.max(x), np.max(x, axis=1)), REAL),
    "min": (lambda np, x, v: (np.min(x, axis=0), np.min(x), np.min(x, axis=1)), REAL),
    "argmax_flat": (lambda np, x, v: (np.argmax(x[:2]), np.argmin(x[2:5]), np.argmax(x == x[0, 0])), DTYPES),
    "argmin": (lambda np, x, v: np.argmin(x, axis=0), DTYPES),
    "nonzero": (lambda np, x, v: np.nonzero(x), DTYPES),
    "count_nonzero": (lambda np, x, v: np.count_nonzero(x, axis=1), DTYPES),
    "count_all": (lambda np, x, v: np.count_nonzero(x, keepdims=True), DTYPES),
    "any": (lambda np, x, v: np.any(x), DTYPES),
    "all": (lambda np, x, v: x.all(), DTYPES),
    "sum": (lambda np, x, v: np.sum(x), [d for d in DTYPES if d[0] in "iub"]),
    "unique": (lambda np, x, v: np.unique(x, True, True, True), DTYPES),
    "unique_nan": (lambda np, x, v: np.unique(x, equal_nan=False), REAL),
    "isin": (lambda np, x, v: np.isin(x, v[::3]), DTYPES),
    "intersect1d": (lambda np, x, v: np.intersect1d(x, v[::3], return_indices=True), REAL),
    "setdiff1d": (lambda np, x, v: np.setdiff1d(x, v), REAL),
    "setxor1d": (lambda np, x, v: np.setxor1d(x, v), REAL),
    "union1d": (lambda np, x, v: np.union1d(x, v), REAL),
    "bincount": (lambda np, x, v: np.bincount(v, minlength=3), ["int64", "int16", "uint8"]),
    "equal": (lambda np, x, v: (x == x[::-1], np.equal(x, v[0])), DTYPES),
    "not_equal": (lambda np, x, v: x != x[:, ::-1], DTYPES),
    "order": (lambda np, x, v: (x < x[::-1], x <= x[:, ::-1], np.greater(x, v[0]), v >= v[::-1]), DTYPES),
    "bits": (lambda np, x, v: (x & x[::-1], x | v[0], np.bitwise_xor(x, x[:, ::-1])), [*INTEGERS, "bool"]),
    "quotient": (lambda np, x, v: (x // (x[::-1] | 1), x % (x[::-1] | 1), np.fmod(x, x[::-1] | 1)), INTEGERS),
    "searchsorted": (lambda np, x, v: np.searchsorted(np.sort(v), x[0], "right"), REAL),
    "sign": (lambda np, x, v: np.sign(x), FLOATS),
    "isnan": (lambda np, x, v: np.isnan(x), FLOATS),
    "power": (lambda np, x, v: np.abs(x) ** 1.7, FLOATS[:2]),
    "square": (lambda np, x, v: x**2, FLOATS),
    "clip": (lambda np, x, v: np.clip(x, 2.5, 7), FLOATS),
    "clip_integers": (lambda np, x, v: np.clip(x, 3, 5), REAL),
    "clip_crossed": (lambda np, x, v: np.clip(x, 7, 2), REAL),
    "median": (lambda np, x, v: (np.median(x), np.median(x, axis=0), np.median(x[:2], axis=1)), MEASURED),
    "quantile": (lambda np, x, v: np.quantile(x, [0.0, 0.3, 0.9], axis=0), MEASURED[:2]),
    "percentile": (lambda np, x, v: np.percentile(x, 40, method="nearest"), MEASURED[:2]),
    "nanquantile": (lambda np, x, v: np.nanquantile(x, 0.6, axis=None), MEASURED[:2]),
    "var": (lambda np, x, v: (np.var(x[:2]), np.std(x[:, :2], axis=0, ddof=1), np.std(x[1])), MEASURED),
    "interp": (lambda np, x, v: np.interp(x, [1.0, 2.5, 9.0], [0.0, 4.0, -1.0], left=-7.0), FLOATS[:2]),
    "take": (lambda np, x, v: np.take(x, [[3, -1], [0, 2]], axis=0), DTYPES),
    "take_flat": (lambda np, x, v: x.take([5, 3, 3]), DTYPES),
    "take_along": (lambda np, x, v: np.take_along_axis(x, np.argsort(v, kind="stable")[:, None], 0), REAL),
    "positions": (lambda np, x, v: x[np.asarray([[2, -1], [0, 0]])], DTYPES),
    "rows_and_positions": (
        lambda np, x, v: (x[:, np.asarray([2, 0, -1])], x[np.asarray([[1], [0]]), None, ::-1], x[..., np.asarray([1])]),
        DTYPES,
    ),
    "mixed_keys": (
        lambda np, x, v: (x[np.asarray([1, 0]), :, None], x[1, np.asarray([0, 1])], x[v == v[0], 1:]),
        DTYPES,
    ),
    "mask": (lambda np, x, v: x[x == x[0, 0]], DTYPES),
    "written": (lambda np, x, v: _written(np, x, np.asarray([1, 3, 1]), x[:3]), DTYPES),
    "slices": (lambda np, x, v: (x[1:3], x[::-1], x[1, 2:], x[:, None, ::2], x[-1, 0]), DTYPES),
    "written_arrays": (
        lambda np, x, v: (
            _written(np, x, slice(0, 2), x[1:3]),
            _written(np, x, (slice(None), 1), v[::-1]),
            _written(np, x, np.asarray([0, 0, 1]), x[1]),
            _written(np, v, slice(1, None), np.array(v[0])),
        ),
        DTYPES,
    ),
    "written_slices": (lambda np, x, v: _written(np, x, (slice(None), slice(None, None, 2)), 1.5), FLOATS),
    "repeat": (lambda np, x, v: np.repeat(x, 3, axis=1), DTYPES),
}


def _values(dtype: str) -> numpy.ndarray:
    """A matrix with ties, and for floats with nan, infinities and both zeros."""
    random = numpy.random.default_rng(11)
    values = random.integers(0, 12, (9, 7)).astype(dtype)
    kind = values.dtype.kind
    if kind in "fc":
        values[random.uniform(size=values.shape) < 0.15] = numpy.nan
        values[3, 2:6] = 0.0, -0.0, numpy.inf, -numpy.inf
    if kind == "u":
        values[5] = numpy.iinfo(dtype).max - values[5]
    if dtype == "int64":
        values[5, :2] = numpy.iinfo(dtype).min, numpy.iinfo(dtype).max
    return values


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "contiguous": lambda x: x,
    "strided": lambda x: x[::2, 1::2],
    "transposed": lambda x: x.T,
}


def _numpys(call: Callable[..., Any], x: numpy.ndarray) -> Any:
    with numpy.errstate(all="ignore"):
        return call(numpy, x, x[:, 0])


def _ours(call: Callable[..., Any], x: Any) -> tuple[numpy.ndarray, ...]:
    found = call(np, x, x[:, 0])
    return tuple(np.to_numpy(part) for part in (found if isinstance(found, tuple) else (found,)))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("name", "dtype"), [(n, d) for n, (_, dtypes) in CALLS.items() for d in dtypes])
def test_memory_gives_what_the_long_way_gives(
    name: str, dtype: str, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, _ = CALLS[name]
    if name == "bincount":
        values = numpy.abs(_values(dtype).astype(numpy.int64) % 12).astype(dtype)
    else:
        values = _values(dtype)
    x = LAYOUTS[layout](np.asarray(values.copy()))
    monkeypatch.setattr(memory, "LARGE", 1)
    monkeypatch.setattr(stable_order, "_SMALL", 0)
    plain = _ours(call, x)
    expected = _numpys(call, LAYOUTS[layout](values))
    monkeypatch.setattr(memory, "views", lambda *tensors: None)
    long = _ours(call, x)
    for got, other, want in zip(plain, long, expected if isinstance(expected, tuple) else (expected,), strict=True):
        assert got.dtype == other.dtype == numpy.asarray(want).dtype
        if name in ROUNDED:
            tolerance = 4 * float(numpy.finfo(got.dtype).eps)
            numpy.testing.assert_allclose(got, want, rtol=tolerance)
            numpy.testing.assert_allclose(other, want, rtol=tolerance)
        else:
            numpy.testing.assert_array_equal(got, want)
            numpy.testing.assert_array_equal(other, want)


@pytest.mark.parametrize("dtype", DTYPES)
def test_empty(dtype: str) -> None:
    x = np.zeros(0, dtype=dtype)
    for result in (np.sort(x), np.argsort(x), np.unique(x), np.isin(x, x), np.nonzero(x)[0], np.repeat(x, 2)):
        assert result.shape == (0,)
    assert np.count_nonzero(x) == 0
    assert np.all(x)
    assert not np.any(x)
    with pytest.raises(ValueError, match="empty sequence"):
        np.argmax(x)


@pytest.mark.parametrize("ties", [3, 300, 30_000])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "int32", "uint64"])
def test_stable_order_is_numpys(dtype: str, ties: int) -> None:
    random = numpy.random.default_rng(3)
    values = random.integers(0, ties, (4, 5000)).astype(dtype)
    if dtype.startswith("float"):
        values[:, ::17] = numpy.nan
        values[:, ::19] = -0.0
        values[:, ::23] = 0.0
    if dtype[-2:] == "64":
        values[:, 7] = values.max() + 1 if dtype == "float64" else numpy.iinfo(dtype).max  # a range beyond packing
    for axis in (0, 1):
        numpy.testing.assert_array_equal(
            stable_order.stable_order(values, axis), numpy.argsort(values, axis, kind="stable")
        )


SMOOTH: dict[str, Callable[[Any], Any]] = {
    "sort": np.sort,
    "partition": lambda x: np.partition(x, 2)[2],
    "unique": np.unique,
    "repeat": lambda x: np.repeat(x, 2),
    "intersect1d": lambda x: np.intersect1d(x, [1.0, 3.0]),
    "setdiff1d": lambda x: np.setdiff1d(x, [1.0]),
    "median": np.median,
    "quantile": lambda x: np.quantile(x, 0.4),
    "clip": lambda x: np.clip(x, 1.5, 4),
    "interp": lambda x: np.interp(x, [0.0, 2.5, 9.0], [0.0, 4.0, -1.0]),
    "std": np.std,
    "var": lambda x: np.var(x, axis=-1, ddof=1),
    "tied_max": lambda x: np.max(np.concatenate([x, 1.0 * x])),
    "min_across_rows": lambda x: np.min(x.reshape(2, 2), axis=0),
    "rows_and_positions": lambda x: x.reshape(2, 2)[:, np.asarray([1, 0, 1])],
    "written_slice": lambda x: _written(np, np.zeros(4), slice(1, 3), x[:2]),
    "power": lambda x: x**1.7,
    "positions": lambda x: x[np.asarray([0, 0, 2])],
    "written": lambda x: _written(np, np.zeros(4), np.asarray([0, 2]), x[:2]),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients_stay(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LARGE", 1)
    call, start = SMOOTH[name], torch.tensor([3.0, 1.0, 2.0, 5.0], dtype=torch.float64)
    x = np.asarray(start.clone()).requires_grad_()
    (call(x) ** 2).sum().backward()
    tracked = torch.func.grad(lambda t: (call(np.asarray(t)) ** 2).sum().tensor)(start)
    tangent = torch.func.jvp(lambda t: (call(np.asarray(t)) ** 2).sum().tensor, (start,), (torch.ones_like(start),))[1]
    torch.testing.assert_close(x.grad.tensor, tracked)
    torch.testing.assert_close(tangent, tracked.sum())
    assert tracked.abs().sum() > 0


def test_writing_tells_autograd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LARGE", 1)
    saved = np.ones(3)
    product = np.arange(3.0).requires_grad_() * saved
    saved[np.asarray([0, 2])] = np.asarray([5.0, 6.0])
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.sum().backward()


def test_bounds_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LARGE", 1)
    x, places = np.arange(3.0), np.asarray([0, 3])
    for call in (lambda: x[places], lambda: np.take(x, places), lambda: x.__setitem__(places, np.ones(2))):
        with pytest.raises(IndexError, match="index 3 is out of bounds for axis 0 with size 3"):
            call()
    for key in (5, slice(None, None, 0), slice(1.5, 2), (0, 1)):
        with pytest.raises((IndexError, ValueError, TypeError)):
            x[key]


def test_transforms_and_modes_are_not_looked_into() -> None:
    x = torch.tensor([[3.0, 1.0], [2.0, 5.0]])
    assert memory.views(x) is not None
    assert memory.views(x.clone().requires_grad_()) is None
    assert memory.views(torch.ones(2, dtype=torch.complex64).conj()) is None
    seen = []
    torch.func.vmap(lambda t: seen.append(memory.views(t)) or np.sort(np.asarray(t)).tensor)(x)
    torch.func.grad(lambda t: seen.append(memory.views(x)) or t.sum())(x)
    with torch.autograd.forward_ad.dual_level():
        seen.append(memory.views(x))
    with FlopCounterMode(display=False):
        seen.append(memory.views(x))
    assert seen == [None] * 4
