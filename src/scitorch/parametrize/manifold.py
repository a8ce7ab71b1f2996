"""The protocol of a constraint: four methods, and what torch's parametrizations ask for made of them."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor


class Manifold(torch.nn.Module, ABC):
    """A set of tensors with a differentiable map onto it from free tensors of the same shape.

    Made for ``torch.nn.utils.parametrize.register_parametrization(module, "weight", manifold)``.
    """

    @abstractmethod
    def map(self, free: Tensor) -> Tensor:
        """The point of the set that free numbers stand for."""

    @abstractmethod
    def inverse(self, point: Tensor) -> Tensor:
        """Free numbers that are mapped to a point of the set."""

    @abstractmethod
    def contains(self, point: Tensor, *, atol: float = 1e-5) -> bool:
        """Whether a tensor lies in the set, up to rounding."""

    def sample(self, *shape: int, dtype: torch.dtype | None = None, generator: torch.Generator | None = None) -> Tensor:
        """The image of standard normal numbers."""
        return self.map(torch.randn(*shape, dtype=dtype, generator=generator))

    def forward(self, free: Tensor) -> Tensor:
        """Serve ``torch.nn.utils.parametrize``: the map."""
        return self.map(free)

    def right_inverse(self, point: Tensor) -> Tensor:
        """Serve ``torch.nn.utils.parametrize``: the inverse, of points of the set only."""
        if not self.contains(point):
            raise ValueError(f"the value is not in {type(self).__name__}; draw one by its method `sample`")
        return self.inverse(point)
