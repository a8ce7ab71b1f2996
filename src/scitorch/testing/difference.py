"""What is said of two arrays that differ: the worst place, both values, the distance, the count, a histogram."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_BITS = {
    torch.float64: torch.int64,
    torch.float32: torch.int32,
    torch.float16: torch.int16,
    torch.bfloat16: torch.int16,
}
_PART = {torch.complex128: torch.float64, torch.complex64: torch.float32, torch.complex32: torch.float16}
#: Characters of the longest bar of the histogram.
WIDTH = 30


def ulp_distance(a: Tensor, b: Tensor) -> int | None:
    """How many representable numbers of their dtype lie between two numbers; None for nan and for exact dtypes.

    The larger distance of the two parts for complex numbers. Numbers of two dtypes are measured in the coarser one.
    """
    if a.is_complex() or b.is_complex():
        parts = (ulp_distance(_real(a), _real(b)), ulp_distance(_imag(a), _imag(b)))
        return None if None in parts else max(p for p in parts if p is not None)
    floats = [d for d in (a.dtype, b.dtype) if d in _BITS]
    if not floats:
        return None
    dtype = max(floats, key=lambda d: torch.finfo(d).eps)
    if bool(torch.isnan(a)) or bool(torch.isnan(b)):
        return None
    return abs(_rank(a.to(dtype)) - _rank(b.to(dtype)))


def _real(a: Tensor) -> Tensor:
    return a.real if a.is_complex() else a


def _imag(a: Tensor) -> Tensor:
    return a.imag if a.is_complex() else torch.zeros_like(a)


def _rank(a: Tensor) -> int:
    """The position of a float among all of its dtype, ±0 being position 0."""
    bits = int(a.contiguous().view(_BITS[a.dtype]).item())
    lowest = -(1 << (8 * a.element_size() - 1))
    return bits if bits >= 0 else lowest - bits


def describe(
    actual: Tensor,
    expected: Tensor,
    error: Tensor,
    size: Tensor,
    differs: Tensor,
    indices: Tensor | None,
    tolerance: str,
) -> str:
    """The message.

    Parameters
    ----------
    actual, expected
        The two arrays in their own dtypes.
    error, size
        ``|actual − expected|`` and what it is measured by, elementwise.
    differs
        Where the error is too large, or one is nan or infinite and the other is not the same.
    indices
        Indices of the entries of sparse arrays, one column each; None for dense ones.
    tolerance
        What was accepted.
    """
    relative = torch.where(error == 0, 0.0, error / size)
    rank = torch.where(differs, torch.where(torch.isnan(relative), math.inf, relative), -1.0)
    worst = int(torch.argmax(rank.flatten()))
    if indices is not None:
        index = tuple(int(i) for i in indices[:, worst])
    else:
        index = tuple(int(i) for i in torch.unravel_index(torch.tensor(worst), error.shape))
    a, e = actual.flatten()[worst], expected.flatten()[worst]
    distance = ulp_distance(a, e)
    count = int(differs.sum())
    lines = [
        f"{count} of {differs.numel()} elements differ (accepted: {tolerance})",
        f"  worst at {index}: {a.item()!r}, wanted {e.item()!r}",
        f"  absolute error {_number(error.flatten()[worst])}, relative error {_number(relative.flatten()[worst])}"
        + ("" if distance is None else f", {distance} ulp"),
    ]
    if differs.numel() > 1:
        lines += ["  relative errors:", *histogram(relative.flatten())]
    return "\n".join(lines)


def _number(x: Tensor) -> str:
    return f"{x.item():.2e}"


def histogram(relative: Tensor) -> list[str]:
    """Counts of relative errors by decades, one line each; neighbours are put together if there are many."""
    exact = int((relative == 0).sum())
    undefined = int((~torch.isfinite(relative)).sum())
    finite = relative[torch.isfinite(relative) & (relative > 0)].to(torch.float64)
    rows: list[tuple[str, int]] = [("equal", exact)] if exact else []
    if finite.numel():
        decades = torch.floor(torch.log10(finite)).to(torch.int64)
        low, high = int(decades.min()), int(decades.max())
        step = max(1, -(-(high - low + 1) // 12))
        for start in range(low, high + 1, step):
            count = int(((decades >= start) & (decades < start + step)).sum())
            if count:
                rows.append((f"1e{start:+03d} to 1e{start + step:+03d}", count))
    if undefined:
        rows.append(("inf or nan", undefined))
    longest = max(count for _, count in rows)
    return [f"    {label:14} {'█' * max(1, round(WIDTH * count / longest))} {count}" for label, count in rows]
