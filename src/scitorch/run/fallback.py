"""What scitorch lacks, done by the real NumPy and SciPy: warned once, counted, and never silently without gradient."""

from __future__ import annotations

import warnings
from time import perf_counter
from typing import Any

from scitorch.optimize.derivative_check import outside_level

from .conversion import Crossing, FallbackGradientError, from_real, in_default_dtype
from .record import Record
from .script_objects import as_script_object

__all__ = ["FallbackClass", "FallbackFunction", "FallbackGradientError", "FallbackWarning"]


class FallbackWarning(UserWarning):
    """A function that scitorch lacks was called; the real one did the work."""


class FallbackFunction:
    """A real function, or any callable object of the real library, that takes and gives ndarrays."""

    def __init__(self, name: str, real: Any, record: Record) -> None:
        self._name = name
        self._real = real
        self._record = record
        self._entry = record.calls_of(name, native=False)
        self.__wrapped__ = real
        self.__doc__ = getattr(real, "__doc__", None)
        self.__name__ = getattr(real, "__name__", name.rpartition(".")[2])

    def scitorch_real(self) -> Any:
        """The real function, to be handed to another one."""
        return self._real

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._warn("is not in scitorch")
        return self._call(args, kwargs)

    def instead(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do a call that scitorch's own function refused with ``error``."""
        result = self._call(args, kwargs)
        self._warn(f"does not take these arguments in scitorch ({error})")
        return result

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        crossing = Crossing(self._name)
        given = [crossing.to_real(a) for a in args]
        named = {k: crossing.to_real(v) for k, v in kwargs.items()}
        self._entry.devices.add("cpu")
        inner = self._record.start()
        began = perf_counter()
        try:
            result = self._real(*given, **named)
        finally:
            self._record.finish(self._entry, perf_counter() - began, inner)
        converted = in_default_dtype(crossing.result(result), args, kwargs, self._record.dtype)
        return as_script_object(converted, self._record)

    def __getattr__(self, name: str) -> Any:
        return wrapped(f"{self._name}.{name}", getattr(self._real, name), self._record)

    def __getitem__(self, key: Any) -> Any:
        crossing = Crossing(self._name)
        return crossing.result(self._real[crossing.to_real(key)])

    def __repr__(self) -> str:
        return f"<{self._name}, not in scitorch: {self._real!r}>"

    def _warn(self, what: str) -> None:
        if self._name in self._record.warned:
            return
        self._record.warned.add(self._name)
        library = "NumPy" if self._name.startswith("numpy") else "SciPy"
        warnings.warn(
            f"{self._name} {what}: {library}'s own does the work, on the CPU and without derivatives",
            FallbackWarning,
            stacklevel=outside_level(),
        )


class FallbackClass(FallbackFunction):
    """A class of the real library: made with converted arguments, usable in ``isinstance`` and as a base."""

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, self._real)

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, self._real)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (self._real,)

    def __or__(self, other: Any) -> Any:
        return self._real | other

    __ror__ = __or__


def wrapped(name: str, real: Any, record: Record) -> Any:
    """A real attribute for the script: callables convert and count.

    Plain data, types for annotations, dtypes and exceptions pass as they are.
    """
    import numpy

    if isinstance(real, type):
        passes = issubclass(real, BaseException | numpy.generic) or real.__module__ == "builtins"
        return real if passes else FallbackClass(name, real, record)
    if type(real).__module__ in ("types", "typing"):  # NDArray, ArrayLike and their like
        return real
    if callable(real):
        return FallbackFunction(name, real, record)
    if isinstance(real, numpy.ndarray):
        return from_real(real)
    library = type(real).__module__.partition(".")[0]
    indexed = hasattr(real, "__getitem__") and not isinstance(real, numpy.generic | numpy.dtype)
    return FallbackFunction(name, real, record) if indexed and library in ("numpy", "scipy") else real
