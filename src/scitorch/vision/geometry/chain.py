"""Geometric transforms not yet done: one map from the picture as it is to the canvas as it shall be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import torch
from torch import Tensor

from . import projective
from .projective import IDENTITY, Map
from .window import Window, cut, inside, moved, pixels_within, rectangle, same_corners

#: Order of the methods of resampling, from rough to smooth: a chain of maps is resampled by the smoothest asked for.
METHODS = ("nearest", "bilinear", "bicubic")
BOUNDARIES = ("constant", "edge", "reflect", "symmetric")


@dataclass(frozen=True)
class Displacement:
    """
    A bent canvas: what is seen at p was at p + field(p).

    Parameters
    ----------
    field : Tensor
        Displacements (x, y) in pixels at the pixel centres, shape ``(2, H, W)``; bilinear between them.
    """

    field: Tensor

    def backward(self, points: Tensor) -> Tensor:
        """Where the points ``(..., 2)`` came from."""
        return points + self._at(points)

    def forward(self, points: Tensor) -> Tensor:
        """Where points go: the fixed point of p = x − field(p), which a gentle field contracts to."""
        there = points
        for _ in range(30):
            there = points - self._at(there)
        return there

    def _at(self, points: Tensor) -> Tensor:
        field = self.field.to(device=points.device, dtype=points.dtype)
        height, width = field.shape[-2:]
        grid = points.reshape(1, 1, -1, 2) * points.new_tensor([2 / width, 2 / height]) - 1
        # what went through infinity or is far outside is treated as if at the border
        grid = grid.nan_to_num(0.0).clamp(-1e3, 1e3)
        found = torch.nn.functional.grid_sample(field[None], grid, "bilinear", "border", align_corners=False)
        return found[0, :, 0].T.reshape(points.shape)


Piece: TypeAlias = Map | Displacement


@dataclass(frozen=True, slots=True)
class Geometry:
    """
    A chain of maps.

    Attributes
    ----------
    source, canvas
        Height and width before and after.
    pieces
        The maps in the order in which they are done; neighbouring projective maps are one.
    window
        The part of the canvas that the picture can be seen in.
    was_cut
        Whether a crop has taken something away that a later map may have brought back onto the canvas.
    """

    source: tuple[int, int]
    canvas: tuple[int, int]
    pieces: tuple[Piece, ...]
    window: Window
    was_cut: bool = False
    boundary: str = "constant"
    fill: Any = 0.0
    method: str = "nearest"

    @classmethod
    def start(cls, canvas: tuple[int, int]) -> Geometry:
        """Nothing done yet."""
        return cls(canvas, canvas, (), rectangle(canvas))

    def then(self, piece: Piece, canvas: tuple[int, int], boundary: str, fill: Any, method: str) -> Geometry:
        """One map more. The boundary is that of the last map that looks beyond the picture."""
        pieces = self.pieces
        if isinstance(piece, Displacement):
            window = self.window
            pieces = (*pieces, piece)
        else:
            window = moved(self.window, projective.plain(piece))
            if pieces and not isinstance(pieces[-1], Displacement):
                pieces = (*pieces[:-1], projective.compose(piece, pieces[-1]))
            else:
                pieces = (*pieces, piece)
        was_cut = self.was_cut
        if not inside(window, canvas):
            window, was_cut = cut(window, canvas), True
        if METHODS.index(method) < METHODS.index(self.method):
            method = self.method
        return Geometry(self.source, canvas, pieces, window, was_cut, boundary, fill, method)

    @property
    def map(self) -> Map | None:
        """The chain as one projective map, if it is one."""
        if not self.pieces:
            return IDENTITY
        if len(self.pieces) == 1 and not isinstance(self.pieces[0], Displacement):
            return self.pieces[0]
        return None

    def is_identity(self) -> bool:
        """Whether nothing happens."""
        return self.source == self.canvas and (not self.pieces or self.pieces == (IDENTITY,))

    def forward(self, points: Tensor) -> Tensor:
        """Where points ``(..., 2)`` of the source go."""
        for piece in self.pieces:
            points = piece.forward(points) if isinstance(piece, Displacement) else projective.apply(piece, points)
        return points

    def backward(self, points: Tensor) -> Tensor:
        """Where points ``(..., 2)`` of the canvas came from."""
        for piece in reversed(self.pieces):
            if isinstance(piece, Displacement):
                points = piece.backward(points)
            else:
                points = projective.apply(projective.inverse(piece), points)
        return points

    def origins(self, device: torch.device, dtype: torch.dtype, per_pixel: int = 1) -> Tensor:
        """Where the centres of the canvas's pixels came from, ``(H, W, 2)``; of parts of pixels, if more than one."""
        height, width = (n * per_pixel for n in self.canvas)
        y = (torch.arange(height, device=device, dtype=dtype) + 0.5) / per_pixel
        x = (torch.arange(width, device=device, dtype=dtype) + 0.5) / per_pixel
        return self.backward(torch.stack(torch.meshgrid(x, y, indexing="xy"), -1))

    def hidden(self, device: torch.device) -> Tensor | None:
        """Pixels that a crop has taken away and a later map brought back, to be filled; None if there are none."""
        if not self.was_cut or len(self.window) < 3:
            return None
        if all(x in (0, self.canvas[1]) and y in (0, self.canvas[0]) for x, y in self.window):
            return None
        if same_corners(cut(self.full_window(), self.canvas), self.window):
            return None
        within = pixels_within(self.window, self.canvas, device)
        return None if bool(within.all()) else ~within

    def full_window(self) -> Window:
        """The whole source on the canvas, as if nothing had been cut."""
        map = self.map
        return self.window if map is None else moved(rectangle(self.source), projective.plain(map))

    def inverse(self) -> Geometry:
        """The way back."""
        back = replace(Geometry.start(self.canvas), canvas=self.source, method=self.method)
        pieces = tuple(
            _Reversed(p) if isinstance(p, Displacement) else projective.inverse(p) for p in reversed(self.pieces)
        )
        return replace(back, pieces=pieces, window=rectangle(self.source))


class _Reversed(Displacement):
    """A displacement taken back."""

    def __init__(self, bent: Displacement) -> None:
        super().__init__(bent.field)

    def backward(self, points: Tensor) -> Tensor:
        return super().forward(points)

    def forward(self, points: Tensor) -> Tensor:
        return super().backward(points)
