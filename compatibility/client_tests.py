"""Tests that another library has for array backends, run on torch and on scitorch and compared test by test."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .record import RECORDS, measured_on, write

Outcomes = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Client:
    """A library whose tests are run.

    Attributes
    ----------
    package
        Its import name.
    title
        Its name for people.
    plugin
        The pytest plugin that adds scitorch to its backends.
    label
        What stands for scitorch in the names of its tests, where ``torch`` stands for torch; a regular expression.
    parts
        The modules whose tests are run, one process each.
    options
        Further options of pytest.
    notes
        Sentences for the record.
    """

    package: str
    title: str
    plugin: str
    label: str
    parts: tuple[str, ...]
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    measured: tuple[str, ...] = field(default=())

    @property
    def record(self) -> Path:
        return RECORDS / f"{self.package}_clients.json"


def run(client: Client, part: str, *, timeout: int) -> tuple[Outcomes, str]:
    """Run the tests of one part on both backends; return every test's outcome, and pytest's last line."""
    specification = importlib.util.find_spec(client.package)
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError(f"{client.package} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        settings, outcomes = Path(folder, "pytest.ini"), Path(folder, "outcomes.json")
        settings.write_text("[pytest]\n")  # the library's own settings belong to its checkout
        command = [sys.executable, "-m", "pytest", "-c", str(settings)]
        command += [f"--rootdir={Path(specification.origin).parents[1]}", "-p", "no:cacheprovider", "-q", "--tb=short"]
        command += ["-p", "compatibility.outcomes", "-p", client.plugin, "--outcomes", str(outcomes), "-W", "ignore"]
        command += [f"--timeout={timeout}", *client.options, "--pyargs", f"{client.package}.{part}"]
        paths = os.pathsep.join((str(Path(__file__).parents[1]), *filter(None, sys.path)))
        environment = os.environ | {"SCIPY_ARRAY_API": "1", "PYTHONPATH": paths}
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        lines = done.stdout.strip().splitlines() or [""]
        if not outcomes.exists():
            raise RuntimeError(
                f"{client.package}.{part}: pytest wrote no outcomes; it ended with\n{done.stdout[-2000:]}"
            )
        return json.loads(outcomes.read_text(encoding="utf-8")), lines[-1]


def compare(client: Client, part: str, outcomes: Outcomes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the counts of one part, and what fails here, by message.

    Tests that name torch themselves, so that they cannot run on another backend, are counted apart.
    """
    ours, theirs = _by_backend(client.label, outcomes)
    both = sorted(ours)
    mine = {test: ours[test] for test in both}
    torch = {test: theirs.get(test, ("absent", "")) for test in both}
    lost = [test for test in both if torch[test][0] == "passed" and mine[test][0] != "passed"]
    failed = [test for test in both if mine[test][0] == "failed"]
    counts = {
        "module": part,
        "torch passes": _count(torch, "passed"),
        "torch fails": _count(torch, "failed"),
        "scitorch passes": _count(mine, "passed"),
        "scitorch fails": len(failed),
        "only torch passes": len(lost),
        "only scitorch passes": sum(mine[t][0] == "passed" != torch[t][0] for t in both),
        "written for torch": len(theirs.keys() - ours.keys()),
    }
    causes: dict[str, list[str]] = defaultdict(list)
    for test in sorted({*lost, *failed}):
        causes[f"{part}, torch {torch[test][0]}: {_cause(mine[test])}"].append(test)
    return counts, [{"module": part, "cause": cause, "tests": tests} for cause, tests in causes.items()]


def _by_backend(label: str, outcomes: Outcomes) -> tuple[dict[str, Sequence[str]], dict[str, Sequence[str]]]:
    """Sort tests by backend, under names in which the backends do not differ."""
    ours: dict[str, Sequence[str]] = {}
    theirs: dict[str, Sequence[str]] = {}
    for test, outcome in outcomes.items():
        file, _, name = test.partition("::")
        renamed = re.sub(label, "torch", name)
        if renamed != name:
            ours[f"{file}::{renamed}"] = outcome
        elif re.search(r"\btorch\b", name.partition("[")[2]):
            theirs[test] = outcome
    return ours, theirs


def _count(outcomes: Mapping[str, Sequence[str]], wanted: str) -> int:
    return Counter(outcome for outcome, _ in outcomes.values())[wanted]


def _cause(outcome: Sequence[str]) -> str:
    """The beginning of a message, or that there was none because the test did not run."""
    kind, message = outcome
    return message[:140] if kind == "failed" else f"{kind}: {message[:120]}"


def update(client: Client, counts: Mapping[str, Any], remaining: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put one part into the record, beside what the record has of the others, and write it."""
    before = json.loads(client.record.read_text(encoding="utf-8")) if client.record.exists() else {}
    part = counts["module"]
    rows = [row for row in before.get("rows", ()) if row["module"] not in (part, "all")]
    rows = sorted([*rows, dict(counts)], key=lambda row: row["module"])
    totals = {key: sum(row[key] for row in rows) for key in counts if key != "module"}
    others = [entry for entry in before.get("remaining", ()) if entry["module"] != part]
    record = {
        "command": f"python -m compatibility {client.package}",
        "notes": [*client.notes, *_missing(client, rows)],
        "measured": measured_on(*client.measured),
        "rows": [*rows, {"module": "all", **totals}],
        "remaining": sorted([*others, *remaining], key=lambda entry: (entry["module"], entry["cause"])),
    }
    write(client.record, record)
    return record


def _missing(client: Client, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say which parts have no row."""
    absent = sorted(set(client.parts) - {row["module"] for row in rows})
    return [f"Not recorded yet: {', '.join(f'`{client.package}.{part}`' for part in absent)}."] if absent else []


def run_all(client: Client, parts: Sequence[str], *, timeout: int) -> int:
    """Run parts one after the other, print each, and record it; return how many tests only torch passes."""
    record: dict[str, Any] = {}
    for part in parts:
        began = time.monotonic()
        outcomes, last = run(client, part, timeout=timeout)
        counts, remaining = compare(client, part, outcomes)
        record = update(client, counts, remaining)
        print(f"{client.package}.{part} ({time.monotonic() - began:.0f} s): {last}")
        print("  " + ", ".join(f"{key} {value}" for key, value in counts.items() if key != "module"))
        for entry in remaining:
            print(f"  {len(entry['tests'])} x {entry['cause']}\n      {entry['tests'][0]}", flush=True)
    total = record["rows"][-1]
    print(f"{client.title}: " + ", ".join(f"{key} {value}" for key, value in total.items() if key != "module"))
    return int(total["only torch passes"])
