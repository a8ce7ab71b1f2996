"""Small objects that `ndarray` attributes return: device, flags and the flat iterator."""

from collections.abc import Iterator
from typing import Any

import torch

from scitorch.numpy import indexing
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of

__all__ = ["Device", "Flags", "flatiter"]


class Device(str):
    """The name of a torch device; equal to the string, as code for NumPy's `device == "cpu"` expects."""

    __slots__ = ()

    def __new__(cls, device: Any) -> "Device":
        return super().__new__(cls, str(torch.device(device)))

    @property
    def type(self) -> str:
        return torch.device(str(self)).type


class Flags:
    """Memory layout of an array, with NumPy's names."""

    __slots__ = ("_tensor",)

    def __init__(self, tensor: torch.Tensor) -> None:
        self._tensor = tensor

    @property
    def c_contiguous(self) -> bool:
        return self._tensor.is_contiguous()

    @property
    def f_contiguous(self) -> bool:
        tensor = self._tensor
        return tensor.permute(tuple(reversed(range(tensor.ndim)))).is_contiguous()

    contiguous = c_contiguous

    @property
    def forc(self) -> bool:
        return self.c_contiguous or self.f_contiguous

    @property
    def fnc(self) -> bool:
        return self.f_contiguous and not self.c_contiguous

    @property
    def owndata(self) -> bool:
        return not self._tensor._is_view()

    @property
    def writeable(self) -> bool:
        return True

    @writeable.setter
    def writeable(self, value: bool) -> None:
        if not value:
            raise ValueError("scitorch.numpy arrays cannot be made read-only")

    aligned = property(lambda self: True)
    writebackifcopy = property(lambda self: False)
    behaved = property(lambda self: True)
    carray = c_contiguous

    def __getitem__(self, name: str) -> bool:
        short = {"C": "c_contiguous", "F": "f_contiguous", "W": "writeable", "O": "owndata", "A": "aligned"}
        try:
            return getattr(self, short.get(name, name.lower()))  # type: ignore[no-any-return]
        except AttributeError:
            raise KeyError("Unknown flag") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Flags) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        names = ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA", "WRITEABLE", "ALIGNED", "WRITEBACKIFCOPY")
        return "".join(f"  {name} : {self[name]}\n" for name in names)


class flatiter:
    """One-dimensional access to an array in C order; writes go into the array."""

    __slots__ = ("_array", "_position")

    def __init__(self, array: ndarray) -> None:
        self._array = array
        self._position = 0

    @property
    def base(self) -> ndarray:
        return self._array

    @property
    def index(self) -> int:
        return self._position

    @property
    def coords(self) -> tuple[int, ...]:
        place, coordinates = self._position, []
        for n in reversed(self._array.shape):
            place, remainder = divmod(place, n)
            coordinates.append(remainder)
        return tuple(reversed(coordinates))

    def __len__(self) -> int:
        return self._array.size

    def __iter__(self) -> Iterator[ndarray]:
        self._position = 0
        return self

    def __next__(self) -> ndarray:
        if self._position >= self._array.size:
            raise StopIteration
        self._position += 1
        return self[self._position - 1]

    def __getitem__(self, key: Any) -> ndarray:
        flat = self._array._tensor.reshape(-1)
        result = indexing.get(flat, key)
        return ndarray._wrap(result if result.ndim == 0 else result.clone())

    def __setitem__(self, key: Any, value: Any) -> None:
        tensor = self._array._tensor
        places = indexing.get(torch.arange(tensor.numel(), device=tensor.device), key).reshape(-1)
        values = tensor_of(value, tensor.dtype).reshape(-1)
        if places.numel() == 0:
            return
        if values.numel() == 0:
            raise ValueError("Error setting single item of array.")
        # NumPy repeats the values as often as needed
        repeats = -(-places.numel() // values.numel())
        values = values.repeat(repeats)[: places.numel()]
        indexing.assign(self._array, tuple(torch.unravel_index(places, tensor.shape)) or Ellipsis, values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self._array.reshape(-1).__array__(dtype, copy)

    def copy(self) -> ndarray:
        """Return a one-dimensional copy."""
        return self._array.flatten()

    def __eq__(self, other: object) -> Any:
        return self._array.reshape(-1) == (other.copy() if isinstance(other, flatiter) else other)

    __hash__ = None  # type: ignore[assignment]
