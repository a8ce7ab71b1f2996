"""Taps of an axis whose geometry is made of tensors: weights with derivatives in scale, box and shift."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..op.torch_private import is_transformed, without_wrappers
from .axis_geometry import moving_positions
from .axis_plan import normalized, reach, spline_stages, weights_at
from .filters import filter_named


def moving_stages(
    n: int,
    size: int,
    scale: Tensor | float | None,
    box: Tensor | tuple[float, float] | None,
    shift: Tensor | float,
    *,
    align: str,
    method: str,
    a: float,
    antialias: bool,
    boundary: str,
    precision: float,
) -> list[tuple[Tensor, Tensor]]:
    """Positions and weights ``(…, o, k)`` of the stages of one axis.

    How many taps there are depends on the distance of the results. Where values cannot be looked at (in a batch of
    `vmap`, in a compiled graph) every sample is a tap of every result.
    """
    if box is not None and not isinstance(box, Tensor):
        box = torch.tensor(box, dtype=torch.float64)
    positions, step = moving_positions(n, size, scale, box, shift, align)
    options = dict(method=method, a=a, antialias=antialias)
    order = 0 if method == "area" else filter_named(method, a).spline_order
    visible = _values(step)
    before: list[tuple[Tensor, Tensor]] = []
    after: list[tuple[Tensor, Tensor]] = []
    margin = 0
    if order:
        if visible is None:
            raise NotImplementedError(
                "resize: splines of a geometry whose values cannot be looked at (under vmap or torch.compile)"
            )
        shrinking = antialias and bool((visible > 1).any())
        if shrinking and bool((visible <= 1).any()):
            raise NotImplementedError("resize: splines of a batch of geometries that both shrink and do not")
        before, after, boundary, margin = spline_stages(n, size, order, boundary, shrinking, precision)
        n, positions = n + 2 * margin, positions + margin
    if visible is not None:
        _check_inside(positions, n, boundary)
        radius = max((reach(float(s), **options) for s in visible.flatten()), default=0.0)  # type: ignore[arg-type]
        count = 2 * math.ceil(radius + 1) + 1
        offset = torch.arange(count, device=positions.device) - count // 2
        index = positions.detach().floor().to(torch.int64)[..., None] + offset
    elif boundary in ("renormalize", "constant"):
        index = torch.arange(n, device=positions.device).expand(*positions.shape, n)
    else:
        raise NotImplementedError(
            f"resize: boundary {boundary!r} where the geometry cannot be looked at (under vmap or torch.compile)"
        )
    weight = weights_at(index + 0.5 - positions[..., None], step, **options)  # type: ignore[arg-type]
    stages = [*before, normalized(index, weight, n, boundary), *after]
    device = positions.device
    return [(i.to(device), w.to(device)) for i, w in stages]


def _values(x: Tensor) -> Tensor | None:
    """The values of a tensor, without what derivatives know of it; None if they cannot be looked at."""
    if torch.compiler.is_compiling():
        return None
    x = without_wrappers(x)
    return None if is_transformed(x) else x.detach()


def _check_inside(positions: Tensor, n: int, boundary: str) -> None:
    values = _values(positions)
    if values is None or boundary != "renormalize" or not values.numel():
        return
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= n):
        raise ValueError(
            f"resize: results would be taken from {low:g} to {high:g} of an axis of length {n}; "
            "with boundary='nearest' or another extension they can be"
        )
