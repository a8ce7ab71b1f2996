"""What makes the package a backend of :mod:`scipy.fft`: its transforms, found by name through SciPy's protocol.

With ``scipy.fft.set_backend(scitorch.fft)`` or ``set_global_backend``, calls of SciPy's transforms, also those that
other libraries make, come here. Tensors and scitorch arrays are then transformed with their gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy

from ..op.registry import find

#: Where SciPy looks for its backends.
DOMAIN = "numpy.scipy.fft"


def dispatch(method: Callable[..., Any], args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
    """Answer a call of one of SciPy's transforms.

    Parameters
    ----------
    method
        The function of :mod:`scipy.fft` that was called.
    args, kwargs
        Its arguments.

    Returns
    -------
    The result in the caller's array type, or ``NotImplemented``, upon which SciPy asks its next backend: for functions
    that are not transforms of this package, for plans, and for NumPy arrays of numbers that no tensor holds.
    """
    try:
        transform = find(f"fft.{method.__name__}")
    except KeyError:
        return NotImplemented
    args = tuple(args)
    if kwargs.get("plan") is not None or any(_has_no_tensor(x) for x in (*args, *kwargs.values())):
        return NotImplemented
    return transform.function(*args, **kwargs)


def _has_no_tensor(x: Any) -> bool:
    return isinstance(x, numpy.ndarray | numpy.generic) and (
        x.dtype.kind not in "biufc" or x.dtype in (numpy.longdouble, numpy.clongdouble)
    )
