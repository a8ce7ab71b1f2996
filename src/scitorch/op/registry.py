"""All declared operators and composites, in the order of declaration.

Checks, documentation, the coverage matrix and the benchmarks are made from this list and from nothing else.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .domain import Domain, Sampler
from .operator import Operator


@dataclass(frozen=True, eq=False)
class Composite:
    """A declared function made of other operators and torch functions."""

    name: str
    family: str
    module: str
    function: Callable[..., Any]
    arrays: tuple[str, ...]
    domain: Domain
    samples: Sampler | None
    reference: Callable[..., Any] | str | None
    rtol: float
    doc: str
    undefined: Mapping[str, str]
    public: bool = True


@dataclass(frozen=True, eq=False)
class Entry:
    """One row of the registry: what was declared, and the function that users call."""

    declared: Operator | Composite
    function: Callable[..., Any]

    @property
    def key(self) -> str:
        """``family.name``, unique."""
        return f"{self.declared.family}.{self.declared.name}"


_entries: dict[str, Entry] = {}
_by_raw: dict[Any, Operator] = {}


def add(declared: Operator | Composite, function: Callable[..., Any]) -> None:
    """Enter a declaration; declaring the same name again replaces it."""
    entry = Entry(declared, function)
    _entries[entry.key] = entry
    if isinstance(declared, Operator):
        _by_raw[declared.raw] = declared


def remove(function: Callable[..., Any]) -> None:
    """Forget a declaration; the function keeps working."""
    for key in [e.key for e in entries() if e.function is function]:
        del _entries[key]


def entries(family: str | None = None) -> Iterator[Entry]:
    """The rows declared so far, optionally of one family."""
    return (e for e in list(_entries.values()) if family is None or e.declared.family == family)


def operator_of(raw: Any) -> Operator | None:
    """The declared operator behind an operation of torch's dispatcher."""
    return _by_raw.get(raw)


def find(key: str) -> Entry:
    """The row of ``family.name``.

    Raises
    ------
    KeyError
        If nothing of that name was declared (or its module was not imported yet).
    """
    return _entries[key]


def load(package: str) -> None:
    """Import every module of a package, so that all its operators are declared."""
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, f"{package}."):
        importlib.import_module(module.name)


def public_names(package: str) -> list[str]:
    """Names that a mathematical package exports: its own registered public functions, sorted."""
    return sorted(e.declared.name for e in _public(package))


def export_public(package: str) -> list[str]:
    """Make every public function declared in a package's modules an attribute of the package.

    Called by the package's ``__init__``, so that declaring a function is all it takes to export it.

    Returns
    -------
    Their names, for ``__all__``.
    """
    load(package)
    module = importlib.import_module(package)
    for entry in _public(package):
        setattr(module, entry.declared.name, entry.function)
    return public_names(package)


def _public(package: str) -> list[Entry]:
    return [e for e in entries() if e.declared.public and e.declared.module.startswith(f"{package}.")]
