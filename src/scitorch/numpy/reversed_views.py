"""What `array[::-1]` is: NumPy gives a view with a negative stride, which torch's memory cannot express.

Here the elements are copied, and the array remembers where from: it is read again after its origin has changed, and
what is written into it is written into its origin as well. Under `torch.compile` and in transforms, where tensors
have no version to compare, it is a plain copy.
"""

from collections.abc import Callable
from types import EllipsisType
from typing import Any

import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.memory import transformed

__all__ = ["ReversedView", "memory_of", "origin_of", "reverses"]

_BASIC = (int, slice, type(None), EllipsisType)
_IN_PLACE = "add sub mul truediv floordiv mod pow matmul lshift rshift and or xor"


def reverses(key: Any) -> bool:
    """Whether a key selects a view in NumPy, and one with a negative stride."""
    items = key if type(key) is tuple else (key,)
    return any(type(item) is slice and _is_negative(item.step) for item in items) and all(
        isinstance(item, _BASIC) and not isinstance(item, bool) for item in items
    )


def _is_negative(step: Any) -> bool:
    return step is not None and step < 0


def memory_of(value: Any) -> Any:
    """Return a NumPy view of the memory of a CPU array: that of its origin, for a reversed view."""
    if isinstance(value, ReversedView):
        return memory_of(value._origin)[value._key]
    return tensor_of(value).detach().numpy()


def origin_of(value: Any) -> Any:
    """Return the array that the chain of reversed views begins with."""
    while isinstance(value, ReversedView):
        value = value._origin
    return value


class ReversedView(ndarray):
    """An array that holds what its origin holds under a key."""

    __slots__ = ("_copy", "_key", "_origin", "_source", "_version")
    __module__ = "scitorch.numpy"

    _copy: torch.Tensor
    _key: Any
    _origin: ndarray
    _source: torch.Tensor
    _version: int

    @classmethod
    def made(cls, origin: ndarray, key: Any, copy: torch.Tensor) -> ndarray:
        """Return the array; a plain one where changes cannot be followed."""
        if transformed():
            return ndarray._wrap(copy)
        array = object.__new__(cls)
        array._origin, array._key, array._copy = origin, key, copy
        array._note()
        return array

    def _note(self) -> None:
        self._source = self._origin._tensor
        self._version = self._source._version

    @property
    def _tensor(self) -> torch.Tensor:  # type: ignore[override]
        source = self._origin._tensor
        if source is not self._source or source._version != self._version:
            self._copy = indexing.get(source, self._key)
            self._note()
        return self._copy

    @_tensor.setter
    def _tensor(self, values: torch.Tensor) -> None:
        if values.shape != self._copy.shape:
            raise AttributeError(
                "Incompatible shape for in-place modification: a reversed view has no memory of its own; "
                "use `.reshape()` or `.copy()` first"
            )
        self._copy = values
        self._written()

    def _written(self) -> None:
        self._origin[self._key] = ndarray._wrap(self._copy)
        self._note()

    def __getitem__(self, key: Any) -> ndarray:
        result = super().__getitem__(key)
        items = key if type(key) is tuple else (key,)
        view = all(isinstance(item, _BASIC) and not isinstance(item, bool) for item in items)
        element = result.ndim == 0 and Ellipsis not in items
        return ReversedView.made(self, key, result._tensor) if view and not element else result

    def __setitem__(self, key: Any, value: Any) -> None:
        indexing.assign(self, key, value)

    def __reduce__(self) -> Any:
        return ndarray._wrap(self._tensor).__reduce__()


def _writing(update: Callable[[ndarray, Any], Any]) -> Callable[[ndarray, Any], Any]:
    def update_origin(self: Any, other: Any) -> Any:
        before = self._tensor
        result = update(self, other)
        if result is self and self._copy is before:  # else the setter has written
            self._written()
        return result

    return update_origin


for _name in _IN_PLACE.split():
    setattr(ReversedView, f"__i{_name}__", _writing(getattr(ndarray, f"__i{_name}__")))

from scitorch.numpy import indexing  # noqa: E402  it needs `ndarray`, which needs this module when it is indexed
