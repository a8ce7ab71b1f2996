"""SciPy's ufuncs as kernels."""

from __future__ import annotations

import pickle
import threading
import time

import numpy as np
import pytest
import scipy.special
import torch

from scitorch.op.kernel import scipy_ufunc

jv = scipy_ufunc("scipy.special.jv")
FLOATS = [torch.float32, torch.float64]


def uniform(*shape, dtype=torch.float64, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype) * 8


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("size", [0, 1, 7, 255, 256, 5000])
def test_values_are_scipys(dtype, size):
    order, x = uniform(size, dtype=dtype), uniform(size, dtype=dtype, seed=1)
    result = jv(order, x)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result.numpy(), scipy.special.jv(order.numpy(), x.numpy()))


@pytest.mark.parametrize(("path", "outputs"), [("scipy.special.sici", 2), ("scipy.special.airy", 4)])
@pytest.mark.parametrize("dtype", FLOATS)
def test_several_outputs(path, outputs, dtype):
    x = uniform(300, dtype=dtype)
    results = scipy_ufunc(path, outputs)(x)
    assert len(results) == outputs
    for result, expected in zip(results, getattr(scipy.special, path.split(".")[-1])(x.numpy())):
        assert result.dtype == dtype
        np.testing.assert_array_equal(result.numpy(), expected)


def test_real_and_complex_arguments_and_results():
    order, z = uniform(5), uniform(5).to(torch.complex128) * (1 - 0.5j)
    result = scipy_ufunc("scipy.special.hankel1")(order, z)
    np.testing.assert_array_equal(result.numpy(), scipy.special.hankel1(order.numpy(), z.numpy()))
    assert scipy_ufunc("scipy.special.hankel1")(order.float(), order.float()).dtype == torch.complex64
    assert scipy_ufunc("scipy.special.wofz")(z.to(torch.complex64)).dtype == torch.complex64


def test_a_double_precision_ufunc_keeps_single_precision_arguments():
    x = uniform(6, dtype=torch.float32)
    result = scipy_ufunc("scipy.special.ellipkm1")(x / 10)
    assert result.dtype == torch.float32


VIEWS = {
    "transposed": lambda x: x.reshape(20, 30).T,
    "strided": lambda x: x[::3],
    "expanded": lambda x: x[:1].expand(40),
    "conj": lambda x: torch.complex(x, x).conj(),
    "neg": lambda x: torch.complex(x, x).conj().imag,
    "needs grad": lambda x: x.clone().requires_grad_(),
    "0-d": lambda x: x[0],
    "empty": lambda x: x[:0].reshape(0, 3),
}


@pytest.mark.parametrize("view", VIEWS)
def test_views(view):
    x = VIEWS[view](uniform(600))
    result = scipy_ufunc("scipy.special.erf")(x)
    plain = x.detach().resolve_conj().resolve_neg()
    np.testing.assert_array_equal(result.numpy(), scipy.special.erf(plain.numpy()))
    assert result.is_contiguous()
    assert not result.requires_grad
    assert result.shape == x.shape


SHAPES = [((), (900,)), ((1,), (40, 50)), ((70, 1), (1, 90)), ((30, 1, 20), (40, 1)), ((3, 1), (0,)), ((2000,), (1, 1))]


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_broadcast_arguments_are_cut_alike(shapes):
    order, x = (uniform(*shape, seed=i) for i, shape in enumerate(shapes))
    kernel = scipy_ufunc("scipy.special.jv")
    kernel._workload.seconds_per_element = 1.0  # so costly that everything is cut
    result = kernel(order, x)
    expected = scipy.special.jv(order.numpy(), x.numpy())
    assert result.is_contiguous()
    assert result.shape == expected.shape
    np.testing.assert_array_equal(result.numpy(), expected)


@pytest.mark.usefixtures("two_threads")
def test_an_error_in_a_worker_reaches_the_caller():
    kernel = scipy_ufunc("scipy.special.gammaln")
    kernel._workload.seconds_per_element = 1.0
    caller, raised_in = threading.get_ident(), []

    class Recorded:
        """The ufunc, which notes the threads it raises in and leaves the first chunks to the worker."""

        def __call__(self, x, **keywords):
            if threading.get_ident() == caller:
                time.sleep(0.05)
            try:
                return scipy.special.gammaln(x, **keywords)
            except scipy.special.SpecialFunctionError:
                raised_in.append(threading.get_ident())
                raise

        def __getattr__(self, name):
            return getattr(scipy.special.gammaln, name)

    kernel._ufunc = Recorded()
    with scipy.special.errstate(all="raise"), pytest.raises(scipy.special.SpecialFunctionError, match="singularity"):
        kernel(torch.zeros(4000, dtype=torch.float64))
    assert set(raised_in) - {caller}


def test_it_is_as_silent_as_scipy():
    x = torch.tensor([0.0, -1.0, float("inf"), float("nan"), 1e308], dtype=torch.float64)
    for name in ("gamma", "psi", "log_ndtr", "zeta", "expm1"):
        ufunc = getattr(scipy.special, name if name != "zeta" else "zetac")
        np.testing.assert_array_equal(scipy_ufunc(f"scipy.special.{ufunc.__name__}")(x).numpy(), ufunc(x.numpy()))


def test_it_can_be_pickled():
    x = uniform(3)
    assert torch.equal(pickle.loads(pickle.dumps(jv))(x, x), jv(x, x))


def test_bad_arguments_are_named():
    x = uniform(3)
    with pytest.raises(TypeError, match=r"scipy\.special\.jv takes 2 tensors, 1 were given"):
        jv(x)
    with pytest.raises(TypeError, match=r"scipy\.special\.jv: argument 1 must be a tensor, not float"):
        jv(x, 1.0)
    with pytest.raises(TypeError, match=r"argument 0 is torch\.bfloat16, wanted float32 or float64"):
        jv(x.bfloat16(), x)
    with pytest.raises(NotImplementedError, match=r"argument 1 is .* on meta, wanted a dense one on cpu"):
        jv(x, x.to("meta"))
    with pytest.raises(ValueError, match=r"scipy\.special\.jv: the shapes \(3,\), \(2,\) do not broadcast"):
        jv(x, x[:2])
    with pytest.raises(TypeError, match=r"scipy\.special\.ellipk has no loop for \(complex128\)"):
        scipy_ufunc("scipy.special.ellipk")(x.to(torch.complex128))


def test_a_wrong_declaration_is_refused():
    x = uniform(3)
    with pytest.raises(ValueError, match=r"scipy\.special\.sici returns 2 arrays, declared were outputs=1"):
        scipy_ufunc("scipy.special.sici")(x)
    with pytest.raises(TypeError, match=r"scipy\.special\.logsumexp is no ufunc"):
        scipy_ufunc("scipy.special.logsumexp")(x)
