"""Derivatives at repeated eigenvalues and singular values, against formulas without eigenvectors."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy
import pytest
import torch
from torch import Tensor
from torch.func import jacfwd, jacrev

from scitorch import linalg
from scitorch.linalg.repeated_values import RepeatedValueWarning

float64 = torch.float64
ORDERS = [(outer, inner) for outer in (jacfwd, jacrev) for inner in (jacfwd, jacrev)]


def orthogonal(n: int, seed: int) -> Tensor:
    return torch.linalg.qr(torch.randn(n, n, dtype=float64, generator=torch.Generator().manual_seed(seed)))[0]


def symmetric(a: Tensor) -> Tensor:
    return (a + a.mT) / 2


def with_eigenvalues(*values: float) -> Tensor:
    q = orthogonal(len(values), 0)
    return symmetric(q @ torch.diag(torch.tensor(values, dtype=float64)) @ q.mT)


def with_singular_values(m: int, n: int, *values: float) -> Tensor:
    k = len(values)
    return orthogonal(m, 1)[:, :k] @ torch.diag(torch.tensor(values, dtype=float64)) @ orthogonal(n, 2)[:, :k].mT


def sign(a: Tensor) -> Tensor:
    """Matrix sign by Newton's iteration, without eigenvectors."""
    x = a
    for _ in range(25):
        x = (x + torch.linalg.inv(x)) / 2
    return x


def low_space(a: Tensor) -> Tensor:
    """Projector on the eigenvectors of eigenvalues below 2."""
    n = a.shape[-1]
    return (torch.eye(n, dtype=float64) - sign(a - 2 * torch.eye(n, dtype=float64))) / 2


@pytest.fixture(autouse=True)
def _expect_the_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RepeatedValueWarning)
        yield


def assert_derivatives(found: Callable, truth: Callable, a: Tensor, tolerance: float = 1e-11) -> None:
    """Equal Jacobians in both modes, and equal second derivatives in all four orders."""
    first, second = jacrev(truth)(a), jacrev(jacrev(truth))(a)
    assert second.abs().max() > 1e-3 or first.abs().max() > 1e-3
    for jacobian in (jacfwd, jacrev):
        torch.testing.assert_close(jacobian(found)(a), first, rtol=tolerance, atol=tolerance)
    for outer, inner in ORDERS:
        torch.testing.assert_close(outer(inner(found))(a), second, rtol=tolerance, atol=tolerance)


def test_projector_on_a_repeated_eigenvalue() -> None:
    def found(a: Tensor) -> Tensor:
        v = linalg.eigh(symmetric(a))[1][:, :3]
        return v @ v.mT

    assert_derivatives(found, lambda a: low_space(symmetric(a)), with_eigenvalues(1.0, 1.0, 1.0, 3.0))


def test_sum_of_the_lowest_eigenvalues() -> None:
    def truth(a: Tensor) -> Tensor:
        return (symmetric(a) @ low_space(symmetric(a))).trace()

    a = with_eigenvalues(1.0, 1.0, 1.0, 3.0)
    assert_derivatives(lambda a: linalg.eigvalsh(symmetric(a))[:3].sum(), truth, a)
    assert_derivatives(lambda a: linalg.eigh(symmetric(a))[0][:3].sum(), truth, a)


@pytest.mark.parametrize("values", [(1.0, 1.0, 1.0), (2.0, 2.0, 5.0), (0.0, 0.0, 0.0)])
def test_first_derivative_of_symmetric_functions(values: tuple[float, ...]) -> None:
    a = with_eigenvalues(*values)
    for jacobian in (jacfwd, jacrev):
        found = jacobian(lambda a: (linalg.eigvalsh(symmetric(a)) ** 3).sum())(a)
        truth = jacobian(lambda a: (symmetric(a) @ symmetric(a) @ symmetric(a)).trace())(a)
        torch.testing.assert_close(found, truth)


def test_complex_projector() -> None:
    generator = torch.Generator().manual_seed(3)
    q = torch.linalg.qr(torch.randn(3, 3, dtype=torch.complex128, generator=generator))[0]
    a = q @ torch.diag(torch.tensor([1.0, 1.0, 3.0], dtype=torch.complex128)) @ q.mH
    direction = torch.randn(3, 3, dtype=torch.complex128, generator=generator)
    direction = direction + direction.mH
    eye = torch.eye(3, dtype=torch.complex128)

    def found(t: Tensor) -> Tensor:
        v = linalg.eigh(a + t * direction)[1][:, :2]
        return (v @ v.mH).abs()

    def truth(t: Tensor) -> Tensor:
        return ((eye - sign(a + t * direction - 2 * eye)) / 2).abs()

    zero = torch.zeros((), dtype=float64)
    for outer, inner in ORDERS:
        torch.testing.assert_close(outer(inner(found))(zero), outer(inner(truth))(zero), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("values", [(3.0, 2.0, 1.0), (2.0, 2.0, 2.0), (2.0, 2.0, 1.0)])
def test_polar_factor(values: tuple[float, ...]) -> None:
    def found(a: Tensor) -> Tensor:
        u, _, vh = linalg.svd(a, full_matrices=False)
        return u @ vh

    def truth(a: Tensor) -> Tensor:
        x = a
        for _ in range(25):
            x = (x + torch.linalg.inv(x).mT) / 2
        return x

    assert_derivatives(found, truth, with_singular_values(3, 3, *values))


@pytest.mark.parametrize("zeros", [1, 2])
def test_range_and_null_space_of_a_rank_deficient_matrix(zeros: int) -> None:
    m, n = 4, 2 + zeros
    a = with_singular_values(m, n, 2.0, 2.0, *[0.0] * zeros)

    def range_projector(a: Tensor) -> Tensor:
        return torch.eye(m, dtype=float64) - low_space(a @ a.mT)

    def thin(a: Tensor) -> Tensor:
        u = linalg.svd(a, full_matrices=False)[0][:, :2]
        return u @ u.mT

    def full(a: Tensor) -> Tensor:
        u = linalg.svd(a)[0][:, 2:]
        return torch.eye(m, dtype=float64) - u @ u.mT

    def rows(a: Tensor) -> Tensor:
        vh = linalg.svd(a.mT)[2][2:]
        return torch.eye(m, dtype=float64) - vh.mT @ vh

    for found in (thin, full, rows):
        assert_derivatives(found, range_projector, a)


@pytest.mark.parametrize("build", ["eigh", "svd"])
def test_a_nonlinear_function_of_repeated_values_is_not_silent(build: str) -> None:
    """No derivative of (w, V) can be right for (V f(w)) V^T at a repeated eigenvalue; the user is told."""

    def square(a: Tensor) -> Tensor:
        if build == "eigh":
            w, v = linalg.eigh(symmetric(a))
            return (v * w**2) @ v.mT
        u, s, vh = linalg.svd(a)
        return (u * s**2) @ vh

    a = with_eigenvalues(2.0, 2.0, 3.0)
    with pytest.warns(RepeatedValueWarning, match="repeated value"):
        assert jacfwd(square)(a).isfinite().all()
    with pytest.raises(numpy.linalg.LinAlgError, match="Use funm"):
        torch.func.grad(lambda a: (square(a) * orthogonal(3, 5)).sum())(a)


@pytest.mark.parametrize("build", ["eigh", "svd", "svd of zeros"])
def test_a_function_of_the_basis_is_refused(build: str) -> None:
    """One eigenvector of a repeated eigenvalue is no function of the matrix."""

    def first(a: Tensor) -> Tensor:
        v = linalg.eigh(symmetric(a))[1] if build == "eigh" else linalg.svd(a)[0]
        return v[0, -1] ** 2 if build == "svd of zeros" else v[0, 0] ** 2

    values = {"eigh": (2.0, 2.0, 3.0), "svd": (3.0, 3.0, 2.0), "svd of zeros": (3.0, 0.0, 0.0)}[build]
    with pytest.raises(numpy.linalg.LinAlgError, match="arbitrary"):
        torch.func.grad(first)(with_eigenvalues(*values))


@pytest.mark.parametrize("function", [linalg.eigvalsh, lambda a: linalg.eigh(a)[0], linalg.svdvals])
def test_the_largest_of_repeated_values_has_a_subgradient(function: Callable) -> None:
    """For the convex largest value: f(b) >= f(a) + <g, b - a> for every b."""
    a = with_eigenvalues(1.0, 2.0, 2.0)

    def largest(a: Tensor) -> Tensor:
        return function(symmetric(a)).amax()

    gradient = torch.func.grad(lambda a: function(symmetric(a))[0 if function is linalg.svdvals else -1])(a)
    assert abs(gradient.trace() - 1) < 1e-12
    for seed in range(20):
        b = a + 0.1 * symmetric(torch.randn(3, 3, dtype=float64, generator=torch.Generator().manual_seed(seed)))
        assert largest(b) >= largest(a) + (gradient * (b - a)).sum() - 1e-12


def test_second_derivative_of_a_nonlinear_symmetric_function_is_refused() -> None:
    """The Hessian of sum(w³) at a repeated eigenvalue has entries that w and v do not carry; that of sum(w) is zero."""
    a = with_eigenvalues(2.0, 2.0, 3.0)
    with pytest.raises(numpy.linalg.LinAlgError, match="Use funm"):
        jacrev(jacrev(lambda a: (linalg.eigvalsh(symmetric(a)) ** 3).sum()))(a)
    hessian = jacrev(jacrev(lambda a: linalg.eigvalsh(symmetric(a)).sum()))(a)
    torch.testing.assert_close(hessian, torch.zeros(3, 3, 3, 3, dtype=float64), rtol=0, atol=1e-13)


def test_general_eigenvalues_at_the_identity() -> None:
    """Symmetric functions have a gradient, vectors and defective matrices raise."""
    eye = torch.eye(3, dtype=float64)
    gradient = torch.func.grad(lambda a: (linalg.eigvals(a) ** 3).real.sum())(2 * eye)
    torch.testing.assert_close(gradient, 12 * eye)
    with pytest.raises(numpy.linalg.LinAlgError, match="repeated eigenvalue"):
        torch.func.grad(lambda a: linalg.eig(a)[1].abs().sum())(2 * eye)
    with pytest.raises(numpy.linalg.LinAlgError, match="repeated eigenvalue"):
        torch.func.jvp(linalg.eigvals, (2 * eye,), (eye,))
    with pytest.raises(numpy.linalg.LinAlgError, match="defective"):
        torch.func.grad(lambda a: linalg.eigvals(a).real.sum())(torch.tensor([[1.0, 1.0], [0.0, 1.0]], dtype=float64))


@pytest.mark.parametrize("name", ["expm", "sqrtm", "logm"])
def test_functions_of_a_matrix_at_the_identity(name: str) -> None:
    """d f(A) = f'(1) E and d² f(A) = f''(1) (EF + FE) / 2 at A = I."""
    slope, curvature = {"expm": (2.718281828459045,) * 2, "sqrtm": (0.5, -0.25), "logm": (1.0, -1.0)}[name]
    function = getattr(linalg, name)
    eye = torch.eye(3, dtype=float64)
    generator = torch.Generator().manual_seed(0)
    e, f = (torch.randn(3, 3, dtype=float64, generator=generator) for _ in range(2))
    first = torch.func.jvp(function, (eye,), (e,))[1]
    torch.testing.assert_close(first, slope * e)
    second = torch.func.jvp(lambda a: torch.func.jvp(function, (a,), (e,))[1], (eye,), (f,))[1]
    torch.testing.assert_close(second, curvature * (e @ f + f @ e) / 2, rtol=1e-11, atol=1e-12)
