"""Array types that operators take and give back besides ``torch.Tensor``.

The NumPy layer registers its ndarray here; ``numpy.ndarray`` itself is known from the start. Other types (Python
numbers, lists) become tensors, and the results are tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from torch import Tensor


@dataclass(frozen=True)
class ArrayType:
    """How an array type is read and made. ``numpy_rules`` selects NumPy's promotion over torch's."""

    to_tensor: Callable[[Any], Tensor]
    from_tensor: Callable[[Tensor], Any]
    numpy_rules: bool = True


def _from_numpy(array: Any) -> Tensor:
    array = numpy.asarray(array)
    if array.dtype.kind not in "biufc" or array.dtype.itemsize > 16 or array.dtype == numpy.longdouble:
        raise TypeError(f"a NumPy array of dtype {array.dtype} has no tensor equivalent")
    if not array.flags.writeable or any(s < 0 for s in array.strides) or not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="), order="C", copy=True)
    return torch.from_numpy(array) if array.ndim else torch.tensor(array[()])


_NUMPY = ArrayType(_from_numpy, lambda t: t.numpy(force=True) if t.ndim else t.numpy(force=True)[()])
_types: dict[type, ArrayType] = {numpy.ndarray: _NUMPY}


def register_array_type(
    cls: type,
    *,
    to_tensor: Callable[[Any], Tensor],
    from_tensor: Callable[[Tensor], Any],
    numpy_rules: bool = True,
) -> None:
    """Let every operator and composite take and return arrays of type ``cls``.

    Parameters
    ----------
    cls
        The array type; exact, subclasses are not matched.
    to_tensor, from_tensor
        Conversions that do not copy and that keep the autograd graph.
    numpy_rules
        Whether calls with such an array follow NumPy's type promotion.
    """
    _types[cls] = ArrayType(to_tensor, from_tensor, numpy_rules)


def find_array_type(value: Any) -> ArrayType | None:
    """The registered type of ``value``, if it is an array other than a tensor."""
    found = _types.get(type(value))
    if found is None and isinstance(value, numpy.generic):
        return _NUMPY
    return found


def result_type_of(values: Any) -> ArrayType | None:
    """Which array type a call with these arguments returns: registered types, then tensors, then NumPy's."""
    found: ArrayType | None = None
    has_tensor = False
    for value in values:
        if isinstance(value, Tensor):
            has_tensor = True
            continue
        candidate = find_array_type(value)
        if candidate is not None and candidate is not _NUMPY:
            return candidate
        found = found or candidate
    return None if has_tensor else found


_default: list[ArrayType | None] = [None]


@contextmanager
def arrays_by_default(example: Any) -> Iterator[None]:
    """Let what is built from numbers, lists or a shape alone be of the array type of ``example``, not of tensors."""
    _default.append(find_array_type(example))
    try:
        yield
    finally:
        _default.pop()


def default_array_type() -> ArrayType | None:
    """The array type of what is built from no array; None for tensors."""
    return _default[-1]
