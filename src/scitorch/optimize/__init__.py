"""SciPy's optimizers with exact derivatives, and differentiable results.

The functions here have SciPy's interface and run SciPy's algorithms. Where the caller gives no derivative they supply
the exact one by differentiating the function, and say so in a warning where the function cannot be differentiated.
Their results are differentiable in everything that the function closes over, and batches of problems run on the
device of their starting points. SciPy's other optimizers run as they are, without derivatives of their results.
"""

import importlib
from typing import Any

from .curve_fit import curve_fit
from .host_functions import NAMES, on_host
from .least_squares import least_squares
from .minimize import minimize
from .minimize_scalar import minimize_scalar
from .root import fsolve, root
from .root_scalar import bisect, brenth, brentq, newton, ridder, root_scalar, toms748
from .tracing_watch import UntraceableError

#: Names that need SciPy, which is imported when one of them is asked for.
_OF_SCIPY = (
    "BFGS", "HessianUpdateStrategy", "InverseJacobian", "KrylovJacobian", "LbfgsInvHessProduct", "NoConvergence",
    "OptimizeResult", "OptimizeWarning", "RootResults", "SR1", "show_options",
)  # fmt: skip
_CONSTRAINTS = ("Bounds", "LinearConstraint", "NonlinearConstraint")

__all__ = [
    "UntraceableError",
    "bisect",
    "brenth",
    "brentq",
    "curve_fit",
    "fsolve",
    "least_squares",
    "minimize",
    "minimize_scalar",
    "newton",
    "ridder",
    "root",
    "root_scalar",
    "toms748",
]
__all__ += [*NAMES, *_CONSTRAINTS, *_OF_SCIPY]


def __getattr__(name: str) -> Any:
    if name in _CONSTRAINTS:
        return getattr(importlib.import_module(".constraint_types", __name__), name)
    if name in _OF_SCIPY:
        return getattr(importlib.import_module("scipy.optimize"), name)
    if name in NAMES:
        return on_host(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
