"""Constrained parameters for `torch.nn` modules, by ``torch.nn.utils.parametrize.register_parametrization``."""

from .manifold import Manifold
from .matrices import Skew, Symmetric
from .positive import Positive
from .rotation import Cayley

__all__ = ["Cayley", "Manifold", "Positive", "Skew", "Symmetric"]
