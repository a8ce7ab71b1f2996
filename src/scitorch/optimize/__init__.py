"""SciPy's optimizers with exact derivatives.

The functions here have SciPy's interface and run SciPy's algorithms. Where the caller gives no derivative they supply
the exact one by differentiating the function, and say so in a warning where the function cannot be differentiated.
"""

import importlib
from typing import Any

from .curve_fit import curve_fit
from .least_squares import least_squares
from .minimize import minimize
from .root import fsolve, root
from .tracing_watch import UntraceableError

#: Names that need SciPy, which is imported when one of them is asked for.
_OF_SCIPY = ("OptimizeResult", "OptimizeWarning")
_CONSTRAINTS = ("Bounds", "LinearConstraint", "NonlinearConstraint")

__all__ = [
    "Bounds",
    "LinearConstraint",
    "NonlinearConstraint",
    "OptimizeResult",
    "OptimizeWarning",
    "UntraceableError",
    "curve_fit",
    "fsolve",
    "least_squares",
    "minimize",
    "root",
]


def __getattr__(name: str) -> Any:
    if name in _CONSTRAINTS:
        return getattr(importlib.import_module(".constraint_types", __name__), name)
    if name in _OF_SCIPY:
        return getattr(importlib.import_module("scipy.optimize"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
