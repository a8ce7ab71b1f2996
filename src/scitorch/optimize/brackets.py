"""Roots of functions of one number between two points of opposite sign, element by element on any device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.func.control_flow import while_loop

__all__ = ["chandrupatla", "newton_elementwise"]

Map = Callable[[Tensor], Tensor]


def chandrupatla(f: Map, low: Tensor, high: Tensor, xtol: float, rtol: float, maxiter: int) -> Any:
    """Inverse quadratic interpolation where it is safe, bisection elsewhere.

    T. R. Chandrupatla, Advances in Engineering Software 28 (1997) 145. The bracket of each element shrinks until it
    is shorter than ``xtol + rtol |x|``; elements stay as they are when they are done.

    Returns
    -------
    root, converged, iterations
    """
    finfo = torch.finfo(low.dtype)
    f_low, f_high = f(low), f(high)
    ordered = (f_low * f_high <= 0) & torch.isfinite(f_low) & torch.isfinite(f_high)

    def best(a: Tensor, b: Tensor, fa: Tensor, fb: Tensor) -> tuple[Tensor, Tensor]:
        nearer = fa.abs() < fb.abs()
        return torch.where(nearer, a, b), torch.where(nearer, fa, fb)

    def finished(a: Tensor, b: Tensor, fa: Tensor, fb: Tensor) -> Tensor:
        x, fx = best(a, b, fa, fb)
        tolerance = xtol + torch.clamp(x.abs() * rtol, min=2 * finfo.tiny)
        return ((b - a).abs() <= 2 * tolerance) | (fx == 0) | ~ordered

    def step(state: Any) -> Any:
        a, b, _, fa, fb, _, t, nit = state
        active = ~finished(a, b, fa, fb)
        x = a + t * (b - a)
        fx = f(x)
        same = torch.sign(fx) == torch.sign(fa)
        c_new, fc_new = torch.where(same, a, b), torch.where(same, fa, fb)
        b_new, fb_new = torch.where(same, b, a), torch.where(same, fb, fa)
        xi, phi = (x - b_new) / (c_new - b_new), (fx - fb_new) / (fc_new - fb_new)
        smooth = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        guess = fx / (fb_new - fx) * fc_new / (fb_new - fc_new)
        guess = guess + (c_new - x) / (b_new - x) * fx / (fc_new - fx) * fb_new / (fc_new - fb_new)
        nearest, _ = best(x, b_new, fx, fb_new)
        least = (xtol + rtol * nearest.abs()) / (b_new - x).abs().clamp(min=finfo.tiny)
        t_new = torch.where(smooth & torch.isfinite(guess), guess, 0.5)
        t_new = torch.minimum(torch.maximum(t_new, least), 1 - least)
        t_new = torch.where(least < 0.5, t_new, 0.5)
        changed = (x, b_new, c_new, fx, fb_new, fc_new, t_new, nit + 1)
        return tuple(torch.where(active, new, old) for new, old in zip(changed, state))

    start = (low, high, low, f_low, f_high, f_low, torch.full_like(low, 0.5), torch.zeros_like(low, dtype=torch.int64))
    a, b, _, fa, fb, _, _, nit = while_loop(
        lambda s: ~finished(s[0], s[1], s[3], s[4]).all(), step, start, max_steps=maxiter
    )
    x, _ = best(a, b, fa, fb)
    return torch.where(ordered, x, torch.nan), finished(a, b, fa, fb) & ordered, nit


def newton_elementwise(f: Map, x0: Tensor, xtol: float, rtol: float, maxiter: int, halley: bool) -> Any:
    """Newton's or Halley's steps with exact derivatives.

    Returns
    -------
    root, converged, iterations
    """

    def slope(f: Map) -> Map:
        return lambda x: torch.func.grad(lambda x: f(x).sum())(x)

    first = slope(f)

    def step(state: Any) -> Any:
        x, nit, done = state
        value, derivative = f(x), first(x)
        change = value / derivative
        if halley:
            adjusted = 1 - 0.5 * change * slope(first)(x) / derivative
            change = torch.where(adjusted.abs() < 1, change / adjusted, change)
        change = torch.where(value == 0, 0, change)
        new = x - change
        small = change.abs() <= xtol + rtol * new.abs()
        return torch.where(done, x, new), nit + ~done, done | small

    start = (x0, torch.zeros_like(x0, dtype=torch.int64), torch.zeros_like(x0, dtype=torch.bool))
    x, nit, done = while_loop(lambda s: ~(s[2] | ~torch.isfinite(s[0])).all(), step, start, max_steps=maxiter)
    return x, done & torch.isfinite(x), nit
