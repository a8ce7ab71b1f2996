"""How arrays answer NumPy's, torch's and the Array API's protocols."""

import importlib
import inspect
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.reversed_views import ReversedView
from scitorch.op.torch_private import pytree

__all__: list[str] = []


def _namespace() -> Any:
    return importlib.import_module("scitorch.numpy")


def array_ufunc(function: Any, method: str, inputs: Any, keywords: Any) -> Any:
    """Answer `numpy.ufunc(array)`: with our ufunc of that name, or with scitorch's function for SciPy's ufuncs."""
    name = function.__name__
    if getattr(numpy, name, None) is function:
        ours = getattr(_namespace(), name, None)
        if ours is None:
            return NotImplemented
        return getattr(ours, method)(*inputs, **keywords)
    special = importlib.import_module("scipy.special")
    # with SCIPY_ARRAY_API=1, SciPy's special functions are Python functions around their ufuncs
    if inspect.unwrap(getattr(special, name, function)) is function and method == "__call__":
        ours = getattr(importlib.import_module("scitorch.special"), name, None)
        if ours is not None:
            return ours(*inputs, **keywords)
    converted = [value.__array__() if isinstance(value, ndarray) else value for value in inputs]
    results = getattr(function, method)(*converted, **keywords)
    return _wrapped_arrays(results)


def _wrapped_arrays(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_wrapped_arrays, value))
    if isinstance(value, numpy.ndarray | numpy.generic):
        return _namespace().asarray(value)
    return value


def array_function(function: Any, types: Any, arguments: Any, keywords: Any) -> Any:
    """Answer `numpy.f(array)` with the function of the same name and module here."""
    target = _namespace()
    module = function.__module__ or "numpy"
    for part in module.split(".")[1:]:
        if part.startswith("_") or part == "lib":
            continue
        target = getattr(target, part, None)
        if target is None:
            return NotImplemented
    ours = getattr(target, function.__name__, None)
    if ours is None or ours is function:
        return NotImplemented
    return ours(*arguments, **keywords)


def _unwrap(value: Any) -> Any:
    # plain loops: torch.compile cannot follow tree_map through __torch_function__
    if isinstance(value, ndarray):
        return value._tensor
    if type(value) in (list, tuple):
        return type(value)([_unwrap(item) for item in value])
    if type(value) is dict:
        return {key: _unwrap(item) for key, item in value.items()}
    return value


def _wrap(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return ndarray._wrap(value)
    if type(value) in (list, tuple):
        return type(value)([_wrap(item) for item in value])
    if isinstance(value, tuple):  # the named tuples of torch's reductions
        return type(value)([_wrap(item) for item in value])
    return value


def torch_function(function: Any, arguments: Any, keywords: Any) -> Any:
    """Answer `torch.f(array)`: torch's function of the tensors, its tensors wrapped."""
    return _wrap(function(*_unwrap(arguments), **_unwrap(keywords or {})))


def _flatten(array: ndarray) -> tuple[list[torch.Tensor], None]:
    return [array._tensor], None


def _unflatten(leaves: Any, context: None) -> Any:
    leaf = leaves[0]
    # transforms put markers other than tensors into trees (None, booleans, in_dims)
    result = object.__new__(ndarray)
    result._tensor = leaf
    return result


def _flatten_with_keys(array: ndarray) -> Any:
    return [(pytree.SequenceKey(0), array._tensor)], None


for _class in (ndarray, ReversedView):
    pytree.register_pytree_node(
        _class,
        _flatten,
        _unflatten,
        flatten_with_keys_fn=_flatten_with_keys,
        serialized_type_name=f"scitorch.numpy.{_class.__name__}",
    )
