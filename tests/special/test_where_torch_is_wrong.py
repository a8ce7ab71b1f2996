"""Points at which torch's own function is wrong, inaccurate or silent, with its answer and ours."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev, jvp

from scitorch import special

Function = Callable[[Tensor], Tensor]

#: The four orders in which a second derivative can be taken.
SECOND_DERIVATIVES = {
    "forward of forward": lambda f: jacfwd(jacfwd(f)),
    "forward of reverse": lambda f: jacfwd(jacrev(f)),
    "reverse of forward": lambda f: jacrev(jacfwd(f)),
    "reverse of reverse": lambda f: jacrev(jacrev(f)),
}


def point(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


def close(found: Tensor, wanted: float, rtol: float = 1e-12) -> bool:
    return bool(abs(found - wanted) <= rtol * abs(wanted))


@pytest.mark.parametrize("order", SECOND_DERIVATIVES)
@pytest.mark.parametrize(
    ("ours", "theirs", "x", "wanted"),
    [
        (special.sinc, torch.special.sinc, 0.0, -(math.pi**2) / 3),
        (special.log_ndtr, torch.special.log_ndtr, -1e4, -0.9999999900000006),
        # 4/(√π x³) (1 - 3/x²)
        (special.erfcx, torch.special.erfcx, 1e4, 1.12837913324413883e-12),
        (special.entr, torch.special.entr, 0.5, -2.0),
    ],
    ids=["sinc", "log_ndtr", "erfcx", "entr"],
)
def test_second_derivative(order: str, ours: Function, theirs: Function, x: float, wanted: float) -> None:
    assert close(SECOND_DERIVATIVES[order](ours)(point(x)), wanted, 1e-10)


@pytest.mark.parametrize(
    ("theirs", "x", "wanted"),
    [
        (torch.special.sinc, 0.0, -(math.pi**2) / 3),
        (torch.special.log_ndtr, -1e4, -1.0),
        (torch.special.erfcx, 1e4, 1.12837913324413883e-12),
    ],
    ids=["sinc", "log_ndtr", "erfcx"],
)
def test_second_derivative_of_torch_is_wrong(theirs: Function, x: float, wanted: float) -> None:
    """Shows torch's answer; when it becomes right, our function may call it."""
    assert not close(hessian(theirs)(point(x)), wanted, 1e-6)


def test_first_derivative_of_erfcx_far_out() -> None:
    assert grad(torch.special.erfcx)(point(1e8)).item() == 0.0
    assert close(grad(special.erfcx)(point(1e8)), -5.641895835477562e-17)


def test_left_tail_of_the_normal_distribution() -> None:
    assert torch.special.ndtr(point(-30.0)).item() == 0.0
    assert close(special.ndtr(point(-30.0)), 4.906713927148187e-198)


def test_xlogy_at_zero() -> None:
    zero = point(0.0)
    assert math.isnan(grad(torch.special.xlogy, 1)(zero, zero).item())
    assert grad(special.xlogy, 1)(zero, zero).item() == 0.0
    assert grad(grad(special.xlogy, 1), 1)(zero, zero).item() == 0.0


@pytest.mark.parametrize(("a", "first", "second", "third"), [(1.0, 1.0, -1.0, 1.0), (2.0, 0.0, 1.0, -2.0)])
def test_incomplete_gamma_function_at_zero(a: float, first: float, second: float, third: float) -> None:
    def ours(x: Tensor) -> Tensor:
        return special.gammainc(point(a), x)

    zero = point(0.0)
    assert grad(ours)(zero).item() == first
    for derivative in SECOND_DERIVATIVES.values():
        assert derivative(ours)(zero).item() == second
    assert jacfwd(jacfwd(jacfwd(ours)))(zero).item() == third


def test_torch_has_no_derivative_of_the_incomplete_gamma_function_at_zero() -> None:
    assert math.isnan(grad(lambda x: torch.special.gammainc(point(1.0), x))(point(0.0)).item())


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    ("name", "arguments", "argument", "wanted"),
    [
        # mpmath.diff of gammainc(a, 0, x, regularized=True) and of zeta(s, q)
        ("gammainc", (3.0, 2.0), 0, -0.23184867204398959),
        ("gammaincc", (3.0, 2.0), 0, 0.23184867204398959),
        ("zeta", (2.5, 0.7), 0, 0.43450864574145471),
    ],
)
def test_derivative_that_torch_lacks(
    mode: str, name: str, arguments: tuple[float, ...], argument: int, wanted: float
) -> None:
    points = tuple(point(x) for x in arguments)

    def derivative(function: Callable[..., Tensor]) -> Tensor:
        if mode == "reverse":
            return grad(function, argument)(*points)
        tangents = tuple(point(float(i == argument)) for i in range(len(points)))
        return jvp(function, points, tangents)[1]

    with pytest.raises((NotImplementedError, RuntimeError)):
        derivative(getattr(torch.special, name))
    assert close(derivative(getattr(special, name)), wanted, 1e-11)


@pytest.mark.parametrize(
    ("ours", "theirs", "arguments", "wanted", "torch_is_off_by"),
    [
        (special.polygamma, torch.special.polygamma, (1, 1.11108), 1.4129477225816022, 1e-10),
        (special.polygamma, torch.special.polygamma, (1, -0.44754385964912285), 9.162264794759956, 1e-11),
        (special.gammainc, torch.special.gammainc, (43.0067, 30.424), 0.018133695880605762, 1e-10),
    ],
    ids=["trigamma", "trigamma of a negative number", "gammainc"],
)
def test_value(
    ours: Callable[..., Tensor],
    theirs: Callable[..., Tensor],
    arguments: tuple[float, float],
    wanted: float,
    torch_is_off_by: float,
) -> None:
    first, second = arguments
    x = first if isinstance(first, int) else point(first)
    assert close(ours(x, point(second)), wanted, 1e-12)
    assert not close(theirs(x, point(second)), wanted, torch_is_off_by)


def test_zeta_beyond_its_series() -> None:
    assert math.isnan(torch.special.zeta(point(0.5), point(1.0)).item())
    assert close(special.zeta(point(0.5)), -1.4603545088095868)
    assert close(grad(special.zeta)(point(0.5)), -3.9226461392091517)
    assert close(special.zeta(point(-3.0)), 1.0 / 120.0)
    assert close(grad(special.zeta)(point(-2.0)), -0.030448457058393271, 1e-11)  # -ζ(3)/(4π²)
    assert math.isnan(torch.special.zeta(point(2.0), point(math.inf)).item())
    assert special.zeta(point(2.0), point(math.inf)).item() == 0.0


def test_ndtr_has_no_gap_in_single_precision() -> None:
    x = torch.tensor(-12.0, dtype=torch.float32)
    assert special.ndtr(x).item() == pytest.approx(1.7764821e-33, rel=1e-5)
