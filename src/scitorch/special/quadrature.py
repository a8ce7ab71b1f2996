"""Nodes and weights of Gauss quadrature, differentiable in the parameters of the weight functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op import Real, Sample, composite, elementwise

from .beta import beta
from .gamma import gammaln
from .orthogonal import _jacobi_derivative, _jacobi_slope, _laguerre_derivative, eval_genlaguerre

_COUNT = "a whole number"


def _nodes(name: str) -> Callable[..., Tensor]:
    """SciPy's nodes: number k of n for each set of parameters."""

    def kernel(n: Tensor, k: Tensor, *parameters: Tensor) -> Tensor:
        import scipy.special

        roots = getattr(scipy.special, name)
        rows = numpy.broadcast_arrays(*[t.detach().cpu().double().numpy() for t in (n, k, *parameters)])
        found: dict[tuple[float, ...], Any] = {}
        out = numpy.empty(rows[0].shape)
        for place in numpy.ndindex(rows[0].shape):
            size, node, *rest = (float(row[place]) for row in rows)
            key = (size, *rest)
            if key not in found:
                found[key] = roots(int(size), *rest)[0]
            out[place] = found[key][int(node)]
        return torch.from_numpy(out).to(n.dtype).to(n.device)

    return kernel


def _jacobi_moves(n: Tensor, alpha: Tensor, beta: Tensor, x: Tensor, orders: tuple[int, ...]) -> Tensor:
    return -_jacobi_derivative(n, alpha, beta, x, orders=orders) / _jacobi_slope(n, alpha, beta, x)


@elementwise(
    kernel=_nodes("roots_jacobi"),
    partials={
        "alpha": lambda n, k, alpha, beta, out: _jacobi_moves(n, alpha, beta, out, (1, 0, 0)),
        "beta": lambda n, k, alpha, beta, out: _jacobi_moves(n, alpha, beta, out, (0, 1, 0)),
    },
    undefined={"n": _COUNT, "k": _COUNT},
    domain={
        "n": Real(5, 5, integer=True),
        "k": Real(0, 4, integer=True),
        "alpha": Real(-0.5, 3.0),
        "beta": Real(-0.5, 3.0),
    },
    public=False,
)
def _jacobi_node(n: Tensor, k: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Zero number k of the Jacobi polynomial of degree n, with the derivatives of the implicit equation."""


@elementwise(
    kernel=_nodes("roots_genlaguerre"),
    partials={
        "alpha": lambda n, k, alpha, out: _laguerre_derivative(n, alpha, out) / eval_genlaguerre(n - 1, alpha + 1, out),
    },
    undefined={"n": _COUNT, "k": _COUNT},
    domain={"n": Real(5, 5, integer=True), "k": Real(0, 4, integer=True), "alpha": Real(-0.5, 3.0)},
    public=False,
)
def _laguerre_node(n: Tensor, k: Tensor, alpha: Tensor) -> Tensor:
    """Zero number k of the generalised Laguerre polynomial of degree n, with the derivatives of the equation."""


def _degree(name: str, n: Any) -> int:
    if n < 1 or n != int(n):
        raise ValueError(f"{name}: n is {n!r}; wanted a whole number above 0")
    return int(n)


def _numbers(n: int, like: Tensor) -> tuple[Tensor, Tensor]:
    return torch.full((), float(n), dtype=like.dtype, device=like.device), torch.arange(
        n, dtype=like.dtype, device=like.device
    )


def _parameter(value: Tensor) -> Tensor:
    """A parameter of the weight with a dimension for the nodes; the kernels of the nodes check its range."""
    return (value if value.is_floating_point() else value.to(torch.get_default_dtype()))[..., None]


def _jacobi_rule(n: int, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    degree, number = _numbers(n, a)
    x = _jacobi_node(degree, number, a, b)
    total = 2.0 ** (a + b + 1.0) * beta(a + 1.0, b + 1.0)
    slope = _jacobi_slope(degree, a, b, x)
    # DLMF 3.5.23, with the factor Γ(n + a + 1) Γ(n + b + 1)/(n! Γ(n + a + b + 1)) from the recurrence of Γ.
    ratio = torch.exp(
        gammaln(n + a + 1.0) + gammaln(n + b + 1.0) - gammaln(n + a + b + 1.0) - math.lgamma(n + 1.0)
    ) * 2.0 ** (a + b + 1.0)
    weights = ratio / ((1.0 - x * x) * slope * slope)
    return x, weights, total[..., 0]


@composite(
    samples=lambda make: [
        Sample((5, torch.tensor(0.5, dtype=torch.float64), torch.tensor(1.5, dtype=torch.float64))),
        Sample((8, torch.tensor(-0.3, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64)), {"mu": True}),
    ],
    arrays=("alpha", "beta"),
    reference="scipy.special.roots_jacobi",
    rtol=1e-11,
)
def roots_jacobi(n: int, alpha: Tensor, beta: Tensor, mu: bool = False) -> tuple[Tensor, ...]:
    """
    Nodes and weights of Gauss–Jacobi quadrature.

    Parameters
    ----------
    n : int
        Number of nodes.
    alpha, beta : array_like
        Parameters of the weight (1 - x)^α (1 + x)^β, above -1. Arrays give one rule for each entry.
    mu : bool, optional
        Whether to return the sum of the weights as well.

    Returns
    -------
    x : Tensor, shape (..., n)
        Nodes: the zeros of the Jacobi polynomial.
    w : Tensor, shape (..., n)
        Weights.
    mu : Tensor, shape (...)
        Sum of the weights, if asked for.

    Raises
    ------
    ValueError
        If `n` is not a whole number above 0, or a parameter is not above -1.

    Notes
    -----
    Nodes are SciPy's, their derivatives in the parameters those of the implicit equation; weights by DLMF 3.5.23.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import roots_jacobi
    >>> alpha, beta = torch.tensor([0.5, 0.5], dtype=torch.float64)
    >>> roots_jacobi(2, alpha, beta)
    (tensor([-0.5000,  0.5000], dtype=torch.float64), tensor([0.7854, 0.7854], dtype=torch.float64))
    >>> torch.func.jacfwd(lambda alpha: roots_jacobi(2, alpha, beta)[0])(alpha)
    tensor([-0.1375, -0.2625], dtype=torch.float64)
    """
    n = _degree("roots_jacobi", n)
    a, b = _parameter(alpha), _parameter(beta)
    rule = _jacobi_rule(n, a, b)
    return rule if mu else rule[:2]


@composite(
    samples=lambda make: [
        Sample((5, torch.tensor(0.5, dtype=torch.float64))),
        Sample((8, torch.tensor(2.0, dtype=torch.float64)), {"mu": True}),
    ],
    arrays=("alpha",),
    reference="scipy.special.roots_genlaguerre",
    rtol=1e-11,
)
def roots_genlaguerre(n: int, alpha: Tensor, mu: bool = False) -> tuple[Tensor, ...]:
    """
    Nodes and weights of generalised Gauss–Laguerre quadrature.

    Parameters
    ----------
    n : int
        Number of nodes.
    alpha : array_like
        Parameter of the weight x^α exp(-x), above -1. An array gives one rule for each entry.
    mu : bool, optional
        Whether to return the sum of the weights as well.

    Returns
    -------
    x : Tensor, shape (..., n)
        Nodes: the zeros of the generalised Laguerre polynomial.
    w : Tensor, shape (..., n)
        Weights.
    mu : Tensor, shape (...)
        Sum of the weights, if asked for.

    Raises
    ------
    ValueError
        If `n` is not a whole number above 0, or `alpha` is not above -1.

    Notes
    -----
    Nodes are SciPy's, their derivatives in the parameter those of the implicit equation; weights by DLMF 3.5.27 and
    18.9.23.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import roots_genlaguerre
    >>> roots_genlaguerre(2, torch.tensor(0.0, dtype=torch.float64))
    (tensor([0.5858, 3.4142], dtype=torch.float64), tensor([0.8536, 0.1464], dtype=torch.float64))
    """
    n = _degree("roots_genlaguerre", n)
    a = _parameter(alpha)
    degree, number = _numbers(n, a)
    x = _laguerre_node(degree, number, a)
    slope = eval_genlaguerre(degree - 1, a + 1, x)
    weights = torch.exp(gammaln(n + a + 1.0) - math.lgamma(n + 1.0)) / (x * slope * slope)
    total = torch.exp(gammaln(a + 1.0))[..., 0]
    return (x, weights, total) if mu else (x, weights)


@composite(
    samples=lambda make: [
        Sample((5, torch.tensor(0.7, dtype=torch.float64))),
        Sample((8, torch.tensor(2.0, dtype=torch.float64)), {"mu": True}),
    ],
    arrays=("alpha",),
    reference="scipy.special.roots_gegenbauer",
    rtol=1e-11,
)
def roots_gegenbauer(n: int, alpha: Tensor, mu: bool = False) -> tuple[Tensor, ...]:
    """
    Nodes and weights of Gauss–Gegenbauer quadrature.

    Parameters
    ----------
    n : int
        Number of nodes.
    alpha : array_like
        Parameter of the weight (1 - x²)^(α - 1/2), above -1/2. An array gives one rule for each entry.
    mu : bool, optional
        Whether to return the sum of the weights as well.

    Returns
    -------
    x : Tensor, shape (..., n)
        Nodes: the zeros of the Gegenbauer polynomial.
    w : Tensor, shape (..., n)
        Weights.
    mu : Tensor, shape (...)
        Sum of the weights, if asked for.

    Raises
    ------
    ValueError
        If `n` is not a whole number above 0, or `alpha` is not above -1/2.

    Notes
    -----
    Gauss–Jacobi quadrature with both parameters α - 1/2, DLMF 18.7.1; see `roots_jacobi`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import roots_gegenbauer
    >>> roots_gegenbauer(2, torch.tensor(1.0, dtype=torch.float64))
    (tensor([-0.5000,  0.5000], dtype=torch.float64), tensor([0.7854, 0.7854], dtype=torch.float64))
    """
    n = _degree("roots_gegenbauer", n)
    a = _parameter(alpha) - 0.5
    rule = _jacobi_rule(n, a, a)
    return rule if mu else rule[:2]
