"""A few eigenvalues, singular values, least squares and functions of sparse matrices, with their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import scipy.sparse
import scipy.sparse.linalg as reference
import torch
from torch import Tensor

from scitorch.linalg import LinAlgError
from scitorch.sparse import csc_array, csr_array
from scitorch.sparse import linalg as sparse_linalg

N = 7


def _draw(*shape: int, seed: int = 0, density: float = 0.5) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    dense = torch.randn(*shape, dtype=torch.float64, generator=generator)
    return dense * (torch.rand(*shape, generator=generator) < density)


@pytest.fixture
def hermitian() -> Any:
    dense = _draw(N, N)
    return csr_array(dense + dense.T + torch.diag(2.0 * torch.arange(N)))


@pytest.fixture
def mass(hermitian: Any) -> Any:
    return csc_array(3 * torch.eye(N, dtype=torch.float64) + 0.2 * (hermitian.toarray() != 0))


def _symmetric(array: Any, values: Tensor) -> Any:
    made = array._like(values)
    return (made + made.T) * 0.5


@pytest.mark.parametrize("sigma", [None, 5.3])
def test_eigsh(sigma: float | None, hermitian: Any, mass: Any) -> None:
    def pairs(a: Tensor, m: Tensor) -> tuple[Tensor, ...]:
        w, v = sparse_linalg.eigsh(_symmetric(hermitian, a), 3, _symmetric(mass, m), sigma=sigma)
        return w, v[:, :1] ** 2, v[:, 1:] @ v[:, 1:].T

    a, m = hermitian.data.clone().requires_grad_(), mass.data.clone().requires_grad_()
    w, v = sparse_linalg.eigsh(hermitian, 3, mass, sigma=sigma)
    torch.testing.assert_close(hermitian @ v, (mass @ v) * w)
    assert torch.autograd.gradcheck(pairs, (a, m), check_forward_ad=True, fast_mode=True)


@pytest.mark.slow
def test_second_derivatives_of_eigenvectors(hermitian: Any, mass: Any) -> None:
    def square(a: Tensor, m: Tensor) -> Tensor:
        _, v = sparse_linalg.eigsh(_symmetric(hermitian, a), 3, _symmetric(mass, m))
        return v[:, :1] ** 2

    a, m = hermitian.data.clone().requires_grad_(), mass.data.clone().requires_grad_()
    assert torch.autograd.gradgradcheck(square, (a, m), rtol=1e-3, atol=1e-5)


def test_eigsh_at_repeated_eigenvalues() -> None:
    basis = torch.linalg.qr(_draw(N, N, density=1.0))[0]
    levels = torch.tensor([1.0, 2, 3, 3, 3, *range(5, N)], dtype=torch.float64)
    matrix = ((basis * levels) @ basis.T).requires_grad_()

    def projector(matrix: Tensor) -> Tensor:
        _, v = sparse_linalg.eigsh((matrix + matrix.T) / 2, 5, which="SA")
        return v @ v.T

    assert torch.autograd.gradcheck(projector, (matrix,), check_forward_ad=True, rtol=1e-3, atol=1e-5)
    with pytest.raises(LinAlgError, match="repeated"):
        sparse_linalg.eigsh((matrix + matrix.T) / 2, 5, which="SA")[1][0].sum().backward()


def test_lobpcg_and_eigs() -> None:
    dense = _draw(12, 12)
    hermitian = csr_array(dense + dense.T + torch.diag(2.0 * torch.arange(12)))
    start = _draw(12, 2, seed=1, density=1.0)

    def pairs(values: Tensor) -> tuple[Tensor, Tensor]:
        w, v = sparse_linalg.lobpcg(_symmetric(hermitian, values), start, tol=1e-10, maxiter=300)
        return w, v @ v.T

    values = hermitian.data.clone().requires_grad_()
    assert torch.autograd.gradcheck(pairs, (values,), check_forward_ad=True, fast_mode=True, rtol=1e-3, atol=1e-4)
    w, v = sparse_linalg.eigs(hermitian, 2)
    torch.testing.assert_close(hermitian.toarray().to(w.dtype) @ v, v * w)
    with pytest.raises(NotImplementedError, match="left vectors"):
        sparse_linalg.eigs(hermitian._like(values), 2)


def test_svds() -> None:
    array = csr_array(_draw(9, 6))

    def parts(values: Tensor) -> tuple[Tensor, Tensor]:
        u, s, vh = sparse_linalg.svds(array._like(values), 3)
        return s, u @ (s[:, None] * vh)

    values = array.data.clone().requires_grad_()
    assert torch.autograd.gradcheck(parts, (values,), check_forward_ad=True)
    expected = torch.linalg.svdvals(array.toarray())[:3].flip(0)
    torch.testing.assert_close(sparse_linalg.svds(array, 3, return_singular_vectors=False), expected)


@pytest.mark.parametrize("name", ["lsqr", "lsmr"])
@pytest.mark.parametrize("shape", [(9, 6), (6, 9)], ids=["tall", "wide"])
@pytest.mark.parametrize("damp", [0.0, 0.3])
def test_least_squares(name: str, shape: tuple[int, int], damp: float) -> None:
    array, b = csr_array(_draw(*shape, density=0.8)), _draw(shape[0], 2, seed=1, density=1.0)

    def solution(values: Tensor, b: Tensor) -> Any:
        return getattr(sparse_linalg, name)(array._like(values), b, damp=damp, atol=1e-14, btol=1e-14)[0]

    dense = array.toarray()
    if damp:
        expected = torch.linalg.solve(dense.T @ dense + damp**2 * torch.eye(shape[1]), dense.T @ b)
    else:
        expected = torch.linalg.pinv(dense) @ b
    torch.testing.assert_close(solution(array.data, b), expected)
    values, side = array.data.clone().requires_grad_(), b.clone().requires_grad_()
    assert torch.autograd.gradcheck(solution, (values, side), check_forward_ad=True)


def test_least_squares_of_deficient_rank() -> None:
    dense = _draw(7, 2, density=1.0) @ _draw(2, 5, seed=1, density=1.0)
    along = torch.func.jvp(lambda t: (1 + t) * dense, (torch.zeros(()).double(),), (torch.ones(()).double(),))[1]
    b = torch.ones(7, dtype=torch.float64)

    def solution(t: Tensor) -> Any:
        return sparse_linalg.lsqr(dense + t * along, b, atol=1e-14, btol=1e-14)[0]

    moved = torch.func.jvp(solution, (torch.zeros(()).double(),), (torch.ones(()).double(),))[1]
    torch.testing.assert_close(moved, -torch.linalg.pinv(dense) @ b)


def test_exponentials() -> None:
    array, b = csr_array(_draw(8, 8)), _draw(8, 2, seed=1, density=1.0)

    def product(values: Tensor, b: Tensor) -> Any:
        return sparse_linalg.expm_multiply(array._like(values), b, 0, 2, 3)

    expected = reference.expm_multiply(array.to_scipy(), b.numpy(), 0, 2, 3)
    numpy.testing.assert_allclose(product(array.data, b), expected, rtol=1e-10)
    values, side = array.data.clone().requires_grad_(), b.clone().requires_grad_()
    assert torch.autograd.gradcheck(product, (values, side), check_forward_ad=True, fast_mode=True)
    assert torch.autograd.gradcheck(lambda v: sparse_linalg.expm(array._like(v)).toarray(), (values,))
    stiff = array * 300
    exact = torch.linalg.matrix_exp(stiff.toarray()) @ b
    torch.testing.assert_close(sparse_linalg.expm_multiply(stiff, b), exact, rtol=1e-9, atol=0)


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("ord", [None, 1, 2, numpy.inf, -numpy.inf])
def test_norms(ord: Any, axis: int | None) -> None:
    array = csr_array(_draw(6, 5))
    expected = reference.norm(array.to_scipy(), ord, axis)
    numpy.testing.assert_allclose(sparse_linalg.norm(array, ord, axis), expected)
    values = array.data.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda v: sparse_linalg.norm(array._like(v), ord, axis), (values,))


def test_small_functions() -> None:
    array = csr_array(_draw(8, 8))
    torch.testing.assert_close(
        sparse_linalg.matrix_power(array, 3).toarray(), torch.linalg.matrix_power(array.toarray(), 3)
    )
    assert sparse_linalg.onenormest(array) <= sparse_linalg.norm(array, 1) * (1 + 1e-12)
    assert sparse_linalg.spbandwidth(csr_array(torch.tensor([[1.0, 2, 0], [0, 1, 2], [0, 0, 1]]))) == (0, 1)
    for boundary in ("neumann", "dirichlet", "periodic"):
        op = sparse_linalg.LaplacianNd((3, 4), boundary_conditions=boundary, dtype=torch.float64)
        torch.testing.assert_close(op.to_dense(), op.toarray())
        torch.testing.assert_close(torch.linalg.eigvalsh(op.toarray()), op.eigenvalues())
    missing = set(reference.__all__) - set(sparse_linalg.__all__)
    modules = {"dsolve", "eigen", "interface", "isolve", "matfuncs"}
    assert missing == modules | {"use_solver", "funm_multiply_krylov"}


@pytest.mark.parametrize("name", ["jacobi", "incomplete_cholesky", "multigrid"])
def test_preconditioners_help(name: str) -> None:
    if name == "multigrid":
        pytest.importorskip("pyamg")
    line = scipy.sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(40, 40))
    scale = scipy.sparse.diags_array(numpy.linspace(1, 30, 1600))
    host = (scale @ scipy.sparse.kronsum(line, line) @ scale).tocsr()
    array, b = csr_array(host), numpy.ones(1600)
    counts = []
    for M in (None, getattr(sparse_linalg.preconditioners, name)(array)):
        seen: list[Any] = []
        x, info = sparse_linalg.cg(array, b, M=M, rtol=1e-8, callback=seen.append)
        assert info == 0
        numpy.testing.assert_allclose(host @ x, b, atol=1e-5)
        counts.append(len(seen))
    assert counts[1] < 0.7 * counts[0]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda A: sparse_linalg.eigsh(A[:3], 1), ValueError),
        (lambda A: sparse_linalg.norm(A, "x"), ValueError),
        (lambda A: sparse_linalg.expm_multiply(A, torch.ones(3)), ValueError),
        (lambda A: sparse_linalg.lsqr(A, torch.ones(3)), ValueError),
        (lambda A: sparse_linalg.matrix_power(A, -1), ValueError),
        (lambda A: sparse_linalg.preconditioners.incomplete_cholesky(A * -1), LinAlgError),
        (lambda A: sparse_linalg.LaplacianNd((3,), boundary_conditions="x"), ValueError),
    ],
)
def test_refusals(call: Callable[[Any], Any], error: type[Exception], hermitian: Any) -> None:
    with pytest.raises(error):
        call(hermitian)
