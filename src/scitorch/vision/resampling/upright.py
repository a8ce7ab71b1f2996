"""Pictures under maps that keep rows and columns: index tables where pixels fall on pixels, averages elsewhere."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import torch
from torch import Tensor

from ...op.torch_private import is_tracked
from ..geometry.chain import Geometry
from ..geometry.projective import Map
from .upright_code import gather_code, resample_code, taps_code

_RADIUS = {"bilinear": 1.0, "bicubic": 2.0}
_KERNELS = {torch.uint8: "u8", torch.float32: "f32"}
_Four = ctypes.c_double * 4
_UNUSED = (0,) * 10
_PADDING = 8  # floats after the last pixel of a row that a load of whole vectors touches


def axes_of(map: Map) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Start and step along y and x in the source, of the edge of the canvas and of one of its pixels."""
    a, _, c, _, e, f = map[:6]
    return (-f / e, 1 / e), (-c / a, 1 / a)


def falls_on_pixels(map: Map) -> bool:
    """Whether pixels of the canvas are pixels of the source: shifts by whole pixels, and mirror images of them."""
    a, _, c, _, e, f = map[:6]
    if not all(type(x) is float for x in (a, c, e, f)):
        return False
    return abs(a) == 1.0 and abs(e) == 1.0 and c == math.floor(c) and f == math.floor(f)


def by_index(data: Tensor, geometry: Geometry, map: Map, fill: Any) -> Tensor:
    """The nearest pixels, for any type of numbers; ``fill`` is a number or one for each channel."""
    axes = axes_of(map)
    quick = data.is_cpu and data.dim() >= 3 and data.element_size() <= 8 and not is_tracked(data)
    if quick and abs(float(axes[1][1])) != 1.0:
        found = _gathered(data, axes, geometry.canvas)
        if found is not None:
            return found
    for (start, step), dim in zip(axes, (-2, -1)):
        data = _along(data, dim, float(start), float(step), geometry.canvas[dim], geometry.boundary, fill)
    return data


def _gathered(data: Tensor, axes: Any, canvas: tuple[int, int]) -> Tensor | None:
    """Pixels within the picture by machine code; None where some are outside."""
    positions = []
    for (start, step), dim in zip(axes, (-2, -1)):
        position = ((torch.arange(canvas[dim], dtype=torch.float64) + 0.5) * step + start).floor_().long()
        if int(position[0]) < 0 or int(position[-1]) < 0 or max(int(position[0]), int(position[-1])) >= data.shape[dim]:
            return None
        positions.append(position)
    planes = data.reshape(-1, *data.shape[-2:])
    if planes.stride(-1) != 1:
        planes = planes.contiguous()
    result = torch.empty(len(planes), *canvas, dtype=data.dtype)
    gather_code(8 * data.element_size())(
        planes.data_ptr(), result.data_ptr(), positions[0].data_ptr(), positions[1].data_ptr(),
        len(planes), *canvas, planes.stride(0), planes.stride(1), *_UNUSED[:7],
    )  # fmt: skip
    return result.reshape(*data.shape[:-2], *canvas)


def _along(data: Tensor, dim: int, start: float, step: float, outputs: int, boundary: str, fill: Any) -> Tensor:
    inputs = data.shape[dim]
    first, last = math.floor(start + 0.5 * step), math.floor(start + (outputs - 0.5) * step)
    within = min(first, last) >= 0 and max(first, last) < inputs
    if within and step == 1.0:
        return data.narrow(dim, first, outputs)
    if within and step == -1.0:
        return data.narrow(dim, last, outputs).flip(dim)
    position = torch.floor(start + (torch.arange(outputs, dtype=torch.float64) + 0.5) * step).long()
    position = position.to(data.device)
    if within:
        return data.index_select(dim, position)
    if boundary != "constant":
        return data.index_select(dim, folded(position, inputs, boundary))
    outside = (position < 0) | (position >= inputs)
    chosen = data.index_select(dim, position.clamp(0, inputs - 1))
    return filled(chosen, outside if dim == -1 else outside[:, None], fill)


def folded(position: Tensor, n: int, boundary: str) -> Tensor:
    """Positions beyond the ends, brought back."""
    if boundary == "edge":
        return position.clamp(0, n - 1)
    if boundary == "symmetric":
        position = position.remainder(2 * n)
        return torch.minimum(position, 2 * n - 1 - position)
    if n == 1:
        return torch.zeros_like(position)
    position = position.remainder(2 * n - 2)
    return torch.minimum(position, 2 * n - 2 - position)


def filled(data: Tensor, where: Tensor, fill: Any) -> Tensor:
    """Pixels replaced by a number, or by one for each channel of ``(..., C, H, W)``."""
    if isinstance(fill, (int, float)):
        return data.masked_fill(where, fill)
    colours = torch.as_tensor(fill, dtype=data.dtype, device=data.device)
    if colours.numel() not in (1, data.shape[-3]):
        raise ValueError(f"fill has {colours.numel()} numbers for a picture of {data.shape[-3]} channels")
    return torch.where(where, colours.reshape(-1, 1, 1), data)


def has_code(data: Tensor, map: Map, method: str, boundary: str) -> bool:
    """Whether the machine code can do it."""
    return (
        data.dim() == 3
        and data.device.type == "cpu"
        and data.dtype in _KERNELS
        and data.shape[0] in (1, 3, 4)
        and not is_tracked(data)
        and method in _RADIUS
        and boundary == "constant"
        and all(type(map[i]) is float for i in (0, 2, 4, 5))
    )


def by_code(data: Tensor, geometry: Geometry, map: Map) -> tuple[Tensor, bool]:
    """The averages as float32 ``(C, H, W)`` in the picture's own range, and whether some pixels are outside of it."""
    channels, inputs_y, inputs_x = data.shape
    height, width = geometry.canvas
    planar = data.stride(2) == 1 and channels > 1
    if not planar and (data.stride(2), data.stride(0)) != (channels, 1) and not (channels == 1 and data.stride(2) == 1):
        data = data.contiguous()
        planar = channels > 1
    y, x = axes_of(map)
    outside = False
    columns = []
    for (start, step), n, outputs in ((y, inputs_y, height), (x, inputs_x, width)):
        centres = (start + 0.5 * step, start + (outputs - 0.5) * step)
        outside = outside or min(centres) < 0 or max(centres) >= n
        reach = _RADIUS[geometry.method] * max(abs(step), 1.0) + 1
        columns.append((max(0, math.floor(min(centres) - reach)), min(n, math.ceil(max(centres) + reach))))
    first, last = columns[1]
    first, last = min(first, inputs_x - 1), max(last, 1)
    if outside:
        first, last = 0, inputs_x
    count = last - first
    result = torch.empty(channels, height, width)
    y_taps, x_taps = _tap_count(geometry.method, y[1]), _tap_count(geometry.method, x[1])
    # one piece of memory for positions and weights along y and x, and for the rows on their way
    scratch = torch.empty(
        2 * (height * y_taps + width * x_taps) + count * (channels if not planar else channels + 4) + _PADDING
    )
    y_positions = scratch.data_ptr()
    y_weights = y_positions + 4 * height * y_taps
    x_positions = y_weights + 4 * height * y_taps
    x_weights = x_positions + 4 * width * x_taps
    rows = x_weights + 4 * width * x_taps
    _write_taps(geometry.method, y, inputs_y, height, y_taps, y_positions, y_weights)
    _write_taps(geometry.method, x, inputs_x, width, x_taps, x_positions, x_weights)
    code = resample_code(_KERNELS[data.dtype], channels, planar)
    code(
        data.data_ptr(), result.data_ptr(), rows, data.stride(1), data.stride(0), first, count,
        height, width, y_positions, y_weights, y_taps, x_positions, x_weights, x_taps, 0,
    )  # fmt: skip
    return result, outside


def _tap_count(method: str, step: float) -> int:
    return math.ceil(2 * _RADIUS[method] * max(abs(step), 1.0)) + 1


def _write_taps(
    method: str, axis: tuple[float, float], inputs: int, outputs: int, count: int, positions: int, weights: int
) -> None:
    stretch = max(abs(axis[1]), 1.0)
    geometry = _Four(axis[0], axis[1], stretch, _RADIUS[method] * stretch)
    code = taps_code()[0 if method == "bilinear" else 1]
    code(ctypes.addressof(geometry), positions, weights, inputs, outputs, count, *_UNUSED)


def wide(data: Tensor) -> Tensor:
    """Numbers that can be averaged: half precision is too coarse, 32 bits need double precision."""
    if data.is_floating_point():
        return data.float() if data.element_size() == 2 else data
    return data.double() if data.element_size() > 2 else data.float()


def by_matrices(data: Tensor, geometry: Geometry, map: Map) -> tuple[Tensor, Tensor]:
    """The averages by two matrix products, differentiable in the picture and in the map, and which are outside."""
    outside = torch.zeros(1, 1, dtype=torch.bool, device=data.device)
    for (start, step), dim in zip(axes_of(map), (-2, -1)):
        matrix, beyond = _weights(data, dim, start, step, geometry)
        data = matrix @ data if dim == -2 else data @ matrix.mT
        outside = outside | (beyond[:, None] if dim == -2 else beyond)
    return data, outside


def _weights(data: Tensor, dim: int, start: Any, step: Any, geometry: Geometry) -> tuple[Tensor, Tensor]:
    """Weights ``(outputs, inputs)``, computed in float64."""
    inputs, outputs = data.shape[dim], geometry.canvas[dim]
    options: dict[str, Any] = dict(dtype=torch.float64, device=data.device)
    start, step = (torch.as_tensor(x, **options) for x in (start, step))
    centre = start + (torch.arange(outputs, **options) + 0.5) * step
    stretch = step.abs().clamp_min(1.0)
    beyond = (centre < 0) | (centre >= inputs)
    kernel = {"bilinear": _triangle, "bicubic": _cubic}[geometry.method]
    if geometry.boundary == "constant":
        distance = (torch.arange(inputs, **options) + 0.5 - centre[:, None]) / stretch
        weights = torch.where(beyond[:, None], 0.0, kernel(distance.abs()))
        total = torch.where(beyond, 1.0, weights.sum(-1))
        return (weights / total[:, None]).to(data.dtype), beyond
    reach = math.ceil(float(_RADIUS[geometry.method] * stretch)) + 1
    low = min(0, math.floor(float(centre.detach().amin())) - reach)
    high = max(inputs, math.ceil(float(centre.detach().amax())) + reach)
    position = torch.arange(low, high, device=data.device)
    weights = kernel(((position + 0.5 - centre[:, None]) / stretch).abs())
    weights = weights / weights.sum(-1, keepdim=True)
    home = folded(position, inputs, geometry.boundary)
    gathered = torch.zeros(outputs, inputs, **options).index_add(1, home, weights)
    return gathered.to(data.dtype), torch.zeros_like(beyond)


def _triangle(t: Tensor) -> Tensor:
    return (1 - t).clamp_min(0)


def _cubic(t: Tensor) -> Tensor:
    near = (1.5 * t - 2.5) * t * t + 1
    far = ((5 - t) * t - 8) * t / 2 + 2
    return torch.where(t < 1, near, torch.where(t < 2, far, 0.0))
