"""SciPy's own tests of sparse arrays, run with scitorch's arrays in the place of SciPy's.

The test modules are imported while ``scipy.sparse`` hands out scitorch's names, and arrays made from numbers or shapes
are of NumPy's kind, as the tests expect. ``--planned`` moves values by plans throughout, as they are under derivatives,
so that SciPy's tests check those too. Tests of the older ``*_matrix`` classes, which scitorch has not, are left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from .record import RECORDS, measured_on, write

_FORMATS = ("CSR", "CSC", "COO", "BSR", "DIA", "LIL", "DOK", "CSRNonCanonical", "COONonCanonical")
MODULES = (
    *("test_construct", "test_coo", "test_common1d", "test_arithmetic1d", "test_indexing1d"),
    *(f"test_base::Test{f}" for f in _FORMATS),
)

#: Why a test fails, by what its message or its name contains; the first that fits.
EXPLANATIONS = (
    ("longdouble", "no tensor holds extended precision"),
    ("no tensor holds", "no tensor holds such numbers (extended precision, objects)"),
    ("has no attribute '_", "asks for a private attribute of SciPy's classes"),
    ("get_index_dtype", "replaces a private function of SciPy's"),
    ("DID NOT RAISE", "works here and raises in SciPy, or raises another exception"),
    ("DID NOT WARN", "SciPy's warning is not given"),
    ("Regex pattern did not match", "the message of the error has other words"),
    ("Expected regex", "the message of the error has other words"),
)


def run(module: str, *, planned: bool) -> dict[str, Any]:
    """Run one module and return the outcome of each of its tests."""
    specification = importlib.util.find_spec("scipy")
    assert specification is not None and specification.origin is not None
    with tempfile.TemporaryDirectory() as folder:
        settings, outcomes = Path(folder, "pytest.ini"), Path(folder, "outcomes.json")
        settings.write_text("[pytest]\n")
        command = [sys.executable, "-m", "pytest", "-c", str(settings), "-q", "--tb=short", "-W", "ignore"]
        command += [f"--rootdir={Path(specification.origin).parents[1]}", "-p", "no:cacheprovider", "--timeout=60"]
        command += ["-p", "compatibility.outcomes", "-p", "compatibility.sparse_backend", "--outcomes", str(outcomes)]
        command += ["-k", "not Matrix and not matrix", "--pyargs", f"scipy.sparse.tests.{module}"]
        paths = os.pathsep.join((str(Path(__file__).parents[1]), *filter(None, sys.path)))
        environment = os.environ | {"PYTHONPATH": paths, "SCITORCH_PLANNED": "1" if planned else ""}
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        if not outcomes.exists():
            raise RuntimeError(f"{module}: pytest wrote no outcomes; it ended with\n{done.stdout[-2000:]}")
        found: dict[str, Any] = json.loads(outcomes.read_text(encoding="utf-8"))
        return found


def summary(module: str, planned: bool, outcomes: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The counts of one run, and what fails with its reason."""
    counts = Counter(outcome for outcome, _ in outcomes.values())
    row = {
        "module": module,
        "values moved": "by plans" if planned else "by SciPy",
        **{k: counts[k] for k in ("passed", "failed", "skipped", "xfailed")},
    }
    causes: dict[str, list[str]] = defaultdict(list)
    for test, (outcome, message) in sorted(outcomes.items()):
        if outcome == "failed":
            causes[f"{explanation(test, message)}: {message[:110]}"].append(test.partition("::")[2])
    return row, [{"module": module, "planned": planned, "cause": c, "tests": t} for c, t in causes.items()]


def explanation(test: str, message: str) -> str:
    """Why a test fails, ``unexplained`` where that is not known."""
    for sign, reason in EXPLANATIONS:
        if sign in message or sign in test:
            return reason
    return "unexplained"


def main() -> int:
    """Run the modules asked for and record the outcomes."""
    parser = argparse.ArgumentParser(prog="python -m compatibility.sparse_tests", description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(MODULES))
    parser.add_argument("--planned", action="store_true", help="only with plans; both by default")
    parser.add_argument("--plain", action="store_true", help="only without plans")
    arguments = parser.parse_args()
    path = RECORDS / "sparse_tests.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    rows, remaining = list(before.get("rows", ())), list(before.get("remaining", ()))
    for module in arguments.modules:
        for planned in (False, True):
            if (planned and arguments.plain) or (not planned and arguments.planned):
                continue
            row, failing = summary(module, planned, run(module, planned=planned))
            kind = row["values moved"]
            rows = [r for r in rows if (r["module"], r["values moved"]) != (module, kind)] + [row]
            remaining = [e for e in remaining if (e["module"], e["planned"]) != (module, planned)] + failing
            print(row, flush=True)
            for entry in failing:
                print(f"  {len(entry['tests'])} x {entry['cause']}\n      {entry['tests'][0]}", flush=True)
    rows.sort(key=lambda r: (r["module"], r["values moved"]))
    remaining.sort(key=lambda e: (e["module"], e["planned"], e["cause"]))
    record = {"command": "python -m compatibility.sparse_tests", "measured": measured_on()}
    write(path, {**record, "rows": rows, "remaining": remaining})
    return 0


if __name__ == "__main__":
    sys.exit(main())
