"""Time each script of `scripts/` on NumPy and SciPy and on scitorch, in processor seconds.

usage: python -m examples.compare_scripts [rounds, default 3] [script …]

Each run is a process of its own; the two ways alternate, and the least time of all rounds counts. What is measured
begins after Python, and with `scitorch run` torch and the array namespace, are imported; everything the script imports
and does is in it.
"""

import os
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent / "scripts"
PLAIN = """
import runpy, sys, time
script, sys.argv = sys.argv[1], sys.argv[1:]
began = time.process_time()
runpy.run_path(script, run_name="__main__")
print("processor", time.process_time() - began)
"""
ON_SCITORCH = """
import sys, time
from scitorch.run import Record, run_script
import scitorch.numpy
record = Record(methods=False)
began = time.process_time()
run_script(sys.argv[1], [], record)
print("processor", time.process_time() - began)
fallbacks = [f.name for f in record.functions.values() if f.calls and not f.native]
assert not fallbacks, fallbacks
"""


def processor_seconds(code, script):
    """Run a script by the code given; return what it took."""
    command = [sys.executable, "-c", code, str(script)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ)
    return float(done.stdout.split()[-1])


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    names = sys.argv[2:] or sorted(path.stem for path in SCRIPTS.glob("*.py"))
    print("| script | NumPy and SciPy | `scitorch run --quiet` | ratio |\n| --- | ---: | ---: | ---: |", flush=True)
    for name in names:
        script = SCRIPTS / f"{name}.py"
        times = [[processor_seconds(code, script) for code in (PLAIN, ON_SCITORCH)] for _ in range(rounds)]
        plain, scitorch = (min(column) for column in zip(*times))
        print(f"| `{name}.py` | {plain:.1f} | {scitorch:.1f} | {scitorch / plain:.2f} |", flush=True)


if __name__ == "__main__":
    main()
