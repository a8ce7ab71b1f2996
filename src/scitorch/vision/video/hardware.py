"""Decoding by the hardware of a CUDA device: frames come as tensors there and never pass through main memory."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad
from torch.utils.dlpack import from_dlpack

from .colour import Coding, decode_colour
from .errors import HardwareDecodingError
from .pixels import Pixels, turned, turning
from .source import av_module

if TYPE_CHECKING:
    from av.video.frame import VideoFrame


def hardware_of(device: torch.device, backend: str) -> Callable[[], Any] | None:
    """What opens the decoder of a device; None for the CPU. Raises `HardwareDecodingError` where there is none."""
    if device.type == "cpu":
        return None
    if device.type != "cuda":
        raise HardwareDecodingError(f"videos are decoded on the CPU or on a CUDA device, not on {device}")
    if backend != "pyav":
        raise HardwareDecodingError(f"backend={backend!r} decodes on the CPU only")
    if not torch.cuda.is_available():
        raise HardwareDecodingError(f"device='{device}': torch sees no CUDA device here")
    from av.codec.hwaccel import HWAccel, hwdevices_available

    if "cuda" not in hwdevices_available():
        raise HardwareDecodingError(f"device='{device}': this PyAV was built without CUDA")
    number = device.index if device.index is not None else torch.cuda.current_device()

    def make() -> Any:
        try:
            return HWAccel("cuda", device=str(number), allow_software_fallback=False, is_hw_owned=True)
        except (av_module().error.FFmpegError, RuntimeError) as error:
            raise HardwareDecodingError(f"device='{device}': {error}") from error

    return make


def hardware_tensor(frame: VideoFrame, pixels: Pixels, pixel_aspect: Fraction) -> Tensor:
    """A frame in the memory of a device, as `Pixels` asks."""
    # the decoder writes on a stream of its own
    torch.cuda.synchronize()
    luma, chroma = (from_dlpack(plane) for plane in frame.planes)
    bits = 8 if luma.dtype == torch.uint8 else 16
    coding = Coding.of(frame, pixels.matrix, pixels.full_range)
    turn = turning(frame) if pixels.rotate else (False, False, False)
    return semi_planar(luma, chroma, coding, bits, pixels, turn, float(pixel_aspect))


def semi_planar(
    luma: Tensor,
    chroma: Tensor,
    coding: Coding,
    bits: int,
    pixels: Pixels,
    turn: tuple[bool, bool, bool] = (False, False, False),
    aspect: float = 1.0,
) -> Tensor:
    """Red, green and blue from a plane of luma and one of chroma pairs of half the size (NV12, P010, P016)."""
    height, width = luma.shape
    working = torch.float64 if pixels.dtype == torch.float64 else torch.float32
    u, v = full_size_chroma(chroma, height, width, working)
    # H.273 places 10 bits in the high end of 16: the zero and the unit are those of 16 bits
    coded = luma.to(torch.int32) if luma.dtype == torch.uint16 else luma
    picture = decode_colour(coded, u, v, coding, bits, working)
    size = pixels.size[::-1] if pixels.size is not None and turn[0] else pixels.size
    if size is None and pixels.square:
        size = (height, max(1, round(width * aspect)))
    if size is not None and tuple(size) != (height, width):
        picture = interpolate(picture[None], size, mode="bilinear", antialias=True)[0]
    picture = turned(picture, turn)
    if pixels.dtype == torch.uint8:
        return (picture * 255).round_().to(torch.uint8)
    if pixels.dtype == torch.uint16:
        return (picture * 65535).round_().to(torch.int32).to(torch.uint16)
    return picture.to(pixels.dtype)


def full_size_chroma(chroma: Tensor, height: int, width: int, dtype: torch.dtype) -> Tensor:
    """Chroma between the samples of 4:2:0, linearly: columns on every other luma column, rows half-way between two.

    This is type 0 of H.273, figure 1, the rule for H.264, HEVC, VP9 and AV1.
    """
    wide = chroma.to(torch.int32) if chroma.dtype == torch.uint16 else chroma
    planes = wide.permute(2, 0, 1).to(dtype)
    rows = pad(planes[None], (0, 1, 1, 1), mode="replicate")[0]
    upper, lower = rows[:, :-2] * 0.25 + rows[:, 1:-1] * 0.75, rows[:, 1:-1] * 0.75 + rows[:, 2:] * 0.25
    tall = torch.stack([upper, lower], dim=2).flatten(1, 2)
    here, following = tall[..., :-1], tall[..., 1:]
    full = torch.stack([here, (here + following) / 2], dim=3).flatten(2, 3)
    short = (0, max(0, width - full.shape[2]), 0, max(0, height - full.shape[1]))
    return pad(full[None], short, mode="replicate")[0, :, :height, :width]
