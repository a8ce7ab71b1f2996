"""The namespace against NumPy itself: the same expression evaluated on both, values, dtypes and shapes compared."""

from typing import Any

import numpy
import pytest
import torch

import scitorch.numpy as snp

VECTOR = [3.0, -1.5, 0.25, 7.0]
MATRIX = [[4.0, 1.0, -2.0], [0.5, 3.0, 1.5], [2.0, -1.0, 5.0]]
INTEGERS = [[7, -3, 0], [2, 5, -1]]

# Each row is an expression of `np` (the namespace), `v`, `m`, `i`, `b`, `z`: vector, matrix, integers, truth, complex
EXPRESSIONS = """
np.zeros((2, 3)) | np.ones(3, dtype=np.int32) | np.full((2, 2), 7) | np.arange(10) | np.arange(0.0, 1.0, 0.1)
np.arange(5, dtype=np.float32) | np.linspace(0, 1, 7) | np.linspace(0, 1, 5, endpoint=False) | np.logspace(0, 3, 4)
np.geomspace(1, 1000, 4) | np.eye(3, 4, k=1) | np.identity(3) | np.tri(3, 4, -1) | np.tril(m, -1) | np.triu(m, 1)
np.diag(v) | np.diag(m, 1) | np.diagflat([[1, 2], [3, 4]]) | np.vander(v, 3) | np.meshgrid(v, [1, 2])[0]
np.array([[1, 2], [3, 4]], dtype=complex) | np.asarray([True, False]) | np.zeros_like(i) | np.full_like(m, 2)
v + i[0, 0] | v * 2 | v - m[0, 0] | v / 3 | v // 2 | v % 2 | -v | v**2 | 2**v | abs(v) | 3 / v | i // 2 | i % 3 | i**2
i << 1 | i >> 1 | i & 3 | i.__or__(4) | i ^ 1 | ~i | v > 0 | v <= 3 | i == 5 | v != v[0] | m @ m | m @ m[0]
divmod(v, 2)[1]
np.add(i, v[:3]) | np.add(i, 1, dtype=np.float32) | np.multiply.reduce(m) | np.add.reduce(m, axis=(0, 1))
np.add.accumulate(v) | np.multiply.outer(v, v) | np.maximum.reduce(m, axis=1, keepdims=True) | np.subtract.reduce(v)
np.logical_or.reduce(b) | np.add.reduceat(v, [0, 2]) | np.minimum.accumulate(v) | np.hypot(v, 2.0) | np.power(i, 2)
np.sin(v) | np.cos(v) | np.tan(v) | np.arctan(v) | np.arctan2(v, 2.0) | np.sinh(v) | np.tanh(v) | np.arcsinh(v)
np.exp(v) | np.expm1(v) | np.exp2(v) | np.log(abs(v)) | np.log1p(abs(v)) | np.log2(abs(v)) | np.log10(abs(v))
np.sqrt(abs(v)) | np.cbrt(v) | np.square(i) | np.sign(v) | np.floor(v) | np.ceil(v) | np.trunc(v) | np.rint(v)
np.isnan(v) | np.isfinite(v) | np.signbit(v) | np.copysign(v, -1.0) | np.frexp(v)[0] | np.ldexp(v, 2) | np.modf(v)[0]
np.logaddexp(v, 1.0) | np.logaddexp2(v, 1.0) | np.gcd(i, 4) | np.lcm(i, 4) | np.deg2rad(v) | np.heaviside(v, 0.5)
np.sin(i) | np.sqrt(np.array([4, 9], dtype=np.int8)) | np.exp(z) | np.log(z) | np.sqrt(z) | np.expm1(z) | np.log1p(z)
np.tanh(z) | np.conj(z) | z.real | z.imag | np.angle(z) | np.abs(z) | np.real_if_close(z) | np.sinc(v) | np.i0(v)
m.sum() | m.sum(axis=0) | m.sum(axis=1, keepdims=True) | i.sum() | b.sum() | m.prod(axis=0) | m.mean()
m.mean(axis=1)
m.std() | m.std(axis=0, ddof=1) | m.var(axis=1) | i.mean() | m.max() | m.min(axis=0) | m.argmax() | m.argmin(axis=1)
m.cumsum() | m.cumsum(axis=0) | m.cumprod(axis=1) | np.ptp(m, axis=0) | np.average(v, weights=abs(v)) | np.all(b)
np.any(b, axis=0) | np.count_nonzero(i, axis=0) | np.round(v, 1) | np.clip(v, 0, 3) | np.sum(m, where=m > 0)
np.median(m) | np.median(m, axis=0) | np.percentile(v, [10, 50, 90]) | np.quantile(m, 0.3, axis=1)
np.percentile(v, 30, method="hazen") | np.quantile(v, 0.4, method="inverted_cdf") | np.cov(m) | np.corrcoef(m)
np.nansum([1.0, np.nan]) | np.nanmean([[1.0, np.nan], [2.0, 3.0]], axis=1) | np.nanmax([np.nan, 2.0, 1.0])
np.nanstd([1.0, np.nan, 4.0]) | np.nanmedian([1.0, np.nan, 4.0]) | np.nan_to_num([np.nan, np.inf, -np.inf, 1.0])
np.nancumsum([1.0, np.nan, 2.0]) | np.nanpercentile([1.0, np.nan, 4.0], 25) | np.nanargmin([np.nan, 2.0, 1.0])
m.reshape(9) | m.reshape(1, -1) | m.ravel(order="F") | m.T | np.transpose(np.ones((2, 3, 4)), (1, 2, 0)).shape
np.swapaxes(m, 0, 1) | np.moveaxis(np.ones((2, 3, 4)), 0, -1).shape | np.expand_dims(v, 1) | np.squeeze(v[None])
np.concatenate([v, v]) | np.concatenate([m, m], axis=1) | np.stack([v, v], axis=1) | np.vstack([v, v])
np.hstack([v, v])
np.dstack([v, v]) | np.column_stack([v, v]) | np.split(v, 2)[1] | np.array_split(v, 3)[0] | np.block([[m, m], [m, m]])
np.tile(v, (2, 2)) | np.repeat(v, 2) | np.repeat(m, [1, 2, 0], axis=0) | np.roll(v, 1) | np.roll(m, 1, axis=1)
np.flip(m) | np.fliplr(m) | np.flipud(m) | np.rot90(m) | np.pad(v, 2) | np.pad(m, 1, mode="edge")
np.pad(v, (2, 1), mode="reflect") | np.pad(v, 2, mode="wrap") | np.pad(v, 2, mode="linear_ramp")
np.pad(v, 3, mode="mean")
np.insert(v, 1, 9.0) | np.insert(m, 1, 0.0, axis=1) | np.delete(v, [0, 2]) | np.append(v, 1.0)
np.trim_zeros([0, 1, 2, 0])
np.broadcast_to(v, (2, 4)) | np.atleast_2d(v) | np.resize(v, (3, 2)) | np.trace(m) | np.diagonal(m, 1)
np.kron(v, [1, 2])
v[1] | v[-1] | v[1:3] | v[::-1] | v[3:0:-1] | v[-2::-1] | v[0::-1] | v[::2] | m[1] | m[:, 1] | m[::-1, ::-2]
m[..., 0]
v[[0, 2]] | v[v > 0] | m[m > 0] | m[[0, 1], [1, 2]] | m[:, [0, 2]] | m[[True, False, True]] | v[None, :] | m[1, ...]
np.ones((2, 3, 4, 5))[0, :, [0, 1]].shape | m[np.ix_([0, 2], [1, 2])] | v[np.array([0, 1], dtype=np.uint8)]
m[-1, -1]
np.sort(v) | np.sort(m, axis=0) | np.argsort(v) | np.searchsorted([1, 2, 3], [0.5, 2, 4]) | np.nonzero(i)[0]
np.where(v > 0, v, 0) | np.where(i > 0)[1] | np.argwhere(i > 0) | np.take(v, [0, 3])
np.take_along_axis(m, m.argsort(1), 1)
np.choose([0, 1, 0], [[1, 2, 3], [4, 5, 6]]) | np.select([v > 2, v < 0], [v, -v], 9.0) | np.extract(v > 0, v)
np.lexsort(([1, 2, 1], [3, 1, 3])) | np.partition(v, 2)[2] | np.compress([True, False, True], m, axis=0)
np.unique(i) | np.unique([3, 1, 3], return_counts=True)[1] | np.unique([3, 1, 3], return_inverse=True)[1]
np.intersect1d([1, 2, 3], [2, 3, 4]) | np.union1d([1, 2], [2, 3]) | np.setdiff1d([1, 2, 3], [2]) | np.isin(i, [5, 0])
np.setxor1d([1, 2], [2, 3]) | np.ediff1d([1, 4, 9]) | np.diff(v) | np.diff(m, axis=0) | np.gradient(v)
np.gradient(m)[0]
np.trapezoid(v) | np.trapezoid(v, dx=0.5) | np.cross([1, 2, 3], [4, 5, 6]) | np.dot(m, m[0]) | np.inner(v, v)
np.outer(v, v) | np.tensordot(m, m, 1) | np.vdot(v, v) | np.einsum("ij,jk->ik", m, m) | np.einsum("ii", m)
np.convolve(v, [1, 2, 3]) | np.convolve(v, [1, 2, 3], mode="same") | np.correlate(v, [1.0, 2.0], mode="full")
np.interp([0.5, 1.5, 9.0], [0, 1, 2], [10, 20, 40]) | np.histogram(v, bins=3)[0] | np.histogram(v, bins=3)[1]
np.bincount([0, 1, 1, 3]) | np.bincount([0, 1, 1], weights=[0.5, 1.0, 2.0]) | np.digitize(v, [0, 1, 5])
np.polyfit([0, 1, 2, 3], [1, 3, 7, 13], 2) | np.polyval([1, 2, 3], v) | np.roots([1, -6, 11, -6]) | np.poly([1, 2, 3])
np.polyadd([1, 2], [1, 2, 3]) | np.polymul([1, 2], [1, 3]) | np.polyder([1, 2, 3]) | np.polyint([1.0, 2.0])
np.polydiv([1.0, 5.0, 6.0], [1.0, 2.0])[0] | np.poly1d([1, 2, 3])(v) | np.hanning(5) | np.kaiser(5, 3.0)
np.unwrap(v)
np.linalg.solve(m, m[0]) | np.linalg.inv(m) | np.linalg.det(m) | np.linalg.slogdet(m)[1] | np.linalg.norm(v)
np.linalg.norm(m, 1) | np.linalg.norm(m, 2) | np.linalg.norm(m, axis=0) | np.linalg.cholesky(m @ m.T)
np.linalg.eigvalsh(m + m.T) | np.linalg.svd(m)[1] | np.linalg.pinv(m) | np.linalg.matrix_rank(m) | np.linalg.cond(m)
np.linalg.matrix_power(m, 3) | np.linalg.lstsq(m, m[0], rcond=None)[0] | np.linalg.multi_dot([m, m, m])
np.linalg.qr(m)[1]**2
np.fft.fft(v) | np.fft.ifft(v) | np.fft.rfft(v) | np.fft.irfft(v) | np.fft.fft2(m) | np.fft.fftfreq(5, 0.1)
np.fft.rfftfreq(5)
np.fft.fftshift(v) | np.fft.fft(v, n=6, norm="ortho") | np.fft.rfftn(m) | np.fft.hfft(v) | np.fft.ifftshift(v)
np.mgrid[0:3, 0:2] | np.ogrid[0:3, 0:2][0] | np.mgrid[0:1:5j] | np.r_[1, 2, 3:6] | np.c_[v, v] | np.r_[v, 0, v]
np.indices((2, 3)) | np.tril_indices(3)[0] | np.diag_indices(3)[1] | np.unravel_index([5, 3], (2, 3))[0]
np.ravel_multi_index(([0, 1], [1, 2]), (2, 3)) | np.allclose(v, v + 1e-10) | np.isclose(v, v + 1e-3)
np.array_equal(v, v) | np.apply_along_axis(np.sum, 0, m) | np.piecewise(v, [v < 0, v >= 0], [lambda x: -x, 2.0])
np.vectorize(lambda x: x * 2)(v) | np.fromfunction(lambda a, c: a + c, (2, 3)) | np.packbits([1, 0, 1])
np.float32(3) * v
np.result_type(np.int8, np.uint8) | np.promote_types("f4", "i8") | np.can_cast("f8", "f4")
np.result_type(m, 1.0) | np.int8(3) + np.ones(2, dtype=np.int8) | (np.ones(2, dtype=np.float32) + 1.5).dtype
(np.ones(2, dtype=np.uint8) + 3).dtype | (np.ones(2, dtype=np.int32) + 1.5).dtype | (b + 1).dtype | (i / 2).dtype
np.array([1, 2], dtype=np.uint16) + np.array([65535, 1], dtype=np.uint16) | np.array([1], dtype=np.uint64) + 1
np.array([2**63], dtype=np.uint64) > 5 | np.array([1, 200], dtype=np.uint8) < 300
np.array([5], dtype=np.uint32) // 2
np.sort(np.array([2**40, 1], dtype=np.uint64)) | np.array([5, 0]) // np.array([2, 0])
np.array([5, 1]) % np.array([0, 2])
np.array([7, 2], dtype=np.uint16)[::-1] | np.array([1.5, -2.5]).astype(np.int32) | np.array([3, 0]).astype(bool)
np.fmod(v, 2) | np.remainder(-v, 3.0) | np.float_power(i, 2) | np.fmax([1.0, np.nan], 0.0)
np.maximum([1.0, np.nan], 0.0)
""".strip()

CASES = [case.strip() for line in EXPRESSIONS.splitlines() for case in line.split(" | ")]


def operands(np: Any) -> dict[str, Any]:
    return {
        "np": np,
        "v": np.array(VECTOR),
        "m": np.array(MATRIX),
        "i": np.array(INTEGERS),
        "b": np.array([[True, False], [False, False]]),
        "z": np.array([1 + 2j, -0.5j, 3.0]),
    }


def as_numpy(value: Any) -> Any:
    return value.tensor.resolve_conj().numpy() if isinstance(value, snp.ndarray) else value


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("expression", CASES)
def test_equals_numpy(expression: str) -> None:
    expected = eval(expression, operands(numpy))
    found = as_numpy(eval(expression, operands(snp)))
    if isinstance(expected, numpy.dtype | tuple | bool):
        assert found == expected
        return
    expected = numpy.asarray(expected)
    found = numpy.asarray(found)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    if expected.dtype.kind in "fc":
        tolerance = 1e-12 if expected.dtype.itemsize > 4 or expected.dtype.kind == "c" else 1e-3
        numpy.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-13)
    else:
        numpy.testing.assert_array_equal(found, expected)


ASSIGNMENTS = [
    ("v", numpy.s_[1], 9.0),
    ("v", numpy.s_[1:3], 9.0),
    ("v", numpy.s_[::-1], [1.0, 2.0, 3.0, 4.0]),
    ("v", numpy.s_[3:0:-2], [1.0, 2.0]),
    ("m", numpy.s_[:, 1], [1.0, 2.0, 3.0]),
    ("m", numpy.s_[::-1, ::-1], MATRIX),
    ("m", numpy.s_[[0, 2]], 5.0),
    ("m", numpy.s_[[0, 2], [1, 1]], [5.0, 6.0]),
    ("m", numpy.s_[[0, 2], ::-1], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    ("m", numpy.s_[0, :, None], [[1.0], [2.0], [3.0]]),
    ("m", numpy.s_[...], 1.0),
    ("i", numpy.s_[0], 2.7),
    ("b", numpy.s_[0], 5),
    ("z", numpy.s_[0], 1j),
]


@pytest.mark.parametrize(("name", "key", "value"), ASSIGNMENTS)
def test_assignment(name: str, key: Any, value: Any) -> None:
    expected, found = operands(numpy)[name], operands(snp)[name]
    expected[key] = value
    found[key] = value
    numpy.testing.assert_array_equal(as_numpy(found), expected)


def test_assignment_by_mask_and_through_views() -> None:
    for np in (numpy, snp):
        m = np.array(MATRIX)
        m[m < 0] = 0.0
        row = m[1]
        row += 10.0
        m[:, 2][1:] = -1.0
        assert as_numpy(m).tolist() == [[4.0, 1.0, 0.0], [10.5, 13.0, -1.0], [2.0, 0.0, -1.0]]


def test_assignment_from_an_overlapping_view() -> None:
    a = snp.arange(6)
    a[1:] = a[:-1]
    assert a.tolist() == [0, 0, 1, 2, 3, 4]
    a[snp.array([2, 1, 0])] = a[:3]
    assert a.tolist() == [1, 0, 0, 2, 3, 4]


ERRORS = """
np.ones(2) + np.ones(3) | v[7] | m[0, 0, 0] | v[1.5] | np.concatenate([v, m]) | np.ones((2, 3)) @ np.ones(2)
np.linalg.inv([[1.0, 2.0], [2.0, 4.0]]) | np.linalg.cholesky([[1.0, 2.0], [2.0, 1.0]]) | np.zeros(-1) | np.max([])
np.reshape(v, (3, 3)) | np.array([1, 2])**-1 | np.sum(v, axis=2) | np.ones(3, dtype=np.uint8) + 300 | v[[0, 9]]
np.stack([v, v[:2]]) | np.split(v, 3) | np.array([True]) - np.array([True]) | bool(v) | float(v) | len(v[0]) | hash(v)
np.dot(m, [1.0, 2.0]) | np.broadcast_to(v, (3,)) | np.linspace(0, 1, -1) | np.interp(v, [1, 2], [1])
np.percentile(v, 101)
np.bitwise_and(v, 1) | np.solve | np.add(1, 2, 3, 4) | np.squeeze(v, 0) | np.expand_dims(v, 5) | m[:, 3] | ~v
np.eye(-1)
m.transpose(0, 0) | np.einsum("ij,jk", m, v) | np.bincount([-1]) | np.arange() | np.array([[1, 2], [3]])
v[np.ones(3, bool)]
""".strip()


@pytest.mark.parametrize("expression", [case.strip() for line in ERRORS.splitlines() for case in line.split(" | ")])
def test_raises_what_numpy_raises(expression: str) -> None:
    with pytest.raises(Exception) as expected:
        eval(expression, operands(numpy))
    with pytest.raises(Exception) as found:
        eval(expression, operands(snp))
    assert isinstance(found.value, expected.type) or issubclass(expected.type, type(found.value))


def test_what_tensors_cannot_hold_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="hold numbers only"):
        snp.array(["a", "b"])
    with pytest.raises(TypeError, match="cannot be held"):
        snp.zeros(2, dtype=object)
    with pytest.raises(AttributeError, match=r"numpy\.nditer exists but is not provided"):
        snp.nditer  # noqa: B018


def test_no_copy_between_tensor_and_array() -> None:
    tensor = torch.arange(3.0)
    array = snp.asarray(tensor)
    assert array.tensor is tensor
    values = numpy.arange(3.0)
    snp.asarray(values)[0] = 9.0
    assert values[0] == 9.0


def test_text_is_printed_as_numpy_prints() -> None:
    assert repr(snp.array(MATRIX)) == repr(numpy.array(MATRIX))
    assert str(snp.arange(2000)) == str(numpy.arange(2000))
    assert f"{snp.array(VECTOR).sum():.3f}" == "8.750"
    assert repr(snp.array(VECTOR).sum()) == "np.float64(8.75)"


@pytest.mark.parametrize(("shape", "mask"), [((3,), (0,)), ((2, 3), (2, 0)), ((2, 3, 4), (0, 3)), ((0, 3), (0, 0))])
def test_masks_without_elements_select_nothing(shape: tuple[int, ...], mask: tuple[int, ...]) -> None:
    theirs, ours = numpy.ones(shape), snp.ones(shape)
    selected = ours[snp.zeros(mask, dtype=bool)]
    assert selected.shape == theirs[numpy.zeros(mask, dtype=bool)].shape
    ours[snp.zeros(mask, dtype=bool)] = 5.0
    assert snp.all(ours == 1)
    with pytest.raises(IndexError, match="boolean index did not match"):
        ours[snp.zeros((*(1 + n for n in shape),), dtype=bool)]
