"""Pictures under maps that turn or bend rows: prefiltered to the density of the result, then interpolated.

Where the result is coarser than the picture, the picture is first averaged down to twice the density of the result,
and the result is the mean of two by two samples: no frequency is folded, and nothing is blurred twice.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..geometry import projective
from ..geometry.chain import Geometry
from .upright import by_matrices, folded


def by_samples(data: Tensor, geometry: Geometry) -> tuple[Tensor, Tensor]:
    """Averages of a floating-point picture ``(..., H, W)`` and the part of each pixel that is outside of it."""
    density = _density(geometry)
    coarse = max(density) > 1.02
    per_pixel = 2 if coarse else 1
    scaled, shrink = data, (1.0, 1.0)
    if coarse:
        height, width = geometry.source
        size = (_reduced(height, per_pixel, density[0]), _reduced(width, per_pixel, density[1]))
        shrink = (size[0] / height, size[1] / width)
        if size != (height, width):
            down = replace(Geometry.start(geometry.source), canvas=size, method="bicubic", boundary="constant")
            scaled, _ = by_matrices(data, down, projective.scaling(shrink[1], shrink[0]))
    dtype = torch.float64 if data.dtype == torch.float64 else torch.float32
    points = geometry.origins(data.device, dtype, per_pixel) * torch.tensor(
        (shrink[1], shrink[0]), dtype=dtype, device=data.device
    )
    sampled, covered = _sampled(scaled, points, geometry)
    if per_pixel == 2:
        sampled, covered = _halved(sampled), _halved(covered)
    return sampled, 1 - covered


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
