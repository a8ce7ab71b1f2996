"""Boxes as four corners, and back: x to the right, y down, angles in degrees counter-clockwise as seen.

Corners go clockwise from the one that is top left before the box is turned. The angle convention is that of
torchvision's rotated boxes.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["FORMATS", "corners_of", "from_corners", "is_rotated"]

#: Names of the formats, and how many numbers each has.
FORMATS = {"xyxy": 4, "xywh": 4, "cxcywh": 4, "xywhr": 5, "cxcywhr": 5, "xyxyxyxy": 8}


def is_rotated(format: str) -> bool:
    """Whether boxes of the format may be turned."""
    return format in ("xywhr", "cxcywhr", "xyxyxyxy")


def corners_of(data: Tensor, format: str) -> Tensor:
    """Corners ``(..., 4, 2)`` of boxes ``(..., 4 | 5 | 8)``."""
    if format == "xyxyxyxy":
        return data.unflatten(-1, (4, 2))
    a, b, c, d = data[..., :4].unbind(-1)
    if format == "xyxy":
        return torch.stack([a, b, c, b, c, d, a, d], -1).unflatten(-1, (4, 2))
    if format == "xywh":
        return torch.stack([a, b, a + c, b, a + c, b + d, a, b + d], -1).unflatten(-1, (4, 2))
    along, down = _axes(data, c, d)
    if format in ("cxcywh", "cxcywhr"):
        first = torch.stack([a, b], -1) - (along + down) / 2
    else:
        first = torch.stack([a, b], -1)
    return torch.stack([first, first + along, first + along + down, first + down], -2)


def from_corners(corners: Tensor, format: str) -> Tensor:
    """
    Boxes of corners ``(..., 4, 2)``.

    Upright formats hold the smallest upright box around the corners. Turned rectangles hold a rectangle exactly, and
    of another quadrilateral the smallest rectangle around it.
    """
    if format == "xyxyxyxy":
        return corners.flatten(-2)
    if is_rotated(format):
        return _turned(corners, format)
    low, high = corners.amin(-2), corners.amax(-2)
    return from_extent(torch.cat([low, high], -1), format)


def from_extent(extent: Tensor, format: str) -> Tensor:
    """Upright boxes of their extents ``xyxy``."""
    if format == "xyxy":
        return extent
    low, high = extent[..., :2], extent[..., 2:]
    return torch.cat([low if format == "xywh" else (low + high) / 2, high - low], -1)


def _axes(data: Tensor, width: Tensor, height: Tensor) -> tuple[Tensor, Tensor]:
    """The upper and the left side as vectors."""
    if data.shape[-1] == 4:
        zero = torch.zeros_like(width)
        return torch.stack([width, zero], -1), torch.stack([zero, height], -1)
    angle = data[..., 4] * (math.pi / 180)
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([width * cos, -width * sin], -1), torch.stack([height * sin, height * cos], -1)


def _turned(corners: Tensor, format: str) -> Tensor:
    sides = corners.roll(-1, -2) - corners
    length = sides.norm(dim=-1, keepdim=True)
    flat = torch.tensor([1.0, 0.0], dtype=corners.dtype, device=corners.device)
    # One side of the smallest rectangle around a convex polygon lies on a side of the polygon (Freeman & Shapira 1975).
    along = torch.where(length > 0, sides / length.clamp_min(torch.finfo(corners.dtype).tiny), flat)
    down = torch.stack([-along[..., 1], along[..., 0]], -1)
    u = (corners[..., None, :, :] * along[..., :, None, :]).sum(-1)
    v = (corners[..., None, :, :] * down[..., :, None, :]).sum(-1)
    left, right, top, bottom = u.amin(-1), u.amax(-1), v.amin(-1), v.amax(-1)
    area = (right - left) * (bottom - top)
    # Rounding must not choose among the four equal rectangles: the first side says where the box heads.
    tied = area <= area.amin(-1, keepdim=True) * (1 + 1e-3)
    chosen = tied.to(torch.uint8).argmax(-1, keepdim=True)
    left, right, top, bottom = (x.gather(-1, chosen) for x in (left, right, top, bottom))
    index = chosen[..., None].expand(*chosen.shape, 2)
    along, down = (x.gather(-2, index)[..., 0, :] for x in (along, down))
    width, height = right - left, bottom - top
    angle = -torch.atan2(along[..., 1:], along[..., :1]) * (180 / math.pi)
    if format == "cxcywhr":
        place = along * (left + right) / 2 + down * (top + bottom) / 2
    else:
        place = along * left + down * top
    return torch.cat([place, width, height, angle], -1)
