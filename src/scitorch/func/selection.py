"""Choosing between formulas without the NaNs of the one that was not chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.numpy.array import ndarray

__all__ = ["safe_where"]


def safe_where(
    condition: Any,
    function: Callable[..., Any],
    otherwise: Callable[..., Any] | float,
    *args: Any,
    safe: float = 1.0,
) -> Any:
    """Evaluate one function where a condition holds and another elsewhere, each at its own points only.

    ``torch.where(x > 0, torch.sqrt(x), 0 * x)`` has the derivative NaN at zero in reverse mode: the formula that was
    not chosen is evaluated too, and its infinite derivative times zero is NaN.

    Parameters
    ----------
    condition : Tensor or array of bool
    function : callable
        Of ``args``, used where the condition holds.
    otherwise : callable or number
        Of ``args``, used elsewhere.
    *args : Tensors or arrays
    safe : float
        A point at which both functions and their derivatives are finite; it stands in for the points of the other.

    Returns
    -------
    Tensor or array
        Of the type of the arguments.

    Examples
    --------
    >>> import torch
    >>> from scitorch.func import grad, safe_where
    >>> x = torch.tensor([0.0, 4.0])
    >>> grad(lambda x: safe_where(x > 0, torch.sqrt, 0.0, x).sum())(x)
    tensor([0.0000, 0.2500])
    """
    if not args:
        raise TypeError("safe_where needs the arguments of the functions")
    chosen = condition._tensor if isinstance(condition, ndarray) else condition
    if not isinstance(chosen, Tensor) or chosen.dtype != torch.bool:
        raise TypeError("the condition of safe_where is a tensor or an array of bool")

    def moved(holds: Tensor) -> list[Any]:
        return [_like(a, torch.where(holds, _tensor(a), torch.full_like(_tensor(a), safe))) for a in args]

    first = function(*moved(chosen))
    second = otherwise(*moved(~chosen)) if callable(otherwise) else otherwise
    result = torch.where(chosen, _tensor(first), _tensor(second))
    return ndarray._wrap(result) if isinstance(first, ndarray) else result


def _tensor(value: Any) -> Any:
    return value._tensor if isinstance(value, ndarray) else value


def _like(model: Any, tensor: Tensor) -> Any:
    return ndarray._wrap(tensor) if isinstance(model, ndarray) else tensor
