"""Transforms with torchvision's names, in two steps: parameters are drawn, and then applied."""

from ..geometry.rules import geometry_rule
from . import colours, containers, conversion, crops, flips, sizes, warps
from .transform import Transform

_FAMILIES = (crops, flips, sizes, warps, colours, containers, conversion)

__all__ = ["Transform", "geometry_rule"]
for _family in _FAMILIES:
    __all__ += _family.__all__
    globals().update({name: getattr(_family, name) for name in _family.__all__})
