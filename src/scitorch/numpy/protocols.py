"""What `ndarray` becomes: Python scalars, arrays of other libraries and of other dtypes."""

import operator
from typing import TYPE_CHECKING, Any

import numpy
import torch

import scitorch.numpy as np  # the namespace is complete by the time a method runs
from scitorch.numpy.dtypes import astype_tensor, host
from scitorch.numpy.gradient_loss import keep_from_numpy, keep_from_scipy

if TYPE_CHECKING:
    from scitorch.numpy.array import ndarray

__all__ = ["Protocols"]


class Protocols:
    """Conversions, and the protocols by which Python, NumPy, torch and the Array API ask for them."""

    __slots__ = ()
    _tensor: torch.Tensor

    def item(self, *index: Any) -> Any:
        """Return one element as a Python scalar."""
        keep_from_scipy(self._tensor)
        tensor = self._tensor.detach()
        if not index:
            if tensor.numel() != 1:
                raise ValueError("can only convert an array of size 1 to a Python scalar")
            return tensor.item()
        place = index[0] if len(index) == 1 else index
        if isinstance(place, tuple):
            if len(place) != tensor.ndim:
                raise ValueError("incorrect number of indices for array")
            return tensor[tuple(operator.index(i) for i in place)].item()
        return tensor.reshape(-1)[operator.index(place)].item()

    def tolist(self) -> Any:
        """Return nested lists of Python scalars."""
        keep_from_scipy(self._tensor)
        return self._tensor.detach().tolist()

    def _scalar(self) -> torch.Tensor:
        if self._tensor.ndim != 0:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return self._tensor

    def __bool__(self) -> bool:
        if self._tensor.numel() != 1:
            if self._tensor.numel() == 0:
                raise ValueError("The truth value of an empty array is ambiguous. Use `array.size > 0` to check.")
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
            )
        return bool(self._tensor)

    def __int__(self) -> int:
        keep_from_scipy(self._tensor)
        return int(self._scalar().detach().item().real)

    def __float__(self) -> float:
        tensor = self._scalar()
        keep_from_scipy(tensor)
        if tensor.is_complex():
            tensor = astype_tensor(tensor, tensor.real.dtype)
        return float(tensor)

    def __complex__(self) -> complex:
        keep_from_scipy(self._tensor)
        return complex(self._scalar().detach().item())

    def __index__(self) -> int:
        tensor = self._tensor
        if tensor.ndim != 0 or tensor.is_floating_point() or tensor.is_complex() or tensor.dtype is torch.bool:
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return int(tensor.item())

    def __round__(self, ndigits: int | None = None) -> Any:
        if ndigits is None and self._tensor.ndim == 0:
            return round(self.item())
        return np.round(self, 0 if ndigits is None else ndigits)

    def __hash__(self) -> int:
        if self._tensor.ndim != 0:
            raise TypeError("unhashable type: 'ndarray'")
        return hash(self._tensor.item())

    def __format__(self, spec: str) -> str:
        if self._tensor.ndim == 0:
            return format(numpy.asarray(host(self._tensor))[()], spec)
        if spec:
            raise TypeError("unsupported format string passed to numpy.ndarray.__format__")
        return str(self)

    def __repr__(self) -> str:
        return np.array_repr(self)

    def __str__(self) -> str:
        return np.array_str(self)

    # Other libraries
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> "numpy.ndarray[Any, Any]":
        keep_from_numpy(self._tensor)
        values = host(self._tensor)
        if copy is False and (self._tensor.device.type != "cpu" or (dtype is not None and values.dtype != dtype)):
            raise ValueError("Unable to avoid copy while creating an array as requested.")
        if dtype is not None and values.dtype != dtype:
            return values.astype(dtype)
        return values.copy() if copy else values

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        from scitorch.numpy import interoperability

        return interoperability.array_ufunc(ufunc, method, inputs, keywords)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from scitorch.numpy import interoperability

        return interoperability.array_function(func, types, args, kwargs)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        from scitorch.numpy import interoperability

        return interoperability.torch_function(func, args, kwargs)

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        from scitorch.numpy import standard

        return standard.namespace(api_version)

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
    ) -> Any:
        tensor = self._tensor
        if tensor.is_conj() or tensor.is_neg():  # flags of torch that the protocol cannot express
            if copy is False:
                raise BufferError("a conjugated or negated view cannot be exported without a copy")
            tensor = tensor.resolve_conj().resolve_neg()
        return tensor.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self) -> Any:
        return self._tensor.__dlpack_device__()

    def to_device(self, device: Any, /, *, stream: Any = None) -> "ndarray":
        """Return the array on another device."""
        if stream is not None:
            raise ValueError("The stream argument in to_device() is not supported")
        moved = self._tensor.to(str(device))
        return self if moved is self._tensor else np.ndarray._wrap(moved)  # type: ignore[return-value]

    def astype(
        self,
        dtype: Any,
        order: str = "K",
        casting: str = "unsafe",
        subok: bool = True,
        copy: bool = True,
        *,
        device: Any = None,
    ) -> "ndarray":
        """Return a copy cast to a dtype; `copy=False` returns the array itself where nothing changes."""
        return np.conversion.astype(self, dtype, order, casting, subok, copy, device=device)

    def copy(self, order: str = "C") -> "ndarray":
        """Return a copy."""
        return np.array(self, order=order if order != "A" else "K")
