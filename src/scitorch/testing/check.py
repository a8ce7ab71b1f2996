"""Checking one operator, any function, or all declared operators against the laws."""

from __future__ import annotations

import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import torch

from scitorch.op.registry import Entry, entries, find

from . import laws as _laws  # noqa: F401  importing them registers them
from .law import LAWS, Law
from .report import Outcome, Report
from .selection import load_family
from .subject import Subject
from .user_function import Samples, undeclared

__all__ = ["applicable_laws", "check", "check_operator", "outcomes"]

#: Laws about the text of a declaration, which a plain function does not have.
_OF_DECLARATIONS = frozenset({"docstring_is_complete", "examples_run"})


def applicable_laws(entry: Entry, *, slow: bool = True) -> list[Law]:
    """The laws that say something about an operator."""
    subject = Subject(entry)
    return [law for law in LAWS.values() if (slow or not law.is_slow(subject)) and law.applies(subject)]


def check(
    function: str | Callable[..., Any],
    samples: Samples | None = None,
    *,
    reference: Callable[..., Any] | str | None = None,
    rtol: float = 1e-10,
    laws: Iterable[str] | None = None,
    slow: bool = False,
    show: bool = True,
) -> Report:
    """Check any function, or a declared operator, against every law that applies, and print a table.

    Parameters
    ----------
    function
        A function of tensors or of trees of tensors, a module (whose parameters are arguments then), a declared
        operator, or the name of one (``"special.jv"``).
    samples
        What to try it on: tuples of arguments or `scitorch.op.Sample`; a function that takes a `scitorch.op.Maker` and
        returns these; or ranges by argument name (`scitorch.op.Real`). A declared operator has samples of its own.
    reference
        The function that it must equal, on NumPy arrays, or its dotted name.
    rtol
        How closely.
    laws
        Names of the laws to check, all that apply by default. See `LAWS`.
    slow
        Whether to include the slow laws (Inductor, export, compiled transforms).
    show
        Whether to print the table.

    Returns
    -------
    Report
        True if every law holds; ``report.raise_if_broken()`` raises the messages of those that do not.

    Examples
    --------
    The gradient of a norm at zero is not defined, and its second derivative is nan there:

    >>> report = check(torch.linalg.vector_norm, [(torch.zeros(3, dtype=torch.float64),)], show=False)
    >>> bool(report), "second_derivatives_agree" in {o.law for o in report.broken}
    (False, True)
    """
    entry = _entry(function) if samples is None else None
    if entry is None:
        if isinstance(function, str):
            raise ValueError(f"{function!r} has samples of its own")
        assert samples is not None
        entry = undeclared(function, samples, reference=reference, rtol=rtol)
        wanted = set(LAWS if laws is None else laws) - _OF_DECLARATIONS
        unslow = {law.name for law in applicable_laws(entry, slow=slow or laws is not None)}
        report = Report(tuple(outcomes(entry, laws=wanted & unslow)))
    else:
        report = Report(tuple(outcomes(entry, laws=laws, slow=slow)))
    if show:
        print(report)
    return report


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
    Report(tuple(outcomes(_entry(operator), laws=laws, slow=slow))).raise_if_broken()


def outcomes(entry: Entry, *, laws: Iterable[str] | None = None, slow: bool = True) -> list[Outcome]:
    """The outcome of each applicable law."""
    wanted = None if laws is None else set(laws)
    if wanted is not None and wanted - set(LAWS):
        raise ValueError(f"no law is called {', '.join(sorted(wanted - set(LAWS)))}; there are {', '.join(LAWS)}")
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
        load_family(operator.partition(".")[0])
        return find(operator)
    for entry in entries():
        if entry.function is operator:
            return entry
    raise KeyError(f"{operator!r} was not declared with scitorch.op; give samples to try it on")


def _leave_transforms() -> None:
    """An exception inside nested transforms can leave a dual level open; close what is left."""
    from torch.autograd import forward_ad

    while forward_ad._current_level >= 0:
        forward_ad.exit_dual_level()
    torch._dynamo.reset()
