"""Direct and iterative solutions of sparse systems, and their derivatives on the pattern."""

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

FORMATS = pytest.mark.parametrize("make", [csr_array, csc_array], ids=["csr", "csc"])
DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=["real", "complex"])
N = 7


def _matrix(dtype: torch.dtype = torch.float64, *, symmetric: bool = False) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    dense = torch.randn(N, N, dtype=dtype, generator=generator)
    dense = dense * (torch.rand(N, N, generator=generator) < 0.4) + 4 * torch.eye(N, dtype=dtype)
    return (dense + dense.mH).resolve_conj() / 2 if symmetric else dense


def _sides(dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(N, 2, dtype=dtype, generator=torch.Generator().manual_seed(1))


def _gradients_are_right(function: Callable[[Any, Tensor], Any], array: Any, b: Tensor, *, second: bool = True) -> None:
    values = array.data.clone().requires_grad_()
    b = b.clone().requires_grad_()

    def call(values: Tensor, b: Tensor) -> Any:
        return function(array._like(values), b)

    assert torch.autograd.gradcheck(call, (values, b), check_forward_ad=True)
    if second:
        assert torch.autograd.gradgradcheck(call, (values, b))


@FORMATS
@DTYPES
def test_spsolve(make: Any, dtype: torch.dtype) -> None:
    dense, b = _matrix(dtype), _sides(dtype)
    torch.testing.assert_close(dense @ sparse_linalg.spsolve(make(dense), b), b)
    torch.testing.assert_close(dense @ sparse_linalg.spsolve(make(dense), b[:, 0]), b[:, 0])
    _gradients_are_right(sparse_linalg.spsolve, make(dense), b)


@FORMATS
@DTYPES
@pytest.mark.parametrize("trans", ["N", "T", "H"])
def test_factors_are_kept(make: Any, dtype: torch.dtype, trans: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dense, b = _matrix(dtype), _sides(dtype)
    turned = {"N": dense, "T": dense.mT, "H": dense.mH}[trans]
    _gradients_are_right(lambda A, b: sparse_linalg.splu(A).solve(b, trans), make(dense), b, second=trans == "N")
    array = make(dense)
    array.requires_grad_()
    lu = sparse_linalg.splu(array)
    monkeypatch.setattr(reference, "splu", lambda *_, **__: pytest.fail("factorised again"))
    x = lu.solve(b, trans)
    torch.testing.assert_close(turned @ x.detach(), b)
    x.abs().sum().backward()
    assert array.grad.nnz == array.nnz


@FORMATS
@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("unit", [True, False])
def test_triangular(make: Any, lower: bool, unit: bool) -> None:
    dense = torch.tril(_matrix()) if lower else torch.triu(_matrix())
    if unit:
        dense = dense - torch.diag(dense.diagonal()) + torch.eye(N)
    array, b = make(dense), _sides()

    def solution(A: Any, b: Tensor) -> Any:
        return sparse_linalg.spsolve_triangular(A, b, lower=lower, unit_diagonal=unit)

    torch.testing.assert_close(dense @ solution(array, b), b)
    _gradients_are_right(solution, array, b)


@pytest.mark.parametrize("name", ["cg", "minres", "bicgstab", "gmres"])
def test_iterations(name: str) -> None:
    dense, b = _matrix(symmetric=name in ("cg", "minres")), _sides()
    function = getattr(sparse_linalg, name)
    x, info = function(csr_array(dense), b, rtol=1e-12)
    assert info.tolist() == [0, 0]
    torch.testing.assert_close(dense @ x, b)
    x, info = function(csr_array(dense), b[:, 0], rtol=1e-12)
    assert info == 0
    torch.testing.assert_close(dense @ x, b[:, 0])
    if name in ("bicgstab", "gmres"):
        _gradients_are_right(lambda A, b: function(A, b, rtol=1e-12)[0], csr_array(dense), b, second=False)


@pytest.mark.parametrize("name", ["cg", "cgs", "bicg", "bicgstab", "gmres", "minres", "qmr", "lgmres", "gcrotmk"])
def test_iterations_are_those_of_scipy(name: str) -> None:
    line = scipy.sparse.diags_array([-1.0, 2.5, -1.0], offsets=[-1, 0, 1], shape=(40, 40))
    poisson = scipy.sparse.kronsum(line, line).tocsr()
    b = numpy.random.default_rng(0).random(1600)
    jacobi = scipy.sparse.diags_array(1 / poisson.diagonal()).tocsr()
    counts = []
    extra: dict[str, Any] = {"callback_type": "pr_norm"} if name == "gmres" else {}
    extra |= {} if name == "qmr" else {"M": jacobi}
    for module in (sparse_linalg, reference):
        seen: list[Any] = []
        x, info = getattr(module, name)(poisson, b, rtol=1e-8, callback=lambda v, seen=seen: seen.append(v), **extra)
        assert info == 0
        assert numpy.linalg.norm(poisson @ x - b) <= 1.01e-8 * numpy.linalg.norm(b) or name == "minres"
        counts.append(len(seen))
    assert abs(counts[0] - counts[1]) <= max(1, counts[1] // 10)


def test_preconditioners_have_no_part_in_the_derivative() -> None:
    array, b = csr_array(_matrix()), _sides()

    expected = torch.func.grad(lambda v: sparse_linalg.spsolve(array._like(v), b).pow(2).sum())(array.data)
    values = array.data.clone().requires_grad_()
    rough = sparse_linalg.spilu(array, drop_tol=0.1)
    M = sparse_linalg.LinearOperator(array.shape, rough.solve, lambda v: rough.solve(v, "H"), dtype=values.dtype)
    x = sparse_linalg.gmres(array._like(values), b, M=M, rtol=1e-13)[0]
    torch.testing.assert_close(torch.autograd.grad(x.pow(2).sum(), values)[0], expected)


def test_an_incomplete_factorisation_is_linear_in_the_side_only() -> None:
    array, b = csr_array(_matrix()), _sides().requires_grad_()
    rough = sparse_linalg.spilu(array, drop_tol=0.1)
    assert torch.autograd.gradcheck(rough.solve, (b,), check_forward_ad=True)
    array.requires_grad_()
    kept = sparse_linalg.spilu(array)
    with pytest.raises(NotImplementedError, match="drops entries"):
        kept.solve(b).sum().backward()


def test_batches_of_values() -> None:
    array, b = csr_array(_matrix()), _sides()
    values = torch.stack([array.data, 2 * array.data])
    found = torch.func.vmap(lambda v: sparse_linalg.spsolve(array._like(v), b))(values)
    expected = torch.stack([sparse_linalg.spsolve(array._like(v), b) for v in values])
    torch.testing.assert_close(found, expected)
    found = torch.func.vmap(lambda v: sparse_linalg.gmres(array._like(v), b, rtol=1e-12)[0])(values)
    torch.testing.assert_close(found, expected)


def test_gradient_has_the_size_of_the_pattern() -> None:
    n = 40_000
    array = csr_array(scipy.sparse.diags_array([-1.0, 4.0, -1.0], offsets=[-1, 0, 1], shape=(n, n)).tocsr())
    array = array._of(array._pattern, array._values.requires_grad_(), None)
    sparse_linalg.spsolve(array, torch.ones(n, dtype=torch.float64)).sum().backward()
    assert array.grad.nnz == array.nnz  # a dense gradient would have 12.8 GB


def test_kinds_of_arrays() -> None:
    dense, b = _matrix().numpy(), _sides().numpy()
    assert type(sparse_linalg.spsolve(scipy.sparse.csr_array(dense), b)) is numpy.ndarray
    assert type(sparse_linalg.gmres(scipy.sparse.csr_array(dense), b[:, 0])[0]) is numpy.ndarray
    assert type(sparse_linalg.gmres(dense, torch.from_numpy(b))[0]) is Tensor


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda A, b: sparse_linalg.spsolve(A, b[:3]), ValueError, "mismatch"),
        (lambda A, b: sparse_linalg.cg(A, b[:3]), ValueError, "incompatible"),
        (lambda A, b: sparse_linalg.cg(A, b, atol=-1), ValueError, "invalid `atol`"),
        (lambda A, b: sparse_linalg.cg(A[:3], b), ValueError, "square"),
        (lambda A, b: sparse_linalg.splu(csc_array(torch.zeros(2, 2))), RuntimeError, "singular"),
        (lambda A, b: sparse_linalg.spsolve_triangular(A, b), LinAlgError, "triangular"),
        (lambda A, b: sparse_linalg.splu(A).solve(b, "X"), ValueError, "trans"),
        (lambda A, b: sparse_linalg.gmres(A, b, callback_type="y"), ValueError, "callback_type"),
    ],
)
def test_refusals(call: Callable[[Any, Tensor], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(csr_array(_matrix()), _sides())


def test_a_singular_matrix_gives_nan_with_a_warning() -> None:
    with pytest.warns(reference.MatrixRankWarning):
        x = sparse_linalg.spsolve(csr_array(torch.tensor([[1.0, 1.0], [1.0, 1.0]])), torch.ones(2))
    assert x.isnan().all()
