"""Decoding with torchcodec, checked against the index; what it gets wrong is decoded by PyAV instead."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from .index import VideoIndex
from .pictures import PyAVPictures
from .pixels import Pixels
from .source import Source, leave_to_parent


class TorchcodecPictures:
    """Takes a frame of torchcodec only if its time stamp is that of the index."""

    def __init__(self, source: Source, fallback: PyAVPictures, threads: int, stream: int) -> None:
        try:
            make = importlib.import_module("torchcodec.decoders").VideoDecoder
        except (ImportError, RuntimeError, OSError) as error:
            raise ImportError(f"backend='torchcodec' needs a torchcodec that can be imported here: {error}") from error
        if fallback.pixels != Pixels() or stream != 0:
            raise ValueError("backend='torchcodec' gives uint8 frames of the first stream by the tags of the file only")
        self._source, self._fallback, self._threads, self._make = source, fallback, threads, make
        self._decoder: Any = None
        self.refused = 0

    @property
    def index(self) -> VideoIndex:
        return self._fallback.index

    def tensors(self, wanted: Sequence[int]) -> Iterator[tuple[int, Tensor]]:
        for number in wanted:
            picture = self._picture(number)
            if picture is None:
                self.refused += 1
                yield from self._fallback.tensors([number])
            else:
                yield number, picture

    def close(self) -> None:
        self._decoder = None
        self._fallback.close()

    def abandon(self) -> None:
        if self._decoder is not None:
            leave_to_parent(self._decoder)
        self._decoder = None
        self._fallback.abandon()

    def _picture(self, number: int) -> Tensor | None:
        index = self.index
        if index.counted or index.notes:
            return None  # where packets do not tell the frames, torchcodec counts other frames
        try:
            if self._decoder is None:
                origin = self._source.path if self._source.path is not None else self._source.read_all()
                self._decoder = self._make(origin, num_ffmpeg_threads=self._threads)
            if len(self._decoder) != len(index):
                return None
            found = self._decoder.get_frame_at(number)
        except (RuntimeError, IndexError, ValueError):
            return None
        seconds = float(int(index.frame_pts[number]) * index.time_base)
        # both are quotients of the same integers: they differ by rounding alone
        if abs(float(found.pts_seconds) - seconds) > 1e-6 * max(1.0, abs(seconds)):
            return None
        data = found.data
        return data if isinstance(data, Tensor) and data.dtype == torch.uint8 else None
