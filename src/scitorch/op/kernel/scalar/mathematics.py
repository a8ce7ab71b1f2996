"""The elementary functions of the scalar language, with their derivatives.

A derivative rule is an expression in the language itself, one for each argument, so that it can be differentiated
again. A rule may use the arguments ``x`` and ``y``, every function of the table, and `digamma`. ``"0.0"`` says that
the function is piecewise constant in the argument.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .program import Kind

__all__ = ["FUNCTIONS", "Function"]


@dataclass(frozen=True)
class Function:
    """
    An elementary function.

    Attributes
    ----------
    partials : tuple of str
        ``partials[i]`` is the derivative in the argument i.
    cpp : str
        Its name in C++, the same in the C library and in CUDA.
    python : callable or None
        What an author writes for it; None if only derivative rules use it.
    kind : str
        The kind of the result.
    """

    partials: tuple[str, ...]
    cpp: str
    python: object = None
    kind: Kind = "float"


def _of_one(name: str, partial: str, cpp: str | None = None) -> Function:
    return Function((partial,), cpp or name, getattr(math, name))


#: Name in the language: the function. The names are those of Python's `math`, except the ones without `python`.
FUNCTIONS: dict[str, Function] = {
    "exp": _of_one("exp", "exp(x)"),
    "expm1": _of_one("expm1", "exp(x)"),
    "log": _of_one("log", "1.0/x"),
    "log2": _of_one("log2", "1.4426950408889634074/x"),  # 1/log 2
    "log10": _of_one("log10", "0.43429448190325182765/x"),  # 1/log 10
    "log1p": _of_one("log1p", "1.0/(1.0 + x)"),
    "sqrt": _of_one("sqrt", "0.5/sqrt(x)"),
    "sin": _of_one("sin", "cos(x)"),
    "cos": _of_one("cos", "-sin(x)"),
    "tan": _of_one("tan", "1.0 + tan(x)*tan(x)"),
    "asin": _of_one("asin", "1.0/sqrt((1.0 - x)*(1.0 + x))"),
    "acos": _of_one("acos", "-1.0/sqrt((1.0 - x)*(1.0 + x))"),
    "atan": _of_one("atan", "1.0/(1.0 + x*x)"),
    "sinh": _of_one("sinh", "cosh(x)"),
    "cosh": _of_one("cosh", "sinh(x)"),
    "tanh": _of_one("tanh", "(1.0/cosh(x))/cosh(x)"),
    "asinh": _of_one("asinh", "1.0/hypot(1.0, x)"),
    "acosh": _of_one("acosh", "1.0/(sqrt(x - 1.0)*sqrt(x + 1.0))"),
    "atanh": _of_one("atanh", "1.0/((1.0 - x)*(1.0 + x))"),
    "erf": _of_one("erf", "1.1283791670955125739*exp(-x*x)"),  # 2/√π, DLMF 7.2.1
    "erfc": _of_one("erfc", "-1.1283791670955125739*exp(-x*x)"),
    "gamma": _of_one("gamma", "gamma(x)*digamma(x)", "tgamma"),  # DLMF 5.2.2
    "lgamma": _of_one("lgamma", "digamma(x)"),
    # The sign of x; 0 at 0 and nan at nan.
    "fabs": _of_one("fabs", "1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0*x)"),
    "floor": _of_one("floor", "0.0"),
    "ceil": _of_one("ceil", "0.0"),
    "trunc": _of_one("trunc", "0.0"),
    "atan2": Function(("y/(x*x + y*y)", "-x/(x*x + y*y)"), "atan2", math.atan2),
    "hypot": Function(("x/hypot(x, y)", "y/hypot(x, y)"), "hypot", math.hypot),
    "copysign": Function(("copysign(1.0, x)*copysign(1.0, y)", "0.0"), "copysign", math.copysign),
    "fmod": Function(("1.0", "-trunc(x/y)"), "fmod", math.fmod),
    # x**0 is constant, also at x = 0; and 0**y is constant for y > 0.
    "pow": Function(
        ("0.0 if y == 0.0 else y*pow(x, y - 1.0)", "0.0 if x == 0.0 and y > 0.0 else pow(x, y)*log(x)"),
        "pow",
        math.pow,
    ),
}
