"""Linear algebra with SciPy's interface: batched, complex, differentiable to any order."""

import importlib
from typing import Any

from numpy.linalg import LinAlgError

from scitorch.op import export_public


def __getattr__(name: str) -> Any:
    if name == "LinAlgWarning":  # SciPy is imported when it is needed
        return importlib.import_module("scipy.linalg").LinAlgWarning
    raise AttributeError(f"module 'scitorch.linalg' has no attribute {name!r}")


__all__ = [*export_public(__name__), "LinAlgError", "LinAlgWarning"]
