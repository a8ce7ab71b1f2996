"""Modified Bessel functions of the orders 0 and 1, plain and scaled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .evaluation import mpmath_function, order_of, with_order
from .modified_first_kind import _ive_derivative, iv
from .modified_second_kind import _kve_derivative, kv

_POSITIVE = Real(0.05, 30.0, hard=(1e-6, 1.0, 2.0, 5.0, 8.0, 100.0))
_GROWING = Real(-30.0, 30.0, hard=(0.0, 1e-6, 1.0, 2.0, 8.0, 300.0, -300.0))


def _fixed_mpmath(name: str, order: int, factor: Callable[[Any, Any], Any] | None = None) -> Callable[[Any], Any]:
    function = mpmath_function(name, factor)
    return lambda x: function(order, x)


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.i0"), "cuda": with_order(iv, 0.0)},
    partials={"x": lambda x, out: i1(x)},
    domain={"x": _GROWING},
    reference="scipy.special.i0",
    mpmath=_fixed_mpmath("besseli", 0),
)
def i0(x: Tensor) -> Tensor:
    """
    Modified Bessel function of the first kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        I₀(x).

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Its derivative is I₁, DLMF 10.29.3.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import i0
    >>> x = torch.tensor(2.0, dtype=torch.float64)
    >>> i0(x), torch.func.grad(i0)(x)
    (tensor(2.2796, dtype=torch.float64), tensor(1.5906, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.i1"), "cuda": with_order(iv, 1.0)},
    partials={"x": lambda x, out: 0.5 * (i0(x) + iv(order_of(x, 2.0), x))},
    domain={"x": _GROWING},
    reference="scipy.special.i1",
    mpmath=_fixed_mpmath("besseli", 1),
)
def i1(x: Tensor) -> Tensor:
    """
    Modified Bessel function of the first kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        I₁(x).

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is that of DLMF 10.29.1, which has no division by `x`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import i1
    >>> x = torch.tensor(0.0, dtype=torch.float64)
    >>> i1(x), torch.func.grad(i1)(x)
    (tensor(0., dtype=torch.float64), tensor(0.5000, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.k0"), "cuda": with_order(kv, 0.0)},
    partials={"x": lambda x, out: -k1(x)},
    domain={"x": _POSITIVE},
    reference="scipy.special.k0",
    mpmath=_fixed_mpmath("besselk", 0),
)
def k0(x: Tensor) -> Tensor:
    """
    Modified Bessel function of the second kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        K₀(x); infinite at 0 and nan left of it.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Its derivative is -K₁, DLMF 10.29.3.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import k0
    >>> k0(torch.tensor(2.0, dtype=torch.float64))
    tensor(0.1139, dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.k1"), "cuda": with_order(kv, 1.0)},
    partials={"x": lambda x, out: -0.5 * (k0(x) + kv(order_of(x, 2.0), x))},
    domain={"x": _POSITIVE},
    reference="scipy.special.k1",
    mpmath=_fixed_mpmath("besselk", 1),
)
def k1(x: Tensor) -> Tensor:
    """
    Modified Bessel function of the second kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        K₁(x); infinite at 0 and nan left of it.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is that of DLMF 10.29.1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import k1
    >>> k1(torch.tensor(2.0, dtype=torch.float64))
    tensor(0.1399, dtype=torch.float64)
    """


def _scaled_first(order: float) -> Callable[..., Tensor]:
    return lambda x, out=None: _ive_derivative(order_of(x, order), x, order_z=0 if out is None else 1)


def _scaled_second(order: float) -> Callable[..., Tensor]:
    return lambda x, out=None: _kve_derivative(order_of(x, order), x, order_v=0, order_z=0 if out is None else 1)


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.i0e"), "cuda": _scaled_first(0.0)},
    partials={"x": _scaled_first(0.0)},
    domain={"x": Real(-50.0, 50.0, hard=(1e-6, 1.0, 8.0, 300.0, 1e8))},
    kinks={"x": (0.0,)},
    reference="scipy.special.i0e",
    mpmath=_fixed_mpmath("besseli", 0, lambda mpmath, x: mpmath.exp(-abs(x))),
)
def i0e(x: Tensor) -> Tensor:
    """
    Modified Bessel function of the first kind of order 0, scaled by the exponential.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        ``exp(-|x|) I₀(x)``.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Derivatives as for `ive`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import i0e
    >>> x = torch.tensor(1e6, dtype=torch.float64)
    >>> i0e(x), torch.func.grad(i0e)(x)
    (tensor(0.0004, dtype=torch.float64), tensor(-1.9947e-10, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.i1e"), "cuda": _scaled_first(1.0)},
    partials={"x": _scaled_first(1.0)},
    domain={"x": Real(-50.0, 50.0, hard=(1e-6, 1.0, 8.0, 300.0, 1e8))},
    kinks={"x": (0.0,)},
    reference="scipy.special.i1e",
    mpmath=_fixed_mpmath("besseli", 1, lambda mpmath, x: mpmath.exp(-abs(x))),
)
def i1e(x: Tensor) -> Tensor:
    """
    Modified Bessel function of the first kind of order 1, scaled by the exponential.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        ``exp(-|x|) I₁(x)``.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Derivatives as for `ive`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import i1e
    >>> i1e(torch.tensor(1000.0, dtype=torch.float64))
    tensor(0.0126, dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.k0e"), "cuda": _scaled_second(0.0)},
    partials={"x": _scaled_second(0.0)},
    domain={"x": Real(0.05, 50.0, hard=(1e-6, 1.0, 2.0, 300.0, 1e8))},
    reference="scipy.special.k0e",
    mpmath=_fixed_mpmath("besselk", 0, lambda mpmath, x: mpmath.exp(x)),
)
def k0e(x: Tensor) -> Tensor:
    """
    Modified Bessel function of the second kind of order 0, scaled by the exponential.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        exp(x) K₀(x); infinite at 0 and nan left of it.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Derivatives as for `kve`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import k0e
    >>> k0e(torch.tensor(1000.0, dtype=torch.float64))
    tensor(0.0396, dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.k1e"), "cuda": _scaled_second(1.0)},
    partials={"x": _scaled_second(1.0)},
    domain={"x": Real(0.05, 50.0, hard=(1e-6, 1.0, 2.0, 300.0, 1e8))},
    reference="scipy.special.k1e",
    mpmath=_fixed_mpmath("besselk", 1, lambda mpmath, x: mpmath.exp(x)),
)
def k1e(x: Tensor) -> Tensor:
    """
    Modified Bessel function of the second kind of order 1, scaled by the exponential.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        exp(x) K₁(x); infinite at 0 and nan left of it.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Derivatives as for `kve`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import k1e
    >>> k1e(torch.tensor(1000.0, dtype=torch.float64))
    tensor(0.0396, dtype=torch.float64)
    """
