"""From a decoded frame to a tensor: number type, colour, size, and turned the way it is to be seen."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy
import torch
from torch import Tensor

from .colour import CODE_OF_MATRIX, WEIGHTS, Coding, decode_colour, planes
from .errors import VideoError
from .source import av_module

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

DTYPES = (torch.uint8, torch.uint16, torch.float16, torch.bfloat16, torch.float32, torch.float64)
_DEPTHS = (8, 9, 10, 12, 14, 16)
_LIMITED, _FULL = 1, 2


@dataclass(frozen=True)
class Pixels:
    """What the caller wants of every frame."""

    dtype: torch.dtype = torch.uint8
    matrix: str | None = None
    full_range: bool | None = None
    size: tuple[int, int] | None = None
    rotate: bool = True
    square: bool = False

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise TypeError(f"frames can be {', '.join(str(d) for d in DTYPES)}, not {self.dtype}")
        if self.matrix is not None and self.matrix not in WEIGHTS:
            raise ValueError(f"matrix is one of {', '.join(WEIGHTS)} or None, not {self.matrix!r}")
        if self.size is not None and min(self.size) < 1:
            raise ValueError(f"size is (height, width) of at least one pixel, not {self.size}")

    def __call__(self, frame: VideoFrame, converter: Any, pixel_aspect: Fraction) -> Tensor:
        """The frame as a (3, height, width) tensor."""
        turn = turning(frame) if self.rotate else (False, False, False)
        height, width = self._coded_size(frame, turn[0], pixel_aspect)
        coding = Coding.of(frame, self.matrix, self.full_range)
        scaling = {} if (height, width) == (frame.height, frame.width) else self._scaling(frame, height, width)
        if self.dtype == torch.uint8:
            picture = _eight_bits(frame, converter, coding, scaling)
        else:
            picture = _exact(frame, converter, coding, scaling, self.dtype)
        return turned(picture, turn)

    def _coded_size(self, frame: VideoFrame, swapped: bool, pixel_aspect: Fraction) -> tuple[int, int]:
        """Size before turning."""
        if self.size is not None:
            return self.size[::-1] if swapped else self.size
        aspect = pixel_aspect if self.square else Fraction(1)
        return frame.height, max(1, round(frame.width * aspect))

    def _scaling(self, frame: VideoFrame, height: int, width: int) -> dict[str, Any]:
        shrinks = height < frame.height or width < frame.width
        return {"width": width, "height": height, "interpolation": "AREA" if shrinks else "BICUBIC"}


def turning(frame: VideoFrame) -> tuple[bool, bool, bool]:
    """Whether to transpose, then to mirror left to right, then top to bottom; other angles are left to the caller."""
    try:
        matrix = cast("Any", frame.side_data)["DISPLAYMATRIX"]
    except KeyError:
        return False, False, False
    a, b, _, c, d, *_ = struct.unpack("<9i", bytes(matrix)[:36])
    if b == c == 0:
        return False, a < 0, d < 0
    return (True, c < 0, b < 0) if a == d == 0 else (False, False, False)


def turned(picture: Tensor, turn: tuple[bool, bool, bool]) -> Tensor:
    """A (…, height, width) tensor, transposed and mirrored."""
    transpose, mirror, flip = turn
    picture = picture.transpose(-1, -2) if transpose else picture
    dims = [dim for dim, wanted in ((-1, mirror), (-2, flip)) if wanted]
    return picture.flip(dims) if dims else picture


def _eight_bits(frame: VideoFrame, converter: Any, coding: Coding, scaling: dict[str, Any]) -> Tensor:
    options: dict[str, Any] = {}
    if coding.matrix is not None:
        options["src_colorspace"] = CODE_OF_MATRIX[coding.matrix]
        options["src_color_range"] = _FULL if coding.full else _LIMITED
        options["dst_color_range"] = _FULL
    rgb = converter.reformat(frame, format="rgb24", threads=1, **scaling, **options)
    plane = rgb.planes[0]
    own = rgb is not frame  # otherwise the memory is the decoder's
    rows = numpy.frombuffer(memoryview(plane), dtype=numpy.uint8)[: plane.line_size * rgb.height].reshape(
        rgb.height, -1
    )
    picture = torch.from_numpy(rows[:, : 3 * rgb.width].reshape(rgb.height, rgb.width, 3)).permute(2, 0, 1)
    return picture if own else picture.clone()


def _exact(frame: VideoFrame, converter: Any, coding: Coding, scaling: dict[str, Any], dtype: torch.dtype) -> Tensor:
    """Every bit that was coded: FFmpeg brings chroma to full size, the matrix is applied in floating point.

    Its own 16-bit and float outputs are off by up to a 255th, as they take 255 for 256.
    """
    working = torch.float64 if dtype == torch.float64 else torch.float32
    bits = max(component.bits for component in frame.format.components)
    if bits not in _DEPTHS:
        raise VideoError(f"pictures with {bits} bits ({frame.format.name}) can only be had as uint8")
    depth = "" if bits == 8 else f"{bits}le"
    if coding.matrix is None:
        planar = converter.reformat(frame, format=f"gbrp{depth}", threads=1, **scaling)
        g, b, r = planes(planar)
        picture = torch.stack([r, g, b]).to(working) / ((1 << bits) - 1)
    else:
        # the same range on both sides: samples are moved, not rescaled
        extent = _FULL if coding.full else _LIMITED
        options = {"src_color_range": extent, "dst_color_range": extent}
        planar = converter.reformat(frame, format=f"yuv444p{depth}", threads=1, **scaling, **options)
        y, u, v = planes(planar)
        picture = decode_colour(y, u, v, coding, bits, working)
    if dtype == torch.uint16:
        return (picture * 65535).round_().to(torch.int32).to(torch.uint16)
    return picture.to(dtype)


def converter() -> Any:
    """A converter, to be kept for frames of one kind."""
    return av_module().video.reformatter.VideoReformatter()
