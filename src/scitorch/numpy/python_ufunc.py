"""Ufuncs made of Python functions of scalars."""

import functools
from collections.abc import Callable
from typing import Any

import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes, normalize_axis
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.functional import vectorize
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.ufunc_arguments import out_tuple, write_out

__all__ = ["frompyfunc"]


class PythonUfunc:
    """A Python function applied element by element, with the methods of a ufunc; see `frompyfunc`."""

    def __init__(self, function: Callable[..., Any], nin: int, nout: int, identity: Any) -> None:
        self.nin, self.nout = nin, nout
        self.identity = None if identity is NO_VALUE else identity
        self._reorderable = identity is not NO_VALUE
        self.nargs = nin + nout
        self.__name__ = f"{getattr(function, '__name__', '?')} (vectorized)"
        self._apply = vectorize(function)

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"

    def __call__(self, *inputs: Any, out: Any = None) -> Any:
        if len(inputs) != self.nin:
            raise TypeError(f"{self.__name__}() takes {self.nin} positional arguments but {len(inputs)} were given")
        results = self._apply(*inputs)
        results = results if isinstance(results, tuple) else (results,)
        if len(results) != self.nout:
            raise ValueError(f"{self.__name__} returned {len(results)} values instead of {self.nout}")
        targets = out_tuple(out, self.nout, self.__name__)
        finished = tuple(
            r if target is None else write_out(target, r._tensor, "unsafe")
            for r, target in zip(results, targets, strict=True)
        )
        return finished[0] if self.nout == 1 else finished

    def reduce(self, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False) -> Any:
        """Fold the function along axes of an array."""
        self._check_binary()
        result = asarray(array, dtype)._tensor
        axes = normalize_axes(axis, result.ndim)
        if len(axes) > 1 and not self._reorderable:
            raise ValueError(
                f"reduction operation '{self.__name__}' is not reorderable, so at most one axis may be specified"
            )
        for place in sorted(axes, reverse=True):
            parts = result.unbind(place)
            if not parts and self.identity is None:
                raise ValueError(f"zero-size array to reduction operation {self.__name__} which has no identity")
            empty = result.new_full([n for a, n in enumerate(result.shape) if a != place], self.identity or 0)
            result = functools.reduce(self._pair, parts) if parts else empty
        for place in sorted(axes) if keepdims else ():
            result = result.unsqueeze(place)
        (target,) = out_tuple(out, 1, self.__name__)
        return ndarray._wrap(result) if target is None else write_out(target, result, "unsafe")

    def accumulate(self, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """Return all partial results of the fold along one axis."""
        self._check_binary()
        tensor = asarray(array, dtype)._tensor
        axis = normalize_axis(axis, tensor.ndim)
        parts = list(tensor.unbind(axis))
        for number in range(1, len(parts)):
            parts[number] = self._pair(parts[number - 1], parts[number])
        result = torch.stack([asarray(part)._tensor for part in parts], axis) if parts else tensor
        (target,) = out_tuple(out, 1, self.__name__)
        return ndarray._wrap(result) if target is None else write_out(target, result, "unsafe")

    def outer(self, A: Any, B: Any, /) -> Any:
        """Apply the function to all pairs of elements."""
        self._check_binary()
        a, b = tensor_of(A), tensor_of(B)
        return self(ndarray._wrap(a.reshape(a.shape + (1,) * b.ndim)), ndarray._wrap(b))

    def _pair(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return asarray(self._apply(ndarray._wrap(a), ndarray._wrap(b)))._tensor

    def _check_binary(self) -> None:
        if self.nin != 2 or self.nout != 1:
            raise ValueError(f"{self.__name__} must have two inputs and one output to be folded")


def frompyfunc(func: Callable[..., Any], /, nin: int, nout: int, *, identity: Any = NO_VALUE) -> PythonUfunc:
    """Make a ufunc of a Python function of scalars with numeric results.

    Parameters
    ----------
    func : callable
        Called with arrays of no dimensions, so gradients flow through functions that use this namespace.
    nin, nout : int
        Number of arguments and of results.
    identity : object, optional
        The value of a fold of nothing. Given (be it as None), folds over several axes are allowed.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> np.frompyfunc(lambda x, y: 10 * x + y, 2, 1).reduce([1, 2, 3])
    np.int64(123)
    """
    if not callable(func):
        raise TypeError("func must be callable")
    if nin < 0 or nout < 1:
        raise ValueError("a ufunc needs at least one output and no negative number of inputs")
    return PythonUfunc(func, nin, nout, identity)
