"""Bessel functions of the orders 0 and 1."""

from __future__ import annotations

from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .evaluation import order_of, with_order
from .ordinary import jv, yv

_OSCILLATING = Real(-30.0, 30.0, hard=(0.0, 1e-6, 1.0, 2.404825557695773, 3.8317059702075125, 5.0, 8.0, 100.0))
_POSITIVE = Real(0.05, 30.0, hard=(1e-6, 1.0, 2.0, 5.0, 8.0, 100.0))


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.j0"), "cuda": with_order(jv, 0.0)},
    partials={"x": lambda x, out: -j1(x)},
    domain={"x": _OSCILLATING},
    reference="scipy.special.j0",
    rtol=1e-11,
)
def j0(x: Tensor) -> Tensor:
    """
    Bessel function of the first kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        J₀(x).

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Its derivative is -J₁, DLMF 10.6.3.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import j0
    >>> x = torch.tensor(2.0, dtype=torch.float64)
    >>> j0(x), torch.func.grad(j0)(x)
    (tensor(0.2239, dtype=torch.float64), tensor(-0.5767, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.j1"), "cuda": with_order(jv, 1.0)},
    partials={"x": lambda x, out: 0.5 * (j0(x) - jv(order_of(x, 2.0), x))},
    domain={"x": _OSCILLATING},
    reference="scipy.special.j1",
    rtol=1e-11,
)
def j1(x: Tensor) -> Tensor:
    """
    Bessel function of the first kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        J₁(x).

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is that of DLMF 10.6.1, which has no division by `x`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import j1
    >>> x = torch.tensor(0.0, dtype=torch.float64)
    >>> j1(x), torch.func.grad(j1)(x)
    (tensor(0., dtype=torch.float64), tensor(0.5000, dtype=torch.float64))
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.y0"), "cuda": with_order(yv, 0.0)},
    partials={"x": lambda x, out: -y1(x)},
    domain={"x": _POSITIVE},
    reference="scipy.special.y0",
    rtol=1e-11,
)
def y0(x: Tensor) -> Tensor:
    """
    Bessel function of the second kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        Y₀(x); negative infinity at 0 and nan left of it.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    Its derivative is -Y₁, DLMF 10.6.3.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import y0
    >>> y0(torch.tensor(2.0, dtype=torch.float64))
    tensor(0.5104, dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.y1"), "cuda": with_order(yv, 1.0)},
    partials={"x": lambda x, out: 0.5 * (y0(x) - yv(order_of(x, 2.0), x))},
    domain={"x": _POSITIVE},
    reference="scipy.special.y1",
    rtol=1e-11,
)
def y1(x: Tensor) -> Tensor:
    """
    Bessel function of the second kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument.

    Returns
    -------
    Tensor
        Y₁(x); negative infinity at 0 and nan left of it.

    Raises
    ------
    TypeError
        If `x` is complex.

    Notes
    -----
    The derivative is that of DLMF 10.6.1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import y1
    >>> y1(torch.tensor(2.0, dtype=torch.float64))
    tensor(-0.1070, dtype=torch.float64)
    """
