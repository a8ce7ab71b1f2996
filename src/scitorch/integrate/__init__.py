"""Integrals and differential equations with SciPy's interface, differentiable and on any device."""

from __future__ import annotations

import importlib
from typing import Any

# The module of each function; it is imported when one of its names is first asked for.
_NAMES = {
    "quadrature": ("fixed_quad", "quad", "quad_vec", "tanhsinh"),
    "sampled": ("cumulative_simpson", "cumulative_trapezoid", "romb", "simpson", "trapezoid"),
    "initial_value": ("odeint", "solve_ivp"),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}
_WARNINGS = ("IntegrationWarning", "ODEintWarning")

__all__ = sorted([*_HOME, *_WARNINGS])


def __getattr__(name: str) -> Any:
    if name in _WARNINGS:
        return getattr(importlib.import_module("scipy.integrate"), name)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    found = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
