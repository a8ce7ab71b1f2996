"""SciPy and NumPy on PyTorch, differentiable in every float argument.

``scipy.X`` becomes ``scitorch.X`` and ``numpy`` becomes ``scitorch.numpy``. Sub-packages are imported when they
are first used, so that ``import scitorch`` adds little to ``import torch``.
"""

from __future__ import annotations

import importlib
from types import ModuleType

__version__ = "0.1.0"

#: The public sub-packages, in the order of the documentation.
PACKAGES = (
    "op",
    "special",
    "linalg",
    "fft",
    "sparse",
    "interpolate",
    "optimize",
    "integrate",
    "numpy",
    "func",
    "vision",
    "parametrize",
    "testing",
    "run",
)

__all__ = ["__version__", *PACKAGES]


def __getattr__(name: str) -> ModuleType:
    if name in PACKAGES:
        return importlib.import_module(f"scitorch.{name}")
    raise AttributeError(f"module 'scitorch' has no attribute {name!r}; it has {', '.join(PACKAGES)}")


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(ipython: object) -> None:
    """Serve ``%load_ext scitorch``: NumPy and SciPy imports of the notebook come from scitorch."""
    importlib.import_module("scitorch.run").load_ipython_extension(ipython)


def unload_ipython_extension(ipython: object) -> None:
    """Serve ``%unload_ext scitorch``."""
    importlib.import_module("scitorch.run").unload_ipython_extension(ipython)
