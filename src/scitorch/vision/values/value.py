"""What all typed values have in common: tensors, and facts about them that a transform must keep true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from ...op.torch_private import pytree

__all__ = ["Spatial", "Value", "is_value"]


def _register(cls: type[Value]) -> None:
    def flatten(value: Value) -> tuple[list[Any], tuple[Any, ...]]:
        return [getattr(value, name) for name in cls.tensors], tuple(getattr(value, name) for name in cls.facts)

    def flatten_with_keys(value: Value) -> tuple[list[tuple[Any, Any]], tuple[Any, ...]]:
        children, facts = flatten(value)
        return [(pytree.GetAttrKey(name), child) for name, child in zip(cls.tensors, children)], facts

    def unflatten(children: Any, facts: Any) -> Value:
        value = object.__new__(cls)
        for name, child in zip((*cls.tensors, *cls.facts), (*children, *facts)):
            setattr(value, name, child)
        return value

    pytree.register_pytree_node(
        cls,
        flatten,
        unflatten,
        serialized_type_name=f"{cls.__module__}.{cls.__qualname__}",
        flatten_with_keys_fn=flatten_with_keys,
    )


class Value:
    """
    A typed value: one or more tensors, and facts about them.

    Values are light nodes of a pytree and not tensors: ``torch.func``, ``tree_map`` and data loaders see the tensors
    inside, and nothing intercepts the operations on them. `data` is the main tensor.

    A class of your own names its tensors in `tensors` and everything else in `facts`, and assigns both as attributes
    in its ``__init__``.
    """

    tensors: ClassVar[tuple[str, ...]] = ("data",)
    facts: ClassVar[tuple[str, ...]] = ()

    data: Tensor

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        _register(cls)

    def replace(self, **changes: Any) -> Self:
        """The same value with other tensors or facts."""
        new = object.__new__(type(self))
        for name in (*self.tensors, *self.facts):
            setattr(new, name, changes.pop(name) if name in changes else getattr(self, name))
        if changes:
            raise TypeError(f"{type(self).__name__} has no {', '.join(changes)}; it has {self._slots()}")
        return new

    def map(self, function: Any) -> Self:
        """Apply a function to each of the tensors."""
        found = ((name, getattr(self, name)) for name in self.tensors)
        return self.replace(**{name: function(x) for name, x in found if x is not None})

    def to(self, *arguments: Any, **keywords: Any) -> Self:
        """Move the tensors, or convert the main one, as ``torch.Tensor.to`` does."""
        device = keywords.get("device", next((a for a in arguments if not isinstance(a, torch.dtype)), None))
        new = self.replace(data=self.data.to(*arguments, **keywords))
        if device is None:
            return new
        device = new.data.device
        return new.map(lambda x: x.to(device))

    def detach(self) -> Self:
        """The value without its history of derivatives."""
        return self.map(Tensor.detach)

    def clone(self) -> Self:
        """A copy."""
        return self.map(Tensor.clone)

    def pin_memory(self) -> Self:
        """A copy in page-locked memory, as data loaders ask for."""
        return self.map(Tensor.pin_memory)

    @property
    def shape(self) -> torch.Size:
        """Shape of the main tensor."""
        return self.data.shape

    @property
    def dtype(self) -> torch.dtype:
        """Type of the main tensor's elements."""
        return self.data.dtype

    @property
    def device(self) -> torch.device:
        """Where the main tensor is."""
        return self.data.device

    def __repr__(self) -> str:
        facts = "".join(f", {name}={getattr(self, name)!r}" for name in self.facts if getattr(self, name) is not None)
        return f"{type(self).__name__}({tuple(self.shape)}, {str(self.dtype)[6:]}{facts})"

    def _slots(self) -> str:
        return ", ".join((*self.tensors, *self.facts))


class Spatial(Value):
    """
    A value that lives on the picture plane, and so must follow every geometric transform.

    A transform that meets a spatial value of a class without a rule raises `TypeError`: see
    `scitorch.vision.geometry_rule`.
    """

    @property
    def canvas_size(self) -> tuple[int, int]:
        """Height and width, in pixels, of the canvas that coordinates refer to."""
        return int(self.data.shape[-2]), int(self.data.shape[-1])


def is_value(x: object) -> bool:
    """Whether something is a typed value; the ``is_leaf`` of tree functions that want to see values whole."""
    return isinstance(x, Value)


def tensor(data: Any, *, at_least: int, what: str) -> Tensor:
    """A tensor of so many dimensions or more, without a copy where there is one already."""
    found = data if isinstance(data, Tensor) else torch.as_tensor(data)
    if found.dim() < at_least:
        raise ValueError(f"{what} needs at least {at_least} dimensions, not the shape {tuple(found.shape)}")
    return found


def size_of(canvas_size: Sequence[int]) -> tuple[int, int]:
    """A canvas size as a pair of integers."""
    height, width = canvas_size
    return int(height), int(width)
