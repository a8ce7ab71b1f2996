"""`numpy.polynomial.polyutils`: what the families share, differentiable."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy
import torch
from numpy.polynomial.polyutils import format_float

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray, tensor_of
from scitorch.op.torch_private import is_transformed

__all__ = [
    "as_series",
    "format_float",
    "getdomain",
    "mapdomain",
    "mapparms",
    "trimcoef",
    "trimseq",
]


def as_series(alist: Sequence[Any], trim: bool = True) -> list[ndarray]:
    """Return coefficients as one-dimensional arrays of a common inexact dtype, without trailing zeros."""
    return [ndarray._wrap(tensor) for tensor in series_of(*alist, trim=trim)]


def series_of(*coefficients: Any, trim: bool = True) -> list[torch.Tensor]:
    """Return coefficients as tensors of one dimension and a common inexact dtype, without trailing zeros."""
    tensors = [inexact(c) for c in coefficients]
    tensors = [t.reshape(1) if t.ndim == 0 else t for t in tensors]
    if any(t.numel() == 0 for t in tensors):
        raise ValueError("Coefficient array is empty")
    if any(t.ndim != 1 for t in tensors):
        raise ValueError("Coefficient array is not 1-d")
    dtype = tensors[0].dtype
    for t in tensors[1:]:
        dtype = torch.promote_types(dtype, t.dtype)
    return [trimmed(t.to(dtype)) if trim else t.to(dtype) for t in tensors]


def inexact(value: Any) -> torch.Tensor:
    """Return the tensor of an array-like; integers and booleans become doubles."""
    tensor = tensor_of(value)
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)


def trimmed(series: torch.Tensor, tol: float = 0.0) -> torch.Tensor:
    """Drop trailing coefficients that are not above `tol`, but not the first one.

    Within transforms and compiled code, where values cannot be looked at, nothing is dropped.
    """
    if series.shape[0] < 2 or torch.compiler.is_compiling() or is_transformed(series):
        return series
    above = (series.detach().abs() > tol).nonzero()
    return series[: int(above[-1]) + 1] if above.numel() else series[:1] * 0


def trimseq(seq: Any) -> Any:
    """Return a sequence without trailing zeros, its first element in any case."""
    if len(seq) == 0 or seq[-1] != 0:
        return seq
    last = next((i for i in range(len(seq) - 1, -1, -1) if seq[i] != 0), 0)
    return seq[: last + 1]


def trimcoef(c: Any, tol: float = 0) -> ndarray:
    """Return coefficients without the trailing ones whose modulus is at most `tol`."""
    if tol < 0:
        raise ValueError("tol must be non-negative")
    (series,) = series_of(c)
    return ndarray._wrap(trimmed(series, tol).clone())


def getdomain(x: Any) -> ndarray:
    """Return the ends of the smallest interval (complex: of the smallest rectangle) around the points."""
    (points,) = series_of(x, trim=False)
    if not points.is_complex():
        return ndarray._wrap(torch.stack([points.min(), points.max()]))
    real, imag = points.real, points.resolve_conj().imag
    return ndarray._wrap(torch.complex(torch.stack([real.min(), real.max()]), torch.stack([imag.min(), imag.max()])))


def mapparms(old: Any, new: Any) -> tuple[Any, Any]:
    """Return offset and scale of the linear map between two intervals."""
    length = old[1] - old[0]
    return (old[1] * new[0] - old[0] * new[1]) / length, (new[1] - new[0]) / length


def mapdomain(x: Any, old: Any, new: Any) -> Any:
    """Apply the linear map between two intervals to points, or to a series."""
    offset, scale = mapparms(asarray(old), asarray(new))
    if getattr(type(x), "__array_ufunc__", False) is None:  # a series
        return x * scale + offset
    if type(x) in (int, float, complex):  # of no dtype of its own
        return offset + scale * x
    return offset + scale * asarray(x)


def as_index(value: Any, name: str) -> int:
    """Return an integer argument; say which one is none."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, received {value}") from None


def on_device(matrix: numpy.ndarray, like: torch.Tensor) -> torch.Tensor:
    """Return constants in the dtype and on the device of a tensor."""
    return torch.tensor(matrix, dtype=like.dtype, device=like.device)
