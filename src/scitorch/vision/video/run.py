"""Decoding forward, knowing of every picture which packet it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .source import av_module

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


class Run:
    """Feeds packets to the decoder with their number in place of their time stamp.

    Decoders carry time stamps from packets to pictures through any reordering and never look at them, so the number
    that comes out names the packet beyond doubt, where time stamps may be missing, repeated or wrong.

    Parameters
    ----------
    number_of : callable
        Packet to its number, or None for a packet that is to be passed over.
    skippable : callable
        Whether the picture of this packet may be left undecoded if no other picture refers to it.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        number_of: Callable[[Packet[VideoStream]], int | None],
        skippable: Callable[[int], bool] | None = None,
    ) -> None:
        self._container, self._stream, self._number_of, self._skippable = container, stream, number_of, skippable
        self.errors: list[tuple[int, str]] = []
        # bound here: a generator that is closed while the interpreter ends can import nothing
        self._failure = (av_module().error.FFmpegError, OSError)

    def __iter__(self) -> Iterator[tuple[int, VideoFrame]]:
        context, stream = self._stream.codec_context, self._stream
        last = -1
        for packet in self._packets():
            if packet is None:
                break
            number = self._number_of(packet)
            if number is None:
                continue
            if self._skippable is not None:
                context.skip_frame = "NONREF" if self._skippable(number) else "DEFAULT"
            packet.pts = packet.dts = last = number
            try:
                frames = stream.decode(packet)
            except self._failure as error:
                self.errors.append((number, str(error)))
                continue
            for frame in frames:
                yield _number(frame), frame
        try:
            frames = stream.decode(None)
        except self._failure as error:
            self.errors.append((last, str(error)))
            return
        for frame in frames:
            yield _number(frame), frame

    def _packets(self) -> Iterator[Packet[VideoStream] | None]:
        try:
            for packet in self._container.demux(self._stream):
                if packet.size == 0 and packet.pts is None and packet.dts is None:
                    return  # PyAV's sign that the file is over
                yield packet
        except self._failure as error:
            self.errors.append((-1, f"reading stopped: {error}"))


def _number(frame: VideoFrame) -> int:
    return -1 if frame.pts is None else int(frame.pts)
