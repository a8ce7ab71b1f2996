"""What every function of `numpy.linalg` does to its matrices before it calls a routine, and how that routine fails."""

import importlib
from typing import Any

import torch
from numpy.linalg import LinAlgError

from scitorch.numpy.conversion import tensor_of

__all__: list[str] = []


def own_or_torch(name: str) -> Any:
    """Return scitorch's function of a name, torch's where there is none."""
    try:
        package = importlib.import_module("scitorch.linalg")
    except ImportError:
        return getattr(torch.linalg, name)
    return getattr(package, name, None) or getattr(torch.linalg, name)


def matrix_of(a: Any, square: bool = False) -> torch.Tensor:
    """Return a stack of matrices in a floating-point dtype."""
    tensor = tensor_of(a)
    if tensor.ndim < 2:
        raise LinAlgError(f"{tensor.ndim}-dimensional array given. Array must be at least two-dimensional")
    if square and tensor.shape[-1] != tensor.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    return inexact(tensor)


def inexact(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.dtype is torch.float16:
        raise TypeError("array type float16 is unsupported in linalg")
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)


def to_common_dtype(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    dtype = torch.promote_types(a.dtype, b.dtype)
    return a.to(dtype), b.to(dtype)


def call_routine(function: Any, *arguments: Any, **keywords: Any) -> Any:
    """Call a torch routine; its failures become NumPy's LinAlgError."""
    try:
        return function(*arguments, **keywords)
    except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]
        message = str(error)
        if "singular" in message:
            message = "Singular matrix"
        elif "positive-definite" in message or "positive definite" in message:
            message = "Matrix is not positive definite"
        raise LinAlgError(message) from None


def require_finite(tensor: torch.Tensor, what: str) -> None:
    if not bool(torch.isfinite(tensor.detach()).all()):
        raise LinAlgError(f"Array must not contain infs or NaNs ({what})")


def hermitian_of_triangle(matrix: torch.Tensor, uplo: str) -> torch.Tensor:
    """Return the Hermitian matrix meant by one triangle, so that derivatives see only that triangle."""
    if uplo.upper() == "L":
        strict = torch.tril(matrix, -1)
    elif uplo.upper() == "U":
        strict = torch.triu(matrix, 1)
    else:
        raise ValueError("UPLO argument must be 'L' or 'U'")
    diagonal = torch.diagonal(matrix, dim1=-2, dim2=-1)
    return strict + strict.mH + torch.diag_embed(diagonal.real.to(matrix.dtype) if matrix.is_complex() else diagonal)
