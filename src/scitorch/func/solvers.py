"""Solvers for equations and minimisers, written with tensors: on any device, and member by member under ``vmap``.

Each is called as ``solver(function, x0)`` with a function of one real vector, and returns the point, whether the
tolerance was met, and the number of iterations. All of them take one trial step in each turn of a `while_loop`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from .captures import alias
from .control_flow import while_loop

__all__ = ["Anderson", "LevenbergMarquardt", "LimitedMemoryBFGS", "Newton", "Solver", "TrustRegion"]

Map = Callable[[Tensor], Tensor]
Found = tuple[Tensor, Tensor, Tensor]


class Solver(Protocol):
    """Solves ``function(x) = 0``, or minimises it, from a starting point."""

    def __call__(self, function: Map, x0: Tensor, /) -> Found: ...


def _zero(x: Tensor) -> Tensor:
    return torch.zeros((), dtype=torch.int64, device=x.device)


def _no(x: Tensor) -> Tensor:
    return torch.zeros((), dtype=torch.bool, device=x.device)


def _largest(x: Tensor) -> Tensor:
    return x.abs().max()


@dataclass(frozen=True)
class Newton:
    """Newton's method for equations, with steps shortened until the residual falls.

    Attributes
    ----------
    rtol
        Stop when the step is shorter than this times the point (plus one); by default ε^(2/3), where the next step is
        rounding.
    max_steps
        Evaluations of the Jacobian at most.
    """

    rtol: float | None = None
    max_steps: int = 100

    def __call__(self, function: Map, x0: Tensor, /) -> Found:
        rtol = torch.finfo(x0.dtype).eps ** (2 / 3) if self.rtol is None else self.rtol
        least = torch.finfo(x0.dtype).eps

        def step(state: Any) -> Any:
            x, r, damping, _, nit = state
            jacobian = torch.func.jacrev(function)(x)
            full = torch.linalg.solve_ex(jacobian, r)[0] if len(x) > 1 else r / jacobian[0]
            trial = x - damping * full
            at_trial = function(trial)
            size, before = torch.linalg.vector_norm(at_trial), torch.linalg.vector_norm(r)
            accepted = (size < before) | (size == 0)
            small = _largest(full) <= rtol * (1 + _largest(x))
            done = small | (size == 0)
            taken = accepted | (small & (size <= 2 * before))
            x, r = torch.where(taken, trial, x), torch.where(taken, at_trial, r)
            damping = torch.where(accepted, (2 * damping).clamp(max=1.0), damping / 2)
            return x, r, damping, done, nit + 1

        first = function(x0)
        x, r, _, done, nit = while_loop(
            lambda s: ~s[3] & (s[2] > least) & torch.isfinite(s[1]).all(),
            step,
            (x0, first, torch.ones_like(x0[0]), (first == 0).all(), _zero(x0)),
            max_steps=self.max_steps,
        )
        return x, done & torch.isfinite(r).all(), nit


@dataclass(frozen=True)
class Anderson:
    """Fixed-point iteration on ``x + function(x)`` with Anderson's extrapolation from the last ``memory`` points.

    See H. F. Walker and P. Ni, SIAM J. Numer. Anal. 49 (2011) 1715.
    """

    rtol: float | None = None
    memory: int = 5
    max_steps: int = 1000

    def __call__(self, function: Map, x0: Tensor, /) -> Found:
        rtol = 4 * torch.finfo(x0.dtype).eps if self.rtol is None else self.rtol
        m, n = self.memory, len(x0)

        def step(state: Any) -> Any:
            x, f, dx, df, nit = state
            # the combination of differences that cancels most of the residual; scaled against a loss of rank
            scale = torch.linalg.vector_norm(df, dim=1, keepdim=True).clamp(min=torch.finfo(x.dtype).tiny)
            a = df / scale
            gram = a @ a.mT + 1e3 * torch.finfo(x.dtype).eps * torch.eye(m, dtype=x.dtype, device=x.device)
            weights = torch.linalg.solve_ex(gram, a @ f)[0]
            new = x + f - weights @ ((dx + df) / scale)
            plain = x + f
            at_new, at_plain = function(new), function(plain)
            better = torch.linalg.vector_norm(at_new) <= torch.linalg.vector_norm(at_plain)
            new, at_new = torch.where(better, new, plain), torch.where(better, at_new, at_plain)
            dx = torch.cat([dx[1:], (new - x)[None]])
            df = torch.cat([df[1:], (at_new - f)[None]])
            return new, at_new, dx, df, nit + 1

        def converged(x: Tensor, f: Tensor) -> Tensor:
            return _largest(f) <= rtol * (1 + _largest(x))

        zeros = x0.new_zeros(m, n)
        x, f, _, _, nit = while_loop(
            lambda s: ~converged(s[0], s[1]) & torch.isfinite(s[1]).all(),
            step,
            (x0, function(x0), zeros, zeros, _zero(x0)),
            max_steps=self.max_steps,
        )
        return x, converged(x, f), nit


@dataclass(frozen=True)
class LimitedMemoryBFGS:
    """The limited-memory BFGS method with a backtracking line search.

    See J. Nocedal and S. J. Wright, Numerical Optimization (2006), algorithms 7.4 and 3.1.

    Attributes
    ----------
    gtol
        Stop when no component of the gradient is larger; by default ε^(2/3) times the larger of one and the value.
    memory
        Number of steps remembered.
    max_steps
        Evaluations of value and gradient at most.
    """

    gtol: float | None = None
    memory: int = 10
    max_steps: int = 2000

    def __call__(self, function: Map, x0: Tensor, /) -> Found:
        finfo = torch.finfo(x0.dtype)
        value_and_gradient = torch.func.grad_and_value(function)
        m, n = self.memory, len(x0)

        def limit(f: Tensor) -> Tensor:
            if self.gtol is not None:
                return torch.full_like(f, self.gtol)
            return finfo.eps ** (2 / 3) * f.abs().clamp(min=1.0)

        def direction(g: Tensor, s: Tensor, y: Tensor, rho: Tensor) -> Tensor:
            q, alphas = g, []
            for k in range(m - 1, -1, -1):  # unused pairs have rho = 0
                alpha = rho[k] * (s[k] @ q)
                q = q - alpha * y[k]
                alphas.append(alpha)
            last = y[-1] @ y[-1]
            q = q * torch.where(rho[-1] > 0, 1 / (rho[-1] * last).clamp(min=finfo.tiny), 1)
            for k in range(m):
                beta = rho[k] * (y[k] @ q)
                q = q + s[k] * (alphas[m - 1 - k] - beta)
            return -q

        def step(state: Any) -> Any:
            x, f, g, p, length, s, y, rho, nit = state
            trial = x + length * p
            at_gradient, at_value = value_and_gradient(trial)
            slope = g @ p
            noise = 4 * finfo.eps * f.abs()
            # near the minimum the value no longer tells: then the gradient must fall
            descends = (at_value <= f + 1e-4 * length * slope) | (
                (at_value <= f + noise) & (_largest(at_gradient) < _largest(g))
            )
            accepted = descends & torch.isfinite(at_value) & torch.isfinite(at_gradient).all()
            ds, dy = trial - x, at_gradient - g
            curvature = ds @ dy
            useful = accepted & (curvature > finfo.eps * (dy @ dy))
            s = torch.where(useful, torch.cat([s[1:], ds[None]]), s)
            y = torch.where(useful, torch.cat([y[1:], dy[None]]), y)
            inverse = 1 / torch.where(curvature > 0, curvature, 1)
            rho = torch.where(useful, torch.cat([rho[1:], inverse[None]]), rho)
            x, f = torch.where(accepted, trial, x), torch.where(accepted, at_value, f)
            new = torch.where(accepted, at_gradient, g)
            p_new = direction(new, s, y, rho)
            p_new = torch.where(new @ p_new < 0, p_new, -new)
            # minimiser of the parabola through both values and the slope, kept between a tenth and a half
            bend = (at_value - f - length * slope) / length**2
            shorter = torch.where(
                torch.isfinite(bend), (-slope / (2 * bend)).clamp(0.1 * length, 0.5 * length), 0.1 * length
            )
            length = torch.where(accepted, torch.ones_like(length), shorter)
            return x, f, new, torch.where(accepted, p_new, p), length, s, y, rho, nit + 1

        g0, f0 = value_and_gradient(x0)
        pairs = x0.new_zeros(m, n)
        first = 1 / torch.linalg.vector_norm(g0).clamp(min=1.0)
        state = (x0, f0, g0, -g0, first, pairs, pairs, x0.new_zeros(m), _zero(x0))
        state = while_loop(
            lambda s: (_largest(s[2]) > limit(s[1])) & (s[4] > finfo.eps**2) & torch.isfinite(s[1]),
            step,
            state,
            max_steps=self.max_steps,
        )
        x, f, g, nit = state[0], state[1], state[2], state[-1]
        return x, _largest(g) <= limit(f), nit


@dataclass(frozen=True)
class TrustRegion:
    """Newton's method for minimisers with a trust region, solved by truncated conjugate gradients.

    See T. Steihaug, SIAM J. Numer. Anal. 20 (1983) 626. Hessians appear in products only.
    """

    gtol: float | None = None
    radius: float = 1.0
    max_steps: int = 500

    def __call__(self, function: Map, x0: Tensor, /) -> Found:
        finfo = torch.finfo(x0.dtype)
        gradient = torch.func.grad(function)
        value_and_gradient = torch.func.grad_and_value(function)

        def limit(f: Tensor) -> Tensor:
            if self.gtol is not None:
                return torch.full_like(f, self.gtol)
            return finfo.eps ** (2 / 3) * f.abs().clamp(min=1.0)

        def step(state: Any) -> Any:
            x, f, g, radius, nit = state

            def product(v: Tensor) -> Tensor:
                return torch.func.grad(lambda x: torch.dot(gradient(x), v))(alias(x))

            p = _truncated_gradients(product, g, radius)
            predicted = -(g @ p + 0.5 * (p @ product(p)))
            at_gradient, at_value = value_and_gradient(x + p)
            noise = 4 * finfo.eps * f.abs()
            ratio = (f - at_value + noise) / (predicted + noise).clamp(min=finfo.tiny)
            accepted = (ratio > 0.1) & torch.isfinite(at_value) & torch.isfinite(at_gradient).all()
            length = torch.linalg.vector_norm(p)
            grown = torch.where((ratio > 0.75) & (length > 0.99 * radius), 2 * radius, radius)
            radius = torch.where(accepted & (ratio > 0.25), grown, 0.25 * length)
            return (
                torch.where(accepted, x + p, x),
                torch.where(accepted, at_value, f),
                torch.where(accepted, at_gradient, g),
                radius,
                nit + 1,
            )

        g0, f0 = value_and_gradient(x0)
        x, f, g, _, nit = while_loop(
            lambda s: (_largest(s[2]) > limit(s[1])) & (s[3] > finfo.eps**2) & torch.isfinite(s[1]),
            step,
            (x0, f0, g0, torch.full_like(f0, self.radius), _zero(x0)),
            max_steps=self.max_steps,
        )
        return x, _largest(g) <= limit(f), nit


def _truncated_gradients(product: Map, g: Tensor, radius: Tensor) -> Tensor:
    """Minimise ``g·p + p·Hp/2`` in a ball: conjugate gradients up to its boundary or to negative curvature."""
    target = torch.linalg.vector_norm(g)
    target = target * torch.minimum(torch.full_like(target, 0.1), target.sqrt())

    def step(state: Any) -> Any:
        p, r, d, _ = state
        image = product(d)
        curvature, squared = d @ image, r @ r
        alpha = squared / torch.where(curvature > 0, curvature, 1)
        inside = p + alpha * d
        leaves = (curvature <= 0) | (torch.linalg.vector_norm(inside) >= radius)
        # the positive root of |p + τ d| = radius
        a, b, c = d @ d, p @ d, p @ p - radius**2
        tau = (-b + (b * b - a * c).clamp(min=0).sqrt()) / a
        r_new = r + alpha * image
        d_new = -r_new + (r_new @ r_new) / squared * d
        done = leaves | (torch.linalg.vector_norm(r_new) <= target)
        return torch.where(leaves, p + tau * d, inside), r_new, d_new, done

    start = torch.zeros_like(g), g, -g, _no(g) | (torch.linalg.vector_norm(g) == 0)
    return while_loop(lambda s: ~s[3], step, start, max_steps=2 * len(g))[0]


@dataclass(frozen=True)
class LevenbergMarquardt:
    """Least squares: minimise half the squared norm of a function of one vector.

    Damped by the gain of each step: H. B. Nielsen, IMM-REP-1999-05.
    """

    rtol: float | None = None
    gtol: float | None = None
    max_steps: int = 500

    def __call__(self, function: Map, x0: Tensor, /) -> Found:
        finfo = torch.finfo(x0.dtype)
        rtol = finfo.eps ** (2 / 3) if self.rtol is None else self.rtol
        gtol = finfo.eps ** (2 / 3) if self.gtol is None else self.gtol
        jacobian = torch.func.jacrev(function) if len(function(x0)) < len(x0) else torch.func.jacfwd(function)
        eye = torch.eye(len(x0), dtype=x0.dtype, device=x0.device)

        def done(j: Tensor, r: Tensor) -> Tensor:
            # the cosine between the residual and each column
            norms = torch.linalg.vector_norm(j, dim=0) * torch.linalg.vector_norm(r)
            return ((j.mT @ r).abs() <= gtol * norms.clamp(min=finfo.tiny)).all()

        def step(state: Any) -> Any:
            x, r, j, damping, growth, _, nit = state
            scale = torch.linalg.vector_norm(j, dim=0)
            scale = torch.where(scale > 0, scale, 1)
            normal, g = (j / scale).mT @ (j / scale), (j / scale).mT @ r
            p = -torch.linalg.solve_ex(normal + damping * eye, g)[0]
            trial = x + p / scale
            at_trial = function(trial)
            before, after = r @ r, at_trial @ at_trial
            predicted = p @ (damping * p - g)
            gain = (before - after) / predicted.clamp(min=finfo.tiny)
            accepted = (after <= before) & torch.isfinite(after)
            small = _largest(p / scale) <= rtol * (rtol + _largest(x))
            damping = torch.where(
                accepted, damping * (1 - (2 * gain - 1) ** 3).clamp(min=1 / 3), damping * growth
            ).clamp(min=finfo.eps)
            growth = torch.where(accepted, torch.full_like(growth, 2.0), 2 * growth)
            x, r = torch.where(accepted, trial, x), torch.where(accepted, at_trial, r)
            j = torch.where(accepted, jacobian(x), j)
            return x, r, j, damping, growth, small | done(j, r), nit + 1

        r0, j0 = function(x0), jacobian(x0)
        state = (x0, r0, j0, torch.full_like(r0[0], 1e-3), torch.full_like(r0[0], 2.0), done(j0, r0), _zero(x0))
        state = while_loop(
            lambda s: ~s[5] & torch.isfinite(s[3]) & torch.isfinite(s[1]).all(), step, state, max_steps=self.max_steps
        )
        return state[0], state[5] & torch.isfinite(state[1]).all(), state[-1]
