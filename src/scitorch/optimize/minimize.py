"""``minimize``: SciPy's optimizers with the exact gradient, and Hessian where a method uses one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy
from torch import Tensor

from scitorch.func.captures import differentiation_active
from scitorch.op.torch_private import is_tracked, is_transformed, pytree

from .batches import is_batch, minimize_batch
from .caller_arrays import (
    ArrayKind,
    adapted,
    as_tuple,
    detached,
    host,
    in_callers_kind,
    kind_of,
    start_tensor,
    starting_point,
)
from .closure_derivatives import Refused, differentiable_point, is_captive, objective_of, stationarity
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
    x0 : array_like, shape (n,), or (..., n) for a batch
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
        Arrays in the kind of ``x0``. ``nfev`` counts the evaluations that check the derivative, two or four, and one
        that looks for tensors to differentiate in.

    Warns
    -----
    RuntimeWarning
        Where ``fun`` cannot be differentiated: the reason, and that SciPy's differences are used.

    Notes
    -----
    Where ``fun`` closes over tensors that are differentiated (or is given them in ``args``), ``x`` and ``fun`` of the
    result are differentiable in them, by the implicit function theorem at the minimiser, forward and reverse to any
    order, bounds included. With ``constraints`` a derivative that is asked for raises `NotImplementedError`.

    Before the first step the gradient is compared with a difference quotient in one random direction, so that a
    derivative that is lost on the way (``detach``, a copy by another library) is noticed.

    A starting point with leading dimensions is a batch of problems: ``fun`` gets one vector, the methods are
    "L-BFGS" (the default), "Newton-CG" and "trust-ncg", and they run on the device of ``x0``, all members at once.

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
    x0 = detached(x0)
    if is_batch(x0):
        return minimize_batch(fun, x0, as_tuple(args), method, bounds, constraints, tol, options)
    kind = kind_of(x0)
    arguments = as_tuple(args)
    keywords: dict[str, Any] = {"method": method, "bounds": bounds, "constraints": constraints, "tol": tol}
    keywords |= {"callback": callback, "options": options}
    if any(isinstance(b, Tensor) and is_tracked(b, batched=False) for b in pytree.tree_leaves(bounds)):
        raise NotImplementedError("minimize: there is no derivative in the bounds; give them detached")
    looked = False
    if differentiation_active():
        start = start_tensor(x0, kind)
        valued = (lambda *a: fun(*a)[0]) if jac is True else fun
        objective = objective_of(valued, arguments, kind, "minimize")
        looked = start is not None
        if start is not None and is_captive(objective, start):
            return _differentiable_minimize(objective, start, kind, keywords)
    result = _minimize_on_host(fun, x0, arguments, jac=jac, hess=hess, hessp=hessp, **keywords)
    if looked:
        result.nfev = result.get("nfev", 0) + 1
    return result


def _differentiable_minimize(objective: Any, start: Tensor, kind: ArrayKind, keywords: dict[str, Any]) -> Any:
    """SciPy's result with derivatives in what the objective closes over; its derivatives are always exact ones."""
    results: list[Any] = []

    def solver(function: Any, x: Tensor) -> Any:
        results.append(_minimize_on_host(lambda x: function(x), x, (), **keywords))
        return results[-1].x.to(x.dtype), results[-1].success, results[-1].get("nit", 0)

    lower, upper = _limits(_host_bounds(keywords["bounds"]), len(start))
    bound = keywords["bounds"] is not None
    residual = stationarity(objective, kind.leaf(lower) if bound else None, kind.leaf(upper) if bound else None)
    constrained = _method_name(None, None, keywords["constraints"]) == "slsqp"
    reason = "minimize: there is no derivative of a minimiser under constraints other than bounds"
    linear = Refused(reason) if constrained else None
    x, success = differentiable_point(residual, objective, start, solver, linear)
    result = results[-1]
    result.x, result.fun = kind.result(x), kind.result(objective(x).reshape(()))
    result.success = bool(success) if not is_transformed(success) else success
    return in_callers_kind(result, kind)


def _minimize_on_host(
    fun: Callable[..., Any],
    x0: Any,
    args: tuple[Any, ...],
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
    """SciPy's algorithm with exact derivatives."""
    kind = kind_of(x0)
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
