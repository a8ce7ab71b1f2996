"""What a file says about its pictures, and what was found out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy

from .colour import MATRIX_OF_CODE, PRIMARIES, TRANSFERS
from .index import VideoIndex
from .pixels import turning

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


@dataclass(frozen=True)
class VideoMetadata:
    """Facts about a video.

    ``width`` and ``height`` are of the frames as they are returned by default, turned but not stretched;
    ``pixel_aspect`` is the width of such a pixel over its height. ``matrix``, ``primaries`` and ``transfer`` are None
    where the file does not tell. Times are in seconds, rates in frames a second; ``rotation`` is in degrees,
    counterclockwise.
    """

    container: str
    codec: str
    profile: str | None
    pixel_format: str
    bits: int
    width: int
    height: int
    coded_size: tuple[int, int]
    pixel_aspect: Fraction
    rotation: float
    frames: int
    declared_frames: int | None
    start: float
    duration: float
    average_rate: Fraction
    constant_rate: bool
    time_base: Fraction
    matrix: str | None
    full_range: bool | None
    primaries: str | None
    transfer: str | None
    interlaced: bool
    audio: tuple[dict[str, Any], ...]
    tags: dict[str, str]

    @classmethod
    def of(
        cls, container: InputContainer, stream: VideoStream, index: VideoIndex, first: VideoFrame, source_format: str
    ) -> VideoMetadata:
        """From an open stream and its first frame."""
        pts, base = index.frame_pts, index.time_base
        transposed = turning(first)[0]
        aspect = Fraction(stream.sample_aspect_ratio or 1)
        size = (first.height, first.width)
        total = int(index.frame_duration.sum()) if len(pts) else 0
        ranges = {1: False, 2: True}
        return cls(
            container=container.format.name,
            codec=stream.codec_context.codec.canonical_name,
            profile=stream.profile,
            pixel_format=source_format,
            bits=max(component.bits for component in first.format.components),
            width=size[0] if transposed else size[1],
            height=size[1] if transposed else size[0],
            coded_size=size,
            pixel_aspect=1 / aspect if transposed else aspect,
            rotation=float(first.rotation),
            frames=len(index),
            declared_frames=stream.frames or None,
            start=float(int(pts[0]) * base),
            duration=float(total * base),
            average_rate=Fraction(len(index)) / (total * base) if total else index.average_rate,
            constant_rate=_is_constant(pts),
            time_base=base,
            matrix=MATRIX_OF_CODE.get(int(first.colorspace)),
            full_range=ranges.get(int(first.color_range)),
            primaries=PRIMARIES.get(int(first.color_primaries)),
            transfer=TRANSFERS.get(int(first.color_trc)),
            interlaced=first.interlaced_frame,
            audio=tuple(_sound(s) for s in container.streams.audio if s.codec_context is not None),
            tags={**container.metadata, **stream.metadata},
        )


@dataclass(frozen=True)
class VideoReport:
    """How sure the index is, and what was met on the way.

    ``counted`` tells that frames were found by decoding; ``damaged`` are frames that a decoder made up in part.
    """

    frames: int
    declared_frames: int | None
    counted: bool
    damaged: tuple[int, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, index: VideoIndex, declared: int | None) -> VideoReport:
        """What the index knows."""
        frames = index.frame_of_packet[index.damage]
        return cls(len(index), declared, index.counted, tuple(sorted(frames[frames >= 0].tolist())), index.notes)

    @property
    def sound(self) -> bool:
        """Whether nothing was met that is worth a word."""
        return not self.notes and not self.damaged


def _is_constant(pts: Any) -> bool:
    # a clock of milliseconds cannot place 29.97 frames a second evenly: steps may differ by one tick
    steps = numpy.diff(pts)
    return bool(len(steps) < 2 or steps.max() - steps.min() <= 1)


def _sound(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    return {"codec": context.codec.canonical_name, "rate": context.sample_rate, "channels": context.channels}
