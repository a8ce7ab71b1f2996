"""A level of differentiation of our own, which nests in torch's and has torch's nest in it.

A transform such as Taylor mode calls the user's function with tensors that carry something beside their value. torch's
dispatcher hands every operation on such a `LevelTensor` to its level, which computes the value and what is carried.
Below torch.func's own levels the dispatcher has forgotten the surroundings of the transform, so a level remembers them
at its beginning and brings them back for the time of each operation: operations see what is outside, and only that.

Tensors from outside that the function closes over, tracked by autograd or by a torch.func level, would be met by that
level before it is their turn. They become constants of the level when an operation takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from scitorch.op.torch_private import (
    Surroundings,
    below_python,
    carries_tangent,
    is_tracked,
    is_transformed,
    level_of,
    pytree,
    transforms_active,
    unwrapped,
    without_torch_function,
)
from scitorch.op.torch_traits import without_constants

__all__ = ["Application", "Level", "LevelTensor", "floats_in", "functional"]

_active: list[Level] = []


class LevelTensor(Tensor):
    """A tensor with something beside its value; ``content`` is None for a constant."""

    value: Tensor
    content: Any
    level: Level
    is_view: bool

    __torch_function__ = without_torch_function

    @staticmethod
    def __new__(cls, value: Tensor, content: Any, level: Level) -> LevelTensor:
        made: LevelTensor = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls, value.shape, dtype=value.dtype, device=value.device, strides=value.stride()
        )
        made.value, made.content, made.level, made.is_view = value, content, level, False
        return made

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]
        return f"{self.level!r} of {self.value!r}"

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        leaves, spec = _flattened(args, kwargs)
        level = max((a.level for a in leaves if isinstance(a, LevelTensor)), key=lambda level: level.depth)
        with level.surroundings.restored():
            result = level.process(func, leaves, spec)
        if torch.Tag.inplace_view in func.tags:  # the outside of the tensor has to take the new shape as well
            with below_python():
                func(*args, **(kwargs or {}))
        return result


class _Flat:
    """The structure of arguments without containers, which most operations have: ten times as fast as a tree's."""

    @staticmethod
    def unflatten(leaves: list[Any]) -> Any:
        return tuple(leaves), {}


_FLAT: Any = _Flat()
_CONTAINERS = (list, tuple, dict)


def _flattened(args: Any, kwargs: Any) -> tuple[list[Any], Any]:
    if not kwargs and not any(isinstance(a, _CONTAINERS) for a in args):
        return list(args), _FLAT
    return pytree.tree_flatten((args, kwargs or {}))


@dataclass(frozen=True)
class Application:
    """One operation of torch or of ours: its arguments as a flat list, and what moves among them."""

    func: Any
    leaves: list[Any]
    spec: Any
    moving: tuple[int, ...]
    contents: list[Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "_versions", self._found_versions())

    def _found_versions(self) -> list[int]:
        return [a._version if isinstance(a, Tensor) and not a.is_inference() else 0 for a in self.leaves]

    def check_unchanged(self) -> None:
        """Refuse to go on with arguments that were changed in place since the operation, as autograd does."""
        if self._found_versions() != self._versions:  # type: ignore[attr-defined]
            raise RuntimeError(
                f"{self.func}: an argument was changed in place after the operation, whose derivative needs it; "
                "change a copy"
            )

    def __call__(self, leaves: Sequence[Any] | None = None) -> Any:
        """Its result, with other leaves."""
        args, kwargs = self.spec.unflatten(self.leaves if leaves is None else list(leaves))
        return self.func(*args, **kwargs)

    def of_moving(self, *values: Any) -> Any:
        """Its result, with other values of the moving arguments."""
        return self(self.replaced(values))

    def replaced(self, values: Sequence[Any]) -> list[Any]:
        """The leaves with other values of the moving arguments."""
        leaves = list(self.leaves)
        for i, value in zip(self.moving, values, strict=True):
            leaves[i] = value
        return leaves

    def linear(self, values: Sequence[Any]) -> Any:
        """Its result for values of the moving arguments (None is zero), the other float arguments being zero.

        What an operation that is linear in all its float arguments together does to a tangent.
        """
        leaves = [torch.zeros_like(a) if _is_float(a) else a for a in self.leaves]
        for i, value in zip(self.moving, values, strict=True):
            leaves[i] = torch.zeros_like(self.leaves[i]) if value is None else value
        args, kwargs = without_constants(self.func, *self.spec.unflatten(leaves))
        return self.func(*args, **kwargs)


def _is_float(value: Any) -> bool:
    return isinstance(value, Tensor) and (value.is_floating_point() or value.is_complex())


class Level:
    """Base of the levels: a subclass says in `contents` what the results of an operation carry."""

    def __init__(self) -> None:
        self.surroundings = Surroundings()
        self.depth = len(_active) + 1
        self.stopping = False

    def contents(self, application: Application, results: list[Tensor]) -> list[Any]:
        """What each float result of an operation with moving arguments carries."""
        raise NotImplementedError

    def tensor(self, value: Tensor, content: Any) -> LevelTensor:
        return LevelTensor(value, content, self)

    def run(self, function: Callable[..., Any], inputs: Sequence[LevelTensor]) -> list[tuple[Tensor, Any]]:
        """Value and content of each result of a function that returns a tuple of tensors."""
        _active.append(self)
        try:
            with _Lifting(self):
                results = function(*inputs)
        finally:
            _active.pop()
        return [self.opened(result) for result in results]

    def opened(self, result: Tensor) -> tuple[Tensor, Any]:
        """Value and content of a result, under the wrappers of levels outside."""
        found = innermost(result)
        if isinstance(found, LevelTensor) and found.level is self:
            return found.value, found.content
        return result, None

    def closed(self, result: Tensor) -> LevelTensor:
        """A result of other operations as a tensor of this level, without wrappers of those outside."""
        return self.tensor(*self.opened(result))

    def process(self, func: Any, leaves: list[Any], spec: Any) -> Any:
        """Carry out one operation."""
        if func._schema.is_mutable:
            return self._in_place(func, leaves, spec)
        mine = [isinstance(a, LevelTensor) and a.level is self for a in leaves]
        contents = [a.content if m else None for a, m in zip(leaves, mine)]
        values = [a.value if m else a for a, m in zip(leaves, mine)]
        moving = tuple(i for i, c in enumerate(contents) if c is not None)
        application = Application(func, values, spec, moving, contents)
        if self.stopping and func is torch.ops.aten.detach.default:
            moving = ()
        if moving:
            replaced = self.replaced(application)
            if replaced is not None:
                args, kwargs = spec.unflatten(leaves)
                return pytree.tree_map_only(Tensor, self.closed, replaced(*args, **kwargs))
        out = application()
        if isinstance(out, Tensor):
            content = self.contents(application, [out])[0] if moving and _is_float(out) else None
            single = self.tensor(out, content)
            single.is_view = func.is_view
            return single
        flat, out_spec = pytree.tree_flatten(out)
        smooth = [k for k, r in enumerate(flat) if _is_float(r)]
        carried: list[Any] = [None] * len(flat)
        if moving and smooth:
            for k, content in zip(smooth, self.contents(application, [flat[k] for k in smooth]), strict=True):
                carried[k] = content
        wrapped = [self.tensor(r, c) if isinstance(r, Tensor) else r for r, c in zip(flat, carried)]
        if func.is_view:
            for result in wrapped:
                if isinstance(result, LevelTensor):
                    result.is_view = True
        return out_spec.unflatten(wrapped)

    def replaced(self, application: Application) -> Callable[..., Any] | None:
        """Another function to call instead of an operation, made of operations that the level knows better."""
        return None

    def _in_place(self, func: Any, leaves: list[Any], spec: Any) -> Any:
        target = leaves[0]
        if not isinstance(target, LevelTensor):
            raise NotImplementedError(
                f"{func}: an operation in place writes values that are transformed into a tensor that is not; write it "
                "out of place (torch.where, torch.cat, torch.scatter, index_put)"
            )
        if target.is_view:
            raise NotImplementedError(
                f"{func}: an operation in place on a view would have to change the tensor that is viewed; write it "
                "out of place (torch.where, torch.cat, torch.scatter, index_put)"
            )
        args, kwargs = spec.unflatten(leaves)
        target.value, target.content = self.opened(functional(func)(*args, **kwargs))
        return target


def floats_in(out: Any) -> list[Tensor]:
    """The float and complex tensors among the results of an operation."""
    if isinstance(out, Tensor):
        return [out] if _is_float(out) else []
    return [r for r in pytree.tree_flatten(out)[0] if _is_float(r)]


def functional(func: Any) -> Any:
    """The operation that returns what this one writes into its first argument."""
    name, overload = func._schema.name.split("::")[1], func._overloadname
    packet = getattr(torch.ops.aten, name.removesuffix("_"), None) if name.endswith("_") else None
    if packet is None or not hasattr(packet, overload):
        raise NotImplementedError(f"{func} has no form out of place")
    return getattr(packet, overload)


class _Lifting(TorchFunctionMode):
    """Makes constants of the level from tracked tensors from outside, before any other level meets them."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._outer = level.surroundings.depth
        super().__init__()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        args, kwargs = self._lifted(args), self._lifted(kwargs) if kwargs else {}
        if func in _STOPS:
            self._level.stopping = True
            try:
                return func(*args, **kwargs)
            finally:
                self._level.stopping = False
        return func(*args, **kwargs)

    def _lifted(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self._constant(value) if self._is_outside(value) else value
        if type(value) in (list, tuple):
            return type(value)([self._lifted(item) for item in value])
        if type(value) is dict:
            return {key: self._lifted(item) for key, item in value.items()}
        return value

    def _constant(self, value: Tensor) -> LevelTensor:
        return self._level.tensor(value, None)

    def _is_outside(self, value: Tensor) -> bool:
        if isinstance(value, LevelTensor) and value.level.depth >= self._level.depth:
            return False
        if not transforms_active():
            return value.requires_grad or carries_tangent(value)
        if not is_transformed(value):
            return value.requires_grad
        inside = False
        while is_transformed(value) and level_of(value) > self._outer:
            value, inside = unwrapped(value), True
        found = innermost(value)
        if isinstance(found, LevelTensor) and found.level.depth >= self._level.depth:
            return False
        if not inside:
            return is_transformed(value) or value.requires_grad
        if is_transformed(value) and is_tracked(value):
            raise NotImplementedError(
                "a torch.func transform inside a transform of scitorch.func was given a tensor that a transform "
                "outside both tracks; pass that tensor to the outer function as an argument, or use scitorch.func"
            )
        return False


_STOPS = (Tensor.detach, torch.detach)


def innermost(value: Tensor) -> Tensor:
    """The tensor under all wrappers of torch.func."""
    while is_transformed(value):
        value = unwrapped(value)
    return value
