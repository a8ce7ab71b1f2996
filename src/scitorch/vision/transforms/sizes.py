"""Changes of size."""

from __future__ import annotations

from collections.abc import Sequence

from ..geometry.projective import scaling
from .arguments import method, pair
from .run import Run
from .stream import Stream
from .transform import Params, Transform

__all__ = ["RandomResize", "RandomShortestSize", "Resize", "ScaleJitter"]


def resize(run: Run, height: int, width: int, interpolation: str) -> None:
    """Bring the canvas to a size."""
    height, width = max(height, 1), max(width, 1)
    run.move(scaling(width / run.canvas[1], height / run.canvas[0]), (height, width), method=interpolation)


def _by_shortest(run: Run, shortest: int, max_size: int | None, interpolation: str) -> None:
    height, width = run.canvas
    factor = shortest / min(height, width)
    if max_size is not None:
        factor = min(factor, max_size / max(height, width))
    resize(run, int(height * factor + 1e-9), int(width * factor + 1e-9), interpolation)


class Resize(Transform):
    """
    The picture in another size.

    Parameters
    ----------
    size : int or sequence of int or None
        Height and width; one number is that of the shorter side; None takes `max_size` for the longer side.
    interpolation : {"bilinear", "bicubic", "nearest"}
        Method of resampling; a smaller picture is averaged, not sampled.
    max_size : int, optional
        Limit of the longer side.
    """

    def __init__(
        self, size: int | Sequence[int] | None, interpolation: str = "bilinear", max_size: int | None = None
    ) -> None:
        if size is None and max_size is None:
            raise ValueError("Resize needs a size or a max_size")
        self.size, self.interpolation, self.max_size = size, method(interpolation), max_size

    def run(self, params: Params, run: Run) -> None:
        if self.size is None:
            assert self.max_size is not None
            _by_shortest(run, max(run.canvas) * self.max_size, self.max_size, self.interpolation)
        elif isinstance(self.size, int) or len(self.size) == 1:
            _by_shortest(run, pair(self.size)[0], self.max_size, self.interpolation)
        else:
            resize(run, *pair(self.size), self.interpolation)


class ScaleJitter(Transform):
    """
    The largest size that fits `target_size`, times a random factor.

    Parameters
    ----------
    target_size : (int, int)
        Height and width.
    scale_range : (float, float)
        Range of the factor.
    interpolation : {"bilinear", "bicubic", "nearest"}
        Method of resampling.
    """

    def __init__(
        self, target_size: Sequence[int], scale_range: Sequence[float] = (0.1, 2.0), interpolation: str = "bilinear"
    ) -> None:
        self.target_size, self.scale_range, self.interpolation = target_size, scale_range, method(interpolation)

    def draw(self, stream: Stream) -> Params:
        return {"scale": stream.uniform(*self.scale_range)}

    def run(self, params: Params, run: Run) -> None:
        height, width = run.canvas
        target = pair(self.target_size)
        factor = min(target[0] / height, target[1] / width) * params["scale"]
        resize(run, int(height * factor), int(width * factor), self.interpolation)


class RandomShortestSize(Transform):
    """The shorter side brought to one of several lengths, the longer side not over `max_size`."""

    def __init__(
        self, min_size: int | Sequence[int], max_size: int | None = None, interpolation: str = "bilinear"
    ) -> None:
        self.min_size, self.max_size, self.interpolation = min_size, max_size, method(interpolation)

    def draw(self, stream: Stream) -> Params:
        sizes = [self.min_size] if isinstance(self.min_size, int) else list(self.min_size)
        return {"size": sizes[stream.integer(0, len(sizes) - 1)]}

    def run(self, params: Params, run: Run) -> None:
        _by_shortest(run, params["size"], self.max_size, self.interpolation)


class RandomResize(Transform):
    """The shorter side brought to a length from `min_size` up to below `max_size`."""

    def __init__(self, min_size: int, max_size: int, interpolation: str = "bilinear") -> None:
        self.min_size, self.max_size, self.interpolation = min_size, max_size, method(interpolation)

    def draw(self, stream: Stream) -> Params:
        return {"size": stream.integer(self.min_size, max(self.max_size - 1, self.min_size))}

    def run(self, params: Params, run: Run) -> None:
        _by_shortest(run, params["size"], None, self.interpolation)
