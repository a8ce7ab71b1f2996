"""Opening the picture stream of a source, with what must be checked before anything is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import HardwareDecodingError, MissingCodecError, NotAVideoError, VideoTooLargeError
from .source import Source, av_module

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

#: 16384 × 16384: four times 8K, and a bound on what one hostile header can make a decoder allocate.
MAX_PIXELS = 1 << 28


def open_stream(
    source: Source, number: int, threads: int, max_pixels: int, hwaccel: Any = None
) -> tuple[InputContainer, VideoStream]:
    """The container, and its picture stream of this number, with a decoder that is ready to be opened."""
    container = source.open(**({} if hwaccel is None else {"hwaccel": hwaccel}))
    try:
        stream = _picture_stream(source, container, number)
        context = stream.codec_context
        if context is None or not context.is_decoder:
            raise MissingCodecError(f"{source.name}: no decoder for {_codec_name(stream)}")
        if context.width * context.height > max_pixels:
            size = f"{context.width}×{context.height}"
            raise VideoTooLargeError(f"{source.name}: pictures of {size} exceed max_pixels={max_pixels}")
        context.options = {**context.options, "max_pixels": str(max_pixels)}
        context.thread_count = threads
        context.thread_type = "SLICE" if threads == 1 else "FRAME"
        try:
            context.open(strict=False)
        except av_module().error.FFmpegError as error:
            if hwaccel is not None:
                raise HardwareDecodingError(f"{source.name}: {error}") from error
            raise MissingCodecError(f"{source.name}: the decoder of {_codec_name(stream)} refuses: {error}") from error
    except BaseException:
        container.close()
        raise
    return container, stream


def _picture_stream(source: Source, container: InputContainer, number: int) -> VideoStream:
    pictures = av_module().stream.Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & pictures]
    if not streams:
        kinds = ", ".join(s.type for s in container.streams) or "nothing"
        raise NotAVideoError(f"{source.name} has no picture stream; it has {kinds}")
    if not -len(streams) <= number < len(streams):
        raise IndexError(f"{source.name} has {len(streams)} picture streams, there is no number {number}")
    return streams[number]


def _codec_name(stream: VideoStream) -> str:
    context = stream.codec_context
    return f"{context.name}" if context is not None else f"codec tag {getattr(stream, 'codec_tag', '?')}"
