"""Arguments as people give them: one number or several, and the names of methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..geometry.chain import BOUNDARIES, METHODS


def pair(size: int | Sequence[int], what: str = "size") -> tuple[int, int]:
    """Height and width of one number for both, or of two."""
    numbers = (size, size) if isinstance(size, int) else tuple(size) * (2 if len(size) == 1 else 1)
    if len(numbers) != 2 or any(int(n) < 1 for n in numbers):
        raise ValueError(f"{what} must be one or two positive integers, not {size!r}")
    return int(numbers[0]), int(numbers[1])


def span(value: float | Sequence[float], center: float = 0.0, least: float | None = None) -> tuple[float, float]:
    """A range given by its ends, or by its distance from the centre."""
    if isinstance(value, int | float):
        low, high = center - value, center + value
        if value < 0:
            raise ValueError(f"{value} is no distance: it must not be negative")
        low = low if least is None else max(low, least)
    else:
        low, high = (float(x) for x in value)
    if low > high or (least is not None and low < least):
        raise ValueError(f"{value!r} is no range: its ends are {low} and {high}")
    return float(low), float(high)


def method(interpolation: str) -> str:
    """A method of resampling."""
    if interpolation not in METHODS:
        raise ValueError(f"interpolation must be one of {', '.join(METHODS)}; not {interpolation!r}")
    return interpolation


def boundary(padding_mode: str) -> str:
    """What is seen beyond the picture."""
    if padding_mode not in BOUNDARIES:
        raise ValueError(f"padding_mode must be one of {', '.join(BOUNDARIES)}; not {padding_mode!r}")
    return padding_mode


def probability(p: float) -> float:
    """A probability."""
    if not 0 <= p <= 1:
        raise ValueError(f"p must be a probability, not {p}")
    return p


def padding_of(padding: int | Sequence[int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of one number, of (horizontal, vertical), or of four."""
    numbers: tuple[Any, ...] = (padding,) if isinstance(padding, int) else tuple(padding)
    if len(numbers) not in (1, 2, 4):
        raise ValueError(f"padding must be one, two or four integers, not {padding!r}")
    left, top, right, bottom = {1: numbers * 4, 2: numbers * 2, 4: numbers}[len(numbers)]
    return int(left), int(top), int(right), int(bottom)
