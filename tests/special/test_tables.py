"""Tables by whole numbers: zeros are zeros, numbers are the exact ones rounded, dtypes are those wanted."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
import scipy.special
import torch

from scitorch import special


def _small(values: Any) -> None:
    assert float(abs(torch.as_tensor(values)).max()) < 1e-7


def test_zeros_of_bessel_functions_are_zeros() -> None:
    for n in (0, 3):
        j, jp, y, yp = special.jnyn_zeros(n, 5, dtype=torch.float64)
        for function, name, found in (
            (scipy.special.jv, "jn_zeros", j),
            (scipy.special.jvp, "jnp_zeros", jp),
            (scipy.special.yv, "yn_zeros", y),
            (scipy.special.yvp, "ynp_zeros", yp),
        ):
            assert found.dtype == torch.float64
            _small(function(n, found.numpy()))
            assert torch.equal(getattr(special, name)(n, 5, dtype=torch.float64), found)
    zeros, order, _, prime = special.jnjnp_zeros(10, dtype=torch.float64)
    assert order.dtype == prime.dtype == torch.int64
    for x, n, t in zip(zeros.tolist(), order.tolist(), prime.tolist(), strict=True):
        _small(scipy.special.jvp(n, x) if t else scipy.special.jv(n, x))


@pytest.mark.parametrize("off", [False, True])
def test_zeros_of_y_in_the_plane(off: bool) -> None:
    y = scipy.special.yv
    for name, n, prime in (("y0_zeros", 0, False), ("y1_zeros", 1, False), ("y1p_zeros", 1, True)):
        z, value = getattr(special, name)(3, off, dtype=torch.float64)
        assert z.dtype == torch.complex128
        assert bool((z.imag != 0).all()) == off
        z = z.numpy()
        _small(scipy.special.yvp(n, z) if prime else y(n, z))
        expected = {"y0_zeros": y(1, z), "y1_zeros": y(0, z), "y1p_zeros": y(1, z)}[name]
        _small(value.numpy() - expected)


def test_zeros_of_kelvin_functions_are_zeros() -> None:
    names = ("ber", "bei", "ker", "kei", "berp", "beip", "kerp", "keip")
    for name, table in zip(names, special.kelvin_zeros(4, dtype=torch.float64), strict=True):
        _small(getattr(scipy.special, name)(table.numpy()))
        assert torch.equal(getattr(special, f"{name}_zeros")(4, dtype=torch.float64), table)


def test_other_zeros_are_zeros() -> None:
    _small(scipy.special.erf(special.erf_zeros(3, dtype=torch.float64).numpy()))
    sine, cosine = special.fresnel_zeros(3, dtype=torch.float64)
    _small(scipy.special.fresnel(sine.numpy())[0])
    _small(scipy.special.fresnel(cosine.numpy())[1])
    assert torch.equal(special.fresnels_zeros(3, dtype=torch.float64), sine)
    assert torch.equal(special.fresnelc_zeros(3, dtype=torch.float64), cosine)
    for name, at in (("ai_zeros", 0), ("bi_zeros", 2)):
        zero, slope_zero, value, slope = (x.numpy() for x in getattr(special, name)(4, dtype=torch.float64))
        _small(scipy.special.airy(zero)[at])
        _small(scipy.special.airy(slope_zero)[at + 1])
        _small(scipy.special.airy(slope_zero)[at] - value)
        _small(scipy.special.airy(zero)[at + 1] - slope)


def test_bernoulli_and_euler_numbers() -> None:
    exact = [Fraction(1)]
    euler = [1]
    for n in range(1, 31):
        exact.append(-sum((math.comb(n + 1, k) * b for k, b in enumerate(exact)), Fraction(0)) / (n + 1))
        euler.append(0 if n % 2 else -sum(math.comb(n, k) * euler[k] for k in range(0, n, 2)))
    assert special.bernoulli(30, dtype=torch.float64).tolist() == pytest.approx([float(b) for b in exact], rel=1e-14)
    assert special.euler(30, dtype=torch.float64).tolist() == pytest.approx(euler, rel=1e-14)


def test_wrong_counts_are_refused() -> None:
    calls = (("ai_zeros", (0,)), ("erf_zeros", (1.5,)), ("jn_zeros", (0.5, 2)), ("y0_zeros", (-1,)), ("euler", (-1,)))
    for name, arguments in (*calls, ("jnjnp_zeros", (1201,))):
        with pytest.raises(ValueError, match=f"{name}: n"):
            getattr(special, name)(*arguments)
