"""What the numbers of a picture mean: matrix, range and depth, and the exact way from them to red, green and blue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import torch
from torch import Tensor

from .errors import VideoError

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

#: Weights of red and blue in luma: ITU-T H.273, table 4.
WEIGHTS = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
    "bt2020": (0.2627, 0.0593),
    "fcc": (0.30, 0.11),
    "smpte240m": (0.212, 0.087),
}
#: Code points of H.273 for the matrix; 5 and 6 differ in name only.
MATRIX_OF_CODE = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020"}
#: FFmpeg's numbers of the same in its colour conversion.
CODE_OF_MATRIX = {"bt709": 1, "fcc": 4, "bt601": 5, "smpte240m": 7, "bt2020": 9}
PRIMARIES = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020"}
PRIMARIES |= {10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213"}
TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 13: "srgb"}
TRANSFERS |= {14: "bt2020-10", 15: "bt2020-12", 16: "pq", 17: "smpte428", 18: "hlg"}

_RGB, _UNKNOWN, _FULL = 0, 2, 2
_REFUSED = {8: "YCgCo", 10: "BT.2020 with constant luminance", 11: "Y′D′zD′x", 14: "ICtCp"}


@dataclass(frozen=True)
class Coding:
    """How red, green and blue were coded; ``matrix`` is None for pictures that are coded as such."""

    matrix: str | None
    full: bool
    tagged: bool

    @classmethod
    def of(cls, frame: VideoFrame, matrix: str | None, full: bool | None) -> Coding:
        """As the frame is tagged, unless overruled; untagged means BT.601 in limited range, as FFmpeg has it."""
        code = int(frame.colorspace)
        if matrix is None and code in _REFUSED:
            raise VideoError(f"pictures in {_REFUSED[code]} cannot be converted; name a matrix to overrule the tag")
        if full is None:
            full = int(frame.color_range) == _FULL or frame.format.name.startswith("yuvj")
        if frame.format.is_rgb or frame.format.has_palette:
            return cls(None, True, True)
        return cls(matrix or MATRIX_OF_CODE.get(code, "bt601"), full, code in MATRIX_OF_CODE)


def planes(frame: VideoFrame) -> list[Tensor]:
    """The planes of a planar frame as they are stored, without copying."""
    found = []
    wide = frame.format.components[0].bits > 8
    for plane in frame.planes:
        data: numpy.ndarray[Any, Any] = numpy.frombuffer(memoryview(plane), numpy.uint16 if wide else numpy.uint8)
        row = abs(plane.line_size) // (2 if wide else 1)
        rows = data[: row * plane.height].reshape(plane.height, row)[:, : plane.width]
        # a negative line size says that the last line comes first in memory
        found.append(torch.from_numpy(rows[::-1].copy() if plane.line_size < 0 else rows))
    return found


def decode_colour(y: Tensor, u: Tensor, v: Tensor, coding: Coding, bits: int, dtype: torch.dtype) -> Tensor:
    """Red, green and blue in [0, 1], along a new first dimension, from luma and chroma of the same size.

    H.273, equations 20 to 22 (range) and 38 to 40 (matrix), solved for the primaries.
    """
    assert coding.matrix is not None
    red, blue = WEIGHTS[coding.matrix]
    unit, largest = 1 << (bits - 8), (1 << bits) - 1
    luma_scale, luma_zero = (largest, 0) if coding.full else (219 * unit, 16 * unit)
    chroma_scale = largest if coding.full else 224 * unit
    luma = (y.to(dtype) - luma_zero) / luma_scale
    cb, cr = ((c.to(dtype) - 128 * unit) / chroma_scale for c in (u, v))
    out = torch.empty((3, *y.shape), dtype=dtype, device=y.device)
    out[0] = luma + 2 * (1 - red) * cr
    out[2] = luma + 2 * (1 - blue) * cb
    out[1] = luma - (2 * red * (1 - red) * cr + 2 * blue * (1 - blue) * cb) / (1 - red - blue)
    return out.clamp_(0, 1)
