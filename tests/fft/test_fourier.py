"""The Fourier transforms take SciPy's arguments and give SciPy's results."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.fft
import torch

import scitorch.fft

ONE_AXIS = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
REAL_ONLY = ("rfft", "ihfft")
NORMS = (None, "backward", "ortho", "forward")
DTYPES = (torch.float64, torch.complex128, torch.float32, torch.complex64)


def _data(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(0))


def _agree(found: torch.Tensor, expected: np.ndarray, what: object) -> None:
    assert found.numpy().dtype == expected.dtype, what
    assert tuple(found.shape) == expected.shape, what
    single = expected.dtype in (np.float32, np.complex64)
    error = np.abs(found.numpy() - expected).max()
    assert error <= (2e-6 if single else 1e-14) * max(np.abs(expected).max(), 1.0) * 4, (what, error)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ONE_AXIS)
def test_one_axis(name: str, dtype: torch.dtype) -> None:
    if dtype.is_complex and name in REAL_ONLY:
        pytest.skip("a transform of real sequences")
    for (shape, n, axis), norm in itertools.product(
        [((2, 6), None, -1), ((2, 7), None, 1), ((5, 3), 8, 0), ((3, 9), 4, -1), ((2, 2), 5, 0)], NORMS
    ):
        x = _data(shape, dtype)
        options = {"n": n, "axis": axis, "norm": norm}
        _agree(getattr(scitorch.fft, name)(x, **options), getattr(scipy.fft, name)(x.numpy(), **options), options)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [f"{name}{suffix}" for name in ONE_AXIS for suffix in "2n"])
def test_several_axes(name: str, dtype: torch.dtype) -> None:
    if dtype.is_complex and name[:-1] in REAL_ONLY:
        pytest.skip("a transform of real arrays")
    cases: list[tuple[object, object]] = [(None, (0, 2)), ((4, 3), (2, 0)), ((-1, 6), (1, 2)), ((6, -1), (1, 2))]
    if name.endswith("n"):
        cases += [(None, None), ((2, 6), None), (None, 1)]
    for (s, axes), norm in itertools.product(cases, NORMS):
        x = _data((3, 4, 5), dtype)
        options = {"s": s, "axes": axes, "norm": norm}
        _agree(getattr(scitorch.fft, name)(x, **options), getattr(scipy.fft, name)(x.numpy(), **options), options)


@pytest.mark.parametrize("name", [f"{name}{suffix}" for name in ONE_AXIS for suffix in ("", "2", "n")])
def test_every_second_order_composition(name: str) -> None:
    x = _data((3, 4))

    def energy(t: torch.Tensor) -> torch.Tensor:
        y = getattr(scitorch.fft, name)(x * torch.sin(t))
        return (y.abs() ** 2).sum()

    def forward(f):
        return lambda t: torch.func.jvp(f, (t,), (torch.ones_like(t),))[1]

    t = torch.tensor(0.3, dtype=torch.float64)
    expected = 2 * energy(t) / torch.sin(t) ** 2 * torch.cos(2 * t)
    for outer, inner in itertools.product((forward, torch.func.grad), repeat=2):
        torch.testing.assert_close(outer(inner(energy))(t), expected, rtol=1e-12, atol=0)


def test_no_result_is_a_conjugate_view() -> None:
    x = _data((3, 4))
    for name in (f"{name}{suffix}" for name in ONE_AXIS for suffix in ("", "2", "n")):
        assert not getattr(scitorch.fft, name)(x).is_conj(), name


def test_dtypes_of_other_arrays() -> None:
    assert scitorch.fft.fft(torch.arange(4)).dtype == torch.get_default_dtype().to_complex()
    assert scitorch.fft.fft(np.arange(4)).dtype == np.complex128
    assert scitorch.fft.rfft(np.arange(4, dtype=np.float32)).dtype == np.complex64
    assert scitorch.fft.fft(torch.ones(4, dtype=torch.float16)).dtype == torch.complex64
    assert scitorch.fft.fft(torch.ones(4, dtype=torch.bfloat16)).dtype == torch.complex64
    assert scitorch.fft.fftn(torch.ones(4), axes=()).dtype == torch.complex64


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f, x: f.fft(x, n=0), ValueError, "n is 0"),
        (lambda f, x: f.fft(x, axis=2), IndexError, "axis is 2"),
        (lambda f, x: f.fft(x, norm="unitary"), ValueError, "norm is 'unitary'"),
        (lambda f, x: f.fft(x, plan=1), NotImplementedError, "plan"),
        (lambda f, x: f.fft(x, workers=0), ValueError, "workers is 0"),
        (lambda f, x: f.rfft(x + 1j), TypeError, "'x' is complex"),
        (lambda f, x: f.ihfftn(x + 1j), TypeError, "'x' is complex"),
        (lambda f, x: f.rfftn(x, axes=()), ValueError, "at least one axis"),
        (lambda f, x: f.irfft(x[:, :1]), ValueError, "one term"),
        (lambda f, x: f.fftn(x, axes=(0, -2)), ValueError, "different"),
        (lambda f, x: f.fftn(x, s=(1, 2, 3)), ValueError, "3 lengths"),
        (lambda f, x: f.irfftn(x, s=(3, 0)), ValueError, "at least one point"),
    ],
)
def test_bad_arguments_are_named(call, error, message) -> None:
    x = _data((3, 4))
    with pytest.raises(error, match=message):
        call(scitorch.fft, x)
    with pytest.raises(Exception):  # noqa: B017 - SciPy refuses it too
        call(scipy.fft, x.numpy())


def test_a_single_term_has_no_inverse() -> None:
    # SciPy transforms uninitialised memory here.
    with pytest.raises(ValueError, match="one term"):
        scitorch.fft.irfftn(torch.ones(3, 1))
