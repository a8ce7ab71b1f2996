"""One text, run by every array library on its own arrays."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy
import torch

import scitorch.numpy

from .peers import jax_installed, relative_difference
from .timing import OURS, Row

# Libraries whose answers differ by more than this are not doing the same work.
_SAME = 1e-5
_STATEMENT = re.compile(r"(\w+)\[[^=]+\] = ")


@dataclass(frozen=True)
class Case:
    """A call: its group, its text, and torch's text for it (None where torch has no such call)."""

    group: str
    text: str
    native: str | None

    @property
    def written(self) -> str | None:
        """The name of the array it writes into, if it is an assignment."""
        match = _STATEMENT.match(self.text)
        return None if match is None else match[1]


@functools.cache
def libraries() -> Mapping[str, tuple[Any, Callable[[numpy.ndarray], Any]]]:
    """Namespace and array constructor of each contender that is installed."""
    theirs = importlib.import_module("torch._numpy")
    found: dict[str, tuple[Any, Callable[[numpy.ndarray], Any]]] = {
        OURS: (scitorch.numpy, lambda x: scitorch.numpy.asarray(x.copy())),
        "NumPy": (numpy, numpy.copy),
        "torch": (torch, lambda x: torch.from_numpy(x.copy())),
        "torch._numpy": (theirs, lambda x: theirs.asarray(torch.from_numpy(x.copy()))),
    }
    if jax_installed():
        jax = importlib.import_module("jax")
        found["JAX"] = (jax.numpy, jax.numpy.asarray)
    return found


def rows_of(cases: Iterable[Case], arrays: Mapping[str, numpy.ndarray], size: str) -> Iterator[Row]:
    """The rows of the cases on the given arrays; contenders that raise or differ are left out and named."""
    values = {
        who: {name: make(array) for name, array in arrays.items() if _holds(who, array)}
        for who, (_, make) in libraries().items()
    }
    for case in cases:
        contenders: dict[str, Callable[[], Any]] = {}
        notes: list[str] = []
        expected = None
        for who in ("NumPy", *(w for w in libraries() if w != "NumPy")):
            text = case.native if who == "torch" else case.text
            if text is None or (who == "JAX" and case.written):
                continue
            call = _compiled(text, who, {**values[who], "n": len(arrays["a"])}, case.written is not None)
            try:
                found = call()
            except Exception as error:
                notes.append(f"{who}: {type(error).__name__}")
                continue
            found = _host(found if case.written is None else values[who][case.written])
            if who == "NumPy":
                expected = found.copy() if case.written else found
            elif not _same(found, expected, case):
                notes.append(f"{who} differs")
                continue
            contenders[who] = call
        if OURS not in contenders:
            raise RuntimeError(f"{case.text}: {'; '.join(notes)}")
        yield Row("numpy", case.text, f"{case.group}, {size}", contenders, tuple(notes))


def _holds(who: str, array: numpy.ndarray) -> bool:
    return who != "torch._numpy" or array.dtype not in (numpy.uint32, numpy.uint64)


def _compiled(text: str, who: str, names: Mapping[str, Any], is_statement: bool) -> Callable[[], Any]:
    scope = {**names, "np": libraries()[who][0], "torch": torch}
    if who == "JAX":
        scope["_ready"] = importlib.import_module("jax").block_until_ready
        text = f"_ready({text})"
    source = f"def call():\n    {text}" if is_statement else f"call = lambda: {text}"
    exec(source, scope)
    made: Callable[[], Any] = scope["call"]
    return made


def _host(result: Any) -> Any:
    if isinstance(result, (tuple, list)):
        return tuple(map(_host, result))
    if type(result).__module__.startswith("torch._numpy"):
        result = result.tensor
    return None if result is None else numpy.asarray(result)


def _same(found: Any, expected: Any, case: Case) -> bool:
    if isinstance(found, tuple) and len(found) != len(expected):
        return False
    if "partition" in case.text:  # the parts may come in any order
        found, expected = numpy.sort(found), numpy.sort(expected)
    return relative_difference(_real(found), _real(expected)) < _SAME


def _real(result: Any) -> Any:
    """Booleans and unsigned integers as what differences can be taken of."""
    if isinstance(result, tuple):
        return tuple(map(_real, result))
    return result.astype(numpy.float64) if result.dtype.kind in "bui" else result
