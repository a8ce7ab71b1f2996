"""The two kernels of the cosine and sine transforms agree, so that what is proved on the CPU holds elsewhere."""

from __future__ import annotations

import itertools

import pytest
import torch

from scitorch.fft.trigonometric_kernel import device_kernel, host_kernel

LENGTHS = (1, 2, 3, 4, 5, 8, 17, 64, 105)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64, torch.complex128])
@pytest.mark.parametrize("kind", ["cosine", "sine"])
def test_formulas_equal_pocketfft(kind: str, dtype: torch.dtype) -> None:
    host, device = host_kernel(kind), device_kernel(kind)
    rtol = 2e-14 if dtype.to_real() == torch.float64 else 5e-6
    generator = torch.Generator().manual_seed(0)
    for n, type, norm, orthogonalize in itertools.product(
        LENGTHS, (1, 2, 3, 4), ("backward", "ortho", "forward"), (False, True)
    ):
        if kind == "cosine" and type == 1 and n == 1:
            continue
        x = torch.randn(2, 3, n, dtype=dtype, generator=generator)
        options = {"type": type, "norm": norm, "orthogonalize": orthogonalize}
        expected, found = host(x, **options), device(x, **options)
        assert found.dtype == dtype
        assert found.shape == x.shape
        error = (found - expected).abs().max() / expected.abs().max()
        assert error <= rtol, (n, options, error)


@pytest.mark.parametrize("kernel", [host_kernel("cosine"), device_kernel("cosine")])
def test_conjugate_views_and_strides(kernel) -> None:
    x = torch.randn(6, 4, dtype=torch.complex128, generator=torch.Generator().manual_seed(1))
    options = {"type": 2, "norm": "ortho", "orthogonalize": True}
    found = kernel(x.mT.conj()[:, ::2], **options)
    torch.testing.assert_close(found, kernel(x.mT.conj()[:, ::2].resolve_conj().contiguous(), **options))


@pytest.mark.parametrize("kernel", [host_kernel("sine"), device_kernel("sine")])
def test_an_empty_batch_stays_empty(kernel) -> None:
    assert kernel(torch.empty(0, 5), type=2, norm="backward", orthogonalize=False).shape == (0, 5)


def test_many_rows_are_shared_among_threads() -> None:
    threads = torch.get_num_threads()
    x = torch.randn(64, 1024, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    options = {"type": 2, "norm": "backward", "orthogonalize": False}
    try:
        torch.set_num_threads(1)
        alone = host_kernel("cosine")(x, **options)
        torch.set_num_threads(2)
        shared = host_kernel("cosine")(x, **options)
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(alone, shared)
