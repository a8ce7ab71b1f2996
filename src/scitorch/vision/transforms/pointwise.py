"""Changes of single numbers and of histograms that are not affine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..resampling.colours import value_range
from .arguments import probability
from .run import Run
from .stream import Stream
from .transform import Params, Transform

__all__ = ["RandomAutocontrast", "RandomEqualize", "RandomPosterize", "RandomSolarize"]


class _Sometimes(Transform):
    """A change of pixels that happens with probability `p`."""

    p: float

    def draw(self, stream: Stream) -> Params:
        return {"apply": stream.chance(self.p)}

    def run(self, params: Params, run: Run) -> None:
        if params["apply"]:
            run.pixels(self.change)

    def change(self, data: Tensor) -> Tensor:
        raise NotImplementedError


class RandomPosterize(_Sometimes):
    """Only the highest `bits` of 8-bit numbers kept, with probability `p`."""

    def __init__(self, bits: int, p: float = 0.5) -> None:
        if not 0 <= bits <= 8:
            raise ValueError(f"a number of 8 bits has no {bits} highest")
        self.bits, self.p = bits, probability(p)

    def change(self, data: Tensor) -> Tensor:
        return posterize(self.bits)(data)


class RandomSolarize(_Sometimes):
    """Numbers from `threshold` on inverted, with probability `p`; in the picture's own range."""

    def __init__(self, threshold: float, p: float = 0.5) -> None:
        self.threshold, self.p = threshold, probability(p)

    def change(self, data: Tensor) -> Tensor:
        return solarize(self.threshold)(data)


class RandomAutocontrast(_Sometimes):
    """Each channel stretched to the full range, with probability `p`."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = probability(p)

    def change(self, data: Tensor) -> Tensor:
        return autocontrast(data)


class RandomEqualize(_Sometimes):
    """The histogram of each channel made level, with probability `p`; for 8-bit pictures, and floats in 256 steps."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = probability(p)

    def change(self, data: Tensor) -> Tensor:
        return equalize(data)


def posterize(bits: int) -> Callable[[Tensor], Tensor]:
    """Keep the highest bits."""

    def change(data: Tensor) -> Tensor:
        if data.is_floating_point():
            levels = 2.0**bits
            return (data * levels).floor().clamp(0, levels - 1) / levels
        if data.dtype != torch.uint8:
            raise TypeError(f"posterizing is defined for 8-bit and floating-point pictures, not for {data.dtype}")
        return data & (256 - 2 ** (8 - bits))

    return change


def solarize(threshold: float) -> Callable[[Tensor], Tensor]:
    """Invert what is bright."""
    return lambda data: torch.where(data >= threshold, _inverted(data), data)


def autocontrast(data: Tensor) -> Tensor:
    """Stretch each channel; one of a single value stays as it is."""
    high = value_range(data.dtype)
    wide = data if data.is_floating_point() else data.float()
    low, top = wide.amin((-2, -1), keepdim=True), wide.amax((-2, -1), keepdim=True)
    flat = top == low
    stretched = (wide - low) * (high / torch.where(flat, 1.0, top - low))
    stretched = torch.where(flat, wide, stretched)
    return stretched if data.is_floating_point() else stretched.round().clamp(0, high).to(data.dtype)


def equalize(data: Tensor) -> Tensor:
    """
    Level histograms, by Pillow's integer formula.

    Raises
    ------
    TypeError
        For integers of more than 8 bits.
    """
    if data.is_floating_point():
        levels = (data.detach() * 255).round().clamp(0, 255).to(torch.uint8)
        return equalize(levels).to(data.dtype) / 255
    if data.dtype != torch.uint8:
        raise TypeError(f"equalizing is defined for 8-bit and floating-point pictures, not for {data.dtype}")
    planes = data.reshape(-1, data.shape[-2] * data.shape[-1]).long()
    counts = torch.zeros(len(planes), 256, dtype=torch.int64, device=data.device)
    counts.scatter_add_(1, planes, torch.ones_like(planes))
    order = torch.arange(256, device=data.device)
    last = torch.where(counts > 0, order, 0).amax(1, keepdim=True)
    step = (counts.sum(1, keepdim=True) - counts.gather(1, last)) // 255
    before = counts.cumsum(1) - counts
    table = ((before + step // 2) // step.clamp_min(1)).clamp(0, 255)
    table = torch.where(step == 0, order, table)
    return table.gather(1, planes).to(torch.uint8).reshape(data.shape)


def _inverted(data: Tensor) -> Any:
    return (1.0 if data.is_floating_point() else int(value_range(data.dtype))) - data
