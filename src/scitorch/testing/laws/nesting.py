"""Second and third derivatives: every order of forward and reverse gives the same number."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..close import assert_close
from ..law import is_differentiable, law
from ..subject import Case, Subject

Curve = Callable[[Tensor], Tensor]
ZERO = torch.zeros((), dtype=torch.float64)
ONE = torch.ones((), dtype=torch.float64)


def forward(f: Curve) -> Curve:
    """Derivative of a curve by forward mode."""
    return lambda t: torch.func.jvp(f, (t,), (ONE,))[1]


def reverse(f: Curve) -> Curve:
    """Derivative of a curve by reverse mode."""
    return torch.func.grad(f)  # type: ignore[no-any-return]


MODES = {"forward": forward, "reverse": reverse}


def _mixed(case: Case, outer: Callable[[Curve], Curve], inner: Callable[[Curve], Curve]) -> Tensor:
    """∂²/∂s∂t of f(x + s u + t v) at 0: a full bilinear form of the second derivative."""
    u, v = case.directions(8), case.directions(9)

    def along_v(t: Tensor) -> Tensor:
        def along_u(s: Tensor) -> Tensor:
            return case.scalar(*(x + s * a + t * b for x, a, b in zip(case.values, u, v)))

        return inner(along_u)(ZERO)

    return outer(along_v)(ZERO)


@law(applies=is_differentiable)
def second_derivatives_agree(subject: Subject) -> None:
    """forward∘forward = forward∘reverse = reverse∘forward = reverse∘reverse, and all equal differences."""
    for case in subject.cases():
        found = {f"{o}∘{i}": _mixed(case, MODES[o], MODES[i]) for o in MODES for i in MODES}
        expected = found["reverse∘reverse"]
        assert bool(torch.isfinite(expected)), f"{case.label}: the second derivative is {expected.item()}"
        for name, value in found.items():
            assert_close(value, expected, rtol=1e-7, atol=1e-9, what=f"{case.label}: {name} against reverse∘reverse")
        quotient = _mixed(case, _difference, reverse)
        assert_close(
            expected,
            quotient,
            rtol=1e-5,
            atol=1e-5,
            what=f"{case.label}: second derivative against differences",
        )


def _difference(f: Curve, h: float = 1e-3) -> Curve:
    def quotient(t: Tensor) -> Tensor:
        wide, narrow = (f(t + h) - f(t - h)) / (2 * h), (f(t + h / 2) - f(t - h / 2)) / h
        return (4 * narrow - wide) / 3

    return quotient


@law(applies=is_differentiable)
def second_derivatives_under_autograd(subject: Subject) -> None:
    """Double backward and dual numbers over backward, without torch.func, give the same number."""
    for case in subject.cases(2):
        u, v = case.directions(8), case.directions(9)
        expected = _mixed(case, reverse, reverse)

        def restricted(
            s: Tensor, t: Tensor, case: Case = case, u: tuple[Tensor, ...] = u, v: tuple[Tensor, ...] = v
        ) -> Tensor:
            return case.scalar(*(x + s * a + t * b for x, a, b in zip(case.values, u, v)))

        s, t = ZERO.clone().requires_grad_(), ZERO.clone().requires_grad_()
        (slope,) = torch.autograd.grad(restricted(s, t), s, create_graph=True)
        # The slope of a linear operator does not depend on t, and then has no graph: a derivative of zero.
        (double,) = torch.autograd.grad(slope, t) if slope.requires_grad else (ZERO,)
        assert_close(double, expected, rtol=1e-7, atol=1e-9, what=f"{case.label}: double backward")
        with torch.autograd.forward_ad.dual_level():
            dual = torch.autograd.forward_ad.make_dual(ZERO.clone(), ONE)
            (slope,) = torch.autograd.grad(restricted(s, dual), s, create_graph=True)
            tangent = torch.autograd.forward_ad.unpack_dual(slope).tangent
        tangent = ZERO if tangent is None else tangent
        assert_close(tangent, expected, rtol=1e-7, atol=1e-9, what=f"{case.label}: forward over backward")


def _is_public_and_differentiable(subject: Subject) -> bool:
    return subject.declared.public and is_differentiable(subject)


# Internal operators are the derivatives of public ones: those reach their higher orders.
@law(applies=_is_public_and_differentiable, dear=True)
def third_derivatives_agree(subject: Subject) -> None:
    """forward∘forward∘forward equals reverse∘reverse∘reverse and a mixed nesting."""
    for case in subject.cases(2)[:2]:
        u = case.directions(10)

        def curve(t: Tensor, case: Case = case, u: tuple[Tensor, ...] = u) -> Tensor:
            return case.scalar(*(x + t * a for x, a in zip(case.values, u)))

        expected = reverse(reverse(reverse(curve)))(ZERO)
        for name, value in {
            "forward∘forward∘forward": forward(forward(forward(curve)))(ZERO),
            "reverse∘forward∘reverse": reverse(forward(reverse(curve)))(ZERO),
        }.items():
            assert_close(value, expected, rtol=1e-6, atol=1e-8, what=f"{case.label}: {name}")
