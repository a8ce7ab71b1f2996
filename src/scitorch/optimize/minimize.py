"""``minimize``: SciPy's optimizers with the exact gradient, and Hessian where a method uses one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy

from .caller_arrays import ArrayKind, adapted, as_tuple, host, in_callers_kind, kind_of, starting_point
from .constraints import constraints_for_scipy
from .derivative_check import check_derivative, warn_of_differences
from .traced_function import TracedFunction
from .tracing_watch import UntraceableError

_GRADIENT = frozenset({"cg", "bfgs", "l-bfgs-b", "tnc", "slsqp", "trust-constr"})
_HESSIAN_PRODUCT = frozenset({"newton-cg", "trust-ncg", "trust-krylov"})
_HESSIAN = frozenset({"dogleg", "trust-exact"})


def minimize(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: Any = None,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """Minimise a scalar function of one or more variables, with exact derivatives where none are given.

    Parameters
    ----------
    fun : callable
        ``fun(x, *args) -> scalar``. With ``jac`` None it is called with an array that carries a gradient.
    x0 : array_like, shape (n,)
        Starting point. Its kind (Tensor, ndarray, NumPy array) is what ``fun`` and the result get; numbers and lists
        become `scitorch.numpy.ndarray`, and a NumPy array reaches ``fun`` as one and comes back as NumPy's.
    args : tuple, optional
        Further arguments of ``fun`` and the derivatives.
    method : str or callable, optional
        As in `scipy.optimize.minimize`.
    jac : callable, bool or {"2-point", "3-point", "cs"}, optional
        By default the exact gradient, from the same evaluation as the value. Everything else as in SciPy.
    hess, hessp : callable, optional
        By default exact for the methods that need one: products for Newton-CG, trust-ncg and trust-krylov, the
        matrix for dogleg and trust-exact.
    bounds, constraints, tol, callback, options
        As in SciPy. Constraint functions without a derivative get the exact one, too.

    Returns
    -------
    scipy.optimize.OptimizeResult
        Arrays in the kind of ``x0``. ``nfev`` counts the evaluations that check the derivative, two or four.

    Warns
    -----
    RuntimeWarning
        Where ``fun`` cannot be differentiated: the reason, and that SciPy's differences are used.

    Notes
    -----
    Before the first step the gradient is compared with a difference quotient in one random direction, so that a
    derivative that is lost on the way (``detach``, a copy by another library) is noticed.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.optimize import minimize
    >>> def rosenbrock(x):
    ...     return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    >>> result = minimize(rosenbrock, np.array([-1.2, 1.0, 0.8]), method="trust-exact")
    >>> np.round(result.x, 6)
    array([1., 1., 1.])
    """
    kind = kind_of(x0)
    args = as_tuple(args)
    name = _method_name(method, bounds, constraints)
    start = starting_point(x0)
    common = {
        "method": method,
        "bounds": _host_bounds(bounds),
        "tol": tol,
        "callback": _adapted_callback(callback, kind, name),
        "options": None if options is None else {k: host(v) for k, v in options.items()},
    }
    wants_gradient = jac is None or jac is False
    wants_hessian = hess is None and hessp is None and name in _HESSIAN_PRODUCT | _HESSIAN
    uses_derivatives = name in _GRADIENT | _HESSIAN_PRODUCT | _HESSIAN
    if uses_derivatives and start.ndim == 1 and start.dtype.kind == "f" and (wants_gradient or wants_hessian):
        traced = TracedFunction(fun, args, kind, curvature=wants_hessian)
        checks = 0
        try:
            if wants_gradient:
                checks = _check(traced, start, common["bounds"])
            derivatives = {
                "jac": traced.gradient if wants_gradient else _user_derivative(jac, kind, args),
                "hess": traced.hessian if wants_hessian and name in _HESSIAN else _user_derivative(hess, kind, args),
                "hessp": traced.hessian_product
                if wants_hessian and name in _HESSIAN_PRODUCT
                else _user_derivative(hessp, kind, args),
            }
            objective = traced.scalar if wants_gradient else adapted(fun, kind, args)
            if jac is True:
                derivatives["jac"] = True
            result = _scipy_minimize(objective, start, constraints, kind, True, derivatives | common)
            if wants_gradient:
                result.nfev = result.get("nfev", 0) + checks
            return in_callers_kind(result, kind)
        except UntraceableError as reason:
            warn_of_differences("minimize", reason)
    derivatives = {
        "jac": _user_derivative(jac, kind, args),
        "hess": _user_derivative(hess, kind, args),
        "hessp": _user_derivative(hessp, kind, args),
    }
    result = _scipy_minimize(adapted(fun, kind, args), start, constraints, kind, False, derivatives | common)
    return in_callers_kind(result, kind)


def _scipy_minimize(
    fun: Any, start: Any, constraints: Any, kind: ArrayKind, exact: bool, keywords: dict[str, Any]
) -> Any:
    import scipy.optimize

    converted = constraints_for_scipy(constraints, kind, exact=exact)
    return scipy.optimize.minimize(fun, start, constraints=converted, **keywords)


def _method_name(method: Any, bounds: Any, constraints: Any) -> str:
    """The method in lower case, by SciPy's rule where none is given; empty for a caller's own minimiser."""
    if method is None:
        given = constraints is not None and not (isinstance(constraints, list | tuple) and not constraints)
        return "slsqp" if given else "bfgs" if bounds is None else "l-bfgs-b"
    return method.lower() if isinstance(method, str) else ""


def _check(traced: TracedFunction, start: Any, bounds: Any) -> int:
    lower, upper = _limits(bounds, len(start))
    point = numpy.clip(start, lower, upper)
    at_point = traced.scalar(point)
    return check_derivative(traced.plain, point, at_point, traced.gradient(point), lower, upper, traced.kind.eps)


def _limits(bounds: Any, n: int) -> tuple[Any, Any]:
    """Bounds in any of SciPy's forms as two vectors; what is malformed is left for SciPy to refuse."""
    lower, upper = numpy.full(n, -numpy.inf), numpy.full(n, numpy.inf)
    if bounds is None:
        return lower, upper
    try:
        if hasattr(bounds, "lb"):
            return numpy.broadcast_to(bounds.lb, n) + 0.0, numpy.broadcast_to(bounds.ub, n) + 0.0
        pairs = numpy.array([[numpy.nan if b is None else b for b in pair] for pair in bounds], dtype=float)
        return numpy.fmax(lower, pairs[:, 0]), numpy.fmin(upper, pairs[:, 1])
    except (TypeError, ValueError, IndexError):
        return lower, upper


def _host_bounds(bounds: Any) -> Any:
    if bounds is None or hasattr(bounds, "lb"):
        return bounds
    return [tuple(b if b is None else float(b) for b in host(pair)) for pair in host(bounds)]


def _user_derivative(derivative: Any, kind: ArrayKind, args: tuple[Any, ...]) -> Any:
    """A caller's derivative: functions are adapted, flags, method names and update strategies pass."""
    if not callable(derivative) or hasattr(derivative, "initialize"):
        return derivative
    return adapted(derivative, kind, args)


def _adapted_callback(callback: Any, kind: ArrayKind, name: str) -> Any:
    """A callback with the signature SciPy looks at, called with the caller's arrays."""
    if callback is None:
        return None
    try:
        takes_result = set(inspect.signature(callback).parameters) == {"intermediate_result"}
    except (TypeError, ValueError):
        takes_result = False
    if takes_result:

        def call_result(intermediate_result: Any) -> Any:
            copied = type(intermediate_result)(intermediate_result)
            return callback(intermediate_result=in_callers_kind(copied, kind))

        return call_result
    inner = adapted(callback, kind)
    if name == "trust-constr":
        return lambda xk, state: inner(xk, in_callers_kind(type(state)(state), kind))
    return lambda xk: inner(xk)
