"""``%load_ext scitorch``: the cells of a notebook get scitorch where they import NumPy and SciPy."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from .array_methods import counted_methods
from .import_hook import ImportHook
from .namespace import Namespaces
from .record import Record
from .report import report_data, report_text

_loaded: dict[int, tuple[ExitStack, Any]] = {}


def load_ipython_extension(ipython: Any) -> None:
    """Give the imports of later cells scitorch, and add the magic ``%scitorch_report``.

    Names that earlier cells imported keep the real libraries: run those cells again, or load the extension first.
    """
    if id(ipython) in _loaded:
        return
    record = Record()
    hook = ImportHook(Namespaces(record), None)
    counting = ExitStack()
    counting.enter_context(counted_methods(record))
    _loaded[id(ipython)] = (counting, ipython.user_ns.get("__builtins__"))
    ipython.user_ns["__builtins__"] = hook.builtins

    def scitorch_report(line: str = "") -> None:
        """Print what ran on scitorch so far, and what fell back."""
        functions = record.functions.values()
        print(report_text(report_data(record, "notebook", sum(f.own_seconds for f in functions), 0, "cpu")))

    ipython.register_magic_function(scitorch_report, magic_kind="line", magic_name="scitorch_report")


def unload_ipython_extension(ipython: Any) -> None:
    """Give later imports the real libraries again."""
    counting, before = _loaded.pop(id(ipython), (None, None))
    if counting is None:
        return
    counting.close()
    if before is None:
        ipython.user_ns.pop("__builtins__", None)
    else:
        ipython.user_ns["__builtins__"] = before
