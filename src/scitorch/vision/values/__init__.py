"""Typed values: what a sample is made of."""

from .boxes import Boxes
from .label import Label
from .masks import Depth, Disparity, Flow, Mask, SegmentationMask
from .pictures import Clip, Image, Volume
from .points import Camera, KeyPoints, Polygons
from .value import Spatial, Value

__all__ = [
    "Boxes",
    "Camera",
    "Clip",
    "Depth",
    "Disparity",
    "Flow",
    "Image",
    "KeyPoints",
    "Label",
    "Mask",
    "Polygons",
    "SegmentationMask",
    "Spatial",
    "Value",
    "Volume",
]
