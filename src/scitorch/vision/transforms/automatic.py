"""Random choices from a table of operations: AutoAugment and those that came after it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..geometry import projective
from ..resampling.colours import Contrast, stored, value_range
from ..values import Image
from .arguments import method
from .colours import brightness, invert, saturation
from .filters import sharpen
from .pointwise import autocontrast, equalize, posterize, solarize
from .run import Run
from .stream import Stream
from .transform import Params, Transform

__all__ = ["AugMix", "AutoAugment", "RandAugment", "TrivialAugmentWide"]

#: Strongest magnitudes of RandAugment (Cubuk et al. 2020), and of TrivialAugment's wide space (Müller & Hutter 2021):
#: shears as slopes, shifts as fractions of 331 pixels or in pixels, turns in degrees, factors as distances from 1.
_PLAIN = {"ShearX": 0.3, "ShearY": 0.3, "TranslateX": 150 / 331, "TranslateY": 150 / 331, "Rotate": 30.0}
_WIDE = {"ShearX": 0.99, "ShearY": 0.99, "TranslateX": 32.0, "TranslateY": 32.0, "Rotate": 135.0}
_FACTORS = ("Brightness", "Color", "Contrast", "Sharpness")
_UNSIGNED = ("Posterize", "Solarize", "AutoContrast", "Equalize", "Invert")
_SPACE = ("Identity", *_PLAIN, *_FACTORS, "Posterize", "Solarize", "AutoContrast", "Equalize")


def perform(run: Run, name: str, strength: float, wide: bool, interpolation: str, fill: Any) -> None:
    """
    One operation of the table.

    Parameters
    ----------
    run : Run
        The sample.
    name : str
        The operation.
    strength : float
        From 0 to 1, negative for the other direction.
    wide : bool
        Whether magnitudes are those of TrivialAugment.
    interpolation, fill
        Of geometric operations.
    """
    if name in _PLAIN:
        _move(run, name, strength * (_WIDE if wide else _PLAIN)[name], wide, interpolation, fill)
    elif name in _FACTORS:
        factor = 1 + strength * (0.99 if wide else 0.9)
        {
            "Brightness": lambda: run.colour(brightness(factor)),
            "Color": lambda: run.colour(saturation(factor)),
            "Contrast": lambda: run.colour(Contrast(factor)),
            "Sharpness": lambda: run.pixels(sharpen(factor)),
        }[name]()
    elif name == "Posterize":
        run.pixels(posterize(8 - round(abs(strength) * (6 if wide else 4))))
    elif name == "Solarize":
        share = 1 - abs(strength)
        run.pixels(lambda data: solarize(share * value_range(data.dtype))(data))
    elif name == "Invert":
        invert(run)
    elif name in ("AutoContrast", "Equalize"):
        run.pixels(autocontrast if name == "AutoContrast" else equalize)
    elif name != "Identity":
        raise ValueError(f"there is no operation {name!r}")


def _move(run: Run, name: str, amount: float, wide: bool, interpolation: str, fill: Any) -> None:
    height, width = run.canvas
    middle = (width / 2, height / 2)
    if name == "Rotate":
        map = projective.rotation(amount, middle)
    elif name.startswith("Translate"):
        x = amount * (1 if wide else width) if name.endswith("X") else 0.0
        y = amount * (1 if wide else height) if name.endswith("Y") else 0.0
        map = projective.shift(float(round(x)), float(round(y)))
    else:
        x, y = (amount, 0.0) if name.endswith("X") else (0.0, amount)
        slope: projective.Map = (1.0, x, 0.0, y, 1.0, 0.0, 0.0, 0.0, 1.0)
        about = projective.compose(slope, projective.shift(-middle[0], -middle[1]))
        map = projective.compose(projective.shift(*middle), about)
    run.move(map, method=interpolation, boundary="constant", fill=fill)


class _FromTable(Transform):
    """Draws operations and performs them."""

    interpolation: str
    fill: Any
    wide = False

    def run(self, params: Params, run: Run) -> None:
        for name, strength in params["operations"]:
            perform(run, name, strength, self.wide, self.interpolation, self.fill)


class RandAugment(_FromTable):
    """
    Several operations of one magnitude (Cubuk et al. 2020).

    Parameters
    ----------
    num_ops : int
        How many.
    magnitude : int
        From 0 to `num_magnitude_bins` less one.
    num_magnitude_bins : int
        In how many steps the strongest magnitude is reached.
    interpolation : {"bilinear", "bicubic", "nearest"}
        Method of resampling of geometric operations.
    fill : float or sequence of float
        What new area gets.
    """

    def __init__(
        self,
        num_ops: int = 2,
        magnitude: int = 9,
        num_magnitude_bins: int = 31,
        interpolation: str = "bilinear",
        fill: Any = 0.0,
    ) -> None:
        if not 0 <= magnitude < num_magnitude_bins:
            raise ValueError(f"magnitude must be from 0 to {num_magnitude_bins - 1}, not {magnitude}")
        self.num_ops, self.magnitude, self.num_magnitude_bins = num_ops, magnitude, num_magnitude_bins
        self.interpolation, self.fill = method(interpolation), fill

    def draw(self, stream: Stream) -> Params:
        strength = self.magnitude / (self.num_magnitude_bins - 1)
        return {"operations": [_drawn(stream, strength) for _ in range(self.num_ops)]}


class TrivialAugmentWide(_FromTable):
    """
    One operation of random magnitude from a wide range (Müller & Hutter 2021).

    Parameters
    ----------
    num_magnitude_bins : int
        Number of magnitudes.
    interpolation, fill
        As for `RandAugment`.
    """

    wide = True

    def __init__(self, num_magnitude_bins: int = 31, interpolation: str = "bilinear", fill: Any = 0.0) -> None:
        self.num_magnitude_bins, self.interpolation, self.fill = num_magnitude_bins, method(interpolation), fill

    def draw(self, stream: Stream) -> Params:
        bins = self.num_magnitude_bins - 1
        return {"operations": [_drawn(stream, stream.integer(0, bins) / bins)]}


def _drawn(stream: Stream, strength: float) -> list[Any]:
    name = _SPACE[stream.integer(0, len(_SPACE) - 1)]
    return [name, strength if name in _UNSIGNED or stream.chance(0.5) else -strength]


#: The policy that was learned on ImageNet (Cubuk et al. 2019, appendix): pairs of operation, probability and
#: magnitude of ten.
_IMAGENET = (
    (("Posterize", 0.4, 8), ("Rotate", 0.6, 9)), (("Solarize", 0.6, 5), ("AutoContrast", 0.6, 0)),
    (("Equalize", 0.8, 0), ("Equalize", 0.6, 0)), (("Posterize", 0.6, 7), ("Posterize", 0.6, 6)),
    (("Equalize", 0.4, 0), ("Solarize", 0.2, 4)), (("Equalize", 0.4, 0), ("Rotate", 0.8, 8)),
    (("Solarize", 0.6, 3), ("Equalize", 0.6, 0)), (("Posterize", 0.8, 5), ("Equalize", 1.0, 0)),
    (("Rotate", 0.2, 3), ("Solarize", 0.6, 8)), (("Equalize", 0.6, 0), ("Posterize", 0.4, 6)),
    (("Rotate", 0.8, 8), ("Color", 0.4, 0)), (("Rotate", 0.4, 9), ("Equalize", 0.6, 0)),
    (("Equalize", 0.0, 0), ("Equalize", 0.8, 0)), (("Invert", 0.6, 0), ("Equalize", 1.0, 0)),
    (("Color", 0.6, 4), ("Contrast", 1.0, 8)), (("Rotate", 0.8, 8), ("Color", 1.0, 2)),
    (("Color", 0.8, 8), ("Solarize", 0.8, 7)), (("Sharpness", 0.4, 7), ("Invert", 0.6, 0)),
    (("ShearX", 0.6, 5), ("Equalize", 1.0, 0)), (("Color", 0.4, 0), ("Equalize", 0.6, 0)),
    (("Equalize", 0.4, 0), ("Solarize", 0.2, 4)), (("Solarize", 0.6, 5), ("AutoContrast", 0.6, 0)),
    (("Invert", 0.6, 0), ("Equalize", 1.0, 0)), (("Color", 0.6, 4), ("Contrast", 1.0, 8)),
    (("Equalize", 0.8, 0), ("Equalize", 0.6, 0)),
)  # fmt: skip


class AutoAugment(_FromTable):
    """
    The policy learned on ImageNet: one of its 25 pairs of operations (Cubuk et al. 2019).

    Parameters
    ----------
    interpolation, fill
        As for `RandAugment`.
    """

    def __init__(self, interpolation: str = "bilinear", fill: Any = 0.0) -> None:
        self.interpolation, self.fill = method(interpolation), fill

    def draw(self, stream: Stream) -> Params:
        chosen = _IMAGENET[stream.integer(0, len(_IMAGENET) - 1)]
        operations = []
        for name, p, magnitude in chosen:
            sign = 1 if name in _UNSIGNED or stream.chance(0.5) else -1
            if stream.chance(p):
                operations.append([name, sign * magnitude / 9])
        return {"operations": operations}


class AugMix(Transform):
    """
    A weighted sum of the picture and several chains of operations (Hendrycks et al. 2020).

    Chains move pixels by small amounts; boxes and masks would be in several places at once, so that a sample with
    spatial values other than images raises.

    Parameters
    ----------
    severity : int
        Largest magnitude, from 1 to 10.
    mixture_width : int
        Number of chains.
    chain_depth : int
        Number of operations of a chain; random from 1 to 3 if not positive.
    alpha : float
        Parameter of the distributions of the weights.
    interpolation, fill
        As for `RandAugment`.
    """

    def __init__(
        self,
        severity: int = 3,
        mixture_width: int = 3,
        chain_depth: int = -1,
        alpha: float = 1.0,
        interpolation: str = "bilinear",
        fill: Any = 0.0,
    ) -> None:
        if not 1 <= severity <= 10:
            raise ValueError(f"severity is from 1 to 10, not {severity}")
        self.severity, self.mixture_width, self.chain_depth = severity, mixture_width, chain_depth
        self.alpha, self.interpolation, self.fill = alpha, method(interpolation), fill

    def draw(self, stream: Stream) -> Params:
        chains = []
        for _ in range(self.mixture_width):
            depth = self.chain_depth if self.chain_depth > 0 else stream.integer(1, 3)
            chains.append([_drawn(stream, stream.uniform(0, self.severity / 10)) for _ in range(depth)])
        # exponential numbers over their sum are uniform on the simplex; a power of them concentrates or spreads it
        raw = [(-math.log(1 - stream.uniform())) ** (1 / self.alpha) for _ in chains]
        return {"chains": chains, "weights": [w / sum(raw) for w in raw], "share": stream.beta(self.alpha)}

    def run(self, params: Params, run: Run) -> None:
        if any(not isinstance(leaf, Image) for leaf in run.spatial()):
            raise TypeError("AugMix mixes moved pictures: no other spatial value can follow several maps at once")
        run.values(Image, lambda image: image.replace(data=self._mixed(params, image.data)))

    def _mixed(self, params: Params, data: Tensor) -> Tensor:
        total: Any = 0.0
        for chain, weight in zip(params["chains"], params["weights"]):
            total = total + weight * _after(chain, data, self.interpolation, self.fill)
        wide = data if data.is_floating_point() else data.float()
        return stored(params["share"] * wide + (1 - params["share"]) * total, data.dtype)


def _after(chain: Sequence[Any], data: Tensor, interpolation: str, fill: Any) -> Tensor:
    run = Run(Image(data))
    for name, strength in chain:
        perform(run, name, strength, False, interpolation, fill)
    result: Tensor = run.result().data
    return result if result.is_floating_point() else result.to(torch.float32)
