"""Run the Array API's conformance suite on `scitorch.numpy` and record the outcome.

    python -m compatibility.array_api CHECKOUT

CHECKOUT is a clone of https://github.com/data-apis/array-api-tests with its submodule and its requirements installed.
Every test of the suite runs: no file of skips or of expected failures, and no extension is left out.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from scitorch.numpy.standard import VERSIONS

from .record import RECORDS, measured_on, revision, update


def run(checkout: Path, version: str, *, examples: int, jobs: int, seed: int) -> dict[str, Any]:
    """Run the suite against one version of the standard; return what the record says of it."""
    namespace = f'import scitorch.numpy; xp = scitorch.numpy.empty(0).__array_namespace__(api_version="{version}")'
    environment = os.environ | {
        "ARRAY_API_TESTS_MODULE": f"exec('{namespace}')",
        "ARRAY_API_TESTS_VERSION": version,
    }
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "array_api_tests"]
        command += [f"--max-examples={examples}", "--disable-deadline", f"--hypothesis-seed={seed}"]
        command += [f"--junitxml={report}", f"--numprocesses={jobs}"]
        subprocess.run(command, cwd=checkout, env=environment, check=False)
        outcome = _read(report)
    return outcome | {
        "examples": examples,
        "seed": seed,
        "seconds": round(time.monotonic() - began),
        "measured": measured_on() | {"suite": revision(checkout)},
    }


def _read(report: Path) -> dict[str, Any]:
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failures: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        broken = [part for part in case if part.tag in ("failure", "error")]
        counts["failed" if broken else "skipped" if case.find("skipped") is not None else "passed"] += 1
        for part in broken:
            module, *classes = case.get("classname", "").removeprefix("array_api_tests.").split(".")
            failures["::".join((f"{module}.py", *classes, case.get("name", "")))] = (part.get("message") or "").split(
                "\n"
            )[0][:200]
    return counts | {"failures": dict(sorted(failures.items()))}


def closing_line(version: str, outcome: dict[str, Any]) -> str:
    """Say in one line how the run ended."""
    return (
        f"Array API {version}, {outcome['examples']} examples: {outcome['passed']} passed, {outcome['failed']} failed, "
        f"{outcome['skipped']} skipped in {outcome['seconds']} s"
    )


def main() -> None:
    """Run the versions asked for, one after the other, and write each into the record as it ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--versions", nargs="+", choices=VERSIONS, default=list(VERSIONS))
    parser.add_argument("--examples", type=int, default=500, help="random examples per test (500)")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--seed", type=int, help="of the random examples; another one every time if not given")
    parser.add_argument("--record", type=Path, default=RECORDS / "array_api.json")
    options = parser.parse_args()
    lines = []
    for version in options.versions:
        seed = random.randrange(2**31) if options.seed is None else options.seed
        outcome = run(options.checkout, version, examples=options.examples, jobs=options.jobs, seed=seed)
        update(options.record, "versions", {version: outcome})
        lines.append(closing_line(version, outcome))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
