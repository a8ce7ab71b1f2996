"""Gauss quadrature whose weight function has no parameters, and the rules on (0, 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Sample, composite
from scitorch.op.torch_private import constant_while_tracing

from .quadrature import _degree, roots_jacobi

Rule = Callable[..., tuple[Tensor, ...]]

_DOCUMENTATION = """
Nodes and weights of {title} quadrature.

Parameters
----------
n : int
    Number of nodes.
mu : bool, optional
    Whether to return the sum of the weights as well.
dtype : torch.dtype, optional
    Floating dtype of the results, torch's default one by default.
device : optional
    Device of the results.

Returns
-------
x : Tensor, shape (n,)
    Nodes: the zeros of the polynomial of degree `n`.
w : Tensor, shape (n,)
    Weights.
mu : Tensor, shape ()
    Sum of the weights, if asked for.

Raises
------
ValueError
    If `n` is not a whole number above 0.

Notes
-----
The weight function is {weight}. The rule is SciPy's, computed in double precision.

Examples
--------
>>> from scitorch.special import {name}
>>> {name}(2)
{printed}
"""


@constant_while_tracing
def _numbers(name: str, n: int) -> tuple[list[float], list[float], float]:
    """SciPy's nodes, weights and sum of the weights."""
    import scipy.special

    x, w, total = getattr(scipy.special, name)(n, mu=True)
    return x.tolist(), w.tolist(), float(total)


def _rule(name: str, title: str, weight: str, printed: str) -> Rule:
    """Declare the rule of this name: SciPy's numbers in the dtype and on the device wanted."""

    def rule(n: int, mu: bool = False, *, dtype: torch.dtype | None = None, device: Any = None) -> tuple[Tensor, ...]:
        found = _numbers(name, _degree(name, n))
        kind = torch.get_default_dtype() if dtype is None else dtype
        result = tuple(torch.tensor(x, dtype=kind, device=device) for x in found)
        return result if mu else result[:2]

    rule.__name__ = rule.__qualname__ = name
    rule.__doc__ = _DOCUMENTATION.format(name=name, title=title, weight=weight, printed=printed)
    samples = [Sample((5,)), Sample((12,), {"mu": True})]
    return composite(samples=lambda make: samples, arrays=(), reference=f"scipy.special.{name}", rtol=1e-6)(rule)


roots_legendre = _rule(
    "roots_legendre", "Gauss–Legendre", "1 on (-1, 1)", "(tensor([-0.5774,  0.5774]), tensor([1., 1.]))"
)
roots_chebyt = _rule(
    "roots_chebyt",
    "Gauss–Chebyshev",
    "1/√(1 - x²) on (-1, 1)",
    "(tensor([-0.7071,  0.7071]), tensor([1.5708, 1.5708]))",
)
roots_chebyu = _rule(
    "roots_chebyu",
    "the second kind of Gauss–Chebyshev",
    "√(1 - x²) on (-1, 1)",
    "(tensor([-0.5000,  0.5000]), tensor([0.7854, 0.7854]))",
)
roots_chebyc = _rule(
    "roots_chebyc",
    "Gauss–Chebyshev",
    "1/√(1 - x²/4) on (-2, 2)",
    "(tensor([-1.4142,  1.4142]), tensor([3.1416, 3.1416]))",
)
roots_chebys = _rule(
    "roots_chebys",
    "the second kind of Gauss–Chebyshev",
    "√(1 - x²/4) on (-2, 2)",
    "(tensor([-1.,  1.]), tensor([1.5708, 1.5708]))",
)
roots_laguerre = _rule(
    "roots_laguerre",
    "Gauss–Laguerre",
    "exp(-x) on (0, ∞)",
    "(tensor([0.5858, 3.4142]), tensor([0.8536, 0.1464]))",
)
roots_hermite = _rule(
    "roots_hermite",
    "Gauss–Hermite",
    "exp(-x²) on the real line",
    "(tensor([-0.7071,  0.7071]), tensor([0.8862, 0.8862]))",
)
roots_hermitenorm = _rule(
    "roots_hermitenorm",
    "Gauss–Hermite",
    "exp(-x²/2) on the real line",
    "(tensor([-1.,  1.]), tensor([1.2533, 1.2533]))",
)
roots_sh_legendre = _rule(
    "roots_sh_legendre", "shifted Gauss–Legendre", "1 on (0, 1)", "(tensor([0.2113, 0.7887]), tensor([0.5000, 0.5000]))"
)
roots_sh_chebyt = _rule(
    "roots_sh_chebyt",
    "shifted Gauss–Chebyshev",
    "1/√(x - x²) on (0, 1)",
    "(tensor([0.1464, 0.8536]), tensor([1.5708, 1.5708]))",
)
roots_sh_chebyu = _rule(
    "roots_sh_chebyu",
    "the second kind of shifted Gauss–Chebyshev",
    "√(x - x²) on (0, 1)",
    "(tensor([0.2500, 0.7500]), tensor([0.1963, 0.1963]))",
)


@composite(
    samples=lambda make: [
        Sample((5, torch.tensor(2.5, dtype=torch.float64), torch.tensor(1.5, dtype=torch.float64))),
        Sample((8, torch.tensor(2.7, dtype=torch.float64), torch.tensor(3.0, dtype=torch.float64)), {"mu": True}),
    ],
    arrays=("p1", "q1"),
    reference="scipy.special.roots_sh_jacobi",
    rtol=1e-11,
)
def roots_sh_jacobi(n: int, p1: Tensor, q1: Tensor, mu: bool = False) -> tuple[Tensor, ...]:
    """
    Nodes and weights of shifted Gauss–Jacobi quadrature.

    Parameters
    ----------
    n : int
        Number of nodes.
    p1, q1 : array_like
        Parameters of the weight (1 - x)^(p1 - q1) x^(q1 - 1) on (0, 1), p1 - q1 above -1 and q1 above 0. Arrays give
        one rule for each entry.
    mu : bool, optional
        Whether to return the sum of the weights as well.

    Returns
    -------
    x : Tensor, shape (..., n)
        Nodes: the zeros of the shifted Jacobi polynomial.
    w : Tensor, shape (..., n)
        Weights.
    mu : Tensor, shape (...)
        Sum of the weights, if asked for.

    Raises
    ------
    ValueError
        If `n` is not a whole number above 0, or a parameter is out of its range.

    Notes
    -----
    Gauss–Jacobi quadrature moved to (0, 1); see `roots_jacobi`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import roots_sh_jacobi
    >>> roots_sh_jacobi(2, *torch.tensor([1.0, 1.0], dtype=torch.float64))
    (tensor([0.2113, 0.7887], dtype=torch.float64), tensor([0.5000, 0.5000], dtype=torch.float64))
    """
    x, w, total = roots_jacobi(n, p1 - q1, q1 - 1, mu=True)
    scale = torch.exp2(-p1 if p1.is_floating_point() else -p1.to(w.dtype))
    rule = ((x + 1.0) / 2.0, w * scale[..., None], total * scale)
    return rule if mu else rule[:2]
