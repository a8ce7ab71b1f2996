"""Labels: what is in the picture, untouched by geometry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .value import Value

__all__ = ["Label"]


class Label(Value):
    """
    A class, or the classes of several objects.

    Parameters
    ----------
    data : array_like
        Integers of any shape, or probabilities ``(..., classes)`` as mixing makes them.
    classes : sequence of str, optional
        Names of the classes.

    Examples
    --------
    >>> from scitorch.vision import Label
    >>> Label([2, 0], ("cat", "dog", "owl")).names()
    ['owl', 'cat']
    """

    facts = ("classes",)

    def __init__(self, data: Any, classes: Sequence[str] | None = None) -> None:
        self.data: Tensor = data if isinstance(data, Tensor) else torch.as_tensor(data)
        self.classes = None if classes is None else tuple(classes)

    def names(self) -> Any:
        """Names of the classes, in lists nested as the integers are."""
        if self.classes is None:
            raise ValueError("these labels know no names of their classes")
        return _named(self.data.tolist(), self.classes)

    def one_hot(self, num_classes: int | None = None) -> Label:
        """Probabilities 0 and 1 of integer labels."""
        if self.data.is_floating_point():
            return self
        if num_classes is None:
            if self.classes is None:
                raise ValueError("num_classes is needed: these labels know no names of their classes")
            num_classes = len(self.classes)
        hot = torch.nn.functional.one_hot(self.data.long(), num_classes)
        return self.replace(data=hot.to(torch.get_default_dtype()))


def _named(index: Any, classes: tuple[str, ...]) -> Any:
    return [_named(i, classes) for i in index] if isinstance(index, list) else classes[index]
