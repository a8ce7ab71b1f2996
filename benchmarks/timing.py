"""Timing the contenders of one row in turns, so that a busy machine is busy for all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch.utils.benchmark import Measurement, Timer

#: The contender that all others are compared with.
OURS = "scitorch"

# A block of calls that lasts this long is timed with an error well below a thousandth.
_BLOCK_SECONDS = 2e-3
# Fifteen rounds make a steady median; a row of slow calls gets at least five in ten times its time.
_ROUNDS, _FEWEST_ROUNDS, _PATIENCE = 15, 5, 10


@dataclass(frozen=True)
class Row:
    """One call, and who makes it. ``notes`` tells of peers that are missing or compute something else."""

    family: str
    name: str
    case: str
    contenders: Mapping[str, Callable[[], Any]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """Median seconds of each contender, and all its blocks."""

    row: Row
    measurements: Mapping[str, Measurement]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Row, blocks: Mapping[str, list[Measurement]]) -> Result:
        """Merge the blocks of each contender."""
        merged = {who: Measurement.merge(found)[0] for who, found in blocks.items()}
        medians = {who: statistics.median(b.mean for b in found) for who, found in blocks.items()}
        return cls(row, merged, medians)

    def ratio(self, peer: str) -> float | None:
        """How many times the peer's median ours is; below one, ours is faster."""
        return self.seconds[OURS] / self.seconds[peer] if peer in self.seconds else None

    def as_record(self) -> dict[str, Any]:
        """What is written to JSON."""
        return {
            "family": self.row.family,
            "name": self.row.name,
            "case": self.row.case,
            "median_seconds": dict(self.seconds),
            "interquartile_range_seconds": {who: m.iqr for who, m in self.measurements.items()},
            "blocks": {who: len(m.times) for who, m in self.measurements.items()},
            "ratio": {who: self.ratio(who) for who in self.seconds if who != OURS},
            "notes": list(self.row.notes),
        }


#: ``cpu`` is the processor time of this process: with one thread, what others do on the machine does not count.
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def measure(row: Row, seconds: float, threads: int, clock: str = "wall") -> Result:
    """Time a row for about ``seconds`` a contender."""
    timers = {
        who: Timer(
            "call()",
            timer=CLOCKS[clock],
            globals={"call": call},
            label=row.family,
            sub_label=f"{row.name} {row.case}",
            description=who,
            num_threads=threads,
        )
        for who, call in row.contenders.items()
    }
    numbers = {who: _calls_per_block(call) for who, call in row.contenders.items()}
    blocks: dict[str, list[Measurement]] = {who: [] for who in timers}
    order = list(timers)
    started = time.perf_counter()
    rounds = 0
    budget = seconds * len(timers)
    while (
        rounds < _FEWEST_ROUNDS
        or (elapsed := time.perf_counter() - started) < budget
        or (rounds < _ROUNDS and elapsed < _PATIENCE * budget)
    ):
        for who in order:
            blocks[who].append(timers[who].timeit(numbers[who]))
        order.append(order.pop(0))  # nobody always goes first
        rounds += 1
    return Result.of(row, blocks)


def _calls_per_block(call: Callable[[], Any]) -> int:
    call()  # compilation, caches, first touch of memory
    started = time.perf_counter()
    call()
    once = time.perf_counter() - started
    return max(1, min(10_000, int(_BLOCK_SECONDS / once)))
