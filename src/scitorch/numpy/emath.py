"""`numpy.emath`: elementary functions that answer in the complex plane where the real line has no answer.

Which dtype comes out depends on values, so these cannot be compiled or batched by torch.vmap; pass complex arguments
to the functions of the namespace there.
"""

from typing import Any

import torch

from scitorch.numpy import ufuncs
from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray

__all__ = ["arccos", "arcsin", "arctanh", "log", "log2", "log10", "logn", "power", "sqrt"]


def _complex(array: ndarray) -> ndarray:
    small = array._tensor.dtype in (torch.float16, torch.float32, torch.int8, torch.uint8, torch.int16, torch.uint16)
    return array.astype("F" if small else "D")


def _where_real(x: Any, bad: Any) -> ndarray:
    """Return x, as complex numbers if it is real and any of its values is bad."""
    array = asarray(x)
    return _complex(array) if array.dtype.kind != "c" and bool(bad(array._tensor.detach()).any()) else array


def _negative(tensor: torch.Tensor) -> torch.Tensor:
    return tensor < 0


def _outside(tensor: torch.Tensor) -> torch.Tensor:
    return (tensor > 1) | (tensor < -1)


def sqrt(x: Any) -> Any:
    """Return the principal square root; imaginary for negative numbers."""
    return ufuncs.sqrt(_where_real(x, _negative))


def log(x: Any) -> Any:
    """Return the principal natural logarithm; complex for negative numbers."""
    return ufuncs.log(_where_real(x, _negative))


def log2(x: Any) -> Any:
    """Return the principal logarithm to base 2; complex for negative numbers."""
    return ufuncs.log2(_where_real(x, _negative))


def log10(x: Any) -> Any:
    """Return the principal logarithm to base 10; complex for negative numbers."""
    return ufuncs.log10(_where_real(x, _negative))


def logn(n: Any, x: Any) -> Any:
    """Return the principal logarithm to base n."""
    return log(x) / log(n)


def power(x: Any, p: Any) -> Any:
    """Return the principal power; complex where the base is negative, and floating for negative integer exponents."""
    base, exponent = _where_real(x, _negative), asarray(p)
    if exponent.dtype.kind in "iu" and bool((exponent._tensor.detach() < 0).any()):
        exponent = exponent.astype(float)
    return ufuncs.power(base, exponent)


def arccos(x: Any) -> Any:
    """Return the principal arc cosine; complex outside [-1, 1]."""
    return ufuncs.arccos(_where_real(x, _outside))


def arcsin(x: Any) -> Any:
    """Return the principal arc sine; complex outside [-1, 1]."""
    return ufuncs.arcsin(_where_real(x, _outside))


def arctanh(x: Any) -> Any:
    """Return the principal inverse hyperbolic tangent; complex outside [-1, 1]."""
    return ufuncs.arctanh(_where_real(x, _outside))
