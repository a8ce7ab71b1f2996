"""Unmodified SciPy with SCIPY_ARRAY_API=1, called with arrays of this namespace."""

import math
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy
import pytest
import scipy.integrate

import scitorch.numpy as snp


def test_special_functions_compute_here_and_keep_gradients() -> None:
    # the variable is read when SciPy is imported, so a process of its own
    script = """
        import numpy, scipy.special, scipy.stats
        import scitorch.numpy as snp

        values = numpy.linspace(0.2, 0.8, 5)
        for name, others in {"erf": (), "ndtr": (), "gammaln": (), "betainc": (2.0, 3.0), "gammainc": (1.5,)}.items():
            function = getattr(scipy.special, name)
            x = snp.asarray(values).requires_grad_()
            found = function(*(snp.full(5, other) for other in others), x)
            assert type(found) is snp.ndarray, name
            expected = function(*(numpy.full(5, other) for other in others), values)
            assert numpy.allclose(found.tensor.detach().numpy(), expected, rtol=1e-13), name
            found.sum().backward()
            step = 1e-6
            more, less = (function(*(numpy.full(5, other) for other in others), values + h) for h in (step, -step))
            assert numpy.allclose(x.grad.tensor.numpy(), (more - less) / (2 * step), rtol=1e-7), name
        x = snp.asarray(values**2).requires_grad_()
        skewness = scipy.stats.skew(x)
        assert abs(float(skewness.tensor.detach()) - scipy.stats.skew(values**2)) < 1e-13
        skewness.backward()
        assert float(abs(x.grad).sum().tensor) > 0
    """
    environment = os.environ | {"SCIPY_ARRAY_API": "1"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("array_api", [True, False])
def test_no_function_of_scipy_loses_a_gradient_silently(array_api: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SCIPY_ARRAY_API"}
    if array_api:
        environment["SCIPY_ARRAY_API"] = "1"
    script = Path(__file__).with_name("gradient_loss_checks.py")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr


def test_numbers_for_the_user_and_not_for_scipy() -> None:
    x = snp.asarray(2.0).requires_grad_()
    assert x.item() == 2.0
    with pytest.raises(RuntimeError, match="which a Python number cannot hold"):
        scipy.integrate.quad(lambda t: t * x, 0, 1)


def test_writing_into_what_iteration_gives() -> None:
    x = snp.asarray([[1.0, 2.0]]).requires_grad_()
    y = x * 1
    for row in y:
        row *= 3
    y.sum().backward()
    assert x.grad.tolist() == [[3.0, 3.0]]


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_vector_norm_without_elements(shape: tuple[int, int], keepdims: bool) -> None:
    found = snp.linalg.vector_norm(snp.zeros(shape), axis=-1, keepdims=keepdims)
    expected = numpy.linalg.vector_norm(numpy.zeros(shape), axis=-1, keepdims=keepdims)
    assert found.shape == expected.shape
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("count", [3, 8])
def test_searchsorted_puts_nan_last(side: str, count: int) -> None:
    haystack = numpy.array([0.0, 1.0, 2.0, math.inf, math.nan, math.nan])
    needles = numpy.array([math.nan, math.inf, 1.0, -math.inf, 0.5, 3.0, 2.0, math.nan])[:count]
    found = snp.searchsorted(snp.asarray(haystack), snp.asarray(needles), side)
    assert found.tolist() == numpy.searchsorted(haystack, needles, side).tolist()


def test_conjugate_factors_convolve_to_a_real_polynomial() -> None:
    # as scipy.signal.zpk2tf does it
    roots = numpy.array([1.3 + 2012.7j, 1.3 - 2012.7j, -0.7 + 2098.1j, -0.7 - 2098.1j])
    polynomial = snp.asarray([1.0 + 0j])
    for root in roots:
        polynomial = snp.convolve(polynomial, snp.asarray([1.0, -root]))
    assert numpy.abs(numpy.asarray(polynomial.imag)).max() == 0
    assert numpy.allclose(numpy.asarray(polynomial.real), numpy.poly(roots), rtol=1e-15)
