"""SciPy's other optimizers, run as they are on the host: values without derivatives, and an error where one is lost."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy
from torch import Tensor

from scitorch.op.torch_private import is_tracked, pytree

from .caller_arrays import ArrayKind, adapted, host, in_callers_kind, kind_of, tensor_of

__all__ = ["NAMES", "on_host"]

#: Names that go to SciPy, converted on the way in and out.
NAMES = (
    "anderson", "basinhopping", "broyden1", "broyden2", "brute", "diagbroyden", "differential_evolution", "direct",
    "dual_annealing", "excitingmixing", "fixed_point", "fmin", "fmin_bfgs", "fmin_cg", "fmin_cobyla", "fmin_l_bfgs_b",
    "fmin_ncg", "fmin_powell", "fmin_slsqp", "fmin_tnc", "fminbound", "isotonic_regression", "leastsq",
    "linear_sum_assignment", "linearmixing", "linprog", "lsq_linear", "milp", "newton_krylov", "nnls",
    "quadratic_assignment", "shgo",
)  # fmt: skip
# Indices have no derivative to lose.
_DISCRETE = frozenset({"linear_sum_assignment", "quadratic_assignment"})


def on_host(name: str) -> Callable[..., Any]:
    """SciPy's function of that name for the caller's arrays."""
    function = getattr(importlib.import_module("scipy.optimize"), name)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tensors = [t for t in map(_array, pytree.tree_leaves((args, kwargs))) if t is not None]
        if name not in _DISCRETE and any(is_tracked(t) for t in tensors):
            raise NotImplementedError(
                f"scitorch.optimize.{name} runs in SciPy and has no derivative; give it detached arrays"
            )
        kind = kind_of(next((t for t in (*args, *kwargs.values()) if _array(t) is not None), 0.0))
        given = [_given(x, kind, name) for x in args]
        found = function(*given, **{k: _given(x, kind, name) for k, x in kwargs.items()})
        return _returned(found, kind)

    return call


def _array(value: Any) -> Tensor | None:
    return None if isinstance(value, list | tuple | numpy.ndarray) else tensor_of(value)


def _given(value: Any, kind: ArrayKind, name: str) -> Any:
    if callable(value) and not isinstance(value, type) and not hasattr(value, "__array__"):
        return _Checked(value, kind, name)
    return host(value)


class _Checked:
    """A user's function for SciPy, which must not depend on what is differentiated elsewhere."""

    def __init__(self, function: Callable[..., Any], kind: ArrayKind, name: str) -> None:
        self._call = adapted(self._watched, kind)
        self._function, self._name = function, name
        functools.update_wrapper(self, function, updated=())

    def _watched(self, *args: Any) -> Any:
        import torch

        with torch.enable_grad():
            found = self._function(*args)
        tensor = tensor_of(found)
        if tensor is not None and is_tracked(tensor):
            raise NotImplementedError(
                f"scitorch.optimize.{self._name} runs in SciPy and has no derivative, but its function depends on a "
                "differentiated tensor; detach it"
            )
        return found

    def __call__(self, *args: Any) -> Any:
        return self._call(*args)


def _returned(found: Any, kind: ArrayKind) -> Any:
    if isinstance(found, numpy.ndarray) and found.dtype.kind in "biufc":
        return kind.array(found)
    if isinstance(found, dict):
        return in_callers_kind(found, kind)
    if type(found) is tuple:
        return tuple(_returned(x, kind) for x in found)
    return found
