"""Changes of colours that are affine: they fold into one matrix together with the normalisation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..resampling.colours import GREY, Contrast, Matrix
from .arguments import probability, span
from .run import Run
from .stream import Stream
from .transform import Params, Transform

__all__ = [
    "RGB",
    "ColorJitter",
    "Grayscale",
    "Normalize",
    "RandomChannelPermutation",
    "RandomGrayscale",
    "RandomInvert",
    "RandomPhotometricDistort",
]

# NTSC's chroma axes over red, green and blue (FCC 1953): a turn of I and Q is a turn of hue at constant luma.
_YIQ = ((0.299, 0.587, 0.114), (0.595716, -0.274453, -0.321263), (0.211456, -0.522591, 0.311135))
_BACK = torch.linalg.inv(torch.tensor(_YIQ, dtype=torch.float64)).tolist()


def brightness(factor: Any) -> Matrix:
    """Everything times a factor."""
    return ((factor, 0.0, 0.0, 0.0), (0.0, factor, 0.0, 0.0), (0.0, 0.0, factor, 0.0))


def saturation(factor: Any) -> Matrix:
    """Distance to grey, times a factor."""
    r, g, b = ((1 - factor) * w for w in GREY)
    return ((r + factor, g, b, 0.0), (r, g + factor, b, 0.0), (r, g, b + factor, 0.0))


def hue(turns: Any) -> Matrix:
    """Colours turned about the grey axis by a part of a full turn."""
    angle = turns * (2 * math.pi)
    cos, sin = (torch.cos(angle), torch.sin(angle)) if isinstance(angle, Tensor) else (math.cos(angle), math.sin(angle))
    # red to yellow to green, as hue is counted, is a turn from I to −Q
    (i0, i1, i2), (q0, q1, q2) = _YIQ[1:]
    in_phase = (cos * i0 + sin * q0, cos * i1 + sin * q1, cos * i2 + sin * q2)
    quadrature = (cos * q0 - sin * i0, cos * q1 - sin * i1, cos * q2 - sin * i2)
    columns = list(zip(_YIQ[0], in_phase, quadrature))

    def row(back: list[float]) -> tuple[Any, Any, Any, Any]:
        r, g, b = (back[0] * y + back[1] * i + back[2] * q for y, i, q in columns)
        return r, g, b, 0.0

    return row(_BACK[0]), row(_BACK[1]), row(_BACK[2])


class ColorJitter(Transform):
    """
    Brightness, contrast, saturation and hue changed by random amounts, in random order.

    Parameters
    ----------
    brightness, contrast, saturation : float or (float, float)
        Range of the factor, or its largest distance from 1.
    hue : float or (float, float)
        Range of the turn of hue, in full turns, or its largest size; at most half a turn.

    Notes
    -----
    All four are affine maps of colours and are done as one, cut to the range of colours once, at the end. Hue is
    turned in the plane of constant luma (YIQ); the HSV of other libraries is not affine and changes the luma.
    """

    def __init__(
        self,
        brightness: float | Sequence[float] = 0.0,
        contrast: float | Sequence[float] = 0.0,
        saturation: float | Sequence[float] = 0.0,
        hue: float | Sequence[float] = 0.0,
    ) -> None:
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue
        self._factors = [span(x, 1.0, 0.0) for x in (brightness, contrast, saturation)]
        self._turns = span(hue)
        if not -0.5 <= self._turns[0] <= self._turns[1] <= 0.5:
            raise ValueError(f"hue is turned by at most half a turn, not by {hue}")

    def draw(self, stream: Stream) -> Params:
        b, c, s = (stream.uniform(*ends) if ends != (1.0, 1.0) else 1.0 for ends in self._factors)
        turns = stream.uniform(*self._turns) if self._turns != (0.0, 0.0) else 0.0
        return {"order": stream.order(4), "brightness": b, "contrast": c, "saturation": s, "hue": turns}

    def run(self, params: Params, run: Run) -> None:
        for step in params["order"]:
            _change(run, ("brightness", "contrast", "saturation", "hue")[step], params)


def _change(run: Run, what: str, params: Params) -> None:
    amount = params[what]
    if not isinstance(amount, Tensor) and amount == (0.0 if what == "hue" else 1.0):
        return
    if what == "contrast":
        run.colour(Contrast(amount))
    else:
        run.colour({"brightness": brightness, "saturation": saturation, "hue": hue}[what](amount))


class RandomPhotometricDistort(Transform):
    """The distortions of SSD (Liu et al. 2016): each with probability `p`, contrast before or after the others."""

    def __init__(
        self,
        brightness: Sequence[float] = (0.875, 1.125),
        contrast: Sequence[float] = (0.5, 1.5),
        saturation: Sequence[float] = (0.5, 1.5),
        hue: Sequence[float] = (-0.05, 0.05),
        p: float = 0.5,
    ) -> None:
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue
        self.p = probability(p)

    def draw(self, stream: Stream) -> Params:
        params: dict[str, Any] = {}
        for name in ("brightness", "contrast", "saturation", "hue"):
            neutral = 0.0 if name == "hue" else 1.0
            params[name] = stream.uniform(*getattr(self, name)) if stream.chance(self.p) else neutral
        params["contrast_first"] = stream.chance(0.5)
        params["channels"] = stream.order(3) if stream.chance(self.p) else [0, 1, 2]
        return params

    def run(self, params: Params, run: Run) -> None:
        middle = ["saturation", "hue"]
        for name in ["brightness", *(["contrast", *middle] if params["contrast_first"] else [*middle, "contrast"])]:
            _change(run, name, params)
        _permute(run, params["channels"])


class RandomChannelPermutation(Transform):
    """Red, green and blue in random order."""

    def draw(self, stream: Stream) -> Params:
        return {"channels": stream.order(3)}

    def run(self, params: Params, run: Run) -> None:
        _permute(run, params["channels"])


def _permute(run: Run, channels: list[int]) -> None:
    if channels != [0, 1, 2]:
        identity = brightness(1.0)
        run.colour((identity[channels[0]], identity[channels[1]], identity[channels[2]]))


class RandomInvert(Transform):
    """The negative, with probability `p`."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = probability(p)

    def draw(self, stream: Stream) -> Params:
        return {"invert": stream.chance(self.p)}

    def run(self, params: Params, run: Run) -> None:
        if params["invert"]:
            invert(run)


def invert(run: Run) -> None:
    """The negative."""
    run.colour(((-1.0, 0.0, 0.0, 1.0), (0.0, -1.0, 0.0, 1.0), (0.0, 0.0, -1.0, 1.0)))


class Grayscale(Transform):
    """Rec. 601 luma, in one channel or repeated in three."""

    def __init__(self, num_output_channels: int = 1) -> None:
        if num_output_channels not in (1, 3):
            raise ValueError(f"grey pictures have 1 or 3 channels, not {num_output_channels}")
        self.num_output_channels = num_output_channels

    def run(self, params: Params, run: Run) -> None:
        run.colour(saturation(0.0))
        if self.num_output_channels == 1:
            run.pixels(lambda x: x[..., :1, :, :])
        else:
            RGB().run({}, run)


class RandomGrayscale(Transform):
    """Grey in as many channels as before, with probability `p`."""

    def __init__(self, p: float = 0.1) -> None:
        self.p = probability(p)

    def draw(self, stream: Stream) -> Params:
        return {"grey": stream.chance(self.p)}

    def run(self, params: Params, run: Run) -> None:
        if params["grey"]:
            run.colour(saturation(0.0))


class RGB(Transform):
    """Three channels: grey is repeated, opacity is dropped."""

    def run(self, params: Params, run: Run) -> None:
        def three(x: Tensor) -> Tensor:
            if x.shape[-3] not in (1, 3, 4):
                raise ValueError(f"pictures of {x.shape[-3]} channels have no colours")
            return x.expand(*x.shape[:-3], 3, *x.shape[-2:]) if x.shape[-3] == 1 else x[..., :3, :, :]

        run.pixels(three)


class Normalize(Transform):
    """
    Subtract a mean and divide by a standard deviation, for each channel.

    Parameters
    ----------
    mean, std : sequence of float
        In the range from 0 to 1; integer pictures become float32 in that range first.
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        if len(mean) != len(std) or any(s == 0 for s in std):
            raise ValueError("mean and std need as many numbers, and std none that is 0")
        self.mean, self.std = tuple(float(x) for x in mean), tuple(float(x) for x in std)

    def run(self, params: Params, run: Run) -> None:
        run.normalize(self.mean, self.std)
