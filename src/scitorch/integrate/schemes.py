"""Integration over the unit interval: adaptive Gauss-Kronrod, double exponential, and fixed Gauss-Legendre."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy
import torch
from torch import Tensor

__all__ = ["DoubleExponential", "GaussKronrod"]

Many = Callable[[Tensor], Tensor]

# Kronrod's nodes of order 21 on [-1, 1], from the outermost to the centre, their weights, and those of Gauss's rule of
# order 10 at every second one (R. Piessens et al., QUADPACK (1983), routine qk21).
_NODES = (
    0.995657163025808080735527280689003, 0.973906528517171720077964012084452, 0.930157491355708226001207180059508,
    0.865063366688984510732096688423493, 0.780817726586416897063717578345042, 0.679409568299024406234327365114874,
    0.562757134668604683339000099272694, 0.433395394129247190799265943165784, 0.294392862701460198131126603103866,
    0.148874338981631210884826001129720, 0.0,
)  # fmt: skip
_KRONROD = (
    0.011694638867371874278064396062192, 0.032558162307964727478818972459390, 0.054755896574351996031381300244580,
    0.075039674810919952767043140916190, 0.093125454583697605535065465083366, 0.109387158802297641899210590325805,
    0.123491976262065851077958109585166, 0.134709217311473325928054001771707, 0.142775938577060080797094273138717,
    0.147739104901338491374841515972068, 0.149445554002916905664936468389821,
)  # fmt: skip
_GAUSS = (
    0.066671344308688137593568809893332, 0.149451349150580593145863396957658, 0.219086362515982043995534934228163,
    0.269266719309996355091226921569469, 0.295524224714752870173815619188769,
)  # fmt: skip


@lru_cache(maxsize=8)
def _rule(dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Nodes and both weights on [0, 1]."""
    nodes = [-x for x in _NODES] + list(reversed(_NODES[:-1]))
    kronrod = [*_KRONROD, *reversed(_KRONROD[:-1])]
    half = [w for g in _GAUSS for w in (0.0, g)] + [0.0]
    gauss = [*half, *reversed(half[:-1])]
    made = [torch.tensor(v, dtype=torch.float64) for v in (nodes, kronrod, gauss)]
    return tuple(v.to(dtype=dtype, device=device) for v in ((made[0] + 1) / 2, made[1] / 2, made[2] / 2))  # type: ignore[return-value]


@dataclass(frozen=True)
class GaussKronrod:
    """Bisect, in each round, every interval whose error is more than its share of the tolerance.

    The error of an interval is QUADPACK's: the difference of both rules, made smaller where it is small against the
    integrand's variation.
    """

    epsabs: float
    epsrel: float
    limit: int
    dtype: torch.dtype
    device: torch.device

    def __call__(self, g: Many) -> tuple[Tensor, Tensor, int, bool]:
        nodes, kronrod, gauss = _rule(self.dtype, self.device)
        eps = torch.finfo(self.dtype).eps
        low = torch.zeros(1, dtype=self.dtype, device=self.device)
        length = torch.ones_like(low)
        count, done_value, done_error = 0, None, None
        parts: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
        while True:
            values = g((low[:, None] + length[:, None] * nodes).reshape(-1))
            count += low.numel() * nodes.numel()
            values = values.reshape(len(low), len(nodes), *values.shape[1:])
            scale = length.reshape(-1, *(1,) * (values.ndim - 2))
            fine = scale * torch.einsum("k,nk...->n...", kronrod.to(values.dtype), values)
            coarse = scale * torch.einsum("k,nk...->n...", gauss.to(values.dtype), values)
            size = scale * torch.einsum("k,nk...->n...", kronrod, values.abs())
            mean = (fine / scale)[:, None]
            spread = scale * torch.einsum("k,nk...->n...", kronrod, (values - mean).abs())
            error = (fine - coarse).abs()
            reduced = spread * torch.clamp((200 * error / torch.where(spread > 0, spread, 1)) ** 1.5, max=1.0)
            error = torch.where(spread > 0, reduced, error)
            error = torch.maximum(
                error, torch.where(size > torch.finfo(self.dtype).tiny / (50 * eps), 50 * eps * size, 0)
            )
            parts.append((low, length, fine, error))
            lows, lengths = torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
            fines, errors = torch.cat([p[2] for p in parts]), torch.cat([p[3] for p in parts])
            done_value, done_error = fines.sum(0), errors.sum(0)
            tolerance = torch.clamp(self.epsrel * done_value.abs(), min=self.epsabs)
            met = bool((done_error <= tolerance).all())
            finite = bool(torch.isfinite(done_error).all())
            if met or not finite or len(lows) >= self.limit:
                return done_value, done_error, count, met
            # rounding cannot be bisected away
            floor = 100 * eps * fines.abs()
            heavy = (errors > tolerance / (2 * len(lows))) & (errors > floor)
            heavy = heavy.reshape(len(lows), -1).any(1) & (lengths > 4 * eps * lows.clamp(min=eps))
            if not bool(heavy.any()):
                return done_value, done_error, count, met
            kept = ~heavy
            parts = [(lows[kept], lengths[kept], fines[kept], errors[kept])]
            half = lengths[heavy] / 2
            low = torch.cat([lows[heavy], lows[heavy] + half])
            length = torch.cat([half, half])


@dataclass(frozen=True)
class DoubleExponential:
    """The trapezoidal rule after ``x = (1 + tanh(π/2 sinh t)) / 2``, with half of the step in each level.

    H. Takahasi and M. Mori, Publ. RIMS 9 (1974) 721. Values that are not finite, at the very ends, count as zero.
    """

    atol: float
    rtol: float
    minlevel: int
    maxlevel: int
    dtype: torch.dtype
    device: torch.device

    def __call__(self, g: Many) -> tuple[Tensor, Tensor, int, bool]:
        # beyond this point the distance from the end of the interval is below the smallest number that 1 - x can tell
        tiny = float(torch.finfo(self.dtype).tiny)
        reach = math.asinh(-math.log(tiny) / math.pi)
        count, total, before, previous = 0, None, None, None
        for level in range(self.maxlevel + 1):
            h = reach / 2 ** (level + 2)
            new = range(-(2 ** (level + 2)), 2 ** (level + 2) + 1)
            places = [k * h for k in new if level == 0 or k % 2]
            t = torch.tensor(places, dtype=torch.float64)
            u = math.pi / 2 * torch.sinh(t)
            x, weight = torch.special.expit(2 * u), math.pi / 4 * torch.cosh(t) / torch.cosh(u) ** 2
            x, weight = x.to(self.dtype).to(self.device), weight.to(self.dtype).to(self.device)
            inside = (x > 0) & (x < 1) & (weight > 0)
            values = g(x[inside])
            values = values * weight[inside].reshape(-1, *(1,) * (values.ndim - 1))
            values = torch.where(torch.isfinite(values), values, 0)
            count += int(inside.sum())
            sums = h * values.sum(0)
            total = sums if total is None else 0.5 * total + sums
            if previous is not None and level >= self.minlevel:
                change = (total - previous).abs()
                error = (
                    change
                    if before is None
                    else torch.minimum(change, change**2 / before.clamp(min=change.max() + tiny))
                )
                tolerance = torch.clamp(self.rtol * total.abs(), min=self.atol)
                if bool((change <= tolerance).all()):
                    return total, error, count, True
                before = change
            previous = total
        assert total is not None
        return total, torch.zeros_like(total.abs()) if before is None else before, count, False


@lru_cache(maxsize=32)
def gauss_legendre(n: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Nodes and weights on [-1, 1]."""
    x, w = numpy.polynomial.legendre.leggauss(n)
    return tuple(x.tolist()), tuple(w.tolist())
