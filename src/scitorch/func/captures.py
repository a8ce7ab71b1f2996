"""Make what a function closes over an argument of it.

A rule of differentiation sees the tensors that it is given. A function that the caller wrote may use others, which it
closes over: a parameter in the enclosing scope, the weights of a module. :func:`closed` finds those that are
differentiated or batched, and makes a function of which they are arguments.

They are found in two ways, which complement each other: by running the function once and watching which tensors from
outside reach an operation, and by looking through its cells, its defaults, the globals it names and the objects it is
bound to, for tensors of branches that were not run.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from scitorch.op.torch_private import (
    carries_tangent,
    current_transform,
    forward_grad,
    functions_unwatched,
    in_batch,
    in_derivative_level,
    is_tracked,
    level_of,
    out_of_batch,
    out_of_derivative_level,
    pytree,
    transforms_active,
    without_dead_wrappers,
)

__all__ = ["Closed", "alias", "closed", "differentiation_active"]

Function = Callable[..., Any]

# Objects inside objects that are searched for tensors: a bound method of an object that holds a module with a list.
_DEPTH = 6
_ATOMS = (str, bytes, int, float, complex, type(None), type, types.ModuleType, torch.dtype, torch.device)


class Closed:
    """A function whose captured tensors are its first argument.

    Attributes
    ----------
    function
        The caller's function.
    captured
        The tensors to be given, in their order.
    """

    def __init__(self, function: Function, captured: Iterable[Tensor]) -> None:
        self.function = function
        self.captured = tuple(captured)

    def __call__(self, values: Iterable[Tensor], *args: Any) -> Any:
        """Evaluate with these values of the captured tensors."""
        if not self.captured:
            return self.function(*args)
        with _Substitution(dict(zip(map(id, self.captured), values))):
            return self.function(*args)

    def inputs(self, leaves: Iterable[Tensor]) -> list[Tensor]:
        """The captured tensors and then the leaves, which become aliases where they are captured as well."""
        held = set(map(id, self.captured))
        return [*self.captured, *[x.view_as(x) if id(x) in held else x for x in leaves]]

    def of(self, function: Function) -> Closed:
        """Another function that captures the same tensors, or fewer."""
        return Closed(function, self.captured)

    def given(self, values: Iterable[Tensor]) -> Function:
        """The function of the other arguments, for these values of the captured tensors."""
        if not self.captured:
            return self.function
        return functools.partial(self, tuple(values))


def closed(function: Function, *examples: Any) -> Closed:
    """Close a function over nothing: find what it captures, by a call with these arguments.

    Parameters
    ----------
    function
        The caller's.
    *examples
        Arguments to run it with, once. Results are thrown away.
    """
    if not differentiation_active():
        return Closed(function, ())
    # the function may capture what it is also given: aliases tell the two apart
    examples = pytree.tree_map(lambda x: x.view_as(x) if isinstance(x, Tensor) else x, examples)
    watch = _Watch(examples)
    with torch.no_grad(), forward_grad(False), watch:  # nothing that is made here is kept
        function(*examples)
    found = {id(x): x for x in watch.captured}
    found.update((id(x), x) for x in _reachable(function) if without_dead_wrappers(x) is x and is_tracked(x))
    return Closed(function, found.values())


def alias(x: Tensor) -> Tensor:
    """The same tensor by an operation, so that what stands in for a captured tensor takes its place.

    Transforms wrap their arguments without one: captured tensors that are to be differentiated go through here.
    """
    return x.view_as(x)


def differentiation_active() -> bool:
    """Whether tensors can be differentiated or batched here."""
    return transforms_active() or torch.is_grad_enabled() or torch.autograd.forward_ad._current_level >= 0


def _entry_level() -> int:
    return int(current_transform().level()) if transforms_active() else 0


# What a function differentiates by itself it has made itself: these look at identities and are left alone.
_AUTOGRAD = frozenset({torch.autograd.grad, torch.autograd.backward, Tensor.backward, Tensor.requires_grad_})


class _Watch(TorchFunctionMode):
    """Notice tracked tensors that reach an operation without having been made in here."""

    def __init__(self, examples: Any) -> None:
        self._level = _entry_level()
        # held, so that no other tensor gets the identity of one that was made here
        self._made = {id(x): x for x in pytree.tree_leaves(examples) if isinstance(x, Tensor)}
        self.captured: list[Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in _AUTOGRAD:
            return func(*args, **(kwargs or {}))
        with functions_unwatched():
            for x in (*_tensors(args), *_tensors(kwargs or {})):
                if id(x) in self._made:
                    continue
                outer, _ = _at_level(x, self._level)
                if id(outer) not in self._made and is_tracked(outer):
                    self._made[id(outer)] = outer
                    self.captured.append(outer)
        result = func(*args, **(kwargs or {}))
        with functions_unwatched():
            for x in _tensors((result,)):
                if transforms_active() or is_tracked(x):
                    self._made[id(x)] = x
        return result


class _Substitution(TorchFunctionMode):
    """Put other tensors in the place of given ones, wherever they reach an operation."""

    def __init__(self, values: Mapping[int, Tensor]) -> None:
        self._values = values

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in _AUTOGRAD:
            return func(*args, **(kwargs or {}))
        with functions_unwatched():
            args = _replaced(args, self._values)
            if kwargs:
                kwargs = _replaced(kwargs, self._values)
        return func(*args, **(kwargs or {}))


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in arguments: flat, or in lists, tuples and dictionaries."""
    if isinstance(value, Mapping):
        value = value.values()
    for item in value:
        if isinstance(item, Tensor):
            yield item
        elif isinstance(item, list | tuple | dict):
            yield from _tensors(item)


def _replaced(value: Any, values: Mapping[int, Tensor]) -> Any:
    if isinstance(value, Tensor):
        found = values.get(id(value))
        if found is not None:
            return found
        return _rewrapped(value, values) if transforms_active() else value
    if isinstance(value, dict):
        return {k: _replaced(v, values) for k, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)([_replaced(v, values) for v in value])
    return value


def _at_level(x: Tensor, level: int) -> tuple[Tensor, list[tuple[int, int | None, bool]]]:
    """The tensor without the transforms entered since ``level``, and what was taken off: level, batch dim, if tracked.

    The transforms that the function itself enters wrap what they are given, as a captured tensor in
    ``grad(energy)(x, theta)``.
    """
    layers: list[tuple[int, int | None, bool]] = []
    now = _entry_level()
    while level < (own := level_of(x)) <= now:  # one from a suspended level is replaced by the modes around this one
        if torch._C._functorch.is_batchedtensor(x):
            x, dim = out_of_batch(x, own)
            layers.append((own, dim, False))
        else:
            layers.append((own, None, x.requires_grad or carries_tangent(x)))
            x = out_of_derivative_level(x, own)
    return x, layers


def _rewrapped(x: Tensor, values: Mapping[int, Tensor]) -> Tensor:
    if not 0 < level_of(x) <= _entry_level():
        return x
    base, layers = x, list[tuple[int, int | None, bool]]()
    found: Tensor | None = None
    while found is None:
        own = level_of(base)
        if own == 0:
            return x
        base, taken = _at_level(base, own - 1)
        layers += taken
        found = values.get(id(base))
    if any(tracked for _, _, tracked in layers):
        raise NotImplementedError(
            "a tensor that the function closes over is differentiated inside of the function; pass it as an argument"
        )
    for own, dim, _ in reversed(layers):
        found = in_derivative_level(found, own) if dim is None else in_batch(found, dim, own)
    return found


def _reachable(value: Any, depth: int = _DEPTH, seen: dict[int, Any] | None = None) -> Iterator[Tensor]:
    """Tensors that a function or object holds."""
    seen = {} if seen is None else seen
    if depth == 0 or id(value) in seen or isinstance(value, _ATOMS):
        return
    seen[id(value)] = value
    if isinstance(value, Tensor):
        yield value
        return
    for held in _held(value):
        yield from _reachable(held, depth - 1, seen)


def _held(value: Any) -> Iterator[Any]:
    if isinstance(value, types.FunctionType):
        yield from (cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell))
        yield from value.__defaults__ or ()
        yield from (value.__kwdefaults__ or {}).values()
        yield from (value.__globals__[name] for name in value.__code__.co_names if name in value.__globals__)
    elif isinstance(value, types.MethodType):
        yield value.__self__
        yield value.__func__
    elif isinstance(value, functools.partial):
        yield value.func
        yield from value.args
        yield from value.keywords.values()
    elif isinstance(value, torch.nn.Module):
        yield from value.parameters()
        yield from value.buffers()
    elif isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
    elif hasattr(value, "__wrapped__"):
        yield value.__wrapped__
    elif not type(value).__module__.startswith(("torch", "numpy", "scipy", "builtins")):
        yield from getattr(value, "__dict__", {}).values()
        yield from (getattr(value, name) for name in _slots(type(value)) if hasattr(value, name))


def _slots(cls: type) -> list[str]:
    return [name for base in cls.__mro__ for name in _as_names(base.__dict__.get("__slots__", ()))]


def _as_names(slots: Any) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
