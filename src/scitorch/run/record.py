"""What a script called: how often, how long, natively or by falling back, on which device."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class FunctionCalls:
    """The calls of one function.

    Attributes
    ----------
    name
        As the script knows it, such as ``scipy.special.kv``.
    native
        Whether scitorch ran it, or the real library.
    calls
        How often it was called.
    seconds
        Time inside it, with everything it called. On a GPU this is the time to queue the work.
    own_seconds
        The same without other recorded functions.
    devices
        Where results were, by torch's names.
    """

    name: str
    native: bool
    calls: int = 0
    seconds: float = 0.0
    own_seconds: float = 0.0
    devices: set[str] = field(default_factory=set)


class Record:
    """The calls of a run, by function.

    Parameters
    ----------
    dtype
        Floating dtype of the arrays whose dtype the script leaves open.
    methods
        Whether operators and methods of arrays are counted, too: a microsecond each.
    """

    def __init__(self, dtype: str = "float64", *, methods: bool = True) -> None:
        self.dtype = dtype
        self.methods = methods
        self.functions: dict[tuple[str, bool], FunctionCalls] = {}
        self.warned: set[str] = set()
        #: The builtins of the script's modules: a frame that has them belongs to the script.
        self.builtins: dict[str, Any] | None = None
        self.script_classes: dict[type, type | None] = {}
        self._of_thread = threading.local()
        self._lock = threading.Lock()

    def calls_of(self, name: str, *, native: bool) -> FunctionCalls:
        """The entry of a function; made when it is first needed. A function may have one of each kind."""
        with self._lock:
            return self.functions.setdefault((name, native), FunctionCalls(name, native))

    @contextmanager
    def timed(self, entry: FunctionCalls) -> Iterator[None]:
        """Count one call and its time."""
        inner = self._inner()
        inner.append(0.0)
        began = perf_counter()
        try:
            yield
        finally:
            self.finish(entry, perf_counter() - began, inner)

    def start(self) -> list[float]:
        """Begin a call without the cost of a context manager; :meth:`finish` ends it."""
        inner = self._inner()
        inner.append(0.0)
        return inner

    def finish(self, entry: FunctionCalls, seconds: float, inner: list[float]) -> None:
        """End the call that :meth:`start` began on this thread."""
        below = inner.pop()
        if inner:
            inner[-1] += seconds
        entry.calls += 1
        entry.seconds += seconds
        entry.own_seconds += seconds - below

    def _inner(self) -> list[float]:
        found: list[float] | None = getattr(self._of_thread, "inner", None)
        if found is None:
            found = self._of_thread.inner = []
        return found

    def as_dict(self) -> dict[str, Any]:
        """The calls as plain data, the longest first."""
        rows = sorted((f for f in self.functions.values() if f.calls), key=lambda f: -f.own_seconds)
        return {
            "functions": [
                {
                    "name": f.name,
                    "runs": "native" if f.native else "fallback",
                    "calls": f.calls,
                    "seconds": f.seconds,
                    "own_seconds": f.own_seconds,
                    "devices": sorted(f.devices),
                }
                for f in rows
            ],
            "native_calls": sum(f.calls for f in rows if f.native),
            "fallback_calls": sum(f.calls for f in rows if not f.native),
        }
