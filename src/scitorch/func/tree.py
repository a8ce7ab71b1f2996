"""Arguments and results of transformed functions: trees whose float and complex leaves are differentiated.

Beyond the containers that torch knows (lists, tuples, dictionaries, registered classes such as sparse arrays), a tree
may hold `scitorch.numpy` arrays, Python numbers, dataclasses and `torch.nn` modules, whose leaves are their parameters.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor

from scitorch.numpy.array import ndarray
from scitorch.op.torch_private import pytree, reparametrized_module

__all__ = ["Tree"]


class Tree:
    """A value taken apart into its differentiable tensors and all the rest.

    Attributes
    ----------
    tensors
        The float and complex leaves, as tensors.
    """

    def __init__(self, value: Any, name: str) -> None:
        self.name = name
        self._value = value
        leaves, self._spec = pytree.tree_flatten(value, is_leaf=_is_opaque)
        self._leaves: list[_Leaf] = [_leaf_of(leaf) for leaf in leaves]
        self.tensors: list[Tensor] = [tensor for leaf in self._leaves for tensor in leaf.tensors]

    def with_values(self, tensors: Sequence[Tensor], swapped: ExitStack | None = None) -> Any:
        """The value with other tensors in place of its differentiable ones.

        Modules cannot be copied cheaply: their parameters are replaced until ``swapped`` is closed.
        """
        rest = iter(tensors)
        return self._spec.unflatten([leaf.with_values(_take(rest, leaf), swapped) for leaf in self._leaves])

    def derivatives(self, tensors: Sequence[Any]) -> Any:
        """The same structure with derivatives, and `None` where the value has no differentiable leaf.

        The place of a module is taken by a dictionary of its parameters.
        """
        rest = iter(tensors)
        return self._spec.unflatten([leaf.derivatives(_take(rest, leaf)) for leaf in self._leaves])

    def each(self, function: Callable[[Tensor], Any]) -> Any:
        """The structure with a function of each differentiable leaf."""
        return self.derivatives([function(tensor) for tensor in self.tensors])

    def matching(self, other: Any, kind: str) -> list[Tensor]:
        """The leaves of a tangent or cotangent, one for each differentiable leaf; zeros for `None`.

        Raises
        ------
        TypeError, ValueError
            If a leaf does not fit its place, which the message names.
        """
        return [self._fitting(i, given, kind) for i, given in enumerate(self._parts(other, kind))]

    def _parts(self, other: Any, kind: str) -> list[Any]:
        found: list[Any] = []
        try:
            parts = self._spec.flatten_up_to(other)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"the {kind} of {self.name} has another structure: {error}") from error
        for leaf, part in zip(self._leaves, parts):
            found.extend(leaf.flatten_like(part, self.name, kind))
        return found

    def _fitting(self, index: int, given: Any, kind: str) -> Tensor:
        tensor = self.tensors[index]
        if given is None:
            return torch.zeros_like(tensor)
        if isinstance(given, ndarray):
            given = given._tensor
        if isinstance(given, bool | int | float | complex):
            given = torch.as_tensor(given, device=tensor.device)
        if not isinstance(given, Tensor):
            raise TypeError(f"the {kind} of {self.path(index)} is a {type(given).__name__}; wanted a tensor")
        if given.is_complex() and not tensor.is_complex():
            raise TypeError(
                f"the {kind} of {self.path(index)} is complex and the leaf itself is real: take the real part, or make "
                "the leaf complex"
            )
        if given.shape != tensor.shape:
            raise ValueError(
                f"the {kind} of {self.path(index)} has shape {tuple(given.shape)}, the leaf {tuple(tensor.shape)}"
            )
        if given.dtype != tensor.dtype:
            if given.is_floating_point() and tensor.is_floating_point() and given.ndim:
                raise TypeError(
                    f"the {kind} of {self.path(index)} has dtype {given.dtype}, the leaf {tensor.dtype}: convert it "
                    f"with .to({tensor.dtype})"
                )
            given = given.to(tensor.dtype)
        return given

    def path(self, index: int) -> str:
        """Where a differentiable leaf is, as one would write it in Python."""
        return self._paths()[index]

    def fixed_paths(self) -> list[str]:
        """Where the other leaves are, and what they are."""
        found: list[str] = []
        steps = pytree.tree_flatten_with_path(self._value, is_leaf=_is_opaque)[0]
        for leaf, (step, _) in zip(self._leaves, steps):
            if not leaf.tensors:
                found.append(f"{self.name}{pytree.keystr(step)} is {leaf.description}")
        return found

    def _paths(self) -> list[str]:
        found: list[str] = []
        steps = pytree.tree_flatten_with_path(self._value, is_leaf=_is_opaque)[0]
        for leaf, (step, _) in zip(self._leaves, steps):
            found.extend(f"{self.name}{pytree.keystr(step)}{suffix}" for suffix in leaf.suffixes())
        return found


class _Leaf:
    """A leaf that is not differentiated."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.tensors: list[Tensor] = []

    @property
    def description(self) -> str:
        if isinstance(self.value, Tensor | ndarray):
            return f"a {type(self.value).__name__} of {str(self.value.dtype).removeprefix('torch.')}"
        return "None" if self.value is None else f"a {type(self.value).__name__}"

    def with_values(self, tensors: list[Tensor], swapped: ExitStack | None) -> Any:
        return self.value

    def derivatives(self, tensors: list[Any]) -> Any:
        return None

    def flatten_like(self, part: Any, name: str, kind: str) -> list[Any]:
        return []

    def suffixes(self) -> list[str]:
        return []


class _Tensor(_Leaf):
    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.tensors = [value]

    def with_values(self, tensors: list[Tensor], swapped: ExitStack | None) -> Any:
        return tensors[0]

    def derivatives(self, tensors: list[Any]) -> Any:
        return tensors[0]

    def flatten_like(self, part: Any, name: str, kind: str) -> list[Any]:
        return [part]

    def suffixes(self) -> list[str]:
        return [""]


class _Number(_Tensor):
    def __init__(self, value: Any) -> None:
        super().__init__(value)
        double = torch.complex128 if isinstance(value, complex) else torch.float64
        self.tensors = [torch.tensor(value, dtype=double)]


class _Array(_Tensor):
    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.tensors = [value._tensor]

    def with_values(self, tensors: list[Tensor], swapped: ExitStack | None) -> Any:
        return ndarray._wrap(tensors[0])

    def derivatives(self, tensors: list[Any]) -> Any:
        return ndarray._wrap(tensors[0]) if isinstance(tensors[0], Tensor) else tensors[0]


class _Module(_Leaf):
    """The parameters of a module; derivatives are a dictionary of their names."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        named = dict(value.named_parameters())
        self._names = [name for name, tensor in named.items() if _is_smooth(tensor)]
        self.tensors = [named[name] for name in self._names]

    def with_values(self, tensors: list[Tensor], swapped: ExitStack | None) -> Any:
        if swapped is None:
            raise TypeError("a module is an argument of a function, not a result")
        swapped.enter_context(reparametrized_module(self.value, dict(zip(self._names, tensors))))
        return self.value

    def derivatives(self, tensors: list[Any]) -> Any:
        return dict(zip(self._names, tensors))

    def flatten_like(self, part: Any, name: str, kind: str) -> list[Any]:
        if part is None:
            return [None] * len(self._names)
        unknown = set(part) - set(self._names)
        if unknown:
            raise ValueError(f"the {kind} of {name} has {sorted(unknown)[0]!r}, which is no parameter of the module")
        return [part.get(parameter) for parameter in self._names]

    def suffixes(self) -> list[str]:
        return [f".{name}" for name in self._names]


class _Dataclass(_Leaf):
    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self._fields = [field.name for field in dataclasses.fields(value)]
        self._trees = [Tree(getattr(value, field), f".{field}") for field in self._fields]
        self.tensors = [tensor for tree in self._trees for tensor in tree.tensors]

    def _filled(self, parts: list[Any]) -> Any:
        # not dataclasses.replace: __post_init__ may look at values, and derivatives may be None
        filled = copy.copy(self.value)
        for field, part in zip(self._fields, parts):
            object.__setattr__(filled, field, part)
        return filled

    def _split(self, tensors: list[Any]) -> Iterator[tuple[Tree, list[Any]]]:
        rest = iter(tensors)
        for tree in self._trees:
            yield tree, [next(rest) for _ in tree.tensors]

    def with_values(self, tensors: list[Tensor], swapped: ExitStack | None) -> Any:
        return self._filled([tree.with_values(part, swapped) for tree, part in self._split(tensors)])

    def derivatives(self, tensors: list[Any]) -> Any:
        return self._filled([tree.derivatives(part) for tree, part in self._split(tensors)])

    def flatten_like(self, part: Any, name: str, kind: str) -> list[Any]:
        if part is None:
            return [None] * len(self.tensors)
        if not isinstance(part, type(self.value)):
            raise ValueError(f"the {kind} of {name} is a {type(part).__name__}; wanted a {type(self.value).__name__}")
        found: list[Any] = []
        for field, tree in zip(self._fields, self._trees):
            found.extend(tree._parts(getattr(part, field), kind))
        return found

    def suffixes(self) -> list[str]:
        return [path for tree in self._trees for path in tree._paths()]


def _leaf_of(value: Any) -> _Leaf:
    if isinstance(value, Tensor):
        return _Tensor(value) if _is_smooth(value) else _Leaf(value)
    if isinstance(value, ndarray):
        return _Array(value) if isinstance(value._tensor, Tensor) and _is_smooth(value._tensor) else _Leaf(value)
    if isinstance(value, float | complex):
        return _Number(value)
    if isinstance(value, torch.nn.Module):
        return _Module(value)
    if _is_dataclass(value):
        return _Dataclass(value)
    return _Leaf(value)


def _is_smooth(tensor: Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


def _is_dataclass(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type) and type(value) not in pytree.SUPPORTED_NODES


def _is_opaque(value: Any) -> bool:
    return isinstance(value, ndarray | torch.nn.Module) or _is_dataclass(value)


def _take(rest: Iterator[Any], leaf: _Leaf) -> list[Any]:
    return [next(rest) for _ in leaf.tensors]
