"""Operations of torch whose own derivatives are wrong or absent, by functions of ours that are right.

What is wrong with torch's is on the page "Where torch is wrong".
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["corrected"]

# For each operation our function, and how many further results (factors, pivots) follow, which have no derivative.
_OURS: dict[str, tuple[str, str, int]] = {
    "_linalg_det": ("scitorch.linalg", "det", 2),
    "_linalg_solve_ex": ("scitorch.linalg", "solve", 3),
    "linalg_inv_ex": ("scitorch.linalg", "inv", 1),
    "sinc": ("scitorch.special", "sinc", 0),
    "special_bessel_j0": ("scitorch.special", "j0", 0),
    "special_bessel_j1": ("scitorch.special", "j1", 0),
    "special_bessel_y0": ("scitorch.special", "y0", 0),
    "special_bessel_y1": ("scitorch.special", "y1", 0),
    "special_modified_bessel_i0": ("scitorch.special", "i0", 0),
    "special_modified_bessel_i1": ("scitorch.special", "i1", 0),
    "special_modified_bessel_k0": ("scitorch.special", "k0", 0),
    "special_modified_bessel_k1": ("scitorch.special", "k1", 0),
}


def corrected(func: Any) -> tuple[Callable[..., Any], int] | None:
    """Our function in place of an operation, of the same tensors, and how many results have no derivative."""
    namespace, _, name = func._schema.name.partition("::")
    if namespace != "aten" or name not in _OURS:
        return None
    module, attribute, undifferentiated = _OURS[name]
    found = getattr(importlib.import_module(module), attribute, None)
    return None if found is None else (found, undifferentiated)
