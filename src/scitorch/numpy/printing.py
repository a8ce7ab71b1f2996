"""Printing: the values are handed to NumPy's own formatter, so the options of `set_printoptions` apply."""

from typing import Any

import numpy
from numpy import (
    base_repr,
    binary_repr,
    format_float_positional,
    format_float_scientific,
    get_printoptions,
    printoptions,
    set_printoptions,
)

from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import without_derivative
from scitorch.numpy.dtypes import host

__all__ = [
    "array2string",
    "array_repr",
    "array_str",
    "base_repr",
    "binary_repr",
    "format_float_positional",
    "format_float_scientific",
    "get_printoptions",
    "printoptions",
    "set_printoptions",
]


@without_derivative("returns text")
def array2string(a: Any, *arguments: Any, **keywords: Any) -> str:
    """Return a string of an array's values, with the arguments of `numpy.array2string`."""
    return numpy.array2string(host(tensor_of(a)), *arguments, **keywords)


@without_derivative("returns text")
def array_repr(arr: Any, max_line_width: Any = None, precision: Any = None, suppress_small: Any = None) -> str:
    """Return the representation of an array; one of no dimensions reads as a NumPy scalar."""
    values = host(tensor_of(arr))
    if values.ndim == 0:
        return repr(values[()])
    return numpy.array_repr(values, max_line_width, precision, suppress_small)


@without_derivative("returns text")
def array_str(a: Any, max_line_width: Any = None, precision: Any = None, suppress_small: Any = None) -> str:
    """Return the data of an array as a string."""
    values = host(tensor_of(a))
    if values.ndim == 0:
        return str(values[()])
    return numpy.array_str(values, max_line_width, precision, suppress_small)
