"""How fast the NumPy namespace should be, and whether it is."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .array_threads import Throughput, measure_throughput
from .timing import Result

#: Where the summary is written, for the page on compatibility.
SUMMARY = Path(__file__).parents[1] / "docs" / "compatibility" / "numpy_speed.json"

_PATH_GROUPS = ("operators", "indexing", "reductions")
_KERNEL_GROUPS = ("elementwise", "reductions", "sorting", "indexing", "sets")
_LARGE = "n = 10⁶"
#: How many of the rows furthest from a target are named.
_WORST = 8


@dataclass(frozen=True)
class Verdict:
    """A target, what was reached, and the rows that are furthest from it."""

    target: str
    wanted: float
    reached: float
    met: bool
    rows: int
    beyond: int
    worst: tuple[str, ...]
    note: str = ""

    def line(self) -> str:
        """One line for the terminal."""
        state = "met" if self.met else "MISSED"
        beyond = f"{self.beyond} of {self.rows} rows beyond it{'; ' if self.note else ''}{self.note}"
        return f"{state}: {self.target}: {self.reached:.2f}, wanted {self.wanted:g} ({beyond})"

    def row(self) -> dict[str, Any]:
        """The row of the page's table."""
        return {
            "target": self.target,
            "wanted": self.wanted,
            "reached": round(self.reached, 3),
            "met": "yes" if self.met else "no",
            "rows beyond": f"{self.beyond} of {self.rows}",
            "furthest": "; ".join(self.worst),
        }


def conclude(results: Sequence[Result], facts: dict[str, Any]) -> list[str]:
    """Judge the results, write the summary, and return a line per target."""
    verdicts = judge(results)
    threads = measure_throughput()
    SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    SUMMARY.write_text(json.dumps(_record(verdicts, threads, facts), indent=1, ensure_ascii=False) + "\n")
    return [*(v.line() for v in verdicts), *(t.line() for t in threads)]


def _record(verdicts: Sequence[Verdict], threads: Sequence[Throughput], facts: dict[str, Any]) -> dict[str, Any]:
    measured = {key: str(facts[key]) for key in ("python", "torch", "numpy", "scipy")}
    load = facts["load_average"]
    notes = [
        "Ratios of medians of the processor time of one thread, the contenders in turns.",
        f"{facts['processor']}, {facts['cores']} cores"
        + (f", {load[0]:.1f} processes running on average when it began." if load else "."),
        *(f"{v.target}: {v.note}." for v in verdicts if v.note),
    ]
    if threads:
        rows = "; ".join(f"`{t.text}` {t.threads:.2f} ({t.processes:.2f})" for t in threads)
        notes.append(
            f"Calls per second of two threads (in brackets: of two processes) over those of one thread: {rows}."
        )
    return {
        "measured": {"date": facts["date"].partition(" ")[0], **measured},
        "command": "python -m benchmarks numpy --threads 1",
        "notes": notes,
        "rows": [v.row() for v in verdicts],
    }


def judge(results: Sequence[Result]) -> list[Verdict]:
    """Every target: small arrays against torch and ``torch._numpy``, large ones against NumPy."""
    small = [r for r in results if _size(r) != _LARGE and _group(r) in _PATH_GROUPS]
    large = [r for r in results if _size(r) == _LARGE and _group(r) in _KERNEL_GROUPS]
    speed = sorted((1 / ratio, r.row.name) for r in large if (ratio := r.ratio("NumPy")) is not None)
    mean = statistics.geometric_mean(s for s, _ in speed)
    slowest = tuple(f"{name}: {s:.2f}" for s, name in speed[:_WORST])
    return [
        _at_most("n ≤ 100, operators, indexing, reductions: our time over torch's, each", small, "torch", 1.6),
        _at_most("n ≤ 100, the same: our time over torch._numpy's, each", small, "torch._numpy", 0.15),
        Verdict(
            "n = 10⁶: geometric mean of NumPy's time over ours",
            1.0,
            mean,
            mean >= 1.0,
            len(speed),
            sum(s < 1.0 for s, _ in speed),
            slowest,
        ),
        Verdict(
            "n = 10⁶: NumPy's time over ours, each",
            0.6,
            speed[0][0],
            speed[0][0] >= 0.6,
            len(speed),
            sum(s < 0.6 for s, _ in speed),
            slowest,
        ),
    ]


def _at_most(target: str, results: Sequence[Result], peer: str, limit: float) -> Verdict:
    found = ((r.ratio(peer), f"{r.row.name}, {_size(r)}") for r in results)
    ratios = sorted(((ratio, name) for ratio, name in found if ratio is not None), reverse=True)
    return Verdict(
        target,
        limit,
        ratios[0][0],
        ratios[0][0] <= limit,
        len(ratios),
        sum(ratio > limit for ratio, _ in ratios),
        tuple(f"{name}: {ratio:.2f}" for ratio, name in ratios[:_WORST]),
        _out_of_reach(results, peer, limit),
    )


def _out_of_reach(results: Sequence[Result], peer: str, limit: float) -> str:
    """How many rows torch itself, which does the work underneath, does not bring below the limit."""
    if peer == "torch":
        return ""
    both = [r.seconds for r in results if {"torch", peer} <= r.seconds.keys()]
    count = sum(seconds["torch"] > limit * seconds[peer] for seconds in both)
    return f"in {count} rows torch itself takes longer than that" if count else ""


def _group(result: Result) -> str:
    return result.row.case.partition(",")[0]


def _size(result: Result) -> str:
    return result.row.case.partition(", ")[2]
