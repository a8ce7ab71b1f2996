"""Run SciPy's own tests of sparse linear algebra and graphs with scitorch in SciPy's place, and record what differs.

    python -m compatibility.sparse_linalg_tests
    python -m compatibility.sparse_linalg_tests sparse/csgraph/tests

A test counts if it passes on SciPy itself.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from .record import RECORDS, measured_on, write

PARTS = (
    "sparse/linalg/_isolve/tests",
    "sparse/linalg/_dsolve/tests",
    "sparse/linalg/_eigen/tests",
    "sparse/linalg/_eigen/arpack/tests",
    "sparse/linalg/_eigen/lobpcg/tests",
    "sparse/linalg/tests",
    "sparse/csgraph/tests",
)

#: What the first line of an error says about its cause; the first that fits counts.
CAUSES = (
    ("long double numbers, which no tensor holds", r"float128|complex256|longdouble"),
    ("dtypes of operators, which are torch's", r"torch\.\w+\d+"),
    ("arguments are never overwritten, also with copy=False or overwrite=True", r"\(ACTUAL\), (0|1)\.?0? \(DESIRED\)"),
    ("results are arrays of this package, not instances of SciPy's classes", r"isinstance|sparray|csr_array"),
    ("private parts of SciPy's classes", r"has no attribute '_|_interface"),
    ("other words in a message", r"Regex pattern did not match|startswith"),
)
OTHER = "others"


def run(part: str, *, ours: bool, timeout: int) -> dict[str, Any]:
    """Run a folder of tests on SciPy, or on scitorch in its place."""
    specification = importlib.util.find_spec("scipy")
    assert specification is not None and specification.origin is not None
    root = Path(specification.origin).parent
    with tempfile.TemporaryDirectory() as folder:
        settings, outcomes = Path(folder, "pytest.ini"), Path(folder, "outcomes.json")
        settings.write_text("[pytest]\n")
        command = [sys.executable, "-m", "pytest", "-c", str(settings), f"--rootdir={root.parent}", "-q", "--tb=short"]
        command += ["-p", "no:cacheprovider", "-W", "ignore", f"--timeout={timeout}", "-m", "not slow and not xslow"]
        command += ["-p", "compatibility.outcomes", "--outcomes", str(outcomes)]
        command += ["-p", "compatibility.sparse_linalg_backend"] if ours else []
        paths = os.pathsep.join((str(Path(__file__).parents[1]), *filter(None, sys.path)))
        done = subprocess.run(
            [*command, str(root / part)],
            env=os.environ | {"PYTHONPATH": paths},
            check=False,
            capture_output=True,
            text=True,
        )
        if not outcomes.exists():
            raise RuntimeError(f"{part}: pytest wrote no outcomes; it ended with\n{done.stdout[-2000:]}")
        found: dict[str, Any] = json.loads(outcomes.read_text(encoding="utf-8"))
        return found


def cause_of(message: str) -> str:
    """The cause that a message shows."""
    return next((title for title, pattern in CAUSES if re.search(pattern, message)), OTHER)


def main() -> None:
    """Run the parts asked for, print and record them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=PARTS)
    parser.add_argument("--timeout", type=int, default=60, help="seconds for a test")
    options = parser.parse_args()
    path = RECORDS / "sparse_linalg_tests.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    rows = {row["tests"]: row for row in before.get("rows", ()) if row["tests"] != "all"}
    remaining = [entry for entry in before.get("remaining", ()) if entry["tests"] not in options.parts]
    for part in options.parts:
        theirs, mine = run(part, ours=False, timeout=options.timeout), run(part, ours=True, timeout=options.timeout)
        wanted = {test for test, (outcome, _) in theirs.items() if outcome == "passed"}
        failed = {
            t: mine.get(t, ("absent", "did not run"))[1] for t in sorted(wanted) if mine.get(t, ("",))[0] != "passed"
        }
        rows[part] = {"tests": part, "SciPy passes": len(wanted), "scitorch passes": len(wanted) - len(failed)}
        messages: dict[str, list[str]] = defaultdict(list)
        for test, message in failed.items():
            messages[message[:140]].append(test.rpartition("/")[2])
        remaining += [
            {"tests": part, "cause": f"{cause_of(message)}: {message}", "count": len(names), "first": names[0]}
            for message, names in sorted(messages.items())
        ]
        print(rows[part], Counter(map(cause_of, failed.values())).most_common(), flush=True)
    kept = [rows[part] for part in PARTS if part in rows]
    keys = ("SciPy passes", "scitorch passes")
    record = {
        "command": "python -m compatibility.sparse_linalg_tests",
        "notes": ["Tests of the installed SciPy; scitorch stands in the place of every public name that it has."],
        "measured": measured_on(),
        "rows": [*kept, {"tests": "all", **{key: sum(row[key] for row in kept) for key in keys}}],
        "remaining": remaining,
    }
    write(path, record)


if __name__ == "__main__":
    main()
