"""Which operators, laws, devices and dtypes a test is run on: decorators that `scitorch.testing.plugin` reads.

The decorators leave a mark on the test function and nothing else, so that neither pytest nor the operators are
imported by using them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import torch

from scitorch.op.registry import Entry, entries, load

from .law import LAWS, Law
from .subject import Subject

Test = TypeVar("Test", bound=Callable[..., Any])

#: The attribute under which a test keeps what it asks for.
MARK = "__scitorch_selection__"
FAMILIES = ("special", "linalg", "fft", "sparse", "interpolate", "numpy")


@dataclass(frozen=True)
class Selection:
    """What one test asks for."""

    names: tuple[str, ...] = ()
    laws: tuple[str, ...] | None = None
    where: Callable[[Entry], bool] | None = None
    dtypes: tuple[torch.dtype, ...] | None = None
    devices: bool = False
    sample: int | None = None

    def entries(self) -> list[Entry]:
        """The selected rows of the registry, in the order of declaration."""
        found: dict[str, Entry] = {}
        for name in self.names:
            family, _, operator = name.partition(".")
            load_family(family)
            rows = [e for e in entries(family) if not operator or e.declared.name == operator]
            if not rows:
                raise LookupError(f"no operator is declared under {name!r}")
            found.update({e.key: e for e in rows})
        return [e for e in found.values() if self.where is None or self.where(e)]

    def rows(self, *, all_laws: bool) -> Iterator[tuple[Entry, Law]]:
        """Every selected operator with every law that applies; slow laws for a sample of each family."""
        selected = self.entries()
        sampled = sampled_keys(selected, self.sample)
        for entry in selected:
            subject = Subject(entry)
            for law in LAWS.values():
                if self.laws is not None and law.name not in self.laws:
                    continue
                slow = all_laws or self.sample is None or entry.key in sampled
                if (slow or not law.is_slow(subject)) and law.applies(subject):
                    yield entry, law


def load_family(family: str) -> None:
    """Declare the operators of a family of the library; those of others are declared by importing their modules."""
    # The functions of the array namespace are declared by what they are tried with, in a module of their own.
    if family == "numpy":
        importlib.import_module("scitorch.numpy.checked")
    elif family in FAMILIES:
        load(f"scitorch.{family}")


def sampled_keys(selected: Iterable[Entry], count: int | None) -> set[str]:
    """The first public operator of every so many modules of each family, about ``count`` of them a family."""
    if not count:
        return set()
    first: dict[str, dict[str, str]] = {}
    for entry in selected:
        if entry.declared.public:
            first.setdefault(entry.declared.family, {}).setdefault(entry.declared.module, entry.key)
    sampled: set[str] = set()
    for keys in (list(modules.values()) for modules in first.values()):
        sampled.update(keys[:: -(-len(keys) // count)])
    return sampled


def operators(
    *names: str,
    laws: Iterable[str] | None = None,
    where: Callable[[Entry], bool] | None = None,
    dtypes: Iterable[torch.dtype] | None = None,
    sample_slow: int | None = None,
) -> Callable[[Test], Test]:
    """Run a test on declared operators.

    The test names what it wants among its arguments: ``operator`` (a `scitorch.op.Entry`), ``law`` (each `Law` that
    applies to it), ``device`` (each of ``--scitorch-device``), ``dtype``.

    Parameters
    ----------
    names
        Families (``"special"``), operators (``"special.jv"``), or the family that one's own operators were declared
        in; all families of the library by default.
    laws
        Names of laws, for tests that take ``law``; all by default.
    where
        A further condition on the rows.
    dtypes
        For tests that take ``dtype``.
    sample_slow
        On how many operators of each family slow laws are checked without ``--scitorch-all-laws``; on all by default.
    """
    if laws is not None:
        laws = tuple(laws)
        unknown = [name for name in laws if name not in LAWS]
        if unknown:
            raise ValueError(f"no law is called {', '.join(unknown)}; there are {', '.join(LAWS)}")

    def mark(test: Test) -> Test:
        given = None if dtypes is None else tuple(dtypes)
        return _leave(test, Selection(names or FAMILIES, laws, where, given, True, sample_slow))

    return mark


def dtypes(*wanted: torch.dtype) -> Callable[[Test], Test]:
    """Run a test, which takes ``dtype``, on each of these dtypes."""
    return lambda test: _leave(test, _merged(test, dtypes=wanted))


def devices(test: Test) -> Test:
    """Run a test, which takes ``device``, on each device of ``--scitorch-device``."""
    return _leave(test, _merged(test, devices=True))


def _merged(test: Any, **changes: Any) -> Selection:
    from dataclasses import replace

    return replace(getattr(test, MARK, Selection()), **changes)


def _leave(test: Test, selection: Selection) -> Test:
    setattr(test, MARK, selection)
    return test
