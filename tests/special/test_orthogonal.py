"""Orthogonal polynomials: degrees that are not whole, and derivatives in the parameters at high degrees."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import torch
from torch.func import grad

from scitorch import special


def number(x: float) -> torch.Tensor:
    return torch.tensor(x, dtype=torch.float64)


@pytest.mark.parametrize("n", [0.5, 2.25, 7.75])
def test_degrees_that_are_not_whole(n: float) -> None:
    x = 0.3
    mixed = torch.tensor([n, 3.0], dtype=torch.float64)
    for function, reference in ((special.eval_legendre, mpmath.legendre), (special.eval_chebyt, mpmath.chebyt)):
        found = function(mixed, number(x)).tolist()
        assert found == pytest.approx([float(reference(n, x)), float(reference(3, x))], rel=1e-12)
    assert special.eval_jacobi(number(n), number(0.4), number(1.2), number(x)).item() == pytest.approx(
        float(mpmath.jacobi(n, 0.4, 1.2, x)), rel=1e-12
    )


@pytest.mark.parametrize("n", [1, 6, 25])
@pytest.mark.parametrize("argument", [0, 1, 2])
def test_derivatives_of_jacobi_polynomials(n: int, argument: int) -> None:
    at = [0.4, 1.3, -0.37]

    def along(t: Any) -> Any:
        return mpmath.jacobi(n, *[mpmath.mpf(a) if i != argument else t for i, a in enumerate(at)])

    with mpmath.workdps(40):
        first, second = (float(mpmath.diff(along, at[argument], k)) for k in (1, 2))
    tensors = [number(a) for a in at]

    def ours(t: torch.Tensor) -> torch.Tensor:
        return special.eval_jacobi(number(n), *[t if i == argument else a for i, a in enumerate(tensors)])

    assert grad(ours)(tensors[argument]).item() == pytest.approx(first, rel=1e-11)
    assert grad(grad(ours))(tensors[argument]).item() == pytest.approx(second, rel=1e-10, abs=1e-12)


def test_the_derivative_in_the_degree_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="n"):
        grad(special.eval_legendre)(number(2.0), number(0.3))


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_spherical_bessel_functions_are_smooth_at_zero(n: int) -> None:
    """j_n(z) = zⁿ/(2n + 1)!! (1 - z²/(4n + 6) + …)."""
    wanted = {0: (0.0, -1.0 / 3.0), 1: (1.0 / 3.0, 0.0), 2: (0.0, 2.0 / 15.0), 3: (0.0, 0.0)}[n]

    def function(z: torch.Tensor) -> torch.Tensor:
        return special.spherical_jn(torch.tensor(n), z)

    assert grad(function)(number(0.0)).item() == pytest.approx(wanted[0], rel=1e-14)
    assert grad(grad(function))(number(0.0)).item() == pytest.approx(wanted[1], rel=1e-14)
