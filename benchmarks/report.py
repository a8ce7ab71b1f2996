"""Writing results: a Markdown table for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy
import scipy
import torch

from .timing import OURS, Result

#: The order of the columns; a family has those of the peers that made its rows.
PEERS = (
    "SciPy",
    "NumPy",
    "torch",
    "torch._numpy",
    "JAX",
    "torchvision",
    "albumentations",
    "OpenCV",
    "Pillow",
    "PyAV",
    "torchcodec",
)


def machine(threads: int, clock: str) -> dict[str, Any]:
    """What the numbers were measured on."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "clock": clock,
        "load_average": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
    }


def markdown(results: Sequence[Result], facts: dict[str, Any]) -> str:
    """One table per family: medians, and how many times the peer's median ours is."""
    lines = ["# Benchmarks", "", ", ".join(f"{k} {v}" for k, v in facts.items() if v is not None), ""]
    lines += [f"Ratios are medians of {OURS} over medians of the peer: below 1, {OURS} is faster.", ""]
    for family in dict.fromkeys(r.row.family for r in results):
        rows = [r for r in results if r.row.family == family]
        peers = [p for p in PEERS if any(p in r.seconds for r in rows)]
        lines += [f"## {family}", "", f"| function | case | {OURS} | " + " | ".join([*peers, "notes"]) + " |"]
        lines.append("| --- | --- | ---: |" + " ---: |" * len(peers) + " --- |")
        lines += [_table_row(r, peers) for r in rows]
        lines.append("")
    return "\n".join(lines)


def write(results: Sequence[Result], facts: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """Write both files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table, data = folder / "benchmarks.md", folder / "benchmarks.json"
    table.write_text(markdown(results, facts), encoding="utf-8")
    records = [r.as_record() for r in results]
    data.write_text(json.dumps({"machine": facts, "rows": records}, indent=1), encoding="utf-8")
    return table, data


def duration(seconds: float) -> str:
    """Three digits and a unit."""
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def line(result: Result) -> str:
    """One row for the terminal."""
    ratios = "  ".join(
        f"{peer} {duration(result.seconds[peer])} ({result.ratio(peer):.2f}x)" for peer in _present(result)
    )
    return f"{result.row.name:20} {result.row.case:44} {duration(result.seconds[OURS]):>9}  {ratios}"


def _table_row(result: Result, peers: Sequence[str]) -> str:
    cells = [result.row.name, result.row.case, duration(result.seconds[OURS])]
    for peer in peers:
        ratio = result.ratio(peer)
        cells.append("" if ratio is None else f"{duration(result.seconds[peer])} ({ratio:.2f})")
    return "| " + " | ".join([*cells, "; ".join(result.row.notes)]) + " |"


def _present(result: Result) -> Iterable[str]:
    return (peer for peer in PEERS if peer in result.seconds)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for text in cpuinfo.read_text(encoding="utf-8").splitlines():
            if text.startswith("model name"):
                return text.partition(":")[2].strip()
    return platform.processor() or platform.machine()
