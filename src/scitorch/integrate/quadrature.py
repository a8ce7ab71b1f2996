"""Integrals of functions, differentiable in the limits and in everything the integrand depends on."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from scitorch.func.captures import closed
from scitorch.op.function_rule import apply_rule

from .arrays import Kind
from .integral_rule import Integral, infinite_sign
from .schemes import DoubleExponential, GaussKronrod, gauss_legendre

__all__ = ["fixed_quad", "quad", "quad_vec", "tanhsinh"]

Function = Callable[..., Any]


class _Found(NamedTuple):
    value: Tensor
    error: Tensor
    evaluations: Tensor
    success: Tensor
    shape: tuple[int, ...]


def _integrate(
    name: str, function: Function, a: Any, b: Any, args: tuple[Any, ...], kind: Kind, scheme: Function
) -> _Found:
    """Close the integrand and apply the rule of the integral."""
    low, high = kind.tensor(a, kind.real), kind.tensor(b, kind.real)
    signs = infinite_sign(_plain(a)), infinite_sign(_plain(b))
    shapes: list[tuple[int, ...]] = []

    def f(x: Tensor) -> Tensor:
        value = kind.tensor(function(kind.trace(x), *args))
        if not (value.is_floating_point() or value.is_complex()):
            value = value.to(kind.dtype)
        shapes[:] = [tuple(value.shape)]
        return value.reshape(-1)

    # a point inside, where the function is defined if it is anywhere
    inside = torch.where(torch.isfinite(low), low, -1.0) * 0.5 + torch.where(torch.isfinite(high), high, 1.0) * 0.5
    if signs[0] and not signs[1]:
        inside = high.detach() + signs[0]
    elif signs[1] and not signs[0]:
        inside = low.detach() + signs[1]
    found = closed(f, inside.detach())
    with torch.no_grad():
        try:
            torch.func.vmap(f)(torch.stack([inside.detach(), inside.detach()]))
            pointwise = False
        except Exception:
            f(inside.detach())  # an error of the function itself is raised here
            pointwise = True
    place = [x.detach() if sign else x for x, sign in zip((low, high), signs)]
    finite = [torch.zeros_like(x) if sign else x for x, sign in zip(place, signs)]
    rule = Integral(lambda theta, x: found(theta, x), scheme, *signs, pointwise=pointwise)
    value, error, evaluations, success = apply_rule(rule, *finite, *found.captured)
    return _Found(value, error, evaluations, success, shapes[0])


def _plain(limit: Any) -> float:
    if isinstance(limit, int | float):
        return float(limit)
    value = Kind(()).tensor(limit, torch.float64)
    try:
        return float(value.detach())
    except RuntimeError:  # one of a batch, which is finite
        return 0.0


def quad(
    func: Function,
    a: Any,
    b: Any,
    args: Any = (),
    full_output: int = 0,
    epsabs: float = 1.49e-8,
    epsrel: float = 1.49e-8,
    limit: int = 50,
    points: Any = None,
    weight: Any = None,
    wvar: Any = None,
    wopts: Any = None,
    maxp1: int = 50,
    limlst: int = 50,
    complex_func: bool = False,
) -> Any:
    """Integrate a function of one number.

    Parameters
    ----------
    func : callable
        ``func(x, *args)``, one real (or with ``complex_func`` complex) number. It is evaluated at many points at once
        by ``vmap``, or where it cannot be, point by point.
    a, b : float
        Limits, which may be infinite.
    args, epsabs, epsrel, points
        As in `scipy.integrate.quad`.
    limit : int
        Number of intervals; at least 500 are allowed, since there is no extrapolation.
    weight, wvar, wopts, maxp1, limlst
        Weighted integrals are not there; asking for one raises `NotImplementedError`.

    Returns
    -------
    y : array
        The integral, differentiable to any order, forward and reverse, in the limits (by Leibniz' rule), in ``args``
        and in everything ``func`` closes over: the derivative is an integral of its own, to the same tolerance.
    abserr : array
        Estimate of the error.
    infodict : dict
        With ``full_output``: ``neval`` and whether the tolerance was met.

    Warns
    -----
    RuntimeWarning
        If the tolerance is not met.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import grad
    >>> from scitorch.integrate import quad
    >>> zero = torch.tensor(0.0, dtype=torch.float64)
    >>> gamma = lambda s: quad(lambda x: x ** (s - 1) * torch.exp(-x), zero, torch.inf)[0]
    >>> gamma(torch.tensor(5.0, dtype=torch.float64)), grad(gamma)(torch.tensor(5.0, dtype=torch.float64))
    (tensor(24., dtype=torch.float64), tensor(36.1468, dtype=torch.float64))
    """
    if weight is not None:
        raise NotImplementedError("quad: weighted integrals are not there; write the weight into the function")
    args = args if isinstance(args, tuple) else (args,)
    kind = Kind((a, b, *args))
    dtype = kind.real
    scheme = GaussKronrod(
        max(epsabs, 0.0),
        max(epsrel, 50 * torch.finfo(dtype).eps),
        max(limit, 500),
        dtype,
        kind.device or torch.device("cpu"),
    )
    ends = [a, *sorted(_plain(p) for p in points), b] if points is not None else [a, b]
    found = [_integrate("quad", func, x, y, args, kind, scheme) for x, y in itertools.pairwise(ends)]
    if any(math.prod(f.shape) != 1 for f in found):
        raise ValueError(f"quad: the function returns an array of shape {found[0].shape}, not one number; see quad_vec")
    value = torch.stack([f.value.reshape(()) for f in found]).sum()
    error = torch.stack([f.error.reshape(()) for f in found]).sum()
    if value.is_complex() and not complex_func:
        raise TypeError("quad: the function returns complex numbers; say complex_func=True")
    met = all(bool(f.success) for f in found)
    if not met:
        warnings.warn("quad: the tolerance was not met", RuntimeWarning, stacklevel=2)
    result = kind.result(value), kind.result(error)
    if not full_output:
        return result
    return *result, {"neval": sum(int(f.evaluations) for f in found), "success": met}


def quad_vec(
    f: Function,
    a: Any,
    b: Any,
    epsabs: float = 1e-200,
    epsrel: float = 1e-8,
    norm: str = "2",
    cache_size: float = 100e6,
    limit: int = 10000,
    workers: Any = 1,
    points: Any = None,
    quadrature: Any = None,
    full_output: bool = False,
    *,
    args: Any = (),
) -> Any:
    """Integrate a function of one number whose values are arrays.

    Parameters
    ----------
    f, a, b, epsabs, epsrel, limit, points, full_output, args
        As in `scipy.integrate.quad_vec`; the tolerance holds for every component, and the rule is that of order 21.
    norm, cache_size, workers, quadrature
        Accepted and not used.

    Returns
    -------
    res : array
        Differentiable as in `quad`.
    err : array
        Largest error of a component.
    """
    args = args if isinstance(args, tuple) else (args,)
    kind = Kind((a, b, *args))
    dtype = kind.real
    scheme = GaussKronrod(
        max(epsabs, torch.finfo(dtype).tiny), max(epsrel, 50 * torch.finfo(dtype).eps), limit, dtype,
        kind.device or torch.device("cpu"),
    )  # fmt: skip
    ends = [a, *sorted(_plain(p) for p in points), b] if points is not None else [a, b]
    found = [_integrate("quad_vec", f, x, y, args, kind, scheme) for x, y in itertools.pairwise(ends)]
    value = torch.stack([part.value for part in found]).sum(0).reshape(found[0].shape)
    error = torch.stack([part.error for part in found]).sum(0).max()
    result = kind.result(value), kind.result(error)
    if not full_output:
        return result
    from scipy.optimize import OptimizeResult

    success = all(bool(part.success) for part in found)
    return *result, OptimizeResult(success=success, neval=sum(int(part.evaluations) for part in found))


def tanhsinh(
    f: Function,
    a: Any,
    b: Any,
    *,
    args: Any = (),
    log: bool = False,
    maxlevel: int | None = None,
    minlevel: int = 2,
    atol: float | None = None,
    rtol: float | None = None,
    preserve_shape: bool = False,
    callback: Any = None,
) -> Any:
    """Integrate by the double-exponential rule, which endures singularities at the ends.

    Parameters
    ----------
    f : callable
        ``f(x, *args)``, element by element.
    a, b : number or array
        Limits; of arrays every element is an integral of its own.
    args, maxlevel, minlevel, atol, rtol
        As in `scipy.integrate.tanhsinh`.
    log, callback
        Not there: asking for them raises `NotImplementedError`.
    preserve_shape : bool
        Whether ``f`` of one number may return an array.

    Returns
    -------
    OptimizeResult
        ``integral``, differentiable as in `quad`, ``error``, ``success``, ``nfev``.
    """
    if log or callback is not None:
        raise NotImplementedError("tanhsinh: neither log=True nor a callback")
    args = args if isinstance(args, tuple) else (args,)
    kind = Kind((a, b, *args))
    eps = torch.finfo(kind.real).eps
    device = kind.device or torch.device("cpu")
    scheme = DoubleExponential(atol or 0.0, rtol or eps**0.75, minlevel, maxlevel or 10, kind.real, device)
    low, high = kind.tensor(a, kind.real), kind.tensor(b, kind.real)
    extra = [kind.tensor(x) for x in args]
    if low.ndim == 0 and high.ndim == 0 and (preserve_shape or all(x.ndim == 0 for x in extra)):
        parts = [_integrate("tanhsinh", f, low, high, args, kind, scheme)]
        value, error = parts[0].value.reshape(parts[0].shape), parts[0].error.reshape(parts[0].shape)
    else:
        low, high, *extra = torch.broadcast_tensors(low, high, *extra)
        shape, lists = low.shape, [x.reshape(-1) for x in (low, high, *extra)]
        parts = [
            _integrate("tanhsinh", f, x, y, tuple([kind.trace(r) for r in rest]), kind, scheme)
            for x, y, *rest in zip(*lists)
        ]
        value = torch.stack([p.value.reshape(()) for p in parts]).reshape(shape)
        error = torch.stack([p.error.reshape(()) for p in parts]).reshape(shape)
    from scipy.optimize import OptimizeResult

    success = torch.stack([p.success for p in parts]).reshape(value.shape if len(parts) > 1 else ())
    evaluations = sum(int(p.evaluations) for p in parts)
    return OptimizeResult(
        integral=kind.result(value), error=kind.result(error), success=kind.result(success), nfev=evaluations
    )


def fixed_quad(func: Function, a: Any, b: Any, args: Any = (), n: int = 5) -> tuple[Any, None]:
    """Integrate by Gauss-Legendre quadrature of order ``n``: as `scipy.integrate.fixed_quad`, differentiable."""
    args = args if isinstance(args, tuple) else (args,)
    kind = Kind((a, b, *args))
    low, high = kind.tensor(a, kind.real), kind.tensor(b, kind.real)
    if bool(torch.isinf(low.detach()).any()) or bool(torch.isinf(high.detach()).any()):
        raise ValueError("Gaussian quadrature is only available for finite limits.")
    nodes, weights = (kind.tensor(torch.tensor(v, dtype=torch.float64), kind.real) for v in gauss_legendre(n))
    nodes, weights = nodes.to(low.dtype), weights.to(low.dtype)
    values = kind.tensor(func(kind.trace((high - low) * (nodes + 1) / 2 + low), *args))
    return kind.result((high - low) / 2 * (weights * values).sum(-1)), None
