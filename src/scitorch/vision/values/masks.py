"""Values made of pixels that must not be mixed: masks and dense measurements."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .value import Spatial, tensor

__all__ = ["Depth", "Disparity", "Flow", "Mask", "SegmentationMask"]


class Mask(Spatial):
    """
    Masks of objects, one plane for each: shape ``(..., N, H, W)``, boolean or 0 and 1.

    A plane ``(H, W)`` becomes one mask. Outside the picture there is nothing: new area is 0.
    """

    def __init__(self, data: Any) -> None:
        data = tensor(data, at_least=2, what="a mask")
        self.data: Tensor = data[None] if data.dim() == 2 else data


class SegmentationMask(Spatial):
    """
    The class of every pixel.

    Parameters
    ----------
    data : array_like
        Integers, shape ``(..., H, W)``.
    ignore_index : int, default 255
        The class of pixels that nothing is known of; new area outside the picture gets it.
    classes : tuple of str, optional
        Names of the classes.
    """

    facts = ("ignore_index", "classes")

    def __init__(self, data: Any, ignore_index: int = 255, classes: tuple[str, ...] | None = None) -> None:
        self.data = tensor(data, at_least=2, what="a segmentation mask")
        self.ignore_index = ignore_index
        self.classes = classes


class Flow(Spatial):
    """
    Optical flow: where each pixel goes, in pixels.

    Parameters
    ----------
    data : array_like
        Displacements (x, y), shape ``(..., 2, H, W)``. Geometric transforms move the pixels and turn and scale the
        vectors.
    method : {"bilinear", "nearest"}
        How it is resampled; choose "nearest" for measurements with gaps.
    """

    facts = ("method",)

    def __init__(self, data: Any, method: str = "bilinear") -> None:
        self.data = tensor(data, at_least=3, what="a flow")
        if self.data.shape[-3] != 2:
            raise ValueError(f"a flow has 2 planes, (..., 2, H, W); not the shape {tuple(self.data.shape)}")
        self.method = method


class Depth(Spatial):
    """
    Distance along the optical axis of every pixel, shape ``(..., 1, H, W)``.

    Parameters
    ----------
    data : array_like
        The distances; 0 where unknown.
    rescale : bool, default False
        Where False, distances keep their values and a `Camera` in the sample takes the change of the picture. Where
        True, the camera is thought to be fixed: a picture magnified by s shows things at 1/s of the distance.
    """

    facts = ("rescale",)

    def __init__(self, data: Any, rescale: bool = False) -> None:
        data = tensor(data, at_least=2, what="a depth map")
        self.data: Tensor = data[None] if data.dim() == 2 else data
        self.rescale = rescale


class Disparity(Spatial):
    """
    Signed horizontal displacement to the other picture of a pair, in pixels, shape ``(..., 1, H, W)``.

    It is scaled with the width of the picture and changes sign when left and right are exchanged. Transforms that
    turn the rows of the picture raise: the result would have no disparity.
    """

    def __init__(self, data: Any) -> None:
        data = tensor(data, at_least=2, what="a disparity map")
        self.data: Tensor = data[None] if data.dim() == 2 else data


def empty_masks(count: int, canvas_size: tuple[int, int]) -> Mask:
    """So many empty masks."""
    return Mask(torch.zeros(count, *canvas_size, dtype=torch.bool))
