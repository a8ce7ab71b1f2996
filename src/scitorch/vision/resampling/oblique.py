"""Pictures under maps that turn or bend rows: prefiltered to the density of the result, then interpolated.

Where the result is coarser than the picture, the picture is first averaged down to twice the density of the result,
and the result is the mean of two by two samples: no frequency is folded, and nothing is blurred twice.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ...op.torch_private import is_tracked
from ..geometry import projective
from ..geometry.chain import Geometry
from . import upright
from .oblique_code import warp_code
from .upright import by_matrices, folded, wide


def by_samples(data: Tensor, geometry: Geometry) -> tuple[Tensor, Tensor]:
    """Averages of a floating-point picture ``(..., H, W)``, 0 outside of it, and the part of each pixel outside."""
    scaled, shrink, per_pixel = _prefiltered(wide(data), geometry)
    dtype = torch.float64 if data.dtype == torch.float64 else torch.float32
    points = geometry.origins(data.device, dtype, per_pixel) * torch.tensor(
        (shrink[1], shrink[0]), dtype=dtype, device=data.device
    )
    sampled, covered = _sampled(scaled, points, geometry)
    sampled = sampled * covered  # a sample that is half outside is half filling
    if per_pixel == 2:
        sampled, covered = _halved(sampled), _halved(covered)
    return sampled, 1 - covered


def by_code(data: Tensor, geometry: Geometry) -> Tensor | None:
    """The same by machine code, filled, as float32 ``(C, H, W)``; None where there is none for the case."""
    map = geometry.map
    if not (
        data.is_cpu
        and data.dim() == 3
        and data.dtype in (torch.uint8, torch.float32)
        and data.shape[0] in (1, 3, 4)
        and geometry.boundary == "constant"
        and map is not None
        and projective.is_plain(map)
        and not is_tracked(data)
    ):
        return None
    fill = [float(x) for x in (geometry.fill if isinstance(geometry.fill, list | tuple) else [geometry.fill])]
    channels, height, width = len(data), *geometry.canvas
    if len(fill) not in (1, channels):
        raise ValueError(f"fill has {len(fill)} numbers for a picture of {channels} channels")
    scaled, shrink, per_pixel = _prefiltered(data, geometry)
    back = projective.compose(projective.scaling(shrink[1], shrink[0]), projective.inverse(map))
    numbers = (ctypes.c_double * (9 + channels))(*back, *(fill if len(fill) == channels else fill * channels))
    result = torch.empty(channels, height, width)
    code = warp_code("u8" if scaled.dtype == torch.uint8 else "f32", channels, geometry.method)
    code(
        scaled.data_ptr(), result.data_ptr(), ctypes.addressof(numbers), scaled.shape[1], scaled.shape[2],
        height, width, *scaled.stride(), per_pixel, 0, 0, 0, 0, 0,
    )  # fmt: skip
    return result


def _prefiltered(data: Tensor, geometry: Geometry) -> tuple[Tensor, tuple[float, float], int]:
    """The picture at a density that suits the result, its magnification along y and x, and samples along a pixel."""
    density = _density(geometry)
    if max(density) <= 1.02:
        return data, (1.0, 1.0), 1
    height, width = geometry.source
    size = (_reduced(height, 2, density[0]), _reduced(width, 2, density[1]))
    if size == (height, width):
        return data, (1.0, 1.0), 2
    shrink = (size[0] / height, size[1] / width)
    down = replace(Geometry.start(geometry.source), canvas=size, method="bicubic", boundary="constant")
    map = projective.scaling(shrink[1], shrink[0])
    if upright.has_code(data, map, "bicubic", "constant"):
        return upright.by_code(data, down, map)[0], shrink, 2
    return by_matrices(wide(data), down, map)[0], shrink, 2


def by_nearest(data: Tensor, geometry: Geometry, fill: Any) -> Tensor:
    """The nearest pixels, for any type of numbers."""
    height, width = geometry.source
    points = torch.floor(geometry.origins(data.device, torch.float64).nan_to_num(-1.0, -1.0, -1.0))
    x, y = (p.clamp(-(2**30), 2**30).long() for p in points.unbind(-1))
    if geometry.boundary != "constant":
        return data[..., folded(y, height, geometry.boundary), folded(x, width, geometry.boundary)]
    outside = (x < 0) | (y < 0) | (x >= width) | (y >= height)
    found = data.flatten(-2)[..., (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)).flatten()]
    return found.unflatten(-1, geometry.canvas).masked_fill(outside, fill)


def _reduced(length: int, per_pixel: int, density: float) -> int:
    return min(length, math.ceil(length * per_pixel / density)) if density > per_pixel else length


def _density(geometry: Geometry) -> tuple[float, float]:
    """Pixels of the source, along y and x, to one of the canvas: the largest at the corners and the centre."""
    height, width = geometry.canvas
    at = [(width / 2, height / 2), (0.5, 0.5), (width - 0.5, 0.5), (0.5, height - 0.5), (width - 0.5, height - 0.5)]
    points = torch.tensor(at, dtype=torch.float64)
    steps = []
    with torch.no_grad():
        for step in ((0.5, 0.0), (0.0, 0.5)):
            shift = torch.tensor(step, dtype=torch.float64)
            steps.append(geometry.backward(points + shift) - geometry.backward(points - shift))
    found = (steps[0] ** 2 + steps[1] ** 2).sqrt().nan_to_num(1.0).median(0).values
    return float(found[1]), float(found[0])


def _sampled(data: Tensor, points: Tensor, geometry: Geometry) -> tuple[Tensor, Tensor]:
    """Values at points of a picture, and how much of each is within it."""
    height, width = data.shape[-2:]
    points = points.nan_to_num(-1e6, -1e6, -1e6).clamp(-1e6, 1e6)
    first = torch.floor(points - 0.5)
    x0, y0 = (p.long() for p in first.unbind(-1))
    tx, ty = (points - 0.5 - first).unbind(-1)
    taps = (0, 1) if geometry.method == "bilinear" else (-1, 0, 1, 2)
    weigh = _linear if geometry.method == "bilinear" else _keys
    wx, wy = weigh(tx), weigh(ty)
    total: Any = 0.0
    flat = data.flatten(-2)
    boundary = geometry.boundary if geometry.boundary != "constant" else "edge"
    for j, v in zip(taps, wy):
        row = folded(y0 + j, height, boundary) * width
        line: Any = 0.0
        for i, u in zip(taps, wx):
            index = row + folded(x0 + i, width, boundary)
            line = line + u.to(data.dtype) * flat[..., index.flatten()].unflatten(-1, index.shape)
        total = total + v.to(data.dtype) * line
    if geometry.boundary != "constant":
        return total, torch.ones(points.shape[:-1], dtype=data.dtype, device=data.device)
    # one pixel wide ramps at the border of the picture: its edge is as sharp as its pixels
    x, y = points.unbind(-1)
    within_x = (x + 0.5).minimum(width + 0.5 - x).clamp(0, 1)
    within_y = (y + 0.5).minimum(height + 0.5 - y).clamp(0, 1)
    return total, (within_x * within_y).to(data.dtype)


def _linear(t: Tensor) -> tuple[Tensor, ...]:
    return 1 - t, t


def _keys(t: Tensor) -> tuple[Tensor, ...]:
    # Keys 1981, a = −1/2, at distances 1 + t, t, 1 − t, 2 − t
    return (
        ((-0.5 * t + 1) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1,
        ((-1.5 * t + 2) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )


def _halved(data: Tensor) -> Tensor:
    """Means of two by two neighbours."""
    height, width = data.shape[-2:]
    return data.reshape(*data.shape[:-2], height // 2, 2, width // 2, 2).mean((-3, -1))
