"""Exact random access: start at a key frame, decode forward, check that what comes is what the index says."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .errors import DamagedVideoError
from .identity import PacketNumbers
from .index import DAMAGED, KEY, MISSING, VideoIndex
from .opening import open_stream
from .run import Run
from .scan import count
from .source import Source, av_module

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

#: Decoders in which "no other picture refers to it" is a property of the packet that they check exactly.
_SKIP_SAFELY = frozenset(("h264", "hevc", "mpeg1video", "mpeg2video"))
# Key frames to step back over before everything is decoded from the start.
_BACK_OFF = (0, 1, 4)
# No codec reorders pictures by more.
_REORDERED = 16
_PICTURE_I, _PICTURE_UNKNOWN = 1, 0


class _Deviation(Exception):
    """The decoder showed something else than the index says."""


class _Damage(_Deviation):
    """A damaged picture in a stream that was thought to be whole."""


class FrameDecoder:
    """Frames of one source by number; keeps the decoder where it is, so that going forward is cheap."""

    def __init__(
        self, source: Source, index: VideoIndex, threads: int, max_pixels: int, hwaccel: Callable[[], Any] | None = None
    ) -> None:
        self.source, self.index, self.threads, self.max_pixels = source, index, threads, max_pixels
        self.hwaccel = hwaccel
        self.restarts = 0
        self._numbers: PacketNumbers | None = None
        self._container: InputContainer | None = None
        self._stream: VideoStream | None = None
        self._pictures: Iterator[tuple[int, VideoFrame]] | None = None
        self._at = -1  # the last frame that the decoder showed
        self._latest: VideoFrame | None = None
        self._wanted: frozenset[int] = frozenset()
        self._last_wanted = -1
        self._skipped: set[int] = set()

    def frames(self, wanted: Sequence[int]) -> Iterator[tuple[int, VideoFrame]]:
        """Frames of increasing distinct indices, decoded in one forward pass with jumps to key frames."""
        self._wanted, self._last_wanted = frozenset(wanted), wanted[-1] if wanted else -1
        for target in wanted:
            if target == self._at and self._latest is not None:
                yield target, self._latest
                continue
            if not self._reachable(target):
                yield target, self._jump(target)
                continue
            try:
                yield target, self._forward(target)
            except _Deviation:
                yield target, self._jump(target)

    @property
    def pixel_aspect(self) -> Fraction:
        """Width over height of a pixel of the open stream; 1 if it is not told."""
        return Fraction((self._stream.sample_aspect_ratio if self._stream is not None else None) or 1)

    def close(self) -> None:
        """Free the decoder; it opens again when a frame is asked for."""
        self._forget()
        if self._container is not None:
            self._container.close()
        self._container = self._stream = None

    def abandon(self) -> object:
        """What to leave to the parent process; this decoder starts anew."""
        left = (self._container, self._stream, self._pictures, self._latest)
        self._container = self._stream = None
        self._forget()
        return left

    def _forget(self) -> None:
        self._pictures, self._latest, self._at = None, None, -1
        self._skipped.clear()

    def _reachable(self, target: int) -> bool:
        """Whether going forward from here gets there, and no later than a jump would."""
        if self._pictures is None or target <= self._at or target in self._skipped:
            return False
        if self.index.linear:
            return True
        return self._key_before(target) <= self._at

    def _key_before(self, frame: int) -> int:
        keys = self.index.key_frames
        place = bisect.bisect_right(keys, frame) - 1
        return int(keys[place]) if place >= 0 else 0

    def _jump(self, target: int) -> VideoFrame:
        keys = self.index.key_frames
        place = bisect.bisect_right(keys, target) - 1
        if not self.index.linear and not self._damaged_before(target, int(keys[place]) if place >= 0 else 0):
            for steps in _BACK_OFF:
                if place - steps < 0 or keys[place - steps] == 0:
                    break
                try:
                    self._start_at(int(keys[place - steps]))
                    return self._forward(target)
                except _Deviation:
                    self.restarts += 1
        try:
            self._start()
            return self._forward(target)
        except _Deviation:
            if self.index.counted:
                raise DamagedVideoError(f"{self.source.name}: frame {target} cannot be decoded") from None
        frames = len(self.index)
        self.index = count(self.source, self.index, self.threads, self.max_pixels)
        if target >= len(self.index):
            text = f"frame {target} cannot be decoded: of {frames} frames in the packets, {len(self.index)} can"
            raise DamagedVideoError(f"{self.source.name}: {text}")
        try:
            self._start()
            return self._forward(target)
        except _Deviation:
            raise DamagedVideoError(f"{self.source.name}: frame {target} cannot be decoded") from None

    def _damaged_before(self, target: int, key: int) -> bool:
        """Whether a picture on the way was made up by the decoder: it makes it up from all that it saw before."""
        damage = self.index.damage
        if not self.index.counted or len(damage) == 0:
            return False
        first, last = int(self.index.order[key]), int(self.index.order[key : target + 1].max()) + _REORDERED
        return bool(((damage >= first - _REORDERED) & (damage <= last)).any())

    def _start(self) -> None:
        """From the first packet."""
        self.close()
        self._container, self._stream = self._open()
        following = iter(range(len(self.index.pts) + 1))
        self._begin(lambda packet: next(following, None), expected=0)

    def _start_at(self, key: int) -> None:
        """From the packet of a key frame; `_Deviation` if no seek leads to it."""
        if self._container is None or self._stream is None:
            self._container, self._stream = self._open()
        self._forget()
        packet = int(self.index.order[key])
        numbers = self._numbers = self._numbers or PacketNumbers(self.index)
        earlier = [k for k in self.index.order[self.index.key_frames].tolist() if k < packet][-2:][::-1]
        for start in (packet, *earlier):
            for time in self._times(start):
                try:
                    self._container.seek(time, stream=self._stream)
                except (av_module().error.FFmpegError, OSError):
                    continue
                first = numbers.first(self._container, self._stream)
                if first is None or first > packet:
                    continue
                self._container.seek(time, stream=self._stream)
                self._begin(numbers.follow(packet), expected=key)
                return
        raise _Deviation

    def _times(self, packet: int) -> Iterable[int]:
        found = (int(self.index.pts[packet]), int(self.index.dts[packet]))
        return dict.fromkeys(time for time in found if time != MISSING)

    def _open(self) -> tuple[InputContainer, VideoStream]:
        hwaccel = self.hwaccel() if self.hwaccel is not None else None
        return open_stream(self.source, self.index.stream, self.threads, self.max_pixels, hwaccel)

    def _begin(self, number_of: Callable[[Any], int | None], expected: int) -> None:
        assert self._container is not None and self._stream is not None
        self._forget()
        context = self._stream.codec_context
        context.skip_frame = "DEFAULT"
        whole = context.field_order <= 1 and len(self.index.damage) == 0
        skippable = self._may_skip if whole and context.name in _SKIP_SAFELY else None
        self._pictures = iter(Run(self._container, self._stream, number_of, skippable))
        self._at = expected - 1
        self._first = expected

    def _may_skip(self, packet: int) -> bool:
        """Pictures before the last one that is wanted, and not wanted themselves; later ones may be wanted next."""
        frame = int(self.index.frame_of_packet[packet])
        if 0 <= frame < self._last_wanted and frame not in self._wanted:
            self._skipped.add(frame)
            return True
        return False

    def _forward(self, target: int) -> VideoFrame:
        """Decode until the target is shown, checking that no frame is missing, added or out of order."""
        assert self._pictures is not None
        counting = self.index.repeats
        for packet, picture in self._pictures:
            if not 0 <= packet < len(self.index.pts):
                raise _Deviation
            frame = self._at + 1 if counting else int(self.index.frame_of_packet[packet])
            if counting and (frame >= len(self.index) or self.index.order[frame] != packet):
                raise _Deviation
            if frame < 0 or frame < self._first:
                if frame < 0 and self._at >= self._first:
                    raise _Deviation
                continue  # shown before the key frame, but decoded after it: belongs to the frames before
            if frame <= self._at or any(lost not in self._skipped for lost in range(self._at + 1, frame)):
                raise _Deviation
            if frame == self._first > 0 and not self._clean_start(packet, picture):
                raise _Deviation
            if picture.is_corrupt and not self.index.flags[packet] & DAMAGED:
                # after a seek: it refers to what lies before the key frame
                raise _Damage if self._first == 0 else _Deviation
            self._at, self._latest = frame, picture
            if frame == target:
                return picture
            if frame > target:
                raise _Deviation
        self._pictures = None
        raise _Deviation

    def _clean_start(self, packet: int, picture: VideoFrame) -> bool:
        marked = bool(self.index.flags[packet] & KEY)
        return marked and (picture.key_frame or picture.pict_type in (_PICTURE_I, _PICTURE_UNKNOWN))
