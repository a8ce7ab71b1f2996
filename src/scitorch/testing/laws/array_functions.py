"""Functions of the NumPy namespace: NumPy's dtypes and precision, and no gradient lost without a word."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import torch
from torch import Tensor

from ..close import assert_close
from ..law import is_array_function, law
from ..subject import Subject

_SINGLE = {torch.float64: torch.float32, torch.complex128: torch.complex64}


@law(applies=is_array_function)
def dtypes_are_numpys(subject: Subject) -> None:
    """Results have NumPy's dtype in double and in single precision, and single precision is computed as well."""
    for case in subject.cases():
        for single in (False, True):
            args = [a.to(_SINGLE[a.dtype]) if single else a for a in case.args]
            found = _tuple(case.function(*args, **case.kwargs))
            assert subject.reference is not None
            with warnings.catch_warnings(), numpy.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                expected = _tuple(subject.reference(*(a.numpy() for a in args), **case.kwargs))
            for f, e in zip(found, expected, strict=True):
                if isinstance(f, Tensor):
                    dtype = torch.from_numpy(numpy.zeros(1, numpy.asarray(e).dtype)).dtype
                    assert f.dtype == dtype, (
                        f"{case.label}: {args[0].dtype if args else ''} gave {f.dtype}, not {dtype}"
                    )
            if single:
                assert_close(found, expected, rtol=2e-3, atol=2e-3, what=f"{case.label} in float32", scale=True)


def _without_derivative(subject: Subject) -> bool:
    return is_array_function(subject) and bool(subject.declared.undefined)  # type: ignore[union-attr]


@law(applies=_without_derivative)
def no_gradient_is_lost(subject: Subject) -> None:
    """Where no derivative is declared, tracked arguments give integers, truth values or text, or an error."""
    for case in subject.cases():
        tracked = [a.clone().requires_grad_() for a in case.args]
        if not tracked:
            continue
        try:
            results = _tuple(case.function(*tracked, **case.kwargs))
        except (NotImplementedError, RuntimeError) as error:
            assert "gradient" in str(error), error
            continue
        for r in results:
            lost = isinstance(r, Tensor) and (r.is_floating_point() or r.is_complex()) and not r.requires_grad
            assert not lost, f"{case.label}: a float result without a gradient"


def _tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
