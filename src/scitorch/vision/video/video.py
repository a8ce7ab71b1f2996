"""A video as a sequence of frames that are exactly those of sequential decoding."""

from __future__ import annotations

import operator
import os
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy
import torch
from torch import Tensor

from .audio import Sound, read_sound
from .clips import Clips, clip_indices
from .decoder import FrameDecoder
from .errors import DamagedVideoError, VideoError
from .frames import Frames
from .hardware import hardware_of
from .index import VideoIndex
from .metadata import VideoMetadata, VideoReport
from .opening import MAX_PIXELS, open_stream
from .pictures import Pictures, PyAVPictures
from .pixels import Pixels
from .progress import Progress
from .scan import count, scan
from .source import Source
from .torchcodec_pictures import TorchcodecPictures

_BACKENDS = ("pyav", "torchcodec")


class Video:
    """Frames of a video by number, by time, in clips; and its sound.

    Opening reads the packets once, without decoding, and makes an index. A frame is then found by seeking to the key
    frame before it and decoding until the packet of the index is shown; if what is shown is not what the index says,
    decoding starts further back, and from the very start in the end.

    Parameters
    ----------
    source : path, bytes or seekable binary file
    stream : int
        Which of the picture streams.
    dtype : torch.dtype
        ``uint8``: converted by FFmpeg. ``uint16`` (full scale 65535) and floating point (full scale 1): from all bits
        that were coded, by the exact matrix.
    matrix : {"bt601", "bt709", "bt2020", "fcc", "smpte240m"}, optional
        Overrules the tag of the file; without tag it is BT.601, as FFmpeg has it.
    full_range : bool, optional
        Overrules the tag of the file.
    size : (height, width), optional
        Scale every frame while it is converted.
    rotate : bool
        Turn and mirror frames as the display matrix of the file asks, by quarter turns.
    square_pixels : bool
        Stretch frames so that pixels are square.
    threads : int
        Threads of the decoder, at least 1. With data loader workers, 1 is best.
    device : "cpu" or a CUDA device
        On a CUDA device frames are decoded by its hardware and stay there.
    backend : {"pyav", "torchcodec"}
        torchcodec's frames are checked against the index.
    index : VideoIndex, optional
        An index made before, which saves reading the packets.
    verify : bool
        Decode everything once while opening, so that damage anywhere is known at once.
    progress : bool or callable, optional
        A bar while indexing takes longer than a second; by default on terminals. A callable gets the fraction done.
    max_pixels : int
        Larger pictures are refused.

    Raises
    ------
    VideoError
        `NotAVideoError`, `MissingCodecError`, `VideoTooLargeError`, `HardwareDecodingError`; and when frames are asked
        for, `DamagedVideoError`.

    Examples
    --------
    >>> import tempfile, torch
    >>> from scitorch.vision import Video, write_video
    >>> path = tempfile.mkdtemp() + "/ramp.mkv"
    >>> ramp = torch.arange(10, dtype=torch.uint8).reshape(10, 1, 1, 1).expand(10, 3, 16, 24)
    >>> write_video(path, ramp, rate=5, codec="ffv1")
    >>> video = Video(path)
    >>> len(video), video[7][:, 0, 0], video.at(1.0)[0, 0, 0]
    (10, tensor([7, 7, 7], dtype=torch.uint8), tensor(5, dtype=torch.uint8))
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO,
        *,
        stream: int = 0,
        dtype: torch.dtype = torch.uint8,
        matrix: str | None = None,
        full_range: bool | None = None,
        size: tuple[int, int] | None = None,
        rotate: bool = True,
        square_pixels: bool = False,
        threads: int = 1,
        device: str | torch.device = "cpu",
        backend: str = "pyav",
        index: VideoIndex | None = None,
        verify: bool = False,
        progress: bool | Progress | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        if operator.index(threads) < 1:
            raise ValueError(f"threads is at least 1, not {threads}")
        if backend not in _BACKENDS:
            raise ValueError(f"backend is one of {', '.join(_BACKENDS)}, not {backend!r}")
        self.device = torch.device(device)
        self._hardware = hardware_of(self.device, backend)
        self._pixels = Pixels(
            dtype, matrix, full_range, None if size is None else (size[0], size[1]), rotate, square_pixels
        )
        self._source = Source(source)
        self._threads, self._max_pixels, self._backend, self._stream = threads, max_pixels, backend, stream
        if index is None:
            index = scan(self._source, stream, threads, max_pixels, progress)
        elif index.fingerprint != self._source.fingerprint():
            raise VideoError(f"the index belongs to another file than {self._source.name}")
        elif index.stream != stream:
            raise VideoError(f"the index is of stream {index.stream}, not {stream}")
        if verify and not index.counted:
            index = count(self._source, index, threads, max_pixels)
        self._prepare(index)

    def _prepare(self, index: VideoIndex) -> None:
        decoder = FrameDecoder(self._source, index, self._threads, self._max_pixels, self._hardware)
        pictures: Pictures = PyAVPictures(decoder, self._pixels)
        if self._backend == "torchcodec":
            assert isinstance(pictures, PyAVPictures)
            pictures = TorchcodecPictures(self._source, pictures, self._threads, self._stream)
        self._pictures = pictures
        self._lock, self._process = threading.RLock(), os.getpid()

    @property
    def index(self) -> VideoIndex:
        """Packets and frames; ``video.index.save(path)`` keeps it for the next time."""
        return self._pictures.index

    @cached_property
    def metadata(self) -> VideoMetadata:
        """What the file says, and what was found."""
        container, stream = open_stream(self._source, self._stream, self._threads, self._max_pixels)
        try:
            pixel_format = stream.pix_fmt or "unknown"
        finally:
            container.close()
        decoder = FrameDecoder(self._source, self.index, self._threads, self._max_pixels)
        try:
            ((_, first),) = decoder.frames([0])
            container, stream = open_stream(self._source, self._stream, self._threads, self._max_pixels)
            try:
                return VideoMetadata.of(container, stream, self.index, first, pixel_format)
            finally:
                container.close()
        finally:
            decoder.close()

    @property
    def report(self) -> VideoReport:
        """What was met while indexing and decoding: missing, damaged or cut off frames."""
        return VideoReport.of(self.index, self.metadata.declared_frames)

    @property
    def pts(self) -> Tensor:
        """Presentation time of every frame in units of ``index.time_base``, as an int64 tensor."""
        return torch.from_numpy(self.index.frame_pts.copy())

    @property
    def seconds(self) -> Tensor:
        """Presentation time of every frame in seconds, as a float64 tensor."""
        return torch.from_numpy(self._in_seconds(self.index.frame_pts))

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, item: int | slice | Sequence[int] | Tensor) -> Tensor:
        """A (3, height, width) frame for an integer; (n, 3, height, width) for a slice or a sequence."""
        if isinstance(item, slice):
            return self._gather(list(range(*item.indices(len(self)))))
        if isinstance(item, Tensor) and item.ndim == 0:
            item = int(item)
        if isinstance(item, (Sequence, Tensor, numpy.ndarray)):
            return self._gather(self._checked(item))
        return self._single(self._checked([operator.index(item)])[0])

    def __iter__(self) -> Iterator[Tensor]:
        """All frames in order; each is a tensor of its own."""
        number = 0
        while number < len(self):
            yield self[number]
            number += 1

    def frames(self, indices: Sequence[int] | Tensor | range) -> Frames:
        """Frames in any order, with repetitions; decoded in one forward pass, each once."""
        chosen = self._checked(indices)
        data = self._gather(chosen)
        pts, duration = self.index.frame_pts[chosen], self.index.frame_duration[chosen]
        return Frames(
            data,
            torch.tensor(chosen, dtype=torch.int64),
            torch.from_numpy(pts),
            torch.from_numpy(self._in_seconds(pts)),
            torch.from_numpy(self._in_seconds(duration)),
        )

    def at(self, seconds: float | Sequence[float] | Tensor) -> Tensor:
        """The frame that is shown at this time, or one for each of several times.

        Raises `IndexError` before the first frame and after the last.
        """
        times = torch.as_tensor(seconds, dtype=torch.float64)
        found = self._gather(self._shown_at(times.reshape(-1)))
        return found[0] if times.ndim == 0 else found

    def clips(
        self,
        length: int,
        *,
        stride: int = 1,
        number: int | None = None,
        sampling: str = "regular",
        generator: torch.Generator | None = None,
    ) -> Clips:
        """Clips of ``length`` frames that are ``stride`` apart.

        ``sampling`` is "regular" (``number`` clips, spread evenly), "random" (``number`` clips, from ``generator``) or
        "consecutive" (one after the other, as many as fit).
        """
        return Clips(self, clip_indices(len(self), length, stride, number, sampling, generator))

    def audio(self, start: float = 0.0, stop: float | None = None, *, stream: int = 0) -> Sound:
        """What is heard from ``start`` to ``stop``, in seconds on the clock of the frames' time stamps."""
        if stop is not None and stop < start:
            raise ValueError(f"stop={stop} lies before start={start}")
        return read_sound(self._source, stream, start, stop, self._threads)

    def close(self) -> None:
        """Free the decoder; the video stays usable and opens again when needed."""
        with self._owned():
            self._pictures.close()

    def _single(self, number: int) -> Tensor:
        """One frame, in the memory into which it was converted."""
        with self._owned():
            ((_, picture),) = self._pictures.tensors([number])
        return picture

    def _gather(self, chosen: list[int]) -> Tensor:
        """Stack frames, decoding each once in increasing order."""
        places: dict[int, list[int]] = {}
        for place, number in enumerate(chosen):
            places.setdefault(number, []).append(place)
        out: Tensor | None = None
        with self._owned():
            frames = len(self)
            for number, picture in self._pictures.tensors(sorted(places)):
                if out is None:
                    out = self._room(len(chosen), picture)
                elif picture.shape != out.shape[1:]:
                    sizes = f"{tuple(out.shape[2:])} and {tuple(picture.shape[1:])}"
                    raise VideoError(f"frames of different sizes, {sizes}; give size= to scale them to one")
                for place in places[number]:
                    out[place].copy_(picture)
            if len(self) != frames and max(chosen, default=0) >= len(self):
                raise DamagedVideoError(f"of {frames} frames in the packets, {len(self)} can be decoded")
        if out is not None:
            return out
        height, width = self._pixels.size or (self.metadata.height, self.metadata.width)
        return torch.empty((0, 3, height, width), dtype=self._pixels.dtype, device=self.device)

    def _room(self, number: int, picture: Tensor) -> Tensor:
        """Channels last, as the decoder gives them, so that copying is one move of memory."""
        channels, height, width = picture.shape
        out = torch.empty((number, height, width, channels), dtype=picture.dtype, device=picture.device)
        return out.permute(0, 3, 1, 2)

    def _checked(self, indices: Any) -> list[int]:
        if isinstance(indices, (Tensor, numpy.ndarray)):
            if indices.ndim != 1:
                raise TypeError(f"indices are one-dimensional, not {tuple(indices.shape)}")
            indices = indices.tolist()
        chosen, frames = [operator.index(i) for i in indices], len(self)
        for number in chosen:
            if not -frames <= number < frames:
                raise IndexError(f"frame {number} of a video of {frames} frames")
        return [number % frames for number in chosen]

    def _shown_at(self, times: Tensor) -> list[int]:
        starts = numpy.maximum.accumulate(self.index.frame_pts)
        base = self.index.time_base
        ticks = times.numpy() * base.denominator / base.numerator
        # a time stamp that was turned into seconds and back may fall short of itself by rounding
        found = numpy.searchsorted(starts, ticks + 1e-9 * numpy.maximum(1.0, numpy.abs(ticks)), side="right") - 1
        end = int(starts[-1] + self.index.frame_duration[-1])
        for time, tick, frame in zip(times.tolist(), ticks.tolist(), found.tolist()):
            if not (frame >= 0 and tick < end):
                first, last = float(int(starts[0]) * base), float(end * base)
                raise IndexError(f"nothing is shown at {time} s; the video lasts from {first} s to {last} s")
        return [int(frame) for frame in found]

    def _in_seconds(self, ticks: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
        base = self.index.time_base
        return ticks * float(base.numerator) / float(base.denominator)

    def _owned(self) -> threading.RLock:  # type: ignore[valid-type]
        """The lock; in a forked child a new one, with a decoder of its own."""
        if os.getpid() != self._process:
            self._pictures.abandon()
            self._lock, self._process = threading.RLock(), os.getpid()
        return self._lock

    def __getstate__(self) -> dict[str, Any]:
        left = {"_pictures", "_lock", "_process"}
        return {k: v for k, v in self.__dict__.items() if k not in left} | {"index": self.index.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        index = VideoIndex.from_bytes(state.pop("index"))
        self.__dict__.update(state)
        self._prepare(index)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        known = self.metadata
        rate = f"{float(known.average_rate):.3f}".rstrip("0").rstrip(".")
        size = f"{known.height}×{known.width}"
        return f"Video({self._source.name!r}: {len(self)} frames of {size}, {rate} a second, {known.codec})"
