"""The operators under every resampling: each output is a weighted sum of a few inputs, its taps.

``gather_taps`` is linear in the values and in the weights, and so are its two transposes; the three are closed under
differentiation, so that a resampling has derivatives of every order in whatever its weights are made of.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..op import Maker, Sample, gufunc
from .tap_kernels import gathered, scattered, tap_correlation

_INDEX_IS_WHOLE = {"index": "it consists of whole numbers"}


def _index(n: int, *shape: int) -> Tensor:
    """Positions that repeat, leave gaps and run in no order."""
    count = torch.Size(shape).numel()
    return (torch.arange(count) * 7 % 11 % n).reshape(shape)


def _gather_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(6, 3), _index(6, 4, 3), make(4, 3))),
        Sample((make(2, 5, 1), _index(5, 7, 2), make(7, 2))),
        Sample((make(5, 2), _index(5, 2, 3, 2), make(2, 3, 2))),
    ]


def _scatter_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(4, 3), _index(6, 4, 3), make(4, 3)), {"n": 6}),
        Sample((make(2, 7, 1), _index(5, 7, 2), make(7, 2)), {"n": 5}),
        Sample((make(3, 2), _index(5, 2, 3, 2), make(2, 3, 2)), {"n": 5}),
    ]


def _correlation_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(4, 3), make(6, 3), _index(6, 4, 3))),
        Sample((make(2, 7, 1), make(5, 1), _index(5, 7, 2))),
        Sample((make(3, 2), make(5, 2), _index(5, 2, 3, 2))),
    ]


def _gather_reference(x: Any, index: Any, weight: Any) -> Any:
    return gathered(*map(torch.as_tensor, (x, index, weight))).numpy()


@gufunc(
    "(n,m),(o,k),(o,k)->(o,m)",
    kernel=gathered,
    loops="rir->r",
    linear={
        "x": lambda g, x, index, weight: scatter_taps(g, index, weight, n=x.shape[-2]),
        "weight": lambda g, x, index, weight: correlate_taps(g, x, index),
    },
    undefined=_INDEX_IS_WHOLE,
    samples=_gather_samples,
    public=False,
)
def gather_taps(x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """``out[o, m] = Σ_k weight[o, k] x[index[o, k], m]``."""


@gufunc(
    "(o,m),(o,k),(o,k)->(n,m)",
    kernel=scattered,
    loops="rir->r",
    linear={
        "x": lambda g, x, index, weight, *, n: gather_taps(g, index, weight),
        "weight": lambda g, x, index, weight, *, n: correlate_taps(x, g, index),
    },
    undefined=_INDEX_IS_WHOLE,
    sizes=lambda *, n, **_: {"n": n},
    samples=_scatter_samples,
    public=False,
)
def scatter_taps(x: Tensor, index: Tensor, weight: Tensor, *, n: int = 1) -> Tensor:
    """``out[index[o, k], m] += weight[o, k] x[o, m]``: the transpose of :func:`gather_taps` in the values."""


@gufunc(
    "(o,m),(n,m),(o,k)->(o,k)",
    kernel=tap_correlation,
    loops="rri->r",
    linear={
        "x": lambda g, x, values, index: gather_taps(values, index, g),
        "values": lambda g, x, values, index: scatter_taps(x, index, g, n=values.shape[-2]),
    },
    undefined=_INDEX_IS_WHOLE,
    samples=_correlation_samples,
    public=False,
)
def correlate_taps(x: Tensor, values: Tensor, index: Tensor) -> Tensor:
    """``out[o, k] = Σ_m x[o, m] values[index[o, k], m]``: the transpose of :func:`gather_taps` in the weights."""
