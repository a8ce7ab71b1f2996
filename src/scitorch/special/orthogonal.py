"""Classical orthogonal polynomials of whole degree, with derivatives in point and parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op import Complex, Real, composite, elementwise
from scitorch.op.kernel import scipy_ufunc
from scitorch.op.kernel.scalar import ScalarKernel

from . import orthogonal_kernels as recurrence
from .combinatorial import binom

Orders = tuple[int, ...]

_DEGREE = Real(0, 9, integer=True, hard=(0, 1, 2, 30))
_NO_DEGREE = {"n": "the derivative in the degree is not implemented"}
_PARAMETER = Real(-0.6, 4.0, hard=(0.5, 1.0, 2.0))
_INTERVAL = Real(-1.0, 1.0, hard=(0.0, 1.0, -1.0, 0.3))
_UNIT = Real(0.0, 1.0, hard=(0.0, 0.5, 1.0))
_PLANE = {"x": Complex((-2.0, 2.0), (-2.0, 2.0))}


def _by_recurrence(kernel: ScalarKernel) -> Callable[..., Tensor]:
    """The derivative of these orders in the parameters and in the point, at real or complex points."""

    def evaluate(n: Tensor, *arguments: Tensor, orders: Orders = ()) -> Tensor:
        *parameters, x = arguments
        derivative = kernel.derivative(0, *orders, 0) if any(orders) else kernel
        if not x.is_complex():
            return derivative(n, *parameters, x, 0.0)[0]  # type: ignore[no-any-return]
        x = x.resolve_conj()
        return torch.complex(*derivative(n, *parameters, x.real.contiguous(), x.imag.contiguous()))

    return evaluate


def _raised(orders: Orders, position: int) -> Orders:
    return (*orders[:position], orders[position] + 1, *orders[position + 1 :])


def _scipy(name: str, otherwise: Callable[..., Tensor] | None = None, any_degree: bool = True) -> Callable[..., Tensor]:
    """SciPy's function, by its recurrence where the degree is whole; at complex points our own recurrence if any."""
    ufunc = scipy_ufunc(f"scipy.special.{name}")

    def kernel(n: Tensor, *arguments: Tensor) -> Tensor:
        device = n.device
        n, *rest = (t.cpu() for t in (n, *arguments))
        whole = (n == torch.floor(n)) & (n.abs() < 1e9)
        if rest[-1].is_complex():
            value = ufunc(n, *rest)
            if otherwise is not None:
                value = torch.where(whole & (n >= 0), otherwise(torch.where(whole, n, 0.0), *rest), value)  # type: ignore[arg-type]
        else:
            value = ufunc(torch.where(whole, n, 0.0).to(torch.int64), *rest)
            if not bool(whole.all()):
                value = torch.where(whole, value, ufunc(n, *rest) if any_degree else torch.nan)  # type: ignore[arg-type]
        return value.to(device)  # type: ignore[union-attr]

    return kernel


def _below(function: Any, n: Tensor, *arguments: Tensor) -> Tensor:
    """`function` of degree n - 1, zero for n = 0."""
    return torch.where(n == 0, 0.0, function(torch.where(n == 0, 1, n) - 1, *arguments))


def _reference(name: str) -> Callable[..., Any]:
    """SciPy's function of whole degree; at complex points, where it has fewer digits, mpmath's polynomial."""

    def reference(n: Any, *arguments: Any) -> Any:
        import scipy.special

        function = getattr(scipy.special, name)
        if not numpy.iscomplexobj(arguments[-1]):
            return function(numpy.asarray(n).astype(numpy.int64), *arguments)
        return numpy.vectorize(lambda *a: complex(_EXACT[name](int(a[0]), *a[1:])))(n, *arguments)

    return reference


def _mpmath(name: str) -> Callable[..., Any]:
    def exact(n: Any, *arguments: Any) -> Any:
        import mpmath

        return getattr(mpmath, name)(int(n), *arguments)

    return exact


def _exact_legendre(n: int, x: Any) -> Any:
    return _mpmath("gegenbauer")(n, 0.5, x)


_EXACT: dict[str, Callable[..., Any]] = {
    "eval_jacobi": _mpmath("jacobi"),
    "eval_gegenbauer": _mpmath("gegenbauer"),
    "eval_genlaguerre": _mpmath("laguerre"),
    "eval_legendre": _exact_legendre,
    "eval_chebyt": _mpmath("chebyt"),
    "eval_chebyu": _mpmath("chebyu"),
}
_jacobi = _by_recurrence(recurrence.jacobi)
_gegenbauer = _by_recurrence(recurrence.gegenbauer)
_laguerre = _by_recurrence(recurrence.laguerre)


@elementwise(
    kernel=_jacobi,
    loops="rrrr->r rrrz->z",
    partials={
        "alpha": lambda n, alpha, beta, x, out, *, orders: _jacobi_derivative(
            n, alpha, beta, x, orders=_raised(orders, 0)
        ),
        "beta": lambda n, alpha, beta, x, out, *, orders: _jacobi_derivative(
            n, alpha, beta, x, orders=_raised(orders, 1)
        ),
        "x": lambda n, alpha, beta, x, out, *, orders: _jacobi_derivative(n, alpha, beta, x, orders=_raised(orders, 2)),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "alpha": _PARAMETER, "beta": _PARAMETER, "x": _INTERVAL},
    complex_domain=_PLANE,
    public=False,
)
def _jacobi_derivative(n: Tensor, alpha: Tensor, beta: Tensor, x: Tensor, *, orders: Orders = (1, 0, 0)) -> Tensor:
    """The derivative of these orders in alpha and beta and in x of the polynomial."""


@elementwise(
    kernel=_gegenbauer,
    loops="rrr->r rrz->z",
    partials={
        "alpha": lambda n, alpha, x, out, *, orders: _gegenbauer_derivative(n, alpha, x, orders=_raised(orders, 0)),
        "x": lambda n, alpha, x, out, *, orders: _gegenbauer_derivative(n, alpha, x, orders=_raised(orders, 1)),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "alpha": _PARAMETER, "x": _INTERVAL},
    complex_domain=_PLANE,
    public=False,
)
def _gegenbauer_derivative(n: Tensor, alpha: Tensor, x: Tensor, *, orders: Orders = (1, 0)) -> Tensor:
    """The derivative of these orders in alpha and in x of the polynomial."""


@elementwise(
    kernel=_laguerre,
    loops="rrr->r rrz->z",
    partials={
        "alpha": lambda n, alpha, x, out, *, orders: _laguerre_derivative(n, alpha, x, orders=_raised(orders, 0)),
        "x": lambda n, alpha, x, out, *, orders: _laguerre_derivative(n, alpha, x, orders=_raised(orders, 1)),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "alpha": _PARAMETER, "x": Real(0.0, 15.0, hard=(0.0, 1.0, 30.0))},
    complex_domain=_PLANE,
    public=False,
)
def _laguerre_derivative(n: Tensor, alpha: Tensor, x: Tensor, *, orders: Orders = (1, 0)) -> Tensor:
    """The derivative of these orders in alpha and in x of the polynomial."""


def _jacobi_slope(n: Tensor, alpha: Tensor, beta: Tensor, x: Tensor) -> Tensor:
    return 0.5 * (n + alpha + beta + 1) * _below(eval_jacobi, n, alpha + 1, beta + 1, x)


@elementwise(
    kernel={"cpu": _scipy("eval_jacobi", _jacobi), "cuda": _jacobi},
    loops="rrrr->r rrrz->z",
    partials={
        "alpha": lambda n, alpha, beta, x, out: _jacobi_derivative(n, alpha, beta, x, orders=(1, 0, 0)),
        "beta": lambda n, alpha, beta, x, out: _jacobi_derivative(n, alpha, beta, x, orders=(0, 1, 0)),
        "x": lambda n, alpha, beta, x, out: _jacobi_slope(n, alpha, beta, x),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "alpha": _PARAMETER, "beta": _PARAMETER, "x": _INTERVAL},
    complex_domain=_PLANE,
    reference=_reference("eval_jacobi"),
    rtol=1e-11,
)
def eval_jacobi(n: Tensor, alpha: Tensor, beta: Tensor, x: Tensor) -> Tensor:
    """
    Jacobi polynomial.

    Parameters
    ----------
    n : array_like
        Degree.
    alpha : array_like
        Parameter.
    beta : array_like
        Parameter.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        P_n^(α, β)(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.3 and 18.9.15. The derivatives in the parameters are the recurrence differentiated.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_jacobi
    >>> eval_jacobi(3, *torch.tensor([0.5, 1.5, 0.4], dtype=torch.float64))
    tensor(-0.5845, dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": _scipy("eval_gegenbauer", _gegenbauer), "cuda": _gegenbauer},
    loops="rrr->r rrz->z",
    partials={
        "alpha": lambda n, alpha, x, out: _gegenbauer_derivative(n, alpha, x, orders=(1, 0)),
        "x": lambda n, alpha, x, out: 2 * alpha * _below(eval_gegenbauer, n, alpha + 1, x),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "alpha": _PARAMETER, "x": _INTERVAL},
    complex_domain=_PLANE,
    reference=_reference("eval_gegenbauer"),
    rtol=1e-11,
)
def eval_gegenbauer(n: Tensor, alpha: Tensor, x: Tensor) -> Tensor:
    """
    Gegenbauer polynomial.

    Parameters
    ----------
    n : array_like
        Degree.
    alpha : array_like
        Parameter.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        C_n^(α)(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.3 and 18.9.19. The derivative in the parameter is the recurrence differentiated.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_gegenbauer
    >>> eval_gegenbauer(3, *torch.tensor([1.5, 0.4], dtype=torch.float64))
    tensor(-1.8800, dtype=torch.float64)
    """


@elementwise(
    kernel={"cpu": _scipy("eval_genlaguerre", _laguerre), "cuda": _laguerre},
    loops="rrr->r rrz->z",
    partials={
        "alpha": lambda n, alpha, x, out: _laguerre_derivative(n, alpha, x, orders=(1, 0)),
        "x": lambda n, alpha, x, out: -_below(eval_genlaguerre, n, alpha + 1, x),
    },
    undefined=_NO_DEGREE,
    domain={"n": _DEGREE, "alpha": _PARAMETER, "x": Real(0.0, 15.0, hard=(0.0, 1.0, 30.0))},
    complex_domain=_PLANE,
    reference=_reference("eval_genlaguerre"),
    rtol=1e-11,
)
def eval_genlaguerre(n: Tensor, alpha: Tensor, x: Tensor) -> Tensor:
    """
    Generalised Laguerre polynomial.

    Parameters
    ----------
    n : array_like
        Degree.
    alpha : array_like
        Parameter.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        L_n^(α)(x).

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.3 and 18.9.23. The derivative in the parameter is the recurrence differentiated.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_genlaguerre
    >>> eval_genlaguerre(3, *torch.tensor([0.5, 2.0], dtype=torch.float64))
    tensor(-0.8958, dtype=torch.float64)
    """


@composite(
    domain={"n": _DEGREE, "p": Real(2.0, 5.0), "q": Real(0.5, 2.5), "x": _UNIT},
    undefined=_NO_DEGREE,
    reference=_reference("eval_sh_jacobi"),
    rtol=1e-11,
)
def eval_sh_jacobi(n: Tensor, p: Tensor, q: Tensor, x: Tensor) -> Tensor:
    """
    Jacobi polynomial on [0, 1], with leading coefficient 1.

    Parameters
    ----------
    n : array_like
        Degree.
    p, q : array_like
        Parameters.
    x : array_like
        Point, real or complex. The shapes broadcast.

    Returns
    -------
    Tensor
        P_n^(p - q, q - 1)(2x - 1) divided by the binomial coefficient of 2n + p - 1 and n.

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 18.1.2; see `eval_jacobi`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import eval_sh_jacobi
    >>> eval_sh_jacobi(3, *torch.tensor([2.5, 1.5, 0.4], dtype=torch.float64))
    tensor(0.0064, dtype=torch.float64)
    """
    return eval_jacobi(n, p - q, q - 1, 2 * x - 1) / binom(2 * n + p - 1, n.to(p.dtype) + 0 * p)
