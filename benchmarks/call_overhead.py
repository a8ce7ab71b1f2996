"""What one call costs beyond its kernel: single numbers, against torch's own operators.

The first rows compare fronts whose kernel is torch's own function with that function, so that the ratio is that of the
calling paths. The others compare SciPy's kernels with torch operators that do about the same work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from scitorch import special
from scitorch.op import Real, elementwise

from .timing import OURS, Row

#: The most that a call may cost, as a multiple of the native one: plain, recording a graph, forward and backward.
TARGETS = {"value": 3.0, "value with requires_grad": 4.0, "value and backward": 2.0}


@elementwise(
    kernel=torch.special.i0e,
    partials={"x": lambda x, out: torch.special.i1e(x) - torch.sign(x) * out},
    domain={"x": Real(-5, 5)},
    public=False,
)
def _i0e(x: Tensor) -> Tensor:
    """Scaled Bessel function, as a front over torch's own kernel and torch's own derivative."""


@elementwise(
    kernel=torch.xlogy,
    partials={"x": lambda x, y, out: torch.log(y), "y": lambda x, y, out: x / y},
    domain={"x": Real(0, 5), "y": Real(0.1, 5)},
    public=False,
)
def _xlogy(x: Tensor, y: Tensor) -> Tensor:
    """x log y, as a front of two arguments over torch's own kernel."""


def rows() -> Iterator[Row]:
    """n = 1, float64: value, value with a graph, value and backward."""
    x = torch.tensor([0.7], dtype=torch.float64)
    y = torch.tensor([1.3], dtype=torch.float64)
    pairs: list[tuple[str, Callable[..., Tensor], Callable[..., Tensor], tuple[Tensor, ...]]] = [
        ("front of i0e", _i0e, torch.special.i0e, (x,)),
        ("front of xlogy", _xlogy, torch.xlogy, (x, y)),
        ("gammaln", special.gammaln, torch.special.gammaln, (x,)),
        ("digamma", special.digamma, torch.special.digamma, (x,)),
        ("erfcx", special.erfcx, torch.special.erfcx, (x,)),
    ]
    for name, ours, native, args in pairs:
        yield Row("call overhead", name, "value", {OURS: _plain(ours, args), "torch": _plain(native, args)})
        leaves = tuple(a.clone().requires_grad_() for a in args)
        yield Row(
            "call overhead",
            name,
            "value with requires_grad",
            {OURS: _plain(ours, leaves), "torch": _plain(native, leaves)},
        )
        yield Row(
            "call overhead",
            name,
            "value and backward",
            {OURS: _backward(ours, leaves), "torch": _backward(native, leaves)},
        )


def _plain(function: Callable[..., Tensor], args: tuple[Tensor, ...]) -> Callable[[], Any]:
    if len(args) == 1:
        (x,) = args
        return lambda: function(x)
    x, y = args
    return lambda: function(x, y)


def _backward(function: Callable[..., Tensor], leaves: tuple[Tensor, ...]) -> Callable[[], Any]:
    def call() -> Any:
        return torch.autograd.grad(function(*leaves), leaves)

    return call
