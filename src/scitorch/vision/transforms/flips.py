"""Mirror images."""

from __future__ import annotations

from .arguments import probability
from .run import Run
from .stream import Stream
from .transform import Params, Transform

__all__ = ["RandomHorizontalFlip", "RandomVerticalFlip"]


def mirror(run: Run, vertical: bool, horizontal: bool) -> None:
    """Exchange top and bottom, left and right."""
    height, width = run.canvas
    sx, cx = (-1.0, float(width)) if horizontal else (1.0, 0.0)
    sy, cy = (-1.0, float(height)) if vertical else (1.0, 0.0)
    run.move((sx, 0.0, cx, 0.0, sy, cy, 0.0, 0.0, 1.0), method="nearest")


class RandomHorizontalFlip(Transform):
    """Left and right exchanged, with probability `p`; so are the pairs of key points."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = probability(p)

    def draw(self, stream: Stream) -> Params:
        return {"flip": stream.chance(self.p)}

    def run(self, params: Params, run: Run) -> None:
        if params["flip"]:
            mirror(run, False, True)


class RandomVerticalFlip(RandomHorizontalFlip):
    """Top and bottom exchanged, with probability `p`."""

    def run(self, params: Params, run: Run) -> None:
        if params["flip"]:
            mirror(run, True, False)
