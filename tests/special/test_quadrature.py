"""Rules of Gauss quadrature: exact for polynomials, in the dtype wanted, under both names."""

from __future__ import annotations

import math

import numpy
import pytest
import scipy.special
import torch

from scitorch import special

FIXED = {
    "roots_legendre": "p_roots",
    "roots_chebyt": "t_roots",
    "roots_chebyu": "u_roots",
    "roots_chebyc": "c_roots",
    "roots_chebys": "s_roots",
    "roots_laguerre": "l_roots",
    "roots_hermite": "h_roots",
    "roots_hermitenorm": "he_roots",
    "roots_sh_legendre": "ps_roots",
    "roots_sh_chebyt": "ts_roots",
    "roots_sh_chebyu": "us_roots",
}


@pytest.mark.parametrize(("name", "second"), FIXED.items())
def test_rules_without_parameters_are_scipys_in_double_precision(name: str, second: str) -> None:
    for n in (1, 2, 7):
        found = getattr(special, name)(n, mu=True, dtype=torch.float64)
        expected = getattr(scipy.special, name)(n, mu=True)
        for f, e, again in zip(found, expected, getattr(special, second)(n, True, dtype=torch.float64), strict=True):
            assert f.dtype == torch.float64
            numpy.testing.assert_array_equal(f.numpy(), e)
            assert torch.equal(f, again)
    assert getattr(special, name)(3)[0].dtype == torch.get_default_dtype()
    for wrong in (0, 1.5):
        with pytest.raises(ValueError, match=f"{name}: n is"):
            getattr(special, name)(wrong)


def test_hermite_rule_integrates_polynomials() -> None:
    x, w = special.roots_hermite(6, dtype=torch.float64)
    for power in range(0, 12, 2):
        assert float((w * x**power).sum()) == pytest.approx(math.gamma(0.5 * (power + 1)), rel=1e-13)


def test_second_names_keep_the_derivatives() -> None:
    alpha = torch.tensor(0.5, dtype=torch.float64)
    for first, second in (("roots_genlaguerre", "la_roots"), ("roots_gegenbauer", "cg_roots")):
        slopes = [torch.func.jacfwd(getattr(special, name), argnums=1)(4, alpha)[1] for name in (first, second)]
        assert torch.equal(*slopes)
        assert bool((slopes[0] != 0).any())


def test_shifted_jacobi_rule_has_one_for_each_entry() -> None:
    p = torch.tensor([1.0, 2.5], dtype=torch.float64)
    q = torch.tensor([1.0, 1.5], dtype=torch.float64)
    x, w, mu = special.js_roots(4, p, q, True)
    for i in range(2):
        expected = scipy.special.roots_sh_jacobi(4, float(p[i]), float(q[i]), True)
        numpy.testing.assert_allclose(x[i], expected[0], rtol=1e-13)
        numpy.testing.assert_allclose(w[i], expected[1], rtol=1e-12)
        assert float(mu[i]) == pytest.approx(expected[2], rel=1e-13)
    with pytest.raises(ValueError, match="greater than -1"):
        special.roots_sh_jacobi(4, torch.tensor(0.5), torch.tensor(0.0))
    x, w = special.roots_sh_jacobi(2, 1, 1)
    numpy.testing.assert_allclose(w, [0.5, 0.5], rtol=1e-6)
