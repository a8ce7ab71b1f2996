"""Values made of points: key points, polygons, and the camera that points are seen by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..geometry.window import Window, pixels_within, rectangle
from .masks import Mask
from .value import Spatial, size_of, tensor

__all__ = ["Camera", "KeyPoints", "Polygons"]


class KeyPoints(Spatial):
    """
    Named points, each with a visibility.

    Parameters
    ----------
    data : array_like
        Positions (x, y), shape ``(..., K, 2)``, continuous: the centre of the first pixel is (0.5, 0.5).
    canvas_size : tuple of two integers
        Height and width of the picture.
    visibility : array_like, optional
        Shape ``(..., K)``; 0 is invisible or unknown, as COCO has it. All visible by default.
    flip_pairs : sequence of pairs, optional
        Points along K that trade places in a mirror, such as left and right eye.
    names : sequence of str, optional
        What the points are.

    Notes
    -----
    A point that geometry moves out of the picture keeps its position and gets visibility 0.
    """

    tensors = ("data", "visibility")
    facts = ("canvas_size", "flip_pairs", "names")

    visibility: Tensor
    canvas_size: tuple[int, int] = (0, 0)  # type: ignore[assignment]

    def __init__(
        self,
        data: Any,
        canvas_size: Sequence[int],
        visibility: Any = None,
        flip_pairs: Sequence[tuple[int, int]] = (),
        names: Sequence[str] | None = None,
    ) -> None:
        data = tensor(data, at_least=2, what="key points")
        if data.shape[-1] != 2:
            raise ValueError(f"key points have the shape (..., K, 2), not {tuple(data.shape)}")
        self.data = data if data.is_floating_point() else data.to(torch.get_default_dtype())
        if visibility is None:
            visibility = torch.ones(data.shape[:-1], dtype=torch.uint8, device=data.device)
        self.visibility = torch.as_tensor(visibility, device=data.device)
        if self.visibility.shape != data.shape[:-1]:
            raise ValueError(f"visibility has the shape {tuple(self.visibility.shape)}, not {tuple(data.shape[:-1])}")
        self.canvas_size = size_of(canvas_size)
        self.flip_pairs = tuple((int(a), int(b)) for a, b in flip_pairs)
        self.names = None if names is None else tuple(names)

    def mirrored_names(self) -> KeyPoints:
        """The points of each pair exchanged, as in a mirror."""
        if not self.flip_pairs:
            return self
        order = list(range(self.data.shape[-2]))
        for a, b in self.flip_pairs:
            order[a], order[b] = order[b], order[a]
        return self.replace(data=self.data[..., order, :], visibility=self.visibility[..., order])


class Polygons(Spatial):
    """
    Outlines of objects.

    Parameters
    ----------
    data : array_like
        Corners (x, y) of all polygons one after the other, shape ``(P, 2)``, continuous coordinates.
    lengths : sequence of int
        Number of corners of each polygon.
    canvas_size : tuple of two integers
        Height and width of the picture.
    owners : sequence of int, optional
        Which object each polygon belongs to; each is an object of its own by default.
    count : int, optional
        Number of objects, if the last ones have no polygon.
    """

    facts = ("lengths", "canvas_size", "owners", "count", "window")

    window: Window | None

    canvas_size: tuple[int, int] = (0, 0)  # type: ignore[assignment]

    def __init__(
        self,
        data: Any,
        lengths: Sequence[int],
        canvas_size: Sequence[int],
        owners: Sequence[int] | None = None,
        count: int | None = None,
    ) -> None:
        data = tensor(data, at_least=1, what="polygons").reshape(-1, 2)
        self.data = data if data.is_floating_point() else data.to(torch.get_default_dtype())
        self.lengths = tuple(int(n) for n in lengths)
        if sum(self.lengths) != len(self.data):
            raise ValueError(f"lengths add up to {sum(self.lengths)}, but there are {len(self.data)} corners")
        self.canvas_size = size_of(canvas_size)
        self.owners = tuple(range(len(self.lengths))) if owners is None else tuple(int(i) for i in owners)
        if len(self.owners) != len(self.lengths):
            raise ValueError(f"{len(self.lengths)} polygons need as many owners, not {len(self.owners)}")
        self.count = max(self.owners, default=-1) + 1 if count is None else int(count)
        self.window = None

    def __iter__(self) -> Any:
        return iter(self.data.split(list(self.lengths)))

    def to_masks(self) -> Mask:
        """One mask for each object: the pixels whose centre lies within, holes by the even-odd rule."""
        height, width = self.canvas_size
        masks = torch.zeros(self.count, height, width, dtype=torch.bool, device=self.device)
        for owner, corners in zip(self.owners, self):
            masks[owner] ^= _filled(corners.detach(), height, width)
        if self.window not in (None, rectangle(self.canvas_size)):
            assert self.window is not None
            masks &= pixels_within(self.window, self.canvas_size, self.device)
        return Mask(masks)


class Camera(Spatial):
    """
    A camera's matrix: ``matrix @ point`` is a pixel position in homogeneous, continuous coordinates.

    Parameters
    ----------
    data : array_like
        Intrinsic matrix ``(..., 3, 3)`` or projection ``(..., 3, 4)``. Geometric transforms multiply it from the left.
    canvas_size : tuple of two integers
        Height and width of the picture.
    """

    facts = ("canvas_size",)

    canvas_size: tuple[int, int] = (0, 0)  # type: ignore[assignment]

    def __init__(self, data: Any, canvas_size: Sequence[int]) -> None:
        data = tensor(data, at_least=2, what="a camera matrix")
        if data.shape[-2] != 3:
            raise ValueError(f"a camera matrix has three rows, not the shape {tuple(data.shape)}")
        self.data = data if data.is_floating_point() else data.to(torch.get_default_dtype())
        self.canvas_size = size_of(canvas_size)


def _filled(corners: Tensor, height: int, width: int) -> Tensor:
    """Pixels whose centre has an odd number of edges to its left."""
    y = torch.arange(height, dtype=torch.float64, device=corners.device) + 0.5
    start = corners.double()
    end = start.roll(-1, 0)
    crosses = (start[:, 1, None] <= y) != (end[:, 1, None] <= y)
    edge, row = crosses.nonzero(as_tuple=True)
    (x0, y0), (x1, y1) = start[edge].unbind(-1), end[edge].unbind(-1)
    x = x0 + (y[row] - y0) / (y1 - y0) * (x1 - x0)
    # the first pixel whose centre is to the right of the crossing
    column = torch.ceil(x - 0.5).clamp(0, width).long()
    changes = torch.zeros(height, width + 1, dtype=torch.int32, device=corners.device)
    changes.index_put_((row, column), torch.ones_like(row, dtype=torch.int32), accumulate=True)
    return changes.cumsum(-1)[:, :width] % 2 == 1
