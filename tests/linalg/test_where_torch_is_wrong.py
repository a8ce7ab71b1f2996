"""Second derivatives that torch's own functions get silently wrong, and that are right here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev

from scitorch import linalg

float64 = torch.float64


def at(x: float) -> Tensor:
    return torch.tensor(x, dtype=float64)


def eye(n: int) -> Tensor:
    return torch.eye(n, dtype=float64)


SCALED = {
    "solve": (lambda t: linalg.solve(t * eye(1), torch.ones(1, dtype=float64))[0], 0.25),
    "slogdet": (lambda t: linalg.slogdet(t * eye(2)).logabsdet, -0.5),
    "det": (lambda t: linalg.det(t * eye(2)), 2.0),
    "cholesky": (lambda t: linalg.cholesky(t * eye(2))[0, 0], -0.25 * 2**-1.5),
    "inv": (lambda t: linalg.inv(t * eye(2))[0, 0], 0.25),
    "eigvalsh": (lambda t: linalg.eigvalsh(t**2 * torch.diag(torch.tensor([1.0, 3.0], dtype=float64))).sum(), 8.0),
    "expm": (lambda t: linalg.expm(t * eye(2))[0, 0], 7.38905609893065),
    "logm": (lambda t: linalg.logm(t * eye(2))[0, 0], -0.25),
    "sqrtm": (lambda t: linalg.sqrtm(t * eye(2))[0, 0], -0.25 * 2**-1.5),
}


@pytest.mark.parametrize("outer", [jacfwd, jacrev])
@pytest.mark.parametrize("inner", [jacfwd, jacrev])
@pytest.mark.parametrize("name", SCALED)
def test_second_derivative_in_a_scale(name: str, inner: Callable, outer: Callable) -> None:
    function, truth = SCALED[name]
    torch.testing.assert_close(outer(inner(function))(at(2.0)), at(truth), rtol=1e-12, atol=1e-13)


def test_det_at_a_singular_matrix() -> None:
    a = torch.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=float64)
    truth = torch.tensor([[4.0, -2.0], [-2.0, 1.0]], dtype=float64)
    torch.testing.assert_close(grad(linalg.det)(a), truth)
    torch.testing.assert_close(jacfwd(linalg.det)(a), truth)


def test_hessian_of_det_is_finite_where_eigenvalues_repeat() -> None:
    torch.testing.assert_close(hessian(lambda t: linalg.det(t * eye(2)))(at(2.0)), at(2.0))


def test_null_space_of_svd_moves() -> None:
    a = torch.tensor([[1.0], [2.0]], dtype=float64)

    def null_projector(a: Tensor) -> Tensor:
        u = linalg.svd(a)[0]
        return u[:, 1:] @ u[:, 1:].mT

    def range_complement(a: Tensor) -> Tensor:
        return eye(2) - a @ a.mT / (a**2).sum()

    for jacobian in (jacfwd, jacrev):
        found, truth = jacobian(null_projector)(a), jacobian(range_complement)(a)
        assert truth.abs().max() > 0.1
        torch.testing.assert_close(found, truth)


def test_cholesky_jacobians_agree_and_are_those_of_the_triangle_read() -> None:
    a = torch.tensor([[4.0, 2.0], [2.0, 5.0]], dtype=float64)
    lower = lambda a: linalg.cholesky(a, lower=True)  # noqa: E731
    forward, reverse = jacfwd(lower)(a), jacrev(lower)(a)
    torch.testing.assert_close(forward, reverse)
    step = 1e-6 * torch.tensor([[0.0, 0.0], [1.0, 0.0]], dtype=float64)  # not symmetric
    difference = (lower(a + step) - lower(a - step)) / 2e-6
    torch.testing.assert_close(forward[:, :, 1, 0], difference, rtol=1e-8, atol=1e-8)
    assert not forward[:, :, 0, 1].any()


def test_cho_solve_broadcast_in_forward_mode() -> None:
    generator = torch.Generator().manual_seed(0)
    c = torch.randn(3, 3, dtype=float64, generator=generator).tril() + 3 * eye(3)
    b = torch.randn(5, 3, 2, dtype=float64, generator=generator)
    for jacobian in (jacfwd, jacrev):
        found = jacobian(lambda c: linalg.cho_solve((c, True), b))(c)
        truth = jacobian(lambda c: torch.linalg.inv(c.tril() @ c.tril().mT) @ b)(c)
        torch.testing.assert_close(found, truth)


def test_complex_kernels_in_compiled_graphs() -> None:
    """Kernels see conjugate views as they are, in compiled graphs too."""
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(3, 3, dtype=torch.complex128, generator=generator)
    a = a @ a.mH + torch.eye(3)
    compiled = torch.compile(lambda a: linalg.cholesky(a, lower=True), fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(a), torch.linalg.cholesky(a))
