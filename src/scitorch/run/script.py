"""Execute a script as ``python script.py`` does, with the imports of a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from types import CodeType, ModuleType, TracebackType

from scitorch.numpy.array import ndarray
from scitorch.op.array_types import arrays_by_default

from .array_methods import counted_methods
from .import_hook import ImportHook
from .namespace import Namespaces
from .record import Record

_HERE = str(Path(__file__).resolve().parent) + os.sep


class ScriptNotFoundError(FileNotFoundError):
    """The script cannot be opened."""


def run_script(path: str, arguments: Sequence[str], record: Record) -> tuple[int, float]:
    """Run a script to its end.

    Parameters
    ----------
    path
        The script's file.
    arguments
        What it finds in ``sys.argv[1:]``.
    record
        Where its calls are counted.

    Returns
    -------
    exit_code : int
        What ``python script.py`` would exit with. Uncaught exceptions have been printed as Python prints them.
    seconds : float
        Wall time of the script, without the import of scitorch.

    Raises
    ------
    ScriptNotFoundError
        If the file cannot be read.

    Notes
    -----
    Processes that the script starts run on the real libraries, unless they are forked.
    """
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        raise ScriptNotFoundError(error.errno, error.strerror, path) from None
    folder = Path(path).resolve().parent
    file = os.path.abspath(path)
    hook = ImportHook(Namespaces(record), folder)
    main = ModuleType("__main__")
    main.__dict__.update(__file__=file, __builtins__=hook.builtins, __spec__=None, __cached__=None)
    before = (sys.modules["__main__"], sys.argv, sys.path[0])
    sys.modules["__main__"], sys.argv, sys.path[0] = main, [path, *arguments], str(folder)
    began = perf_counter()
    try:
        counted = counted_methods(record) if record.methods else nullcontext()
        with hook, counted, arrays_by_default(ndarray((0,))):
            code = _execute(source, file, main)
    finally:
        seconds = perf_counter() - began
        sys.stdout.flush()
        sys.modules["__main__"], sys.argv, sys.path[0] = before
    return code, seconds


def _execute(source: bytes, file: str, main: ModuleType) -> int:
    try:
        code: CodeType = compile(source, file, "exec", dont_inherit=True)
        exec(code, main.__dict__)
    except SystemExit as stop:
        return _exit_code(stop)
    except BaseException as error:
        _strip(error, set())
        sys.stdout.flush()
        sys.excepthook(type(error), error, error.__traceback__)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _exit_code(stop: SystemExit) -> int:
    if stop.code is None:
        return 0
    if isinstance(stop.code, int):
        return stop.code & 0xFF
    print(stop.code, file=sys.stderr)
    return 1


def _strip(error: BaseException, seen: set[int]) -> None:
    """Take the frames of this package out of a traceback and of those it was caused by."""
    if id(error) in seen:
        return
    seen.add(id(error))
    kept = []
    traceback = error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if not file.startswith(_HERE) and not file.startswith("<frozen importlib"):
            kept.append(traceback)
        traceback = traceback.tb_next
    rebuilt: TracebackType | None = None
    for each in reversed(kept):
        rebuilt = TracebackType(rebuilt, each.tb_frame, each.tb_lasti, each.tb_lineno)
    error.__traceback__ = rebuilt
    for other in (error.__cause__, error.__context__):
        if other is not None:
            _strip(other, seen)
