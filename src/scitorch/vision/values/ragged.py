"""Values of a batch that do not stack, because their sizes differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...op.torch_private import pytree

__all__ = ["Ragged"]


class Ragged:
    """
    One value for each sample of a batch.

    Collation and transforms make it of values that do not stack, such as boxes of pictures with different numbers of
    objects.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> Any:
        return self.values[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __repr__(self) -> str:
        return f"Ragged({self.values!r})"


pytree.register_pytree_node(
    Ragged,
    lambda ragged: (ragged.values, None),
    lambda children, _: Ragged(list(children)),
    serialized_type_name="scitorch.vision.Ragged",
    flatten_with_keys_fn=lambda ragged: ([(pytree.SequenceKey(i), v) for i, v in enumerate(ragged.values)], None),
)
