"""Frequencies, shifts and fast lengths equal SciPy's, and the package exports what it should."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.fft
import torch

import scitorch.fft
from scitorch.op import load, public_names

#: Public functions that take no array and so are no operators.
PLAIN = {
    *("get_workers", "set_workers", "fftfreq", "rfftfreq", "next_fast_len", "prev_fast_len", "fhtoffset"),
    *("set_backend", "skip_backend", "set_global_backend", "register_backend"),
}


@pytest.mark.parametrize("n", [1, 2, 5, 8])
@pytest.mark.parametrize("name", ["fftfreq", "rfftfreq"])
def test_frequencies(name: str, n: int) -> None:
    d = torch.tensor(0.3, dtype=torch.float64)
    expected = getattr(scipy.fft, name)(n, 0.3)
    np.testing.assert_allclose(getattr(scitorch.fft, name)(n, d).numpy(), expected, rtol=1e-15)
    np.testing.assert_allclose(getattr(scitorch.fft, name)(n, 0.3, xp=np), expected, rtol=1e-6)
    assert isinstance(getattr(scitorch.fft, name)(n, xp=np), np.ndarray)
    slope = torch.func.jacrev(lambda d: getattr(scitorch.fft, name)(n, d))(d)
    np.testing.assert_allclose(slope.numpy(), -expected / 0.3, rtol=1e-14, atol=1e-15)
    with pytest.raises(ValueError, match="positive"):
        getattr(scitorch.fft, name)(0)


@pytest.mark.parametrize("axes", [None, 0, (0, 2), (-1,), ()])
@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
def test_shifts(name: str, axes: object) -> None:
    for dtype in (torch.int64, torch.float32, torch.complex128):
        x = torch.arange(60).reshape(3, 4, 5).to(dtype)
        np.testing.assert_array_equal(
            getattr(scitorch.fft, name)(x, axes=axes).numpy(), getattr(scipy.fft, name)(x.numpy(), axes=axes)
        )
    assert getattr(scitorch.fft, name)(np.arange(5)).dtype == np.int64
    with pytest.raises(IndexError, match="axes has 3"):
        getattr(scitorch.fft, name)(x, axes=3)


@pytest.mark.parametrize("real", [False, True])
@pytest.mark.parametrize("name", ["next_fast_len", "prev_fast_len"])
def test_fast_lengths(name: str, real: bool) -> None:
    for target in (1, 7, 13, 97, 1021, 16385):
        assert getattr(scitorch.fft, name)(target, real) == getattr(scipy.fft, name)(target, real)
    with pytest.raises(ValueError, match="target is 0"):
        getattr(scitorch.fft, name)(0)


def test_exports_are_the_registered_functions() -> None:
    load("scitorch.fft")
    assert set(scitorch.fft.__all__) == set(public_names("scitorch.fft")) | PLAIN
    assert all(hasattr(scitorch.fft, name) for name in scitorch.fft.__all__)
    assert set(scipy.fft.__all__) <= set(scitorch.fft.__all__)
    assert scitorch.fft.set_backend is scipy.fft.set_backend
