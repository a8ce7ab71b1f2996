"""What `least_squares` refuses instead of losing a derivative."""

import math

import pytest
import torch

from scitorch.optimize import least_squares


def test_bounds_that_carry_a_gradient_are_refused() -> None:
    upper = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    with pytest.raises(NotImplementedError, match="no derivative in the bounds"):
        least_squares(lambda x: x - 3, torch.zeros(2, dtype=torch.float64), bounds=(-math.inf, upper))
    found = least_squares(lambda x: x - 3, torch.zeros(2, dtype=torch.float64), bounds=(-math.inf, upper.detach()))
    assert found.x.tolist() == pytest.approx([1.0, 2.0])
