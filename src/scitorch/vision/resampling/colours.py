"""Affine maps of colours, folded into one 3×4 matrix and applied once."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...op.torch_private import is_tracked
from .upright import wide
from .upright_code import colour_code

#: Rec. 601 luma, which Pillow, OpenCV and torchvision call grey.
GREY = (0.299, 0.587, 0.114)

#: Rows of a 3×4 matrix: floats, or tensors where derivatives in them are wanted.
Matrix = tuple[tuple[Any, Any, Any, Any], ...]

IDENTITY: Matrix = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Contrast:
    """Distance to the mean grey of the picture, times a factor."""

    factor: Any


@dataclass(frozen=True)
class Colours:
    """
    Colour operations not yet done.

    Attributes
    ----------
    steps
        Matrices and contrasts, in the order in which they are done, in the range from 0 to 1.
    dtype
        What the pixels become; None leaves them what they are.
    scale
        Whether a change of type carries the range over.
    mean, std
        Of a normalisation at the end.
    """

    steps: tuple[Matrix | Contrast, ...] = ()
    dtype: torch.dtype | None = None
    scale: bool = True
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None

    def then(self, step: Matrix | Contrast) -> Colours:
        """One operation more."""
        last = self.steps[-1] if self.steps else None
        if isinstance(step, tuple) and isinstance(last, tuple):
            steps = (*self.steps[:-1], product(step, last))
        else:
            steps = (*self.steps, step)
        return Colours(steps, self.dtype, self.scale, self.mean, self.std)

    def is_identity(self) -> bool:
        """Whether nothing happens."""
        return not self.steps and self.dtype is None and self.mean is None


def product(second: Matrix, first: Matrix) -> Matrix:
    """The map that does `first`, then `second`."""
    p, q, r = first
    return tuple(
        (
            a * p[0] + b * q[0] + c * r[0],
            a * p[1] + b * q[1] + c * r[1],
            a * p[2] + b * q[2] + c * r[2],
            a * p[3] + b * q[3] + c * r[3] + d,
        )
        for a, b, c, d in second
    )


def value_range(dtype: torch.dtype) -> float:
    """The number that stands for full brightness."""
    if dtype.is_floating_point:
        return 1.0
    return 1.0 if dtype == torch.bool else float(torch.iinfo(dtype).max)


def apply(colours: Colours, data: Tensor, given: torch.dtype) -> Tensor:
    """
    Do the operations on pixels ``(..., C, H, W)``.

    Parameters
    ----------
    colours : Colours
        What to do.
    data : Tensor
        The pixels; averages of integers may come as float32 in the range of the integers.
    given : dtype
        The type that the picture had, which says its range.
    """
    dtype = colours.dtype or (torch.float32 if colours.mean is not None and not given.is_floating_point else given)
    channels = data.shape[-3]
    source = value_range(given)
    target = value_range(dtype) if colours.scale else source
    if channels == 3 and _has_code(colours, data, dtype):
        return _by_code(colours, data, source, target, dtype)
    if data.dtype != torch.float64:
        data = wide(data).to(torch.float64 if given in (torch.int32, torch.int64) else torch.float32)
    colour = data if channels != 4 or colours.mean is not None else data[..., :3, :, :]
    if colours.steps:
        rows = _folded(colours.steps, colour, source)
        if colour.shape[-3] == 1:
            gain, offset = rows[0][0] + rows[0][1] + rows[0][2], rows[0][3]
            colour = colour * gain + offset * source
        elif colour.shape[-3] == 3:
            options: dict[str, Any] = dict(dtype=data.dtype, device=data.device)
            table = torch.stack([torch.stack([_entry(x, **options) for x in row]) for row in rows])
            colour = torch.einsum("ij,...jhw->...ihw", table[:, :3], colour) + table[:, 3, None, None] * source
        else:
            raise ValueError(f"colour transforms need 1, 3 or 4 channels, not {colour.shape[-3]}")
        colour = colour.clamp(0, source)
        data = colour if channels != 4 else torch.cat([colour, data[..., 3:, :, :]], -3)
    if target != source:
        data = data * (target / source)
    if colours.mean is not None and colours.std is not None:
        if len(colours.mean) not in (1, channels):
            raise ValueError(f"normalisation of {len(colours.mean)} channels met a picture of {channels}")
        mean, std = (data.new_tensor(x)[:, None, None] for x in (colours.mean, colours.std))
        data = (data - mean) / std
    return stored(data, dtype)


def _entry(x: Any, dtype: torch.dtype, device: torch.device) -> Tensor:
    """An entry of the matrix; by way of float64, because torch's tangents of a number times a scalar may be that."""
    if isinstance(x, Tensor):
        return x.to(device=device, dtype=torch.float64).to(dtype)
    return torch.tensor(x, dtype=dtype, device=device)


def stored(data: Tensor, dtype: torch.dtype) -> Tensor:
    """Numbers as a type: integers are rounded and kept to their range."""
    if data.dtype == dtype:
        return data
    if dtype.is_floating_point:
        return data.to(dtype)
    limits = torch.iinfo(dtype)
    return data.round().clamp(limits.min, limits.max).to(dtype)


def _folded(steps: Sequence[Matrix | Contrast], data: Tensor, source: float) -> Matrix:
    """All steps as one matrix; contrasts look at the means of the picture, taken through what came before them."""
    total = IDENTITY
    means: list[Any] | None = None
    for step in steps:
        if isinstance(step, Contrast):
            if means is None:
                axes = [d for d in range(data.dim()) if d != data.dim() - 3]
                found = data.mean(axes) / source
                means = list(found.unbind()) if is_tracked(found) else found.tolist()
                means = means * 3 if len(means) == 1 else means[:3]
            grey = sum(
                g * (row[0] * means[0] + row[1] * means[1] + row[2] * means[2] + row[3]) for g, row in zip(GREY, total)
            )
            f, offset = step.factor, (1 - step.factor) * grey
            r, g, b = total
            total = (
                (f * r[0], f * r[1], f * r[2], f * r[3] + offset),
                (f * g[0], f * g[1], f * g[2], f * g[3] + offset),
                (f * b[0], f * b[1], f * b[2], f * b[3] + offset),
            )
        else:
            total = step if total is IDENTITY else product(step, total)
    return total


def _has_code(colours: Colours, data: Tensor, dtype: torch.dtype) -> bool:
    return (
        data.dim() == 3
        and data.device.type == "cpu"
        and data.dtype in (torch.uint8, torch.float32)
        and dtype in (torch.uint8, torch.float32)
        and not is_tracked(data)
        and (colours.mean is None or len(colours.mean) in (1, 3))
        and not any(_has_tensor(s) for s in colours.steps)
    )


def _has_tensor(step: Matrix | Contrast) -> bool:
    if isinstance(step, Contrast):
        return isinstance(step.factor, Tensor)
    return any(isinstance(x, Tensor) for row in step for x in row)


def _by_code(colours: Colours, data: Tensor, source: float, target: float, dtype: torch.dtype) -> Tensor:
    data = data.contiguous()
    rows = _folded(colours.steps, data.float() if data.dtype == torch.uint8 else data, source)
    # floats without colour operations may hold anything and are not cut
    high = target if colours.steps or dtype == torch.uint8 else float("inf")
    limits = [(0.0 if high == target else -high, high)] * 3
    ratio = target / source
    numbers = [x for row in rows for x in (row[0] * ratio, row[1] * ratio, row[2] * ratio, row[3] * target)]
    if colours.mean is not None and colours.std is not None:
        mean, std = (x if len(x) == 3 else x * 3 for x in (colours.mean, colours.std))
        for c in range(3):
            numbers[4 * c : 4 * c + 4] = [x / std[c] for x in numbers[4 * c : 4 * c + 4]]
            numbers[4 * c + 3] -= mean[c] / std[c]
        limits = [((low - m) / s, (high - m) / s) for (low, high), m, s in zip(limits, mean, std)]
    table = (ctypes.c_float * 18)(*numbers, *(x for pair in limits for x in pair))
    result = torch.empty(data.shape, dtype=dtype)
    kinds = ("u8" if t == torch.uint8 else "f32" for t in (data.dtype, dtype))
    pixels = data.shape[1] * data.shape[2]
    colour_code(*kinds)(data.data_ptr(), result.data_ptr(), ctypes.addressof(table), pixels, *([0] * 12))
    return result
