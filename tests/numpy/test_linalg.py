"""`numpy.linalg` where it differs from torch: precision, second derivatives; functions stored in a class."""

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch
from torch.func import jacfwd, jacrev

import scitorch.numpy as np

REGULAR = torch.tensor([[4.0, 1.0, -2.0], [0.5, 3.0, 1.5], [2.0, -1.0, 5.0]], dtype=torch.float64)
POSITIVE = REGULAR @ REGULAR.mT
TALL = torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]], dtype=torch.float64)

# each has a second derivative that torch.linalg gets wrong or does not have, or could get wrong by a wrong call
SCALARS: dict[str, tuple[Callable[[Any], Any], torch.Tensor]] = {
    "cholesky": (lambda a: (np.linalg.cholesky(a) ** 3).sum(), POSITIVE),
    "cholesky upper": (lambda a: (np.linalg.cholesky(a, upper=True) ** 3).sum(), POSITIVE),
    "cond": (np.linalg.cond, REGULAR),
    "cond 1": (lambda a: np.linalg.cond(a, 1), REGULAR),
    "det": (np.linalg.det, REGULAR),
    "eig": (lambda a: (abs(np.linalg.eig(a)[0]) ** 3).sum(), REGULAR),
    "eigh": (lambda a: (np.linalg.eigh(a)[1] ** 4).sum(), POSITIVE),
    "eigvalsh": (lambda a: (np.linalg.eigvalsh(a, "U") ** 3).sum(), POSITIVE),
    "inv": (lambda a: (np.linalg.inv(a) ** 3).sum(), REGULAR),
    "lstsq": (lambda a: (np.linalg.lstsq(a, np.arange(3.0))[0] ** 3).sum(), TALL),
    "matrix_power": (lambda a: (np.linalg.matrix_power(a, -3) ** 2).sum(), REGULAR),
    "multi_dot": (lambda a: np.linalg.multi_dot([a, a, a]).sum(), REGULAR),
    "norm": (lambda a: np.linalg.norm(a, 2), REGULAR),
    "nuclear norm": (lambda a: np.linalg.norm(a, "nuc"), TALL),
    "pinv": (lambda a: (np.linalg.pinv(a) ** 3).sum(), TALL),
    "qr": (lambda a: (np.linalg.qr(a)[0] ** 4).sum(), TALL),
    "slogdet": (lambda a: np.linalg.slogdet(a)[1], REGULAR),
    "solve": (lambda a: (np.linalg.solve(a, np.arange(3.0)) ** 3).sum(), REGULAR),
    "svd": (lambda a: (np.linalg.svd(a)[2] ** 4).sum(), TALL),
    "svd of a Hermitian matrix": (lambda a: (np.linalg.svd(a, hermitian=True)[0] ** 4).sum(), POSITIVE),
    "svdvals": (lambda a: (np.linalg.svdvals(a) ** 3).sum(), TALL),
    "tensorinv": (lambda a: (np.linalg.tensorinv(a, 1) ** 3).sum(), REGULAR),
    "tensorsolve": (lambda a: (np.linalg.tensorsolve(a, np.arange(3.0)) ** 3).sum(), REGULAR),
}


@pytest.mark.parametrize("name", SCALARS)
def test_second_derivatives_agree_with_differences_of_first_ones(name: str) -> None:
    function, at = SCALARS[name]

    def value(a: torch.Tensor) -> torch.Tensor:
        return function(np.asarray(a)).tensor

    direction = torch.linspace(-1, 1, at.numel(), dtype=at.dtype).reshape(at.shape).sin()
    step = 1e-5
    gradient = jacrev(value)
    expected = (gradient(at + step * direction) - gradient(at - step * direction)) / (2 * step)
    first = (value(at + step * direction) - value(at - step * direction)) / (2 * step)
    torch.testing.assert_close((gradient(at) * direction).sum(), first, rtol=1e-7, atol=1e-8)
    for outer, inner in ((jacfwd, jacfwd), (jacrev, jacfwd), (jacfwd, jacrev)):
        second = (outer(inner(value))(at) * direction).sum((-2, -1))
        torch.testing.assert_close(second, expected, rtol=1e-6, atol=1e-7)


def test_single_precision_is_rounded_once() -> None:
    rng = numpy.random.default_rng(0)
    a = rng.normal(size=(5, 8, 8)).astype("f4")
    for name in ("inv", "det", "svdvals", "eigvalsh"):
        found = getattr(np.linalg, name)(np.asarray(a))
        expected = getattr(numpy.linalg, name)(a)
        assert found.dtype == expected.dtype
        numpy.testing.assert_allclose(np.to_numpy(found), expected, rtol=2e-7, atol=1e-7)


def test_householder_vectors_and_tolerances_of_a_stack() -> None:
    a = TALL.numpy()
    for found, expected in zip(np.linalg.qr(a, mode="raw"), numpy.linalg.qr(a, mode="raw"), strict=True):
        numpy.testing.assert_allclose(np.to_numpy(found), expected, rtol=1e-13)
    stack = numpy.stack([a, a])
    found = np.linalg.pinv(stack, rcond=[1e-15, 0.9])
    numpy.testing.assert_allclose(np.to_numpy(found), numpy.linalg.pinv(stack, rcond=[1e-15, 0.9]), atol=1e-13)
    with pytest.warns(DeprecationWarning, match="reduced"):
        np.linalg.qr(a, mode="full")


def test_eigenvalues_are_complex_where_values_are_unknown() -> None:
    stack = torch.stack([POSITIVE, REGULAR])
    values = torch.func.vmap(lambda a: np.linalg.eigvals(np.asarray(a)).tensor)(stack)
    assert values.is_complex()
    assert not np.linalg.eigvals(POSITIVE).tensor.is_complex()


def test_what_is_compiled_in_numpy_is_no_method_here() -> None:
    class Holder:
        make, empty, dtype_of = np.array, np.zeros, np.asarray

    holder = Holder()
    assert holder.make([1.0, 2.0]).tolist() == [1.0, 2.0]
    assert holder.empty(2, dtype="i4").dtype == numpy.int32
    assert np.array.__name__ == "array"
    compiled = torch.compile(lambda x: np.asarray(x) + 1, backend="eager", fullgraph=True)
    assert compiled(torch.ones(2)).tolist() == [2.0, 2.0]


def test_pinv_of_no_matrices_with_no_thresholds() -> None:
    assert np.linalg.pinv(np.zeros((0, 3, 2)), rcond=np.zeros(0)).shape == (0, 2, 3)
