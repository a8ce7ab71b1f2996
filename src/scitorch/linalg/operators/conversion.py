"""Whatever can be multiplied, as a linear operator."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op.array_types import find_array_type

from .base import LinearOperator
from .dense import Dense
from .functions import FunctionOperator


def aslinearoperator(A: Any) -> LinearOperator:
    """
    Return `A` as a linear operator.

    Parameters
    ----------
    A : LinearOperator, Tensor, array, sparse array, or object with ``shape`` and ``matvec``
        What to convert. The entries of tensors and sparse arrays are leaves of the operator.

    Returns
    -------
    LinearOperator
        `A` itself if it is one.

    Raises
    ------
    TypeError
        If `A` has no product with a vector.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg.operators import aslinearoperator
    >>> aslinearoperator(torch.eye(2)) @ torch.ones(2)
    tensor([1., 1.])
    """
    if isinstance(A, LinearOperator):
        return A
    if isinstance(A, Tensor):
        if A.layout != torch.strided:
            return _of_sparse(A)
        return Dense(torch.atleast_2d(A))
    kind = find_array_type(A)
    if kind is not None:
        return Dense(torch.atleast_2d(kind.to_tensor(A)))
    if hasattr(A, "format") and type(A).__module__.startswith(("scitorch.sparse", "scipy.sparse")):
        return _of_sparse(A)
    if isinstance(A, numpy.ndarray):
        return Dense(torch.from_numpy(numpy.atleast_2d(numpy.asarray(A))))
    if hasattr(A, "shape") and hasattr(A, "matvec"):
        return FunctionOperator(
            A.shape,
            _of_arrays(A, "matvec"),
            _of_arrays(A, "rmatvec") if hasattr(A, "rmatvec") else None,
            dtype=getattr(A, "dtype", None),
        )
    raise TypeError(f"aslinearoperator: {type(A).__name__} has no product with a vector")


def _of_sparse(A: Any) -> LinearOperator:
    from scitorch.sparse import csr_array, issparse
    from scitorch.sparse.linalg.operator import SparseOperator

    return SparseOperator(A if issparse(A) else csr_array(A))


def _of_arrays(A: Any, name: str) -> Any:
    """A method that takes and gives tensors, of an object that may want NumPy's arrays."""
    method = getattr(A, name)
    if not type(A).__module__.startswith("scipy."):
        return method
    return lambda x: torch.as_tensor(numpy.ascontiguousarray(method(x.numpy(force=True)))).to(x.device)
