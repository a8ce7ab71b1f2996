"""The command ``scitorch``."""

from __future__ import annotations

import argparse
import contextlib
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

DTYPES = ("float64", "float32")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the return value is the exit code."""
    options = _parser().parse_args(arguments)
    return _run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scitorch", description="SciPy and NumPy on PyTorch.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser(
        "run",
        help="run an unmodified NumPy/SciPy script on scitorch",
        description="Run an unmodified NumPy/SciPy script on scitorch. What scitorch lacks falls back to the real "
        "libraries. A report of what ran where goes to standard error.",
    )
    run.add_argument("--device", default="cpu", help="where arrays are made: cpu, cuda, cuda:1, mps, … (default: cpu)")
    run.add_argument(
        "--dtype",
        default="float64",
        choices=DTYPES,
        help="floating dtype of the arrays whose dtype the script leaves open (default: float64)",
    )
    run.add_argument("--json", metavar="FILE", help="write the report to FILE as JSON, too")
    run.add_argument("--profile", metavar="FILE", help="write a trace of all torch operations to FILE (Chrome format)")
    run.add_argument("--quiet", action="store_true", help="no report, no warnings of fallbacks")
    run.add_argument("script", help="the Python file")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of the script")
    return parser


def _run(options: argparse.Namespace) -> int:
    import torch

    from .fallback import FallbackWarning
    from .record import Record
    from .report import report_data, report_text, write_json
    from .script import ScriptNotFoundError, run_script

    problem = _device_problem(options.device)
    if problem is not None:
        print(f"scitorch run: --device {options.device}: {problem}", file=sys.stderr)
        return 2
    record = Record(options.dtype, methods=bool(options.json) or not options.quiet)
    if options.quiet:
        warnings.simplefilter("ignore", FallbackWarning)
    if torch.device(options.device).type != "cpu":
        torch.set_default_device(options.device)
    with _profiled(options.profile):
        try:
            code, seconds = run_script(options.script, options.arguments, record)
        except ScriptNotFoundError as error:
            print(f"scitorch run: can't open file {options.script!r}: {error}", file=sys.stderr)
            return 2
    data = report_data(record, options.script, seconds, code, options.device)
    if options.json:
        write_json(data, options.json)
    if not options.quiet:
        print(report_text(data), file=sys.stderr)
    return code


def _device_problem(name: str) -> str | None:
    """Why a device cannot be used, or None."""
    import torch

    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        return str(error).strip().splitlines()[0]
    return "it holds no values" if device.type == "meta" else None


@contextlib.contextmanager
def _profiled(file: str | None) -> Iterator[None]:
    if file is None:
        yield
        return
    import torch
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if torch.cuda.is_available() else [])
    profiler: Any = profile(activities=activities)
    with profiler:
        yield
    profiler.export_chrome_trace(file)
    print(profiler.key_averages().table(sort_by="self_cpu_time_total", row_limit=15), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
