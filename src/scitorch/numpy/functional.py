"""Functions that apply functions: along axes, over pieces of a domain, over elements."""

from collections.abc import Callable
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.joining import stack
from scitorch.numpy.missing import NO_VALUE

__all__ = ["apply_along_axis", "apply_over_axes", "piecewise", "vectorize"]


@differentiable("np.apply_along_axis(lambda v: v * v.sum(), 1, m)", "np.apply_along_axis(np.prod, 0, m)")
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> ndarray:
    """Apply a function to all one-dimensional slices along an axis."""
    array = asarray(arr)
    axis = normalize_axis(axis, array.ndim)
    moved = array._tensor.movedim(axis, -1)
    places = list(numpy.ndindex(tuple(moved.shape[:-1])))
    if not places:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [asarray(func1d(ndarray._wrap(moved[place]), *args, **kwargs)) for place in places]
    stacked = stack(results)._tensor.reshape((*moved.shape[:-1], *results[0].shape))
    extra = results[0].ndim
    where = list(range(moved.ndim - 1, moved.ndim - 1 + extra))
    return ndarray._wrap(stacked.movedim(where, list(range(axis, axis + extra))))


@differentiable("np.apply_over_axes(np.sum, t, [0, 2])")
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> ndarray:
    """Apply a function ``func(a, axis)`` over several axes in turn, keeping dimensions."""
    result = asarray(a)
    ndim = result.ndim
    for axis in axes if isinstance(axes, list | tuple) else tensor_of(axes).reshape(-1).tolist():
        axis = axis + ndim if axis < 0 else axis
        new = asarray(func(result, axis))
        if new.ndim != result.ndim:
            new = ndarray._wrap(new._tensor.unsqueeze(axis))
            if new.ndim != result.ndim:
                raise ValueError("function is not returning an array of the correct shape")
        result = new
    return result


@differentiable("np.piecewise(x, [x.real < 0, x.real > 1], [lambda v: v**2, 3.5, lambda v: 1 / v])")
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> ndarray:
    """Evaluate a function defined by pieces; each piece sees only its own elements."""
    array = asarray(x)
    if isinstance(condlist, list | tuple) and condlist and not isinstance(condlist[0], bool | numpy.bool_):
        first = tensor_of(condlist[0])
        conditions = (
            [tensor_of(c, torch.bool) for c in condlist]
            if first.ndim or array.ndim == 0
            else [tensor_of(condlist, torch.bool)]
        )
    else:
        tensor = tensor_of(condlist, torch.bool)
        conditions = (
            list(tensor.unbind(0)) if tensor.ndim > array.ndim or (array.ndim == 0 and tensor.ndim) else [tensor]
        )
    count = len(conditions)
    if len(funclist) == count + 1:
        rest = torch.zeros(array.shape, dtype=torch.bool)
        for condition in conditions:
            rest = rest | condition
        conditions.append(~rest)
    elif len(funclist) != count:
        raise ValueError(f"with {count} condition(s), either {count} or {count + 1} functions are expected")
    result = ndarray._wrap(torch.zeros(array.shape, dtype=array._tensor.dtype, device=array._tensor.device))
    for condition, function in zip(conditions, funclist, strict=True):
        mask = ndarray._wrap(condition)
        if not callable(function):
            result[mask] = function
        else:
            values = array[mask]
            if values.size:
                result[mask] = function(values, *args, **kw)
    return result


@differentiable(
    "np.vectorize(lambda u, v: u * v if abs(u) > 1 else u - v)(x, y)",
    'np.vectorize(np.dot, signature="(n),(n)->()")(m, x[:4])',
)
class vectorize:
    """A function of scalars made into one of arrays, by a loop over the elements.

    Parameters
    ----------
    pyfunc : callable
    otypes : str or list of dtypes, optional
        Dtypes of the outputs; taken from the first results by default.
    doc : str, optional
    excluded : set of str or int, optional
        Arguments passed as they are.
    cache : bool
        Accepted; the function is called once per element in any case.
    signature : str, optional
        A generalized ufunc signature such as ``"(n),(n)->()"`` for functions of vectors.

    Notes
    -----
    Elements are passed as arrays of no dimensions, so gradients flow through functions that use this namespace.
    """

    def __init__(
        self,
        pyfunc: Any = NO_VALUE,
        otypes: Any = None,
        doc: str | None = None,
        excluded: Any = None,
        cache: bool = False,
        signature: str | None = None,
    ) -> None:
        if pyfunc is not NO_VALUE and not callable(pyfunc):
            raise TypeError("When used as a decorator, only accepts keyword arguments.")
        self.pyfunc = pyfunc
        self.cache = cache
        self.signature = signature
        self.excluded = set(excluded or ())
        if isinstance(otypes, str):
            otypes = list(otypes)
        self.otypes = None if otypes is None else [numpy.dtype(t) for t in otypes]
        if pyfunc is not NO_VALUE:
            self.__name__ = getattr(pyfunc, "__name__", "vectorize")
            self.__doc__ = doc if doc is not None else pyfunc.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.pyfunc is NO_VALUE:
            self.__init__(args[0], self.otypes, None, self.excluded, self.cache, self.signature)  # type: ignore[misc]
            return self
        names = [k for k in kwargs if k not in self.excluded]
        places = [i for i in range(len(args)) if i not in self.excluded]
        arrays = [asarray(args[i]) for i in places] + [asarray(kwargs[k]) for k in names]
        if not arrays:
            return self.pyfunc(*args, **kwargs)
        cores = self._core_dimensions(len(arrays))
        shape = numpy.broadcast_shapes(*(a.shape[: a.ndim - c] for a, c in zip(arrays, cores, strict=True)))
        spread = [a._tensor.expand((*shape, *a.shape[a.ndim - c :])) for a, c in zip(arrays, cores, strict=True)]
        points = list(numpy.ndindex(shape))
        if not points:
            if self.otypes is None:
                raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
            empty = [ndarray._wrap(torch.zeros(shape)).astype(t) for t in self.otypes]
            return empty[0] if len(empty) == 1 else tuple(empty)
        results = []
        for point in points:
            positional, keywords = list(args), dict(kwargs)
            for tensor, i in zip(spread, places, strict=False):
                positional[i] = ndarray._wrap(tensor[point])
            for tensor, k in zip(spread[len(places) :], names, strict=True):
                keywords[k] = ndarray._wrap(tensor[point])
            results.append(self.pyfunc(*positional, **keywords))
        outputs = len(results[0]) if isinstance(results[0], tuple) else 1
        columns = [[r[i] for r in results] for i in range(outputs)] if isinstance(results[0], tuple) else [results]
        finished = []
        for number, column in enumerate(columns):
            parts = [asarray(value) for value in column]
            wanted = self.otypes[number] if self.otypes else parts[0].dtype
            joined = stack([part.astype(wanted, copy=False) for part in parts])
            finished.append(joined.reshape((*shape, *parts[0].shape)))
        return finished[0] if not isinstance(results[0], tuple) else tuple(finished)

    def _core_dimensions(self, count: int) -> list[int]:
        if self.signature is None:
            return [0] * count
        inputs = self.signature.replace(" ", "").split("->")[0]
        cores = [len([d for d in part.strip("()").split(",") if d]) for part in inputs.split("),(")]
        if len(cores) != count:
            raise TypeError(f"wrong number of positional arguments: expected {len(cores)}, got {count}")
        return cores
