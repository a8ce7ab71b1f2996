"""Resampling filters: even functions of the distance from a sample, in the spacing of the coarser grid.

All are tensor functions with right derivatives of every order, because weights are differentiated in the geometry.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import torch
from torch import Tensor


@dataclass(frozen=True)
class Filter:
    """A resampling filter.

    Attributes
    ----------
    support
        It is zero from this distance on.
    weight
        Its value at a distance.
    interpolating
        Whether it is one at 0 and zero at the other whole numbers, so that resampling to the same grid changes nothing.
    spline_order
        Order of the B-spline that it is, where samples are to be turned into spline coefficients; otherwise 0.
    discontinuous
        Whether it jumps, so that there is no derivative in the geometry.
    """

    support: float
    weight: Callable[[Tensor], Tensor]
    interpolating: bool = True
    spline_order: int = 0
    discontinuous: bool = False


def b_spline(x: Tensor, order: int) -> Tensor:
    """The centred B-spline of an order.

    βⁿ(x) = 1/n! Σₖ (-1)ᵏ C(n + 1, k) (y - k)₊ⁿ with y = (n + 1)/2 - |x|; counted from the near end of the support no
    more than half of the terms are there, and they cancel little (Unser, Aldroubi & Eden 1993, IEEE Trans. Signal
    Process. 41, 821).
    """
    y = (order + 1) / 2 - x.abs()
    total = torch.zeros_like(y)
    for k in range((order + 1) // 2 + 1):
        total = total + (-1) ** k * math.comb(order + 1, k) * torch.clamp(y - k, min=0) ** order
    return total / math.factorial(order)


def _box(x: Tensor) -> Tensor:
    return ((x > -0.5) & (x <= 0.5)).to(x.dtype)


def _triangle(x: Tensor) -> Tensor:
    return torch.clamp(1 - x.abs(), min=0)


def _sinc(x: Tensor) -> Tensor:
    # torch's has no second derivative at 0; imported here, because the package of it is large
    from ..special.sinc import sinc

    return sinc(x)


def _hamming(x: Tensor) -> Tensor:
    return torch.where(x.abs() < 1, _sinc(x) * (0.54 + 0.46 * torch.cos(math.pi * x)), 0.0)


def _lanczos(x: Tensor, lobes: int) -> Tensor:
    return torch.where(x.abs() < lobes, _sinc(x) * _sinc(x / lobes), 0.0)


def cubic(x: Tensor, b: float, c: float) -> Tensor:
    """The piecewise cubic filters (Mitchell & Netravali 1988, Computer Graphics 22, 221); Keys' have B = 0, C = -a."""
    x = x.abs()
    near = ((12 - 9 * b - 6 * c) * x - (18 - 12 * b - 6 * c)) * x * x + (6 - 2 * b)
    far = ((-(b + 6 * c) * x + (6 * b + 30 * c)) * x - (12 * b + 48 * c)) * x + (8 * b + 24 * c)
    return torch.where(x < 1, near, torch.where(x < 2, far, 0.0)) / 6


_NAMED = {
    "box": Filter(0.5, _box, discontinuous=True),
    "triangle": Filter(1.0, _triangle),
    "hamming": Filter(1.0, _hamming),
    "mitchell": Filter(2.0, partial(cubic, b=1 / 3, c=1 / 3), interpolating=False),
    **{f"lanczos{n}": Filter(float(n), partial(_lanczos, lobes=n)) for n in (2, 3, 4, 5)},
    "bspline0": Filter(0.5, _box, discontinuous=True),
    "bspline1": Filter(1.0, _triangle),
    **{f"bspline{n}": Filter((n + 1) / 2, partial(b_spline, order=n), spline_order=n) for n in (2, 3, 4, 5)},
}

#: Other names of the same filters.
SYNONYMS = {"linear": "triangle", "bilinear": "triangle", "cubic": "bicubic", "lanczos": "lanczos3"}

#: The names of all methods that are filters.
FILTERS = (*_NAMED, "bicubic")


@cache
def filter_named(name: str, a: float) -> Filter:
    """The filter of a name; ``a`` is the parameter of bicubic ones.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    name = SYNONYMS.get(name, name)
    if name == "bicubic":
        return Filter(2.0, partial(cubic, b=0.0, c=-a))
    if name not in _NAMED:
        known = ", ".join(sorted((*FILTERS, *SYNONYMS, "area", "nearest")))
        raise ValueError(f"resize: there is no method {name!r}; there are {known}")
    return _NAMED[name]
