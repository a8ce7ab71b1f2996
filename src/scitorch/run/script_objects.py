"""Objects of the real library in a script's hands: its calls convert and are counted, everyone else's do not.

An interpolator, a tree or a frozen distribution stays what it is, so that other libraries take it as their own. Its
class becomes a subclass made here, whose methods look at who calls: for a call from the script, and from the modules
beside it, arguments and results are converted and the call is named and counted.
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable
from time import perf_counter
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy

from .conversion import Crossing, from_real
from .record import Record

_LIBRARIES = frozenset({"numpy", "scipy"})
_METHODS = (FunctionType, BuiltinFunctionType, type(str.join), type(object.__eq__), functools.partialmethod)
_OPERATORS = frozenset(
    f"__{name}__"
    for name in (
        *("call", "getitem", "setitem", "contains", "len", "iter", "eq", "ne", "lt", "le", "gt", "ge"),
        *("neg", "pos", "abs", "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "matmul"),
        *("rmatmul", "pow", "rpow", "iadd", "isub", "imul", "itruediv"),
    )
)
# such as numpy.dtype and the exceptions: data, not tools
_PLAIN = (numpy.ndarray, numpy.generic, numpy.dtype, BaseException, type, dict, tuple, list)


def as_script_object(value: Any, record: Record) -> Any:
    """The object itself, of a class whose methods convert for the script, if it is a tool of the real library."""
    kind = type(value)
    if kind.__module__.partition(".")[0] not in _LIBRARIES or isinstance(value, _PLAIN):
        return value
    if record.builtins is None or getattr(kind, "_scitorch_real", None) is not None:
        return value
    found = _subclass(kind, record)
    if found is not None:
        try:
            value.__class__ = found
        except TypeError:  # laid out in C
            record.script_classes[kind] = None
    return value


def _subclass(kind: type, record: Record) -> type | None:
    if kind not in record.script_classes:
        name = f"{kind.__module__.partition('._')[0]}.{kind.__qualname__}"
        body: dict[str, Any] = {}
        for each in dir(kind):
            if each.startswith("_") and each not in _OPERATORS:
                continue
            found = _definition(kind, each)
            if isinstance(found, property):
                body[each] = _property(found, record)
            elif isinstance(found, _METHODS) or "cython" in type(found).__name__:
                body[each] = _method(f"{name}.{each}", getattr(kind, each), record)
        body |= {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
        body |= {"__hash__": kind.__hash__, "__reduce_ex__": _reduced, "_scitorch_real": kind, "__slots__": ()}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                record.script_classes[kind] = type(kind)(kind.__name__, (kind,), body)
        except TypeError:  # final, or of a metaclass with other arguments
            record.script_classes[kind] = None
    return record.script_classes[kind]


def _definition(kind: type, name: str) -> Any:
    """What a class has under a name, below ``object``."""
    return next((vars(each)[name] for each in kind.__mro__[:-1] if name in vars(each)), None)


def _property(real: property, record: Record) -> property:
    def get(self: Any) -> Any:
        value = real.__get__(self)
        if sys._getframe(1).f_builtins is not record.builtins:
            return value
        return as_script_object(from_real(value), record)

    return property(get, real.fset, real.fdel, real.__doc__)


def _method(qualified: str, real: Callable[..., Any], record: Record) -> Callable[..., Any]:
    @functools.wraps(real)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if sys._getframe(1).f_builtins is not record.builtins:
            return real(self, *args, **kwargs)
        crossing = Crossing(qualified)
        given = [crossing.to_real(a) for a in args]
        named = {k: crossing.to_real(v) for k, v in kwargs.items()}
        entry = record.calls_of(qualified, native=False)
        entry.devices.add("cpu")
        inner = record.start()
        began = perf_counter()
        try:
            result = real(self, *given, **named)
        finally:
            record.finish(entry, perf_counter() - began, inner)
        return as_script_object(crossing.result(result), record)

    return method


def _reduced(self: Any, protocol: Any) -> Any:
    """What pickle keeps: the object as the real library made it."""
    ours = type(self)
    self.__class__ = ours._scitorch_real
    try:
        make, *rest = self.__reduce_ex__(protocol)
        # pickle refuses a bare copyreg.__newobj__ for an object of another class
        return (functools.partial(make), *rest)
    finally:
        self.__class__ = ours
