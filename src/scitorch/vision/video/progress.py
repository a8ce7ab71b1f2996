"""A bar for work that takes long enough to wonder about."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[float], None]

# Shorter waits are not worth a word; ten redraws a second look continuous.
_PATIENCE, _REDRAW, _WIDTH = 1.0, 0.1, 30


class ProgressBar:
    """Shows itself after a second of work, on a terminal only unless asked for; clears its line at the end."""

    def __init__(
        self, label: str, asked: bool | None, stream: TextIO | None = None, patience: float = _PATIENCE
    ) -> None:
        self._label, self._stream, self._patience = label, stream or sys.stderr, patience
        self._started = self._drawn = time.monotonic()
        self._shown = False
        self._wanted = self._stream.isatty() if asked is None else asked

    def __call__(self, fraction: float) -> None:
        """Tell how much is done, from 0 to 1."""
        now = time.monotonic()
        if not self._wanted or now - self._started < self._patience or now - self._drawn < _REDRAW:
            return
        self._drawn, self._shown = now, True
        fraction = min(1.0, max(0.0, fraction))
        done = round(_WIDTH * fraction)
        rest = (now - self._started) * (1 - fraction) / fraction if fraction > 0 else float("nan")
        bar = "█" * done + "░" * (_WIDTH - done)
        self._stream.write(f"\r{self._label} {bar} {fraction:4.0%}, {rest:.0f} s left ")
        self._stream.flush()

    def close(self) -> None:
        """Remove the bar."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def progress_of(label: str, progress: bool | Progress | None) -> tuple[Progress, Callable[[], None]]:
    """What to call with the fraction that is done, and what to call at the end."""
    if callable(progress):
        return progress, lambda: None
    bar = ProgressBar(label, progress)
    return bar, bar.close
