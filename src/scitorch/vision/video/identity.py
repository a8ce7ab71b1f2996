"""Telling which packet of the index one is that was read after a seek."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy

from .index import MISSING, Integers, VideoIndex
from .source import av_module

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

# A demuxer may begin with packets that it half knows; the next ones must be known.
_TRIES = 64


class PacketNumbers:
    """Numbers by file position or presentation time, whichever is unique, with the size as a check."""

    def __init__(self, index: VideoIndex) -> None:
        self._size, self._pts = index.size, index.pts
        self._by_position = _unique(index.position, index.position >= 0)
        self._by_pts = _unique(index.pts, index.pts != MISSING)

    def __call__(self, packet: Packet[VideoStream]) -> int | None:
        """The number, or None if nothing unique tells it."""
        for table, value in ((self._by_position, packet.pos), (self._by_pts, packet.pts)):
            number = table.get(value) if value is not None else None
            if number is not None and self._size[number] == packet.size:
                return number
        return None

    def first(self, container: InputContainer, stream: VideoStream) -> int | None:
        """The first packet after a seek that can be told."""
        try:
            for tries, packet in enumerate(container.demux(stream)):
                if packet.size == 0 or tries == _TRIES:
                    return None
                if (number := self(packet)) is not None:
                    return number
        except (av_module().error.FFmpegError, OSError):
            return None
        return None

    def follow(self, start: int) -> Callable[[Packet[VideoStream]], int | None]:
        """Numbers of consecutive packets from ``start`` on; None before it, −1 for one that does not follow."""
        previous = -1

        def number_of(packet: Packet[VideoStream]) -> int | None:
            nonlocal previous
            number = self(packet)
            if number is None and previous >= 0:
                expected = previous + 1
                if expected < len(self._size) and self._size[expected] == packet.size:
                    number = expected
            if number is None:
                return -1 if previous >= start else None
            if previous >= 0 and number != previous + 1:
                return -1
            previous = number
            return number if number >= start else None

        return number_of


def _unique(values: Integers, valid: numpy.ndarray[tuple[int], numpy.dtype[numpy.bool_]]) -> dict[int, int]:
    found, first, counts = numpy.unique(values, return_index=True, return_counts=True)
    chosen = (counts == 1) & valid[first]
    return dict(zip(found[chosen].tolist(), first[chosen].tolist()))
