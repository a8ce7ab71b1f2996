"""Frames as tensors by number: what a decoding backend offers, and the one on PyAV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Protocol

from torch import Tensor

from .decoder import FrameDecoder
from .hardware import hardware_tensor
from .index import VideoIndex
from .pixels import Pixels, converter
from .source import leave_to_parent


class Pictures(Protocol):
    """A backend."""

    @property
    def index(self) -> VideoIndex:
        """The index, which decoding may have corrected."""

    def tensors(self, wanted: Sequence[int]) -> Iterator[tuple[int, Tensor]]:
        """(3, height, width) tensors of increasing distinct indices, each in memory of its own."""

    def close(self) -> None:
        """Free the decoder; it opens again when needed."""

    def abandon(self) -> None:
        """After a fork: touch nothing of the parent's."""


class PyAVPictures:
    """Decodes with PyAV, on the CPU or with the hardware of a CUDA device."""

    def __init__(self, decoder: FrameDecoder, pixels: Pixels) -> None:
        self.decoder, self.pixels = decoder, pixels
        self._converter = converter()

    @property
    def index(self) -> VideoIndex:
        return self.decoder.index

    def tensors(self, wanted: Sequence[int]) -> Iterator[tuple[int, Tensor]]:
        for number, frame in self.decoder.frames(wanted):
            aspect = self.decoder.pixel_aspect if self.pixels.square else Fraction(1)
            if frame.format.name == "cuda":
                yield number, hardware_tensor(frame, self.pixels, aspect)
            else:
                yield number, self.pixels(frame, self._converter, aspect)

    def close(self) -> None:
        self.decoder.close()

    def abandon(self) -> None:
        leave_to_parent(self.decoder.abandon())
        leave_to_parent(self._converter)
        self._converter = converter()
