"""The cosine and sine transforms equal SciPy's for every type, normalisation, length and axis."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.fft
import torch

import scitorch.fft

NAMES = ("dct", "idct", "dst", "idst")
TYPES = (1, 2, 3, 4)
NORMS = (None, "backward", "ortho", "forward")
SHAPES_AND_LENGTHS = [((2, 6), None), ((2, 7), None), ((5,), 9), ((3, 9), 4), ((2, 2), None), ((1, 1), None)]


def _data(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(0))


def _by_parts(name: str, x: np.ndarray, **options: object) -> np.ndarray:
    """SciPy's transform of the real and of the imaginary part; SciPy 1.17 loses `orthogonalize` for complex input."""
    transform = getattr(scipy.fft, name)
    if not np.iscomplexobj(x):
        return transform(x, **options)
    return transform(x.real, **options) + 1j * transform(x.imag, **options)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128, torch.float32, torch.complex64])
@pytest.mark.parametrize("name", NAMES)
def test_one_dimensional_transforms_equal_scipy(name: str, dtype: torch.dtype) -> None:
    rtol = 1e-13 if dtype.to_real() == torch.float64 else 1e-5
    for type, norm, orthogonalize, (shape, n) in itertools.product(
        TYPES, NORMS, (None, True, False), SHAPES_AND_LENGTHS
    ):
        if type == 1 and (n or shape[-1]) < 2 and "c" in name:
            continue
        x = _data(shape, dtype)
        options = {"type": type, "n": n, "norm": norm, "orthogonalize": orthogonalize}
        expected = _by_parts(name, x.numpy(), **options)
        found = getattr(scitorch.fft, name)(x, **options)
        assert found.dtype == dtype
        error = np.abs(found.numpy() - expected).max()
        assert error <= rtol * max(np.abs(expected).max(), 1.0), (options, shape, error)


@pytest.mark.parametrize("axis", [0, 1, -1, -2, -3])
@pytest.mark.parametrize("name", NAMES)
def test_any_axis_of_a_strided_array(name: str, axis: int) -> None:
    x = _data((6, 5, 4)).permute(2, 0, 1)[::2]
    found = getattr(scitorch.fft, name)(x, axis=axis, n=5)
    np.testing.assert_allclose(
        found.numpy(), getattr(scipy.fft, name)(x.numpy(), axis=axis, n=5), rtol=1e-13, atol=1e-13
    )


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("name", [f"{name}n" for name in NAMES])
def test_multi_dimensional_transforms_equal_scipy(name: str, type: int) -> None:
    x = _data((3, 4, 5))
    for (s, axes), norm, orthogonalize in itertools.product(
        [(None, None), ((2, 6), None), (None, (0, 2)), ((4, 3), (2, 0)), (None, 1), ((-1, 6), (1, 2)), (None, ())],
        NORMS,
        (None, True, False),
    ):
        options = {"type": type, "s": s, "axes": axes, "norm": norm, "orthogonalize": orthogonalize}
        found = getattr(scitorch.fft, name)(x, **options).numpy()
        np.testing.assert_allclose(
            found, getattr(scipy.fft, name)(x.numpy(), **options), rtol=1e-12, atol=1e-12, err_msg=str(options)
        )


@pytest.mark.parametrize("orthogonalize", [False, True])
@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("name", NAMES)
def test_reverse_mode_is_the_transposed_matrix(name: str, type: int, norm: str, orthogonalize: bool) -> None:
    for n in (2, 3, 6, 7):

        def transform(x: torch.Tensor) -> torch.Tensor:
            return getattr(scitorch.fft, name)(x, type=type, norm=norm, orthogonalize=orthogonalize)

        matrix = transform(torch.eye(n, dtype=torch.float64)).mT
        x = _data((n,))
        torch.testing.assert_close(torch.func.jacrev(transform)(x), matrix, rtol=1e-13, atol=1e-13)
        torch.testing.assert_close(torch.func.jacfwd(transform)(x), matrix, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize("name", ["dct", "dst", "dctn", "dstn"])
def test_every_second_order_composition(name: str, type: int) -> None:
    x = _data((3, 4), torch.complex128)

    def energy(t: torch.Tensor) -> torch.Tensor:
        y = getattr(scitorch.fft, name)(x * torch.sin(t), type=type)
        return (y.abs() ** 2).sum()

    def forward(f):
        return lambda t: torch.func.jvp(f, (t,), (torch.ones_like(t),))[1]

    t = torch.tensor(0.3, dtype=torch.float64)
    # The energy is c sin²t, whose second derivative is 2c cos 2t.
    expected = 2 * energy(t) / torch.sin(t) ** 2 * torch.cos(2 * t)
    for outer, inner in itertools.product((forward, torch.func.grad), repeat=2):
        torch.testing.assert_close(outer(inner(energy))(t), expected, rtol=1e-12, atol=0)


def test_inverse_undoes_the_transform() -> None:
    x = _data((3, 7))
    for kind, type, norm, orthogonalize in itertools.product("cs", TYPES, NORMS, (None, True, False)):
        options = {"type": type, "norm": norm, "orthogonalize": orthogonalize}
        there = getattr(scitorch.fft, f"d{kind}t")(x, **options)
        back = getattr(scitorch.fft, f"id{kind}t")(there, **options)
        torch.testing.assert_close(back, x, rtol=1e-13, atol=1e-13, msg=lambda m, o=options: f"{o}: {m}")


def test_dtypes_of_the_result() -> None:
    assert scitorch.fft.dct(torch.arange(4)).dtype == torch.get_default_dtype()
    assert scitorch.fft.dct(np.arange(4)).dtype == np.float64
    assert scitorch.fft.dct(np.arange(4, dtype=np.float32)).dtype == np.float32
    assert isinstance(scitorch.fft.dct(np.arange(4)), np.ndarray)
    # Half precision is computed and returned in single precision, as SciPy does for float16.
    assert scitorch.fft.dct(torch.arange(4, dtype=torch.float16)).dtype == torch.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f, x: f.dct(x, type=5), ValueError, "dct: type is 5"),
        (lambda f, x: f.dct(x[:, :1], type=1), ValueError, "at least two points"),
        (lambda f, x: f.dctn(x[:, :1], type=1), ValueError, "at least two points"),
        (lambda f, x: f.dst(x, n=0), ValueError, "n is 0"),
        (lambda f, x: f.dct(x[:, :0]), ValueError, r"shape \(3, 0\)"),
        (lambda f, x: f.dct(x, axis=2), IndexError, "axis is 2"),
        (lambda f, x: f.dct(x.sum()), IndexError, r"shape \(\)"),
        (lambda f, x: f.idct(x, norm="unitary"), ValueError, "norm is 'unitary'"),
        (lambda f, x: f.dct(x, workers=0), ValueError, "workers is 0"),
        (lambda f, x: f.dctn(x, axes=(0, 0)), ValueError, "different"),
        (lambda f, x: f.dctn(x, s=(2, 3, 4)), ValueError, "3 lengths"),
        (lambda f, x: f.dctn(x, s=(2,), axes=(0, 1)), ValueError, "1 lengths for 2 axes"),
        (lambda f, x: f.dctn(x, axes=(3,)), IndexError, "axes has 3"),
        (lambda f, x: f.dctn(x, s=(2, 0)), ValueError, "at least one point"),
    ],
)
def test_bad_arguments_are_named(call, error, message) -> None:
    x = _data((3, 4))
    with pytest.raises(error, match=message):
        call(scitorch.fft, x)
    with pytest.raises(Exception):  # noqa: B017 - SciPy refuses it too
        call(scipy.fft, x.numpy())
