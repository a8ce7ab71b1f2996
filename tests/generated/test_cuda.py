"""On a CUDA device every operator gives the values and gradients that it gives on the CPU."""

from __future__ import annotations

import pytest
import torch

from scitorch.op import Entry
from scitorch.testing import Case, Subject, assert_close, operators


def _gradients(case: Case, device: str) -> tuple[torch.Tensor, ...]:
    """Gradients of a weighted sum of the results, with every argument on a device."""
    moved = Case(
        case.label,
        case.function,
        tuple(a.to(device) if isinstance(a, torch.Tensor) else a for a in case.args),
        case.kwargs,
        case.moving,
        case.view,
    )
    leaves = [v.clone().requires_grad_() for v in moved.values]
    total = sum((r.real.sum() + 0.7 * (r.imag.sum() if r.is_complex() else 0)) for r in moved(*leaves))
    return torch.autograd.grad(total, leaves)  # type: ignore[arg-type]


@pytest.mark.cuda
@operators("special", "linalg", "fft", "sparse", "interpolate")
@pytest.mark.filterwarnings("ignore")
def test_cuda_equals_cpu(operator: Entry) -> None:
    for case in Subject(operator).cases(50):
        on_device = [a.cuda() if isinstance(a, torch.Tensor) else a for a in case.args]
        found = case.float_results(case.function(*on_device, **case.kwargs))
        expected = case.float_results(case.function(*case.args, **case.kwargs))
        assert all(f.is_cuda for f in found)
        assert_close(found, expected, rtol=1e-9, atol=1e-12, what=f"{case.label} on CUDA", scale=True)
        if case.moving:
            what = f"{case.label}: gradient on CUDA"
            assert_close(
                _gradients(case, "cuda"), _gradients(case, "cpu"), rtol=1e-8, atol=1e-10, what=what, scale=True
            )
