"""Special functions: SciPy's names and values, with derivatives in every float argument, of any order."""

from typing import TYPE_CHECKING

from scitorch.op import export_public

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    def __getattr__(name: str) -> Callable[..., Any]: ...


__all__ = export_public(__name__)
