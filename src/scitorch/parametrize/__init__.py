"""Constrained parameters for `torch.nn` modules, by ``torch.nn.utils.parametrize.register_parametrization``."""

from .manifold import Manifold
from .matrices import Skew, Symmetric
from .positive import Positive
from .positive_definite import PositiveDefinite
from .rotation import Cayley
from .sphere import Sphere

__all__ = ["Cayley", "Manifold", "Positive", "PositiveDefinite", "Skew", "Sphere", "Symmetric"]
