"""What the functions refuse, and in which words; the ends of the range of sizes; numbers that are not finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch import linalg

nan, inf = float("nan"), float("inf")
vector = torch.ones(2)
square, rectangle = torch.eye(2), torch.ones(2, 3)

OF_A_SQUARE = {
    "cholesky": linalg.cholesky,
    "cho_factor": linalg.cho_factor,
    "det": linalg.det,
    "eigh": linalg.eigh,
    "eigvalsh": linalg.eigvalsh,
    "expm": linalg.expm,
    "inv": linalg.inv,
    "logm": linalg.logm,
    "schur": linalg.schur,
    "slogdet": linalg.slogdet,
    "sqrtm": linalg.sqrtm,
}
OF_A_MATRIX = {"qr": linalg.qr, "svd": linalg.svd, "svdvals": linalg.svdvals}


@pytest.mark.parametrize("name", OF_A_SQUARE)
def test_not_square(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: argument '[aA]' has shape \(2, 3\); wanted square"):
        OF_A_SQUARE[name](rectangle)


@pytest.mark.parametrize("name", OF_A_MATRIX)
def test_not_a_matrix(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: argument 'a' has shape \(2,\)"):
        OF_A_MATRIX[name](vector)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linalg.solve(square, torch.ones(3)), r"solve: argument 'b' has shape \(3,\); wanted \(2,\)"),
        (lambda: linalg.solve(square, vector, assume_a="round"), "solve: assume_a is 'round'"),
        (lambda: linalg.solve_triangular(square, vector, trans=3), "solve_triangular: trans is 3"),
        (lambda: linalg.cho_solve((square, True), torch.ones(3, 1)), r"cho_solve: argument 'b' has shape \(3, 1\)"),
        (lambda: linalg.eigh(square, torch.eye(3)), r"eigh: argument 'b' has shape \(3, 3\)"),
        (lambda: linalg.eigh(square, subset_by_index=[1, 2]), r"eigh: subset_by_index is \[1, 2\]"),
        (lambda: linalg.eigh(square, subset_by_value=[2, 1]), r"eigh: subset_by_value is \[2, 1\]"),
        (lambda: linalg.eigh(square, type=4), "eigh: type is 4"),
        (lambda: linalg.svd(square, lapack_driver="x"), "svd: lapack_driver is 'x'"),
        (lambda: linalg.qr(square, mode="half"), "qr: mode is 'half'"),
        (lambda: linalg.schur(square, output="polar"), "schur: output is 'polar'"),
        (lambda: linalg.schur(square, sort="up"), "schur: sort is 'up'"),
        (
            lambda: linalg.solve_sylvester(square, square, rectangle),
            r"solve_sylvester: argument 'q' has shape \(2, 3\)",
        ),
        (
            lambda: linalg.solve_continuous_lyapunov(square, torch.eye(3)),
            r"solve_continuous_lyapunov: argument 'q' has shape \(3, 3\)",
        ),
        (lambda: torch.func.vmap(linalg.sqrtm)(-torch.eye(2).expand(3, 2, 2)), "sqrtm: a real argument 'A'"),
    ],
)
def test_value_error(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linalg.solve(torch.zeros(2, 2), vector), "solve: argument 'a': the matrix is singular: pivot 1"),
        (lambda: linalg.inv(torch.zeros(3, 2, 2)), r"inv: argument 'a', matrix \[0\] of the batch: .* singular"),
        (lambda: linalg.solve(-square, vector, assume_a="pos"), "solve: argument 'a': the leading minor of order 1"),
        (lambda: linalg.cholesky(torch.diag(torch.tensor([1.0, -1]))), "cholesky: .* the leading minor of order 2"),
        (lambda: linalg.solve_triangular(torch.diag(torch.tensor([1.0, 0])), vector), "diagonal entry 2 is zero"),
        (lambda: linalg.solve_sylvester(square, -square, square), "solve_sylvester: the equation is singular"),
        (lambda: linalg.logm(torch.zeros(2, 2)), "logm: argument 'A' is singular"),
    ],
)
def test_linalg_error(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(LinAlgError, match=message):
        call()


def test_transposed_complex_solve_is_refused_as_in_scipy() -> None:
    with pytest.raises(NotImplementedError, match="solve: transposed"):
        linalg.solve(square.to(torch.complex64), vector, transposed=True)


CHECKED = {
    "solve": lambda x, check: linalg.solve(x, vector, check_finite=check),
    "solve_triangular": lambda x, check: linalg.solve_triangular(x, vector, check_finite=check),
    "inv": lambda x, check: linalg.inv(x, check_finite=check),
    "det": lambda x, check: linalg.det(x, check_finite=check),
    "eigh": lambda x, check: linalg.eigh(x, check_finite=check),
    "eigvalsh": lambda x, check: linalg.eigvalsh(x, check_finite=check),
    "svd": lambda x, check: linalg.svd(x, check_finite=check),
    "svdvals": lambda x, check: linalg.svdvals(x, check_finite=check),
    "qr": lambda x, check: linalg.qr(x, check_finite=check),
    "schur": lambda x, check: linalg.schur(x, check_finite=check),
}


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("name", CHECKED)
def test_numbers_that_are_not_finite(name: str, bad: float) -> None:
    x = torch.tensor([[2.0, 1.0], [1.0, bad]])
    with pytest.raises(ValueError, match=rf"^{name}: argument 'a' of shape \(2, 2\) has 1 entries that are inf"):
        CHECKED[name](x, True)
    result = CHECKED[name](x, False)  # no crash, no hang
    assert isinstance(result, (Tensor, tuple))


@pytest.mark.parametrize("name", [*OF_A_SQUARE, *OF_A_MATRIX])
def test_size_zero_and_empty_batches(name: str) -> None:
    function = {**OF_A_SQUARE, **OF_A_MATRIX}[name]
    for shape in ((0, 0), (0, 3, 3), (2, 0, 0)):
        result = function(torch.empty(shape))
        first = result if isinstance(result, Tensor) else result[0]
        assert first.shape[: len(shape) - 2] == shape[:-2]


def test_numpy_arrays_lists_and_the_pair_of_scipy() -> None:
    import scipy.linalg

    a, b = numpy.array([[4.0, 2.0], [2.0, 5.0]]), numpy.array([1.0, 2.0])
    x = linalg.cho_solve(scipy.linalg.cho_factor(a), b)
    assert isinstance(x, numpy.ndarray)
    numpy.testing.assert_allclose(x, numpy.linalg.solve(a, b))
    factor = linalg.cho_factor(a)
    assert isinstance(factor.c, numpy.ndarray)
    assert factor.lower is False
    torch.testing.assert_close(linalg.solve([[2, 0], [0, 4]], [1, 2]), torch.tensor([0.5, 0.5]))


def test_public_names_are_the_registry() -> None:
    from scitorch.op import load, public_names

    load("scitorch.linalg")
    assert sorted(set(linalg.__all__) - {"LinAlgError", "LinAlgWarning"}) == public_names("scitorch.linalg")
