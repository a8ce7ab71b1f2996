"""Pictures of a batch mixed with each other, and their labels with them."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ...op.torch_private import pytree
from ..values import Clip, Image, Label, Ragged, SegmentationMask, Spatial, Value
from .stream import Stream
from .transform import Params, Transform

__all__ = ["CutMix", "MixUp"]


class _Mix(Transform):
    """
    A transform of a whole batch, of which each sample is mixed with the one before.

    Its parameters are those of the batch. Labels become probabilities.
    """

    def __init__(self, alpha: float = 1.0, num_classes: int | None = None) -> None:
        if alpha <= 0:
            raise ValueError(f"alpha must be positive, but is {alpha}")
        self.alpha, self.num_classes = alpha, num_classes

    def draw(self, stream: Stream) -> Params:
        return {"share": stream.beta(self.alpha), "top": stream.uniform(), "left": stream.uniform()}

    def sample_params(
        self, generator: torch.Generator | None = None, batch: int | None = None, *, key: Any = None
    ) -> Params:
        """Draw parameters, which are those of the whole batch."""
        return self.draw(Stream.of(generator, key))

    def apply(self, params: Params, sample: Any) -> Any:
        """
        Mix a batch.

        Raises
        ------
        TypeError
            For values that have no mixture, such as boxes.
        """
        leaves, spec = pytree.tree_flatten(sample, is_leaf=lambda x: isinstance(x, Value | Ragged))
        pictures = [leaf for leaf in leaves if isinstance(leaf, Image | Clip)]
        if not pictures or any(p.data.dim() != (5 if isinstance(p, Clip) else 4) for p in pictures):
            raise TypeError(f"{type(self).__name__} mixes batches of images (B, C, H, W) or clips (B, T, C, H, W)")
        share, mix = self._mixture(params, *pictures[0].canvas_size)
        mixed: list[Any] = []
        for leaf in leaves:
            if isinstance(leaf, Label):
                hot = leaf.one_hot(self.num_classes)
                mixed.append(hot.replace(data=share * hot.data + (1 - share) * hot.data.roll(1, 0)))
            elif isinstance(leaf, Image | Clip) or self._takes(leaf):
                mixed.append(leaf.replace(data=mix(leaf.data)))
            elif isinstance(leaf, Spatial | Ragged):
                raise TypeError(f"{type(self).__name__} has no mixture of {leaf!r}")
            else:
                mixed.append(leaf)
        return pytree.tree_unflatten(mixed, spec)

    def run(self, params: Params, run: Any) -> None:
        raise TypeError(f"{type(self).__name__} mixes batches: apply it to a batch, after the transforms of samples")

    def _takes(self, leaf: Any) -> bool:
        return False

    def _mixture(self, params: Params, height: int, width: int) -> tuple[float, Any]:
        raise NotImplementedError


class MixUp(_Mix):
    """
    Weighted sums of pictures (Zhang et al. 2018).

    Parameters
    ----------
    alpha : float
        Parameter of the beta distribution of the weight.
    num_classes : int, optional
        Number of classes, where labels do not know it.
    """

    def _mixture(self, params: Params, height: int, width: int) -> tuple[float, Any]:
        share = params["share"]

        def mix(data: Tensor) -> Tensor:
            if not data.is_floating_point():
                raise TypeError(f"MixUp adds floating-point pictures, not {data.dtype}: convert them by ToDtype")
            return share * data + (1 - share) * data.roll(1, 0)

        return share, mix


class CutMix(_Mix):
    """
    A rectangle of each picture replaced by that of another (Yun et al. 2019); the classes of pixels go along.

    Parameters
    ----------
    alpha : float
        Parameter of the beta distribution of the area that stays.
    num_classes : int, optional
        Number of classes, where labels do not know it.
    """

    def _takes(self, leaf: Any) -> bool:
        return isinstance(leaf, SegmentationMask)

    def _mixture(self, params: Params, height: int, width: int) -> tuple[float, Any]:
        side = math.sqrt(1 - params["share"]) / 2
        y, x = int(params["top"] * height), int(params["left"] * width)
        top, bottom = max(y - int(side * height), 0), min(y + int(side * height), height)
        left, right = max(x - int(side * width), 0), min(x + int(side * width), width)

        def mix(data: Tensor) -> Tensor:
            inside = torch.zeros(height, width, dtype=torch.bool, device=data.device)
            inside[top:bottom, left:right] = True
            return torch.where(inside, data.roll(1, 0), data)

        return 1 - (bottom - top) * (right - left) / (height * width), mix
