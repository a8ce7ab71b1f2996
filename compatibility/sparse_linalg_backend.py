"""A pytest plugin that puts scitorch's sparse functions where a test file of SciPy's has SciPy's."""

from __future__ import annotations

import builtins
import importlib
import re
import types
from typing import Any

import pytest

#: SciPy's modules, and ours with the same names.
PLACES = {
    "scipy.sparse.linalg": "scitorch.sparse.linalg",
    "scipy.sparse.csgraph": "scitorch.sparse.csgraph",
}


class Substitute(types.ModuleType):
    """A module of SciPy's in which ours stands wherever it has the name."""

    def __init__(self, theirs: types.ModuleType, ours: types.ModuleType) -> None:
        super().__init__(theirs.__name__)
        self._theirs, self._ours = theirs, ours

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ours if name in self._ours.__all__ else self._theirs, name)


def substitutes() -> dict[int, Any]:
    """What replaces which object of SciPy's."""
    found: dict[int, Any] = {}
    for place, own in PLACES.items():
        theirs, ours = importlib.import_module(place), importlib.import_module(own)
        found[id(theirs)] = Substitute(theirs, ours)
        for name in ours.__all__:
            known = getattr(theirs, name, None)
            if known is not None and not isinstance(known, types.ModuleType):
                found[id(known)] = getattr(ours, name)
    theirs, ours = importlib.import_module("scipy.sparse"), importlib.import_module("scitorch.sparse")
    known = theirs.issparse

    def issparse(x: Any) -> bool:
        return bool(known(x) or ours.issparse(x))

    found[id(known)] = issparse
    sparse = Substitute(theirs, types.ModuleType("scitorch.sparse"))
    sparse._ours.__all__ = ["issparse", "linalg", "csgraph"]  # type: ignore[attr-defined]
    sparse._ours.issparse = issparse  # type: ignore[attr-defined]
    for name in ("linalg", "csgraph"):
        setattr(sparse._ours, name, found[id(importlib.import_module(f"scipy.sparse.{name}"))])
    found[id(theirs)] = sparse
    return found


#: Modules of SciPy's from which its tests import what is public elsewhere.
INNER = ("scipy.sparse.linalg", "scipy.sparse.csgraph")


def pytest_configure() -> None:
    """Give test files ours when they import SciPy's, so that it is in their tables and fixtures, too."""
    plain = builtins.__import__
    ours = {place: importlib.import_module(own) for place, own in PLACES.items()}

    def imported(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        found = plain(name, globals, locals, fromlist, level)
        caller = (globals or {}).get("__name__", "")
        if fromlist and isinstance(found, types.ModuleType) and re.search(r"\.tests\.|^test_", caller):
            for place in INNER:
                if found.__name__ == place or found.__name__.startswith(f"{place}._"):
                    return Substitute(found, ours[place])
        return found

    builtins.__import__ = imported


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Replace what the collected files imported, and the functions among their parameters."""
    found = substitutes()

    def replaced(value: Any) -> Any:
        return found.get(id(value), value)

    for module in {item.module for item in items if hasattr(item, "module")}:
        for name, value in list(vars(module).items()):
            if id(value) in found:
                setattr(module, name, found[id(value)])
            elif isinstance(value, (list, tuple)) and any(id(v) in found for v in value):
                setattr(module, name, type(value)(map(replaced, value)))
            elif isinstance(value, dict) and any(id(v) in found for v in value.values()):
                setattr(module, name, {k: replaced(v) for k, v in value.items()})
            elif isinstance(value, type) and value.__module__ == module.__name__:
                for attribute, held in list(vars(value).items()):
                    inner = held.__func__ if isinstance(held, staticmethod) else held
                    if id(inner) in found:
                        setattr(value, attribute, staticmethod(found[id(inner)]))
    for item in items:
        call = getattr(item, "callspec", None)
        if call is not None:
            for name, value in list(call.params.items()):
                call.params[name] = replaced(value)
