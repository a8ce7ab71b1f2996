"""The Hankel transform equals SciPy's, poles of its coefficients included, and is differentiable in its parameters."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
import scipy.fft
import torch

from scitorch.fft import fht, fhtoffset, ifht

ORDERS = (-2.0, -1.0, -0.5, 0.0, 0.7, 2, 5.3, 200.0)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 64])
@pytest.mark.parametrize(("ours", "theirs"), [(fht, scipy.fft.fht), (ifht, scipy.fft.ifht)])
def test_equal_to_scipy(ours, theirs, n: int) -> None:
    a = np.random.default_rng(0).normal(size=(2, n))
    for mu, offset, bias in itertools.product(ORDERS, (0.0, 0.3), (0.0, 0.2, -0.5, 1.0)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            expected = theirs(a, 0.1, mu, offset=offset, bias=bias)
            found = ours(torch.from_numpy(a), 0.1, mu, offset=offset, bias=bias).numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max())


def test_offset_equals_scipy() -> None:
    for arguments in itertools.product((0.1, 0.03), (0.5, -0.3, 2), (0, -13.0), (0, 0.3)):
        assert fhtoffset(*arguments) == pytest.approx(scipy.fft.fhtoffset(*arguments), abs=1e-12)


def test_singular_transform_warns_as_in_scipy() -> None:
    a = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
    for ours, theirs, mu in ((fht, scipy.fft.fht, -1.5), (ifht, scipy.fft.ifht, -0.5)):
        with pytest.warns(UserWarning, match="singular"):
            found = ours(a, 0.1, mu, bias=0.5)
        with pytest.warns(UserWarning, match="singular"):
            expected = theirs(a.numpy(), 0.1, mu, bias=0.5)
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-13)


def test_derivatives_in_every_parameter() -> None:
    a = torch.randn(2, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    parameters = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.6, 0.7, 0.05, 0.2)]
    for transform in (fht, ifht):
        assert torch.autograd.gradcheck(transform, (a, *parameters), check_forward_ad=True)
        assert torch.autograd.gradgradcheck(transform, (a, *parameters))
    assert torch.autograd.gradcheck(fhtoffset, parameters, check_forward_ad=True)


def test_derivative_where_one_gamma_function_has_a_pole() -> None:
    # (mu + 1 - bias) / 2 = -1: the mean of the sequence is lost, but the slope in mu is not.
    a = torch.ones(4, dtype=torch.float64)

    def mean(mu: torch.Tensor) -> torch.Tensor:
        return fht(a, 0.5, mu, bias=0.5)[0]

    mu = torch.tensor(-2.5, dtype=torch.float64)
    h = 1e-5
    quotient = (mean(mu + h) - mean(mu - h)) / (2 * h)
    torch.testing.assert_close(torch.func.grad(mean)(mu), quotient, rtol=1e-8, atol=0)


def test_jump_in_the_bias_has_no_derivative() -> None:
    # Both gamma functions have a pole: (mu + 1 ± bias) / 2 = 0.
    bias = torch.tensor(0.0, dtype=torch.float64)
    slope = torch.func.grad(lambda q: fht(torch.ones(4, dtype=torch.float64), 0.5, -1.0, bias=q)[0])(bias)
    assert torch.isnan(slope)


@pytest.mark.parametrize("transform", [fht, ifht])
def test_batches_of_parameters_are_a_loop(transform) -> None:
    a = torch.randn(3, 1, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    mu = torch.tensor([0.0, 0.7], dtype=torch.float64)
    found = transform(a, 0.3, mu, bias=0.1)
    assert found.shape == (3, 2, 7)
    for k in range(2):
        torch.testing.assert_close(found[:, k], transform(a[:, 0], 0.3, mu[k], bias=0.1))


def test_bad_arguments_are_named() -> None:
    with pytest.raises(TypeError, match="fht: argument 'a' is complex"):
        fht(torch.ones(3, dtype=torch.complex128), 0.1, 0.0)
    with pytest.raises(ValueError, match=r"'A' has shape \(2, 0\)"):
        ifht(torch.ones(2, 0), 0.1, 0.0)
