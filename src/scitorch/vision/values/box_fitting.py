"""The smallest turned rectangle around a polygon."""

from __future__ import annotations

from torch import Tensor

from .box_formats import corners_of, from_corners

__all__ = ["smallest_rectangles"]


def smallest_rectangles(polygons: Tensor) -> Tensor:
    """Corners ``(..., 4, 2)`` of the smallest rectangles around convex polygons ``(..., K, 2)``; zeros for NaN."""
    rectangles = from_corners(polygons, "cxcywhr")
    return corners_of(rectangles.nan_to_num(0.0), "cxcywhr")
