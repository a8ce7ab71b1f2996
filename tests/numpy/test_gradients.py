"""Gradients through the namespace: reverse and forward mode against differences, and under torch.func transforms."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

import scitorch.numpy as np

POINT = torch.tensor([0.73, 1.31, 2.17, 1.09], dtype=torch.float64)


def assigned(x: Any) -> Any:
    z = np.zeros(6)
    z[1:5] = x
    z[0] = x[2] ** 2
    return (z**2).sum()


def updated_in_place(x: Any) -> Any:
    y = x * 2
    square = y**2  # saves y for its backward pass, before y changes
    y *= x
    y[::2] += 1.0
    return (y + square).sum()


def scattered(x: Any) -> Any:
    z = np.zeros(3)
    np.add.at(z, [0, 0, 1], x[:3])
    return (z**2).sum()


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: (x * 3 - x / 2 + x**2.5 + 2**x).sum(),
    "indexing": lambda x: (x[::-1] * x[[0, 1, 1, 2]]).sum() + x[x > 1].prod(),
    "assignment": assigned,
    "in_place": updated_in_place,
    "add_at": scattered,
    "sort": lambda x: (np.sort(x) * np.arange(4)).sum(),
    "median": np.median,
    "quantile": lambda x: np.quantile(x, 0.3),
    "unique": lambda x: (np.unique(x) ** 2).sum(),
    "where": lambda x: np.where(x > 1, x**2, np.sin(x)).sum(),
    "masked_ufunc": lambda x: np.log(x - 1, where=x > 1, out=np.zeros(4)).sum(),
    "maximum": lambda x: x.max() * x.min(),
    "cumprod": lambda x: np.cumprod(x).sum(),
    "std": np.std,
    "norm": np.linalg.norm,
    "covariance": lambda x: np.cov(x.reshape(2, 2)).sum(),
    "linspace": lambda x: np.linspace(x[0], x[1], 5).prod(),
    "interp": lambda x: np.interp(x, [0, 1, 2, 3.0], [0, 1, 4, 9.0]).sum(),
    "polyfit": lambda x: np.polyfit([0, 1, 2, 3.0], x, 2)[0],
    "polyval": lambda x: np.polyval(x, 1.7),
    "solve": lambda x: np.linalg.solve(np.diag(x) + 0.1, np.ones(4)).sum(),
    "det": lambda x: np.linalg.det(x.reshape(2, 2)),
    "inverse": lambda x: (np.linalg.inv(x.reshape(2, 2)) ** 2).sum(),
    "cholesky": lambda x: np.linalg.cholesky(np.diag(x) + 0.2).sum(),
    "eigenvalues": lambda x: (np.linalg.eigvalsh(x.reshape(2, 2)) ** 3).sum(),
    "singular_values": lambda x: (np.linalg.svd(x.reshape(2, 2), compute_uv=False) ** 3).sum(),
    "least_squares": lambda x: np.linalg.lstsq(np.vander(x, 2), np.ones(4), rcond=None)[0].sum(),
    "fft": lambda x: np.abs(np.fft.fft(x))[1],
    "convolve": lambda x: (np.convolve(x, [1, 2.0, 3]) ** 2).sum(),
    "einsum": lambda x: np.einsum("i,j->", x, x**2),
    "sinc": lambda x: np.sinc(x).sum(),
    "cbrt": lambda x: np.cbrt(x - 1.2).sum(),
    "logaddexp": lambda x: np.logaddexp(x, x[::-1] ** 2).sum(),
    "clip": lambda x: np.clip(x, 0.8, 2).sum(),
    "pad": lambda x: (np.pad(x, 2, mode="reflect") ** 2).sum(),
    "gradient": lambda x: (np.gradient(x) ** 2).sum(),
    "stack": lambda x: (np.array([x[0], x[1] ** 2, 3.0]) ** 2).sum(),
    "insert": lambda x: (np.insert(x, 1, x[0]) ** 2).sum(),
    "vectorize": lambda x: np.vectorize(lambda s: np.exp(s))(x).sum(),
    "nanmean": lambda x: np.nanmean(np.where(x > 1.2, np.nan, x)),
    "trapezoid": lambda x: np.trapezoid(x**2, x),
    "average": lambda x: np.average(x, weights=x**2),
}


def on_tensors(function: Callable[[Any], Any]) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda tensor: function(np.asarray(tensor)).tensor


def differences(function: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    h = 1e-6
    steps = torch.eye(4, dtype=torch.float64) * h
    return torch.stack([(function(POINT + s) - function(POINT - s)) / (2 * h) for s in steps])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_order(name: str) -> None:
    function = on_tensors(FUNCTIONS[name])
    expected = differences(function)
    leaf = POINT.clone().requires_grad_()
    (reverse,) = torch.autograd.grad(function(leaf), leaf)
    torch.testing.assert_close(reverse, expected, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(torch.func.grad(function)(POINT), expected, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(torch.func.jacfwd(function)(POINT), expected, rtol=1e-6, atol=1e-7)


# jacfwd of jacfwd is where torch's own factorizations go wrong
SECOND_ORDER = [
    "arithmetic",
    "assignment",
    "solve",
    "det",
    "inverse",
    "cholesky",
    "sinc",
    "cbrt",
    "einsum",
    "fft",
    "norm",
]


@pytest.mark.parametrize("name", SECOND_ORDER)
def test_second_order_in_four_ways(name: str) -> None:
    function = on_tensors(FUNCTIONS[name])
    from torch.func import jacfwd, jacrev

    reverse = jacrev(jacrev(function))(POINT)
    for outer, inner in ((jacfwd, jacfwd), (jacfwd, jacrev), (jacrev, jacfwd)):
        torch.testing.assert_close(outer(inner(function))(POINT), reverse, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    "name", ["arithmetic", "indexing", "sort", "quantile", "solve", "interp", "assignment", "nanmean"]
)
def test_vmap_equals_a_loop(name: str) -> None:
    if name == "indexing":
        function = on_tensors(lambda x: (x[::-1] * x[[0, 1, 1, 2]]).sum())
    else:
        function = on_tensors(FUNCTIONS[name])
    batch = torch.stack([POINT, POINT + 0.01])
    torch.testing.assert_close(torch.func.vmap(function)(batch), torch.stack([function(row) for row in batch]))


def test_views_see_what_is_written_into_a_tracked_array() -> None:
    def overwritten(x: torch.Tensor) -> torch.Tensor:
        array = np.asarray(x) * 1
        view = array[1:]
        array[:2] = array[2]
        return view.tensor

    def filled(x: torch.Tensor) -> torch.Tensor:
        array = np.zeros(3)
        view = array[1:]  # made before anything is tracked
        array[0] = np.asarray(x)[0]
        array[1] = np.asarray(x)[1] * 2
        return view.tensor

    for function in (overwritten, filled):
        expected = function(POINT)
        torch.testing.assert_close(function(POINT.clone().requires_grad_()).detach(), expected, rtol=0, atol=0)
        torch.testing.assert_close(torch.func.jvp(function, (POINT,), (POINT,))[0], expected, rtol=0, atol=0)
        torch.testing.assert_close(torch.func.vjp(function, POINT)[0], expected, rtol=0, atol=0)


def test_a_recurrence_written_into_an_array() -> None:
    def recurrence(x: torch.Tensor) -> torch.Tensor:
        z = np.zeros(4)
        z[0] = np.asarray(x)[0]
        for i in range(1, 4):
            z[i] = z[i - 1] ** 2 * np.asarray(x)[i]
        return z.tensor

    torch.testing.assert_close(torch.func.jacrev(recurrence)(POINT), torch.func.jacfwd(recurrence)(POINT))


def test_sinc_second_derivative_at_zero() -> None:
    function = on_tensors(np.sinc)
    value = torch.func.hessian(function)(torch.zeros((), dtype=torch.float64))
    assert float(value) == pytest.approx(-(torch.pi**2) / 3)


def test_backward_on_arrays() -> None:
    x = np.arange(3.0).requires_grad_()
    (x**2).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 2.0, 4.0]


def test_a_numpy_array_cannot_take_a_gradient() -> None:
    import numpy

    x = np.arange(3.0).requires_grad_()
    with pytest.raises(RuntimeError, match="carries a gradient"):
        numpy.asarray(x)
    with pytest.raises(RuntimeError, match="carries a gradient"):
        numpy.zeros(3)[:] = x


def test_samples_of_parameters_with_gradients() -> None:
    location = np.asarray(torch.tensor(2.0, dtype=torch.float64, requires_grad=True))
    sample = np.random.default_rng(0).normal(location, 3.0, size=5)
    sample.sum().backward()
    assert float(location.grad) == 5.0
