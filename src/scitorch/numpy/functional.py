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

Core = tuple[str, ...]  # names of the core dimensions of one argument

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


@differentiable(
    "np.piecewise(x, [x.real < 0, x.real > 1], [lambda v: v**2, 3.5, lambda v: 1 / v])",
    by_values="what each function is given",
)
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
    by_values={"np.vectorize(lambda u, v: u * v if abs(u) > 1 else u - v)(x, y)": "the branch"},
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
        inputs, outputs = self._core_dimensions(len(arrays))
        sizes = _core_sizes(arrays, inputs)
        loops = [a.ndim - len(core) for a, core in zip(arrays, inputs, strict=True)]
        shape = numpy.broadcast_shapes(*(a.shape[:loop] for a, loop in zip(arrays, loops, strict=True)))
        spread = [a._tensor.expand((*shape, *a.shape[loop:])) for a, loop in zip(arrays, loops, strict=True)]
        points = list(numpy.ndindex(shape))
        if not points:
            return self._without_elements(shape, outputs, sizes)
        results = []
        for point in points:
            positional, keywords = list(args), dict(kwargs)
            for tensor, i in zip(spread, places, strict=False):
                positional[i] = ndarray._wrap(tensor[point])
            for tensor, k in zip(spread[len(places) :], names, strict=True):
                keywords[k] = ndarray._wrap(tensor[point])
            results.append(self.pyfunc(*positional, **keywords))
        several = isinstance(results[0], tuple)
        found = len(results[0]) if several else 1
        if outputs is not None and found != len(outputs):
            raise ValueError(f"wrong number of outputs from pyfunc: expected {len(outputs)}, got {found}")
        columns = [[r[i] for r in results] for i in range(found)] if several else [results]
        finished = []
        for number, column in enumerate(columns):
            parts = [asarray(value) for value in column]
            if outputs is not None:
                _check_core(parts, outputs[number], sizes)
            wanted = self.otypes[number] if self.otypes else parts[0].dtype
            joined = stack([part.astype(wanted, copy=False) for part in parts])
            finished.append(joined.reshape((*shape, *parts[0].shape)))
        return tuple(finished) if several else finished[0]

    def _without_elements(self, shape: tuple[int, ...], outputs: list[Core] | None, sizes: dict[str, int]) -> Any:
        """Return the empty results, whose dtypes no call can tell."""
        if self.otypes is None:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        unknown = [name for core in outputs or () for name in core if name not in sizes]
        if unknown:
            raise ValueError(
                f"cannot call `vectorize` with a signature including new output dimensions {unknown} on size 0 inputs"
            )
        cores = outputs or [()] * len(self.otypes)
        empty = [
            ndarray._wrap(torch.zeros((*shape, *(sizes[name] for name in core)))).astype(otype)
            for core, otype in zip(cores, self.otypes, strict=True)
        ]
        return empty[0] if len(empty) == 1 else tuple(empty)

    def _core_dimensions(self, count: int) -> tuple[list[Core], list[Core] | None]:
        """Return the names of the core dimensions of every argument, and of every output if there is a signature."""
        if self.signature is None:
            return [()] * count, None
        inputs, outputs = (_cores(side) for side in self.signature.replace(" ", "").split("->"))
        if len(inputs) != count:
            raise TypeError(f"wrong number of positional arguments: expected {len(inputs)}, got {count}")
        return inputs, outputs


def _cores(side: str) -> list[Core]:
    """Read one side of a signature: ``"(n,m),()"`` is ``[("n", "m"), ()]``."""
    return [tuple(name for name in part.split(",") if name) for part in side[1:-1].split("),(")]


def _core_sizes(arrays: list[ndarray], cores: list[Core]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for array, core in zip(arrays, cores, strict=True):
        if array.ndim < len(core):
            raise ValueError(
                f"{array.ndim}-dimensional argument does not have enough dimensions for all core dimensions {core}"
            )
        _match(array.shape[array.ndim - len(core) :], core, sizes)
    return sizes


def _match(shape: tuple[int, ...], core: Core, sizes: dict[str, int]) -> None:
    for name, size in zip(core, shape, strict=True):
        if sizes.setdefault(name, size) != size:
            raise ValueError(f"inconsistent size for core dimension {name!r}: {size} vs {sizes[name]}")


def _check_core(parts: list[ndarray], core: Core, sizes: dict[str, int]) -> None:
    for part in parts:
        if part.ndim != len(core):
            raise ValueError(f"an output has {part.ndim} dimensions, but its core dimensions are {core}")
        _match(part.shape, core, sizes)
