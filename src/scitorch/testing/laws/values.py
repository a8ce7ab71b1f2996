"""Values equal the reference, over the domain, at hard points and at the ends of the number range."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op.domain import Complex

from ..close import assert_close
from ..law import law
from ..subject import MANY, Subject

#: ±0, denormals, the smallest and largest normal numbers, infinities, nan.
EXTREME = (0.0, -0.0, 5e-324, -5e-324, 1e-310, 2.3e-308, 1e-150, 1e150, 1.7e308, -1.7e308)
NON_FINITE = (float("inf"), float("-inf"), float("nan"))


def _has_reference(subject: Subject) -> bool:
    return subject.reference is not None


def _scalar_reference(subject: Subject) -> bool:
    return subject.scalar_function and subject.reference is not None


def _has_mpmath(subject: Subject) -> bool:
    return getattr(subject.declared, "mpmath", None) is not None


@law(applies=_has_reference)
def value_equals_reference(subject: Subject) -> None:
    """On random points and on every sample, the value is the reference's."""
    for case in subject.cases(MANY):
        _compare(subject, case.args, case.kwargs, case.label, view=case.view)


@law(applies=_scalar_reference)
def value_at_hard_points(subject: Subject) -> None:
    """At the declared hard points the value is the reference's."""
    for is_complex in (False, True) if subject.takes_complex else (False,):
        points = subject.declared.domain.hard_points(subject.arguments, is_complex=is_complex)
        if points[0].numel():
            _compare(subject, points, {}, f"{subject.key}, hard {'complex' if is_complex else 'real'} points")


@law(applies=_scalar_reference)
def value_at_extremes(subject: Subject) -> None:
    """At signed zeros, denormals, huge numbers, infinities and nan, one argument at a time."""
    domain = subject.declared.domain
    extremes = torch.tensor(EXTREME + NON_FINITE, dtype=torch.float64)
    for i, argument in enumerate(subject.arguments):
        r = domain.real[argument]
        if isinstance(r, Complex) or r.integer:
            continue
        points = list(domain.points(subject.arguments, len(extremes), seed=i))
        points[i] = extremes
        _compare(subject, tuple(points), {}, f"{subject.key}, extreme {argument}", atol=1e-300)


@law(applies=_has_mpmath)
def value_equals_mpmath(subject: Subject) -> None:
    """On random and hard points the value is that of arbitrary-precision arithmetic."""
    import mpmath

    for is_complex in (False, True) if subject.takes_complex else (False,):
        drawn = subject.declared.domain.points(subject.arguments, 40, is_complex=is_complex, seed=7)
        hard = subject.declared.domain.hard_points(subject.arguments, is_complex=is_complex)
        points = tuple(torch.cat([d, h]) for d, h in zip(drawn, hard))
        found = subject.entry.function(*points)
        results = found if isinstance(found, tuple) else (found,)
        for n in range(len(points[0])):
            with mpmath.workdps(40):
                exact = exact_value(subject, [p[n].item() for p in points])
            if exact is None:
                continue
            assert_close(
                torch.stack([r[n] for r in results]),
                torch.tensor(exact, dtype=results[0].dtype),
                rtol=subject.declared.rtol,
                atol=1e-300,
                what=f"{subject.key}({', '.join(repr(p[n].item()) for p in points)})",
            )


def exact_value(subject: Subject, args: list[Any]) -> list[complex] | None:
    """The mpmath value(s) at one point as Python numbers; None at poles and where mpmath gives up."""
    import mpmath

    try:
        value = subject.declared.mpmath(*[mpmath.mpmathify(a) for a in args])  # type: ignore[union-attr, misc]
    except (ZeroDivisionError, ValueError, mpmath.libmp.NoConvergence):
        return None
    values = value if isinstance(value, (tuple, list)) else (value,)
    if not all(mpmath.isfinite(v) for v in values):
        return None
    return [complex(v) if mpmath.im(v) else float(mpmath.re(v)) for v in values]


def _compare(
    subject: Subject,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    what: str,
    atol: float = 0.0,
    view: Any = None,
) -> None:
    found = subject.entry.function(*args, **kwargs)
    arrays = [a.resolve_conj().resolve_neg().numpy() if isinstance(a, Tensor) else a for a in args]
    assert subject.reference is not None
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected = subject.reference(*arrays, **kwargs)
    if isinstance(expected, list):  # SciPy's batched decompositions
        expected = tuple(expected)
    if view is not None:
        found = view(found)
        as_tensors = (
            [torch.as_tensor(e) for e in expected] if isinstance(expected, tuple) else torch.as_tensor(expected)
        )
        expected = view(tuple(as_tensors) if isinstance(as_tensors, list) else as_tensors)
    elif isinstance(expected, tuple) and len(expected) == 1:
        expected = expected[0]
    assert_close(found, expected, rtol=subject.declared.rtol, atol=atol, what=what, scale=not subject.scalar_function)
