"""Transforms with torchvision's names, in two steps: parameters are drawn, and then applied."""

from ..geometry.rules import geometry_rule
from . import (
    automatic,
    colours,
    containers,
    conversion,
    crops,
    erasing,
    filters,
    flips,
    mixing,
    pointwise,
    sizes,
    warps,
)
from .transform import Transform

_FAMILIES = (
    crops, flips, sizes, warps, colours, pointwise, filters, erasing, mixing, automatic, containers, conversion,
)  # fmt: skip

__all__ = ["Transform", "geometry_rule"]
for _family in _FAMILIES:
    __all__ += _family.__all__
    globals().update({name: getattr(_family, name) for name in _family.__all__})
