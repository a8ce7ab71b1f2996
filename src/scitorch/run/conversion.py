"""Values that cross the border between scitorch and the real NumPy and SciPy, in both directions."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy
import torch
from torch import Tensor
from torch.autograd import forward_ad

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray
from scitorch.op.array_types import find_array_type
from scitorch.op.torch_private import carries_tangent, is_transformed
from scitorch.optimize import UntraceableError

_CALLABLE = (FunctionType, MethodType, BuiltinFunctionType, functools.partial)
_CONVERTIBLE = "biufc"


class FallbackGradientError(UntraceableError):
    """A derivative was asked through a function that only the real NumPy or SciPy has."""


class Crossing:
    """One call of a real function: its arguments to NumPy's types, its results back.

    Parameters
    ----------
    name
        The function, for messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._originals: list[tuple[numpy.ndarray[Any, Any], ndarray]] = []

    def to_real(self, value: Any) -> Any:
        """The value with NumPy arrays for ndarrays, real functions for ours, and callbacks that convert."""
        if isinstance(value, ndarray):
            array = self._values(value.tensor)
            self._originals.append((array, value))
            return array if array.ndim else array[()]
        if isinstance(value, Tensor):
            return self._values(value)
        if value is None or isinstance(value, bool | int | float | complex | str | bytes | numpy.generic | type):
            return value
        real = getattr(type(value), "scitorch_real", None)
        if real is not None:
            return real(value)
        to_scipy = getattr(type(value), "to_scipy", None)  # our sparse arrays
        if to_scipy is not None:
            self._values(value._values)  # raises where a derivative would be lost
            return to_scipy(value)
        if isinstance(value, list | tuple):
            items = [self.to_real(item) for item in value]
            return _rebuilt(value, items)
        if type(value) is dict:
            return {key: self.to_real(item) for key, item in value.items()}
        if isinstance(value, slice):
            return slice(*(self.to_real(v) for v in (value.start, value.stop, value.step)))
        if isinstance(value, _CALLABLE):
            return self._callback(value)
        return value

    def _values(self, tensor: Tensor) -> numpy.ndarray[Any, Any]:
        """A tensor's memory as a NumPy array; an error where that would lose a derivative."""
        carries = tensor.requires_grad and torch.is_grad_enabled()
        if not carries and forward_ad._current_level >= 0:
            carries = carries_tangent(tensor)
        if carries or is_transformed(tensor):
            raise FallbackGradientError(
                f"{self.name} is not in scitorch: the real function would take its place, but it has no derivative "
                "and one is asked for here"
            )
        return tensor.detach().cpu().resolve_conj().resolve_neg().numpy()

    def _callback(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A script's function as the real library may call it: our arrays inside, NumPy's outside."""

        def call(*args: Any, **kwargs: Any) -> Any:
            given = [from_real(a) for a in args]
            return self.to_real(function(*given, **{k: from_real(v) for k, v in kwargs.items()}))

        try:
            return functools.wraps(function)(call)
        except AttributeError:
            return call

    def result(self, value: Any) -> Any:
        """A result of the real function for the script: an argument that came back is the caller's own array."""
        if isinstance(value, numpy.ndarray):
            for array, original in self._originals:
                if value is array:
                    return original
        return from_real(value)


def from_real(value: Any) -> Any:
    """The value with ndarrays for NumPy arrays, without a copy; dtypes that no tensor holds stay NumPy's."""
    if type(value) is numpy.ndarray:
        if value.dtype.kind not in _CONVERTIBLE or value.dtype.itemsize > 16 or value.dtype == numpy.longdouble:
            return value
        return _as_ndarray(value)
    if isinstance(value, list | tuple):
        return _rebuilt(value, [from_real(item) for item in value])
    if type(value) is dict:
        return {key: from_real(item) for key, item in value.items()}
    if isinstance(value, dict) and type(value).__name__ == "OptimizeResult":
        return type(value)({key: from_real(item) for key, item in value.items()})
    real_sparse = sys.modules.get("scipy.sparse")
    if real_sparse is not None and isinstance(value, real_sparse.sparray):
        sparse = importlib.import_module("scitorch.sparse")
        return sparse.from_scipy(value, find_array_type(ndarray._wrap(torch.empty(0))), like_scipy=False)
    return value


_SINGLE = {torch.float64: torch.float32, torch.complex128: torch.complex64}


def in_default_dtype(result: Any, args: tuple[Any, ...], kwargs: dict[str, Any], dtype: str) -> Any:
    """A created array in the run's floating dtype, where the script left the dtype open.

    A function that was given an array keeps to that array's dtype; one that was given a dtype keeps to it.
    """
    if dtype == "float64" or "dtype" in kwargs or type(result) is not ndarray:
        return result
    wanted = _SINGLE.get(result.tensor.dtype)
    if wanted is None or any(isinstance(a, ndarray | Tensor | type | numpy.dtype) for a in args):
        return result
    return ndarray._wrap(result.tensor.to(wanted))


def _as_ndarray(array: numpy.ndarray[Any, Any]) -> ndarray:
    return asarray(array)


def _rebuilt(sequence: Any, items: list[Any]) -> Any:
    """A list or tuple of the same kind, if anything in it changed."""
    if all(new is old for new, old in zip(items, sequence)):
        return sequence
    kind = type(sequence)
    if kind is list or kind is tuple:
        return kind(items)
    return kind(*items) if hasattr(sequence, "_fields") else sequence
