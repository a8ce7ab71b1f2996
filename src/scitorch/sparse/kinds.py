"""What an array is made of for its user: tensors, NumPy's arrays or those of the NumPy namespace, and their dtypes.

A sparse array built from one kind of array gives that kind back: its parts, its elements, its products with dense
arrays. Inside there are tensors only.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy
import torch
from torch import Tensor

from ..op.array_types import ArrayType, default_array_type, find_array_type, result_type_of

Kind = ArrayType | None  # None stands for tensors


def default_kind() -> Kind:
    """The kind of an array that is built from no array."""
    return default_array_type()


def kind_of(*values: Any) -> Kind:
    """The kind of a result of these arrays: registered types, then tensors, then NumPy's."""
    found = []
    for value in values:
        own = getattr(value, "_kind", value)
        if own is None:  # a sparse array of tensors
            return next((k for k in map(_kind, values) if k is not None and k is not _NUMPY), None)
        found.append(value)
    kinds = [k for k in map(_kind, found) if k is not None]
    if any(isinstance(v, Tensor) for v in found):
        return next((k for k in kinds if k is not _NUMPY), None)
    if not kinds:
        return default_kind()
    return next((k for k in kinds if k is not _NUMPY), _NUMPY)


def _kind(value: Any) -> Kind:
    own = getattr(value, "_kind", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    if type(value).__module__.startswith("scipy.sparse"):  # made of NumPy's arrays
        return _NUMPY
    return find_array_type(value)


_NUMPY = find_array_type(numpy.empty(0))


def is_numpy(kind: Kind) -> bool:
    """Whether a kind stands for NumPy's own arrays."""
    return kind is _NUMPY


def give(tensor: Tensor, kind: Kind) -> Any:
    """A tensor as an array of a kind."""
    return tensor if kind is None else kind.from_tensor(tensor)


def is_sparse(value: Any) -> bool:
    """Whether a value is one of this package's sparse arrays."""
    return hasattr(value, "_is_sparse")


def is_scipy(value: Any) -> bool:
    """Whether a value is one of SciPy's sparse arrays or matrices."""
    module = sys.modules.get("scipy.sparse")
    return module is not None and not is_sparse(value) and bool(module.issparse(value))


def is_dense(value: Any) -> bool:
    """Whether a value is an array of numbers, of any kind, with all its elements stored."""
    if isinstance(value, Tensor):
        return value.layout == torch.strided
    return isinstance(value, numpy.ndarray) or (
        find_array_type(value) is not None and not isinstance(value, numpy.generic)
    )


def is_scalar(value: Any) -> bool:
    """Whether a value is a number, or an array without dimensions."""
    if isinstance(value, (bool, int, float, complex, numpy.generic)):
        return True
    return is_dense(value) and value.ndim == 0


def as_tensor(value: Any, kind: Kind = None, dtype: torch.dtype | None = None) -> Tensor:
    """A tensor of an array, a list or a number. Numbers and lists take NumPy's dtypes where ``kind`` is not None.

    Raises
    ------
    TypeError
        For what holds no numbers.
    """
    if isinstance(value, Tensor):
        tensor = value
    else:
        if isinstance(value, (numpy.ndarray, numpy.generic)) and value.dtype.char in "qQ":
            value = numpy.asarray(value).view(_plain(value.dtype))  # C's long long, which torch does not know by name
        array_type = find_array_type(value)
        if array_type is not None:
            tensor = array_type.to_tensor(value)
        elif _holds_tensors(value):
            tensor = torch.stack([as_tensor(v, kind) for v in value])
        elif kind is not None:
            array = numpy.asarray(value, None if dtype is None else _HOST.get(dtype))
            if array.dtype == object:
                raise TypeError(f"not an array of numbers: {value!r:.80}")
            assert _NUMPY is not None
            tensor = _NUMPY.to_tensor(array)
        else:
            try:
                tensor = torch.as_tensor(value)
            except (TypeError, ValueError, RuntimeError) as error:
                raise TypeError(f"not an array of numbers: {error}") from error
    return tensor if dtype is None or tensor.dtype == dtype else tensor.to(dtype)


def _holds_tensors(value: Any) -> bool:
    if not isinstance(value, (list, tuple)):
        return False
    return any(
        isinstance(v, Tensor) or (is_dense(v) and not isinstance(v, numpy.ndarray)) or _holds_tensors(v) for v in value
    )


def torch_dtype(dtype: Any) -> torch.dtype:
    """torch's dtype for one of torch, of NumPy, its name or a Python type.

    Raises
    ------
    TypeError
        If no tensor holds such numbers.
    """
    if isinstance(dtype, torch.dtype):
        return dtype
    wanted = numpy.dtype(dtype)
    if wanted.kind not in "biufc" or _plain(wanted) not in _TORCH:
        raise TypeError(f"no tensor holds numbers of dtype {wanted}")
    return _TORCH[_plain(wanted)]


def _plain(dtype: numpy.dtype[Any]) -> numpy.dtype[Any]:
    """The dtype of the same numbers under its usual name and in the machine's order of bytes."""
    return numpy.dtype(bool) if dtype.kind == "b" else numpy.dtype(f"{dtype.kind}{dtype.itemsize}")


_TORCH: dict[Any, torch.dtype] = {}
for _name in ("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "float32"):
    _TORCH[numpy.dtype(_name)] = getattr(torch, _name)
for _name in ("float64", "complex64", "complex128"):
    _TORCH[numpy.dtype(_name)] = getattr(torch, _name)
_HOST = {value: key for key, value in _TORCH.items()}

#: dtypes for which SciPy's compiled routines exist
COMPILED = frozenset(_HOST) - {torch.float16}


def host_dtype(dtype: torch.dtype) -> numpy.dtype[Any] | None:
    """NumPy's dtype of the same numbers, None for bfloat16 and others that NumPy does not have."""
    return _HOST.get(dtype)


def shown_dtype(dtype: torch.dtype, kind: Kind) -> Any:
    """The dtype that the user of an array of a kind sees."""
    return dtype if kind is None else _HOST.get(dtype, dtype)


def default_float(kind: Kind) -> torch.dtype:
    """The dtype of numbers that no one said anything about."""
    return torch.float64 if kind is not None and kind.numpy_rules else torch.get_default_dtype()


def promoted(a: torch.dtype, b: torch.dtype, kind: Kind) -> torch.dtype:
    """The dtype in which numbers of two dtypes meet, by NumPy's rules or torch's."""
    if kind is not None and kind.numpy_rules and a in _HOST and b in _HOST:
        return torch_dtype(numpy.promote_types(_HOST[a], _HOST[b]))
    return torch.promote_types(a, b)


__all__ = [
    "COMPILED",
    "Kind",
    "as_tensor",
    "default_float",
    "default_kind",
    "give",
    "host_dtype",
    "is_dense",
    "is_numpy",
    "is_scalar",
    "kind_of",
    "promoted",
    "result_type_of",
    "shown_dtype",
    "torch_dtype",
]
