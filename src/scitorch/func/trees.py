"""Containers of arrays as flat lists of tensors, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from scitorch.op.array_types import find_array_type
from scitorch.op.torch_private import pytree

__all__ = ["Tree", "like_state", "paths", "tensors_of"]


@dataclass(frozen=True)
class Tree:
    """The structure of a container, with everything in it that is no tensor."""

    spec: Any
    constants: tuple[Any, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, value: Any, *, numbers: bool = False) -> tuple[Tree, list[Tensor]]:
        """Structure and tensors of a container; NumPy arrays, and Python numbers if asked for, are made tensors."""
        leaves, spec = pytree.tree_flatten(value)
        tensors: list[Tensor] = []
        places: list[int] = []
        constants: list[Any] = []
        for place, leaf in enumerate(leaves):
            found = _tensor(leaf, numbers)
            constants.append(leaf if found is None else None)
            if found is not None:
                places.append(place)
                tensors.append(found)
        return cls(spec, tuple(constants), tuple(places)), tensors

    def filled(self, tensors: Sequence[Any]) -> Any:
        """A container of this structure around these tensors."""
        leaves = list(self.constants)
        for place, tensor in zip(self.places, tensors):
            leaves[place] = tensor
        return pytree.tree_unflatten(leaves, self.spec)


def _tensor(leaf: Any, numbers: bool) -> Tensor | None:
    if isinstance(leaf, Tensor):
        return leaf
    if numbers and isinstance(leaf, bool | int | float | complex):
        return torch.tensor(leaf)
    found = find_array_type(leaf)
    return None if found is None else found.to_tensor(leaf)


def tensors_of(value: Any) -> list[Tensor]:
    """The tensors of a container, numbers included."""
    return Tree.of(value, numbers=True)[1]


def paths(value: Any) -> list[str]:
    """The leaves' places in a container, as one would write them."""
    return [pytree.keystr(path) or "the value" for path, _ in pytree.tree_flatten_with_path(value)[0]]


def like_state(name: str, before: Any, model: Sequence[Tensor], after: Any) -> list[Tensor]:
    """The tensors of a loop's next state, of the structure, shapes and dtypes of the one before.

    Raises
    ------
    TypeError
        If they differ; the message names the leaf.
    """
    tensors = tensors_of(after)
    if pytree.tree_structure(after) != pytree.tree_structure(before):
        raise TypeError(
            f"{name}: the state must keep its structure; it was {pytree.tree_structure(before)}, "
            f"the function returned {pytree.tree_structure(after)}"
        )
    for path, old, new in zip(paths(before), model, tensors):
        if old.shape != new.shape or old.dtype != new.dtype:
            raise TypeError(
                f"{name}: the state must keep its shapes and dtypes; "
                f"at {path} it was {tuple(old.shape)} of {old.dtype}, "
                f"the function returned {tuple(new.shape)} of {new.dtype}"
            )
    return tensors
