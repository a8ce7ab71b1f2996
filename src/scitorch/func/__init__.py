"""Function transforms on arrays, tensors and containers of them.

They take and return any tree of arrays, tensors, numbers, dataclasses and modules, differentiate its float and complex
leaves, and nest in each other and in torch's own transforms in any order.
"""

from __future__ import annotations

import importlib
from typing import Any

# The module of each transform; it is imported when one of its names is first asked for.
_NAMES = {
    "control_flow": ("cond", "while_loop"),
    "curvature": (
        "FisherOperator",
        "GaussNewtonOperator",
        "HessianOperator",
        "JacobianOperator",
        "fisher",
        "ggn",
        "hvp",
    ),
    "linearization": ("LinearMap", "linear_transpose", "linearize"),
    "gradients": ("grad", "jvp", "value_and_grad", "vjp"),
    "implicit": ("Implicit", "OneStep", "Solution", "Unrolled", "argmin", "fixed_point", "root"),
    "laplacians": ("bilaplacian", "laplacian", "stochastic_laplacian"),
    "jets": ("jet", "taylor"),
    "jacobians": ("hessian", "jacfwd", "jacobian", "jacrev"),
    "linear_solvers": ("Dense", "Diagonal", "Krylov"),
    "sparse_derivatives": (
        "SparsePlan",
        "check_pattern",
        "hessian_plan",
        "jacobian_plan",
        "sparse_hessian",
        "sparse_jacobian",
    ),
    "selection": ("safe_where",),
    "recurrence": ("map", "scan"),
    "rematerialisation": ("checkpoint",),
    "solvers": ("Anderson", "LevenbergMarquardt", "LimitedMemoryBFGS", "Newton", "TrustRegion"),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = sorted([*_HOME, "vmap"])


def __getattr__(name: str) -> Any:
    if name == "vmap":
        from torch.func import vmap

        return vmap
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
