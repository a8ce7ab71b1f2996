"""A law: a statement that must hold for every operator, checked from the declaration alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .subject import Subject

Check = Callable[[Subject], None]


@dataclass(frozen=True)
class Law:
    """One law.

    Attributes
    ----------
    name
        What it is called in test ids and in the coverage matrix.
    check
        Raises ``AssertionError`` (or what the operator raised) if the law does not hold.
    applies
        Whether it says anything about an operator.
    slow
        Whether it is checked on a sample of each family in ordinary runs, and on all operators only in full runs.
    dear
        Whether it is so for the functions of the array namespace, which are tried with many calls each.
    """

    name: str
    check: Check
    applies: Callable[[Subject], bool]
    slow: bool = False
    dear: bool = False

    def is_slow(self, subject: Subject) -> bool:
        """Whether ordinary runs check it on a sample only."""
        return self.slow or (self.dear and is_array_function(subject))


LAWS: dict[str, Law] = {}


def law(
    *, applies: Callable[[Subject], bool] = lambda subject: True, slow: bool = False, dear: bool = False
) -> Callable[[Check], Check]:
    """Register a check as a law of its own name."""

    def register(check: Check) -> Check:
        name = check.__name__
        LAWS[name] = Law(name, check, applies, slow, dear)
        return check

    return register


def is_differentiable(subject: Subject) -> bool:
    """Whether any argument has a derivative."""
    return any(case.moving for case in subject.cases(1))


def is_operator(subject: Subject) -> bool:
    """Whether it is registered with the dispatcher, not a composite."""
    return subject.operator is not None


def is_array_function(subject: Subject) -> bool:
    """Whether it is a function of the NumPy namespace, declared by expressions."""
    return subject.declared.family == "numpy"


def is_mathematics(subject: Subject) -> bool:
    """Whether it is declared with domain or samples of its own, not by expressions of the NumPy namespace."""
    return not is_array_function(subject)
