"""The modules ``numpy`` and ``scipy.X`` as a script sees them: scitorch's names first, the real ones for the rest."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import scitorch

from .fallback import wrapped
from .native import NativeFunction
from .record import Record

#: Modules of NumPy that scitorch may have, and where; all others are the real ones.
_OF_NUMPY = {
    "numpy": "scitorch.numpy",
    "numpy.fft": "scitorch.numpy.fft",
    "numpy.lib": "scitorch.numpy.lib",
    "numpy.lib.stride_tricks": "scitorch.numpy.stride_tricks",
    "numpy.linalg": "scitorch.numpy.linalg",
    "numpy.polynomial": "scitorch.numpy.polynomial",
    "numpy.random": "scitorch.numpy.random",
    "numpy.testing": "scitorch.numpy.testing",
}


class Namespace(ModuleType):
    """A real module whose attributes are scitorch's wherever scitorch has them.

    Parameters
    ----------
    real
        The real module, such as ``scipy.special``.
    namespaces
        All namespaces of the run, which find each other here.
    """

    def __init__(self, real: ModuleType, namespaces: Namespaces) -> None:
        super().__init__(real.__name__, real.__doc__)
        self.__dict__.update(
            __file__=getattr(real, "__file__", None),
            __spec__=real.__spec__,
            __package__=real.__package__,
            _real=real,
            _native=_counterpart(real.__name__),
            _namespaces=namespaces,
        )
        if hasattr(real, "__path__"):
            self.__dict__["__path__"] = real.__path__

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)  # raises as the real module does
        found = self._resolved(name, real)
        self.__dict__[name] = found
        return found

    def __dir__(self) -> list[str]:
        return dir(self._real)

    def _resolved(self, name: str, real: Any) -> Any:
        qualified = f"{self.__name__}.{name}"
        record = self._namespaces.record
        if isinstance(real, ModuleType):
            return self._namespaces.of(real.__name__) if real.__name__.startswith(("numpy", "scipy")) else real
        if name.startswith("__"):
            return real
        native = getattr(self._native, name, self) if self._native is not None else self
        if native is self or isinstance(native, ModuleType):
            return wrapped(qualified, real, record)
        if isinstance(native, type) or not callable(native):
            return native
        return NativeFunction(qualified, native, real, record)


class Namespaces:
    """The namespaces of one run."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._found: dict[str, Namespace] = {}

    def of(self, name: str) -> Namespace:
        """The namespace in the place of a real module."""
        if name not in self._found:
            self._found[name] = Namespace(importlib.import_module(name), self)
        return self._found[name]


def _counterpart(name: str) -> ModuleType | None:
    """scitorch's module for a real one, or None."""
    if name in _OF_NUMPY:
        target = _OF_NUMPY[name]
    elif name.startswith("scipy.") and name[6:] in scitorch.PACKAGES:
        target = f"scitorch.{name[6:]}"
    else:
        return None
    try:
        return importlib.import_module(target)
    except ModuleNotFoundError as error:
        if error.name is not None and target.startswith(error.name):
            return None
        raise
