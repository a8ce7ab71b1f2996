"""The rule of an integral: derivatives in the limits by Leibniz, in parameters by integrating the integrand's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from scitorch.op.function_rule import Tangents, Tensors, apply_rule

__all__ = ["Integral", "Scheme"]

#: ``scheme(g) -> (integral over [0, 1], error, evaluations, converged)`` of a function of many points at once.
Scheme = Callable[[Callable[[Tensor], Tensor]], tuple[Tensor, Tensor, int, bool]]


@dataclass(frozen=True)
class Integral:
    """``∫ f(x, θ) dx`` of a vector-valued function; primals are the limits and θ.

    Attributes
    ----------
    f
        ``f(theta, x)``: for limits of shape S a tensor of shape S + (m,).
    scheme
        How a function is integrated over the unit interval.
    low, high
        Whether the limits are infinite: 0, or the sign of infinity.
    batch
        Number of dimensions of the limits.
    pointwise
        Whether the function takes one point at a time.
    """

    f: Callable[[Tensors, Tensor], Tensor]
    scheme: Scheme
    low: int = 0
    high: int = 0
    batch: int = 0
    pointwise: bool = False

    def value(self, *primals: Tensor) -> Tensors:
        """Integral, error estimate, evaluations and success."""
        a, b, *theta = primals

        def g(t: Tensor) -> Tensor:
            x, weight = self._place(t.reshape(-1, *(1,) * self.batch), a, b)
            if self.pointwise:
                values = torch.stack([self.f(theta, point) for point in x])
            else:
                values = torch.func.vmap(lambda point: self.f(theta, point))(x)
            return values * weight.reshape(*weight.shape, *(1,) * (values.ndim - weight.ndim))

        with torch.no_grad():
            total, error, count, converged = self.scheme(g)
        return total, error, torch.tensor(count), torch.tensor(converged)

    def _place(self, t: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """The point of the unit interval's point, and the derivative."""
        if self.low and self.high:
            s = 2 * t - 1
            sign = 1 if self.high > 0 else -1
            place = sign * s / (1 - s * s)
            return place.expand(t.shape[:1] + a.shape), (sign * 2 * (1 + s * s) / (1 - s * s) ** 2).expand(
                t.shape[:1] + a.shape
            )
        if self.high:
            return a + self.high * t / (1 - t), (self.high / (1 - t) ** 2).expand(t.shape[:1] + a.shape)
        if self.low:
            u = 1 - t
            return b + self.low * u / (1 - u), (-self.low / (1 - u) ** 2).expand(t.shape[:1] + b.shape)
        return a + (b - a) * t, (b - a).expand(t.shape[:1] + a.shape)

    def batched(self, primals: list[Tensor], members: tuple[bool, ...], size: int, randomness: str) -> Any:
        """The integrals of a batch, on one common division of the interval."""
        a, b, *theta = primals
        a, b = (x if m else x.expand(size, *x.shape) for x, m in zip((a, b), members))
        dims = tuple([0 if m else None for m in members[2:]])

        def f(theta: Tensors, x: Tensor) -> Tensor:
            return torch.func.vmap(self.f, (dims, 0), randomness=randomness)(tuple(theta), x)

        return replace(self, f=f, batch=self.batch + 1, pointwise=False), [a, b, *theta], [0, 0, None, None]

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        """``f(b) db - f(a) da + ∫ ∂f/∂θ dθ dx``."""
        a, b, *theta = primals
        terms = []
        for limit, tangent, sign, infinite in ((a, tangents[0], -1, self.low), (b, tangents[1], 1, self.high)):
            if tangent is not None and not infinite:
                terms.append(sign * tangent[..., None] * self.f(theta, limit))
        active = [k for k, t in enumerate(tangents[2:]) if t is not None and _is_smooth(theta[k])]
        if active:
            count = len(theta)

            def moved(given: Tensors, x: Tensor) -> Tensor:
                fixed = given[:count]
                chosen = [given[k] for k in active]
                function = lambda *c: self.f(_replaced(fixed, active, c), x)  # noqa: E731
                return torch.func.jvp(function, tuple(chosen), tuple(given[count:]))[1]

            rule = replace(self, f=moved)
            terms.append(apply_rule(rule, a, b, *theta, *[tangents[2 + k] for k in active])[0])  # type: ignore[arg-type]
        total = sum(terms[1:], terms[0]) if terms else None
        return [total, None, None, None]

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        """The transpose of the tangent map."""
        a, b, *theta = primals
        g = given[0]
        if g is None:
            return [None] * len(primals)
        at_low = None if not needed[0] or self.low else -(g * self.f(theta, a).conj()).sum(-1)
        at_high = None if not needed[1] or self.high else (g * self.f(theta, b).conj()).sum(-1)
        wanted = [k for k, need in enumerate(needed[2:]) if need]
        found: dict[int, Tensor] = {}
        if wanted:
            count = len(theta)

            def pulled(inputs: Tensors, x: Tensor) -> Tensor:
                fixed, weights = inputs[:count], inputs[count]
                function = lambda *c: self.f(_replaced(fixed, wanted, c), x)  # noqa: E731
                parts = torch.func.vjp(function, *[fixed[k] for k in wanted])[1](weights)
                flat = [torch.view_as_real(p).reshape(-1) if p.is_complex() else p.reshape(-1) for p in parts]
                # one row for each member of the batch of limits, of which the derivative is the sum
                return torch.cat(flat)

            if self.batch:
                found = self._pulled_by_transpose(primals, results, given, wanted)
            else:
                (total, *_) = apply_rule(replace(self, f=pulled), a, b, *theta, g)
                place = 0
                for k in wanted:
                    size = theta[k].numel() * (2 if theta[k].is_complex() else 1)
                    part = total[place : place + size]
                    place += size
                    shape = theta[k].shape
                    found[k] = (
                        torch.view_as_complex(part.reshape(*shape, 2)) if theta[k].is_complex() else part.reshape(shape)
                    )
        return [at_low, at_high, *[found.get(k) for k in range(len(theta))]]

    def _pulled_by_transpose(
        self, primals: Tensors, results: Tensors, given: Tangents, wanted: list[int]
    ) -> dict[int, Tensor]:
        """For a batch of limits: integrate along the members' own intervals, each over the unit interval."""
        a, b, *theta = primals
        count = len(theta)
        if self.low or self.high:
            raise NotImplementedError("quad: the reverse mode of a batch of infinite intervals")

        def pulled(inputs: Tensors, t: Tensor) -> Tensor:
            fixed, weights, low, high = inputs[:count], inputs[count], inputs[count + 1], inputs[count + 2]
            function = lambda *c: self.f(_replaced(fixed, wanted, c), low + (high - low) * t)  # noqa: E731
            scaled = weights * (high - low)[..., None]
            parts = torch.func.vjp(function, *[fixed[k] for k in wanted])[1](scaled)
            return torch.cat([torch.view_as_real(p).reshape(-1) if p.is_complex() else p.reshape(-1) for p in parts])

        zero, one = torch.zeros((), dtype=a.dtype, device=a.device), torch.ones((), dtype=a.dtype, device=a.device)
        rule = replace(self, f=pulled, batch=0)
        total = apply_rule(rule, zero, one, *theta, given[0], a, b)[0]  # type: ignore[arg-type]
        found, place = {}, 0
        for k in wanted:
            size = theta[k].numel() * (2 if theta[k].is_complex() else 1)
            found[k] = _shaped(total[place : place + size], theta[k])
            place += size
        return found


def _replaced(values: Tensors, places: Sequence[int], chosen: Sequence[Tensor]) -> list[Tensor]:
    full = list(values)
    for k, x in zip(places, chosen):
        full[k] = x
    return full


def _shaped(part: Tensor, model: Tensor) -> Tensor:
    if model.is_complex():
        pairs = part.reshape(*model.shape, 2)
        return torch.complex(pairs[..., 0], pairs[..., 1])
    return part.reshape(model.shape)


def _is_smooth(x: Tensor) -> bool:
    return x.is_floating_point() or x.is_complex()


def infinite_sign(limit: float) -> int:
    """0 for a finite limit, or the sign of an infinite one."""
    return 0 if math.isfinite(limit) else (1 if limit > 0 else -1)
