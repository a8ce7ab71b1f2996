"""Checking one operator, or all of them, against the laws."""

from __future__ import annotations

import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch

from scitorch.op.registry import Entry, entries, find

from . import laws as _laws  # noqa: F401  importing them registers them
from .law import LAWS, Law
from .subject import Subject

__all__ = ["Outcome", "applicable_laws", "check_operator", "outcomes"]


@dataclass(frozen=True)
class Outcome:
    """What became of one law on one operator. ``error`` is empty if it holds."""

    operator: str
    law: str
    seconds: float
    error: str = ""


def applicable_laws(entry: Entry, *, slow: bool = True) -> list[Law]:
    """The laws that say something about an operator."""
    subject = Subject(entry)
    return [law for law in LAWS.values() if (slow or not law.is_slow(subject)) and law.applies(subject)]


def check_operator(operator: str | Callable[..., Any], *, laws: Iterable[str] | None = None, slow: bool = True) -> None:
    """Check a declared operator against every law that applies to it.

    Parameters
    ----------
    operator
        ``"special.jv"``, or the function itself.
    laws
        Names of the laws to check, all by default.
    slow
        Whether to include the slow laws (Inductor, export, compiled transforms).

    Raises
    ------
    AssertionError
        If a law does not hold; the message lists all that do not.
    """
    failed = [o for o in outcomes(_entry(operator), laws=laws, slow=slow) if o.error]
    if failed:
        raise AssertionError("\n".join(f"{o.operator} breaks {o.law}:\n{o.error}" for o in failed))


def outcomes(entry: Entry, *, laws: Iterable[str] | None = None, slow: bool = True) -> list[Outcome]:
    """The outcome of each applicable law."""
    wanted = None if laws is None else set(laws)
    found = []
    for law in applicable_laws(entry, slow=slow or wanted is not None):
        if wanted is not None and law.name not in wanted:
            continue
        started = time.perf_counter()
        error = ""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                law.check(Subject(entry))
        except Exception:
            error = traceback.format_exc(limit=-3)
            _leave_transforms()
        found.append(Outcome(entry.key, law.name, time.perf_counter() - started, error))
    return found


def _entry(operator: str | Callable[..., Any]) -> Entry:
    if isinstance(operator, str):
        return find(operator)
    for entry in entries():
        if entry.function is operator:
            return entry
    raise KeyError(f"{operator!r} was not declared with scitorch.op")


def _leave_transforms() -> None:
    """An exception inside nested transforms can leave a dual level open; close what is left."""
    from torch.autograd import forward_ad

    while forward_ad._current_level >= 0:
        forward_ad.exit_dual_level()
    torch._dynamo.reset()
