"""``curve_fit``: fitting a function to data with the exact Jacobian in the parameters."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy
import torch

from .caller_arrays import ArrayKind, host, kind_of
from .derivative_check import warn_of_differences
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
