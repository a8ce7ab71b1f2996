"""First derivatives: against arbitrary precision or differences, forward against reverse, and never silently zero."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
from torch import Tensor

from scitorch.op.derivative import TangentMaps

from ..close import assert_close
from ..law import is_differentiable, law
from ..subject import Case, Subject


def _has_mpmath(subject: Subject) -> bool:
    return getattr(subject.declared, "mpmath", None) is not None and is_differentiable(subject)


@law(applies=_has_mpmath)
def derivative_equals_mpmath(subject: Subject) -> None:
    """Each partial derivative is that of the arbitrary-precision function, at random and at hard points."""
    import mpmath

    domain = subject.declared.domain
    reference = subject.declared.mpmath  # type: ignore[union-attr]
    for is_complex in (False, True) if subject.takes_complex else (False,):
        drawn = domain.points(subject.arguments, 12, is_complex=is_complex, seed=11)
        hard = domain.hard_points(subject.arguments, is_complex=is_complex)
        points = tuple(torch.cat([d, h]) for d, h in zip(drawn, hard))
        case = subject.case("", points)
        for i in case.moving:
            tangents = tuple(
                torch.ones_like(v) if j == i else torch.zeros_like(v) for j, v in zip(case.moving, case.values)
            )
            slopes = torch.func.jvp(case, case.values, tangents)[1]
            for n in range(len(points[0])):
                at = [mpmath.mpmathify(p[n].item()) for p in points]
                if _at_kink(subject, i, float(points[i][n].real)):
                    continue
                exact = _exact_slope(reference, at, i, len(slopes))
                if exact is None:
                    continue
                found = torch.stack([s[n] for s in slopes])
                where = ", ".join(repr(p[n].item()) for p in points)
                what = f"{subject.key}: ∂/∂{subject.arguments[i]} at ({where})"
                for f, e in zip(found, exact):
                    assert_close(f, e, rtol=1e3 * subject.declared.rtol, atol=1e-290, what=what)


def _exact_slope(reference: object, at: list[object], index: int, results: int) -> list[complex] | None:
    """∂f/∂x by mpmath's differences at 60 digits; None where mpmath cannot."""
    import mpmath

    slopes = []
    for k in range(results):

        def along(t: object, k: int = k) -> object:
            value = reference(*at[:index], t, *at[index + 1 :])  # type: ignore[operator]
            return value[k] if isinstance(value, (tuple, list)) else value

        try:
            with mpmath.workdps(60):
                slope = mpmath.diff(along, at[index])
        except (ZeroDivisionError, ValueError, TypeError, mpmath.libmp.NoConvergence):
            return None
        if not mpmath.isfinite(slope):
            return None
        slopes.append(complex(slope) if mpmath.im(slope) else float(mpmath.re(slope)))
    return slopes


def _at_kink(subject: Subject, index: int, x: float) -> bool:
    return x in subject.declared.domain.kinks.get(subject.arguments[index], ())


@law(applies=is_differentiable)
def derivative_equals_differences(subject: Subject) -> None:
    """The directional derivative is the limit of difference quotients, one argument at a time."""
    for case in subject.cases():
        for i in range(len(case.moving)):
            direction = tuple(d if j == i else torch.zeros_like(d) for j, d in enumerate(case.directions(3)))
            slope = torch.func.jvp(case.scalar, case.values, direction)[1]
            quotient = _richardson(case, direction)
            name = subject.arguments[case.moving[i]] if case.moving[i] < len(subject.arguments) else case.moving[i]
            assert_close(slope, quotient, rtol=2e-6, atol=2e-7, what=f"{case.label}: slope along {name!r}")


def _richardson(case: Case, direction: tuple[Tensor, ...], h: float = 2e-3) -> Tensor:
    """Central differences of step h, h/2 and h/4, extrapolated to order h⁶."""

    def central(step: float) -> Tensor:
        def at(s: float) -> Tensor:
            return case.scalar(*(v + s * d for v, d in zip(case.values, direction)))

        return (at(step) - at(-step)) / (2 * step)

    d1, d2, d3 = central(h), central(h / 2), central(h / 4)
    e1, e2 = (4 * d2 - d1) / 3, (4 * d3 - d2) / 3
    return (16 * e2 - e1) / 15


@law(applies=is_differentiable)
def forward_is_adjoint_of_reverse(subject: Subject) -> None:
    """⟨w, J v⟩ = ⟨Jᴴ w, v⟩ for random v and w."""
    for case in subject.cases():
        v = case.directions(1)
        out, pushed = torch.func.jvp(case, case.values, v)[:2]
        generator = torch.Generator().manual_seed(2)
        w = tuple(torch.randn(o.shape, dtype=o.dtype, generator=generator) for o in out)
        pull = torch.func.vjp(case, *case.values)[1]
        pulled = pull(w)
        left = sum((a.conj() * b).sum().real for a, b in zip(w, pushed))
        right = sum((a.conj() * b).sum().real for a, b in zip(pulled, v))
        assert_close(left, right, rtol=1e-8, atol=1e-10, what=f"{case.label}: ⟨w, Jv⟩ against ⟨Jᴴw, v⟩")


@law(applies=lambda s: isinstance(getattr(s.operator, "derivative", None), TangentMaps))
def handwritten_vjp_is_the_transpose(subject: Subject) -> None:
    """A hand-written cotangent map, or the declared transpose of a linear argument, transposes the tangent map."""
    op = subject.operator
    assert op is not None
    maps = op.derivative
    assert isinstance(maps, TangentMaps)
    for case in subject.cases():
        out = case.function(*case.args, **case.kwargs)
        results = out if isinstance(out, tuple) else (out,)
        generator = torch.Generator().manual_seed(5)
        w = tuple(
            torch.randn(o.shape, dtype=o.dtype, generator=generator) if o.dtype != torch.int64 else o for o in results
        )
        static = {p.name: case.kwargs.get(p.name, p.default) for p in op.static}
        for i in {*maps.cotangent_maps, *maps.transposes}:
            if i not in case.moving:
                continue
            d = case.directions(6)[case.moving.index(i)]
            pushed = maps.tangent(out, case.args, [d if j == i else None for j in range(len(case.args))], static)
            pulled = maps.cotangent(i, w, out, case.args, static)
            assert pulled is not None
            left = sum((a.conj() * b).sum().real for a, b in zip(w, pushed) if a.dtype != torch.int64)
            right = (pulled.sum_to_size(d.shape).conj() * d).sum().real
            what = f"{case.label}: cotangent map of {op.arguments[i]!r}"
            assert_close(left, right, rtol=1e-8, atol=1e-10, what=what)
        if maps.together is not None:
            _compare_together(case, maps, w, out, static)


def _compare_together(case: Case, maps: TangentMaps, w: tuple[Tensor, ...], out: Any, static: dict[str, Any]) -> None:
    """The cotangents that share work are those of each argument by itself."""
    count = len(case.args)
    for needed in product((False, True), repeat=len(case.moving)):
        wanted = [False] * count
        for i, need in zip(case.moving, needed):
            wanted[i] = need
        for i, pulled in enumerate(maps.cotangents(wanted, w, out, case.args, static)):
            assert wanted[i] or pulled is None, f"{case.label}: a cotangent that was not needed"
            if pulled is not None:
                single = maps.cotangent(i, w, out, case.args, static)
                assert_close(pulled, single, rtol=1e-10, atol=1e-12, what=f"{case.label}: together, argument {i}")


_TOLERANCE: dict[str, Any] = {"rtol": 1e-4, "atol": 1e-5, "eps": 1e-6}


@law(applies=is_differentiable, dear=True)
def gradcheck(subject: Subject) -> None:
    """torch's own checks: Jacobians, batched gradients, forward mode, and second order by reverse and forward."""
    for case in subject.one_of_each_kind():
        leaves = tuple(v.clone().requires_grad_() for v in case.values)
        assert torch.autograd.gradcheck(
            case,
            leaves,
            check_forward_ad=True,
            check_batched_grad=True,
            check_batched_forward_grad=True,
            **_TOLERANCE,
        ), case.label
        assert torch.autograd.gradgradcheck(
            case.scalar, leaves, check_fwd_over_rev=True, check_rev_over_rev=True, fast_mode=True, **_TOLERANCE
        ), case.label


@law()
def undefined_derivative_raises(subject: Subject) -> None:
    """Asking for a derivative that is not defined raises and names operator and argument, in both modes."""
    op = subject.operator
    if op is None or not any(op.differentiable_results):
        return
    for case in subject.cases(2):
        for i, argument in enumerate(op.arguments):
            x = case.args[i]
            if i in case.moving or not isinstance(x, Tensor) or op.loops.is_index(i):
                continue

            def of_argument(t: Tensor, i: int = i, case: Case = case) -> Tensor:
                return case.float_results(case.function(*case.args[:i], t, *case.args[i + 1 :], **case.kwargs))[0]

            for ask in (
                lambda f, x: torch.func.grad(lambda t: f(t).real.sum())(x),
                lambda f, x: torch.func.jvp(f, (x,), (torch.ones_like(x),)),
                lambda f, x: f(x.clone().requires_grad_()).real.sum().backward(),
            ):
                try:
                    ask(of_argument, x)
                except NotImplementedError as error:
                    assert argument in str(error), f"{error} does not name {argument}"
                    assert op.name in str(error), f"{error} does not name {op.name}"
                else:
                    raise AssertionError(f"{case.label}: the undefined derivative in {argument!r} was given silently")
