"""Blur, sharpness, noise, and the traces of compression."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import torch
from torch import Tensor

from ..resampling.colours import stored, value_range
from .arguments import pair, probability, span
from .run import Run
from .stream import Stream, noise
from .transform import Params, Transform

__all__ = ["JPEG", "GaussianBlur", "GaussianNoise", "RandomAdjustSharpness"]


class GaussianBlur(Transform):
    """
    A blur of random width, the border mirrored.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Odd width, and height, of the window that is averaged.
    sigma : float or (float, float)
        Standard deviation in pixels, or its range.
    """

    def __init__(self, kernel_size: int | Sequence[int], sigma: float | Sequence[float] = (0.1, 2.0)) -> None:
        self.kernel_size, self.sigma = kernel_size, sigma
        if any(k % 2 == 0 for k in pair(kernel_size)):
            raise ValueError(f"kernel_size must be odd, not {kernel_size}")
        self._range = (float(sigma), float(sigma)) if isinstance(sigma, int | float) else span(sigma, least=0.0)

    def draw(self, stream: Stream) -> Params:
        return {"sigma": stream.uniform(*self._range)}

    def run(self, params: Params, run: Run) -> None:
        run.pixels(lambda data: blur(data, pair(self.kernel_size), params["sigma"]))


def blur(data: Tensor, kernel_size: tuple[int, int], sigma: Any) -> Tensor:
    """Gaussian averages along rows and columns."""
    wide = data if data.is_floating_point() else data.float()
    for dim, size in ((-1, kernel_size[0]), (-2, kernel_size[1])):
        steps = torch.arange(size, dtype=wide.dtype, device=wide.device) - size // 2
        sigma = torch.as_tensor(sigma, dtype=wide.dtype, device=wide.device)
        weights = torch.softmax(-0.5 * (steps / sigma.clamp_min(1e-3)) ** 2, 0)
        wide = _convolved(wide, weights, dim)
    return stored(wide, data.dtype)


def _convolved(data: Tensor, weights: Tensor, dim: int) -> Tensor:
    radius, n = len(weights) // 2, data.shape[dim]
    index = torch.arange(-radius, n + radius, device=data.device)
    if n > 1:  # mirrored about the first and the last pixel
        index = index.remainder(2 * n - 2)
        index = torch.minimum(index, 2 * n - 2 - index)
    else:
        index = torch.zeros_like(index)
    padded = data.index_select(dim, index)
    return sum((w * padded.narrow(dim, k, n) for k, w in enumerate(weights)), torch.zeros((), dtype=data.dtype))


class RandomAdjustSharpness(Transform):
    """The difference to a light blur times `sharpness_factor`, with probability `p`: 0 blurs, 1 keeps, 2 sharpens."""

    def __init__(self, sharpness_factor: float, p: float = 0.5) -> None:
        self.sharpness_factor, self.p = sharpness_factor, probability(p)

    def draw(self, stream: Stream) -> Params:
        return {"apply": stream.chance(self.p)}

    def run(self, params: Params, run: Run) -> None:
        if params["apply"]:
            run.pixels(sharpen(self.sharpness_factor))


def sharpen(factor: Any) -> Callable[[Tensor], Tensor]:
    """Pillow's smoothing mask, 5 in the middle and 1 around over 13; the outermost pixels stay."""

    def change(data: Tensor) -> Tensor:
        if min(data.shape[-2:]) < 3:
            return data
        wide = data if data.is_floating_point() else data.float()
        height, width = data.shape[-2:]
        total = 4 * wide[..., 1:-1, 1:-1]
        for dy in range(3):
            for dx in range(3):
                total = total + wide[..., dy : height - 2 + dy, dx : width - 2 + dx]
        smooth = torch.nn.functional.pad(total / 13, (1, 1, 1, 1))
        inner = torch.zeros(data.shape[-2:], dtype=torch.bool, device=data.device)
        inner[1:-1, 1:-1] = True
        smooth = torch.where(inner, smooth, wide)
        return stored((smooth + factor * (wide - smooth)).clamp(0, value_range(data.dtype)), data.dtype)

    return change


class GaussianNoise(Transform):
    """
    Noise added to every number.

    Parameters
    ----------
    mean, sigma : float
        Of the noise, in the range from 0 to 1.
    clip : bool
        Whether the result is cut to the range of colours.
    """

    def __init__(self, mean: float = 0.0, sigma: float = 0.1, clip: bool = True) -> None:
        if sigma < 0:
            raise ValueError(f"sigma must not be negative, but is {sigma}")
        self.mean, self.sigma, self.clip = mean, sigma, clip

    def draw(self, stream: Stream) -> Params:
        return {"seed": stream.seed()}

    def run(self, params: Params, run: Run) -> None:
        def change(data: Tensor) -> Tensor:
            high = value_range(data.dtype)
            wide = data if data.is_floating_point() else data.float()
            made = noise(params["seed"], data.shape).to(device=data.device, dtype=wide.dtype)
            wide = wide + (self.mean + self.sigma * made) * high
            return stored(wide.clamp(0, high) if self.clip else wide, data.dtype)

        run.pixels(change)


class JPEG(Transform):
    """Compressed by Pillow with a random quality from 1 to 100; for 8-bit pictures, without derivative."""

    def __init__(self, quality: int | Sequence[int]) -> None:
        self.quality = quality
        self._range = (quality, quality) if isinstance(quality, int) else (int(quality[0]), int(quality[1]))
        if not 1 <= self._range[0] <= self._range[1] <= 100:
            raise ValueError(f"quality is from 1 to 100, not {quality}")

    def draw(self, stream: Stream) -> Params:
        return {"quality": stream.integer(*self._range)}

    def run(self, params: Params, run: Run) -> None:
        run.pixels(lambda data: _compressed(data, params["quality"]))


def _compressed(data: Tensor, quality: int) -> Tensor:
    import PIL.Image

    if data.dtype != torch.uint8 or data.shape[-3] not in (1, 3):
        raise TypeError(f"JPEG holds 8-bit pictures of 1 or 3 channels, not {data.dtype} of {data.shape[-3]}")
    results = []
    for plane in data.reshape(math.prod(data.shape[:-3]), *data.shape[-3:]):
        array = plane.movedim(0, -1).cpu().numpy()
        held = io.BytesIO()
        PIL.Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(held, "JPEG", quality=quality)
        with PIL.Image.open(held) as picture:
            found = torch.from_numpy(numpy.array(picture))
        results.append(found[None] if found.dim() == 2 else found.movedim(-1, 0))
    return torch.stack(results).reshape(data.shape).to(data.device)
