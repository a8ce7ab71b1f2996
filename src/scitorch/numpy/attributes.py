"""Small objects that `ndarray` attributes return: device, flags and the flat iterator."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy
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


def _flat_key(key: Any, n: int) -> Any:
    """Return a key for the flattened array, or raise what NumPy raises for one that a flat iterator does not take."""
    if isinstance(key, tuple):
        if len(key) > 1:
            raise IndexError(
                f"too many indices for flat iterator: flat iterator is 1-dimensional, but {len(key)} were indexed"
            )
        key = key[0] if key else Ellipsis
    if key is None or isinstance(key, str | bytes | float | complex):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`) and integer or boolean arrays are valid indices"
        )
    if isinstance(key, bool | numpy.bool_):
        warnings.warn(
            "a 0-dimensional boolean index of a flat iterator is deprecated; index with an integer or an array",
            DeprecationWarning,
            stacklevel=3,
        )
        return slice(0, int(key))
    if isinstance(key, list) and key:
        if all(isinstance(item, bool | numpy.bool_) for item in key):
            raise IndexError("boolean indices for iterators are not supported; use a boolean array")
        if any(isinstance(item, float) for item in key):
            warnings.warn(
                "Invalid non-array indices for iterator objects are deprecated; use integers",
                DeprecationWarning,
                stacklevel=3,
            )
        return tensor_of(key).long()
    if isinstance(key, ndarray) and key._tensor.dtype is torch.bool and key.shape != (n,):
        raise IndexError(
            f"boolean index did not match indexed flat iterator along axis 0; size of axis is {n} but size of "
            f"corresponding boolean axis is {key.size}"
        )
    return key


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
        result = indexing.get(flat, _flat_key(key, flat.numel()))
        return ndarray._wrap(result.clone())

    def __setitem__(self, key: Any, value: Any) -> None:
        tensor = self._array._tensor
        if isinstance(key, tuple) and len(key) == 0:
            raise IndexError("Assigning to a flat iterator with a 0-D index is not supported")
        where = _flat_key(key, tensor.numel())
        if isinstance(where, slice):
            chosen = range(tensor.numel())[where]
            # torch refuses an empty range whose bounds lie the wrong way round
            bounds = (chosen.start, chosen.stop, chosen.step) if chosen else (0, 0)
            places = torch.arange(*bounds, device=tensor.device)
        else:
            places = indexing.get(torch.arange(tensor.numel(), device=tensor.device), where).reshape(-1)
        values = tensor_of(value, tensor.dtype).reshape(-1)
        if places.numel() == 0:
            return
        if values.numel() == 0:
            raise ValueError("Error setting single item of array.")
        # NumPy repeats the values as often as needed
        repeats = -(-places.numel() // values.numel())
        values = values.repeat(repeats)[: places.numel()]
        indexing.assign(self._array, tuple(torch.unravel_index(places, tensor.shape)) or Ellipsis, values)

    def __delitem__(self, key: Any) -> None:
        raise TypeError("Cannot delete iterator elements")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self._array.reshape(-1).__array__(dtype, copy)

    def copy(self) -> ndarray:
        """Return a one-dimensional copy."""
        return self._array.flatten()

    def __eq__(self, other: object) -> Any:
        return self._array.reshape(-1) == (other.copy() if isinstance(other, flatiter) else other)

    __hash__ = None  # type: ignore[assignment]
