"""Trajectories: steps chosen once without derivatives, and taken again with them.

The lengths of the steps are data, as fractions of the interval; the derivative is that of the discretised system on
these steps, exact for the numbers that were computed. In reverse mode the state of every step is kept, and its stages
are computed again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from scitorch.func.rematerialisation import Recomputed
from scitorch.op.function_rule import Tangents, Tensors, apply_rule

from .runge_kutta import Method, dense_value

__all__ = ["Steps", "Trajectory", "march", "retraced"]

Explicit = Callable[[Tensors, Tensor, Tensor], Tensor]


@dataclass
class Trajectory:
    """States at the ends of steps, and the dense output between them."""

    s: list[Tensor]
    y: list[Tensor]
    dense: list[Tensor]
    evaluations: int = 0
    status: int = 0

    def at(self, s: Tensor, step: int) -> Tensor:
        """The state at a point of a step."""
        start, end = self.s[step], self.s[step + 1]
        return dense_value(self.y[step], self.dense[step], (s - start) / (end - start))

    def step_of(self, s: float) -> int:
        """The step in which a point lies."""
        ends = [float(x) for x in self.s[1:]]
        return next((k for k, end in enumerate(ends) if s <= end), len(ends) - 1)


def march(
    method: Method,
    system: Callable[[Tensor, Tensor], Tensor],
    y0: Tensor,
    rtol: float,
    atol: Any,
    first: float | None,
    longest: float,
    stop: Callable[[Trajectory], bool] | None = None,
    max_steps: int = 1_000_000,
) -> Trajectory:
    """Integrate over the unit interval with steps that keep the error estimate below the tolerance.

    The controller is that of E. Hairer, S. P. Nørsett and G. Wanner, Solving ODEs I (1993), section II.4. Members of a
    batch share their steps: the largest error counts.
    """
    dtype = y0.dtype.to_real() if y0.is_complex() else y0.dtype
    eps = torch.finfo(dtype).eps

    calls = 0

    def f(s: Tensor, y: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return system(s, y)

    def norm(x: Tensor, scale: Tensor) -> float:
        return float((x / scale).abs().square().mean(-1).sqrt().max()) if x.numel() else 0.0

    def point(s: float) -> Tensor:
        return torch.tensor(s, dtype=dtype, device=y0.device)

    slope = f(point(0.0), y0)
    path = Trajectory([point(0.0)], [y0], [])
    power = -1 / (method.error_order + 1)
    if first is None:
        scale = atol + y0.abs() * rtol
        d0, d1 = norm(y0, scale), norm(slope, scale)
        h0 = min(1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1, 1.0)
        d2 = norm(f(point(h0), y0 + h0 * slope) - slope, scale) / h0
        worst = max(d1, d2)
        h1 = max(1e-6, h0 * 1e-3) if worst <= 1e-15 else (0.01 / worst) ** -power
        first = min(100 * h0, h1, 1.0)
    h, s, rejected = min(first, longest), 0.0, False
    count = 0
    while s < 1.0:
        h = min(h, longest)
        if h < 10 * eps * max(s, eps) or count >= max_steps:
            path.status = -1
            break
        end = 1.0 if s + h >= 1.0 or 1.0 - s - h < 10 * eps else s + h
        length = end - s
        y = path.y[-1]
        new, new_slope, error, dense = method.step(f, point(s), y, point(length), slope)
        count += 1
        path.evaluations = calls
        size = norm(error, atol + rtol * torch.maximum(y.abs(), new.abs()))
        if size < 1:
            factor = 10.0 if size == 0 else min(10.0, 0.9 * size**power)
            h = length * (min(1.0, factor) if rejected else factor)
            s, slope, rejected = end, new_slope, False
            path.s.append(point(s))
            path.y.append(new)
            path.dense.append(dense)
            if stop is not None and stop(path):
                path.status = 1
                break
        else:  # an error that is no number is taken as a large one
            h = length * (max(0.2, 0.9 * size**power) if size == size and size != float("inf") else 0.2)
            rejected = True
    return path


@dataclass(frozen=True)
class Steps:
    """The rule of the choice of steps: fractions of the interval, without derivatives.

    Primals are the state at the start and everything that the system depends on. The results are the ends of the
    steps, and the status and number of evaluations. ``single`` says why there are no batches.
    """

    f: Explicit
    choose: Callable[[Callable[[Tensor, Tensor], Tensor], Tensor], Trajectory]
    single: str = ""

    def value(self, *primals: Tensor) -> Tensors:
        """Integrate without derivatives."""
        y0, *theta = primals
        with torch.no_grad():
            path = self.choose(lambda s, y: self.f(theta, s, y), y0)
        return torch.stack(path.s), torch.tensor(path.status), torch.tensor(path.evaluations)

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """None: the steps are data."""
        return [None] * 3

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """None: the steps are data."""
        return [None] * len(primals)

    def batched(self, primals: list[Tensor], members: tuple[bool, ...], size: int, randomness: str) -> Any:
        """Common steps of all members."""
        if self.single:
            raise NotImplementedError(self.single)
        y0, *theta = primals
        y0 = y0 if members[0] else y0.expand(size, *y0.shape)
        dims = tuple([0 if m else None for m in members[1:]])

        def f(theta: Tensors, s: Tensor, y: Tensor) -> Tensor:
            return torch.func.vmap(lambda t, y: self.f(t, s, y), (dims, 0), randomness=randomness)(tuple(theta), y)

        return replace(self, f=f), [y0, *theta], [None, None, None]


def retraced(method: Method, f: Explicit, theta: Tensors, y0: Tensor, s: Tensor, dense: bool) -> Trajectory:
    """The steps of a grid with derivatives, each recomputed where its stages are needed."""
    count = len(theta)

    def step(*primals: Tensor) -> Tensors:
        given, (start, y, h, slope) = primals[:count], primals[count:]
        new, new_slope, _, powers = method.step(lambda s, y: f(given, s, y), start, y, h, slope)
        return (new, new_slope, powers) if dense else (new, new_slope)

    ends = list(s.unbind(0))
    path = Trajectory(ends, [y0], [])
    slope = f(theta, ends[0], y0)
    for start, end in itertools.pairwise(ends):
        found = apply_rule(Recomputed(step), *theta, start, path.y[-1], end - start, slope)
        path.y.append(found[0])
        slope = found[1]
        if dense:
            path.dense.append(found[2])
    return path
