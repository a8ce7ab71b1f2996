"""``minimize_scalar``: minimisers of functions of one number, differentiable in what the function closes over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .caller_arrays import as_tuple, host, kind_of, tensor_of
from .closure_derivatives import differentiable_point, is_captive, objective_of

__all__ = ["minimize_scalar"]


def minimize_scalar(
    fun: Callable[..., Any],
    bracket: Any = None,
    bounds: Any = None,
    args: Any = (),
    method: Any = None,
    tol: float | None = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """Minimise a function of one number by SciPy's methods, which need no derivative.

    Parameters
    ----------
    fun : callable
        ``fun(x, *args)``, one number.
    bracket, bounds, args, method, tol, options
        As in `scipy.optimize.minimize_scalar`.

    Returns
    -------
    scipy.optimize.OptimizeResult
        ``x`` and ``fun`` in the kind of the bracket or bounds. Where ``fun`` closes over differentiated tensors they
        are differentiable, by the implicit function theorem at the minimiser; a bound that holds it counts.

    Notes
    -----
    SciPy's methods find a minimiser to the square root of rounding, and the derivatives are as exact as that.

    Examples
    --------
    >>> import torch
    >>> from scitorch.optimize import minimize_scalar
    >>> a = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    >>> minimize_scalar(lambda x: (x**2 - a) ** 2, bounds=(torch.tensor(0.5), 3.0)).x.backward()
    >>> a.grad
    tensor(0.3536, dtype=torch.float64)
    """
    import scipy.optimize

    given = bounds if bounds is not None else bracket if bracket is not None else ()
    kind = kind_of(next((x for x in given if x is not None), 0.0))
    dtype = torch.float64
    objective = objective_of(fun, as_tuple(args), kind, "minimize_scalar")
    keywords = {
        "bracket": _numbers(bracket),
        "bounds": _numbers(bounds),
        "method": method,
        "tol": tol,
        "options": options,
    }
    results: list[Any] = []

    def solver(function: Any, _x: Tensor) -> Any:
        with torch.no_grad():

            def value(x: Any) -> float:
                return float(function(torch.tensor([float(x)], dtype=dtype, device=kind.device)).reshape(()))

            results.append(scipy.optimize.minimize_scalar(value, **keywords))
        found = results[-1]
        return torch.tensor([float(found.x)], dtype=dtype, device=kind.device), found.get("success", True), found.nit

    def of_vector(x: Tensor) -> Tensor:
        return objective(x[0]).reshape(())

    limits = [] if bounds is None else [_vector(b, dtype, kind.device) for b in bounds]
    start = torch.tensor([(_numbers(given) or (0.0,))[0]], dtype=dtype, device=kind.device)
    # SciPy stays inside of the bounds by its tolerance: a minimiser as near as that is held by the bound
    near = 0.0 if bounds is None else _near(limits, options)
    equations = _held(of_vector, limits, near)
    if is_captive(equations, start):
        x, _ = differentiable_point(equations, of_vector, start, solver)
    else:
        x = solver(of_vector, start)[0]
    result = results[-1]
    result.x, result.fun = kind.result(x[0]), kind.result(of_vector(x))
    return result


def _numbers(values: Any) -> tuple[float, ...] | None:
    if values is None:
        return None
    return tuple([float(x.detach()) if isinstance(x, Tensor) else float(host(x)) for x in values])


def _vector(bound: Any, dtype: torch.dtype, device: Any) -> Tensor:
    found = tensor_of(bound)
    return torch.tensor([float(bound)], dtype=dtype, device=device) if found is None else found.to(dtype).reshape(1)


def _near(limits: list[Tensor], options: dict[str, Any] | None) -> float:
    # the step of the bounded method that is kept from the ends: sqrt(eps) |x| + xatol / 3
    largest = max(abs(float(b.detach())) for b in limits)
    return 2 * (float(torch.finfo(torch.float64).eps) ** 0.5 * largest + float((options or {}).get("xatol", 1e-5)))


def _held(objective: Callable[[Tensor], Tensor], limits: list[Tensor], near: float) -> Callable[[Tensor], Tensor]:
    """The equation of a minimiser: no slope, or a slope out of the bounds and the bound itself."""

    def residual(x: Tensor) -> Tensor:
        slope = torch.func.grad(objective)(x)
        if limits:
            lower, upper = limits
            held = torch.where((x <= lower + near) & (slope > 0), x - lower, slope)
            slope = torch.where((x >= upper - near) & (slope < 0), x - upper, held)
        return slope

    return residual
