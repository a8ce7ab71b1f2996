"""Which samples each result of a resized axis is made of, and with which weights."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..op.torch_private import constant_while_tracing, outside_everything
from .axis_geometry import AxisGeometry
from .boundaries import fold
from .filters import filter_named
from .spline_coefficients import coefficient_taps, inverse_filter

#: Plans kept, of a few tens of kilobytes each.
_KEPT = 512

BOUNDARIES = ("renormalize", "reflect", "mirror", "nearest", "wrap", "constant")


class AxisPlan(NamedTuple):
    """How one axis is resized: the numbers, without tensors, that all weights follow from.

    Attributes
    ----------
    n, size, scale, box, shift, align
        As in :class:`AxisGeometry`.
    method, a
        The filter.
    antialias
        Whether the filter is stretched where the results are further apart than the samples.
    boundary
        What lies outside.
    """

    n: int
    size: int
    scale: float | None
    box: tuple[float, float] | None
    shift: float
    align: str
    method: str
    a: float
    antialias: bool
    boundary: str

    @property
    def geometry(self) -> AxisGeometry:
        return AxisGeometry.of(self.n, self.size, self.scale, self.box, self.shift, self.align)


@lru_cache(_KEPT)
def taps(plan: AxisPlan, dtype: torch.dtype, device: torch.device) -> tuple[tuple[Tensor, Tensor], ...]:
    """The stages of a resized axis: positions and weights, ``(o, k)`` each; none for an axis that stays as it is."""
    with outside_everything():
        stages = [_trimmed(*stage) for stage in _stages(plan, torch.finfo(dtype).eps)]
        return tuple((index.to(device), weight.to(device, dtype)) for index, weight in stages)


@lru_cache(_KEPT)
def nearest_positions(plan: AxisPlan, device: torch.device) -> Tensor:
    """The sample that covers each position, in whole numbers."""
    with outside_everything():
        return fold(plan.geometry.positions()[0], plan.n, plan.boundary).to(device)


@constant_while_tracing
def stage_numbers(plan: tuple[object, ...], dtype: torch.dtype) -> tuple[Any, ...]:
    """The stages as nested tuples, which compiled graphs take for constants; tensors they would take for inputs."""
    stages = taps(AxisPlan(*plan), dtype, torch.device("cpu"))  # type: ignore[arg-type]
    return tuple((_nested(index), _nested(weight)) for index, weight in stages)


@constant_while_tracing
def nearest_numbers(plan: tuple[object, ...]) -> tuple[int, ...]:
    """The positions of :func:`nearest_positions`, for compiled graphs."""
    return tuple(nearest_positions(AxisPlan(*plan), torch.device("cpu")).tolist())  # type: ignore[arg-type]


def _nested(rows: Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, rows.tolist()))


def weights_at(distance: Tensor, step: Tensor, *, method: str, a: float, antialias: bool) -> Tensor:
    """Weights of samples at distances ``(…, o, k)`` from results that are ``step`` ``(…)`` apart, not normalised."""
    step = step[..., None, None]
    if method == "area":
        # the part of the sample's cell that the result's cell covers
        right = torch.minimum(distance + 0.5, step / 2)
        left = torch.maximum(distance - 0.5, -step / 2)
        return torch.clamp(right - left, min=0) / step
    stretch = torch.clamp(step, min=1) if antialias else torch.ones_like(step)
    return filter_named(method, a).weight(distance / stretch)


def reach(step: float, *, method: str, a: float, antialias: bool) -> float:
    """How far from a result its samples lie at most."""
    if method == "area":
        return (step + 1) / 2
    return filter_named(method, a).support * (max(step, 1.0) if antialias else 1.0)


def normalized(index: Tensor, weight: Tensor, n: int, boundary: str) -> tuple[Tensor, Tensor]:
    """Positions inside the axis, and weights that sum to one (without what is outside, if that is zero)."""
    inside = (index >= 0) & (index < n)
    if boundary == "renormalize":
        weight = torch.where(inside, weight, 0.0)
    weight = weight / weight.sum(-1, keepdim=True)
    if boundary == "constant":
        weight = torch.where(inside, weight, 0.0)
    return fold(index, n, boundary), weight


def _stages(plan: AxisPlan, precision: float) -> list[tuple[Tensor, Tensor]]:
    geometry = plan.geometry
    step = float(geometry.step)
    order = 0 if plan.method == "area" else filter_named(plan.method, plan.a).spline_order
    interpolating = plan.method == "area" or filter_named(plan.method, plan.a).interpolating
    if interpolating and geometry.is_identity():
        return []
    if not order:
        return [_filter_taps(plan, geometry, plan.n, plan.boundary, 0)]
    before, after, boundary, margin = spline_stages(
        plan.n, plan.size, order, plan.boundary, plan.antialias and step > 1, precision
    )
    middle = _filter_taps(plan, geometry, plan.n + 2 * margin, boundary, margin)
    return [*before, middle, *after]


def spline_stages(
    n: int, size: int, order: int, boundary: str, shrinking: bool, precision: float
) -> tuple[list[tuple[Tensor, Tensor]], list[tuple[Tensor, Tensor]], str, int]:
    """The stages that make spline coefficients, before or after the B-spline is applied.

    The interpolating spline is the B-spline of coefficients. Stretched to the distance of the results it is a sum of
    B-splines at the *results*, so that for shrinking the filter that makes coefficients comes last.

    Returns
    -------
    The stages before and after, the boundary of the coefficients, and how many of them there are beyond each end.
    """
    # cut off at the boundary a spline would not be one any more
    boundary = "reflect" if boundary == "renormalize" else boundary
    if shrinking:
        return (
            [],
            [coefficient_taps(size, order, "nearest" if boundary == "constant" else boundary, precision)],
            boundary,
            0,
        )
    # Symmetric and periodic samples have coefficients of the same kind; others have some beyond the ends.
    margin = len(inverse_filter(order, precision)) if boundary in ("nearest", "constant") else 0
    return [coefficient_taps(n, order, boundary, precision, margin)], [], boundary, margin


def _filter_taps(plan: AxisPlan, geometry: AxisGeometry, n: int, boundary: str, margin: int) -> tuple[Tensor, Tensor]:
    whole, broken = geometry.positions()
    step = float(geometry.step)
    options = dict(method=plan.method, a=plan.a, antialias=plan.antialias)
    radius = reach(step, **options)  # type: ignore[arg-type]
    count = 2 * math.ceil(radius + 1) + 1
    offset = torch.arange(count, device="cpu") - count // 2
    distance = offset + 0.5 - broken[:, None]
    if plan.method in ("box", "bspline0"):
        weight = _box_weights(plan, geometry, whole[:, None] + offset)
    else:
        weight = weights_at(distance, torch.tensor(step, dtype=torch.float64, device="cpu"), **options)  # type: ignore[arg-type]
    return normalized(whole[:, None] + offset + margin, weight, n, boundary)


def _box_weights(plan: AxisPlan, geometry: AxisGeometry, index: Tensor) -> Tensor:
    """One for samples inside the box. One on its edge belongs to either side; Pillow decides by the rounding errors of
    this very expression in double precision (its Resample.c), and so do we, to have the same results."""
    step, places = float(geometry.step), torch.arange(geometry.size, dtype=torch.float64, device="cpu")[:, None]
    stretch = max(step, 1.0) if plan.antialias else 1.0
    centre = float(geometry.first - geometry.step / 2) + (places + 0.5) * step
    begin, end = ((centre + sign * 0.5 * stretch + 0.5).trunc() for sign in (-1, 1))
    distance = (index - centre + 0.5) * (1 / stretch)
    inside = (
        (index >= begin) & (index < end)
        if plan.boundary == "renormalize"
        else torch.ones_like(distance, dtype=torch.bool)
    )
    return (inside & (distance > -0.5) & (distance <= 0.5)).to(torch.float64)


def _trimmed(index: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """The same without the taps of weight zero at both ends of the rows."""
    used = weight != 0
    count = weight.shape[-1]
    places = torch.arange(count, device="cpu")
    first = torch.where(used, places, count).amin(-1)
    last = torch.where(used, places, -1).amax(-1)
    width = max(int((last - first).max()) + 1, 1)
    chosen = first.clamp(max=count - width)[:, None] + torch.arange(width, device="cpu")
    return index.gather(-1, chosen), weight.gather(-1, chosen)
