"""From anything array-like to a tensor, keeping gradients where there are some."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import (
    NUMPY_OF_TORCH,
    TORCH_OF_NUMPY,
    astype_tensor,
    from_host,
    host,
    scalar_dtype,
    torch_dtype,
)
from scitorch.numpy.memory import views
from scitorch.numpy.routine import routine

__all__ = [
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "asfortranarray",
    "astype",
    "from_dlpack",
]

_PLAIN = frozenset({bool, int, float, complex})


def tensor_of(value: Any, dtype: torch.dtype | None = None) -> torch.Tensor:
    """Return the tensor of an array-like, without a copy where possible.

    Parameters
    ----------
    value : array_like
        ndarray, Tensor, NumPy array or scalar, Python number, nested sequence, or anything NumPy can convert.
    dtype : torch.dtype, optional
        The dtype wanted; the value's own by default.

    Raises
    ------
    ValueError
        For a ragged nested sequence.
    TypeError
        For values that no tensor can hold.
    """
    kind = type(value)
    if kind is ndarray:
        tensor = value._tensor
    elif isinstance(value, torch.Tensor):
        if value.dtype not in NUMPY_OF_TORCH:
            torch_dtype(value.dtype)  # raises, with the reason
        if value.layout is not torch.strided:
            raise TypeError(f"expected a dense tensor, got layout {value.layout}; call .to_dense() first")
        tensor = value
    elif kind in _PLAIN:
        if dtype is None:
            dtype = scalar_dtype(value)
        return _scalar(value, dtype)
    elif isinstance(value, ndarray):
        tensor = value._tensor
    elif isinstance(value, list | tuple) and _holds_arrays(value):
        seen = _seen(value)
        tensor = _stack(value) if seen is None else from_host(numpy.array(seen))
    elif isinstance(value, numpy.ndarray | numpy.generic):
        tensor = from_host(value)
    else:
        tensor = _from_object(value, dtype)
    if dtype is not None and tensor.dtype is not dtype:
        tensor = astype_tensor(tensor, dtype)
    return tensor


def _scalar(value: Any, dtype: torch.dtype) -> torch.Tensor:
    if dtype.is_complex or dtype.is_floating_point:
        if isinstance(value, complex) and not dtype.is_complex:
            raise TypeError(f"float() argument must be a string or a real number, not '{type(value).__name__}'")
        return torch.tensor(value, dtype=dtype)
    # NumPy's own conversion raises its own errors for integers out of bounds, nan and infinity
    return from_host(numpy.array(value, dtype=NUMPY_OF_TORCH[dtype]))


def _from_object(value: Any, dtype: torch.dtype | None) -> torch.Tensor:
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        return torch.from_dlpack(value)  # type: ignore[attr-defined]
    if hasattr(value, "__array__") and not isinstance(value, type):
        # asked directly, because NumPy would not accept an array of this namespace as the answer
        answer = value.__array__()
        if isinstance(answer, ndarray):
            return answer._tensor
    converted = numpy.asarray(value, dtype=None if dtype is None else NUMPY_OF_TORCH[dtype])
    if converted.dtype.newbyteorder("=") not in TORCH_OF_NUMPY:
        what = "object" if converted.dtype == object else str(converted.dtype)
        raise TypeError(
            f"scitorch.numpy arrays hold numbers only; {type(value).__name__} {value!r:.80} would become an array of "
            f"dtype {what}. Use NumPy itself for such data"
        )
    # NumPy made this array for us: no one else can see it, except where it only wrapped a buffer
    return from_host(converted)


def _holds_arrays(values: Sequence[Any]) -> bool:
    """Whether a nested sequence holds ndarrays or tensors, so that NumPy must not be asked to convert it."""
    kinds = set(map(type, values))
    if kinds <= _PLAIN:
        return False
    if any(issubclass(kind, ndarray | torch.Tensor) for kind in kinds):
        return True
    if any(issubclass(kind, list | tuple) for kind in kinds):
        return any(isinstance(item, list | tuple) and _holds_arrays(item) for item in values)
    return False


def _seen(values: Sequence[Any]) -> list[Any] | None:
    """The nested sequence with NumPy's view of each array's memory, or None where one is not to be looked at."""
    found: list[Any] = []
    for item in values:
        kind = type(item)
        if kind in _PLAIN:
            found.append(item)
            continue
        tensor = item._tensor if isinstance(item, ndarray) else item
        if isinstance(tensor, torch.Tensor):
            seen = views(tensor) if tensor.dtype in NUMPY_OF_TORCH else None
        else:
            seen = (_seen(item),) if kind in (list, tuple) else None
        if seen is None or seen[0] is None:
            return None
        found.append(seen[0])
    return found


def _stack(values: Sequence[Any]) -> torch.Tensor:
    parts = [tensor_of(item) for item in values]
    shapes = {tuple(part.shape) for part in parts}
    if len(shapes) > 1:
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 "
            f"dimensions: the elements have shapes {sorted(shapes)}"
        )
    wanted = {part.dtype for part in parts}
    if len(wanted) > 1:
        common = TORCH_OF_NUMPY[numpy.result_type(*(NUMPY_OF_TORCH[dtype] for dtype in wanted))]
        parts = [part.to(common) for part in parts]
    return torch.stack(parts)


@differentiable("np.array([x[0], s, 2.5])", "np.array([[x, y], [y, w]])", "np.array(m, copy=True, ndmin=3)")
@routine
def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: str | None = "K",
    subok: bool = False,
    ndmin: int = 0,
    ndmax: int = 0,
    like: Any = None,
    device: Any = None,
) -> ndarray:
    """Create an array from an array-like, copying by default.

    Parameters
    ----------
    object : array_like
    dtype : dtype, optional
    copy : bool or None, optional
        True copies, None copies only where necessary, False raises where a copy would be needed.
    order : {"K", "A", "C", "F"}, optional
        Memory layout; values are the same for all of them.
    subok, like
        Accepted for compatibility; there are no subclasses.
    ndmin : int, optional
        Ones are prepended to the shape up to this number of dimensions.
    ndmax : int, optional
        The most dimensions that the array may have; 0 is no limit.
    device : optional
        A torch device or its name.

    Returns
    -------
    ndarray
        The derivative of a copy is the identity: gradients reach the original.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> np.array([1, 2, 3]) / 2
    array([0.5, 1. , 1.5])
    """
    if isinstance(copy, numpy._CopyMode):
        copy = {numpy._CopyMode.ALWAYS: True, numpy._CopyMode.IF_NEEDED: None, numpy._CopyMode.NEVER: False}[copy]
    if isinstance(copy, str):
        raise ValueError("strings are not allowed for 'copy' keyword. Use True/False/None instead.")
    wanted = None if dtype is None else torch_dtype(dtype)
    source = object._tensor if isinstance(object, ndarray) else object
    if hasattr(object, "__array__") and not isinstance(object, ndarray | torch.Tensor | numpy.ndarray | numpy.generic):
        answer = _answer(object, wanted, copy)
        if answer is not None:  # which has copied or not as it was told
            object, source, copy = answer, answer._tensor, None
    tensor = tensor_of(source, wanted)
    if device is not None and tensor.device != torch.device(device):
        tensor = tensor.to(device)
    if order not in ("K", "A", "C", "F", None, "k", "a", "c", "f"):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got '{order}')")
    given = tensor
    if order in ("F", "f") and tensor.ndim > 1:
        tensor = _fortran(tensor)
    elif order in ("C", "c") and not tensor.is_contiguous():
        tensor = tensor.contiguous()
    shares = _may_share(source, given) and tensor.stride() == given.stride()
    if copy and shares:
        tensor = tensor.clone()
    elif copy is False and not shares:
        raise ValueError(
            "Unable to avoid copy while creating an array as requested.\n"
            "If using `np.array(obj, copy=False)` replace it with `np.asarray(obj)` to allow a copy when needed "
            "(no behavior change in NumPy 1.x)."
        )
    if not 0 <= ndmax <= 64:
        raise ValueError("ndmax must be in the range [0, NPY_MAXDIMS (64)]")
    if ndmax and ndmin > ndmax:
        raise ValueError("ndmin must be <= ndmax")
    if ndmax and tensor.ndim > ndmax:
        raise ValueError(
            "setting an array element with a sequence. The requested array would exceed the maximum number of "
            f"dimension of {ndmax}."
        )
    if tensor is source and isinstance(object, ndarray) and copy is None and tensor.ndim >= ndmin:
        return object
    while tensor.ndim < ndmin:
        tensor = tensor.unsqueeze(0)
    return ndarray._array(tensor)


def _answer(value: Any, dtype: torch.dtype | None, copy: bool | None) -> ndarray | None:
    """Ask an object for its array; None if it makes one of NumPy's."""
    if isinstance(value, type):
        return None
    keywords = {} if copy is None else {"copy": bool(copy)}
    try:
        answer = value.__array__(*(() if dtype is None else (NUMPY_OF_TORCH[dtype],)), **keywords)
    except TypeError as error:
        if "copy" not in str(error):
            raise
        warnings.warn(
            "__array__ implementation doesn't accept a copy keyword, so passing copy=False failed. __array__ must "
            "implement 'dtype' and 'copy' keyword arguments.",
            DeprecationWarning,
            stacklevel=3,
        )
        answer = value.__array__()
        if isinstance(answer, ndarray):
            return array(answer, copy=copy)
    return answer if isinstance(answer, ndarray) else None


def _fortran(tensor: torch.Tensor) -> torch.Tensor:
    axes = tuple(reversed(range(tensor.ndim)))
    return tensor.permute(axes).contiguous().permute(axes)


def _may_share(source: Any, tensor: torch.Tensor) -> bool:
    if source is tensor:
        return True
    if isinstance(source, bool | int | float | complex | list | tuple | range):
        return False
    if isinstance(source, torch.Tensor):
        return tensor.dtype is source.dtype and tensor.device == source.device
    if isinstance(source, numpy.generic):
        return False
    if isinstance(source, numpy.ndarray):
        if tensor.device.type != "cpu":
            return False
        try:
            return numpy.may_share_memory(source, host(tensor))
        except RuntimeError:  # inside a transform there is no memory to look at
            return True
    return True


@differentiable("np.asarray(x)", "np.asarray([s, x[1]])")
@routine
def asarray(
    a: Any,
    dtype: Any = None,
    order: str | None = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    like: Any = None,
) -> ndarray:
    """Convert to an array without copying where possible; `asarray(tensor)` never copies and keeps autograd."""
    if isinstance(a, ndarray) and dtype is None and copy is None and device is None and order is None:
        return a
    return array(a, dtype, copy=copy, order=order or "K", device=device)


asanyarray = asarray


@differentiable("np.ascontiguousarray(m.T)")
@routine
def ascontiguousarray(a: Any, dtype: Any = None, *, like: Any = None) -> ndarray:
    """Return a C-contiguous array of at least one dimension."""
    return array(a, dtype, copy=None, order="C", ndmin=1)


@differentiable("np.asfortranarray(m)")
@routine
def asfortranarray(a: Any, dtype: Any = None, *, like: Any = None) -> ndarray:
    """Return an array laid out in column-major order."""
    return array(a, dtype, copy=None, order="F", ndmin=1)


@without_derivative(
    "shares memory with another library; a tracked array is refused there",
    "np.from_dlpack(np.arange(3))",
)
@routine
def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> ndarray:
    """Create an array from an object with `__dlpack__`, sharing memory unless a copy is asked for."""
    if isinstance(x, ndarray):
        x = x._tensor
    keywords = {} if device is None else {"device": device}
    return ndarray._wrap(torch.from_dlpack(x, copy=copy, **keywords))  # type: ignore[attr-defined]


@differentiable("np.astype(x, complex)")
def astype(
    x: Any,
    dtype: Any,
    order: str = "K",
    casting: str = "unsafe",
    subok: bool = True,
    copy: bool = True,
    *,
    device: Any = None,
) -> ndarray:
    """Return an array cast to a dtype.

    Parameters
    ----------
    x : array_like
    dtype : dtype
    order, subok
        Accepted for compatibility.
    casting : {"no", "equiv", "safe", "same_kind", "unsafe"}
        What may be lost, by `numpy.can_cast`.
    copy : bool
        False returns `x` itself where nothing changes.
    device : optional
        Move the result there.

    Raises
    ------
    TypeError
        Where `casting` does not allow the cast.
    """
    if not isinstance(x, ndarray | torch.Tensor | numpy.ndarray | numpy.generic):
        raise TypeError(f"Input should be a NumPy array. It is a {type(x).__name__} instead.")
    source = asarray(x)
    tensor = source._tensor
    wanted = torch_dtype(dtype)
    if casting != "unsafe" and not numpy.can_cast(source.dtype, NUMPY_OF_TORCH[wanted], casting):  # type: ignore[arg-type]
        raise TypeError(
            f"Cannot cast array data from {source.dtype!r} to {NUMPY_OF_TORCH[wanted]!r} according to the rule "
            f"'{casting}'"
        )
    result = astype_tensor(tensor, wanted)
    if device is not None:
        result = result.to(str(device))
    if result is tensor:
        return ndarray._wrap(tensor.clone()) if copy else source
    return ndarray._wrap(result)


@without_derivative("NumPy's arrays hold no gradients; a tracked array is refused")
def to_numpy(x: Any) -> "numpy.ndarray[Any, Any]":
    """Return the values as a real NumPy array; raise where a gradient would be lost."""
    return numpy.asarray(x if not isinstance(x, torch.Tensor) else ndarray._wrap(x))
