"""``root`` and ``fsolve``: systems of equations with the exact Jacobian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from scitorch.func.captures import differentiation_active
from scitorch.op.torch_private import is_transformed

from .batches import is_batch, root_batch
from .caller_arrays import adapted, as_tuple, detached, host, in_callers_kind, kind_of, start_tensor, starting_point
from .closure_derivatives import differentiable_point, is_captive, objective_of
from .derivative_check import check_derivative, warn_of_differences
from .traced_function import TracedFunction
from .tracing_watch import UntraceableError

_JACOBIAN = frozenset({"hybr", "lm"})


def root(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str = "hybr",
    jac: Any = None,
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """Find a root of a vector function, with the exact Jacobian where none is given.

    The root is differentiable in everything that ``fun`` closes over and in ``args``, by the implicit function theorem.
    A Tensor or array ``x0`` with leading dimensions is a batch, solved by Newton's method on its device.

    Parameters
    ----------
    fun : callable
        ``fun(x, *args) -> array_like``, shape (n,) to (n,). It is called with an array that carries a gradient.
    x0 : array_like, shape (n,)
        Starting point; its kind is what ``fun`` and the result get.
    jac : callable or bool, optional
        By default exact for the methods that use a Jacobian, "hybr" and "lm".
    args, method, tol, callback, options
        As in `scipy.optimize.root`.

    Returns
    -------
    scipy.optimize.OptimizeResult
        Arrays in the kind of ``x0``.

    Warns
    -----
    RuntimeWarning
        Where ``fun`` cannot be differentiated: the reason, and that SciPy's differences are used.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.optimize import root
    >>> solution = root(lambda x: [x[0] * np.cos(x[1]) - 4, x[0] * x[1] - x[1] - 5], [1.0, 1.0])
    >>> np.round(solution.x, 6)
    array([6.504097, 0.908414])
    """
    x0 = detached(x0)
    if is_batch(x0):
        return root_batch(fun, x0, as_tuple(args), method, tol, options)
    kind, args = kind_of(x0), as_tuple(args)
    valued = (lambda *a: fun(*a)[0]) if jac is True else fun
    keywords: dict[str, Any] = {"method": method, "tol": tol, "callback": callback, "options": options}
    found = _differentiable_root(valued, x0, args, kind, keywords)
    return _root_on_host(fun, x0, args, jac=jac, **keywords) if found is None else found


def _differentiable_root(fun: Any, x0: Any, args: tuple[Any, ...], kind: Any, keywords: dict[str, Any]) -> Any:
    """SciPy's result with derivatives in what the function closes over; None where it closes over nothing such."""
    if not differentiation_active():
        return None
    start, objective = start_tensor(x0, kind), objective_of(fun, args, kind, "root")
    if start is None or not is_captive(objective, start):
        return None
    results: list[Any] = []

    def solver(function: Any, x: Any) -> Any:
        results.append(_root_on_host(function, x, (), **keywords))
        return results[-1].x.to(x.dtype), results[-1].success, results[-1].get("nit", 0)

    x, success = differentiable_point(lambda x: objective(x).reshape(-1), objective, start, solver)
    result = results[-1]
    result.x, result.fun = kind.result(x), kind.result(objective(x))
    result.success = success if is_transformed(success) else bool(success)
    return in_callers_kind(result, kind)


def _root_on_host(
    fun: Callable[..., Any],
    x0: Any,
    args: tuple[Any, ...],
    method: str = "hybr",
    jac: Any = None,
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """SciPy's algorithm with the exact Jacobian."""
    import scipy.optimize

    kind, start = kind_of(x0), starting_point(x0)
    common: dict[str, Any] = {
        "method": method,
        "tol": tol,
        "callback": None if callback is None else adapted(callback, kind),
        "options": None if options is None else {k: host(v) for k, v in options.items()},
    }
    exact = (jac is None or jac is False) and method.lower() in _JACOBIAN
    if exact and start.ndim == 1 and start.dtype.kind == "f":
        traced = TracedFunction(fun, args, kind)
        try:
            check_system(traced, start)
            found = scipy.optimize.root(traced.vector, start, jac=traced.jacobian, **common)
            return in_callers_kind(found, kind)
        except UntraceableError as reason:
            warn_of_differences("root", reason)
    derivative = adapted(jac, kind, args) if callable(jac) else jac
    return in_callers_kind(scipy.optimize.root(adapted(fun, kind, args), start, jac=derivative, **common), kind)


def fsolve(
    func: Callable[..., Any],
    x0: Any,
    args: Any = (),
    fprime: Callable[..., Any] | None = None,
    full_output: bool = False,
    col_deriv: bool = False,
    **keywords: Any,
) -> Any:
    """Find the roots of a function, with the exact Jacobian where none is given; differentiable as `root` is.

    Parameters
    ----------
    func, x0, args, full_output, col_deriv
        As in `scipy.optimize.fsolve`.
    fprime : callable, optional
        The Jacobian; exact by default.
    **keywords
        ``xtol``, ``maxfev``, ``band``, ``epsfcn``, ``factor``, ``diag``, as in SciPy.

    Returns
    -------
    x : array of the kind of ``x0``
    infodict, ier, mesg
        With ``full_output``, as in SciPy.

    Warns
    -----
    RuntimeWarning
        Where ``func`` cannot be differentiated: the reason, and that SciPy's differences are used.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.optimize import fsolve
    >>> np.round(fsolve(lambda x: x**2 - np.array([4.0, 9.0]), [1.0, 1.0]), 6)
    array([2., 3.])
    """
    import scipy.optimize

    x0 = detached(x0)
    kind, args = kind_of(x0), as_tuple(args)
    options = {k: v for k, v in keywords.items() if k != "fprime"}
    options |= {"col_deriv": col_deriv} if fprime is not None else {}
    solution = _differentiable_root(func, x0, args, kind, {"method": "hybr", "options": options})
    if solution is not None:
        if not full_output:
            return solution.x
        information = {k: solution[k] for k in ("nfev", "njev", "fjac", "qtf", "r") if k in solution}
        return solution.x, information | {"fvec": solution.fun}, solution.status, solution.message
    start = starting_point(x0)
    keywords = {k: host(v) for k, v in keywords.items()} | {"full_output": full_output}
    if fprime is None and start.ndim == 1 and start.dtype.kind == "f" and keywords.get("band") is None:
        traced = TracedFunction(func, args, kind)
        try:
            check_system(traced, start)
            found = scipy.optimize.fsolve(traced.vector, start, fprime=traced.jacobian, **keywords)
            return _solution(found, kind, full_output)
        except UntraceableError as reason:
            warn_of_differences("fsolve", reason)
    derivative = None if fprime is None else adapted(fprime, kind, args)
    found = scipy.optimize.fsolve(adapted(func, kind, args), start, fprime=derivative, col_deriv=col_deriv, **keywords)
    return _solution(found, kind, full_output)


def _solution(found: Any, kind: Any, full_output: bool) -> Any:
    if not full_output:
        return kind.array(found)
    x, information, *rest = found
    return (kind.array(x), in_callers_kind(information, kind), *rest)


def check_system(traced: TracedFunction, start: Any, lower: Any = -numpy.inf, upper: Any = numpy.inf) -> None:
    """Check the Jacobian of a vector-valued function at the starting point."""
    n = len(start)
    lower, upper = numpy.broadcast_to(lower, n), numpy.broadcast_to(upper, n)
    at_start = traced.vector(start)
    check_derivative(traced.plain, start, at_start.reshape(-1), traced.jacobian(start), lower, upper, traced.kind.eps)
