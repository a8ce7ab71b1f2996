"""Backward errors against LAPACK's on hard matrices, and matrix functions against their inverses."""

from __future__ import annotations

import warnings

import numpy
import pytest
import scipy.linalg
import torch

from scitorch import linalg

N = 120
norm = numpy.linalg.norm


def hard_matrices() -> dict[str, numpy.ndarray]:
    random = numpy.random.default_rng(0)
    powers = 0.43 ** numpy.arange(N)
    return {
        "random": random.standard_normal((N, N)),
        "hilbert": scipy.linalg.hilbert(N),
        "kahan": powers[:, None] * (numpy.eye(N) - 0.9 * numpy.triu(numpy.ones((N, N)), 1)),
        "graded": random.standard_normal((N, N)) * 10.0 ** (-numpy.arange(N) / 10)[:, None],
        "companion": scipy.linalg.companion(random.standard_normal(N + 1)),
        "nearly defective": numpy.eye(N) + numpy.diag(numpy.ones(N - 1), 1) + 1e-12 * random.standard_normal((N, N)),
    }


def residual(product: numpy.ndarray, a: numpy.ndarray) -> float:
    return float(norm(product - a) / norm(a))


def assert_comparable(ours: float, lapack: float) -> None:
    assert ours <= 10 * max(lapack, 1e-16), f"backward error {ours:.1e}, LAPACK's {lapack:.1e}"


@pytest.mark.parametrize("name", hard_matrices())
def test_factorisations(name: str) -> None:
    a = hard_matrices()[name]
    t = torch.from_numpy(a)

    def numbers(*tensors: torch.Tensor) -> list[numpy.ndarray]:
        return [x.numpy() for x in tensors]

    q, r = numbers(*linalg.qr(t))
    assert_comparable(residual(q @ r, a), residual(numpy.matmul(*scipy.linalg.qr(a)), a))
    u, s, vh = numbers(*linalg.svd(t))
    u0, s0, vh0 = scipy.linalg.svd(a)
    assert_comparable(residual(u * s @ vh, a), residual(u0 * s0 @ vh0, a))
    form, z = numbers(*linalg.schur(t))
    form0, z0 = scipy.linalg.schur(a)
    assert_comparable(residual(z @ form @ z.T, a), residual(z0 @ form0 @ z0.T, a))

    h = a + a.T
    w, v = numbers(*linalg.eigh(torch.from_numpy(h)))
    w0, v0 = scipy.linalg.eigh(h)
    assert_comparable(residual(v * w @ v.T, h), residual(v0 * w0 @ v0.T, h))
    p = a @ a.T + 1e-6 * norm(a) ** 2 * numpy.eye(N)
    (factor,) = numbers(linalg.cholesky(torch.from_numpy(p), lower=True))
    factor0 = scipy.linalg.cholesky(p, lower=True)
    assert_comparable(residual(factor @ factor.T, p), residual(factor0 @ factor0.T, p))


@pytest.mark.parametrize("name", hard_matrices())
def test_solutions(name: str) -> None:
    a = hard_matrices()[name]
    random = numpy.random.default_rng(1)
    b, q = random.standard_normal(N), random.standard_normal((N, N))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x, x0 = linalg.solve(torch.from_numpy(a), torch.from_numpy(b)).numpy(), scipy.linalg.solve(a, b)

    def error(x: numpy.ndarray) -> float:
        return float(norm(a @ x - b) / (norm(a) * norm(x) + norm(b)))

    assert_comparable(error(x), error(x0))
    c = a + 3 * norm(a, 2) * numpy.eye(N)

    def sylvester_error(x: numpy.ndarray) -> float:
        return float(norm(c @ x + x @ c - q) / (2 * norm(c) * norm(x) + norm(q)))

    y = linalg.solve_sylvester(*map(torch.from_numpy, (c, c, q))).numpy()
    assert_comparable(sylvester_error(y), sylvester_error(scipy.linalg.solve_sylvester(c, c, q)))


def exact_exponential(a: numpy.ndarray) -> numpy.ndarray:
    import mpmath

    with mpmath.workdps(80):
        return numpy.array(mpmath.expm(mpmath.matrix(a.tolist()), method="taylor").tolist(), dtype=float)


RANDOM = numpy.random.default_rng(2)
EXPONENTS = {
    "small": 1e-9 * RANDOM.standard_normal((4, 4)),
    "random": RANDOM.standard_normal((6, 6)),
    "large": 20 * RANDOM.standard_normal((5, 5)),
    "nilpotent": numpy.triu(1e6 * numpy.ones((4, 4)), 1),
    "overscaling (Al-Mohy & Higham 2009)": numpy.array([[1.0, 1e6], [0.0, -1.0]]),
    "decaying": -numpy.diag([1.0, 20.0, 50.0]) + numpy.triu(numpy.ones((3, 3)), 1),
}


@pytest.mark.parametrize("name", EXPONENTS)
def test_exponential(name: str) -> None:
    a = EXPONENTS[name]
    exact = exact_exponential(a)
    condition = max(scipy.linalg.expm_cond(a), 1.0)
    error = norm(linalg.expm(torch.from_numpy(a)).numpy() - exact) / norm(exact)
    assert error <= 20 * condition * 2**-53


def test_exponential_of_a_batch_of_all_sizes() -> None:
    batch = torch.stack([10.0**k * torch.eye(2, dtype=torch.float64) for k in range(-12, 3)])
    exact = torch.diag_embed(torch.diagonal(batch, dim1=-2, dim2=-1).exp())
    torch.testing.assert_close(linalg.expm(batch), exact, rtol=1e-13, atol=0)


def test_frechet_derivative_is_independent_of_the_direction_s_size() -> None:
    a, e = RANDOM.standard_normal((2, 5, 5))
    exact = scipy.linalg.expm_frechet(a, e, compute_expm=False)
    for size in (1e-200, 1e-10, 1.0, 1e10, 1e200):
        found = torch.func.jvp(linalg.expm, (torch.from_numpy(a),), (torch.from_numpy(size * e),))[1]
        assert residual(found.numpy() / size, exact) < 1e-13


POSITIVE = {
    "random": RANDOM.standard_normal((5, 5)) + 6 * numpy.eye(5),
    "hilbert": scipy.linalg.hilbert(6),
    "nearly defective": numpy.array([[1.0, 1.0], [1e-10, 1.0]]),
    "triangular": numpy.array([[1.0, 1e3, 1e6], [0.0, 1.0, 1e3], [0.0, 0.0, 1.0]]),
    "negative eigenvalue": numpy.diag([-1.0, 2.0, 3.0]) + numpy.triu(numpy.ones((3, 3)), 1),
    "rotation": numpy.array([[0.0, -1.0], [1.0, 0.0]]),
}


@pytest.mark.parametrize("name", POSITIVE)
def test_logarithm_and_root(name: str) -> None:
    a = POSITIVE[name]
    t = torch.from_numpy(a)
    assert linalg.logm(t).is_complex() == linalg.sqrtm(t).is_complex() == (name == "negative eigenvalue")
    log, root = linalg.logm(t), linalg.sqrtm(t)
    slack = 1e-14 * max(1.0, norm(root.numpy()) ** 2 / norm(a))
    assert residual((root @ root).numpy(), a) <= slack
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scale = max(residual(scipy.linalg.expm(scipy.linalg.logm(a)), a), 1e-15)
    assert residual(linalg.expm(log).numpy(), a) <= 10 * scale


def test_ill_conditioned_systems_are_warned_about() -> None:
    with pytest.warns(scipy.linalg.LinAlgWarning, match="solve: argument 'a' is ill-conditioned"):
        linalg.solve(torch.from_numpy(scipy.linalg.hilbert(15)), torch.ones(15, dtype=torch.float64))
