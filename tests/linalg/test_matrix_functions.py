"""funm: repeated and nearly repeated eigenvalues, and what its function may refer to."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy
import pytest
import torch

from scitorch.linalg import expm, funm
from scitorch.linalg.divided_differences import divided_differences

D = torch.float64
Curve = Callable[[torch.Tensor], torch.Tensor]


def _matrices() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    a = torch.randn(4, 4, dtype=D, generator=generator)
    q = torch.linalg.qr(a)[0]
    triple = q @ torch.diag(torch.tensor([1.0, 1.0, 1.0, 2.0], dtype=D)) @ q.mT
    return {"distinct": a + a.mT, "triple": (triple + triple.mT) / 2, "identity": torch.eye(4, dtype=D), "general": a}


def _forward(f: Curve) -> Curve:
    return lambda t: torch.func.jvp(f, (t,), (torch.ones_like(t),))[1]


@pytest.mark.parametrize("name", ["distinct", "triple", "identity", "general"])
@pytest.mark.parametrize("mode", [_forward, torch.func.grad])
def test_three_derivatives_of_the_exponential(name: str, mode: Any) -> None:
    base = _matrices()[name]
    generator = torch.Generator().manual_seed(4)
    u, v, c = (torch.randn(4, 4, dtype=D, generator=generator) for _ in range(3))

    def of(exponential: Curve) -> Curve:
        return lambda t: (c * exponential(base + t * u + t * t * v)).sum()

    found, expected = of(lambda a: funm(a, torch.exp)), of(expm)
    for order in range(4):
        zero = torch.zeros((), dtype=D)
        torch.testing.assert_close(found(zero), expected(zero), rtol=1e-11, atol=1e-11, msg=f"derivative {order}")
        found, expected = mode(found), mode(expected)


@pytest.mark.parametrize("gap", [0.0, 1e-14, 1e-9, 1e-6, 1e-4, 1e-2, 1.0])
def test_divided_differences_of_near_points(gap: float) -> None:
    points = [0.7, 0.7 + gap, 0.7 + 3 * gap]
    for order in (1, 2):
        table = divided_differences(torch.exp, torch.tensor(points, dtype=D), order)
        for index in numpy.ndindex(*table.shape):
            at = sorted(points[i] for i in index)
            with mpmath.workdps(60):
                exact = _exact([mpmath.mpf(x) for x in at])
            assert math.isclose(float(table[index]), float(exact), rel_tol=1e-11), (index, gap)


def _exact(x: list[Any]) -> Any:
    """A divided difference of exp, by its integral form where points coincide."""
    if len(x) == 1:
        return mpmath.exp(x[0])
    if x[0] == x[-1]:
        return mpmath.exp(x[0]) / mpmath.factorial(len(x) - 1)
    return (_exact(x[1:]) - _exact(x[:-1])) / (x[-1] - x[0])


def test_what_func_refers_to_is_not_lost_silently() -> None:
    a = _matrices()["distinct"]
    p = torch.tensor(2.0, dtype=D)

    def total(p: torch.Tensor, m: torch.Tensor = a) -> torch.Tensor:
        return funm(m, lambda x: x * p).sum()

    leaf = p.clone().requires_grad_()
    asked: list[Callable[[], Any]] = [
        lambda: total(leaf),
        lambda: torch.func.grad(total)(p),
        lambda: torch.func.jvp(total, (p,), (p,)),
        lambda: torch.func.vmap(total)(p.expand(3)),
        lambda: torch.func.jvp(lambda p: torch.func.grad(lambda m: total(p, m))(a).sum(), (p,), (p,)),
        lambda: torch.func.jvp(lambda p: torch.func.jvp(lambda m: total(p, m), (a,), (a,))[1], (p,), (p,)),
    ]
    for ask in asked:
        with pytest.raises(NotImplementedError, match="func"):
            ask()
    torch.testing.assert_close(torch.func.grad(lambda m: total(p, m))(a), 2 * torch.ones(4, 4, dtype=D))


def test_defective_matrix_is_refused() -> None:
    with pytest.raises(numpy.linalg.LinAlgError, match="defective"):
        funm(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), torch.exp)
