"""Linear algebra with SciPy's interface: batched, complex, differentiable to any order."""

from typing import TYPE_CHECKING

from numpy.linalg import LinAlgError

from scitorch.op import export_public

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    def __getattr__(name: str) -> Callable[..., Any]: ...


__all__ = [*export_public(__name__), "LinAlgError"]
