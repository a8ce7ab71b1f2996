"""What the standard asks to raise, exchange through DLPack, and the inspection API."""

from types import ModuleType
from typing import Any

import numpy
import pytest
import torch

RAISES = """
xp.sum(x, axis=2) | xp.sum(x, axis=-3) | xp.max(x, axis=(0, 2)) | xp.sum(x, axis=(0, 0)) | xp.argmax(x, axis=5)
xp.mean(x, axis=2) | xp.all(x, axis=3) | xp.cumulative_sum(x, axis=2) | xp.cumulative_sum(x) | xp.sort(x, axis=2)
xp.argsort(x, axis=-3) | xp.flip(x, axis=2) | xp.roll(x, 1, axis=2) | xp.concat((x, v), axis=0)
xp.concat((x, x), axis=2)
xp.stack((x, x), axis=4) | xp.stack((x, v)) | xp.expand_dims(x, axis=3) | xp.expand_dims(x, axis=(0, 0))
xp.squeeze(x, axis=0) | xp.permute_dims(x, (0,)) | xp.permute_dims(x, (0, 0)) | xp.permute_dims(x, (0, 2))
xp.moveaxis(x, 0, 2) | xp.reshape(x, (4,)) | xp.reshape(x, (-1, -1)) | xp.broadcast_to(x, (4, 3))
xp.unstack(x, axis=2)
xp.broadcast_arrays(x, v) | xp.broadcast_shapes((2,), (3,)) | xp.add(x, v) | x + v | x @ v | xp.matmul(x, x)
xp.vecdot(x, v) | xp.tensordot(x, x, axes=1) | xp.take(x, xp.asarray([0]), axis=2) | xp.take(x, xp.asarray([9]), axis=0)
xp.take_along_axis(x, xp.asarray([[3]]), axis=1) | xp.repeat(x, -1) | xp.repeat(x, xp.asarray([1, 2]), axis=1)
xp.diff(x, axis=2) | xp.where(x > 0, x, v) | xp.meshgrid(v, v, indexing="zz") | xp.searchsorted(v, x, side="middle")
x[2] | x[0, 3] | x[0, 0, 0] | x[-3, 0] | x[xp.asarray([2]), :] | x[xp.asarray([True])] | bool(x) | float(x) | int(v)
xp.arange(0, 3, 0) | xp.zeros((-1,)) | xp.isdtype(xp.int8, "integer") | xp.finfo(xp.int8) | xp.iinfo(xp.float32)
xp.linalg.cholesky(-xp.eye(2)) | xp.linalg.inv(x) | xp.linalg.inv(xp.zeros((2, 2))) | xp.linalg.solve(xp.eye(3), v)
xp.linalg.det(x) | xp.linalg.eigh(v) | xp.linalg.cross(v, v) | xp.linalg.outer(x, v) | xp.linalg.matrix_power(x, 2)
xp.linalg.matrix_norm(x, ord="zz") | xp.linalg.trace(v) | xp.fft.fft(z, axis=1)
xp.fft.fft(z, norm="zz") | xp.fft.fft(z, n=0) | xp.fft.fftn(z, s=(2, 2), axes=(0,))
xp.__array_namespace_info__().dtypes(kind="float")
"""
KINDS = (
    ValueError,
    IndexError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
)  # numpy.linalg.LinAlgError and AxisError are ValueErrors


@pytest.mark.parametrize("case", [case for line in RAISES.strip().splitlines() for case in line.split(" | ")])
def test_raises(xp: ModuleType, case: str) -> None:
    names = {"xp": xp, "x": xp.ones((2, 3)), "v": xp.ones(4), "z": xp.asarray([1j, 2.0])}
    with pytest.raises(KINDS) as caught:
        eval(case, names)
    assert str(caught.value)


DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128"


@pytest.mark.parametrize("dtype", DTYPES.split())
@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)])
def test_dlpack_there_and_back(xp: ModuleType, strict: ModuleType, dtype: str, shape: tuple[int, ...]) -> None:
    x = xp.astype(xp.reshape(xp.arange(6), (2, 3))[: shape[0]], getattr(xp, dtype)) if shape == (2, 3) else None
    x = xp.ones(shape, dtype=getattr(xp, dtype)) if x is None else x
    for other in (numpy, strict, torch, xp):
        sent = other.from_dlpack(x)
        back = xp.from_dlpack(sent)
        assert sent.shape == back.shape == x.shape and back.dtype == x.dtype
        assert xp.all(back == x)
    if x.size:
        numpy.from_dlpack(x)[...] = 0
        assert not xp.any(x)  # it shares the memory


def test_dlpack_copy_and_device(xp: ModuleType) -> None:
    x = xp.ones(3)
    y = xp.from_dlpack(x, copy=True)
    y[0] = 5.0
    assert x[0] == 1 and xp.from_dlpack(x, device="cpu", copy=False)[0] == 1
    assert x.__dlpack_device__() == (1, 0)
    assert "dltensor_versioned" in repr(x.__dlpack__(max_version=(1, 0)))
    assert "versioned" not in repr(x.__dlpack__())


def test_dlpack_of_conjugated_and_negated_views(xp: ModuleType) -> None:
    x = xp.fft.ihfft(xp.asarray([1.0, 2.0, 4.0]))  # torch leaves a conjugated view
    numpy.testing.assert_allclose(numpy.from_dlpack(x), numpy.fft.ihfft([1.0, 2.0, 4.0]), rtol=1e-15)
    z = xp.asarray(torch.tensor([1 + 2j]).conj().imag)
    assert numpy.from_dlpack(z)[0] == -2
    with pytest.raises(BufferError, match="without a copy"):
        z.__dlpack__(copy=False)


def test_dlpack_refuses_to_lose_a_gradient(xp: ModuleType) -> None:
    with pytest.raises(BufferError, match="require gradient"):
        numpy.from_dlpack(xp.ones(2).requires_grad_())


def test_inspection(xp: ModuleType, strict: ModuleType) -> None:
    info, oracle = xp.__array_namespace_info__(), strict.__array_namespace_info__()
    assert info.capabilities() == oracle.capabilities()
    for device in info.devices():
        assert xp.empty(1, device=device).device == device
        mine, theirs = info.default_dtypes(device=device), oracle.default_dtypes()
        assert {k: str(v) for k, v in mine.items()} == {k: numpy.dtype(v._np_dtype).name for k, v in theirs.items()}
    kinds: tuple[Any, ...] = (None, "bool", "signed integer", "unsigned integer", "integral", "real floating")
    for kind in (*kinds, "complex floating", "numeric", ("bool", "integral"), ()):
        assert set(info.dtypes(kind=kind)) == set(oracle.dtypes(kind=kind))
        assert all(dtype == getattr(xp, name) for name, dtype in info.dtypes(kind=kind).items())
