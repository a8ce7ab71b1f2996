"""The properties of `ndarray`: dtype, shape, layout, parts, and what autograd knows."""

from typing import TYPE_CHECKING, Any

import numpy
import torch

import scitorch.numpy as np  # the namespace is complete by the time a method runs
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, host

if TYPE_CHECKING:
    from scitorch.numpy.array import ndarray

__all__ = ["Properties"]


class Properties:
    """What an array is: NumPy's attributes, and autograd's under torch's names."""

    __slots__ = ()
    _tensor: torch.Tensor

    @property
    def tensor(self) -> torch.Tensor:
        return self._tensor

    @property
    def dtype(self) -> "numpy.dtype[Any]":
        return NUMPY_OF_TORCH[self._tensor.dtype]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self._tensor.shape)

    @shape.setter
    def shape(self, shape: Any) -> None:
        self._tensor = self._tensor.view(np.reshape(self, shape).shape)  # type: ignore[misc]

    @property
    def ndim(self) -> int:
        return self._tensor.ndim

    @property
    def size(self) -> int:
        return self._tensor.numel()

    @property
    def itemsize(self) -> int:
        return self._tensor.itemsize

    @property
    def nbytes(self) -> int:
        return self._tensor.numel() * self._tensor.itemsize

    @property
    def strides(self) -> tuple[int, ...]:
        size = self._tensor.itemsize
        return tuple(stride * size for stride in self._tensor.stride())

    @property
    def device(self) -> Any:
        from scitorch.numpy.attributes import Device

        return Device(self._tensor.device)

    @property
    def base(self) -> "ndarray | None":
        base = self._tensor._base
        return None if base is None else np.ndarray._wrap(base)

    @property
    def flags(self) -> Any:
        from scitorch.numpy.attributes import Flags

        return Flags(self._tensor)

    @property
    def data(self) -> memoryview:
        return host(self._tensor).data

    @property
    def ctypes(self) -> Any:
        return host(self._tensor).ctypes

    @property
    def flat(self) -> Any:
        from scitorch.numpy.attributes import flatiter

        return flatiter(self)  # type: ignore[arg-type]

    @flat.setter
    def flat(self, value: Any) -> None:
        from scitorch.numpy.attributes import flatiter

        flatiter(self)[...] = value  # type: ignore[arg-type]

    @property
    def T(self) -> "ndarray":
        tensor = self._tensor
        return np.ndarray._wrap(tensor.permute(tuple(reversed(range(tensor.ndim)))) if tensor.ndim != 2 else tensor.mT)

    @property
    def mT(self) -> "ndarray":
        if self._tensor.ndim < 2:
            raise ValueError("matrix transpose with ndim < 2 is undefined")
        return np.ndarray._wrap(self._tensor.mT)

    @property
    def real(self) -> "ndarray":
        tensor = self._tensor
        return np.ndarray._wrap(tensor.real if tensor.is_complex() else tensor)

    @real.setter
    def real(self, value: Any) -> None:
        self.real[...] = value

    @property
    def imag(self) -> "ndarray":
        tensor = self._tensor
        return np.ndarray._wrap(tensor.resolve_conj().imag if tensor.is_complex() else torch.zeros_like(tensor))

    @imag.setter
    def imag(self, value: Any) -> None:
        if not self._tensor.is_complex():
            raise TypeError("array does not have imaginary part to set")
        self.imag[...] = value

    # Autograd, under torch's names
    @property
    def requires_grad(self) -> bool:
        return self._tensor.requires_grad

    def requires_grad_(self, requires_grad: bool = True) -> "ndarray":
        """Ask autograd to record operations on this array, in place."""
        self._tensor.requires_grad_(requires_grad)
        return self  # type: ignore[return-value]

    @property
    def grad(self) -> "ndarray | None":
        return None if self._tensor.grad is None else np.ndarray._wrap(self._tensor.grad)

    def backward(self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False) -> None:
        """Accumulate gradients into the leaves, as `torch.Tensor.backward`."""
        tensor = None if gradient is None else np.asarray(gradient)._tensor
        torch.autograd.backward(self._tensor, tensor, retain_graph, create_graph)
