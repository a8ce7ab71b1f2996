"""Run NumPy's own test files on `scitorch.numpy` and record which functions of them pass.

    python -m compatibility.numpy_tests HARNESS

HARNESS is a folder whose `run.py` runs the test files of the installed NumPy with another namespace in its place, and
says which tests are in scope. They run on NumPy first: a test function counts if it is in scope and passes there,
and it passes here if it does with all its parameters. Nothing is skipped.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy

from .record import RECORDS, measured_on, write

TARGET = "scitorch.numpy"

# what the first line of an error says about its cause, first match first
CAUSES = (
    (
        "dtypes that no tensor holds: object, text, dates, long double, structures",
        r"hold numbers only|cannot be held by|float128|longdouble|timedelta|datetime|dtype\('[OSUVMm]|data type '[gG]'",
    ),
    ("private functions of NumPy's implementation", r"lacks (numpy\.)?(\w+\.)*_\w+(\.\w+)*|numpy\.lib\._|_impl\b"),
    ("names that are refused, with what to use instead", r"MissingName|is not provided here"),
    (
        "arrays of no dimensions where NumPy returns scalars",
        r"ndarray'?>? (is not|!=).*numpy\.\w+|class 'scitorch\.numpy\.array\.ndarray'|ndarray, not|NumPy scalar",
    ),
    ("memory: flags, strides, and what shares it", r"flags|strides?\b|contiguous|shares?_memory|may_share|\.base\b"),
)
OTHER = "others"


def run(harness: Path, name: str, results: Path, jobs: int) -> None:
    """Run all files of the harness on a namespace."""
    command = [sys.executable, str(harness / "run.py"), name, "-n", str(jobs), "--out", str(results / name)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    subprocess.run(command, cwd=harness, env=environment, check=True)


def collect(harness: Any, results: Path) -> dict[str, Any]:
    """Compare the results of the namespace with those of NumPy, file by file."""
    root = str(Path(numpy.__file__).parent)
    files: dict[str, Any] = {}
    causes: dict[str, dict[str, str]] = defaultdict(dict)
    for file in harness.FILES:
        tag = file.replace("/", "_").replace("_tests_", "__").removesuffix(".py").lstrip("_")
        scope = harness.scope(file, root)

        def in_scope(name: str, tag: str = tag, scope: Any = scope) -> list[dict[str, Any]]:
            return [t for t in harness.load(str(results / name / f"{tag}.json")) if scope(t["nodeid"]) is None]

        wanted = {_function(t) for t in in_scope("numpy") if t["outcome"] == "passed"}
        outcomes: dict[str, list[dict[str, Any]]] = {name: [] for name in wanted}
        for test in in_scope(TARGET):
            if _function(test) in wanted:
                outcomes[_function(test)].append(test)
        errors = {name: _first_error(tests) for name, tests in sorted(outcomes.items())}
        broken = {name: error for name, error in errors.items() if error is not None}
        files[file] = {"in scope": len(wanted), "passed": len(wanted) - len(broken)}
        for name, error in broken.items():
            causes[_cause(error)][f"{file}::{name}"] = error
    order = [title for title, _ in CAUSES] + [OTHER]
    return {"files": files, "causes": {title: causes[title] for title in order if title in causes}}


def _function(test: dict[str, Any]) -> str:
    name: str = test["nodeid"].split("::", 1)[1]
    return name.partition("[")[0]


def _first_error(tests: list[dict[str, Any]]) -> str | None:
    """Return the first line of the first error, None if at least one test ran and all that ran passed."""
    for test in tests:
        if test["outcome"] in ("failed", "error"):
            crashes = [test[phase]["crash"]["message"] for phase in ("setup", "call") if "crash" in test.get(phase, {})]
            lines = [line.strip() for line in (crashes or ["no message"])[0].split("\n") if line.strip()]
            return " | ".join(lines[:4])[:200]
    return None if any(test["outcome"] == "passed" for test in tests) else "it did not run"


def _cause(error: str) -> str:
    return next((title for title, pattern in CAUSES if re.search(pattern, error)), OTHER)


def main() -> None:
    """Run the files on NumPy, unless that has been done, and on scitorch; write the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness", type=Path)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--results", type=Path, default=RECORDS.parent / "_build" / "numpy-tests")
    parser.add_argument("--collect-only", action="store_true", help="write the record of runs that are there")
    parser.add_argument("--record", type=Path, default=RECORDS / "numpy_tests.json")
    options = parser.parse_args()
    harness, results = options.harness.resolve(), options.results.resolve()
    if not options.collect_only:
        if not (results / "numpy" / "SUMMARY.md").exists():
            run(harness, "numpy", results, options.jobs)
        run(harness, TARGET, results, options.jobs)
    sys.path.insert(0, str(harness))
    record = {"measured": measured_on(), **collect(importlib.import_module("run"), results)}
    write(options.record, record)
    total = {key: sum(file[key] for file in record["files"].values()) for key in ("passed", "in scope")}
    print(f"NumPy's own tests: {total['passed']} of {total['in scope']} functions pass")
    for title, tests in record["causes"].items():
        print(f"{len(tests):5d}  {title}")


if __name__ == "__main__":
    main()
