"""Notice when a function that is being differentiated turns an array that carries a gradient into plain numbers.

``float(x)``, ``x.item()`` and ``x.tolist()`` cut the graph without a word, and the gradient that comes back is wrong.
A :class:`TracingWatch` turns each of them into an error for the time of one evaluation. Printing an array is allowed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class UntraceableError(TypeError):
    """A derivative was asked through an operation that cannot pass it on."""


_DIRECT = {
    Tensor.__float__: "float()",
    Tensor.__int__: "int()",
    Tensor.__complex__: "complex()",
    Tensor.item: ".item()",
    Tensor.tolist: ".tolist()",
    Tensor.numpy: ".numpy()",
}
# ndarray detaches before it converts: there the method that detached is the one to look at
_OF_NDARRAY = {
    "__float__": "float()",
    "__int__": "int()",
    "__complex__": "complex()",
    "item": ".item()",
    "tolist": ".tolist()",
}
_WATCHED = frozenset(_DIRECT) | {Tensor.detach}
_PRINTING = frozenset({"__format__", "__repr__", "__str__", "array_repr", "array_str", "array2string"})

_PACKAGE = str(Path(__file__).resolve().parents[1]) + "/"
_ARRAYS = _PACKAGE + "numpy/"
_TORCH = str(Path(torch.__file__).resolve().parent) + "/"


class TracingWatch(TorchFunctionMode):
    """Raise :class:`UntraceableError` where a user's function leaves the graph."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in _WATCHED and args and isinstance(args[0], Tensor) and args[0].requires_grad:
            conversion = _user_conversion(func)
            if conversion is not None:
                raise UntraceableError(f"{conversion} of an array that carries a gradient leaves the derivative behind")
        return func(*args, **(kwargs or {}))


def _user_conversion(func: Any) -> str | None:
    """The conversion the user's code asked for, or None where the library itself looks at a value."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(_TORCH):
        if frame.f_code.co_name in _PRINTING:
            return None
        frame = frame.f_back
    if frame is None:
        return None
    path, name = frame.f_code.co_filename, frame.f_code.co_name
    if not path.startswith(_PACKAGE):
        return _DIRECT.get(func)  # an explicit detach() by the user is meant
    if not path.startswith(_ARRAYS) or name not in _OF_NDARRAY:
        return None
    caller = frame.f_back
    for _ in range(4):
        if caller is None or not caller.f_code.co_filename.startswith(_ARRAYS):
            break
        if caller.f_code.co_name in _PRINTING:
            return None
        caller = caller.f_back
    else:
        return None
    if caller is not None and caller.f_code.co_filename.startswith(_PACKAGE):
        return None
    return _OF_NDARRAY[name]
