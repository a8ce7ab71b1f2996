"""Scalar kernels on tensors: values, layouts, dtypes, threads, errors, the cache."""

from __future__ import annotations

import math
import threading

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from scitorch.op.kernel import scalar_kernel
from scitorch.op.kernel.gamma_functions import digamma, polygamma
from scitorch.op.kernel.scalar import llvm_backend


def uniform(*shape, low=0.1, high=20.0, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)


def relative_error(result, expected):
    return ((result - torch.as_tensor(expected)) / torch.as_tensor(expected)).abs().max().item()


def test_values_are_scipys(examples):
    a, b, x = uniform(3000, seed=1), uniform(3000, seed=2), uniform(3000, low=0.0, high=1.0, seed=3)
    assert relative_error(examples.betainc(a, b, x), scipy.special.betainc(a.numpy(), b.numpy(), x.numpy())) < 1e-12
    assert relative_error(examples.kv(a, b), scipy.special.kv(a.numpy(), b.numpy())) < 1e-12
    assert relative_error(examples.gammainc(a, b), scipy.special.gammainc(a.numpy(), b.numpy())) < 1e-11


# The magnitude of ψ near its zeros on the negative axis is lost to cancellation; the error is measured against 1 there.
DIGAMMA_POINTS = [1e-300, 1e-8, 0.3, 0.95, 1.0, 1.4616321449683623, 1.46, 1.5, 1.97, 5.0, 9.99, 10.0, 1e4, 1e300]
DIGAMMA_POINTS += [-1e-12, -0.3, -0.5040830082644554, -5.3, -1000.25]


@pytest.mark.parametrize("x", DIGAMMA_POINTS)
def test_digamma(x):
    with mpmath.workdps(40):
        exact = mpmath.digamma(mpmath.mpf(x))
        scale = abs(exact) if x > 0 else max(abs(exact), 1)
        assert abs(digamma(x) - exact) < 8 * 2**-53 * scale


@pytest.mark.parametrize("n", [0, 1, 2, 3, 6, 15, 40])
@pytest.mark.parametrize("x", [1e-3, 0.2, 1.0, 3.3, 11.0, 60.0, 1e5, -0.2, -0.8, -3.4, -20.6, -500.3])
def test_polygamma(n, x):
    with mpmath.workdps(60):
        exact = mpmath.polygamma(n, mpmath.mpf(x))
        # Between two poles the function passes zero or a minimum: there the scale is that of the nearest pole's term.
        nearest = mpmath.mpf(abs(x - round(x))) if x < 0 else mpmath.inf
        scale = max(abs(exact), mpmath.factorial(n) / nearest ** (n + 1) if n and x < 0 else 0, 1 if n == 0 else 0)
        assert abs(polygamma(n, x) - exact) < (30 + 4 * n) * 2**-53 * scale


def test_poles_and_limits_of_the_gamma_functions():
    assert [digamma(0.0), digamma(-0.0), digamma(math.inf)] == [-math.inf, math.inf, math.inf]
    assert math.isnan(digamma(-3.0))
    assert math.isnan(digamma(math.nan))
    assert math.isnan(digamma(-math.inf))
    for n in (1, 2, 3):
        for x in (0.0, -1.0, -7.0):
            assert polygamma(n, x) == scipy.special.polygamma(n, x)
    assert math.isnan(polygamma(-1, 2.0))
    assert math.isnan(polygamma(2, math.nan))


def test_several_outputs(examples):
    x = uniform(300)
    power, root = examples.powers(torch.full_like(x, 3.0), x)
    assert relative_error(power, x**3) < 1e-15
    assert torch.equal(root, torch.from_numpy(np.sqrt(power.numpy())))
    assert examples.powers(2, -3.0) == (9.0, 3.0)


def test_single_precision_is_computed_in_double(examples):
    a, b, x = uniform(500, seed=1), uniform(500, seed=2), uniform(500, low=0.0, high=1.0, seed=3)
    single = examples.betainc(a.float(), b.float(), x.float())
    assert single.dtype == torch.float32
    expected = examples.betainc(a.float().double(), b.float().double(), x.float().double())
    assert torch.equal(single, expected.float())


VIEWS = {
    "transposed": lambda x: x.reshape(20, 30).T,
    "strided": lambda x: x[::3],
    "expanded": lambda x: x[:1].expand(40),
    "channels": lambda x: x.reshape(2, 3, 10, 10).to(memory_format=torch.channels_last),
    "neg": lambda x: torch.complex(x, -x).conj().imag,
    "needs grad": lambda x: x.clone().requires_grad_(),
    "0-d": lambda x: x[0],
    "empty": lambda x: x[:0].reshape(0, 3),
    "one": lambda x: x[:1],
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("size", [60, 600])
def test_views(examples, view, size):
    if view in ("transposed", "channels"):
        size = 600
    x = VIEWS[view](uniform(size))
    result = examples.kv(x, x)
    plain = x.detach().resolve_neg().contiguous()
    assert result.is_contiguous()
    assert not result.requires_grad
    assert result.shape == x.shape
    assert torch.equal(result, examples.kv(plain, plain))


SHAPES = [((), (900,)), ((70, 1), (1, 90)), ((30, 1, 20), (40, 1)), ((3, 1), (0,)), ((1,), ())]


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(
    "shapes", [((), (900,)), ((70, 1), (1, 90)), ((30, 1, 20), (40, 1)), ((3, 1), (0,)), ((1,), ())]
)
def test_broadcasting_in_chunks(examples, shapes):
    nu, x = (uniform(*shape, seed=i, high=5.0) for i, shape in enumerate(shapes))
    examples.kv._workload.seconds_per_element = 1e-4
    result = examples.kv(nu, x)
    assert result.shape == torch.broadcast_shapes(*shapes)
    assert result.is_contiguous()
    nu, x = (tensor.contiguous() for tensor in torch.broadcast_tensors(nu, x))
    expected = [examples.kv(*pair) for pair in zip(nu.flatten().tolist(), x.flatten().tolist())]
    assert result.flatten().tolist() == expected


def test_nan_ends_every_loop(examples):
    nan = float("nan")
    assert math.isnan(examples.kv(nan, 1.0))
    assert math.isnan(examples.kv.derivative(2, 1)(1.0, nan))
    assert math.isnan(examples.betainc(nan, 1.0, 0.5))


def test_bad_arguments_are_named(examples):
    x = uniform(3)
    with pytest.raises(TypeError, match=r"kv takes 2 tensors \(nu, x\), 1 were given"):
        examples.kv(x)
    with pytest.raises(TypeError, match=r"kv takes 2 tensors \(nu, x\), 0 were given"):
        examples.kv()
    with pytest.raises(TypeError, match=r"kv: x must be a tensor, not list"):
        examples.kv(x, [1.0])
    with pytest.raises(TypeError, match=r"kv: nu is torch\.complex128, wanted float32 or float64"):
        examples.kv(x.to(torch.complex128), x)
    with pytest.raises(TypeError, match=r"nu is torch\.float64 and x is torch\.float32, wanted one dtype for all"):
        examples.kv(x, x.float())
    with pytest.raises(NotImplementedError, match=r"x is .* on meta, wanted a dense one on cpu or cuda"):
        examples.kv(x, x.to("meta"))
    with pytest.raises(NotImplementedError, match=r"nu is a torch\.sparse_coo tensor"):
        examples.kv(x.to_sparse(), x)
    with pytest.raises(ValueError, match=r"kv: the shapes \(3,\), \(2,\) do not broadcast"):
        examples.kv(x, x[:2])
    with pytest.raises(TypeError, match="made of a Python function"):
        scalar_kernel(math.sin)


def test_many_threads_may_use_a_kernel_first():
    @scalar_kernel
    def shared(x, y):
        return math.exp(-x * y) + x

    x, results = uniform(500), []
    threads = [threading.Thread(target=lambda: results.append(shared.derivative(1, 1)(x, x))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(torch.equal(result, results[0]) for result in results)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SCITORCH_CACHE_DIR", str(tmp_path))
    return tmp_path


def fresh_value():
    """Return the value of a kernel that has to be compiled or read again."""

    @scalar_kernel
    def exponential(x):
        return math.exp(x) + 0.125

    return exponential(1.0)


EXPECTED = math.exp(1.0) + 0.125


def test_machine_code_is_kept_and_read_again(folder, monkeypatch):
    assert fresh_value() == EXPECTED
    (stored,) = folder.glob("*.o")
    written = stored.stat().st_mtime_ns
    monkeypatch.setattr(llvm_backend.llvm, "create_pass_builder", None)  # nothing may be compiled
    assert fresh_value() == EXPECTED
    assert stored.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", [b"", b"x" * 40, None], ids=["empty", "garbage", "half"])
def test_damaged_machine_code_is_made_again(folder, damage):
    assert fresh_value() == EXPECTED
    (stored,) = folder.glob("*.o")
    whole = stored.read_bytes()
    stored.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert fresh_value() == EXPECTED
    assert stored.read_bytes() == whole


@pytest.mark.parametrize("setting", ["", "/proc/no/such/folder"])
def test_it_works_without_a_cache(folder, monkeypatch, setting):
    monkeypatch.setenv("SCITORCH_CACHE_DIR", setting)
    assert fresh_value() == EXPECTED
    assert not list(folder.glob("*"))
