"""Parts of the picture, and area around it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from ..geometry.projective import compose, scaling, shift
from ..values import Boxes
from .arguments import boundary, method, padding_of, pair, probability
from .flips import mirror
from .run import Run
from .stream import Stream
from .transform import Params, Transform

__all__ = [
    "CenterCrop",
    "FiveCrop",
    "Pad",
    "RandomCrop",
    "RandomIoUCrop",
    "RandomResizedCrop",
    "RandomZoomOut",
    "TenCrop",
]


def crop(
    run: Run, top: int, left: int, height: int, width: int, padding_mode: str = "constant", fill: Any = 0.0
) -> None:
    """Look at a part of the canvas, or beyond it."""
    inside = top >= 0 and left >= 0 and top + height <= run.canvas[0] and left + width <= run.canvas[1]
    beyond = None if inside else padding_mode
    run.move(shift(-float(left), -float(top)), (height, width), method="nearest", boundary=beyond, fill=fill)


class CenterCrop(Transform):
    """The middle of the picture, filled up with 0 where it is smaller."""

    def __init__(self, size: int | Sequence[int]) -> None:
        self.size = size

    def run(self, params: Params, run: Run) -> None:
        height, width = pair(self.size)
        top, left = round((run.canvas[0] - height) / 2), round((run.canvas[1] - width) / 2)
        crop(run, top, left, height, width)


class Pad(Transform):
    """
    Area around the picture.

    Parameters
    ----------
    padding : int or sequence of int
        On all sides, or (horizontal, vertical), or (left, top, right, bottom).
    fill : float or sequence of float
        What new area gets, in the picture's own range; one number for each channel, or one for all.
    padding_mode : {"constant", "edge", "reflect", "symmetric"}
        Whether it is filled or continues the picture. Masks continue it too.
    """

    def __init__(self, padding: int | Sequence[int], fill: Any = 0.0, padding_mode: str = "constant") -> None:
        self.padding, self.fill, self.padding_mode = padding, fill, boundary(padding_mode)

    def run(self, params: Params, run: Run) -> None:
        left, top, right, bottom = padding_of(self.padding)
        height, width = run.canvas[0] + top + bottom, run.canvas[1] + left + right
        crop(run, -top, -left, height, width, self.padding_mode, self.fill)


class RandomCrop(Transform):
    """
    A part of fixed size at a random place.

    Parameters
    ----------
    size : int or sequence of int
        Height and width of the part.
    padding : int or sequence of int, optional
        Area put around the picture first.
    pad_if_needed : bool
        Whether a picture that is too small is padded to the size.
    fill, padding_mode
        As for `Pad`.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0.0,
        padding_mode: str = "constant",
    ) -> None:
        self.size, self.padding, self.pad_if_needed = size, padding, pad_if_needed
        self.fill, self.padding_mode = fill, boundary(padding_mode)

    def draw(self, stream: Stream) -> Params:
        return {"top": stream.uniform(), "left": stream.uniform()}

    def run(self, params: Params, run: Run) -> None:
        height, width = pair(self.size)
        left, top, right, bottom = (0, 0, 0, 0) if self.padding is None else padding_of(self.padding)
        if self.pad_if_needed:
            down = max(height - run.canvas[0] - top - bottom, 0)
            across = max(width - run.canvas[1] - left - right, 0)
            left, top, right, bottom = left + across, top + down, right + across, bottom + down
        free_y = run.canvas[0] + top + bottom - height
        free_x = run.canvas[1] + left + right - width
        if free_y < 0 or free_x < 0:
            raise ValueError(f"a part of {height}×{width} does not fit the picture of {run.canvas[0]}×{run.canvas[1]}")
        y, x = int(params["top"] * (free_y + 1)) - top, int(params["left"] * (free_x + 1)) - left
        crop(run, y, x, height, width, self.padding_mode, self.fill)


class RandomResizedCrop(Transform):
    """
    A part of random area and shape, brought to one size.

    Parameters
    ----------
    size : int or sequence of int
        Height and width of the result.
    scale : (float, float)
        Range of the part's area, as a fraction of the picture's.
    ratio : (float, float)
        Range of the part's width over its height, drawn on a logarithmic scale.
    interpolation : {"bilinear", "bicubic", "nearest"}
        Method of resampling.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3 / 4, 4 / 3),
        interpolation: str = "bilinear",
    ) -> None:
        self.size, self.scale, self.ratio = size, scale, ratio
        self.interpolation = method(interpolation)

    def draw(self, stream: Stream) -> Params:
        low, high = math.log(self.ratio[0]), math.log(self.ratio[1])
        # ten proposals: the first that fits the picture is taken
        area = [stream.uniform(*self.scale) for _ in range(10)]
        ratio = [math.exp(stream.uniform(low, high)) for _ in range(10)]
        return {"area": area, "ratio": ratio, "top": stream.uniform(), "left": stream.uniform()}

    def run(self, params: Params, run: Run) -> None:
        top, left, height, width = self._part(params, *run.canvas)
        out_height, out_width = pair(self.size)
        part = compose(scaling(out_width / width, out_height / height), shift(-float(left), -float(top)))
        run.move(part, (out_height, out_width), method=self.interpolation)

    def _part(self, params: Params, height: int, width: int) -> tuple[int, int, int, int]:
        for area, ratio in zip(params["area"], params["ratio"]):
            w = round(math.sqrt(height * width * area * ratio))
            h = round(math.sqrt(height * width * area / ratio))
            if 0 < w <= width and 0 < h <= height:
                return int(params["top"] * (height - h + 1)), int(params["left"] * (width - w + 1)), h, w
        ratio = min(max(width / height, self.ratio[0]), self.ratio[1])
        h, w = min(height, round(width / ratio)), min(width, round(height * ratio))
        return (height - h) // 2, (width - w) // 2, h, w


class RandomZoomOut(Transform):
    """
    The picture somewhere on a larger canvas, with a probability.

    Parameters
    ----------
    fill : float or sequence of float
        What new area gets.
    side_range : (float, float)
        Range of the sides of the canvas, over those of the picture.
    p : float
        The probability.
    """

    def __init__(self, fill: Any = 0.0, side_range: Sequence[float] = (1.0, 4.0), p: float = 0.5) -> None:
        self.fill, self.side_range, self.p = fill, side_range, probability(p)

    def draw(self, stream: Stream) -> Params:
        ratio = stream.uniform(*self.side_range) if stream.chance(self.p) else 1.0
        return {"ratio": ratio, "top": stream.uniform(), "left": stream.uniform()}

    def run(self, params: Params, run: Run) -> None:
        height, width = (int(n * params["ratio"]) for n in run.canvas)
        top, left = int((height - run.canvas[0]) * params["top"]), int((width - run.canvas[1]) * params["left"])
        crop(run, -top, -left, height, width, "constant", self.fill)


class RandomIoUCrop(Transform):
    """
    A part that overlaps enough with some box (Liu et al. 2016, SSD), keeping boxes whose centre is in it.

    Boxes whose centre is outside are not removed: they become empty where they are cut, see `SanitizeBoundingBoxes`.

    Parameters
    ----------
    min_scale, max_scale : float
        Range of the part's sides over the picture's.
    min_aspect_ratio, max_aspect_ratio : float
        Range of its width over its height.
    sampler_options : sequence of float
        Least overlaps with a box to choose from; 1 or more leaves the picture as it is.
    trials : int
        How often a part is proposed for each choice.
    """

    def __init__(
        self,
        min_scale: float = 0.3,
        max_scale: float = 1.0,
        min_aspect_ratio: float = 0.5,
        max_aspect_ratio: float = 2.0,
        sampler_options: Sequence[float] = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0),
        trials: int = 40,
    ) -> None:
        self.min_scale, self.max_scale = min_scale, max_scale
        self.min_aspect_ratio, self.max_aspect_ratio = min_aspect_ratio, max_aspect_ratio
        self.sampler_options, self.trials = sampler_options, trials

    def draw(self, stream: Stream) -> Params:
        return {"seed": stream.seed()}

    def run(self, params: Params, run: Run) -> None:
        found = run.find(Boxes)
        if len(found) != 1:
            raise TypeError(f"RandomIoUCrop looks at the boxes of a sample; this one has {len(found)} values of boxes")
        boxes = found[0].convert("xyxy").data.detach().double().cpu()
        stream = Stream(params["seed"])
        height, width = run.canvas
        while True:
            least = self.sampler_options[stream.integer(0, len(self.sampler_options) - 1)]
            if least >= 1.0 or not len(boxes):
                return
            for _ in range(self.trials):
                w = int(width * stream.uniform(self.min_scale, self.max_scale))
                h = int(height * stream.uniform(self.min_scale, self.max_scale))
                if not (w and h and self.min_aspect_ratio <= w / h <= self.max_aspect_ratio):
                    continue
                left, top = int((width - w) * stream.uniform()), int((height - h) * stream.uniform())
                part = torch.tensor([left, top, left + w, top + h], dtype=torch.float64)
                centre = (boxes[:, :2] + boxes[:, 2:]) / 2
                if not ((centre > part[:2]) & (centre < part[2:])).all(-1).any():
                    continue
                if float(_overlaps(boxes, part).max()) < least:
                    continue
                crop(run, top, left, h, w)
                return


class FiveCrop(Transform):
    """The four corners and the middle: a tuple of five samples."""

    def __init__(self, size: int | Sequence[int]) -> None:
        self.size = size

    def apply(self, params: Params, sample: Any) -> Any:
        results = []
        for mirrored in self._mirrored():
            for place in range(5):
                run = Run(sample)
                if mirrored:
                    mirror(run, *mirrored)
                height, width = pair(self.size)
                free_y, free_x = run.canvas[0] - height, run.canvas[1] - width
                if free_y < 0 or free_x < 0:
                    raise ValueError(f"parts of {height}×{width} do not fit the picture of {run.canvas}")
                places = ((0, 0), (0, free_x), (free_y, 0), (free_y, free_x), (round(free_y / 2), round(free_x / 2)))
                crop(run, *places[place], height, width)
                results.append(run.result())
        return tuple(results)

    def _mirrored(self) -> tuple[Any, ...]:
        return (None,)


class TenCrop(FiveCrop):
    """The five parts of `FiveCrop`, and those of the mirror image."""

    def __init__(self, size: int | Sequence[int], vertical_flip: bool = False) -> None:
        super().__init__(size)
        self.vertical_flip = vertical_flip

    def _mirrored(self) -> tuple[Any, ...]:
        return None, ((True, False) if self.vertical_flip else (False, True))


def _overlaps(boxes: torch.Tensor, part: torch.Tensor) -> torch.Tensor:
    """Intersection over union with one box."""
    common = (torch.minimum(boxes[:, 2:], part[2:]) - torch.maximum(boxes[:, :2], part[:2])).clamp_min(0).prod(-1)
    union = (boxes[:, 2:] - boxes[:, :2]).prod(-1) + (part[2:] - part[:2]).prod() - common
    return common / union
