"""Where clips of several frames begin, and which frames they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

import torch
from torch import Tensor

from .frames import Frames

if TYPE_CHECKING:
    from .video import Video

SAMPLINGS = ("regular", "random", "consecutive")


class Clips(Sequence[Frames]):
    """Clips of a video, decoded when asked for; ``indices`` says which frames they hold, one row a clip."""

    def __init__(self, video: Video, indices: Tensor) -> None:
        self._video, self.indices = video, indices

    def __len__(self) -> int:
        return len(self.indices)

    @overload
    def __getitem__(self, item: int) -> Frames: ...
    @overload
    def __getitem__(self, item: slice) -> Clips: ...
    def __getitem__(self, item: int | slice) -> Frames | Clips:
        if isinstance(item, slice):
            return Clips(self._video, self.indices[item])
        if not -len(self) <= item < len(self):
            raise IndexError(f"there are {len(self)} clips, no number {item}")
        return self._video.frames(self.indices[item])

    def __iter__(self) -> Iterator[Frames]:
        return (self[i] for i in range(len(self)))

    def stack(self) -> Frames:
        """All clips at once, decoded in one forward pass: every field has a leading dimension of clips."""
        found = self._video.frames(self.indices.reshape(-1))
        shape = tuple(self.indices.shape)
        fields = (found.indices, found.pts, found.seconds, found.duration)
        return Frames(found.data.reshape(*shape, *found.data.shape[1:]), *(x.reshape(shape) for x in fields))


def clip_indices(
    frames: int, length: int, stride: int, number: int | None, sampling: str, generator: torch.Generator | None
) -> Tensor:
    """Frames of each clip as a (clips, length) tensor of indices."""
    if length < 1 or stride < 1:
        raise ValueError(f"length and stride are at least 1, not {length} and {stride}")
    if sampling not in SAMPLINGS:
        raise ValueError(f"sampling is one of {', '.join(SAMPLINGS)}, not {sampling!r}")
    span = (length - 1) * stride + 1
    if span > frames:
        raise ValueError(f"a clip of {length} frames, {stride} apart, spans {span} frames; the video has {frames}")
    starts = frames - span + 1
    if sampling == "consecutive":
        begin = torch.arange(0, starts, length * stride)
        begin = begin if number is None else begin[:number]
    elif number is None:
        raise ValueError(f"{sampling} sampling needs the number of clips")
    elif sampling == "random":
        begin = torch.randint(starts, (number,), generator=generator).sort().values
    else:
        # the middles of equal parts: never two alike while there are as many starts
        begin = ((2 * torch.arange(number) + 1) * starts) // (2 * number)
    return begin[:, None] + stride * torch.arange(length)
