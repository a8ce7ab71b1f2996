"""The periodic sine cardinal at the whole turns and beside SciPy's."""

from __future__ import annotations

import math

import numpy
import pytest
import scipy.special
import torch

from scitorch.special import diric


def test_values_are_scipys() -> None:
    x = torch.linspace(-20.0, 20.0, 101, dtype=torch.float64)
    for n in (1, 2, 5, 8, 0, -1, 2.5):
        numpy.testing.assert_allclose(diric(x, n), scipy.special.diric(x.numpy(), n), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("n", [3, 4])
def test_second_derivative_at_a_whole_turn(n: int) -> None:
    turn = torch.tensor(2.0 * math.pi, dtype=torch.float64)
    second = torch.func.grad(torch.func.grad(lambda x: diric(x, n)))(turn)
    # sin(nr)/(n sin r) = 1 - (n² - 1) r²/6 + …, with r = x/2.
    assert float(second) == pytest.approx((-1.0) ** (n - 1) * -(n * n - 1) / 12.0, rel=1e-12)


def test_number_of_terms_has_no_derivative() -> None:
    n = torch.tensor(3.0, dtype=torch.float64)
    with pytest.raises(NotImplementedError, match="whole number"):
        torch.func.grad(lambda n: diric(torch.tensor(0.3, dtype=torch.float64), n))(n)
