"""``least_squares``: nonlinear least squares with the exact Jacobian."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy
from torch import Tensor

from scitorch.func.captures import differentiation_active
from scitorch.op.torch_private import is_tracked, is_transformed, pytree

from .batches import is_batch, least_squares_batch
from .caller_arrays import (
    adapted,
    as_tuple,
    detached,
    host,
    in_callers_kind,
    kind_of,
    start_tensor,
    starting_point,
    tensor_of,
)
from .closure_derivatives import differentiable_point, is_captive, objective_of, stationarity
from .derivative_check import warn_of_differences
from .robust_losses import cost_of
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

    The solution is differentiable in everything that ``fun`` closes over and in ``args``, by the implicit function
    theorem with the exact Hessian. A Tensor or array ``x0`` with leading dimensions is a batch without bounds, solved
    by the Levenberg-Marquardt method on its device.

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
    limits = (bounds.lb, bounds.ub) if hasattr(bounds, "lb") else bounds
    given_bounds = map(tensor_of, pytree.tree_leaves(limits))
    if any(b is not None and is_tracked(b, batched=False) for b in given_bounds):
        raise NotImplementedError("least_squares: there is no derivative in the bounds; give them detached")
    x0 = detached(x0)
    if is_batch(x0):
        return least_squares_batch(
            partial(fun, **kwargs) if kwargs else fun, x0, as_tuple(args), bounds, loss, keywords
        )
    given = {"bounds": bounds, "kwargs": None, "loss": loss, **keywords}
    if differentiation_active():
        kind, bare = kind_of(x0), partial(fun, **kwargs) if kwargs else fun
        start, residuals = start_tensor(x0, kind), objective_of(bare, as_tuple(args), kind, "least_squares")
        if start is not None and is_captive(residuals, start):
            return _differentiable_least_squares(residuals, start, kind, given)
    keywords |= {"bounds": bounds, "args": args, "kwargs": kwargs, "loss": loss, "jac_sparsity": jac_sparsity}
    return _least_squares_on_host(fun, x0, jac, **keywords)


def _differentiable_least_squares(residuals: Any, start: Tensor, kind: Any, given: dict[str, Any]) -> Any:
    """SciPy's result with derivatives in what the residuals close over."""
    results: list[Any] = []

    def solver(function: Any, x: Tensor) -> Any:
        results.append(_least_squares_on_host(function, x, **given))
        return results[-1].x.to(x.dtype), results[-1].success, results[-1].nfev

    cost = cost_of(residuals, given["loss"], given.get("f_scale", 1.0))
    bounds = given["bounds"]
    lower, upper = (bounds.lb, bounds.ub) if hasattr(bounds, "lb") else host(bounds)
    limits = [kind.leaf(numpy.broadcast_to(b, start.shape).astype(float)) for b in (lower, upper)]
    x, success = differentiable_point(stationarity(cost, *limits), residuals, start, solver)
    result = results[-1]
    result.x, result.fun, result.cost = kind.result(x), kind.result(residuals(x)), kind.result(cost(x))
    result.success = success if is_transformed(success) else bool(success)
    return in_callers_kind(result, kind)


def _least_squares_on_host(
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
    """SciPy's algorithm with the exact Jacobian."""
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
