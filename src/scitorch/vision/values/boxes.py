"""Boxes, kept as the four corners that geometry has made of them until a format is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor

from ..geometry.window import Window, cut_polygons, polygon_area, rectangle
from .box_formats import FORMATS, corners_of, from_corners, from_extent, is_rotated
from .value import Spatial, size_of

__all__ = ["Boxes"]


class Boxes(Spatial):
    """
    Boxes of objects in continuous pixel coordinates: the pixel in row i and column j covers [j, j + 1] × [i, i + 1].

    Parameters
    ----------
    data : array_like
        Shape ``(..., N, 4)``, with 5 numbers for turned boxes and 8 for quadrilaterals.
    format : {"xyxy", "xywh", "cxcywh", "xywhr", "cxcywhr", "xyxyxyxy"}
        What the numbers are; r is in degrees, counter-clockwise as seen.
    canvas_size : tuple of two integers
        Height and width of the picture.

    Notes
    -----
    Geometric transforms move the four corners, which keep their place outside the canvas too. Only `data` looks for
    the box around the part that is within the picture. So a box that is turned by 30° and back is the box it was,
    where a box around a box around the corners is 3.6 times larger.

    Examples
    --------
    >>> from scitorch.vision import Boxes
    >>> boxes = Boxes([[10.0, 20.0, 30.0, 60.0]], "xyxy", (100, 100))
    >>> boxes.convert("cxcywh").data
    tensor([[20., 40., 20., 40.]])
    """

    tensors = ("given", "corners_moved")
    facts = ("format", "canvas_size", "window")

    given: Tensor | None
    corners_moved: Tensor | None
    window: Window | None

    def __init__(self, data: Any, format: str, canvas_size: Sequence[int]) -> None:
        if format not in FORMATS:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}; not {format!r}")
        given = data if isinstance(data, Tensor) else torch.as_tensor(data)
        if not given.is_floating_point():
            given = given.to(torch.get_default_dtype())
        if given.numel() == 0 and given.dim() < 2:
            given = given.reshape(0, FORMATS[format])
        if given.dim() < 2 or given.shape[-1] != FORMATS[format]:
            raise ValueError(f"boxes {format} have the shape (..., N, {FORMATS[format]}), not {tuple(given.shape)}")
        self.given = given
        self.corners_moved = None
        self.format = format
        self.canvas_size = size_of(canvas_size)
        self.window = None

    canvas_size: tuple[int, int] = (0, 0)  # type: ignore[assignment]

    @classmethod
    def of_corners(cls, corners: Tensor, format: str, canvas_size: tuple[int, int], window: Window | None) -> Boxes:
        """Boxes of corners ``(..., N, 4, 2)``, of which the part within a window is seen."""
        new = object.__new__(cls)
        new.given, new.corners_moved = None, corners
        new.format, new.canvas_size, new.window = format, canvas_size, window
        return new

    @classmethod
    def from_masks(cls, masks: Any, format: str = "xyxy") -> Boxes:
        """The smallest boxes around masks ``(..., N, H, W)``; a box of zeros for an empty mask."""
        data = masks.data if isinstance(masks, Spatial) else torch.as_tensor(masks)
        data = data != 0
        columns, rows = data.any(-2), data.any(-1)
        ends = []
        for along in (columns, rows):
            length = along.shape[-1]
            counted = along.to(torch.uint8)
            first = counted.argmax(-1)
            last = length - counted.flip(-1).argmax(-1)
            ends.append((first, torch.where(along.any(-1), last, 0)))
        (left, right), (top, bottom) = ends
        extent = torch.stack([left, top, right, bottom], -1).to(torch.get_default_dtype())
        return cls(from_extent(extent, "xyxy"), "xyxy", data.shape[-2:]).convert(format)

    @property
    def corners(self) -> Tensor:
        """Corners ``(..., N, 4, 2)``, clockwise from the top left, wherever they went."""
        if self.corners_moved is not None:
            return self.corners_moved
        assert self.given is not None
        return corners_of(self.given, self.format)

    @property
    def data(self) -> Tensor:  # type: ignore[override]
        """
        The boxes in their format.

        Boxes that geometry has moved are seen within the picture: an upright box is the one around what is left of
        its quadrilateral, zeros if nothing is. Turned boxes are not cut.
        """
        if self.corners_moved is None:
            assert self.given is not None
            return self.given
        if is_rotated(self.format):
            return from_corners(self.corners_moved, self.format)
        return from_extent(self._visible_extent(), self.format)

    def convert(self, format: str) -> Self:
        """The same boxes in another format."""
        if format not in FORMATS:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}; not {format!r}")
        if format == self.format:
            return self
        return self.replace(given=None, corners_moved=self.corners, format=format)

    def clip(self) -> Self:
        """Boxes cut to the canvas for good; turned ones become the smallest rectangles around what is left."""
        return self.replace(given=None, corners_moved=self._around_visible(), window=None)

    def area(self) -> Tensor:
        """Areas of the whole quadrilaterals."""
        return polygon_area(self.corners)

    def visible_fraction(self) -> Tensor:
        """Which part of each box lies within the picture, between 0 and 1."""
        whole = self.area()
        return torch.where(whole > 0, polygon_area(self._visible()) / whole.clamp_min(1e-30), 0.0)

    def select(self, which: Any) -> Boxes:
        """Some of the boxes, by an index or a mask over them."""
        corners, given = self.corners_moved, self.given
        return self.replace(
            given=None if given is None else given[..., which, :],
            corners_moved=None if corners is None else corners[..., which, :, :],
        )

    def to(self, *arguments: Any, **keywords: Any) -> Self:
        """Move or convert the tensors."""
        return self.map(lambda x: x.to(*arguments, **keywords))

    def __len__(self) -> int:
        held = self.given if self.given is not None else self.corners
        return int(held.shape[-2 if self.given is not None else -3])

    def _visible(self) -> Tensor:
        window = rectangle(self.canvas_size) if self.window is None else self.window
        return cut_polygons(self.corners, window)

    def _visible_extent(self) -> Tensor:
        corners = self.corners
        if self.window in (None, rectangle(self.canvas_size)) and self.is_upright():
            height, width = self.canvas_size
            low = corners.amin(-2)
            high = corners.amax(-2)
            limit = corners.new_tensor([width, height])
            low, high = low.clamp_min(0).minimum(limit), high.clamp_min(0).minimum(limit)
            empty = (low >= high).any(-1, keepdim=True)
            return torch.cat([low, high], -1).masked_fill(empty, 0.0)
        seen = self._visible()
        return torch.cat([seen.amin(-2), seen.amax(-2)], -1).nan_to_num(0.0)

    def is_upright(self) -> bool:
        """Whether all sides are rows and columns."""
        c = self.corners
        if c.numel() == 0:
            return True
        along_rows = (c[..., 0, 1] == c[..., 1, 1]) & (c[..., 1, 0] == c[..., 2, 0])
        along_columns = (c[..., 0, 0] == c[..., 1, 0]) & (c[..., 1, 1] == c[..., 2, 1])
        both = (along_rows | along_columns) & ((c[..., 0, :] + c[..., 2, :]) == (c[..., 1, :] + c[..., 3, :])).all(-1)
        return bool(both.all())

    def _around_visible(self) -> Tensor:
        if not is_rotated(self.format):
            return corners_of(self._visible_extent(), "xyxy")
        from .box_fitting import smallest_rectangles

        return smallest_rectangles(self._visible())
