"""Parts of the picture taken away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..resampling.colours import stored, value_range
from .arguments import probability
from .run import Run
from .stream import Stream, noise
from .transform import Params, Transform

__all__ = ["RandomErasing"]


class RandomErasing(Transform):
    """
    A rectangle of the picture painted over, with a probability (Zhong et al. 2020).

    Parameters
    ----------
    p : float
        The probability.
    scale : (float, float)
        Range of the rectangle's area, as a fraction of the picture's.
    ratio : (float, float)
        Range of its width over its height, on a logarithmic scale.
    value : float, sequence of float or "random"
        What it is painted with: in the picture's own range, one for all or each channel; or noise.

    Notes
    -----
    Only pictures change: what is hidden is still there, for boxes and masks too.
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0.0,
    ) -> None:
        self.p, self.scale, self.ratio, self.value = probability(p), scale, ratio, value

    def draw(self, stream: Stream) -> Params:
        apply = stream.chance(self.p)
        low, high = math.log(self.ratio[0]), math.log(self.ratio[1])
        area = [stream.uniform(*self.scale) for _ in range(10)]
        ratio = [math.exp(stream.uniform(low, high)) for _ in range(10)]
        place = {"top": stream.uniform(), "left": stream.uniform(), "seed": stream.seed()}
        return {"apply": apply, "area": area, "ratio": ratio, **place}

    def run(self, params: Params, run: Run) -> None:
        if not params["apply"]:
            return
        height, width = run.canvas
        for area, ratio in zip(params["area"], params["ratio"]):
            h, w = round(math.sqrt(area * height * width / ratio)), round(math.sqrt(area * height * width * ratio))
            if 0 < h < height and 0 < w < width:
                top, left = int(params["top"] * (height - h + 1)), int(params["left"] * (width - w + 1))
                break
        else:
            return

        def paint(data: Tensor) -> Tensor:
            shape = (*data.shape[:-2], h, w)
            if self.value == "random":
                made = noise(params["seed"], shape).to(data.device) * value_range(data.dtype)
                colour = stored(made, data.dtype)
            else:
                colour = torch.as_tensor(self.value, dtype=data.dtype, device=data.device).reshape(-1, 1, 1)
            inside = torch.zeros(data.shape[-2:], dtype=torch.bool, device=data.device)
            inside[top : top + h, left : left + w] = True
            painted = torch.nn.functional.pad(colour.expand(shape), (left, width - left - w, top, height - top - h))
            return torch.where(inside, painted, data)

        run.pixels(paint)
