"""One step of each method: explicit Runge-Kutta pairs, and Radau IIA of order 5 for stiff systems.

A step is a differentiable function of the point, the state and the length. Systems are integrated over the unit
interval, in ``s = (t - t0) / (t1 - t0)``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from scitorch.func.implicit import solution_of
from scitorch.func.linear_solvers import Dense
from scitorch.func.solvers import Newton

__all__ = ["METHODS", "Method", "Step"]

System = Callable[[Tensor, Tensor], Tensor]


class Step(Protocol):
    """What a step gives: the new state and slope, the error, and the coefficients of the dense output."""

    y: Tensor
    slope: Tensor
    error: Tensor
    dense: Tensor


class Method(Protocol):
    """A one-step method with an error estimate."""

    error_order: int

    def step(self, f: System, s: Tensor, y: Tensor, h: Tensor, slope: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """New state, new slope, error, and the powers of the dense output, of shape (p, ..., n)."""
        ...


def dense_value(y: Tensor, powers: Tensor, theta: Tensor) -> Tensor:
    """The state at a fraction of a step: ``y + Σ powers[k] θ^(k+1)``."""
    value = torch.zeros_like(powers[0])
    for power in reversed(powers.unbind(0)):
        value = (value + power) * theta
    return y + value


@dataclass(frozen=True)
class Explicit:
    """An explicit pair, first same as last, by its tableau.

    ``p`` holds the coefficients of the dense output for each stage and power; without it, the cubic through both ends.
    """

    error_order: int
    c: Sequence[float]
    a: Sequence[Sequence[float]]
    b: Sequence[float]
    e: Sequence[float]
    p: Sequence[Sequence[float]] | None

    def step(self, f: System, s: Tensor, y: Tensor, h: Tensor, slope: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One step."""
        k = [slope]
        for c, row in zip(self.c[1:], self.a[1:]):
            k.append(f(s + c * h, y + h * _combined(row, k)))
        new = y + h * _combined(self.b, k)
        k.append(f(s + h, new))
        error = h * _combined(self.e, k)
        if self.p is None:
            change = new - y
            first, last = h * k[0], h * k[-1]
            powers = torch.stack([first, 3 * change - 2 * first - last, first + last - 2 * change])
        else:
            powers = torch.stack([h * _combined([row[j] for row in self.p], k) for j in range(len(self.p[0]))])
        return new, k[-1], error, powers


def _combined(weights: Sequence[float], k: Sequence[Tensor]) -> Tensor:
    return sum((w * x for w, x in zip(weights, k) if w != 0), torch.zeros_like(k[0]))


_ROOT6 = 6**0.5
_C = ((4 - _ROOT6) / 10, (4 + _ROOT6) / 10, 1.0)
_A = (
    ((88 - 7 * _ROOT6) / 360, (296 - 169 * _ROOT6) / 1800, (-2 + 3 * _ROOT6) / 225),
    ((296 + 169 * _ROOT6) / 1800, (88 + 7 * _ROOT6) / 360, (-2 - 3 * _ROOT6) / 225),
    ((16 - _ROOT6) / 36, (16 + _ROOT6) / 36, 1 / 9),
)
_E = ((-13 - 7 * _ROOT6) / 3, (-13 + 7 * _ROOT6) / 3, -1 / 3)
_MU = 3 + 3 ** (2 / 3) - 3 ** (1 / 3)
_P = (
    (13 / 3 + 7 * _ROOT6 / 3, -23 / 3 - 22 * _ROOT6 / 3, 10 / 3 + 5 * _ROOT6),
    (13 / 3 - 7 * _ROOT6 / 3, -23 / 3 + 22 * _ROOT6 / 3, 10 / 3 - 5 * _ROOT6),
    (1 / 3, -8 / 3, 10 / 3),
)


@dataclass(frozen=True)
class RadauIIA:
    """The implicit method of three stages: E. Hairer and G. Wanner, Solving ODEs II (1996), section IV.8.

    The stages are a root, differentiated as one. Each step factors the Jacobian of all stages together.
    """

    error_order: int = 3

    def step(self, f: System, s: Tensor, y: Tensor, h: Tensor, slope: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One step."""

        def equations(z: Tensor, s: Tensor, y: Tensor, h: Tensor) -> Tensor:
            rows = z.reshape(3, -1)
            slopes = [f(s + c * h, y + row) for c, row in zip(_C, rows)]
            return torch.cat([row - h * _combined(a, slopes) for row, a in zip(rows, _A)])

        start = torch.cat([c * h * slope for c in _C]).detach()
        z = solution_of(equations, Newton(max_steps=12), start, (s, y, h), Dense())[0].reshape(3, -1)
        stages = z.unbind(0)
        new = y + stages[2]
        powers = torch.stack([_combined([row[j] for row in _P], stages) for j in range(3)])
        with torch.no_grad():
            jacobian = torch.func.jacrev(lambda y: f(s, y))(y)
            eye = torch.eye(len(y), dtype=y.dtype, device=y.device)
            matrix = _MU * eye - h * jacobian
            error = torch.linalg.solve_ex(matrix, h * slope + _combined(_E, stages))[0]
        return new, f(s + h, new), error, powers


# R. Bogacki and L. F. Shampine, Appl. Math. Lett. 2 (1989) 321
_RK23 = Explicit(
    2,
    (0, 1 / 2, 3 / 4),
    ((), (1 / 2,), (0, 3 / 4)),
    (2 / 9, 1 / 3, 4 / 9),
    (5 / 72, -1 / 12, -1 / 9, 1 / 8),
    ((1, -4 / 3, 5 / 9), (0, 1, -2 / 3), (0, 4 / 3, -8 / 9), (0, -1, 1)),
)
# J. R. Dormand and P. J. Prince, J. Comput. Appl. Math. 6 (1980) 19; dense output of L. F. Shampine, Math. Comp. 46
# (1986) 135
_RK45 = Explicit(
    4,
    (0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1),
    (
        (),
        (1 / 5,),
        (3 / 40, 9 / 40),
        (44 / 45, -56 / 15, 32 / 9),
        (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
        (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    ),
    (35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
    (-71 / 57600, 0, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40),
    (
        (1, -8048581381 / 2820520608, 8663915743 / 2820520608, -12715105075 / 11282082432),
        (0, 0, 0, 0),
        (0, 131558114200 / 32700410799, -68118460800 / 10900136933, 87487479700 / 32700410799),
        (0, -1754552775 / 470086768, 14199869525 / 1410260304, -10690763975 / 1880347072),
        (0, 127303824393 / 49829197408, -318862633887 / 49829197408, 701980252875 / 199316789632),
        (0, -282668133 / 205662961, 2019193451 / 616988883, -1453857185 / 822651844),
        (0, 40617522 / 29380423, -110615467 / 29380423, 69997945 / 29380423),
    ),
)
# Ch. Tsitouras, Comput. Math. Appl. 62 (2011) 770
_TSIT5 = Explicit(
    4,
    (0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0),
    (
        (),
        (0.161,),
        (-0.008480655492356989, 0.335480655492357),
        (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
        (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
        (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
    ),
    (0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774),
    (
        -0.00178001105222577714, -0.0008164344596567469, 0.007880878010261995, -0.1447110071732629,
        0.5823571654525552, -0.45808210592918697, 0.015151515151515152,
    ),
    None,
)  # fmt: skip

METHODS: dict[str, Any] = {"rk23": _RK23, "rk45": _RK45, "tsit5": _TSIT5, "radau": RadauIIA()}
