"""Nonuniform transforms against the sums that define them: accuracy asked for, batches, devices, bad arguments."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from scitorch.fft import gridding, nufft1, nufft2, nufft3

SHAPES = [(31,), (16, 13), (8, 9, 6)]


def _phases(points: Tensor, shape: tuple[int, ...]) -> Tensor:
    k = torch.cartesian_prod(*[torch.arange(-(n // 2), (n + 1) // 2).double() for n in shape]).view(-1, len(shape))
    return torch.exp(1j * (points.double() @ k.mT).to(torch.complex128))


def _error(found: Tensor, exact: Tensor) -> float:
    return float((found - exact).norm() / exact.norm())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("eps", "elsewhere"), [(1e-3, False), (1e-6, False), (1e-12, False), (1e-4, True), (1e-9, True)]
)
def test_error_is_at_most_eps(shape: tuple[int, ...], eps: float, elsewhere: bool, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    if elsewhere:
        monkeypatch.setattr(gridding, "_order_by_bins", lambda *_: None)
    torch.manual_seed(0)
    points = torch.rand(60, len(shape), dtype=torch.float64) * 20 - 10
    strengths = torch.randn(2, 60, dtype=torch.complex128)
    modes = torch.randn(*shape, dtype=torch.complex128)
    targets = torch.rand(40, len(shape), dtype=torch.float64) * 20 + 3
    e = _phases(points, shape)
    assert _error(nufft1(points, strengths, shape, eps=eps).flatten(1), strengths @ e) < eps
    assert _error(nufft2(points, modes, eps=eps), e.conj() @ modes.flatten()) < eps
    exact = strengths @ torch.exp(1j * (points @ targets.mT))
    assert _error(nufft3(points, strengths, targets, eps=eps), exact) < eps


def test_single_precision() -> None:
    torch.manual_seed(0)
    points, strengths = torch.rand(60, 2) * 6, torch.randn(60, dtype=torch.complex64)
    found = nufft1(points, strengths, (16, 16))
    assert found.dtype == torch.complex64
    assert _error(found.flatten(), strengths.to(torch.complex128) @ _phases(points, (16, 16))) < 1e-6


def test_batches_of_points_and_strengths_broadcast() -> None:
    torch.manual_seed(0)
    points, strengths = torch.rand(3, 1, 20, 1, dtype=torch.float64), torch.randn(2, 20, dtype=torch.complex128)
    together = nufft1(points, strengths, 9)
    for i in range(3):
        for j in range(2):
            torch.testing.assert_close(together[i, j], nufft1(points[i, 0], strengths[j], 9))
    mapped = torch.func.vmap(lambda c: nufft1(points[0, 0], c, 9))(strengths)
    torch.testing.assert_close(mapped, together[0])


def test_order_of_modes() -> None:
    points, strengths = torch.rand(20, 2, dtype=torch.float64), torch.randn(20, dtype=torch.complex128)
    centred = nufft1(points, strengths, (5, 4))
    ordered = nufft1(points, strengths, (5, 4), modeord=1)
    torch.testing.assert_close(torch.fft.fftshift(ordered), centred)
    torch.testing.assert_close(nufft2(points, ordered, modeord=1), nufft2(points, centred))


def test_uniform_points_are_the_fft() -> None:
    n = 24
    points = torch.arange(n, dtype=torch.float64)[:, None] * (2 * math.pi / n)
    x = torch.randn(n, dtype=torch.complex128)
    torch.testing.assert_close(nufft1(points, x, n, eps=1e-13, isign=-1, modeord=1), torch.fft.fft(x))


def test_lone_points_and_no_points() -> None:
    one = torch.tensor([[0.3, -2.0]], dtype=torch.float64)
    c = torch.tensor([2.0 + 1j], dtype=torch.complex128)
    s = torch.tensor([[4.0, 1.0]], dtype=torch.float64)
    torch.testing.assert_close(nufft3(one, c, s, eps=1e-12), c * torch.exp(1j * (one * s).sum(-1)))
    assert nufft1(one[:0], c[:0], (3, 3)).abs().max() == 0
    assert nufft2(one[:0], torch.ones(3, 3)).shape == (0,)
    assert nufft3(one, c, s[:0]).shape == (0,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, c: nufft1(x * math.nan, c, (4, 4)), "finite"),
        (lambda x, c: nufft1(x, c, 4), "modes of 1 dimensions"),
        (lambda x, c: nufft1(x, c, (4, 0)), "at least one mode"),
        (lambda x, c: nufft1(x, c, (4, 4), eps=0.0), "eps is 0"),
        (lambda x, c: nufft1(x, c, (4, 4), isign=2), "isign is 2"),
        (lambda x, c: nufft1(x, c, (4, 4), modeord=3), "modeord is 3"),
        (lambda x, c: nufft1(x[:, 0], c, 4), "points"),
        (lambda x, c: nufft1(x, c[1:], (4, 4)), "'m'"),
        (lambda x, c: nufft3(x, c, x * 1e12), "too large"),
    ],
)
def test_bad_arguments_are_named(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call(torch.rand(6, 2, dtype=torch.float64), torch.randn(6, dtype=torch.complex128))
