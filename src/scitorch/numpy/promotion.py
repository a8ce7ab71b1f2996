"""Which dtype comes out: NumPy's rules, asked from NumPy, with arrays of this namespace as arguments too."""

from typing import Any, cast

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import without_derivative
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, TORCH_OF_NUMPY, torch_dtype

__all__ = [
    "can_cast",
    "common_type",
    "finfo",
    "iinfo",
    "isdtype",
    "issubdtype",
    "min_scalar_type",
    "mintypecode",
    "promote_types",
    "result_type",
    "typecodes",
    "typename",
]

promote_types = numpy.promote_types
issubdtype = numpy.issubdtype
isdtype = numpy.isdtype
mintypecode = numpy.mintypecode
typename = numpy.typename

#: The characters of the dtypes that arrays can hold, by kind.
typecodes = {
    kind: "".join(c for c in codes if numpy.dtype(c) in TORCH_OF_NUMPY)
    for kind, codes in cast(dict[str, str], numpy.typecodes).items()
}


def _dtype_like(value: Any) -> Any:
    if isinstance(value, ndarray):
        return value.dtype
    if isinstance(value, torch.Tensor):
        return NUMPY_OF_TORCH[value.dtype]
    if isinstance(value, torch.dtype):
        return NUMPY_OF_TORCH[torch_dtype(value)]
    return value


@without_derivative("about dtypes")
def result_type(*arrays_and_dtypes: Any) -> "numpy.dtype[Any]":
    """Return the dtype that results from combining arrays, scalars and dtypes (NEP 50)."""
    if not arrays_and_dtypes:
        raise ValueError("at least one array or dtype is required")
    return numpy.result_type(*map(_dtype_like, arrays_and_dtypes))


def weak_result_type(*values: Any) -> torch.dtype:
    """Return the common torch dtype of values, Python scalars being weak."""
    kinds: list[Any] = [v if type(v) in (int, float, complex) else NUMPY_OF_TORCH[tensor_of(v).dtype] for v in values]
    kinds = [type(v)(0) if type(v) in (float, complex) else v for v in kinds]
    return torch_dtype(numpy.result_type(*kinds))


@without_derivative("about dtypes", "np.can_cast(np.float32, np.float64)")
def can_cast(from_: Any, to: Any, casting: str = "safe") -> bool:
    """Whether a cast between dtypes is allowed under a casting rule."""
    return numpy.can_cast(_dtype_like(from_), _dtype_like(to), casting)  # type: ignore[arg-type]


@without_derivative("about dtypes")
def common_type(*arrays: Any) -> Any:
    """Return the floating-point scalar type that holds all of the arrays."""
    return numpy.common_type(*(numpy.empty(0, NUMPY_OF_TORCH[tensor_of(a).dtype]) for a in arrays))


@without_derivative("about dtypes")
def min_scalar_type(a: Any) -> "numpy.dtype[Any]":
    """Return the smallest dtype that holds a scalar; for arrays, their dtype."""
    if isinstance(a, ndarray | torch.Tensor):
        tensor = tensor_of(a)
        if tensor.ndim:
            return NUMPY_OF_TORCH[tensor.dtype]
        a = NUMPY_OF_TORCH[tensor.dtype].type(tensor.detach().item())
    return numpy.min_scalar_type(a)


@without_derivative("about dtypes")
class finfo:
    """Machine limits of a floating-point dtype, or of the dtype of an array.

    The attributes of `numpy.finfo`; the limits are Python floats for every dtype, as the Array API wants them, and so
    never change the dtype of an expression.
    """

    def __init__(self, dtype: Any) -> None:
        self._info = numpy.finfo(_dtype_like(dtype))

    def __getattr__(self, name: str) -> Any:
        value = getattr(object.__getattribute__(self, "_info"), name)
        return float(value) if isinstance(value, numpy.floating) else value

    def __repr__(self) -> str:
        return repr(self._info)

    def __str__(self) -> str:
        return str(self._info)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self._info.dtype == other._info.dtype

    def __hash__(self) -> int:
        return hash(self._info.dtype)


@without_derivative("about dtypes")
def iinfo(type: Any) -> Any:
    """Return the limits of an integer dtype (or of an array's)."""
    return numpy.iinfo(_dtype_like(type))
