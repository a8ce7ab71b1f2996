"""Leaves that are decoded when they are first needed."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy
import torch

from .masks import Mask, SegmentationMask
from .pictures import Image
from .points import Polygons
from .value import Spatial

__all__ = ["Encoded", "EncodedImage", "EncodedMasks", "EncodedSegmentation"]


class Encoded:
    """Something that `decode` makes a typed value of. Transforms decode what they meet."""

    def decode(self) -> Spatial:
        """The value."""
        raise NotImplementedError


class EncodedImage(Encoded):
    """
    A picture file, or what is in it.

    Parameters
    ----------
    source : path or bytes
        The file.
    mode : str or None, default "RGB"
        Pillow's colour mode to convert to; None keeps the file's.
    """

    def __init__(self, source: str | os.PathLike[str] | bytes, mode: str | None = "RGB") -> None:
        self.source = source
        self.mode = mode

    def decode(self) -> Image:
        """Read the picture, upright; see `Image.open`."""
        return Image.open(self.source, self.mode)

    def __repr__(self) -> str:
        what = f"{len(self.source)} bytes" if isinstance(self.source, bytes) else str(self.source)
        return f"EncodedImage({what})"


class EncodedSegmentation(Encoded):
    """The class of every pixel in a picture file of grey values or palette numbers."""

    def __init__(
        self, source: str | os.PathLike[str] | bytes, ignore_index: int = 255, classes: tuple[str, ...] | None = None
    ) -> None:
        self.source, self.ignore_index, self.classes = source, ignore_index, classes

    def decode(self) -> SegmentationMask:
        """Read the numbers."""
        import PIL.Image

        with PIL.Image.open(io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source) as picture:
            array = numpy.array(picture)
        if array.ndim != 2:
            raise ValueError(f"class numbers are one plane; {self.source!r} has the shape {array.shape}")
        return SegmentationMask(torch.from_numpy(array), self.ignore_index, self.classes)


class EncodedMasks(Encoded):
    """
    Masks of objects as polygons and run lengths, of which pixels are made when they are needed.

    Parameters
    ----------
    objects : list
        For each object a list of polygons ``[x0, y0, x1, y1, …]``, or a dict of COCO's run lengths.
    canvas_size : tuple of two integers
        Height and width.
    """

    def __init__(self, objects: list[Any], canvas_size: tuple[int, int]) -> None:
        self.objects, self.canvas_size = objects, canvas_size

    def decode(self) -> Mask:
        """One boolean plane for each object."""
        height, width = self.canvas_size
        masks = torch.zeros(len(self.objects), height, width, dtype=torch.bool)
        for i, shape in enumerate(self.objects):
            if isinstance(shape, dict):
                masks[i] = run_lengths(shape, self.canvas_size)
                continue
            for polygon in shape:  # an object is the union of its polygons
                outline = Polygons(torch.tensor(polygon, dtype=torch.float64), [len(polygon) // 2], self.canvas_size)
                masks[i] |= outline.to_masks().data[0]
        return Mask(masks)

    def __repr__(self) -> str:
        return f"EncodedMasks({len(self.objects)} objects, {self.canvas_size[0]}×{self.canvas_size[1]})"


def run_lengths(encoded: dict[str, Any], canvas_size: tuple[int, int]) -> torch.Tensor:
    """
    The mask of COCO's run lengths: background first, down the columns, plain or as a compact string.

    Raises
    ------
    ValueError
        If the runs do not fill the canvas exactly.
    """
    height, width = (int(n) for n in encoded.get("size", canvas_size))
    counts = encoded["counts"]
    if isinstance(counts, str | bytes):
        counts = _from_string(counts.encode() if isinstance(counts, str) else counts)
    if (height, width) != tuple(canvas_size) or sum(counts) != height * width or min(counts, default=0) < 0:
        raise ValueError(f"run lengths add up to {sum(counts)} on {height}×{width}, not to {canvas_size}")
    values = numpy.arange(len(counts)) % 2 == 1
    return torch.from_numpy(numpy.repeat(values, counts).reshape(width, height).T.copy())


def _from_string(text: bytes) -> list[int]:
    """COCO's string: groups of 5 bits and a continuation bit from character 48, differences to the last but one."""
    counts: list[int] = []
    position = 0
    while position < len(text):
        value = shift = 0
        while True:
            if position >= len(text):
                raise ValueError("run lengths end within a number")
            bits = text[position] - 48
            position += 1
            value |= (bits & 0x1F) << shift
            shift += 5
            if not bits & 0x20:
                break
        if bits & 0x10:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
    return counts
