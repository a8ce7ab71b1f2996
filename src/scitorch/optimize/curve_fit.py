"""``curve_fit``: fitting a function to data with the exact Jacobian in the parameters."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy
import torch

from scitorch.func.captures import differentiation_active
from scitorch.op.torch_private import is_tracked

from .caller_arrays import ArrayKind, host, kind_of, starting_point, tensor_of
from .closure_derivatives import is_captive
from .derivative_check import warn_of_differences
from .least_squares import least_squares
from .root import check_system
from .traced_function import TracedFunction
from .tracing_watch import UntraceableError


def curve_fit(
    f: Callable[..., Any],
    xdata: Any,
    ydata: Any,
    p0: Any = None,
    sigma: Any = None,
    absolute_sigma: bool = False,
    check_finite: bool | None = None,
    bounds: Any = (-numpy.inf, numpy.inf),
    method: str | None = None,
    jac: Any = None,
    *,
    full_output: bool = False,
    nan_policy: str | None = None,
    **kwargs: Any,
) -> Any:
    """Fit ``f(x, *parameters)`` to data by nonlinear least squares, with exact derivatives in the parameters.

    Parameters and covariances are differentiable in the data, ``sigma`` and everything that ``f`` closes over.

    Parameters
    ----------
    f : callable
        The model ``f(x, a, b, ...) -> array``, shape (m,). It is called with parameters that carry gradients.
    xdata, ydata : array_like
        The data; the kind of ``xdata`` is what ``f`` and the result get.
    jac : callable or {"2-point", "3-point", "cs"}, optional
        By default exact.
    p0, sigma, absolute_sigma, check_finite, bounds, method, full_output, nan_policy, **kwargs
        As in `scipy.optimize.curve_fit`.

    Returns
    -------
    popt, pcov : arrays of the kind of ``xdata``, shapes (n,) and (n, n)
        With ``full_output`` followed by SciPy's information.

    Warns
    -----
    RuntimeWarning
        Where ``f`` cannot be differentiated: the reason, and that SciPy's differences are used.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.optimize import curve_fit
    >>> t = np.linspace(0.0, 1.0, 20)
    >>> popt, pcov = curve_fit(lambda t, a, b: a * np.exp(-b * t), t, 2 * np.exp(-3 * t), p0=[1.0, 1.0])
    >>> np.round(popt, 6)
    array([2., 3.])
    """
    import scipy.optimize

    kind = kind_of(xdata)
    if differentiation_active():
        given = [tensor_of(v) for v in (xdata, ydata, sigma)]
        followed = any(t is not None and is_tracked(t) for t in given)
        start = [1.0] * (len(inspect.signature(f).parameters) - 1) if p0 is None else p0
        point = kind.leaf(starting_point(start))
        model = _residuals(f, xdata, ydata, sigma, kind)
        if followed or is_captive(model, point):
            unknown = {"full_output": full_output, "check_finite": check_finite, "nan_policy": nan_policy, **kwargs}
            return _differentiable_fit(model, point, bounds, absolute_sigma, kind, unknown)
    common: dict[str, Any] = {
        "p0": host(p0),
        "sigma": host(sigma),
        "absolute_sigma": absolute_sigma,
        "check_finite": check_finite,
        "bounds": host(bounds),
        "method": method,
        "full_output": full_output,
        "nan_policy": nan_policy,
        **{k: host(v) for k, v in kwargs.items()},
    }
    data = (host(xdata), host(ydata))
    if jac is None:
        model = _Model(f, kind)
        try:
            found = scipy.optimize.curve_fit(model.values_like(f), *data, jac=model.jacobian, **common)
            return _in_kind(found, kind)
        except UntraceableError as reason:
            warn_of_differences("curve_fit", reason)

    def plain(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(x: Any, *parameters: Any) -> Any:
            with torch.no_grad():
                given = [kind.trace(torch.tensor(float(p), dtype=kind.dtype)) for p in parameters]
                return host(function(_data(x, kind), *given))

        return call

    derivative = plain(jac) if callable(jac) else jac
    return _in_kind(scipy.optimize.curve_fit(plain(f), *data, jac=derivative, **common), kind)


def _residuals(f: Callable[..., Any], xdata: Any, ydata: Any, sigma: Any, kind: ArrayKind) -> Any:
    def residuals(p: torch.Tensor) -> torch.Tensor:
        given = xdata if tensor_of(xdata) is None else kind.trace(tensor_of(xdata))  # type: ignore[arg-type]
        values = tensor_of(f(given, *[kind.trace(x) for x in p.unbind(0)]))
        target = tensor_of(ydata)
        assert values is not None
        difference = values - (torch.as_tensor(host(ydata), dtype=kind.dtype) if target is None else target)
        if sigma is None:
            return difference
        weights = tensor_of(sigma)
        return difference / (torch.as_tensor(host(sigma), dtype=kind.dtype) if weights is None else weights)

    return residuals


def _differentiable_fit(
    residuals: Any, point: torch.Tensor, bounds: Any, absolute_sigma: bool, kind: ArrayKind, unknown: dict[str, Any]
) -> Any:
    """Parameters and covariances with derivatives in the data and in what the model closes over."""
    given = sorted(k for k, v in unknown.items() if v)
    if given or residuals(point).ndim != 1:
        what = ", ".join(given) or "a matrix sigma"
        raise NotImplementedError(f"curve_fit: there are no derivatives of the fit with {what}")
    found = least_squares(residuals, point, bounds=bounds, xtol=1e-12, ftol=1e-12, gtol=1e-12)
    if not found.success:
        raise RuntimeError(f"Optimal parameters not found: {found.message}")
    jacobian = torch.func.jacrev(residuals)(found.x)
    covariance = torch.linalg.inv(jacobian.mT @ jacobian)
    if not absolute_sigma:
        covariance = covariance * (residuals(found.x) ** 2).sum() / (len(jacobian) - len(found.x))
    return kind.result(found.x), kind.result(covariance)


class _Model:
    """The model as a function of its parameter vector, for the data SciPy hands over."""

    def __init__(self, f: Callable[..., Any], kind: ArrayKind) -> None:
        self.f = f
        self.kind = kind
        self.checked = False
        self.x: Any = None
        self.traced = TracedFunction(self._of_vector, (), kind)
        self.traced._name = getattr(f, "__name__", type(f).__name__)

    def _of_vector(self, parameters: Any) -> Any:
        return self.f(self.x, *parameters)

    def values_like(self, f: Callable[..., Any]) -> Callable[..., Any]:
        """The model's values, with the signature of ``f``, from which SciPy counts the parameters."""

        @functools.wraps(f)
        def values(x: Any, *parameters: Any) -> Any:
            return self.traced.vector(self._at(x, parameters))

        return values

    def jacobian(self, x: Any, *parameters: Any) -> Any:
        """Derivatives of the values in the parameters, shape (m, n)."""
        point = self._at(x, parameters)
        if not self.checked:
            self.checked = True
            check_system(self.traced, point)
        return self.traced.jacobian(point)

    def _at(self, x: Any, parameters: tuple[Any, ...]) -> Any:
        if self.x is None:
            self.x = _data(x, self.kind)
        return numpy.array(parameters, dtype=float)


def _data(x: Any, kind: ArrayKind) -> Any:
    if isinstance(x, numpy.ndarray) and x.dtype.kind in "biufc":
        return kind.trace(torch.tensor(x, device=kind.device))
    return x


def _in_kind(found: Any, kind: ArrayKind) -> Any:
    popt, pcov, *rest = found
    return (kind.array(popt), kind.array(pcov), *rest)
