"""What the Fourier transforms over two and more axes share: reading the arguments and calling torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from ..op import Maker, Sample
from .extent import check_execution, checked_norm, floating, many_axes


def samples(make: Maker) -> list[Sample]:
    """Calls over all axes, over some, and with changed lengths."""
    return [
        Sample((make(3, 4),)),
        Sample((make(2, 5, 3),), {"axes": (0, 2), "norm": "ortho"}),
        Sample((make(3, 4, 2),), {"s": (5, 3), "norm": "forward"}),
    ]


def planar_samples(make: Maker) -> list[Sample]:
    """Calls over two axes."""
    return [
        Sample((make(2, 3, 4),)),
        Sample((make(4, 2, 3),), {"s": (3, 4), "axes": (2, 0), "norm": "ortho"}),
    ]


def real_samples(make: Maker) -> list[Sample]:
    """The calls of :func:`samples` for transforms of real arrays."""
    return [] if make.dtype.is_complex else samples(make)


def real_planar_samples(make: Maker) -> list[Sample]:
    """The calls of :func:`planar_samples` for transforms of real arrays."""
    return [] if make.dtype.is_complex else planar_samples(make)


def over_axes(
    transform: Callable[..., Tensor],
    name: str,
    x: Any,
    s: int | Sequence[int] | None,
    axes: int | Sequence[int] | None,
    norm: str | None,
    workers: int | None,
    plan: object,
    *,
    real: bool = False,
    half: bool = False,
) -> Tensor:
    """Call a multi-dimensional transform of torch with SciPy's arguments.

    ``real`` says that the argument must be real, ``half`` that the argument is the half of a Hermitian array, of
    2(m - 1) points along the last axis if there is no ``s``.
    """
    check_execution(name, workers, plan)
    x = floating(name, x, real=real)
    norm = checked_norm(name, norm)
    lengths, chosen = many_axes(name, x, s, axes)
    if not chosen:
        if real or half:
            raise ValueError(f"{name}: axes is empty; at least one axis must be transformed")
        return torch.complex(x, torch.zeros_like(x)) if not x.is_complex() else x.clone()
    if half and s is None:
        lengths[-1] = 2 * (lengths[-1] - 1)
        if lengths[-1] < 1:
            raise ValueError(f"{name}: argument 'x' has one term along axis {chosen[-1]}; wanted two or a length")
    return transform(x, lengths, chosen, norm)
