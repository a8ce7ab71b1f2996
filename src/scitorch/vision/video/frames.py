"""Several frames and when each is shown."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Frames:
    """Frames with their place in time.

    Parameters
    ----------
    data : (n, 3, height, width) Tensor
    indices : (n,) int64 Tensor
    pts : (n,) int64 Tensor
        In units of the stream's time base.
    seconds, duration : (n,) float64 Tensor
    """

    data: Tensor
    indices: Tensor
    pts: Tensor
    seconds: Tensor
    duration: Tensor

    def __len__(self) -> int:
        return len(self.indices)
