"""Integrals of samples: trapezoidal rule, Simpson's and Romberg's, and their running sums."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .arrays import Kind

__all__ = ["cumulative_simpson", "cumulative_trapezoid", "romb", "simpson", "trapezoid"]


def _samples(name: str, y: Any, x: Any, dx: Any, axis: int) -> tuple[Kind, Tensor, Tensor]:
    """Samples with their axis last, and the distances between them."""
    kind = Kind((y, x, dx))
    values = kind.tensor(y)
    if not (values.is_floating_point() or values.is_complex()):
        values = values.to(kind.dtype)
    values = values.movedim(axis, -1)
    count = values.shape[-1]
    if x is None:
        steps = kind.tensor(dx, kind.real)
        if steps.ndim == 0:
            return kind, values, steps.expand(max(count - 1, 0))
        return kind, values, steps if steps.ndim == 1 else steps.movedim(axis, -1)
    places = kind.tensor(x)
    places = places if places.ndim == 1 else places.movedim(axis, -1)
    if places.shape[-1] != count:
        raise ValueError(f"{name}: x has {places.shape[-1]} points along the axis, y has {count}")
    return kind, values, places.diff(dim=-1)


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """Integrate samples by the trapezoidal rule.

    Parameters
    ----------
    y, x, dx, axis
        As in `scipy.integrate.trapezoid`; differentiable in all three.

    Returns
    -------
    array
        The integral along the axis.

    Examples
    --------
    >>> import torch
    >>> from scitorch.integrate import trapezoid
    >>> trapezoid(torch.tensor([1.0, 2.0, 4.0]))
    tensor(4.5000)
    """
    kind, values, steps = _samples("trapezoid", y, x, dx, axis)
    return kind.result((0.5 * steps * (values[..., 1:] + values[..., :-1])).sum(-1))


def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """Integrate samples by the trapezoidal rule up to each of them.

    Parameters and derivatives are those of `trapezoid`; with ``initial=0`` the result begins with a zero.
    """
    kind, values, steps = _samples("cumulative_trapezoid", y, x, dx, axis)
    if values.shape[-1] == 0:
        raise ValueError("At least one point is required along `axis`.")
    sums = (0.5 * steps * (values[..., 1:] + values[..., :-1])).cumsum(-1)
    if initial is not None:
        if initial != 0:
            raise ValueError("`initial` must be `None` or `0`.")
        sums = torch.cat([torch.zeros_like(values[..., :1]).to(sums.dtype), sums], -1)
    return kind.result(sums.movedim(-1, axis))


def _pairs(values: Tensor, h0: Tensor, h1: Tensor) -> Tensor:
    """The parabola through three points, integrated over both steps."""
    ratio, total = h0 / h1, h0 + h1
    left, middle, right = values[..., :-2:2], values[..., 1:-1:2], values[..., 2::2]
    return total / 6 * (left * (2 - 1 / ratio) + middle * total**2 / (h0 * h1) + right * (2 - ratio))


def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """Integrate samples by Simpson's rule, whatever their number and distances.

    Parameters
    ----------
    y, x, dx, axis
        As in `scipy.integrate.simpson`. For an even number of samples the last step is corrected by the parabola
        through the last three (Cartwright, J. Math. Sci. Math. Ed. 12 (2017)).

    Returns
    -------
    array
        The integral along the axis, differentiable in ``y``, ``x`` and ``dx``.
    """
    kind, values, steps = _samples("simpson", y, x, dx, axis)
    count = values.shape[-1]
    if count < 2:
        return kind.result(torch.zeros_like(values.sum(-1)))
    if count == 2:
        return kind.result((0.5 * steps * (values[..., 1:] + values[..., :-1])).sum(-1))
    odd = count if count % 2 else count - 1
    result = _pairs(values[..., :odd], steps[..., 0 : odd - 1 : 2], steps[..., 1 : odd - 1 : 2]).sum(-1)
    if odd != count:
        h1, h0 = steps[..., -1], steps[..., -2]
        alpha = (2 * h1**2 + 3 * h0 * h1) / (6 * (h1 + h0))
        beta = (h1**2 + 3 * h0 * h1) / (6 * h0)
        eta = h1**3 / (6 * h0 * (h0 + h1))
        result = result + alpha * values[..., -1] + beta * values[..., -2] - eta * values[..., -3]
    return kind.result(result)


def cumulative_simpson(y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """Integrate samples by Simpson's rule up to each of them.

    Every step is integrated by a parabola through three points, as in `scipy.integrate.cumulative_simpson`.
    """
    kind, values, steps = _samples("cumulative_simpson", y, x, dx, axis)
    if values.shape[-1] < 3:
        parts = 0.5 * steps * (values[..., 1:] + values[..., :-1])
    else:
        first = _first_step(values, steps)
        last = _first_step(values.flip(-1), steps.flip(-1)).flip(-1)
        # steps 0, 2, 4 … begin a parabola, steps 1, 3, 5 … end one; so does the last step of an odd count
        even = torch.arange(steps.shape[-1], device=values.device) % 2 == 0
        even = even & (torch.arange(steps.shape[-1], device=values.device) < steps.shape[-1] - 1)
        end = torch.zeros_like(first[..., :1])
        parts = torch.where(even, torch.cat([first, end], -1), torch.cat([end, last], -1))
    sums = parts.cumsum(-1)
    if initial is not None:
        start = kind.tensor(initial).movedim(axis, -1) if getattr(initial, "ndim", 0) else kind.tensor(initial)
        start = start.expand(values[..., :1].shape)
        sums = torch.cat([start.to(sums.dtype), sums + start], -1)
    return kind.result(sums.movedim(-1, axis))


def _first_step(values: Tensor, steps: Tensor) -> Tensor:
    """The parabola through each three neighbours, integrated over the first step."""
    h0, h1 = steps[..., :-1], steps[..., 1:]
    f0, f1, f2 = values[..., :-2], values[..., 1:-1], values[..., 2:]
    ratio = h0 / (h0 + h1)
    return h0 / 6 * ((3 - ratio) * f0 + (3 + ratio * h0 / h1 + ratio) * f1 - ratio * h0 / h1 * f2)


def romb(y: Any, dx: Any = 1.0, axis: int = -1, show: bool = False) -> Any:
    """Integrate ``2**k + 1`` equally spaced samples by Romberg's rule; ``show`` prints nothing."""
    kind, values, _ = _samples("romb", y, None, 1.0, axis)
    count = values.shape[-1] - 1
    if count < 1 or count & (count - 1):
        raise ValueError("Number of samples must be one plus a non-negative power of 2.")
    step = kind.tensor(dx, kind.real)
    row: list[Tensor] = []
    stride = count
    while stride >= 1:
        sampled = values[..., ::stride]
        sums = stride * step * (sampled.sum(-1) - 0.5 * (sampled[..., 0] + sampled[..., -1]))
        new = [sums]
        for k, coarse in enumerate(row):
            new.append(new[k] + (new[k] - coarse) / (4 ** (k + 1) - 1))
        row, stride = new, stride // 2
    return kind.result(row[-1])
