"""Turned, sheared, tilted and bent pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..geometry import projective
from ..geometry.chain import Displacement
from ..geometry.projective import compose, shift
from .arguments import method, probability, span
from .run import Run
from .stream import Stream
from .transform import Params, Transform

__all__ = ["ElasticTransform", "RandomAffine", "RandomPerspective", "RandomRotation"]


class RandomRotation(Transform):
    """
    The picture turned counter-clockwise by a random angle.

    Parameters
    ----------
    degrees : float or (float, float)
        Range of the angle, or its largest size.
    interpolation : {"bilinear", "bicubic", "nearest"}
        Method of resampling.
    expand : bool
        Whether the canvas grows to hold all of the turned picture.
    center : (float, float), optional
        Centre (x, y) of the rotation; the middle of the picture by default.
    fill : float or sequence of float
        What new area gets.
    """

    def __init__(
        self,
        degrees: float | Sequence[float],
        interpolation: str = "bilinear",
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: Any = 0.0,
    ) -> None:
        self.degrees, self.interpolation, self.expand = degrees, method(interpolation), expand
        self.center, self.fill = center, fill

    def draw(self, stream: Stream) -> Params:
        return {"angle": stream.uniform(*span(self.degrees))}

    def run(self, params: Params, run: Run) -> None:
        height, width = run.canvas
        x, y = (width / 2, height / 2) if self.center is None else self.center
        map = projective.rotation(params["angle"], (float(x), float(y)))
        canvas = run.canvas
        if self.expand:
            corners = [
                projective.at(projective.plain(map), c)
                for c in ((0.0, 0.0), (float(width), 0.0), (0.0, float(height)), (float(width), float(height)))
            ]
            low = [min(c[i] for c in corners) for i in (0, 1)]
            high = [max(c[i] for c in corners) for i in (0, 1)]
            canvas = (math.ceil(high[1] - low[1] - 1e-6), math.ceil(high[0] - low[0] - 1e-6))
            # the turned picture stands in the middle of its canvas
            dx, dy = ((canvas[1 - i] - (high[i] - low[i])) / 2 - low[i] for i in (0, 1))
            map = compose(shift(dx, dy), map)
        run.move(map, canvas, method=self.interpolation, boundary="constant", fill=self.fill)


class RandomAffine(Transform):
    """
    The picture turned clockwise, shifted, magnified and sheared.

    Parameters
    ----------
    degrees : float or (float, float)
        Range of the angle.
    translate : (float, float), optional
        Largest shifts along x and y, as fractions of width and height.
    scale : (float, float), optional
        Range of the magnification.
    shear : float or sequence of two or four floats, optional
        Range of the shear along x, and along y, in degrees.
    interpolation, fill, center
        As for `RandomRotation`.
    """

    def __init__(
        self,
        degrees: float | Sequence[float],
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: float | Sequence[float] | None = None,
        interpolation: str = "bilinear",
        fill: Any = 0.0,
        center: Sequence[float] | None = None,
    ) -> None:
        self.degrees, self.translate, self.scale, self.shear = degrees, translate, scale, shear
        self.interpolation, self.fill, self.center = method(interpolation), fill, center

    def draw(self, stream: Stream) -> Params:
        angle = stream.uniform(*span(self.degrees))
        reach = (0.0, 0.0) if self.translate is None else self.translate
        translate = [stream.uniform(-r, r) for r in reach]
        scale = 1.0 if self.scale is None else stream.uniform(*self.scale)
        shear = [0.0, 0.0]
        if self.shear is not None:
            ends = (self.shear,) if isinstance(self.shear, int | float) else tuple(self.shear)
            shear[0] = stream.uniform(*span(ends[0] if len(ends) == 1 else ends[:2]))
            shear[1] = stream.uniform(*ends[2:4]) if len(ends) == 4 else 0.0
        return {"angle": angle, "translate": translate, "scale": scale, "shear": shear}

    def run(self, params: Params, run: Run) -> None:
        height, width = run.canvas
        center = (width / 2, height / 2) if self.center is None else (float(self.center[0]), float(self.center[1]))
        x, y = params["translate"]
        shear = (params["shear"][0], params["shear"][1])
        map = projective.affine(params["angle"], (x * width, y * height), params["scale"], shear, center)
        run.move(map, method=self.interpolation, boundary="constant", fill=self.fill)


class RandomPerspective(Transform):
    """
    The corners of the picture moved inwards, with a probability.

    Parameters
    ----------
    distortion_scale : float
        How far corners may move, as a fraction of half the picture.
    p : float
        The probability.
    interpolation, fill
        As for `RandomRotation`.
    """

    def __init__(
        self, distortion_scale: float = 0.5, p: float = 0.5, interpolation: str = "bilinear", fill: Any = 0.0
    ) -> None:
        self.distortion_scale, self.p = distortion_scale, probability(p)
        self.interpolation, self.fill = method(interpolation), fill

    def draw(self, stream: Stream) -> Params:
        if not stream.chance(self.p):
            return {"corners": None}
        reach = self.distortion_scale / 2
        return {"corners": [[stream.uniform(0, reach), stream.uniform(0, reach)] for _ in range(4)]}

    def run(self, params: Params, run: Run) -> None:
        if params["corners"] is None:
            return
        height, width = (float(n) for n in run.canvas)
        start = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
        inwards = ((1, 1), (-1, 1), (-1, -1), (1, -1))
        end = tuple(
            (x + sx * float(u) * width, y + sy * float(v) * height)
            for (x, y), (sx, sy), (u, v) in zip(start, inwards, params["corners"])
        )
        map = projective.quadrilateral(start, end)
        run.move(map, method=self.interpolation, boundary="constant", fill=self.fill)


class ElasticTransform(Transform):
    """
    The picture bent by a smooth random field (Simard, Steinkraus & Platt 2003).

    Parameters
    ----------
    alpha : float or (float, float)
        Strength along x and y: half of it times smoothed noise between -1 and 1 is the displacement in pixels.
    sigma : float or (float, float)
        Smoothness along x and y, in pixels.
    interpolation, fill
        As for `RandomRotation`.
    """

    def __init__(
        self,
        alpha: float | Sequence[float] = 50.0,
        sigma: float | Sequence[float] = 5.0,
        interpolation: str = "bilinear",
        fill: Any = 0.0,
    ) -> None:
        self.alpha, self.sigma = alpha, sigma
        self.interpolation, self.fill = method(interpolation), fill

    def draw(self, stream: Stream) -> Params:
        return {"seed": stream.seed()}

    def run(self, params: Params, run: Run) -> None:
        generator = torch.Generator().manual_seed(params["seed"])
        field = torch.rand(2, *run.canvas, generator=generator) * 2 - 1
        alpha, sigma = ((x, x) if isinstance(x, int | float) else tuple(x) for x in (self.alpha, self.sigma))
        field = torch.stack([_smooth(plane, s) * (a / 2) for plane, a, s in zip(field, alpha, sigma)])
        run.move(Displacement(field), method=self.interpolation, boundary="constant", fill=self.fill)


def _smooth(plane: Tensor, sigma: float) -> Tensor:
    """Gaussian average along both axes, the border mirrored as far as there is picture."""
    if sigma <= 0:
        return plane
    radius = math.ceil(3 * sigma)
    steps = torch.arange(-radius, radius + 1, dtype=plane.dtype)
    weights = torch.exp(-0.5 * (steps / sigma) ** 2)
    weights = (weights / weights.sum())[None, None]
    for _ in range(2):
        rows = torch.nn.functional.pad(plane[:, None], (radius, radius), mode="replicate")
        plane = torch.nn.functional.conv1d(rows, weights)[:, 0].T
    return plane
