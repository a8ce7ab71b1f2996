"""What the declaration says of itself: docstring, examples, kinks."""

from __future__ import annotations

import doctest
import importlib

import torch

from ..law import is_mathematics, law
from ..subject import Subject


def _documented_here(subject: Subject) -> bool:
    return subject.declared.public and is_mathematics(subject)


@law(applies=_documented_here)
def docstring_is_complete(subject: Subject) -> None:
    """The docstring has a summary, Parameters, Returns and Examples, and names every array argument."""
    doc = subject.declared.doc
    assert doc and doc.splitlines()[0].endswith("."), f"{subject.key}: the docstring starts with a one-sentence summary"
    for section in ("Parameters", "Returns", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in doc, f"{subject.key}: the docstring has no section {section}"
    parameters = doc.split("\nParameters\n")[1].split("\nReturns\n")[0]
    for argument in subject.arguments:
        assert argument in parameters, f"{subject.key}: the docstring does not describe {argument!r}"


@law(applies=_documented_here)
def examples_run(subject: Subject) -> None:
    """The examples of the docstring print what they say."""
    module = importlib.import_module(subject.declared.module)
    parser = doctest.DocTestParser()
    scope = {**vars(module), "torch": torch}
    example = parser.get_doctest(subject.declared.doc, scope, subject.key, None, 0)
    report: list[str] = []
    failures = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=report.append)
    assert failures.attempted, f"{subject.key}: the docstring has no example"
    assert not failures.failed, "".join(report)


@law(applies=lambda s: bool(s.declared.domain.kinks))
def kinks_have_a_subgradient(subject: Subject) -> None:
    """At a declared kink the derivative is a number between the one-sided ones, not nan."""
    for argument, places in subject.declared.domain.kinks.items():
        position = subject.arguments.index(argument)
        points = list(subject.declared.domain.points(subject.arguments, len(places)))
        slopes = []
        for shift in (-1e-7, 0.0, 1e-7):
            points[position] = torch.tensor(places, dtype=torch.float64) + shift
            case = subject.case("kink", tuple(points))
            tangents = tuple(
                torch.ones_like(v) if i == position else torch.zeros_like(v) for i, v in zip(case.moving, case.values)
            )
            slopes.append(torch.func.jvp(case, case.values, tangents)[1][0])
        low, high = torch.minimum(slopes[0], slopes[2]), torch.maximum(slopes[0], slopes[2])
        inside = (slopes[1] >= low - 1e-5) & (slopes[1] <= high + 1e-5)
        assert bool(inside.all()), f"{subject.key}: at {argument} = {places} the derivative is {slopes[1].tolist()}"
