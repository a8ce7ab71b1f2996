"""Comparisons with sparse, dense and scalar operands: sparse arrays of booleans, which have no derivative."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from ..op.torch_private import is_transformed, without_wrappers
from .arithmetic import operand
from .kinds import COMPILED, as_tensor, give, is_scalar, kind_of
from .planning import adopted, from_host, host_values
from .warning import warn_of_dense


def seen(array: Any) -> Any:
    """An array of the values alone, on the CPU, without derivatives.

    Raises
    ------
    ValueError
        Under ``vmap`` over the values: what is wanted depends on them, and would differ over the batch.
    """
    if array.format in ("lil", "dok"):
        array = array.tocoo()
    return array._like(seen_values(array._values), array._pattern.to(torch.device("cpu")))


def seen_values(values: Tensor) -> Tensor:
    """The values of a tensor alone; see :func:`seen`."""
    values = without_wrappers(values)
    if is_transformed(values):
        raise ValueError("the result would have a pattern that differs over the batch")
    values = values.detach().cpu().resolve_conj().resolve_neg()
    return values if values.dtype in COMPILED else values.float()


def _comparison(name: str, symbol: str) -> Callable[..., Any]:
    operation = getattr(operator, name)

    def compare(self: Any, other: Any) -> Any:
        if is_scalar(other):
            number = host_values(seen_values(as_tensor(other, self._kind)))[()]
            if operation(0, number):
                warn_of_dense(f"{symbol} with {number}, which holds for zero,", self.shape, torch.bool)
            return _answer(self, other, lambda a: operation(a, number))
        b = operand(other, self)
        if b is NotImplemented:
            return NotImplemented
        if isinstance(b, Tensor):
            result = operation(host_values(seen(self)._dense()), host_values(seen_values(b)))
            return give(from_host(result).to(self._values.device), kind_of(self, other))
        if self.shape != b.shape:
            if name in ("eq", "ne"):
                return name == "ne"
            raise ValueError(f"inconsistent shapes {self.shape} and {b.shape}")
        if operation(0, 0):
            warn_of_dense(f"{symbol} of two sparse arrays, which holds for zeros,", self.shape, torch.bool)
        host = seen(b)._host()
        return _answer(self, other, lambda a: operation(a, host))

    compare.__name__ = f"__{name}__"
    return compare


def _answer(a: Any, other: Any, compared: Callable[[Any], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ours says the size
        found = compared(seen(a)._host())
    if isinstance(found, numpy.ndarray):
        return give(from_host(found), a._kind)
    return adopted(found, from_host, kind_of(a, other), None, a._values.device)


class Comparison:
    """Comparisons of sparse arrays."""

    __eq__ = _comparison("eq", "==")
    __ne__ = _comparison("ne", "!=")
    __lt__ = _comparison("lt", "<")
    __le__ = _comparison("le", "<=")
    __gt__ = _comparison("gt", ">")
    __ge__ = _comparison("ge", ">=")
    __hash__ = None  # type: ignore[assignment]
