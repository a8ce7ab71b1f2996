"""Comparing numbers, with messages that say which, where and by how much."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor


def assert_close(
    actual: Any, expected: Any, *, rtol: float, atol: float = 0.0, what: str = "", scale: bool = False
) -> None:
    """Assert that two tensors (or tuples of tensors) agree, nan equal to nan and infinities by sign.

    Parameters
    ----------
    actual, expected
        Tensors, arrays, numbers, or tuples of them.
    rtol, atol
        Accepted ``|actual − expected| ≤ atol + rtol·|expected|``, elementwise.
    what
        What is compared, for the message.
    scale
        Measure errors relative to the largest expected magnitude instead of elementwise, as is right for results of
        linear algebra.

    Raises
    ------
    AssertionError
        Names the worst element, both values and the relative error.
    """
    if isinstance(actual, (tuple, list)) or isinstance(expected, (tuple, list)):
        if len(actual) != len(expected):
            raise AssertionError(f"{what}: {len(actual)} results, wanted {len(expected)}")
        for k, (a, e) in enumerate(zip(actual, expected)):
            assert_close(a, e, rtol=rtol, atol=atol, what=f"{what}, result {k}", scale=scale)
        return
    a, e = _common(actual), _common(expected)
    if a.shape != e.shape:
        raise AssertionError(f"{what}: shape {tuple(a.shape)}, wanted {tuple(e.shape)}")
    if a.is_complex() != e.is_complex():
        a, e = a.to(torch.complex128), e.to(torch.complex128)
    if a.is_complex():
        # Real and imaginary parts share one error bound: that of the modulus.
        finite = torch.isfinite(a.real) & torch.isfinite(a.imag) & torch.isfinite(e.real) & torch.isfinite(e.imag)
        for part, x, y in (("real", a.real, e.real), ("imaginary", a.imag, e.imag)):
            _same_special_values(torch.where(finite, 0, x), torch.where(finite, 0, y), f"{what}, {part} part")
    else:
        finite = torch.isfinite(a) & torch.isfinite(e)
        _same_special_values(torch.where(finite, 0, a), torch.where(finite, 0, e), what)
    if not finite.any():
        return
    a, e = torch.where(finite, a, 0), torch.where(finite, e, 0)
    size = e.abs().max().expand(e.shape) if scale else e.abs()
    error = (a - e).abs()
    excess = error - (atol + rtol * size)
    if bool((excess > 0).any()):
        worst = int(torch.argmax(torch.where(excess > 0, error / size.clamp_min(1e-300), 0).flatten()))
        index = tuple(int(i) for i in torch.unravel_index(torch.tensor(worst), e.shape))
        raise AssertionError(
            f"{what}: {a.flatten()[worst].item()!r} at {index}, wanted {e.flatten()[worst].item()!r} "
            f"(relative error {error.flatten()[worst].item() / max(size.flatten()[worst].item(), 1e-300):.2e}, "
            f"accepted {rtol:.0e}; {int((excess > 0).sum())} of {e.numel()} elements differ)"
        )


def _same_special_values(a: Tensor, e: Tensor, what: str) -> None:
    same = (torch.isnan(a) & torch.isnan(e)) | (a == e)
    if not bool(same.all()):
        worst = int(torch.argmin(same.to(torch.int8).flatten()))
        raise AssertionError(
            f"{what}: {a.flatten()[worst].item()!r} at flat index {worst}, wanted {e.flatten()[worst].item()!r}"
        )


def _common(value: Any) -> Tensor:
    t = value.detach().cpu() if isinstance(value, Tensor) else torch.as_tensor(numpy.asarray(value, order="C"))
    return t.to(torch.complex128 if t.is_complex() else torch.float64)
