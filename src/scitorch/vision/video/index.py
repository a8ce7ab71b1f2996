"""The frames of a video as its packets tell: what exact random access is looked up in, and can be kept on disk."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy

from .errors import VideoError

#: A time stamp that the container does not give.
MISSING = numpy.iinfo(numpy.int64).min

KEY, DISCARD, DAMAGED, HIDDEN = 1, 2, 4, 8

_MAGIC = b"scitorch video index 1\n"
_PACKET_ARRAYS = ("pts", "dts", "position", "size", "duration")
_MOST_BYTES = 1 << 32

Integers = numpy.ndarray[tuple[int], numpy.dtype[numpy.int64]]


@dataclass(frozen=True)
class VideoIndex:
    """Packets in file order, and which of them are frames, in the order in which a decoder shows them.

    Parameters
    ----------
    pts, dts, position, size, duration : (packets,) int64 arrays
        Times in units of ``time_base``; `MISSING` where the container gives none.
    flags : (packets,) uint8 array
        Bits: 1 key frame, 2 decoded but not shown (edit list), 4 damaged, 8 hidden reference.
    order : (frames,) int64 array
        The packet of every frame.
    counted : bool
        The order was found by decoding everything, because packets alone could not tell it.
    """

    pts: Integers
    dts: Integers
    position: Integers
    size: Integers
    duration: Integers
    flags: numpy.ndarray[tuple[int], numpy.dtype[numpy.uint8]]
    order: Integers
    time_base: Fraction
    average_rate: Fraction
    stream: int
    fingerprint: str
    counted: bool = False
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.order)

    @cached_property
    def frame_pts(self) -> Integers:
        """Presentation time of every frame; made from decoding times or the rate where the container gives none."""
        pts = self.pts[self.order]
        if len(pts) == 0 or (pts != MISSING).all():
            return pts
        dts = numpy.sort(self.dts[self.order])
        if dts[0] != MISSING:
            return dts
        steps = 1 / (self.time_base * (self.average_rate or Fraction(25)))
        return numpy.asarray([round(i * steps) for i in range(len(self))], dtype=numpy.int64)

    @cached_property
    def frame_duration(self) -> Integers:
        """Time until the next frame; the declared duration for the last."""
        if len(self) == 0:
            return self.frame_pts
        following = numpy.diff(numpy.maximum.accumulate(self.frame_pts))
        last = int(self.duration[self.order[-1]])
        if last <= 0:
            last = int(numpy.median(following)) if len(following) else 1
        return numpy.append(following, last)

    @cached_property
    def frame_of_packet(self) -> Integers:
        """Index of the frame that a packet becomes, −1 for none."""
        found = numpy.full(len(self.pts), -1, dtype=numpy.int64)
        found[self.order] = numpy.arange(len(self))
        return found

    @cached_property
    def key_frames(self) -> Integers:
        """Frames from which decoding can start, in increasing order."""
        keys = self.frame_of_packet[(self.flags & KEY).astype(bool)]
        return numpy.sort(keys[keys >= 0])

    @cached_property
    def repeats(self) -> bool:
        """Whether a packet holds more than one frame: then frames can only be counted from the start."""
        return len(numpy.unique(self.order)) != len(self.order)

    @cached_property
    def linear(self) -> bool:
        """Whether frames can only be reached from the start: nothing to seek to, or packets of several frames."""
        timeless = len(self) > 0 and (self.pts == MISSING).all() and (self.dts == MISSING).all()
        return bool(timeless) or self.repeats

    @cached_property
    def damage(self) -> Integers:
        """Packets that are damaged, in increasing order."""
        return numpy.flatnonzero(self.flags & DAMAGED)

    def without(self, packets: Integers) -> VideoIndex:
        """The same index with these packets not shown."""
        return replace(self, order=self.order[~numpy.isin(self.order, packets)])

    def to_bytes(self) -> bytes:
        """A checked, compressed form without pickles."""
        header = {
            "packets": len(self.pts),
            "frames": len(self.order),
            "time_base": [self.time_base.numerator, self.time_base.denominator],
            "average_rate": [self.average_rate.numerator, self.average_rate.denominator],
            "stream": self.stream,
            "fingerprint": self.fingerprint,
            "counted": self.counted,
            "notes": list(self.notes),
        }
        arrays = [getattr(self, name).astype("<i8").tobytes() for name in _PACKET_ARRAYS]
        body = b"".join([*arrays, self.flags.tobytes(), self.order.astype("<i8").tobytes()])
        header["checksum"] = zlib.crc32(body)
        return _MAGIC + json.dumps(header).encode() + b"\n" + zlib.compress(body, 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> VideoIndex:
        """Read what `to_bytes` wrote; raises `VideoError` for anything else."""
        try:
            if not data.startswith(_MAGIC):
                raise ValueError("it does not begin like one")
            line, _, packed = data[len(_MAGIC) :].partition(b"\n")
            header = json.loads(line)
            packets, frames = int(header["packets"]), int(header["frames"])
            expected = packets * (8 * len(_PACKET_ARRAYS) + 1) + 8 * frames
            if packets < 0 or frames < 0 or expected > _MOST_BYTES:
                raise ValueError("its sizes are not believable")
            unpacker = zlib.decompressobj()
            body = unpacker.decompress(packed, expected + 1)
            if len(body) != expected or zlib.crc32(body) != header["checksum"]:
                raise ValueError("it is damaged")
            found, start = {}, 0
            for name in _PACKET_ARRAYS:
                found[name] = numpy.frombuffer(body, "<i8", packets, start).astype(numpy.int64)
                start += 8 * packets
            flags = numpy.frombuffer(body, numpy.uint8, packets, start).copy()
            order = numpy.frombuffer(body, "<i8", frames, start + packets).astype(numpy.int64)
            if frames and not (order.min() >= 0 and order.max() < packets):
                raise ValueError("it names packets that it does not have")
            return cls(
                **found,
                flags=flags,
                order=order,
                time_base=Fraction(*header["time_base"]),
                average_rate=Fraction(*header["average_rate"]),
                stream=int(header["stream"]),
                fingerprint=str(header["fingerprint"]),
                counted=bool(header["counted"]),
                notes=tuple(map(str, header["notes"])),
            )
        except (ValueError, KeyError, TypeError, zlib.error, ZeroDivisionError) as error:
            raise VideoError(f"not an index of a video: {error}") from error

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write to a file."""
        Path(path).write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> VideoIndex:
        """Read a file that `save` wrote."""
        return cls.from_bytes(Path(path).read_bytes())
