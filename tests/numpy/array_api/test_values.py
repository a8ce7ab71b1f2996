"""Every function of the standard at least once: value, dtype and shape equal those of array-api-strict."""

import re
from types import ModuleType
from typing import Any

import array_api_strict
import numpy
import pytest

# `x`, `y` float matrices, `v` a vector, `i` integers, `b` booleans, `z` complex, `s` a stack of positive definite
# matrices, `u` bytes
CASES = """
xp.asarray(v) | xp.asarray([1, 2], dtype=xp.int8) | xp.asarray([[True], [False]]) | xp.asarray(v, copy=True)
xp.arange(5) | xp.arange(1.0, 3.0, 0.5) | xp.arange(5, 0, -2) | xp.empty((2, 0)) | xp.empty_like(x[:, :0])
xp.eye(3) | xp.eye(2, 4, k=1) | xp.full((2, 2), 7) | xp.full(3, 1.5) | xp.full_like(i, 3) | xp.linspace(0, 1, 5)
xp.linspace(0, 1, 4, endpoint=False) | xp.meshgrid(v, x[0, :]) | xp.meshgrid(v, v, indexing="ij") | xp.ones((2, 3))
xp.ones_like(z) | xp.tril(x) | xp.tril(s, k=-1) | xp.triu(x, k=1) | xp.zeros((0, 2)) | xp.zeros_like(b)
xp.astype(x, xp.int32) | xp.astype(i, xp.complex64) | xp.broadcast_arrays(x, v[:3]) | xp.broadcast_to(v, (2, 4))
xp.broadcast_shapes((2, 1), (3,)) | xp.isdtype(xp.int8, "integral")
xp.abs(x) | xp.abs(z) | xp.acos(h) | xp.acos(z) | xp.acosh(1 + abs(x)) | xp.acosh(z) | xp.add(x, y) | xp.asin(h)
xp.asin(z) | xp.asinh(x) | xp.asinh(z) | xp.atan(x) | xp.atan(z) | xp.atan2(x, y) | xp.atanh(h) | xp.atanh(z)
xp.bitwise_and(i, 3) | xp.bitwise_left_shift(i, xp.asarray([1, 0, 2])) | xp.bitwise_invert(u) | xp.bitwise_or(i, 4)
xp.bitwise_right_shift(i, 1) | xp.bitwise_xor(b, True) | xp.ceil(x) | xp.ceil(i) | xp.clip(x, -1, 2) | xp.clip(i, 0)
xp.clip(x, max=y) | xp.conj(z) | xp.conj(x) | xp.copysign(x, -1.0) | xp.cos(x) | xp.cos(z) | xp.cosh(x) | xp.cosh(z)
xp.divide(x, y) | xp.divide(z, 2.0) | xp.equal(i, 5) | xp.exp(x) | xp.exp(z) | xp.expm1(x) | xp.expm1(z) | xp.floor(x)
xp.floor_divide(i, 2) | xp.floor_divide(x, y) | xp.greater(x, y) | xp.greater_equal(i, 2) | xp.hypot(x, y)
xp.imag(z) | xp.isfinite(x) | xp.isinf(z) | xp.isnan(x) | xp.less(x, y) | xp.less_equal(u, 3) | xp.log(abs(x))
xp.log(z) | xp.log1p(abs(x)) | xp.log1p(z) | xp.log2(abs(x)) | xp.log2(z) | xp.log10(abs(x)) | xp.log10(z)
xp.logaddexp(x, y) | xp.logical_and(b, True) | xp.logical_not(b) | xp.logical_or(b, False) | xp.logical_xor(b, b)
xp.maximum(x, y) | xp.minimum(i, 2) | xp.multiply(z, x[:, :1]) | xp.negative(x) | xp.nextafter(x, y)
xp.not_equal(x, y) | xp.positive(i) | xp.pow(abs(x), y) | xp.pow(i, 2) | xp.pow(z, 2) | xp.real(z) | xp.reciprocal(y)
xp.remainder(i, 3) | xp.remainder(x, y) | xp.remainder(i, -3) | xp.round(x) | xp.round(z) | xp.sign(x) | xp.sign(z)
xp.signbit(x) | xp.sin(x) | xp.sin(z) | xp.sinh(x) | xp.sinh(z) | xp.square(i) | xp.square(z) | xp.sqrt(abs(x))
xp.sqrt(z) | xp.subtract(x, y) | xp.tan(x) | xp.tan(z) | xp.tanh(x) | xp.tanh(z) | xp.trunc(x) | xp.trunc(u)
xp.take(x, xp.asarray([2, 0]), axis=1) | xp.take(v, xp.asarray([-1, 1])) | xp.take_along_axis(x, xp.argsort(x))
xp.take_along_axis(x, xp.asarray([[1], [0], [-1]]), axis=1)
xp.matmul(x, y) | xp.matmul(s, v[:3]) | xp.matmul(v, v) | xp.matrix_transpose(s) | xp.tensordot(x, y)
xp.tensordot(s, s, axes=((0, 1), (0, 2))) | xp.tensordot(v, v, axes=0) | xp.vecdot(x, y) | xp.vecdot(z, z, axis=-2)
xp.concat((x, y)) | xp.concat((x, y), axis=1) | xp.concat((x, y), axis=None) | xp.expand_dims(v, axis=0)
xp.expand_dims(x, axis=(0, -1)) | xp.flip(x) | xp.flip(x, axis=-1) | xp.moveaxis(s, 0, -1)
xp.moveaxis(s, (0, 1), (1, 0)) | xp.permute_dims(s, (2, 0, 1)) | xp.permute_dims(x, (-1, 0)) | xp.repeat(v, 2)
xp.repeat(x, xp.asarray([1, 0, 2]), axis=0) | xp.reshape(x, (9,)) | xp.reshape(x, (-1, 1)) | xp.roll(x, 1)
xp.roll(x, (1, -1), axis=(0, 1)) | xp.squeeze(x[:, :1], axis=1) | xp.stack((x, y)) | xp.stack((x, y), axis=-1)
xp.tile(v, (2, 1)) | xp.tile(x, (2,)) | xp.unstack(x) | xp.unstack(x, axis=1)
xp.argmax(x) | xp.argmax(x, axis=0, keepdims=True) | xp.argmin(i, axis=1) | xp.count_nonzero(i)
xp.count_nonzero(b, axis=0, keepdims=True) | xp.nonzero(b) | xp.nonzero(i) | xp.where(b, x, 0.0)
xp.where(b[0, :], i, 7) | xp.searchsorted(xp.sort(v), x) | xp.searchsorted(xp.sort(v), v, side="right")
xp.searchsorted(v, v, sorter=xp.argsort(v)) | xp.unique_all(i) | xp.unique_all(xp.asarray([3, 1, 3, 2]))
xp.unique_counts(i) | xp.unique_inverse(i) | xp.unique_values(i) | xp.isin(i, xp.asarray([5, 0]))
xp.argsort(x) | xp.argsort(i, axis=0, descending=True) | xp.argsort(ties) | xp.argsort(ties, descending=True)
xp.sort(x, axis=0) | xp.sort(i, descending=True) | xp.sort(u)
xp.cumulative_sum(x, axis=0) | xp.cumulative_sum(v, include_initial=True) | xp.cumulative_prod(i, axis=1)
xp.cumulative_prod(u, axis=0, dtype=xp.int64) | xp.max(x) | xp.max(i, axis=(0, 1)) | xp.mean(x, axis=1, keepdims=True)
xp.mean(z) | xp.min(x, axis=-1) | xp.prod(i, axis=0) | xp.prod(u) | xp.std(x) | xp.std(x, axis=0, correction=1.5)
xp.sum(u) | xp.sum(x, axis=(), keepdims=True) | xp.sum(x, axis=0, dtype=xp.float32)
xp.var(x, axis=1, correction=1) | xp.all(b, axis=1) | xp.any(b) | xp.any(x, keepdims=True) | xp.diff(v)
xp.diff(x, n=2, axis=0) | xp.diff(v, prepend=v[:1], append=v[:2])
xp.linalg.cholesky(s) | xp.linalg.cholesky(s, upper=True) | xp.linalg.cross(x, y)
xp.linalg.cross(s, x[:1, :], axis=-1) | xp.linalg.det(s) | xp.linalg.diagonal(s) | xp.linalg.diagonal(x, offset=-1)
xp.linalg.eigvalsh(s) | xp.linalg.inv(s)
xp.linalg.eigh(s)[0] | xp.abs(xp.linalg.eigh(s)[1]) | xp.linalg.matmul(x, y) | xp.linalg.matrix_norm(s)
xp.linalg.matrix_norm(x, ord=2, keepdims=True) | xp.linalg.matrix_norm(x, ord="nuc") | xp.linalg.matrix_norm(x, ord=-1)
xp.linalg.matrix_power(x, 3) | xp.linalg.matrix_power(s, -2) | xp.linalg.matrix_power(x, 0) | xp.linalg.matrix_rank(s)
xp.linalg.matrix_rank(x, rtol=0.5) | xp.linalg.matrix_transpose(s) | xp.linalg.outer(v, v) | xp.linalg.pinv(x[:2, :])
xp.abs(xp.linalg.qr(x)[1]) | xp.linalg.qr(x[:, :2], mode="complete")[0] ** 2 | xp.linalg.slogdet(s)
xp.linalg.solve(s, x) | xp.linalg.solve(x, v[:3]) | xp.linalg.svd(x)[1]
xp.abs(xp.linalg.svd(x, full_matrices=False)[2]) | xp.linalg.svdvals(s) | xp.linalg.tensordot(x, y)
xp.linalg.trace(s) | xp.linalg.trace(u, offset=1, dtype=xp.float32)
xp.linalg.vecdot(x, y) | xp.linalg.vector_norm(x) | xp.linalg.vector_norm(x, axis=0, ord=1)
xp.linalg.vector_norm(s, axis=(0, 2), ord=xp.inf, keepdims=True) | xp.linalg.vector_norm(v, ord=0)
xp.linalg.eig(x)[0] | xp.abs(xp.linalg.eig(x)[1]) | xp.linalg.eigvals(s)
xp.fft.fft(z) | xp.fft.fft(z, n=5, axis=0, norm="ortho") | xp.fft.ifft(z) | xp.fft.fftn(z)
xp.fft.fftn(z, s=(2, 4), axes=(0, 1)) | xp.fft.ifftn(z, norm="forward") | xp.fft.rfft(x) | xp.fft.rfft(v, n=7)
xp.fft.irfft(z) | xp.fft.irfft(z, n=5)
xp.fft.rfftn(x) | xp.fft.irfftn(z) | xp.fft.hfft(z) | xp.fft.ihfft(v) | xp.fft.fftfreq(5, d=0.5) | xp.fft.rfftfreq(6)
xp.fft.fftshift(v) | xp.fft.fftshift(x, axes=0) | xp.fft.ifftshift(v[:3])
x[1, ...] | x[:, -1] | x[::-1, 0] | s[..., None, 0] | x[b] | x[xp.asarray([0, 2]), xp.asarray([1, 1])] | i[:, 1:2]
x + 1 | 1 - x | -x | +x | abs(z) | x * y | x / 2 | i // 2 | i % 3 | x ** 2 | 2.0 ** x | ~i | i & 1 | i.__or__(1) | i ^ 3
i << 1 | i >> 1 | x @ y | x == y | x != y | x < y | x <= y | x > y | x >= y | x.T | s.mT
xp.can_cast(xp.int8, xp.int16) | xp.result_type(xp.int8, xp.uint8) == xp.int16 | xp.finfo(xp.float32).max
xp.iinfo(xp.int8).min | xp.from_dlpack(x)
"""
ELSEWHERE = {"__array_namespace_info__"}  # test_exchange.py


def _cases() -> list[str]:
    return [case for line in CASES.strip().splitlines() for case in line.split(" | ")]


def _arrays(m: ModuleType) -> dict[str, Any]:
    x = [[4.0, 1.0, -2.5], [0.5, -3.0, 1.5], [2.0, -1.0, 5.0]]
    y = [[0.5, 2.0, -1.0], [1.5, 0.25, 3.0], [-2.0, 1.0, 0.5]]
    definite = numpy.stack([numpy.asarray(a) @ numpy.asarray(a).T + numpy.eye(3) for a in (x, y)])
    arrays = {
        "x": x,
        "y": y,
        "h": [[0.5, -0.25], [0.75, 0.0]],
        "v": [3.0, -1.5, 0.25, 7.0],
        "i": [[7, -3, 0], [2, 5, -1], [5, 2, 2]],
        "b": [[True, False, True], [False, False, True], [True, True, False]],
        "z": [[1 + 2j, -0.5j, 0.25], [2.0, 1j, -1 + 1j], [0.5, -2 - 1j, 3j]],
        "s": definite.tolist(),
        "ties": [1, 0] * 20,
    }
    named = {name: m.asarray(values) for name, values in arrays.items()}
    return {**named, "u": m.asarray([[1, 2], [3, 250]], dtype=m.uint8), "xp": m}


def _plain(value: Any) -> Any:
    """Turn results of either library into NumPy arrays, Python values and tuples of them."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    return numpy.from_dlpack(value) if hasattr(value, "__dlpack__") else value


def _compare(found: Any, expected: Any) -> None:
    if isinstance(expected, tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            _compare(one, other)
    elif isinstance(expected, numpy.ndarray):
        assert found.dtype == expected.dtype and found.shape == expected.shape
        tolerance = 1e-5 if expected.dtype.name in ("float32", "complex64") else 1e-12
        numpy.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    else:
        assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize("case", _cases())
def test_value(xp: ModuleType, strict: ModuleType, case: str) -> None:
    with numpy.errstate(all="ignore"):
        expected, found = (_plain(eval(case, _arrays(m))) for m in (strict, xp))
    _compare(found, expected)


def test_isin_with_a_scalar_and_invert(xp: ModuleType) -> None:
    x = xp.asarray([7, 2, 0])
    assert xp.all(xp.isin(x, 2, invert=True) == xp.asarray([True, False, True]))  # strict ignores `invert` here


def test_every_function_is_called() -> None:
    called = set(re.findall(r"xp\.((?:linalg\.|fft\.)?\w+)\(", CASES))
    for prefix, module in (
        ("", array_api_strict),
        *((f"{n}.", getattr(array_api_strict, n)) for n in ("linalg", "fft")),
    ):
        dtypes = {"bool"}
        names = {n for n in module.__all__ if callable(getattr(module, n)) and "strict" not in n.lower()}
        assert {prefix + n for n in names - dtypes - {"Device"}} - called <= ELSEWHERE
