"""Optimizers, loops and integrals: values against SciPy, derivatives against torch written out and JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy
import scipy.integrate
import scipy.optimize
import torch

from scitorch import func, integrate, optimize

from .peers import jax_installed
from .timing import OURS, Row

FAMILY = "optimize_integrate"


def rows() -> Iterator[Row]:
    """A row for each kind of solver."""
    yield _roots()
    yield _minimum()
    yield _integral()
    yield _trajectory()
    yield _trajectory_gradient()
    yield _loop_gradient()


def _roots() -> Row:
    a = torch.linspace(1, 100, 10_000, dtype=torch.float64)
    low, high = torch.zeros_like(a), a + 1

    def many() -> Any:
        return [scipy.optimize.brentq(lambda x, c=c: x**3 - c, 0.0, c + 1) for c in a.tolist()]

    ours = lambda: optimize.root_scalar(lambda x: x**3 - a, bracket=(low, high)).root  # noqa: E731
    return Row(FAMILY, "root_scalar", "10000 brackets", {OURS: ours, "SciPy": many})


def _minimum() -> Row:
    starts = torch.rand(64, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))

    def rosenbrock(x: Any) -> Any:
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    def many() -> Any:
        return [scipy.optimize.minimize(rosenbrock, x, method="L-BFGS-B").x for x in starts.numpy()]

    ours = lambda: optimize.minimize(rosenbrock, starts).x  # noqa: E731
    return Row(FAMILY, "minimize", "64 Rosenbrock functions of 4", {OURS: ours, "SciPy": many})


def _integral() -> Row:
    zero = torch.tensor(0.0, dtype=torch.float64)
    ours = lambda: integrate.quad(lambda x: torch.exp(-x) * torch.sin(9 * x), zero, 5.0)  # noqa: E731
    theirs = lambda: scipy.integrate.quad(lambda x: numpy.exp(-x) * numpy.sin(9 * x), 0.0, 5.0)  # noqa: E731
    return Row(FAMILY, "quad", "value", {OURS: ours, "SciPy": theirs})


def _trajectory() -> Row:
    y0 = torch.tensor([10.0, 5.0], dtype=torch.float64)
    system = lambda t, y: torch.stack([y[0] * (1.5 - y[1]), y[1] * (y[0] - 3)])  # noqa: E731
    plain = lambda t, y: numpy.stack([y[0] * (1.5 - y[1]), y[1] * (y[0] - 3)])  # noqa: E731
    ours = lambda: integrate.solve_ivp(system, (0, 5), y0, rtol=1e-6).y  # noqa: E731
    theirs = lambda: scipy.integrate.solve_ivp(plain, (0, 5), y0.numpy(), rtol=1e-6).y  # noqa: E731
    return Row(FAMILY, "solve_ivp", "Lotka-Volterra, value", {OURS: ours, "SciPy": theirs})


def _trajectory_gradient() -> Row:
    y0 = torch.tensor([10.0, 5.0], dtype=torch.float64)
    rate = torch.tensor(1.5, dtype=torch.float64)

    def end(rate: torch.Tensor) -> torch.Tensor:
        system = lambda t, y: torch.stack([y[0] * (rate - y[1]), y[1] * (y[0] - 3)])  # noqa: E731
        return integrate.solve_ivp(system, (0, 5), y0, rtol=1e-6, atol=1e-6).y[:, -1].sum()

    gradient = func.grad(end)
    contenders: dict[str, Callable[[], Any]] = {OURS: lambda: gradient(rate)}
    if jax_installed():
        import jax
        from jax.experimental.ode import odeint

        jax.config.update("jax_enable_x64", True)

        def final(rate: Any) -> Any:
            system = lambda y, t: jax.numpy.stack([y[0] * (rate - y[1]), y[1] * (y[0] - 3)])  # noqa: E731
            times = jax.numpy.array([0.0, 5.0])
            return odeint(system, jax.numpy.array([10.0, 5.0]), times, rtol=1e-6, atol=1e-6)[-1].sum()

        compiled = jax.jit(jax.grad(final))
        contenders["JAX"] = lambda: compiled(1.5).block_until_ready()
    return Row(
        FAMILY, "solve_ivp", "Lotka-Volterra, gradient", contenders, ("JAX: compiled, by the continuous adjoint",)
    )


def _loop_gradient() -> Row:
    x = torch.linspace(0.1, 1, 100, dtype=torch.float64)

    def loop(x: torch.Tensor) -> torch.Tensor:
        return func.while_loop(lambda s: s[0] < 500, lambda s: (s[0] + 1, torch.sin(s[1] + x)), (0, x))[1].sum()

    def written_out(x: torch.Tensor) -> torch.Tensor:
        y = x
        for _ in range(500):
            y = torch.sin(y + x)
        return y.sum()

    ours, plain = func.grad(loop), torch.func.grad(written_out)
    contenders = {OURS: lambda: ours(x), "torch": lambda: plain(x)}
    return Row(FAMILY, "while_loop", "gradient, 500 steps", contenders, ("torch: all steps recorded",))
