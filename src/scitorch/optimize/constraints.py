"""Constraints in SciPy's three forms, with exact Jacobians where the caller gave none."""

from __future__ import annotations

from typing import Any

from .caller_arrays import ArrayKind, adapted, as_tuple
from .traced_function import TracedFunction


def constraints_for_scipy(constraints: Any, kind: ArrayKind, *, exact: bool) -> Any:
    """Convert constraints for SciPy.

    Parameters
    ----------
    constraints
        A dictionary, a ``LinearConstraint`` or ``NonlinearConstraint``, or a sequence of them.
    kind
        The caller's arrays.
    exact
        Whether functions without a derivative are differentiated. ``NonlinearConstraint`` cannot say "none given":
        its default ``jac="2-point"`` counts as that.
    """
    if isinstance(constraints, list | tuple):
        return [constraints_for_scipy(c, kind, exact=exact) for c in constraints]
    if isinstance(constraints, dict):
        return _dictionary(constraints, kind, exact)
    import scipy.optimize

    if isinstance(constraints, scipy.optimize.NonlinearConstraint):
        return _nonlinear(constraints, kind, exact)
    return constraints


def _dictionary(constraint: dict[str, Any], kind: ArrayKind, exact: bool) -> dict[str, Any]:
    converted = dict(constraint)
    if not callable(constraint.get("fun")):
        return converted  # SciPy names what is missing
    args = as_tuple(constraint.get("args", ()))
    converted["args"] = ()
    if constraint.get("jac") is not None:
        converted["fun"] = adapted(constraint["fun"], kind, args)
        jac = constraint["jac"]
        converted["jac"] = adapted(jac, kind, args) if callable(jac) else jac
    elif exact:
        traced = TracedFunction(constraint["fun"], args, kind)
        converted["fun"], converted["jac"] = traced.vector, traced.jacobian
    else:
        converted["fun"] = adapted(constraint["fun"], kind, args)
    return converted


def _nonlinear(constraint: Any, kind: ArrayKind, exact: bool) -> Any:
    import scipy.optimize

    jac, hess = constraint.jac, constraint.hess
    fun = adapted(constraint.fun, kind)
    if exact and isinstance(jac, str) and jac == "2-point":
        traced = TracedFunction(constraint.fun, (), kind)
        fun, jac = traced.vector, traced.jacobian
    elif callable(jac):
        jac = adapted(jac, kind)
    if callable(hess) and not hasattr(hess, "initialize"):
        hess = adapted(hess, kind)
    return scipy.optimize.NonlinearConstraint(
        fun,
        constraint.lb,
        constraint.ub,
        jac=jac,
        hess=hess,
        keep_feasible=constraint.keep_feasible,
        finite_diff_rel_step=constraint.finite_diff_rel_step,
        finite_diff_jac_sparsity=constraint.finite_diff_jac_sparsity,
    )
