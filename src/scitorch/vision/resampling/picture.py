"""One resampling of a picture and one change of its colours, by the quickest way that is right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..geometry import projective
from ..geometry.chain import Geometry
from . import colours as colour
from . import oblique
from .colours import Colours
from .oblique import by_nearest, by_samples
from .upright import by_code, by_index, by_matrices, falls_on_pixels, filled, has_code, wide


def rendered(data: Tensor, geometry: Geometry | None, colours: Colours | None) -> Tensor:
    """Pixels ``(..., C, H, W)`` after both."""
    given = data.dtype
    if geometry is not None and not geometry.is_identity():
        data = resampled(data, geometry)
    if colours is not None and not colours.is_identity():
        return colour.apply(colours, data, given)
    return colour.stored(data, given)


def resampled(data: Tensor, geometry: Geometry) -> Tensor:
    """Averages of integers as floats in the same range; see `rendered`."""
    map = geometry.map
    hidden = geometry.hidden(data.device)
    if map is not None and projective.is_upright(map) and (geometry.method == "nearest" or falls_on_pixels(map)):
        found = by_index(data, geometry, map, geometry.fill)
    elif geometry.method == "nearest":
        found = by_nearest(data, geometry, 0)
        found = _over(found, by_nearest(torch.ones_like(data[..., :1, :, :]), geometry, 0) == 0, geometry)
    elif map is not None and projective.is_upright(map):
        if has_code(data, map, geometry.method, geometry.boundary):
            found, outside = by_code(data, geometry, map)
            beyond = _beyond(geometry, map) if outside else None
        else:
            found, beyond = by_matrices(wide(data), geometry, map)
            beyond = beyond if bool(beyond.any()) else None
        if beyond is not None:
            found = _over(found, beyond, geometry)
    elif (quick := oblique.by_code(data, geometry)) is not None:
        found = quick
    else:
        found, outside_part = by_samples(wide(data), geometry)
        if geometry.boundary == "constant":
            fill = _colours(geometry.fill, found)
            found = found + fill * outside_part
    return found if hidden is None else _over(found, hidden, geometry)


def labels(data: Tensor, geometry: Geometry, fill: Any) -> Tensor:
    """Pixels that are not mixed, ``(..., H, W)``, with one number for new area."""
    if geometry.is_identity():
        return data
    if data.dtype == torch.bool:
        return labels(data.view(torch.uint8), geometry, int(fill)).view(torch.bool)
    map = geometry.map
    geometry = replace(geometry, method="nearest")
    if map is not None and projective.is_upright(map):
        found = by_index(data, geometry, projective.plain(map), fill)
    else:
        found = by_nearest(data, geometry, fill)
    hidden = geometry.hidden(data.device)
    return found if hidden is None else found.masked_fill(hidden, fill)


def _over(data: Tensor, where: Tensor, geometry: Geometry) -> Tensor:
    return filled(data, where, geometry.fill)


def _colours(fill: Any, data: Tensor) -> Any:
    if isinstance(fill, (int, float)):
        return fill
    colours = torch.as_tensor(fill, dtype=data.dtype, device=data.device)
    if colours.numel() not in (1, data.shape[-3]):
        raise ValueError(f"fill has {colours.numel()} numbers for a picture of {data.shape[-3]} channels")
    return colours.reshape(-1, 1, 1)


def _beyond(geometry: Geometry, map: projective.Map) -> Tensor:
    """Pixels of the canvas whose centre is outside of the source."""
    parts = []
    a, _, c, _, e, f = map[:6]
    for scale, offset, n, outputs in (
        (e, f, geometry.source[0], geometry.canvas[0]),
        (a, c, geometry.source[1], geometry.canvas[1]),
    ):
        centre = (torch.arange(outputs, dtype=torch.float64) + 0.5 - offset) / scale
        parts.append((centre < 0) | (centre >= n))
    return parts[0][:, None] | parts[1]
