"""Gauss' hypergeometric function."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .hypergeometric_kernels import hypergeometric, power_series

Orders = tuple[int, ...]


def _kernel(a: Tensor, b: Tensor, c: Tensor, z: Tensor, *, orders: Orders = (0, 0, 0)) -> Tensor:
    i, j, k = orders
    if j > i:  # F is symmetric in a and b; each kernel less is seconds of compilation less
        a, b, i, j = b, a, j, i
    kernel = hypergeometric.derivative(i, j, k, 0, 0)
    if z.is_complex():
        z = z.resolve_conj()
        return torch.complex(*kernel(a, b, c, z.real.contiguous(), z.imag.contiguous()))
    value, _ = kernel(a, b, c, z, torch.zeros_like(z))
    beyond = z > 1.0
    if not bool(beyond.any()):
        return value  # type: ignore[no-any-return]
    value = torch.where(beyond, math.nan if any(orders) else math.inf, value)
    # Where a or b is 0, -1, -2, …, and held fixed, F is a polynomial.
    polynomial = torch.zeros_like(value, dtype=torch.bool)
    for parameter, order in ((a, i), (b, j)):
        if order == 0:
            polynomial = polynomial | (beyond & (parameter <= 0.0) & (parameter == torch.floor(parameter)))
    if not bool(polynomial.any()):
        return value
    series = power_series.derivative(i, j, k, 0, 0)
    a, b, c, z = (torch.where(polynomial, x, y) for x, y in ((a, 1.0), (b, 1.0), (c, 2.0), (z, 0.1)))
    return torch.where(polynomial, series(a, b, c, z, torch.zeros_like(z))[0], value)


def _of_orders(a: Tensor, b: Tensor, c: Tensor, z: Tensor, orders: Orders) -> Tensor:
    return _hyp2f1_derivative(a, b, c, z, orders=orders) if any(orders) else hyp2f1(a, b, c, z)


def _in_parameter(position: int) -> Any:
    def partial(a: Tensor, b: Tensor, c: Tensor, z: Tensor, out: Tensor, *, orders: Orders = (0, 0, 0)) -> Tensor:
        raised = tuple(n + (i == position) for i, n in enumerate(orders))
        return _hyp2f1_derivative(a, b, c, z, orders=raised)

    return partial


def _in_argument(a: Tensor, b: Tensor, c: Tensor, z: Tensor, out: Tensor, *, orders: Orders = (0, 0, 0)) -> Tensor:
    # F' = ab/c F(a + 1, b + 1; c + 1; z), DLMF 15.5.1, differentiated in a, b and c by Leibniz' rule.
    i, j, k = orders
    total = torch.zeros((), dtype=z.dtype, device=z.device)
    for p in range(min(i, 1) + 1):
        for q in range(min(j, 1) + 1):
            factor = (a if p == 0 else i) * (b if q == 0 else j)
            for r in range(k + 1):
                weight = (-1) ** r * math.comb(k, r) * math.factorial(r)
                shifted = _of_orders(a + 1, b + 1, c + 1, z, (i - p, j - q, k - r))
                total = total + weight * factor / c ** (r + 1) * shifted
    return total


def _mpmath(a: Any, b: Any, c: Any, z: Any) -> Any:
    import mpmath

    return mpmath.hyp2f1(a, b, c, z)


_PARAMETERS = {
    "a": Real(-3.0, 4.0, hard=(0.0, 1.0, -2.0, 0.5)),
    "b": Real(-3.0, 4.0, hard=(0.0, 1.0, -1.0, 0.5)),
    "c": Real(0.5, 5.0, hard=(1.0, 2.0, 0.01)),
}
_PLANE = {"z": Complex((-4.0, 4.0), (0.05, 4.0), hard=(0.5 + 0.866025j, 1.05 + 0.1j, 0.3 - 1j))}


@elementwise(
    kernel=_kernel,
    loops="rrrr->r rrrz->z",
    partials={"a": _in_parameter(0), "b": _in_parameter(1), "c": _in_parameter(2), "z": _in_argument},
    domain={**_PARAMETERS, "z": Real(-10.0, 0.95, hard=(0.0, 0.5, -1.0))},
    complex_domain=_PLANE,
    public=False,
)
def _hyp2f1_derivative(a: Tensor, b: Tensor, c: Tensor, z: Tensor, *, orders: tuple[int, ...] = (1, 0, 0)) -> Tensor:
    """The derivative of F(a, b; c; z) of the given orders in a, b and c."""


@elementwise(
    kernel={"cpu": scipy_ufunc("scipy.special.hyp2f1"), "cuda": _kernel},
    loops="rrrr->r rrrz->z",
    partials={"a": _in_parameter(0), "b": _in_parameter(1), "c": _in_parameter(2), "z": _in_argument},
    domain={**_PARAMETERS, "z": Real(-10.0, 0.95, hard=(0.0, 1e-9, 0.5, -1.0, 0.999, -1e4))},
    complex_domain=_PLANE,
    reference="scipy.special.hyp2f1",
    mpmath=_mpmath,
    rtol=1e-10,
)
def hyp2f1(a: Tensor, b: Tensor, c: Tensor, z: Tensor) -> Tensor:
    """
    Gauss' hypergeometric function.

    Parameters
    ----------
    a, b, c : array_like
        Parameters, real.
    z : array_like
        Argument, real or complex; broadcast with the parameters.

    Returns
    -------
    Tensor
        F(a, b; c; z), also written ₂F₁. For real `z` beyond 1: infinite; complex `z` has its cut there.

    Raises
    ------
    TypeError
        If a parameter is complex.

    Notes
    -----
    DLMF 15.2.1 and 15.5.1. The derivatives in the parameters, of every order, are those of the power series,
    continued through the plane by Taylor series of the differential equation 15.10.1, so that whole a - b and
    c - a - b are no exceptions. For parameters up to about 10 in size their relative error is below 1e-12, except
    next to their zeros; it grows with the parameters, as alternating terms of the series do, and where fewer than
    about seven digits would be left they are nan. On the real axis they are nan for z > 1, where the function is
    not real, unless it is a polynomial.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import hyp2f1
    >>> a, b, c, z = torch.tensor([0.5, 0.7, 1.2, -5.0], dtype=torch.float64)
    >>> hyp2f1(a, b, c, z)
    tensor(0.5583, dtype=torch.float64)
    >>> torch.func.grad(hyp2f1, argnums=(0, 2))(a, b, c, z)
    (tensor(-0.6051, dtype=torch.float64), tensor(0.1991, dtype=torch.float64))
    """
