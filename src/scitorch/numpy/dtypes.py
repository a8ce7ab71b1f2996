"""Data types: NumPy's dtype objects outside, torch's inside, and casts between them as NumPy makes them."""

import contextlib
import warnings
from typing import Any

import numpy
import torch

from scitorch.numpy.floating_errors import check_cast, holds, watching
from scitorch.op.torch_private import is_transformed, transforms_active, transforms_disabled, without_wrappers

__all__ = ["astype_tensor", "holds", "host", "numpy_dtype", "torch_dtype"]

TORCH_OF_NUMPY: dict[numpy.dtype[Any], torch.dtype] = {
    numpy.dtype(numpy.bool_): torch.bool,
    numpy.dtype(numpy.int8): torch.int8,
    numpy.dtype(numpy.int16): torch.int16,
    numpy.dtype(numpy.int32): torch.int32,
    numpy.dtype(numpy.int64): torch.int64,
    numpy.dtype(numpy.uint8): torch.uint8,
    numpy.dtype(numpy.uint16): torch.uint16,
    numpy.dtype(numpy.uint32): torch.uint32,
    numpy.dtype(numpy.uint64): torch.uint64,
    numpy.dtype(numpy.float16): torch.float16,
    numpy.dtype(numpy.float32): torch.float32,
    numpy.dtype(numpy.float64): torch.float64,
    numpy.dtype(numpy.complex64): torch.complex64,
    numpy.dtype(numpy.complex128): torch.complex128,
}
NUMPY_OF_TORCH: dict[torch.dtype, numpy.dtype[Any]] = {t: n for n, t in TORCH_OF_NUMPY.items()}
_SHARED = frozenset(dtype.char for dtype in TORCH_OF_NUMPY)  # C has several names for one type; torch takes these

# torch stores these but has few kernels for them: arithmetic goes through NumPy's own loops (`host`), movement of
# elements through a view of the same width.
SIGNED_VIEW = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}
WIDE_UNSIGNED = frozenset(SIGNED_VIEW)

FLOATING = frozenset({torch.float16, torch.float32, torch.float64})
COMPLEX = frozenset({torch.complex64, torch.complex128})
INEXACT = FLOATING | COMPLEX

_SCALAR_TYPES = {bool: torch.bool, int: torch.int64, float: torch.float64, complex: torch.complex128}
_cache: dict[Any, torch.dtype] = {}


def torch_dtype(dtype: Any) -> torch.dtype:
    """Return the torch dtype of anything NumPy accepts as a dtype (or of a torch dtype).

    Raises
    ------
    TypeError
        For dtypes that no tensor can hold: object, string, datetime, structured, extended precision.
    """
    try:
        return _cache[dtype]
    except (KeyError, TypeError):
        pass
    if isinstance(dtype, torch.dtype):
        if dtype not in NUMPY_OF_TORCH:
            raise TypeError(
                f"scitorch.numpy has no dtype for {dtype}; NumPy has none. Convert the tensor, for example with "
                ".float(), first"
            )
        result = dtype
    else:
        if isinstance(dtype, type) and issubclass(dtype, numpy.dtype):
            dtype = dtype()  # type: ignore[call-overload]  # one of the classes of numpy.dtypes
        wanted = numpy.dtype(dtype)
        native = wanted.newbyteorder("=")
        if native not in TORCH_OF_NUMPY:
            raise TypeError(
                f"dtype {wanted!r} cannot be held by scitorch.numpy arrays; they hold bool, integers of 8 to 64 bits, "
                "float16, float32, float64, complex64 and complex128"
            )
        result = TORCH_OF_NUMPY[native]
    with contextlib.suppress(TypeError):  # an unhashable way of writing a dtype is looked up every time
        _cache[dtype] = result
    return result


def numpy_dtype(dtype: torch.dtype) -> numpy.dtype[Any]:
    """Return the NumPy dtype object of a torch dtype."""
    return NUMPY_OF_TORCH[dtype]


def scalar_dtype(value: bool | int | float | complex) -> torch.dtype:
    """Return the dtype of a Python scalar that stands alone (not weak)."""
    if isinstance(value, bool):
        return torch.bool
    if isinstance(value, int):
        if -(2**63) <= value < 2**63:
            return torch.int64
        if 0 <= value < 2**64:
            return torch.uint64
        raise OverflowError(f"Python integer {value} is too large for any integer dtype of scitorch.numpy")
    return torch.float64 if isinstance(value, float) else torch.complex128


def host(tensor: torch.Tensor) -> "numpy.ndarray[Any, Any]":
    """Return the tensor's values as a NumPy array, without a copy when they are on the CPU.

    For values that carry no derivative (integers, booleans) or after the caller has refused gradients.
    """
    if transforms_active():
        tensor = tensor if tensor.is_floating_point() or tensor.is_complex() else without_wrappers(tensor)
        if is_transformed(tensor):
            raise RuntimeError("a torch.func transform follows the array: its values cannot be given to NumPy")
        with transforms_disabled():
            return tensor.detach().cpu().resolve_conj().resolve_neg().numpy()
    return tensor.detach().cpu().resolve_conj().resolve_neg().numpy()


def from_host(array: Any, device: torch.device | None = None) -> torch.Tensor:
    """Return a NumPy array (or scalar) as a tensor on `device`, sharing memory where torch can."""
    array = numpy.asarray(array)
    if array.dtype.char in _SHARED and array.dtype.isnative and array.flags.forc and array.flags.writeable:
        try:
            tensor = torch.from_numpy(array)
            return tensor if device is None else tensor.to(device)
        except ValueError:  # an axis of length one with a negative stride
            pass
    if array.dtype not in TORCH_OF_NUMPY or not array.dtype.isnative:
        array = array.astype(NUMPY_OF_TORCH[torch_dtype(array.dtype)])
    native = NUMPY_OF_TORCH[TORCH_OF_NUMPY[array.dtype]]
    if array.dtype.char != native.char:  # C has several names for one integer type; torch knows one of them
        array = array.view(native)
    if (
        not array.flags.writeable
        or any(stride < 0 for stride in array.strides)
        or any(stride % array.itemsize for stride in array.strides)
    ):
        array = array.copy()
    tensor = torch.as_tensor(array)
    return tensor if device is None else tensor.to(device)


def as_signed(tensor: torch.Tensor) -> torch.Tensor:
    """Return the tensor itself, or for wide unsigned dtypes a view of its bits as signed integers."""
    signed = SIGNED_VIEW.get(tensor.dtype)
    return tensor if signed is None else tensor.view(signed)


def as_declared(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Undo `as_signed`, only where it did something: torch's `view(dtype)` loses derivatives, same dtype or not."""
    return tensor if tensor.dtype is dtype else tensor.view(dtype)


def _unsigned_of_float(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    if dtype is not torch.uint64:
        return tensor.to(torch.int64).to(dtype)  # keeps the lowest bits
    upper = tensor >= 2.0**63  # beyond int64: less its highest bit, which is set afterwards
    bits = torch.where(upper, tensor - 2.0**63, tensor).to(torch.int64)
    return torch.where(upper, bits ^ -(2**63), bits).view(torch.uint64)


CASTINGS = ("no", "equiv", "safe", "same_kind", "unsafe")


def astype_tensor(tensor: torch.Tensor, dtype: torch.dtype, *, warn_complex: bool = True) -> torch.Tensor:
    """Cast as `ndarray.astype` does (casting="unsafe"): complex to real drops the imaginary part with a warning."""
    source = tensor.dtype
    if source is dtype:
        return tensor
    if source in COMPLEX and dtype not in COMPLEX:
        if dtype is torch.bool:
            return tensor != 0
        if warn_complex:
            warnings.warn(
                "Casting complex values to real discards the imaginary part",
                numpy.exceptions.ComplexWarning,
                stacklevel=3,
            )
        tensor = tensor.real
    if dtype in WIDE_UNSIGNED and source in FLOATING:
        # torch's float-to-unsigned conversion saturates or wraps differently from C's for negative values
        if not tensor.is_cpu or is_transformed(tensor) or torch.compiler.is_compiling():
            return _unsigned_of_float(tensor.detach(), dtype)
        return from_host(host(tensor).astype(NUMPY_OF_TORCH[dtype]), tensor.device)
    result = tensor.to(dtype)
    if watching and source in INEXACT:
        check_cast(tensor.detach(), result.detach())
    return result
