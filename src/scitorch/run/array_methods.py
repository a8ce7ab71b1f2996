"""Operators and methods of arrays, and derivatives of the script's functions, counted like the functions of a module.

For the time of a run the methods of ``ndarray`` look at who calls: a frame with the builtins of the script's modules is
the script's, and its call gets a row; calls from within scitorch and from libraries go straight through.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from time import perf_counter
from types import FunctionType
from typing import Any

from scitorch.numpy.array import ndarray
from scitorch.optimize.traced_function import TracedFunction

from .record import Record

_BINARY = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow", "matmul", "and", "or", "xor"),
    *("lshift", "rshift"),
)
_OPERATORS = frozenset(
    f"__{name}__"
    for name in (
        *_BINARY,
        *(f"r{name}" for name in _BINARY),
        *(f"i{name}" for name in _BINARY),
        *("eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert", "getitem", "setitem"),
    )
)
_DERIVATIVES = ("gradient", "jacobian", "hessian", "hessian_product")


@contextlib.contextmanager
def counted_methods(record: Record) -> Iterator[None]:
    """Count the script's calls of array methods, and the derivatives taken of its functions, until the end."""
    before: list[tuple[type, str, Any]] = []
    for name in dir(ndarray):
        method = getattr(ndarray, name)
        if type(method) is FunctionType and (name in _OPERATORS or not name.startswith("_")):
            before.append((ndarray, name, vars(ndarray).get(name)))
            setattr(ndarray, name, _of_the_script(method, f"numpy.ndarray.{name}", record))
    for name in _DERIVATIVES:
        method = getattr(TracedFunction, name)
        before.append((TracedFunction, name, method))
        setattr(TracedFunction, name, _derivative(method, f"derivatives: {name}", record))
    try:
        yield
    finally:
        for owner, name, method in before:
            if method is None:  # inherited
                delattr(owner, name)
            else:
                setattr(owner, name, method)


def _of_the_script(method: Callable[..., Any], name: str, record: Record) -> Callable[..., Any]:
    frame, clock = sys._getframe, perf_counter

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        if frame(1).f_builtins is not record.builtins:
            return method(*args, **kwargs)
        entry = record.calls_of(name, native=True)
        inner = record.start()
        began = clock()
        try:
            result = method(*args, **kwargs)
        finally:
            record.finish(entry, clock() - began, inner)
        if isinstance(result, ndarray):
            entry.devices.add(result._tensor.device.type)
        return result

    return call


def _derivative(method: Callable[..., Any], name: str, record: Record) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: TracedFunction, *args: Any) -> Any:
        entry = record.calls_of(name, native=True)
        with record.timed(entry):
            return method(self, *args)

    return call
