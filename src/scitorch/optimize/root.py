"""``root`` and ``fsolve``: systems of equations with the exact Jacobian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from .caller_arrays import adapted, as_tuple, host, in_callers_kind, kind_of, starting_point
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
    import scipy.optimize

    kind, args, start = kind_of(x0), as_tuple(args), starting_point(x0)
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
    """Find the roots of a function, with the exact Jacobian where none is given.

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

    kind, args, start = kind_of(x0), as_tuple(args), starting_point(x0)
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
