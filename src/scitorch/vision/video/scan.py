"""Making the index: by reading packets alone where they tell the order of the frames, by decoding where they do not."""

from __future__ import annotations

from array import array
from dataclasses import replace
from fractions import Fraction
from itertools import count as numbers
from typing import TYPE_CHECKING, Any

import numpy

from .errors import NotAVideoError, VideoError
from .index import DAMAGED, DISCARD, HIDDEN, KEY, MISSING, VideoIndex
from .opening import open_stream
from .progress import Progress, progress_of
from .run import Run
from .source import Source, av_module

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

#: Containers that store decoding order only: what they report as presentation time is a guess of the demuxer.
_WITHOUT_PRESENTATION_TIMES = frozenset(
    ("avi", "h264", "hevc", "vvc", "m4v", "mpegvideo", "cavsvideo", "vc1", "dirac", "obu", "evc")
)
#: Every picture is marked as a key frame, although most paint over the one before.
_PAINTED_OVER = frozenset(("gif", "apng", "webp"))
# 155 hours at 30 frames a second: more is a hostile edit list, not a film.
_MOST_PACKETS = 1 << 24
# A coded picture needs more bytes than this; an MPEG-4 packet that small says "as before" and is not shown.
_NOT_CODED = 8
_TELL_EVERY = 64


def scan(source: Source, number: int, threads: int, max_pixels: int, progress: bool | Progress | None) -> VideoIndex:
    """Read all packets of the picture stream; decode them too where their order is not certain."""
    tell, finish = progress_of(f"indexing {source.name}", progress)
    try:
        container, stream = open_stream(source, number, threads, max_pixels)
        try:
            index = _demux(source, container, stream, number, tell)
            reason = _doubt(container, stream, index)
        finally:
            container.close()
        if reason is not None:
            index = count(source, replace(index, notes=(*index.notes, reason)), threads, max_pixels, tell)
        else:
            index = _settle_start(source, index, threads, max_pixels)
    finally:
        finish()
    if len(index) == 0:
        raise NotAVideoError(f"{source.name} holds no frame that can be decoded")
    return index


def count(source: Source, index: VideoIndex, threads: int, max_pixels: int, tell: Progress | None = None) -> VideoIndex:
    """The index as decoding from the start to the end shows it."""
    container, stream = open_stream(source, index.stream, threads, max_pixels)
    try:
        run, order = Run(container, stream, _counter()), array("q")
        flags, packets = index.flags.copy(), len(index.pts)
        for packet, frame in run:
            if not 0 <= packet < packets:
                continue
            if frame.is_corrupt:
                flags[packet] |= DAMAGED
            order.append(packet)
            if tell is not None and len(order) % _TELL_EVERY == 0:
                tell(packet / packets)
    finally:
        container.close()
    notes = list(index.notes)
    for packet, _ in run.errors:
        if packet >= 0:
            flags[packet] |= DAMAGED
    if run.errors:
        notes.append(f"{len(run.errors)} packets cannot be decoded, the first is number {run.errors[0][0]}")
    shown = numpy.asarray(order, dtype=numpy.int64)
    if damaged := int(((flags[numpy.unique(shown)] & DAMAGED) != 0).sum()) if len(shown) else 0:
        notes.append(f"{damaged} frames are damaged")
    return replace(index, order=shown, flags=flags, counted=True, notes=tuple(notes))


def _demux(source: Source, container: InputContainer, stream: VideoStream, number: int, tell: Progress) -> VideoIndex:
    columns = {name: array("q") for name in ("pts", "dts", "position", "size", "duration")}
    flags, notes, vp8 = bytearray(), [], stream.codec_context.name == "vp8"
    try:
        for packet in container.demux(stream):
            if packet.size == 0 and packet.pts is None and packet.dts is None:
                break
            columns["pts"].append(MISSING if packet.pts is None else packet.pts)
            columns["dts"].append(MISSING if packet.dts is None else packet.dts)
            columns["position"].append(-1 if packet.pos is None else packet.pos)
            columns["size"].append(packet.size)
            columns["duration"].append(packet.duration or 0)
            flags.append(_flags(packet, vp8))
            if len(flags) % _TELL_EVERY == 0 and packet.pos is not None:
                tell(packet.pos / source.size)
            if len(flags) > _MOST_PACKETS:
                raise VideoError(f"{source.name} claims more than {_MOST_PACKETS} packets")
    except (av_module().error.FFmpegError, OSError) as error:
        notes.append(f"reading stopped after {len(flags)} packets: {error}")
    found: dict[str, Any] = {name: numpy.asarray(column, dtype=numpy.int64) for name, column in columns.items()}
    bits = numpy.frombuffer(bytes(flags), dtype=numpy.uint8).copy()
    if _PAINTED_OVER & set(container.format.name.split(",")):
        bits[1:] &= 0xFF ^ KEY
    shown = numpy.flatnonzero((bits & (DISCARD | HIDDEN)) == 0)
    if stream.frames and stream.frames > len(bits):
        notes.append(f"{stream.frames} frames are declared, packets of {len(bits)} are there")
    return VideoIndex(
        **found,
        flags=bits,
        order=shown[numpy.argsort(found["pts"][shown], kind="stable")],
        time_base=Fraction(stream.time_base or Fraction(1, 1000)),
        average_rate=Fraction(stream.average_rate or stream.guessed_rate or 0),
        stream=number,
        fingerprint=source.fingerprint(),
        notes=tuple(notes),
    )


def _flags(packet: Packet[VideoStream], vp8: bool) -> int:
    bits = KEY * packet.is_keyframe | DISCARD * packet.is_discard | DAMAGED * packet.is_corrupt
    # RFC 6386, 9.1: bit 4 of the first byte is show_frame; WebM gives hidden references packets of their own
    if vp8 and packet.size and not memoryview(packet)[0] & 0x10:
        bits |= HIDDEN
    return int(bits)


def _doubt(container: InputContainer, stream: VideoStream, index: VideoIndex) -> str | None:
    """Why presentation times do not tell the frames, or None if they do."""
    context, shown = stream.codec_context, index.order
    pts, dts = index.pts[shown], index.dts[shown]
    if (index.flags & DAMAGED).any():
        return "packets are damaged: frames were found by decoding"
    if context.name == "mpeg4" and (index.size[shown] <= _NOT_CODED).any():
        return "pictures are left out: frames were found by decoding"
    if _WITHOUT_PRESENTATION_TIMES & set(container.format.name.split(",")):
        if context.has_b_frames or not (numpy.array_equal(pts, dts) or (pts == MISSING).all()):
            return "the container has no presentation times: frames were found by decoding"
        if (numpy.diff(shown) < 0).any() or (dts == MISSING).any():
            return "the container has no times: frames were found by decoding"
        return None
    if (pts == MISSING).any():
        return "presentation times are missing: frames were found by decoding"
    if (numpy.diff(pts) == 0).any():
        return "presentation times repeat: frames were found by decoding"
    # A packet of interlaced H.264 or HEVC may be half a frame.
    if context.name in ("h264", "hevc") and context.field_order > 1:
        return "the pictures are interlaced: frames were found by decoding"
    return None


def _settle_start(source: Source, index: VideoIndex, threads: int, max_pixels: int) -> VideoIndex:
    """Drop what is cut off at the start: pictures that refer to some before the first packet are not shown."""
    if len(index) == 0:
        return index
    keys = numpy.flatnonzero(index.flags & KEY)
    first = int(keys[0]) if len(keys) else 0
    shown = index.frame_of_packet >= 0
    packets = numpy.arange(len(index.pts))
    doubtful = packets[shown & (packets != first) & ((packets < first) | (index.pts < index.pts[first]))]
    if len(doubtful) == 0:
        return index
    last, latest = doubtful.max(), max(index.pts[doubtful].max(), index.pts[first])
    container, stream = open_stream(source, index.stream, threads, max_pixels)
    seen = set()
    try:
        for packet, _ in Run(container, stream, _counter()):
            seen.add(packet)
            if packet > last and index.pts[packet] > latest:
                break
    finally:
        container.close()
    lost = doubtful[[packet not in seen for packet in doubtful.tolist()]]
    if len(lost) == 0:
        return index
    note = f"{len(lost)} pictures at the start refer to others that were cut off, and are not frames"
    return replace(index.without(lost), notes=(*index.notes, note))


def _counter():  # type: ignore[no-untyped-def]
    following = numbers()
    return lambda packet: next(following)
