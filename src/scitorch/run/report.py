"""The report at the end of a run, as text for people and as JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .record import Record

_ROWS = 20


def report_data(record: Record, script: str, seconds: float, exit_code: int, device: str) -> dict[str, Any]:
    """Everything a report says, as plain data.

    Returns
    -------
    dict
        ``script``, ``seconds``, ``exit_code``, ``device``, ``native_calls``, ``fallback_calls``, and ``functions``:
        a list of ``name``, ``runs`` ("native" or "fallback"), ``calls``, ``seconds``, ``own_seconds``, ``devices``.
    """
    return {
        "script": script,
        "seconds": seconds,
        "exit_code": exit_code,
        "device": device,
        **record.as_dict(),
    }


def report_text(data: dict[str, Any]) -> str:
    """The report as a table: the longest functions, and every fallback."""
    rows = data["functions"]
    fallbacks = [row for row in rows if row["runs"] == "fallback"]
    natives = [row for row in rows if row["runs"] == "native"]
    shown = sorted(natives[: max(_ROWS - len(fallbacks), 5)] + fallbacks, key=lambda row: -row["own_seconds"])
    width = max([len(row["name"]) for row in shown] + [8])
    lines = [
        f"scitorch run {data['script']}: {data['seconds']:.1f} s on {data['device']}, "
        f"{data['native_calls']} calls on scitorch, {data['fallback_calls']} fell back"
    ]
    if shown:
        lines.append(f"  {'function':<{width}}  {'calls':>8}  {'seconds':>8}  {'own':>8}  ran on")
    for row in shown:
        where = ", ".join(row["devices"]) or "-"
        ran = f"scitorch ({where})" if row["runs"] == "native" else "fallback, the real one (cpu)"
        lines.append(
            f"  {row['name']:<{width}}  {row['calls']:>8}  {row['seconds']:>8.2f}  {row['own_seconds']:>8.2f}  {ran}"
        )
    if len(shown) < len(rows):
        lines.append(f"  and {len(rows) - len(shown)} more functions on scitorch")
    lines.append("  seconds: with the functions called inside; own: without them")
    return "\n".join(lines)


def write_json(data: dict[str, Any], file: str) -> None:
    """Write the report's data to a file."""
    Path(file).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
