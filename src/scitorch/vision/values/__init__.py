"""Typed values: what a sample is made of."""

from .boxes import Boxes
from .encoded import Encoded, EncodedImage, EncodedMasks, EncodedSegmentation
from .label import Label
from .masks import Depth, Disparity, Flow, Mask, SegmentationMask
from .pictures import Clip, Image, Volume
from .points import Camera, KeyPoints, Polygons
from .ragged import Ragged
from .value import Spatial, Value

__all__ = [
    "Boxes",
    "Camera",
    "Clip",
    "Depth",
    "Disparity",
    "Encoded",
    "EncodedImage",
    "EncodedMasks",
    "EncodedSegmentation",
    "Flow",
    "Image",
    "KeyPoints",
    "Label",
    "Mask",
    "Polygons",
    "Ragged",
    "SegmentationMask",
    "Spatial",
    "Value",
    "Volume",
]
