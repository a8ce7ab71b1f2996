"""Arrays on both sides of a SciPy optimizer: float64 NumPy inside, the caller's own kind outside."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op.array_types import find_array_type


@dataclass(frozen=True)
class ArrayKind:
    """How the caller's arrays are made from tensors, and the dtype and device of the vector to optimise.

    ``trace`` makes the array that the user's function receives, which keeps the graph; ``result`` the arrays of the
    result.
    """

    trace: Callable[[Tensor], Any]
    result: Callable[[Tensor], Any]
    dtype: torch.dtype = torch.float64
    device: torch.device | None = None

    def array(self, values: numpy.ndarray[Any, Any]) -> Any:
        """A NumPy array of a result in the caller's kind and on their device."""
        return self.result(torch.as_tensor(numpy.array(values), device=self.device))

    @property
    def eps(self) -> float:
        """Spacing of the caller's floating-point numbers at 1."""
        return torch.finfo(self.dtype).eps

    def leaf(self, x: numpy.ndarray[Any, Any]) -> Tensor:
        """A point of the optimizer as a tensor of the caller's dtype and device."""
        return torch.tensor(x, dtype=self.dtype, device=self.device)


def kind_of(x0: Any) -> ArrayKind:
    """The array kind of a starting point: Tensor, ndarray, NumPy's array; numbers and lists become ndarrays."""
    if isinstance(x0, Tensor):
        dtype = x0.dtype if x0.is_floating_point() else torch.float64
        return ArrayKind(lambda t: t, lambda t: t, dtype, x0.device)
    from scitorch.numpy.array import ndarray  # here, since the array package stands above this one

    traced = find_array_type(ndarray([0]))
    assert traced is not None
    if isinstance(x0, numpy.ndarray | numpy.generic):
        return ArrayKind(traced.from_tensor, _numpy_result)
    first = x0
    while isinstance(first, list | tuple) and first:
        first = first[0]
    found = find_array_type(first)
    if found is None:
        return ArrayKind(traced.from_tensor, traced.from_tensor)
    tensor = found.to_tensor(first)
    dtype = tensor.dtype if tensor.is_floating_point() else torch.float64
    return ArrayKind(traced.from_tensor, traced.from_tensor, dtype, tensor.device)


def _numpy_result(tensor: Tensor) -> Any:
    if tensor.requires_grad and torch.is_grad_enabled():
        warnings.warn(
            "the result depends on tensors that require a gradient, which its NumPy arrays cannot carry; start from a "
            "Tensor or a scitorch.numpy array to have it, or detach what the function closes over",
            RuntimeWarning,
            stacklevel=4,
        )
    return tensor.numpy(force=True)


def tensor_of(value: Any) -> Tensor | None:
    """The tensor in an array, keeping its graph; sequences of arrays are stacked; None for anything else."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, list | tuple):
        parts = [tensor_of(item) for item in value]
        if not parts or all(part is None for part in parts):
            return None
        dtype = next(part.dtype for part in parts if part is not None)
        stacked = [part if part is not None else torch.as_tensor(item, dtype=dtype) for part, item in zip(parts, value)]
        return torch.stack([part.to(dtype) for part in stacked])
    found = find_array_type(value)
    return None if found is None else found.to_tensor(value)


def host(value: Any) -> Any:
    """The same value with every array in it as a NumPy array; what is no array stays as it is."""
    if isinstance(value, numpy.ndarray | numpy.generic):
        return value
    if isinstance(value, Tensor):
        return value.numpy(force=True)
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return type(value)(host(item) for item in value)
    found = find_array_type(value)
    return value if found is None else found.to_tensor(value).numpy(force=True)


def in_callers_kind(result: Any, kind: ArrayKind) -> Any:
    """Convert the arrays of an ``OptimizeResult`` (in place) to the caller's kind."""
    for key, value in result.items():
        if isinstance(value, numpy.ndarray) and value.dtype.kind in "biufc":
            result[key] = kind.array(value)
        elif isinstance(value, list) and value and all(isinstance(item, numpy.ndarray) for item in value):
            result[key] = [kind.array(item) for item in value]
    return result


def adapted(function: Callable[..., Any], kind: ArrayKind, args: tuple[Any, ...] = ()) -> Callable[..., Any]:
    """A user's function for SciPy: called with the caller's arrays and without gradients, answering in NumPy's."""

    def call(*points: Any) -> Any:
        with torch.no_grad():
            given = [kind.trace(kind.leaf(p)) if isinstance(p, numpy.ndarray) else p for p in points]
            return host(function(*given, *args))

    return call


def detached(x0: Any) -> Any:
    """A starting point without its derivatives, which no solution has a use for."""
    return x0.detach() if isinstance(x0, Tensor) else x0


def as_tuple(args: Any) -> tuple[Any, ...]:
    """Extra arguments as SciPy accepts them: a tuple, or one argument alone."""
    return args if isinstance(args, tuple) else (args,)


def start_tensor(x0: Any, kind: ArrayKind) -> Tensor | None:
    """The starting point as a vector of the caller's dtype; None where only SciPy can say what to do with it."""
    found = None if isinstance(x0, list | tuple) else tensor_of(x0)
    if found is None:
        start = starting_point(x0)
        return kind.leaf(start) if start.ndim == 1 and start.dtype.kind == "f" else None
    return None if found.ndim > 1 or found.is_complex() else found.detach().to(kind.dtype).reshape(-1)


def starting_point(x0: Any) -> numpy.ndarray[Any, Any]:
    """The starting point as SciPy wants it, at least one-dimensional and floating."""
    start = numpy.atleast_1d(numpy.asarray(host(x0)))
    return start.astype(float) if start.dtype.kind in "biu" or start.dtype == numpy.float32 else start
