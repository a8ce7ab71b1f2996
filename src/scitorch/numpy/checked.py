"""The functions of the namespace as rows of the registry, so that the laws of the operators are checked on them too."""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.declaration import OPERANDS, Declaration, declarations
from scitorch.numpy.ufunc import ufunc
from scitorch.numpy.ufunc_samples import expressions_of
from scitorch.op.domain import Domain, Maker, Sample
from scitorch.op.registry import Composite, add

__all__: list[str] = []

#: Public namespaces: the prefix of their functions, and the module.
NAMESPACES = {"": "scitorch.numpy", "linalg.": "scitorch.numpy.linalg", "fft.": "scitorch.numpy.fft"}

_REAL = {
    "x": [0.73, -1.31, 2.17, 1.09, -0.46],
    "y": [1.62, 0.58, -0.87, 2.41, 0.31],
    "m": [[0.42, -1.17, 1.93, 0.88], [2.36, 0.65, -0.71, -1.58], [-0.29, 1.44, 0.17, 2.75]],
    "a": [[2.31, 0.54, -0.37], [-0.48, 1.87, 0.66], [0.29, -0.73, 2.64]],
    "t": [[[0.35, -0.82], [1.27, 0.61], [-1.54, 2.06]], [[0.94, 1.71], [-0.27, -1.13], [2.48, 0.15]]],
    "s": 0.64,
    "w": [0.92, 1.73, 0.41, 1.24, 2.35],
    "b": [0.23, 0.91, 1.74, 2.62, 4.13],
    "q": [0.17, 0.63],
}
_IMAGINARY = {
    "x": [0.51, 0.94, -0.38, 0.27, -1.12],
    "y": [-0.66, 1.05, 0.43, -0.19, 0.78],
    "m": [[0.31, 0.72, -0.54, 0.13], [-0.87, 0.26, 0.99, -0.41], [0.58, -0.34, 0.83, 0.47]],
    "a": [[0.18, -0.33, 0.27], [0.44, -0.21, 0.12], [-0.39, 0.25, 0.36]],
    "t": [[[0.22, 0.53], [-0.71, 0.84], [0.19, -0.46]], [[0.65, -0.28], [0.37, 0.91], [-0.57, 0.11]]],
    "s": -0.35,
}


@dataclass(frozen=True)
class Program:
    """An expression made into two functions of its operands: of this namespace, and of NumPy."""

    text: str
    operands: tuple[str, ...]
    ours: Callable[..., Any] = field(repr=False)
    numpys: Callable[..., Any] = field(repr=False)


@functools.cache
def program(text: str) -> Program:
    """Compile an expression; its operands are the names in it, in the order of :data:`OPERANDS`."""
    code = re.sub(r"""("[^"]*"|'[^']*')""", "", text)
    operands = tuple(o for o in OPERANDS if re.search(rf"(?<![\w.]){o}\b(?!\s*=[^=])", code))
    *statements, result = (part.strip() for part in text.split(";"))
    lines = [f"def expression({', '.join(operands)}):", *(f"    {s}" for s in statements), f"    return {result}"]
    compiled = compile("\n".join(lines), f"<{text}>", "exec")
    functions = []
    for namespace in (importlib.import_module("scitorch.numpy"), numpy):
        scope: dict[str, Any] = {"np": namespace}
        exec(compiled, scope)
        functions.append(scope["expression"])
    return Program(text, operands, *functions)


def tensors(value: Any) -> Any:
    """The tensors of a result, whatever holds them."""
    if isinstance(value, ndarray):
        return value._tensor
    if isinstance(value, tuple | list):
        return tuple([tensors(v) for v in value])
    return value


def flat(value: Any) -> tuple[Any, ...]:
    """A result without nesting."""
    if isinstance(value, tuple | list):
        return tuple([leaf for v in value for leaf in flat(v)])
    return (value,)


def evaluate(*operands: torch.Tensor, expression: str) -> Any:
    """The value of an expression of this namespace, as tensors."""
    value = flat(tensors(program(expression).ours(*(ndarray._wrap(o.clone()) for o in operands))))
    return value if len(value) > 1 else value[0]


def evaluate_in_numpy(*operands: Any, expression: str) -> Any:
    """The value of an expression in NumPy."""
    value = flat(program(expression).numpys(*(numpy.array(o) for o in operands)))
    return value if len(value) > 1 else value[0]


@functools.cache
def samples_of(
    expressions: tuple[str, ...], moves: bool, is_complex: bool, by_values: frozenset[str]
) -> tuple[Sample, ...]:
    """The calls of a function's expressions, real or (where NumPy takes them) complex."""
    found = []
    for text in expressions:
        names = program(text).operands
        if is_complex and not (set(names) & set(_IMAGINARY) and _numpy_takes_complex(text)):
            continue
        args = tuple(torch.from_numpy(numpy.array(v)) for v in _operands(names, is_complex))
        moving = tuple(range(len(args))) if moves else ()
        found.append(Sample(args, {"expression": text}, moving=moving, label=text, by_values=text in by_values))
    return tuple(found)


def _operands(names: tuple[str, ...], is_complex: bool) -> list[Any]:
    values = []
    for n in names:
        real = numpy.array(_REAL[n])
        values.append(real + 1j * numpy.array(_IMAGINARY[n]) if is_complex and n in _IMAGINARY else real)
    return values


def _numpy_takes_complex(text: str) -> bool:
    """Whether NumPy evaluates the expression on complex operands, without discarding imaginary parts."""
    names = program(text).operands
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", numpy.exceptions.ComplexWarning)
        try:
            evaluate_in_numpy(*_operands(names, True), expression=text)
        except Exception:  # whatever NumPy says no with
            return False
    return True


def public_functions() -> Iterator[tuple[str, Any]]:
    """Every public name of the namespaces that is a function of ours."""
    for prefix, module in NAMESPACES.items():
        namespace = importlib.import_module(module)
        for name in namespace.__all__:
            value = getattr(namespace, name)
            if isinstance(value, ModuleType) or name.startswith("__"):
                continue
            if isinstance(value, ufunc) or _is_ours(value):
                yield prefix + name, value


def _is_ours(value: Any) -> bool:
    if isinstance(value, FunctionType) or inspect.isclass(value):
        return value.__module__.startswith("scitorch.")
    return type(value).__module__.startswith("scitorch.")


def declared_functions() -> dict[str, Declaration]:
    """The declaration of every public name that has one, and of what is declared under a name of its own."""
    by_target = {id(d.target): d for d in declarations() if not d.name}
    found = {d.name: d for d in declarations() if d.name}
    for name, value in public_functions():
        if isinstance(value, ufunc):
            found[name] = expressions_of(value, name)
        elif id(value) in by_target:
            found[name] = by_target[id(value)]
    return found


def register() -> None:
    """Enter every declared function into the registry of operators, aliases under their first name only."""
    entered: set[int] = set()
    for name, declaration in declared_functions().items():
        key = id(declaration.target) if not declaration.name else id(declaration)
        if key in entered:
            continue
        entered.add(key)
        add(_row(name, declaration), evaluate)


def _row(name: str, declaration: Declaration) -> Composite:
    expressions, moves = declaration.expressions, not declaration.reason

    def samples(make: Maker) -> list[Sample]:
        return list(samples_of(expressions, moves, make.dtype.is_complex, frozenset(declaration.by_values)))

    module = getattr(declaration.target, "__module__", None) or type(declaration.target).__module__
    doc = inspect.getdoc(declaration.target) or ""
    undefined = {"every argument": declaration.reason} if declaration.reason else {}
    return Composite(
        name=name,
        family="numpy",
        module=module,
        function=evaluate,
        arrays=(),
        domain=Domain(),
        samples=samples,
        reference=evaluate_in_numpy,
        rtol=1e-12,
        doc=doc,
        undefined=undefined,
    )


register()
