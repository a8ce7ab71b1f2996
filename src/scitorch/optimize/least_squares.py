"""``least_squares``: nonlinear least squares with the exact Jacobian."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy

from .caller_arrays import adapted, as_tuple, host, in_callers_kind, kind_of, starting_point
from .derivative_check import warn_of_differences
from .root import check_system
from .traced_function import TracedFunction
from .tracing_watch import UntraceableError


def least_squares(
    fun: Callable[..., Any],
    x0: Any,
    jac: Any = None,
    bounds: Any = (-numpy.inf, numpy.inf),
    *,
    args: Any = (),
    kwargs: dict[str, Any] | None = None,
    loss: Any = "linear",
    jac_sparsity: Any = None,
    **keywords: Any,
) -> Any:
    """Solve a nonlinear least-squares problem with bounds, with the exact Jacobian where none is given.

    Parameters
    ----------
    fun : callable
        Residuals ``fun(x, *args, **kwargs) -> array_like``, shape (n,) to (m,). It is called with an array that
        carries a gradient.
    x0 : array_like, shape (n,)
        Starting point; its kind is what ``fun`` and the result get.
    jac : callable or {"2-point", "3-point", "cs"}, optional
        By default exact (SciPy's default is "2-point"). With ``jac_sparsity``, grouped differences as in SciPy.
    bounds, args, kwargs, loss, jac_sparsity
        As in `scipy.optimize.least_squares`.
    **keywords
        ``method``, ``ftol``, ``xtol``, ``gtol``, ``x_scale``, ``f_scale``, ``diff_step``, ``tr_solver``,
        ``tr_options``, ``max_nfev``, ``verbose``, as in SciPy.

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
    >>> from scitorch.optimize import least_squares
    >>> t = np.linspace(0.0, 1.0, 20)
    >>> fit = least_squares(lambda p: p[0] * np.exp(-p[1] * t) - 2 * np.exp(-3 * t), [1.0, 1.0])
    >>> np.round(fit.x, 6)
    array([2., 3.])
    """
    import scipy.optimize

    kind, start = kind_of(x0), starting_point(x0)
    residuals = partial(fun, **kwargs) if kwargs else fun
    args = as_tuple(args)
    common = {k: host(v) for k, v in keywords.items()} | {
        "bounds": host(bounds),
        "loss": (lambda z: host(loss(kind.result(kind.leaf(z))))) if callable(loss) else loss,
    }
    if jac is None and jac_sparsity is None and start.ndim == 1 and start.dtype.kind == "f":
        traced = TracedFunction(residuals, args, kind)
        try:
            lower, upper = (bounds.lb, bounds.ub) if hasattr(bounds, "lb") else common["bounds"]
            check_system(traced, start, lower, upper)
            found = scipy.optimize.least_squares(traced.vector, start, jac=traced.jacobian, **common)
            return in_callers_kind(found, kind)
        except UntraceableError as reason:
            warn_of_differences("least_squares", reason)
    derivative = "2-point" if jac is None else jac
    if callable(jac):
        derivative = adapted(partial(jac, **kwargs) if kwargs else jac, kind, args)
    found = scipy.optimize.least_squares(
        adapted(residuals, kind, args), start, jac=derivative, jac_sparsity=jac_sparsity, **common
    )
    return in_callers_kind(found, kind)
