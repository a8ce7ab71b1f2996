"""The namespace as each version of the Array API standard defines it.

`scitorch.numpy` is NumPy 2.4's namespace and has everything the standard asks for. In the places below, though, two
versions of the standard contradict each other, or the standard contradicts NumPy; there one namespace cannot serve
both, and `array.__array_namespace__(api_version=...)` answers with a view that differs from `scitorch.numpy` in just
those functions:

- `meshgrid`, `broadcast_arrays` and `devices()` return a list until 2024.12 and a tuple from 2025.12 on;
- `linalg.eig` and `linalg.eigvals` are complex for every matrix; NumPy 2.4 returns real numbers when all imaginary
  parts happen to be zero;
- `expm1(-0 + 0j)` is ``0 + 0j``; NumPy's is ``-0 + 0j``, as the function is odd to first order;
- `argsort` leaves equal elements in their order unless told otherwise; NumPy's default is its fastest sort, which
  orders them as it happens to on each processor.

Versions before 2023.12 are not offered: there `sum`, `prod` and `linalg.trace` of float32 are float64.
"""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch

from scitorch.numpy.elementary import expm1
from scitorch.numpy.linalg.eigenvalues import complex_eig, complex_eigvals
from scitorch.numpy.namespace_info import __array_namespace_info__
from scitorch.numpy.ufunc import ufunc

__all__: list[str] = []

VERSIONS = ("2023.12", "2024.12", "2025.12")


class _View(ModuleType):
    """A module that differs from another one in a few attributes."""

    def __init__(self, module: ModuleType, replaced: dict[str, Any]) -> None:
        super().__init__(module.__name__, module.__doc__)
        self.__dict__.update({name: value for name, value in vars(module).items() if not name.startswith("_")})
        self.__dict__.update(replaced)
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_module"], name)

    def __dir__(self) -> list[str]:
        return sorted({*dir(self.__dict__["_module"]), *self.__dict__} - {"_module"})

    def __repr__(self) -> str:
        version = self.__dict__.get("__array_api_version__")
        return f"<module {self.__name__!r}{f' as of the Array API {version}' if version else ''}>"


class _InfoWithListOfDevices(__array_namespace_info__):
    """The inspection API until 2024.12."""

    __module__ = "scitorch.numpy"

    def devices(self) -> Any:
        """Return the devices arrays can be on."""
        return list(super().devices())


def _returning_list(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def listed(*arguments: Any, **keywords: Any) -> list[Any]:
        return list(function(*arguments, **keywords))

    return listed


def _expm1_with_positive_zero(x: torch.Tensor) -> torch.Tensor:
    result = expm1.kernel(x)
    # -0 + 0 is +0, and no other number changes
    return torch.complex(result.real + 0.0, result.imag) if x.is_complex() else result


_expm1 = ufunc("expm1", _expm1_with_positive_zero)


def _stable_by_default(argsort: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(argsort)
    def stable_argsort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, **keywords: Any) -> Any:
        if kind is None and keywords.get("stable") is None:
            keywords["stable"] = True
        return argsort(a, axis, kind, order, **keywords)

    return stable_argsort


def namespace(api_version: str | None) -> Any:
    """Return `scitorch.numpy`, or its view for a version of the standard."""
    found = _NAMESPACES.get(api_version)
    if found is None:
        raise ValueError(
            f"version {api_version!r} of the Array API standard is not supported; scitorch.numpy has "
            f"{', '.join(VERSIONS)}"
        )
    return found


def _view(module: ModuleType, api_version: str) -> ModuleType:
    replaced = {
        "__array_api_version__": api_version,
        "__array_namespace_info__": __array_namespace_info__,
        "argsort": _stable_by_default(module.argsort),
        "expm1": _expm1,
        "linalg": _View(module.linalg, {"eig": complex_eig, "eigvals": complex_eigvals}),
    }
    if api_version < "2025.12":
        replaced |= {
            "__array_namespace_info__": _InfoWithListOfDevices,
            "broadcast_arrays": _returning_list(module.broadcast_arrays),
            "meshgrid": _returning_list(module.meshgrid),
        }
    return _View(module, replaced)


# made once, when `scitorch.numpy` is complete, so that torch.compile sees nothing but a look-up
_NAMESPACES: dict[str | None, ModuleType] = {}


def publish(module: ModuleType) -> None:
    """Make the views of `scitorch.numpy`."""
    _NAMESPACES[None] = module
    _NAMESPACES.update({version: _view(module, version) for version in VERSIONS})
