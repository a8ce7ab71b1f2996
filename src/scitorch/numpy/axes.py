"""Axis arguments: one integer or several, negative ones counted from the end."""

import operator
from typing import Any

from numpy.exceptions import AxisError

__all__ = ["normalize_axes", "normalize_axis"]


def normalize_axis(axis: Any, ndim: int, argument: str | None = None) -> int:
    """Return a non-negative axis; raise `AxisError` where it is out of bounds."""
    if isinstance(axis, bool):
        raise TypeError("an integer is required for the axis")
    value = operator.index(axis)
    if not -ndim <= value < ndim:
        raise AxisError(value, ndim, argument)
    return value + ndim if value < 0 else value


def normalize_axes(axis: Any, ndim: int, argument: str | None = None) -> tuple[int, ...]:
    """Return the axes meant by None (all), an integer or a tuple; raise for repeated ones."""
    if axis is None:
        return tuple(range(ndim))
    try:
        value = operator.index(axis)
    except TypeError:
        pass
    else:
        # NumPy lets axis 0 and -1 of a 0-d array mean "no axis"
        if ndim == 0 and value in (0, -1):
            return ()
        return (normalize_axis(value, ndim, argument),)
    axes = tuple(normalize_axis(a, ndim, argument) for a in axis)
    if len(set(axes)) != len(axes):
        raise ValueError(f"repeated axis in `{argument}` argument" if argument else "duplicate value in 'axis'")
    return axes
