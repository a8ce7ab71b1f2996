"""The command line: ``python -m benchmarks [family …] [--only NAME] [--seconds S] [--threads N]``."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import torch
from torch.utils.benchmark import Compare

from . import call_overhead, fft, func, linalg, numpy, optimize_integrate, sparse, sparse_linalg, special, video, vision
from .peers import jax_installed
from .report import line, machine, write
from .timing import CLOCKS, OURS, Result, measure

FAMILIES = {
    "call_overhead": call_overhead,
    "special": special,
    "linalg": linalg,
    "fft": fft,
    "func": func,
    "numpy": numpy,
    "optimize_integrate": optimize_integrate,
    "sparse": sparse,
    "video": video,
    "vision": vision,
    "sparse_linalg": sparse_linalg,
}
RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write; returns 1 if a target of the call overhead is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("families", nargs="*", metavar="family", help=f"{', '.join(FAMILIES)}; all by default")
    parser.add_argument("--only", action="append", help="only functions of this name (repeatable)")
    parser.add_argument("--seconds", type=float, default=0.2, help="time per contender and row")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--clock", choices=sorted(CLOCKS), help="cpu by default with one thread, else wall")
    parser.add_argument("--compare", action="store_true", help="print torch.utils.benchmark's table as well")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a target is missed")
    options = parser.parse_args(arguments)
    unknown = set(options.families) - set(FAMILIES)
    if unknown:
        parser.error(f"no family {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    torch.set_num_threads(options.threads)
    if not jax_installed():
        print("JAX is not installed: its column stays empty")
    clock = options.clock or ("cpu" if options.threads == 1 else "wall")
    facts = machine(options.threads, clock)
    results: list[Result] = []
    for family in options.families or FAMILIES:
        print(f"\n{family}")
        for row in _rows(family):
            if options.only and row.name not in options.only:
                continue
            result = measure(row, options.seconds, options.threads, clock)
            results.append(result)
            print(line(result) + ("  " + "; ".join(row.notes) if row.notes else ""), flush=True)
    if not results:
        parser.error("no such row")
    if options.compare:
        Compare([m for r in results for m in r.measurements.values()]).print()
    table, data = write(results, facts, RESULTS)
    print(f"\n{table}\n{data}")
    for family in options.families or FAMILIES:
        conclude = getattr(FAMILIES[family], "conclude", None)
        if conclude is not None and not options.only:
            print(*conclude([r for r in results if r.row.family == family], facts), sep="\n")
    missed = _missed(results)
    for text in missed:
        print(text)
    return 1 if missed and options.strict else 0


def _rows(family: str):  # type: ignore[no-untyped-def]
    """The rows of a family; what a peer warns of is not our business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from FAMILIES[family].rows()


def _missed(results: list[Result]) -> list[str]:
    found = []
    for result in results:
        target = call_overhead.TARGETS.get(result.row.case)
        ratio = result.ratio("torch")
        if target is not None and ratio is not None and ratio > target:
            times = f"{ratio:.2f} times {OURS} over torch, at most {target}"
            found.append(f"target missed: {result.row.name}, {result.row.case}: {times}")
    return found


if __name__ == "__main__":
    sys.exit(main())
