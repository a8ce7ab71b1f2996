"""Run `mauna_loa.py` twice, on NumPy and SciPy and on scitorch, and set the results side by side.

usage: python -m examples.compare_runs [output folder, default demo-output]
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "mauna_loa.py"
COLUMNS = ("iterations", "function evaluations", "seconds", "log-likelihood", "forecast, mid-2021")
ENVIRONMENT = os.environ | {"PYTHONIOENCODING": "utf-8"}


@dataclass
class Run:
    """What one run of the script printed, by label, and what the whole process took."""

    printed: dict[str, str]
    wall_seconds: float
    processor_seconds: float


def run(title, command):
    """Run a command, show what it says as it says it, and read its lines of label, spaces, value."""
    print(f"\n=== {title}: {' '.join(command)}", flush=True)
    began, used = time.perf_counter(), processor_seconds()
    printed = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=ENVIRONMENT) as process:
        for line in process.stdout:
            print("   ", line, end="", flush=True)
            label, gap, value = line.strip().partition("  ")
            if gap:
                printed[label] = value.strip()
    if process.returncode:
        sys.exit(f"{title}: the script ended with exit code {process.returncode}")
    return Run(printed, time.perf_counter() - began, processor_seconds() - used)


def processor_seconds():
    """Processor time of the finished child processes, of all their threads."""
    times = os.times()
    return times.children_user + times.children_system


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-output").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"plain": folder / "mauna_loa_plain.png", "scitorch": folder / "mauna_loa_scitorch.png"}
    report = folder / "fallback_report.json"
    script = os.path.relpath(SCRIPT)

    print("An ordinary NumPy and SciPy script, twice. Nothing in it is changed.")
    on_scitorch = [sys.executable, "-m", "scitorch", "run", "--json", str(report), script, str(figures["scitorch"])]
    plain = run("NumPy and SciPy", [sys.executable, script, str(figures["plain"])])
    scitorch = run("scitorch", on_scitorch)

    print(f"\n{'':<24}{'NumPy and SciPy':>18}{'scitorch':>18}")
    for label in COLUMNS:
        print(f"{label:<24}{plain.printed[label]:>18}{scitorch.printed[label]:>18}")
    print(f"{'seconds, whole process':<24}{plain.wall_seconds:>18.1f}{scitorch.wall_seconds:>18.1f}")

    print(f"{'processor, whole process':<24}{plain.processor_seconds:>18.1f}{scitorch.processor_seconds:>18.1f}")

    difference = abs(float(plain.printed["log-likelihood"]) - float(scitorch.printed["log-likelihood"]))
    evaluations = [int(each.printed["function evaluations"]) for each in (plain, scitorch)]
    seconds = [float(each.printed["seconds"]) for each in (plain, scitorch)]
    print(f"\nscitorch: {evaluations[0] / evaluations[1]:.1f} times fewer evaluations,", end=" ")
    print(f"{seconds[0] / seconds[1]:.1f} times faster, log-likelihood equal to {max(difference, 1e-5):.0e}")
    data = json.loads(report.read_text(encoding="utf-8"))
    fallbacks = [row for row in data["functions"] if row["runs"] == "fallback"]
    print(
        f"{data['native_calls']} calls of {len(data['functions']) - len(fallbacks)} functions ran on scitorch;", end=" "
    )
    print("nothing fell back" if not fallbacks else f"{data['fallback_calls']} calls fell back:")
    for row in fallbacks:
        print(f"  {row['name']}: {row['calls']} calls, {row['seconds']:.2f} s, by the real library")
    print("\nfigures")
    for path in figures.values():
        print(f"  {path}")
    print(f"report\n  {report}")
    if difference > 1e-3:
        sys.exit("the two runs did not find the same optimum")


if __name__ == "__main__":
    main()
