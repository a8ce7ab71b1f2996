"""What a ufunc is tried with, derived from NumPy's own table of its types and from where NumPy's values are finite."""

from __future__ import annotations

import functools
from typing import Any

import numpy

from scitorch.numpy.declaration import Declaration
from scitorch.numpy.ufunc import ufunc

__all__: list[str] = []

# Pieces of the real line on which an elementary function of one variable is smooth and finite, or is not defined at
# all: expressions of the operands x (both signs) and w (positive). The first that NumPy finds finite is used, and the
# first that has both signs.
_POINTS = ("x", "x / 3", "w", "w / 3", "1 + w")
_PAIRS = (("x", "y"), ("x", "w"), ("w", "y"), ("w", "w[::-1] + 0.3"))
_WHOLE = ("[0, 1, 5, 6, 3]", "[2, 1, 3, 1, 4]")


def expressions_of(function: ufunc, name: str) -> Declaration:
    """The declaration of a ufunc, from its name."""
    return _derived(name, function)


@functools.cache
def _derived(name: str, function: ufunc) -> Declaration:
    call = f"np.{name}"
    if function.signature is not None:
        return Declaration(function, _CORE[function.signature.replace(" ", "")](call))
    floating = [t for t in function.types if set(t.split("->")[0]) & set("dD")]
    if not floating:
        operands = ", ".join(_WHOLE[: function.nin])
        return Declaration(function, (f"{call}({operands})",), "takes integers and truth values only")
    if not any(set(t.split("->")[1]) & set("dD") for t in floating):
        operands = ", ".join(("x", "y")[: function.nin])
        return Declaration(function, (f"{call}({operands})",), "returns truth values or integers")
    if all(set(t.split("->")[0]) & set("bhilq") for t in floating):  # ldexp: a float and an integer
        return Declaration(function, (f"{call}(x, {_WHOLE[1]})",))
    if function.nin == 1:
        return Declaration(function, _unary(call, function))
    return Declaration(function, _binary(call, function))


def _finite(function: ufunc, *texts: str) -> bool:
    from scitorch.numpy.checked import _REAL

    scope = {k: numpy.array(v) for k, v in _REAL.items()}
    with numpy.errstate(all="ignore"):
        value: Any = function.reference(*(eval(t, {}, scope) for t in texts))
    return all(bool(numpy.isfinite(v).all()) for v in (value if isinstance(value, tuple) else (value,)))


def _unary(call: str, function: ufunc) -> tuple[str, ...]:
    usable = [p for p in _POINTS if _finite(function, p)]
    first = usable[0]
    expressions = [f"{call}({p})" for p in usable[:2]]
    mask = "[True, False, True, True, False]"
    if function.nout == 1:
        expressions += [
            f"{call}({first}, where={mask}, out=np.zeros_like(x))",
            f"r = {first} * 1; {call}(r[1:4], out=r[1:4]); r",
            f"r = {first} * 1; {call}.at(r, [0, 2, 3]); r",
        ]
    return tuple(expressions)


def _binary(call: str, function: ufunc) -> tuple[str, ...]:
    usable = [p for p in _PAIRS if _finite(function, *p)]
    u, v = usable[0]
    expressions = [f"{call}({u}, {v})", f"{call}({u}[:, None], {v}[1:3])"]
    if function.nout == 1:
        expressions += [
            f"{call}({u}, {v}, where=[True, False, True, True, False], out=np.zeros_like({u}))",
            f"r = {u} * 1; {call}(r, {v}, out=r); r",
            f"r = {u} * 1; {call}.at(r, [0, 2, 2], {v}[:3]); r",
            f"{call}.outer({u}[:2], {v}[:3])",
        ]
        if _finite_fold(function, u):
            expressions += [
                # not along contiguous memory: NumPy's vectorised loops do not fold power and arctan2 in order there
                f"{call}.reduce({_steady(function)}, axis=0)",
                f"{call}.accumulate({u})",
                f"{call}.reduceat({u}, [0, 2, 3])",
            ]
    return tuple(expressions)


def _steady(function: ufunc) -> str:
    """Positive operands of a reduction that are not within a difference step of a jump (of a remainder)."""
    from scitorch.numpy.checked import _REAL

    scope = {k: numpy.array(v) for k, v in _REAL.items()}
    for text in ("abs(m)", "(abs(m) + 0.37)", "(abs(m) + 0.9)"):
        value = eval(text, {}, scope)
        with numpy.errstate(all="ignore"):
            folds = [
                function.reference.reduce(value + h * numpy.array(rows)[:, None], axis=0)
                for rows in ([1, 1, -1], [1, -1, 1], [-1, 1, 1])
                for h in (-0.01, 0, 0.01)
            ]
        if all(bool((abs(fold - folds[1]) < 0.1).all()) for fold in folds):
            return text
    return "abs(m)"


def _finite_fold(function: ufunc, text: str) -> bool:
    from scitorch.numpy.checked import _REAL

    scope = {k: numpy.array(v) for k, v in _REAL.items()}
    with numpy.errstate(all="ignore"):
        return all(
            bool(numpy.isfinite(fold).all())
            for fold in (
                function.reference.accumulate(eval(text, {}, scope)),
                function.reference.reduce(abs(scope["m"]), axis=1),
            )
        )


# Generalized ufuncs, by their signature
_CORE: dict[str, Any] = {
    "(n?,k),(k,m?)->(n?,m?)": lambda f: (
        f"{f}(m, m.T)",
        f"{f}(a, x[:3])",
        f"{f}(x[:3], a)",
        f"{f}(x, y)",
        f"{f}(t, a[:2])",
    ),
    "(n),(n)->()": lambda f: (f"{f}(x, y)", f"{f}(m, x[:4])", f"{f}(t, x[:2])"),
    "(m,n),(n)->(m)": lambda f: (f"{f}(m, x[:4])", f"{f}(t, x[:2])"),
    "(n),(n,m)->(m)": lambda f: (f"{f}(x[:3], m)", f"{f}(x[:3], t)"),
}
