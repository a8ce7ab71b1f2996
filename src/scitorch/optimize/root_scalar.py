"""Roots of functions of one number, by every method of SciPy, and batches of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.func.implicit import solution_of
from scitorch.func.linear_solvers import Diagonal

from .brackets import chandrupatla, newton_elementwise
from .caller_arrays import ArrayKind, as_tuple, host, kind_of, tensor_of
from .closure_derivatives import objective_of

__all__ = ["bisect", "brenth", "brentq", "newton", "ridder", "root_scalar", "toms748"]

Function = Callable[..., Any]
_BRACKETING = ("bisect", "brentq", "brenth", "ridder", "toms748")


def root_scalar(
    f: Function,
    args: Any = (),
    method: str | None = None,
    bracket: Any = None,
    fprime: Any = None,
    fprime2: Any = None,
    x0: Any = None,
    x1: Any = None,
    xtol: float | None = None,
    rtol: float | None = None,
    maxiter: int | None = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """Find a root of a function of one number, differentiable in everything the function depends on beside it.

    Parameters
    ----------
    f : callable
        ``f(x, *args)``, a number; for a batch an array of the shape of ``x``, element by element.
    args : tuple, optional
        Further arguments.
    method : {"bisect", "brentq", "brenth", "ridder", "toms748", "newton", "secant", "halley"}, optional
        As in `scipy.optimize.root_scalar`. Without one, "brentq" if there is a bracket, else "newton".
    bracket : pair of numbers or arrays
        Points between which the function changes its sign. With arrays, every element is a problem of its own,
        solved on the device of the arrays by Chandrupatla's method whatever the bracketing method's name.
    fprime, fprime2 : callable, optional
        For SciPy's own iteration on one number; exact derivatives are supplied where they are not given.
    x0, x1 : number or array, optional
        Starting points. An array ``x0`` is a batch, solved by Newton's method, or Halley's if asked for.
    xtol, rtol, maxiter, options
        As in SciPy.

    Returns
    -------
    scipy.optimize.RootResults
        ``root`` in the kind of the bracket or starting point; for a batch ``root``, ``converged`` and ``iterations``
        are arrays, and an element without a change of sign is not converged and nan.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import grad
    >>> from scitorch.optimize import root_scalar
    >>> cube_root = lambda a: root_scalar(lambda x: x**3 - a, bracket=(torch.zeros_like(a), a)).root
    >>> grad(cube_root)(torch.tensor(8.0, dtype=torch.float64))
    tensor(0.0833, dtype=torch.float64)
    """
    ends = None if bracket is None else tuple(bracket)
    if ends is not None and len(ends) != 2:
        raise ValueError(f"root_scalar: a bracket is two points, not {len(ends)}")
    first = ends[0] if ends is not None else x0
    if first is None:
        raise ValueError("root_scalar: neither a bracket nor a starting point is given")
    name = (method or ("brentq" if ends is not None else "newton")).lower()
    if name in _BRACKETING and ends is None:
        raise ValueError(f"root_scalar: the method {name!r} needs a bracket")
    if name not in (*_BRACKETING, "newton", "secant", "halley"):
        raise ValueError(f"root_scalar: there is no method {method!r}")
    kind = kind_of(first)
    function = objective_of(f, as_tuple(args), kind, "root_scalar")
    points = [_number(p, kind) for p in (ends or ()) or (x0,)]
    given = {"xtol": xtol, "rtol": rtol, "maxiter": maxiter} | (options or {})
    results: list[Any] = []
    if any(p.ndim for p in points):
        points = list(torch.broadcast_tensors(*points))
        eps = torch.finfo(kind.dtype).eps
        tolerances: tuple[Any, Any, Any]
        tolerances = given["xtol"] or (2e-12 if eps < 1e-12 else eps), given["rtol"] or 4 * eps, given["maxiter"] or 200

        def batch_solver(g: Function, x: Tensor) -> Any:
            if name in _BRACKETING:
                return chandrupatla(g, *ends_of(x), *tolerances)
            return newton_elementwise(g, x, *tolerances, name == "halley")

        # both ends reach the solver in one tensor, so that transforms see them
        start = torch.stack(points) if name in _BRACKETING else points[0]

        def ends_of(x: Tensor) -> tuple[Tensor, Tensor]:
            return x[0], x[1]

        x, success, nit, _ = solution_of(function, batch_solver, start, (), Diagonal(), example=points[0])
        return _results(kind.result(x), kind.result(success), kind.result(nit), name)

    def solver(g: Function, x: Tensor) -> Any:
        with torch.enable_grad():
            results.append(_on_host(g, x, name, fprime, fprime2, x1, given, kind))
        found = results[-1]
        return torch.as_tensor(found.root, dtype=kind.dtype), found.converged, found.iterations

    start = torch.stack([p.detach() for p in points]) if len(points) == 2 else points[0].detach()
    x, *_ = solution_of(
        lambda x: function(x).reshape(x.shape), solver, start, (), Diagonal(), example=points[0].detach(), on_host=True
    )
    result = results[-1]
    result.root = kind.result(x)
    return result


def _number(value: Any, kind: ArrayKind) -> Tensor:
    found = tensor_of(value)
    if found is None:
        found = torch.as_tensor(host(value))
    return found.detach().to(kind.dtype)


def _results(root: Any, converged: Any, nit: Any, method: str) -> Any:
    from scipy.optimize import RootResults

    result = RootResults(root=root, iterations=nit, function_calls=nit, flag=0, method=method)
    result.converged, result.flag = converged, "converged where it says so"
    return result


def _on_host(
    g: Function, start: Tensor, name: str, fprime: Any, fprime2: Any, x1: Any, given: dict[str, Any], kind: ArrayKind
) -> Any:
    """SciPy's iteration on one number."""
    import scipy.optimize

    def value(x: float) -> float:
        return float(g(torch.tensor(float(x), dtype=kind.dtype, device=kind.device)).detach().reshape(()))

    def derivative(order: int, user: Any) -> Any:
        if callable(user):
            return lambda x: float(host(user(kind.trace(torch.tensor(float(x), dtype=kind.dtype)))))
        inner = lambda x: g(x).reshape(())  # noqa: E731
        for _ in range(order):
            inner = torch.func.grad(inner)
        return lambda x: float(inner(torch.tensor(float(x), dtype=kind.dtype, device=kind.device)))

    keywords = {k: host(v) for k, v in given.items() if v is not None}
    if name in _BRACKETING:
        return scipy.optimize.root_scalar(value, method=name, bracket=[float(p) for p in start], **keywords)
    if name in ("newton", "halley"):
        keywords["fprime"] = derivative(1, fprime)
    if name == "halley":
        keywords["fprime2"] = derivative(2, fprime2)
    if name == "secant" and x1 is not None:
        keywords["x1"] = float(host(x1))
    return scipy.optimize.root_scalar(value, method=name, x0=float(start.reshape(-1)[0]), **keywords)


def _bracketing(name: str) -> Function:
    def solve(
        f: Function,
        a: Any,
        b: Any,
        args: Any = (),
        xtol: float = 2e-12,
        rtol: float = 4 * numpy.finfo(float).eps,
        maxiter: int = 100,
        full_output: bool = False,
        disp: bool = True,
    ) -> Any:
        result = root_scalar(f, args, name, (a, b), xtol=xtol, rtol=rtol, maxiter=maxiter)
        if disp and isinstance(result.converged, bool | numpy.bool_) and not result.converged:
            raise RuntimeError(f"Failed to converge after {result.iterations} iterations.")
        return (result.root, result) if full_output else result.root

    solve.__name__ = solve.__qualname__ = name
    solve.__doc__ = f"""Find a root between two points of opposite sign, as `scipy.optimize.{name}` does.

    Parameters, batches and derivatives are those of `root_scalar`.
    """
    return solve


bisect, brentq, brenth = _bracketing("bisect"), _bracketing("brentq"), _bracketing("brenth")
ridder, toms748 = _bracketing("ridder"), _bracketing("toms748")


def newton(
    func: Function,
    x0: Any,
    fprime: Any = None,
    args: Any = (),
    tol: float = 1.48e-8,
    maxiter: int = 50,
    fprime2: Any = None,
    x1: Any = None,
    rtol: float = 0.0,
    full_output: bool = False,
    disp: bool = True,
) -> Any:
    """Find a root from a starting point, as `scipy.optimize.newton` does, with exact derivatives.

    Without ``fprime`` and ``x1`` it is Newton's method with the exact derivative, where SciPy's is the secant method.
    Batches and derivatives are those of `root_scalar`.
    """
    name = "halley" if fprime2 is not None else "secant" if x1 is not None else "newton"
    result = root_scalar(func, args, name, None, fprime, fprime2, x0, x1, xtol=tol, rtol=rtol or None, maxiter=maxiter)
    single = isinstance(result.converged, bool | numpy.bool_)
    if disp and single and not result.converged:
        raise RuntimeError(f"Failed to converge after {result.iterations} iterations, value is {result.root}.")
    return (result.root, result) if full_output else result.root
