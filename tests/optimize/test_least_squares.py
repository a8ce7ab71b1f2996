"""What `least_squares` refuses or warns of instead of losing a derivative silently."""

import math

import numpy
import pytest
import torch

from scitorch.optimize import least_squares, minimize, root


def test_bounds_that_carry_a_gradient_are_refused() -> None:
    upper = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    with pytest.raises(NotImplementedError, match="no derivative in the bounds"):
        least_squares(lambda x: x - 3, torch.zeros(2, dtype=torch.float64), bounds=(-math.inf, upper))
    found = least_squares(lambda x: x - 3, torch.zeros(2, dtype=torch.float64), bounds=(-math.inf, upper.detach()))
    assert found.x.tolist() == pytest.approx([1.0, 2.0])


def test_results_that_cannot_carry_the_gradient_are_warned_of() -> None:
    target = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    for solve, start in ((least_squares, numpy.zeros(1)), (minimize, numpy.zeros(1)), (root, numpy.zeros(1))):
        with pytest.warns(RuntimeWarning, match="cannot carry"):
            found = solve((lambda x: ((x - target) ** 2).sum()) if solve is minimize else (lambda x: x - target), start)
        assert isinstance(found.x, numpy.ndarray) and found.x[0] == pytest.approx(3.0)
        with torch.no_grad():
            solve((lambda x: ((x - target) ** 2).sum()) if solve is minimize else (lambda x: x - target), start)
