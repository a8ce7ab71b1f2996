"""Resampling of arrays on grids: resizing and warping, differentiable in the values and in the geometry.

Everything declared in a module of this package is exported.
"""

from typing import TYPE_CHECKING

from scitorch.op import export_public

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    def __getattr__(name: str) -> Callable[..., Any]: ...


__all__ = export_public(__name__)
