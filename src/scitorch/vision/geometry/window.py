"""Convex polygons: the part of the canvas that still shows the picture, and boxes cut to it."""

from __future__ import annotations

import math
from typing import TypeAlias

import torch
from torch import Tensor

from .projective import IDENTITY, Map, Point, at

#: Corners of a convex polygon, either way round.
Window: TypeAlias = tuple[Point, ...]


def rectangle(canvas: tuple[int, int]) -> Window:
    """The whole canvas."""
    height, width = float(canvas[0]), float(canvas[1])
    return ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))


def moved(window: Window, map: Map) -> Window:
    """The window under a map."""
    return window if map is IDENTITY else tuple(at(map, point) for point in window)


def inside(window: Window, canvas: tuple[int, int]) -> bool:
    """Whether a window lies within the canvas, up to rounding."""
    height, width = canvas
    slack = 1e-9 * (height + width)
    return all(-slack <= x <= width + slack and -slack <= y <= height + slack for x, y in window)


def cut(window: Window, canvas: tuple[int, int]) -> Window:
    """The part of a window within the canvas (Sutherland & Hodgman 1974, against the four sides)."""
    height, width = float(canvas[0]), float(canvas[1])
    if is_rectangle(window):
        (x0, y0), _, (x1, y1), _ = window
        x0, x1 = min(max(x0, 0.0), width), min(max(x1, 0.0), width)
        y0, y1 = min(max(y0, 0.0), height), min(max(y1, 0.0), height)
        return () if x0 == x1 or y0 == y1 else ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    for a, b, c in ((1.0, 0.0, 0.0), (-1.0, 0.0, width), (0.0, 1.0, 0.0), (0.0, -1.0, height)):
        window = _cut_by_line(window, a, b, c)
    return window


def is_rectangle(window: Window) -> bool:
    """Whether a window has rows and columns for sides, row first."""
    if len(window) != 4:
        return False
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = window
    return y0 == y1 and x1 == x2 and y2 == y3 and x3 == x0


def same_corners(a: Window, b: Window) -> bool:
    """Whether two windows have the same corners, up to a millionth of a pixel."""
    return {(round(x, 6), round(y, 6)) for x, y in a} == {(round(x, 6), round(y, 6)) for x, y in b}


def half_planes(window: Window) -> list[tuple[float, float, float]]:
    """Lines ``a x + b y + c ≥ 0`` whose common part the polygon is, with unit normals; none for an empty one."""
    if len(window) < 3:
        return []
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(window, (*window[1:], window[0])))
    sign = 1.0 if area > 0 else -1.0
    lines = []
    for (x0, y0), (x1, y1) in zip(window, (*window[1:], window[0])):
        length = math.hypot(x1 - x0, y1 - y0)
        if length > 0:
            a, b = -sign * (y1 - y0) / length, sign * (x1 - x0) / length
            lines.append((a, b, -a * x0 - b * y0))
    return lines


def contains(window: Window, points: Tensor) -> Tensor:
    """Which of the points ``(..., 2)`` lie within a window."""
    lines = half_planes(window)
    if not lines:
        return torch.zeros(points.shape[:-1], dtype=torch.bool, device=points.device)
    x, y = points.unbind(-1)
    found = torch.ones(points.shape[:-1], dtype=torch.bool, device=points.device)
    for a, b, c in lines:
        found &= x * a + y * b + c >= 0
    return found


def pixels_within(window: Window, canvas: tuple[int, int], device: torch.device) -> Tensor:
    """Which pixels have their centre within a window."""
    height, width = canvas
    y = torch.arange(height, dtype=torch.float64, device=device)[:, None] + 0.5
    x = torch.arange(width, dtype=torch.float64, device=device)[None] + 0.5
    return contains(window, torch.stack(torch.broadcast_tensors(x, y), -1))


def cut_polygons(polygons: Tensor, window: Window) -> Tensor:
    """
    Convex polygons ``(..., K, 2)`` cut to a window, with as many more corners as the window has sides.

    Every side adds one corner: a polygon that it does not cut repeats a corner, one that it removes becomes NaN.
    """
    for a, b, c in half_planes(window):
        distance = polygons[..., 0] * a + polygons[..., 1] * b + c
        polygons = _cut_by_half_plane(polygons, distance)
    return polygons


def polygon_area(polygons: Tensor) -> Tensor:
    """Areas of polygons ``(..., K, 2)``; 0 for NaN."""
    x, y = polygons.unbind(-1)
    following = polygons.roll(-1, -2)
    # relative to the first corner, so that large coordinates do not cancel
    x0, y0 = x[..., :1], y[..., :1]
    twice = (x - x0) * (following[..., 1] - y0) - (following[..., 0] - x0) * (y - y0)
    return (twice.sum(-1).abs() / 2).nan_to_num(0.0)


def _cut_by_half_plane(polygons: Tensor, distance: Tensor) -> Tensor:
    """One step of Sutherland & Hodgman for convex polygons, K corners to K + 1, without branches."""
    kept = distance >= 0
    following, next_distance = polygons.roll(-1, -2), distance.roll(-1, -1)
    crosses = kept != (next_distance >= 0)
    denominator = torch.where(crosses, distance - next_distance, 1.0)
    crossing = polygons + (following - polygons) * (distance / denominator)[..., None]
    # the output of side k: corner k if kept, then its crossing if any; at most K + 1 of the 2K are used
    candidates = torch.stack([polygons, crossing], -2).flatten(-3, -2)
    used = torch.stack([kept, crosses], -1).flatten(-2)
    order = (~used).to(torch.uint8).argsort(dim=-1, stable=True)[..., : polygons.shape[-2] + 1]
    count = used.sum(-1, keepdim=True)
    place = torch.arange(order.shape[-1], device=polygons.device)
    index = torch.where(place < count, order, order[..., :1])[..., None].expand(*order.shape, 2)
    found = candidates.gather(-2, index)
    return torch.where((count > 0)[..., None], found, math.nan)


def _cut_by_line(window: Window, a: float, b: float, c: float) -> Window:
    found: list[Point] = []
    for (x0, y0), (x1, y1) in zip(window, (*window[1:], *window[:1])):
        d0, d1 = a * x0 + b * y0 + c, a * x1 + b * y1 + c
        if d0 >= 0:
            found.append((x0, y0))
        if (d0 >= 0) != (d1 >= 0):
            t = d0 / (d0 - d1)
            found.append((x0 + t * (x1 - x0), y0 + t * (y1 - y0)))
    return tuple(found)
