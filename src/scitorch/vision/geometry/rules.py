"""What a map of the picture plane does to each class of values: one rule for each, found by the class."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import torch
from torch import Tensor

from ..resampling.colours import Colours
from ..resampling.picture import labels, rendered
from ..values import (
    Boxes,
    Camera,
    Clip,
    Depth,
    Disparity,
    Flow,
    Image,
    KeyPoints,
    Mask,
    Polygons,
    SegmentationMask,
    Spatial,
    Volume,
)
from ..values.box_formats import corners_of, is_rotated
from . import projective
from .chain import Geometry
from .window import Window, contains, cut_polygons, rectangle, same_corners

__all__ = ["geometry_rule"]

Rule = Callable[[Any, Geometry], Spatial]
_rules: dict[type[Spatial], Rule] = {}
R = TypeVar("R", bound=Rule)


def geometry_rule(kind: type[Spatial]) -> Callable[[R], R]:
    """
    Declare what geometric transforms do to a class of spatial values.

    Parameters
    ----------
    kind : type
        A subclass of `Spatial`.

    Returns
    -------
    callable
        A decorator of a function of the value and the `Geometry`, which returns the value on the new canvas.
    """

    def enter(rule: R) -> R:
        _rules[kind] = rule
        _rule_of.cache_clear()
        return rule

    return enter


def moved(value: Spatial, geometry: Geometry) -> Spatial:
    """
    The value after the geometry.

    Raises
    ------
    TypeError
        If its class has no rule.
    """
    return _rule_of(type(value))(value, geometry)  # type: ignore[arg-type]


@cache
def _rule_of(kind: type[Spatial]) -> Rule:
    for base in kind.__mro__:
        if base in _rules:
            return _rules[base]
    raise TypeError(
        f"{kind.__name__} is a spatial value without a geometry rule, and would fall out of step with the picture; "
        "declare one with scitorch.vision.geometry_rule"
    )


def picture(value: Spatial, geometry: Geometry | None, colours: Colours | None) -> Spatial:
    """An image, a clip or a volume after its geometry and its colours."""
    if isinstance(value, Volume):
        # slices are the channels' planes: depth stands in front of the channels while they are moved
        data = rendered(value.data.movedim(-4, -3), geometry, colours).movedim(-3, -4)
        value = value.replace(data=data)
        if value.spacing is not None and geometry is not None:
            depth, *plane = value.spacing
            value = value.replace(spacing=(depth, *(s / z for s, z in zip(plane, _zoom(geometry)))))
        return value
    return value.replace(data=rendered(value.data, geometry, colours))


@geometry_rule(Image)
@geometry_rule(Clip)
@geometry_rule(Volume)
def _picture(value: Spatial, geometry: Geometry) -> Spatial:
    return picture(value, geometry, None)


@geometry_rule(Mask)
def _mask(value: Mask, geometry: Geometry) -> Spatial:
    return value.replace(data=labels(value.data, geometry, 0))


@geometry_rule(SegmentationMask)
def _segmentation(value: SegmentationMask, geometry: Geometry) -> Spatial:
    return value.replace(data=labels(value.data, geometry, value.ignore_index))


@geometry_rule(Boxes)
def _boxes(value: Boxes, geometry: Geometry) -> Spatial:
    if geometry.map is None and not is_rotated(value.format):
        corners = _around_bent(value.corners, geometry)
    else:
        corners = geometry.forward(value.corners)
    if _mirrors(geometry):
        # clockwise again, and the first side heads as it did
        swapped = corners[..., [1, 0, 3, 2], :]
        other = corners[..., [3, 2, 1, 0], :]
        heading = value.corners[..., 1, :] - value.corners[..., 0, :]
        agrees = ((swapped[..., 1, :] - swapped[..., 0, :]) * heading).sum(-1)
        better = agrees >= ((other[..., 1, :] - other[..., 0, :]) * heading).sum(-1)
        corners = torch.where(better[..., None, None], swapped, other)
    return Boxes.of_corners(corners, value.format, geometry.canvas, _window_after(value.window, geometry))


@geometry_rule(KeyPoints)
def _key_points(value: KeyPoints, geometry: Geometry) -> Spatial:
    if _mirrors(geometry):
        value = value.mirrored_names()
    points = geometry.forward(value.data)
    height, width = geometry.canvas
    x, y = points.detach().unbind(-1)
    seen = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    if geometry.was_cut:
        seen &= contains(geometry.window, points.detach())
    visibility = torch.where(seen, value.visibility, torch.zeros_like(value.visibility))
    return value.replace(data=points, visibility=visibility, canvas_size=geometry.canvas)


@geometry_rule(Polygons)
def _polygons(value: Polygons, geometry: Geometry) -> Spatial:
    window = _window_after(value.window, geometry)
    return value.replace(data=geometry.forward(value.data), canvas_size=geometry.canvas, window=window)


@geometry_rule(Camera)
def _camera(value: Camera, geometry: Geometry) -> Spatial:
    map = geometry.map
    if map is None:
        raise TypeError("a camera sees straight lines as straight lines: no camera matrix describes a bent picture")
    matrix = projective.matrix(map, value.data)
    return value.replace(data=matrix.to(value.dtype) @ value.data, canvas_size=geometry.canvas)


@geometry_rule(Depth)
def _depth(value: Depth, geometry: Geometry) -> Spatial:
    data = labels(value.data, geometry, 0)
    if value.rescale:
        zoom = _zoom(geometry)
        data = data / (zoom[0] * zoom[1]) ** 0.5
    return value.replace(data=data)


@geometry_rule(Disparity)
def _disparity(value: Disparity, geometry: Geometry) -> Spatial:
    map = geometry.map
    if map is None or not projective.is_upright(map):
        raise TypeError("disparity is horizontal: a map that turns or bends the rows of a picture leaves none")
    return value.replace(data=labels(value.data, geometry, 0) * map[0])


@geometry_rule(Flow)
def _flow(value: Flow, geometry: Geometry) -> Spatial:
    method = value.method
    moved_data = rendered(value.data, replace(geometry, method=method, fill=0.0), None)
    map = geometry.map
    dtype = value.dtype if value.dtype == torch.float64 else torch.float32
    if map is not None and projective.is_affine(map):
        linear = projective.matrix(map, value.data)[:2, :2].to(value.dtype)
        return value.replace(data=torch.einsum("ij,...jhw->...ihw", linear, moved_data))
    start = geometry.origins(value.device, dtype)
    end = geometry.forward(start + moved_data.movedim(-3, -1).to(dtype)) - geometry.forward(start)
    return value.replace(data=end.movedim(-1, -3).to(value.dtype).nan_to_num(0.0))


def _window_after(before: Window | None, geometry: Geometry) -> Window | None:
    """Where the picture can be seen after the geometry; None if nothing was ever cut off."""
    window = geometry.window if geometry.was_cut else None
    if before is not None:  # what an earlier transform cut off stays off
        polygon = cut_polygons(geometry.forward(torch.tensor(before, dtype=torch.float64)), geometry.window)
        corners = [(float(x), float(y)) for x, y in polygon.tolist()]
        window = () if any(math.isnan(x) for x, _ in corners) else tuple(dict.fromkeys(corners))
    whole = rectangle(geometry.canvas)
    return whole if window is not None and same_corners(window, whole) else window


def _around_bent(corners: Tensor, geometry: Geometry) -> Tensor:
    """Upright boxes around bent sides, of which sixteen points each are followed."""
    part = torch.arange(16, dtype=corners.dtype, device=corners.device)[:, None] / 16
    sides = corners[..., None, :] + (corners.roll(-1, -2) - corners)[..., None, :] * part
    points = geometry.forward(sides.flatten(-3, -2))
    return corners_of(torch.cat([points.amin(-2), points.amax(-2)], -1), "xyxy")


def _mirrors(geometry: Geometry) -> bool:
    height, width = geometry.source
    sign, at = 1.0, (width / 2, height / 2)
    for piece in geometry.pieces:
        if isinstance(piece, tuple):
            plain = projective.plain(piece)
            sign *= projective.orientation(plain, at)
            at = projective.at(plain, at)
    return sign < 0


def _zoom(geometry: Geometry) -> tuple[Any, Any]:
    """Magnification along y and x at the centre."""
    height, width = geometry.source
    x, y = width / 2, height / 2
    points = torch.tensor([[x - 0.5, y], [x + 0.5, y], [x, y - 0.5], [x, y + 0.5]], dtype=torch.float64)
    left, right, top, bottom = geometry.forward(points)
    return float((bottom - top).norm()), float((right - left).norm())
