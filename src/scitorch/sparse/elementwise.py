"""Functions of one variable that are zero at zero: they act on the stored values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from .kinds import COMPILED
from .planning import from_host, host_values, is_plain


def _method(name: str, function: Callable[[Tensor], Tensor]) -> Callable[..., Any]:
    ufunc = getattr(numpy, name)

    def method(self: Any) -> Any:
        source = (self.tocsr() if self.format in ("lil", "dok") else self)._canonical()
        values = source._values
        if source._kind is not None and is_plain(values):
            found = from_host(ufunc(host_values(values)))
            if found.dtype in COMPILED or found.dtype == torch.float16:
                return source._like(found)
        return source._like(function(values))

    method.__name__ = name
    method.__doc__ = f"Elementwise ``{name}``, of the stored values."
    return method


class Elementwise:
    """Elementwise functions of sparse arrays."""

    sin = _method("sin", torch.sin)
    tan = _method("tan", torch.tan)
    arcsin = _method("arcsin", torch.arcsin)
    arctan = _method("arctan", torch.arctan)
    sinh = _method("sinh", torch.sinh)
    tanh = _method("tanh", torch.tanh)
    arcsinh = _method("arcsinh", torch.arcsinh)
    arctanh = _method("arctanh", torch.arctanh)
    rint = _method("rint", torch.round)
    sign = _method("sign", torch.sgn)
    expm1 = _method("expm1", torch.expm1)
    log1p = _method("log1p", torch.log1p)
    deg2rad = _method("deg2rad", torch.deg2rad)
    rad2deg = _method("rad2deg", torch.rad2deg)
    floor = _method("floor", torch.floor)
    ceil = _method("ceil", torch.ceil)
    trunc = _method("trunc", torch.trunc)
    sqrt = _method("sqrt", torch.sqrt)

    def __abs__(self: Any) -> Any:
        return _absolute(self)

    def __round__(self: Any, ndigits: int = 0) -> Any:
        source = (self.tocsr() if self.format in ("lil", "dok") else self)._canonical()
        values = source._values
        if not values.is_floating_point():
            return source._like(values.clone())
        return source._like(torch.round(values, decimals=ndigits))

    def conjugate(self: Any, copy: bool = True) -> Any:
        """Complex conjugates of the elements."""
        if not self._values.is_complex():
            return self.copy() if copy else self
        return self._like(self._values.conj())

    def conj(self: Any, copy: bool = True) -> Any:
        """Complex conjugates of the elements."""
        return self.conjugate(copy)


_absolute = _method("absolute", torch.abs)
