"""What a function of `numpy.linalg` takes: inexact dtypes, square matrices, and the precision it computes in."""

from collections.abc import Callable
from typing import Any

import torch
from numpy.linalg import LinAlgError

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of

__all__ = ["inexact", "known", "matrices", "require_square", "working"]

_DOUBLE = {torch.float32: torch.float64, torch.complex64: torch.complex128}


def inexact(tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor that linear algebra is done on: integers and booleans become doubles."""
    if tensor.dtype is torch.float16:
        raise TypeError("array type float16 is unsupported in linalg")
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)


def working(*values: Any) -> tuple[list[torch.Tensor], Callable[[torch.Tensor], ndarray]]:
    """Return the arguments in the precision of the computation, and the function that makes its results arrays.

    NumPy calls LAPACK in double precision for single-precision arguments as well.
    """
    tensors = [inexact(tensor_of(value)) for value in values]
    common = tensors[0].dtype
    for tensor in tensors[1:]:
        common = torch.promote_types(common, tensor.dtype)
    wide = _DOUBLE.get(common, common) if all(t.device.type == "cpu" for t in tensors) else common
    if wide is common:
        return [t.to(common) for t in tensors], ndarray._wrap

    def narrowed(result: torch.Tensor) -> ndarray:
        if result.is_floating_point():
            result = result.to(torch.float32)
        elif result.is_complex():
            result = result.to(torch.complex64)
        return ndarray._wrap(result)

    return [t.to(wide) for t in tensors], narrowed


def matrices(value: Any, *, square: bool = False) -> tuple[torch.Tensor, Callable[[torch.Tensor], ndarray]]:
    """Return a stack of matrices to compute with, and the function that makes results arrays."""
    tensor = tensor_of(value)
    if tensor.ndim < 2:
        raise LinAlgError(f"{tensor.ndim}-dimensional array given. Array must be at least two-dimensional")
    if square:
        require_square(tensor)
    (tensor,), wrap = working(tensor)
    return tensor, wrap


def require_square(tensor: torch.Tensor) -> None:
    """Raise `LinAlgError` unless the last two dimensions are equal."""
    if tensor.shape[-1] != tensor.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")


def known(condition: torch.Tensor) -> bool:
    """Whether a condition is seen to hold everywhere; never inside vmap or torch.compile, where values are unknown."""
    if torch.compiler.is_compiling():
        return False
    try:
        return bool(condition.all())
    except RuntimeError:
        return False
