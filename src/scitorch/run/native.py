"""scitorch's own functions as a script calls them: counted, and with NumPy's reading of numbers and lists."""

from __future__ import annotations

import contextlib
import importlib
import inspect
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray
from scitorch.op.registry import Composite, entries
from scitorch.optimize import UntraceableError

from .conversion import FallbackGradientError, in_default_dtype
from .fallback import FallbackFunction
from .record import Record


class NativeFunction:
    """A scitorch function that counts its calls.

    Parameters
    ----------
    name
        As the script knows it.
    function
        scitorch's.
    real
        The real function of that name: handed to real functions in place of this one.
    record
        Where calls are counted.
    """

    def __init__(self, name: str, function: Callable[..., Any], real: Any, record: Record) -> None:
        self._name = name
        self._function = function
        self._real = real
        self._record = record
        self._entry = record.calls_of(name, native=True)
        self._arrays = _array_parameters(function) if name.startswith("scipy.") else ()
        # a function that takes a namespace but no array makes an array: of SciPy's dtype and kind if not told otherwise
        makes = name.startswith("scipy.") and not self._arrays and _has_parameter(function, "xp")
        self._defaults = {"xp": importlib.import_module("scitorch.numpy")} if makes else {}
        self._scope = _float64_default if makes else contextlib.nullcontext
        self._creates = record.dtype != "float64" and name.startswith("numpy.")
        self.__wrapped__ = function
        self.__doc__ = function.__doc__
        self.__name__ = getattr(function, "__name__", name.rpartition(".")[2])

    def scitorch_real(self) -> Any:
        """The real function, to be handed to another real one."""
        return self._real

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._arrays:
            args = self._with_arrays(args, kwargs)
        if self._defaults:
            kwargs = self._defaults | kwargs
        entry = self._entry
        inner = self._record.start()
        began = perf_counter()
        try:
            with self._scope():
                result = self._function(*args, **kwargs)
        except (TypeError, NotImplementedError) as error:
            result = self._by_the_real_one(error, args, kwargs)
        finally:
            self._record.finish(entry, perf_counter() - began, inner)
        if self._creates:
            result = in_default_dtype(result, args, kwargs, self._record.dtype)
        first = result[0] if type(result) is tuple and result else result
        if isinstance(first, dict):  # an OptimizeResult
            first = first.get("x")
        if isinstance(first, ndarray):
            entry.devices.add(first.tensor.device.type)
        return result

    def _by_the_real_one(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Let the real function do a call that ours does not take: text, objects, a keyword that is not there yet.

        A call with a function among its arguments is not repeated: the error may be that function's.
        """
        values = (*args, *kwargs.values())
        if isinstance(error, UntraceableError) or any(callable(v) and not isinstance(v, type) for v in values):
            raise error
        real = FallbackFunction(self._name, self._real, self._record)
        try:
            return real.instead(error, args, kwargs)
        except FallbackGradientError:
            raise error from None

    def _with_arrays(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """Make ndarrays of lists, and of the first number where there is no array at all, so that NumPy's rules apply.

        Left to torch, a function of Python numbers alone would give a Tensor of torch's default dtype.
        """
        converted = list(args)
        first = -1
        arrays = any(_is_array(v) for v in kwargs.values())
        for place, value in enumerate(args[: len(self._arrays)]):
            if not self._arrays[place] or value is None:
                continue
            if _is_array(value):
                arrays = True
            elif isinstance(value, list) or (isinstance(value, tuple) and all(map(_is_number, value))):
                converted[place] = asarray(value)
                arrays = True
            elif first < 0 and _is_number(value):
                first = place
        if first >= 0 and not arrays:
            converted[first] = asarray(args[first])
        return tuple(converted)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)

    def __repr__(self) -> str:
        return repr(self._function)

    def _class(self) -> type:
        return type(self._function)

    __class__ = property(_class)  # so that isinstance(np.add, np.ufunc) holds


def _has_parameter(function: Callable[..., Any], name: str) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


@contextlib.contextmanager
def _float64_default() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _is_array(value: Any) -> bool:
    """Whether a value is an array, or SciPy's tuple of arrays and flags such as (c, lower)."""
    if isinstance(value, tuple):
        return any(map(_is_array, value))
    return isinstance(value, ndarray | Tensor)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | complex | numpy.number)


def _array_parameters(function: Callable[..., Any]) -> tuple[bool, ...]:
    """For each positional parameter, whether its declaration says that it is an array; empty if undeclared."""
    for entry in entries():
        if entry.function is function:
            declared = entry.declared
            names = declared.arrays if isinstance(declared, Composite) else declared.arguments
            return tuple(p in names for p in inspect.signature(function).parameters)
    return ()
