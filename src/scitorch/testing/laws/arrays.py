"""Dtypes, shapes and memory layouts."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor

from ..close import assert_close
from ..drawing import LAYOUTS
from ..law import is_mathematics, is_operator, law
from ..subject import Subject


def _is_scalar_operator(subject: Subject) -> bool:
    return subject.scalar_function and is_operator(subject)


@law(applies=is_mathematics)
def single_precision(subject: Subject) -> None:
    """float32 goes in, float32 comes out, close to the float64 value."""
    for case in subject.cases():
        single = [_to_single(a) for a in case.args]
        found = case.float_results(case.function(*single, **case.kwargs))
        rounded = [_to_double(a) for a in single]
        expected = case.float_results(case.function(*rounded, **case.kwargs))
        for f, e in zip(found, expected, strict=True):
            assert f.dtype == _to_single(e).dtype, f"{case.label}: float32 gave {f.dtype}"
        assert_close(found, expected, rtol=2e-3, atol=2e-3, what=f"{case.label} in float32", scale=True)


_SINGLE = {torch.float64: torch.float32, torch.complex128: torch.complex64}
_DOUBLE = {single: double for double, single in _SINGLE.items()}


def _to_double(a: Any) -> Any:
    if isinstance(a, tuple):
        return tuple(_to_double(x) for x in a)
    return a.to(_DOUBLE[a.dtype]) if isinstance(a, Tensor) and a.dtype in _DOUBLE else a


def _to_single(a: Any) -> Any:
    if isinstance(a, tuple):
        return tuple(_to_single(x) for x in a)
    return a.to(_SINGLE[a.dtype]) if isinstance(a, Tensor) and a.dtype in _SINGLE else a


@law(applies=_is_scalar_operator)
def half_precision(subject: Subject) -> None:
    """bfloat16 and float16 are computed in float32 and returned in their own precision."""
    (points, *_) = (case.args for case in subject.cases())
    for dtype in (torch.bfloat16, torch.float16):
        half = [p.to(dtype) for p in points]
        found = subject.cases()[0].float_results(subject.entry.function(*half))
        expected = subject.cases()[0].float_results(subject.entry.function(*(h.to(torch.float32) for h in half)))
        for f, e in zip(found, expected):
            wanted = e.to(dtype) if not e.is_complex() else e
            assert f.dtype == wanted.dtype, f"{subject.key}: {dtype} gave {f.dtype}"
            assert_close(f.to(e.dtype), wanted.to(e.dtype), rtol=1e-6, atol=0, what=f"{subject.key} in {dtype}")


@law(applies=_is_scalar_operator)
def integers_and_numbers(subject: Subject) -> None:
    """Integers count as the default dtype, Python numbers as 0-d tensors of the others' precision."""
    points = tuple(p[0] for p in subject.cases()[0].args)
    function = subject.entry.function
    whole = [(p.real if p.is_complex() else p).round() for p in points]
    default = torch.get_default_dtype()
    expected = function(*(w.to(default) for w in whole))
    assert_close(function(*(w.to(torch.int64) for w in whole)), expected, rtol=1e-6, what=f"{subject.key} of int64")
    if len(points) > 1:
        mixed = function(points[0], *(p.item() for p in points[1:]))
        assert_close(mixed, function(*points), rtol=1e-12, what=f"{subject.key} of tensor and numbers")


@law(applies=_is_scalar_operator)
def numpy_arrays(subject: Subject) -> None:
    """NumPy arrays go in, NumPy arrays come out."""
    case = subject.cases()[0]
    found = subject.entry.function(*(a.numpy() for a in case.args))
    flat = found if isinstance(found, tuple) else (found,)
    assert all(isinstance(f, numpy.ndarray) for f in flat), f"{subject.key}: NumPy arrays gave {type(flat[0])}"
    assert_close(found, subject.entry.function(*case.args), rtol=0, what=f"{subject.key} of NumPy arrays")


@law(applies=lambda s: s.scalar_function)
def broadcasting(subject: Subject) -> None:
    """Shapes broadcast, scalars and empty arrays included."""
    points = subject.declared.domain.points(subject.arguments, 6)
    function = subject.entry.function
    flat = subject.case("", points).float_results(function(*points))
    shaped = subject.case("", points).float_results(function(*(p.reshape(2, 3) for p in points)))
    assert_close(shaped, [f.reshape(2, 3) for f in flat], rtol=0, what=f"{subject.key} of a matrix")
    for i in range(len(points)):
        spread = [p[:3].reshape(3, 1) if j == i else p[3:6].reshape(1, 3) for j, p in enumerate(points)]
        full = torch.broadcast_tensors(*spread)
        assert_close(
            function(*spread),
            function(*(f.contiguous() for f in full)),
            rtol=0,
            what=f"{subject.key}, broadcast",
        )
    empty = function(*(p[:0] for p in points))
    for r in empty if isinstance(empty, tuple) else (empty,):
        assert r.shape == (0,), f"{subject.key} of empty arrays has shape {tuple(r.shape)}"
    scalar = function(*(p[0] for p in points))
    for r in scalar if isinstance(scalar, tuple) else (scalar,):
        assert r.shape == (), f"{subject.key} of 0-d arrays has shape {tuple(r.shape)}"


_LAYOUTS = ("strided", "transposed", "offset", "negative", "conjugate")


@law()
def memory_layouts(subject: Subject) -> None:
    """Strided, transposed, expanded, conjugate and negative views give what contiguous arrays give."""
    for case in subject.cases(4):
        expected = case.float_results(case.function(*case.args, **case.kwargs))
        for name in _LAYOUTS:
            viewed = [LAYOUTS[name](a) if isinstance(a, Tensor) else a for a in case.args]
            found = case.float_results(case.function(*viewed, **case.kwargs))
            assert_close(
                found,
                expected,
                rtol=1e-12,
                atol=1e-14,
                what=f"{case.label}, {name} view",
                scale=True,
            )


@law(applies=is_operator)
def mutation_is_noticed(subject: Subject) -> None:
    """Writing into a saved argument before the backward pass raises instead of giving a wrong gradient."""
    case = next((c for c in subject.cases() if c.moving), None)
    if case is None:
        return
    leaves = [v.clone().requires_grad_() for v in case.values]
    shifted = [leaf * 1 for leaf in leaves]
    total = case.scalar(*shifted)
    for s in shifted:
        s.mul_(2)
    try:
        torch.autograd.grad(total, leaves, allow_unused=True)
    except RuntimeError as error:
        assert "modified by an inplace" in str(error), error
    else:
        raise AssertionError(f"{case.label}: the backward pass did not notice that its arguments changed")
