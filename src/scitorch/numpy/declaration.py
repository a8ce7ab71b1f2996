"""How a function of the namespace says what it is tried with: expressions beside its definition.

An expression is NumPy code over named operands (:data:`OPERANDS`). The generated checks evaluate it here and in NumPy
itself, compare values and dtypes, and differentiate it in every operand it names; complex operands are tried wherever
NumPy takes them. So one line declares the values, the derivatives and the row of the coverage matrix. Ufuncs declare
nothing: their expressions follow from NumPy's own type table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

__all__: list[str] = []

F = TypeVar("F")

#: What each operand name of an expression stands for. Components differ by more than a difference step, so that no
#: order statistic changes its place; real ones stay real where the others are tried as complex numbers.
OPERANDS = {
    "x": "five distinct numbers of both signs",
    "y": "five others",
    "m": "a matrix of 3 rows and 4 columns",
    "a": "a well-conditioned matrix of order 3",
    "t": "an array of shape (2, 3, 2)",
    "s": "a scalar",
    "w": "five positive real numbers",
    "b": "five increasing real numbers",
    "q": "two real numbers between 0 and 1",
}


@dataclass(frozen=True)
class Declaration:
    """What a function is tried with, and why there is no derivative if there is none."""

    target: Any
    expressions: tuple[str, ...]
    reason: str = ""
    name: str = ""
    by_values: Mapping[str, str] = field(default_factory=dict)


_declarations: list[Declaration] = []


def differentiable(*expressions: str, name: str = "", by_values: str | Mapping[str, str] = "") -> Callable[[F], F]:
    """Declare expressions that call the function; each is differentiated in every operand that it names.

    Parameters
    ----------
    expressions
        ``"np.sort(m, axis=0)"``; statements before the last expression are separated by semicolons.
    name
        The name in the checks, for what has none in the public namespace (``"ndarray.__getitem__"``).
    by_values
        What values decide that `vmap` must know beforehand (a shape, a dtype, a branch), for all expressions or by
        expression. There `vmap` may refuse a batch; it must not give anything but what a loop gives.
    """
    decided = dict.fromkeys(expressions, by_values) if isinstance(by_values, str) and by_values else by_values or {}
    assert not isinstance(decided, str)
    undeclared = set(decided) - set(expressions)
    if undeclared:
        raise ValueError(f"no expression is written {undeclared}")
    if not expressions:
        raise ValueError("a differentiable function needs an expression, so that it can be checked")

    def declare(target: F) -> F:
        _declarations.append(Declaration(target, expressions, "", name, decided))
        return target

    return declare


def without_derivative(reason: str, *expressions: str, name: str = "") -> Callable[[F], F]:
    """Declare that the results depend on no argument smoothly, and why; expressions are checked for their values.

    No expression may return a float: a gradient would then be lost without a word. Raising is allowed.
    """

    def declare(target: F) -> F:
        _declarations.append(Declaration(target, expressions, reason, name))
        return target

    return declare


def declarations() -> list[Declaration]:
    """All declarations so far."""
    return list(_declarations)
