"""SciPy's transforms answered by this package through SciPy's backend protocol."""

from __future__ import annotations

import numpy
import pytest
import scipy.fft
import torch

import scitorch.fft
import scitorch.numpy as snp


@pytest.mark.parametrize("name", ["fft", "irfft", "rfftn", "hfft2", "dct", "idstn"])
def test_tensors_keep_their_gradient(name: str) -> None:
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    with scipy.fft.set_backend(scitorch.fft):
        y = getattr(scipy.fft, name)(x)
    assert isinstance(y, torch.Tensor)
    assert y.requires_grad
    numpy.testing.assert_allclose(y.detach().numpy(), getattr(scipy.fft, name)(x.detach().numpy()), atol=1e-12)


def test_result_has_the_callers_type() -> None:
    x = numpy.arange(6.0)
    with scipy.fft.set_backend(scitorch.fft, only=True):
        assert isinstance(scipy.fft.fft(x), numpy.ndarray)
        assert isinstance(scipy.fft.fft(snp.asarray(x)), snp.ndarray)
        hankel = scipy.fft.fht(torch.from_numpy(x), 0.1, 0.5)
    assert isinstance(hankel, torch.Tensor)
    numpy.testing.assert_allclose(hankel.numpy(), scipy.fft.fht(x, 0.1, 0.5), rtol=1e-12)


def test_scipy_answers_for_numbers_that_no_tensor_holds() -> None:
    x = numpy.arange(5, dtype=numpy.longdouble)
    with scipy.fft.set_backend(scitorch.fft):
        assert scipy.fft.fft(x).dtype == numpy.clongdouble


def test_other_libraries_reach_the_backend() -> None:
    calls = []
    original = scitorch.fft.__ua_function__

    class Watching:
        __ua_domain__ = scitorch.fft.__ua_domain__

        @staticmethod
        def __ua_function__(method, args, kwargs):  # type: ignore[no-untyped-def]
            calls.append(method.__name__)
            return original(method, args, kwargs)

    import scipy.signal

    a, b = numpy.arange(5.0), numpy.arange(4.0)
    with scipy.fft.set_backend(Watching, only=True):
        found = scipy.signal.fftconvolve(a, b)
    assert calls
    numpy.testing.assert_allclose(found, numpy.convolve(a, b), atol=1e-12)


def test_global_backend() -> None:
    scipy.fft.set_global_backend(scitorch.fft)
    try:
        assert isinstance(scipy.fft.dst(torch.ones(4)), torch.Tensor)
    finally:
        scipy.fft.set_global_backend("scipy")


def test_workers() -> None:
    before = scitorch.fft.get_workers()
    with scitorch.fft.set_workers(before + 1):
        assert scitorch.fft.get_workers() == torch.get_num_threads() == before + 1
    assert scitorch.fft.get_workers() == before
    with pytest.raises(ValueError, match="workers is 0"), scitorch.fft.set_workers(0):
        pass
    with pytest.raises(ValueError, match="workers is -10000"):
        scitorch.fft.fft(torch.ones(3), workers=-10_000)
