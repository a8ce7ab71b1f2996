"""Divided differences of a scalar function, also where points coincide.

``f[x0, …, xk]`` is symmetric in its points, and analytic in them where ``f`` is: at coinciding points it is a
derivative. Two formulas, whichever has the smaller error (the confluent and the recursive form, de Boor 2005, "Divided
differences", Surveys in Approximation Theory 1):

* the quotient ``(f[x1, …] - f[…, xk-1]) / (xk - x0)`` of the points furthest apart, with rounding errors of the
  numerators divided by the distance;
* Taylor's series about the mean ``c`` of the points, ``sum of f^(k+m)(c) / (k+m)! h_m(x - c)`` with the complete
  homogeneous symmetric polynomials ``h_m``, with the size of its last terms for an error.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.op.array_types import find_array_type

#: Terms of Taylor's series after the first.
TERMS = 6
#: Points further apart than this times their size are never tried by the series, which costs derivatives of ``f``.
NEAR = 0.1


def evaluated(function: Callable[..., Any], x: Tensor) -> Tensor:
    """``function(x)`` as a tensor of the shape of ``x``.

    Raises
    ------
    ValueError
        If it has another shape, or is complex where ``x`` is real.
    """
    value = function(x)
    if not isinstance(value, Tensor):
        array_type = find_array_type(value)
        value = array_type.to_tensor(value) if array_type is not None else torch.as_tensor(value)
    if value.shape != x.shape:
        raise ValueError(f"funm: func gave shape {tuple(value.shape)} for arguments of shape {tuple(x.shape)}")
    if value.is_complex() and not x.is_complex():
        raise ValueError("funm: func gave complex numbers for real ones; pass a complex matrix")
    return value.to(x.dtype)


def derivatives(function: Callable[..., Any], x: Tensor, last: int) -> list[Tensor]:
    """Values and derivatives of a holomorphic function, up to order ``last``.

    Kernels run below autograd; in a thread of its own autograd is as it was at the start of the program.
    """
    results: list[Tensor] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            point = x.detach().clone().requires_grad_()
            value = evaluated(function, point)
            results.append(value.detach())
            while len(results) <= last:
                if not value.requires_grad:  # a polynomial has run out of derivatives
                    results.append(torch.zeros_like(x))
                    continue
                total = value.real.sum() if value.is_complex() else value.sum()
                (slope,) = torch.autograd.grad(total, point, create_graph=len(results) < last, allow_unused=True)
                slope = torch.zeros_like(point) if slope is None else slope
                value = slope.conj().resolve_conj() if slope.is_complex() else slope
                results.append(value.detach())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results


def divided_differences(function: Callable[..., Any], w: Tensor, order: int) -> Tensor:
    """``f[w_i0, …, w_ik]`` for all combinations of the points along the last axis, k the order."""
    n = w.shape[-1]
    table = evaluated(function, w)
    for k in range(1, order + 1):
        table = _next_table(function, w, table, k, n)
    return table


def _next_table(function: Callable[..., Any], w: Tensor, table: Tensor, k: int, n: int) -> Tensor:
    batch = w.shape[:-1]
    index = torch.cartesian_prod(*[torch.arange(n, device=w.device)] * (k + 1))  # (n^(k+1), k+1)
    points = w[..., index]
    # The two points furthest apart, of each combination.
    pairs = [(i, j) for i in range(k + 1) for j in range(i + 1, k + 1)]
    distances = torch.stack([(points[..., i] - points[..., j]).abs() for i, j in pairs], -1)
    spread, pair = distances.max(-1)
    first = torch.tensor([i for i, _ in pairs], device=w.device)[pair]
    second = torch.tensor([j for _, j in pairs], device=w.device)[pair]
    places = index.expand(*batch, *index.shape)
    flat = table.reshape(*batch, n**k)
    without_first, without_second = (_lookup(flat, places, left_out, n) for left_out in (first, second))
    gap = _taken(points, second) - _taken(points, first)
    apart = spread > 0
    quotient = (without_first - without_second) / torch.where(apart, gap, 1)
    roundoff = torch.finfo(w.dtype).eps
    error = roundoff * (without_first.abs() + without_second.abs()) / torch.where(apart, spread, 1)
    result = quotient

    same = ~apart
    if bool(same.any()):
        result = result.clone()
        result[same] = derivatives(function, points[same][:, 0], k)[k] / math.factorial(k)
    size = points.abs().amax(-1)
    near = apart & (spread < NEAR * size.clamp(min=NEAR)) & (error > 4 * roundoff * quotient.abs())
    if bool(near.any()):
        series, truncation = _taylor(function, points[near], k)
        result = result.clone()
        result[near] = torch.where(truncation < error[near], series, result[near])
    return result.reshape(*batch, *[n] * (k + 1))


def _taken(points: Tensor, position: Tensor) -> Tensor:
    return points.gather(-1, position[..., None]).squeeze(-1)


def _lookup(flat: Tensor, places: Tensor, left_out: Tensor, n: int) -> Tensor:
    """The difference of one order less, of all points of a combination but one."""
    k = places.shape[-1] - 1
    kept = torch.arange(k, device=flat.device)
    kept = kept + (kept >= left_out[..., None]).to(kept.dtype)
    chosen = places.gather(-1, kept)
    address = torch.zeros_like(chosen[..., 0])
    for m in range(k):
        address = address * n + chosen[..., m]
    return flat.gather(-1, address)


def _taylor(function: Callable[..., Any], points: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The series about the mean of each row of points, and the size of its last two terms."""
    centre = points.mean(-1)
    slopes = derivatives(function, centre, k + TERMS)
    symmetric = [torch.ones_like(centre)] + [torch.zeros_like(centre)] * TERMS
    for deviation in (points - centre[:, None]).unbind(-1):  # multiply by 1 / (1 - deviation t), as series in t
        for m in range(1, TERMS + 1):
            symmetric[m] = symmetric[m] + deviation * symmetric[m - 1]
    terms = [slopes[k + m] / math.factorial(k + m) * h for m, h in enumerate(symmetric)]
    total = torch.stack(terms).sum(0)
    return total, torch.where(torch.isfinite(total.abs()), terms[-1].abs() + terms[-2].abs(), torch.inf)
