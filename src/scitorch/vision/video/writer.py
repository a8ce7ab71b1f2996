"""Writing videos whose colours say what they are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import Tensor

from .colour import CODE_OF_MATRIX
from .errors import MissingCodecError, VideoError
from .source import av_module

#: Encoder and its way to say "quality": lower is better for all.
_ENCODERS = {
    "h264": ("libx264", "crf"),
    "hevc": ("libx265", "crf"),
    "av1": ("libsvtav1", "crf"),
    "vp9": ("libvpx-vp9", "crf"),
    "ffv1": ("ffv1", None),
}
_EIGHT = {"h264": "yuv420p", "hevc": "yuv420p", "av1": "yuv420p", "vp9": "yuv420p", "ffv1": "bgr0"}
_DEEP = {"h264": "yuv420p10le", "hevc": "yuv420p10le", "av1": "yuv420p10le", "vp9": "yuv420p10le", "ffv1": "gbrp16le"}
_BT709_LINES = 720
_LIMITED, _FULL, _GBR, _RGB_CODE = 1, 2, 0, 0
_AUDIO = {".mp4": "aac", ".mov": "aac", ".mkv": "flac", ".webm": "libopus", ".avi": "pcm_s16le", ".ts": "aac"}


def write_video(
    path: str | os.PathLike[str],
    frames: Tensor | Iterable[Tensor],
    *,
    rate: float | Fraction = 30,
    seconds: Sequence[float] | Tensor | None = None,
    codec: str = "h264",
    quality: int | None = None,
    pixel_format: str | None = None,
    matrix: str | None = None,
    key_interval: int | None = None,
    rotation: int = 0,
    pixel_aspect: Fraction | float = 1,
    audio: Tensor | None = None,
    audio_rate: int | None = None,
    threads: int = 1,
    options: Mapping[str, str] | None = None,
) -> None:
    """Write frames, and sound if there is any, to a video file.

    Parameters
    ----------
    path : path
        The suffix chooses the container.
    frames : (n, 3, height, width) Tensor, or an iterable of (3, height, width) Tensors
        ``uint8``, ``uint16`` (full scale 65535) or floating point in [0, 1]. An iterable is written as it comes.
    rate : float or Fraction
        Frames a second.
    seconds : (n,) sequence, optional
        When each frame is shown, increasing, instead of at a constant rate.
    codec : {"h264", "hevc", "av1", "vp9", "ffv1"}
        FFV1 is lossless, for ``uint8`` and ``uint16`` alike.
    quality : int, optional
        The encoder's constant rate factor; lower is better.
    pixel_format : str, optional
        FFmpeg's name; by default 4:2:0, with 8 bits for ``uint8`` and 10 for others where the encoder has them. Odd
        sizes are kept in 4:4:4.
    matrix : {"bt601", "bt709", "bt2020"}, optional
        By default BT.709 from 720 lines on, BT.601 below. It is written into the file.
    key_interval : int, optional
        Most frames between key frames: small for fast random access, large for small files.
    rotation : {0, 90, 180, 270}
        Counterclockwise turn that a player is asked for; frames are stored as they are.
    pixel_aspect : Fraction or float
        Width of a pixel over its height.
    audio : (channels, n) Tensor, optional
        Samples in [−1, 1]; needs ``audio_rate``.
    threads : int
        Threads of the encoder.
    options : mapping, optional
        Further options of the encoder, by FFmpeg's names.

    Raises
    ------
    VideoError
        What the encoder does not take; `MissingCodecError` where it is not there.

    Examples
    --------
    >>> import tempfile, torch
    >>> from scitorch.vision import Video, write_video
    >>> path = tempfile.mkdtemp() + "/noise.mkv"
    >>> noise = torch.randint(0, 256, (4, 3, 20, 30), dtype=torch.uint8)
    >>> write_video(path, noise, codec="ffv1")
    >>> bool((Video(path)[:] == noise).all())
    True
    """
    if codec not in _ENCODERS:
        raise ValueError(f"codec is one of {', '.join(_ENCODERS)}, not {codec!r}")
    if (audio is None) != (audio_rate is None):
        raise ValueError("audio and audio_rate go together")
    if rotation % 90:
        raise ValueError(f"rotation is a multiple of 90 degrees, not {rotation}")
    clock = _Clock(rate, seconds)
    pictures = iter(frames)
    first = _checked(next(pictures, None))
    av = av_module()
    with _opened(path) as container:
        stream = _stream(container, codec, first, clock, quality, pixel_format, key_interval, threads, options or {})
        chosen = matrix or ("bt709" if first.shape[1] >= _BT709_LINES else "bt601")
        if chosen not in CODE_OF_MATRIX:
            raise ValueError(f"matrix is one of {', '.join(CODE_OF_MATRIX)}, not {matrix!r}")
        to_yuv = not stream.codec_context.format.is_rgb
        _tag(stream.codec_context, chosen if to_yuv else None, Fraction(pixel_aspect).limit_denominator(10_000))
        if rotation:
            stream.set_display_rotation(rotation)
        sound = None if audio is None else _sound_stream(container, path, audio, audio_rate)
        shown = 0
        try:
            for number, picture in enumerate(chain([first], pictures)):
                frame = _frame(_checked(picture, first), stream.pix_fmt, chosen if to_yuv else None)
                frame.pts, frame.time_base = clock(number), clock.time_base
                container.mux(stream.encode(frame))
                shown = number + 1
            clock.finish(shown)
            container.mux(stream.encode(None))
            if audio is not None:
                _write_sound(container, sound, audio)
        except av.error.FFmpegError as error:
            raise VideoError(f"{path}: the encoder stopped: {error}") from error


class _Clock:
    """Time stamps in ticks: one a frame, or at given instants."""

    def __init__(self, rate: float | Fraction, seconds: Sequence[float] | Tensor | None) -> None:
        self.rate = Fraction(rate).limit_denominator(100_000)
        if self.rate <= 0:
            raise ValueError(f"rate is positive, not {rate}")
        # 90 kHz is the clock of MPEG; it places any instant within six microseconds
        self.time_base = 1 / self.rate if seconds is None else Fraction(1, 90_000)
        self._instants = None if seconds is None else [round(float(s) / self.time_base) for s in seconds]
        if self._instants is not None and any(b <= a for a, b in zip(self._instants, self._instants[1:])):
            raise ValueError("seconds must increase by more than 11 microseconds from frame to frame")

    def __call__(self, number: int) -> int:
        if self._instants is None:
            return number
        if number >= len(self._instants):
            raise ValueError(f"there are more frames than the {len(self._instants)} instants in seconds")
        return self._instants[number]

    def finish(self, frames: int) -> None:
        """All instants must have been used."""
        if self._instants is not None and len(self._instants) != frames:
            raise ValueError(f"{frames} frames, but {len(self._instants)} instants in seconds")


def _opened(path: str | os.PathLike[str]) -> Any:
    av = av_module()
    if not Path(path).absolute().parent.is_dir():
        raise FileNotFoundError(f"no such folder: {Path(path).absolute().parent}")
    try:
        return av.open(f"file:{os.path.abspath(path)}", "w")
    except (av.error.FFmpegError, ValueError) as error:
        raise VideoError(f"{path}: no container of this name: {error}") from error


def _checked(picture: Tensor | None, like: Tensor | None = None) -> Tensor:
    if picture is None:
        raise ValueError("there are no frames to write")
    if picture.ndim != 3 or picture.shape[0] != 3 or picture.numel() == 0:
        raise ValueError(f"frames are (3, height, width) tensors, not {tuple(picture.shape)}")
    if not (picture.dtype in (torch.uint8, torch.uint16) or picture.is_floating_point()):
        raise TypeError(f"frames are uint8, uint16 or floating point, not {picture.dtype}")
    if like is not None and (picture.shape != like.shape or picture.dtype != like.dtype):
        raise ValueError(
            f"frames are alike: {tuple(like.shape)} {like.dtype}, then {tuple(picture.shape)} {picture.dtype}"
        )
    return picture


def _stream(
    container: Any,
    codec: str,
    first: Tensor,
    clock: _Clock,
    quality: int | None,
    pixel_format: str | None,
    key_interval: int | None,
    threads: int,
    options: Mapping[str, str],
) -> Any:
    av = av_module()
    encoder, dial = _ENCODERS[codec]
    if quality is not None and dial is None:
        raise ValueError(f"{codec} is lossless: it has no quality")
    chosen = dict(options)
    if quality is not None and dial is not None:
        chosen[dial] = str(quality)
        if codec == "vp9":
            chosen.setdefault("b", "0")  # otherwise the factor is only a bound
    if codec == "hevc":
        chosen.setdefault("x265-params", "log-level=error")
    try:
        stream = container.add_stream(encoder, rate=clock.rate, options=chosen)
    except (av.error.FFmpegError, ValueError) as error:
        raise MissingCodecError(f"{codec} in {container.format.name}: {error}") from error
    context = stream.codec_context
    height, width = first.shape[1:]
    stream.width, stream.height = width, height
    deep = _DEEP[codec]
    # libvpx is often built for 8 bits only
    eight = first.dtype == torch.uint8 or deep not in {f.name for f in context.codec.video_formats or ()}
    usual = _EIGHT[codec] if eight else deep
    if (height % 2 or width % 2) and usual.startswith("yuv420"):
        usual = usual.replace("420", "444")
    stream.pix_fmt = pixel_format or usual
    context.time_base, context.thread_count = clock.time_base, threads
    if key_interval is not None:
        context.gop_size = key_interval
    return stream


def _tag(context: Any, matrix: str | None, aspect: Fraction) -> None:
    """Say in the stream what its numbers mean."""
    if matrix is not None:
        # code points of H.273; primaries and transfer of BT.601 are those of its 525-line version
        context.colorspace = {"bt601": 6}.get(matrix, CODE_OF_MATRIX[matrix])
        context.color_primaries = {"bt601": 6, "bt709": 1, "bt2020": 9, "smpte240m": 7, "fcc": 4}[matrix]
        context.color_trc = {"bt601": 6, "bt709": 1, "bt2020": 14, "smpte240m": 7, "fcc": 4}[matrix]
        context.color_range = _LIMITED
    if aspect != 1:
        context.sample_aspect_ratio = aspect


def _frame(picture: Tensor, pixel_format: str, matrix: str | None) -> Any:
    av = av_module()
    picture = picture.detach().cpu()
    if picture.is_floating_point():
        picture = (picture.double().clamp(0, 1) * 65535).round().to(torch.int32).to(torch.uint16)
    array = picture.permute(1, 2, 0).contiguous().numpy()
    deep = array.dtype == numpy.uint16
    if deep and pixel_format == "gbrp16le":
        return _planar(array, pixel_format)
    frame = av.VideoFrame.from_ndarray(array, format="rgb48le" if deep else "rgb24")
    if matrix is None:
        return frame.reformat(format=pixel_format, threads=1)
    return frame.reformat(
        format=pixel_format,
        dst_colorspace=CODE_OF_MATRIX[matrix],
        src_color_range=_FULL,
        dst_color_range=_LIMITED,
        threads=1,
    )


def _planar(array: numpy.ndarray[Any, Any], pixel_format: str) -> Any:
    """Sixteen bits as they are: FFmpeg's conversion between packed and planar is not needed for it."""
    frame = av_module().VideoFrame(array.shape[1], array.shape[0], pixel_format)
    for plane, channel in zip(frame.planes, (1, 2, 0)):
        row = plane.line_size // 2
        rows = numpy.zeros((plane.height, row), dtype=numpy.uint16)
        rows[:, : plane.width] = array[..., channel]
        plane.update(rows.tobytes())
    return frame


def _sound_stream(container: Any, path: str | os.PathLike[str], audio: Tensor, rate: int | None) -> Any:
    if audio.ndim != 2 or not audio.is_floating_point() or not 1 <= audio.shape[0] <= 2:
        raise ValueError(f"audio is (1 or 2 channels, n) floating point, not {tuple(audio.shape)} {audio.dtype}")
    name = _AUDIO.get(Path(path).suffix.lower(), "aac")
    return container.add_stream(name, rate=rate, layout="mono" if audio.shape[0] == 1 else "stereo")


def _write_sound(container: Any, stream: Any, audio: Tensor) -> None:
    av = av_module()
    samples = numpy.ascontiguousarray(audio.detach().cpu().float().clamp(-1, 1).numpy())
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=stream.codec_context.layout.name)
    frame.sample_rate, frame.pts, frame.time_base = stream.codec_context.sample_rate, 0, Fraction(1, stream.rate)
    resampler = av.AudioResampler(
        format=stream.codec_context.format.name,
        layout=stream.codec_context.layout.name,
        rate=stream.codec_context.sample_rate,
        frame_size=stream.codec_context.frame_size or 1024,
    )
    for piece in chain(resampler.resample(frame), resampler.resample(None)):
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))
