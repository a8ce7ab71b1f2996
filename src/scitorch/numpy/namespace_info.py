"""`__array_namespace_info__`: what the Array API lets code ask about the namespace."""

from typing import Any

import numpy
import torch

from scitorch.numpy.attributes import Device
from scitorch.numpy.dtypes import NUMPY_OF_TORCH

__all__ = ["__array_namespace_info__"]

_KINDS = {
    "bool": "b",
    "signed integer": "i",
    "unsigned integer": "u",
    "integral": "iu",
    "real floating": "f",
    "complex floating": "c",
    "numeric": "iufc",
}


class _Devices(tuple[Device, ...]):
    """The devices; a tuple that a list can be added to, as code written for 2024.12 of the standard does."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return [*self, *other] if isinstance(other, list) else super().__add__(other)

    def __radd__(self, other: Any) -> Any:
        return [*other, *self] if isinstance(other, list) else NotImplemented


class __array_namespace_info__:
    """Capabilities, devices and dtypes of the namespace."""

    __module__ = "scitorch.numpy"

    def capabilities(self) -> dict[str, Any]:
        """Return what the namespace can do: boolean indexing, data-dependent shapes, 64 dimensions."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> Device:
        """Return the device new arrays are on."""
        return Device(torch.get_default_device())

    def devices(self) -> tuple[Device, ...]:
        """Return the devices arrays can be on."""
        found = [Device("cpu")]
        found += [Device(f"cuda:{number}") for number in range(torch.cuda.device_count())]
        return _Devices(found)

    def default_dtypes(self, *, device: Any = None) -> dict[str, Any]:
        """Return the dtypes used where none is asked for."""
        return {
            "real floating": numpy.dtype(numpy.float64),
            "complex floating": numpy.dtype(numpy.complex128),
            "integral": numpy.dtype(numpy.int64),
            "indexing": numpy.dtype(numpy.int64),
        }

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, Any]:
        """Return the dtypes of a kind (or of several), by name."""
        if kind is None:
            letters = "".join(_KINDS.values())
        else:
            kinds = kind if isinstance(kind, tuple) else (kind,)
            unknown = [k for k in kinds if k not in _KINDS]
            if unknown:
                raise ValueError(f"unsupported kind: {unknown[0]!r}; expected one of {sorted(_KINDS)}")
            letters = "".join(_KINDS[k] for k in kinds)
        standard = (d for d in NUMPY_OF_TORCH.values() if d != numpy.float16)
        return {d.name: d for d in standard if d.kind in letters}
