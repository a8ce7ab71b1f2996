"""The sound between two instants of a video, sample by sample where its time stamps put it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy
import torch
from torch import Tensor

from .errors import MissingCodecError, NotAVideoError, VideoError
from .source import Source, av_module

# Decoders need sound from before the first sample that is asked for: Opus 80 ms (RFC 7845, 4.6), MP3 up to nine
# frames of 26 ms for its bit reservoir, AAC two frames.
_PREROLL = 0.5
_MOST_SAMPLES = 1 << 31


@dataclass(frozen=True)
class Sound:
    """Samples in [−1, 1] as a (channels, n) float32 tensor; sample k is heard at ``start + k / rate`` seconds."""

    samples: Tensor
    rate: int
    start: float

    def __len__(self) -> int:
        return int(self.samples.shape[-1])


def read_sound(source: Source, number: int, start: float, stop: float | None, threads: int) -> Sound:
    """Decode what is heard from ``start`` to ``stop``; silence where the file has nothing."""
    failure = av_module().error.FFmpegError
    container = source.open()
    try:
        streams = container.streams.audio
        if not streams:
            raise NotAVideoError(f"{source.name} has no sound")
        if not -len(streams) <= number < len(streams):
            raise IndexError(f"{source.name} has {len(streams)} sound streams, there is no number {number}")
        stream = streams[number]
        context = stream.codec_context
        if context is None or not context.sample_rate:
            raise MissingCodecError(f"{source.name}: no decoder for the sound")
        context.thread_count = threads
        rate, channels, base = int(context.sample_rate), int(context.channels), stream.time_base
        first = round(start * rate)
        last = None if stop is None else round(stop * rate)
        if last is not None and last - first > _MOST_SAMPLES // max(1, channels):
            raise VideoError(f"{(last - first) / rate} s of sound are too much to hold at once")
        if start > _PREROLL and base is not None:
            try:
                container.seek(int((start - _PREROLL) / base), stream=stream)
            except failure:
                container.seek(0, stream=stream)
        resampler = av_module().AudioResampler(format="fltp", layout=context.layout.name, rate=rate)
        pieces: list[tuple[int, numpy.ndarray]] = []  # type: ignore[type-arg]
        following = first
        for frame in _frames(container, stream, failure):
            if frame.pts is None:
                place = following
            else:
                place = round(frame.pts * frame.time_base * rate)
            frame.pts = None
            for piece in resampler.resample(frame):
                data = piece.to_ndarray()
                following = place + data.shape[1]
                low, high = max(first, place), following if last is None else min(following, last)
                if low < high:
                    pieces.append((low - first, data[:, low - place : high - place]))
            if last is not None and place >= last:
                break
    finally:
        container.close()
    end = max((place + data.shape[1] for place, data in pieces), default=0) if last is None else last - first
    samples = torch.zeros(channels, end)
    for place, data in pieces:
        samples[:, place : place + data.shape[1]] = torch.from_numpy(data)
    return Sound(samples, rate, first / rate)


def _frames(container, stream, failure):  # type: ignore[no-untyped-def]
    """Frames of the stream; what cannot be decoded is passed over."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, failure):
            return
        with contextlib.suppress(failure):
            yield from stream.decode(None if packet.size == 0 else packet)
        if packet.size == 0:
            return
