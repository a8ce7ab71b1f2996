"""The Laplacian of a grid as an operator."""

from __future__ import annotations

import math
from typing import Any

import numpy
import torch
from torch import Tensor

from ...linalg.operators import LinearOperator
from .eigen import scipy_linalg


class LaplacianNd(LinearOperator):
    """
    The second difference on a uniform grid of any dimension, in units of the grid's step.

    Parameters
    ----------
    grid_shape : tuple of int
        Numbers of points.
    boundary_conditions : {"neumann", "dirichlet", "periodic"}, optional
        What happens at the boundary.
    dtype : optional
        Of the entries; that of the default tensor if not given.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.linalg import LaplacianNd
    >>> LaplacianNd((4,), boundary_conditions="dirichlet") @ torch.ones(4)
    tensor([-1.,  0.,  0., -1.])
    """

    symmetric = True

    def __init__(self, grid_shape: Any, *, boundary_conditions: str = "neumann", dtype: Any = None) -> None:
        if boundary_conditions not in ("neumann", "dirichlet", "periodic"):
            raise ValueError(
                f"Unknown value {boundary_conditions!r} is given for 'boundary_conditions' parameter. The valid "
                "options are 'dirichlet', 'periodic', and 'neumann' (default)."
            )
        self.grid_shape = tuple(int(s) for s in grid_shape)
        self.boundary_conditions = boundary_conditions
        size = math.prod(self.grid_shape)
        super().__init__(dtype or torch.get_default_dtype(), (size, size))

    def _matmat(self, x: Tensor) -> Tensor:
        grid = x.reshape(*x.shape[:-2], *self.grid_shape, x.shape[-1])
        total = torch.zeros_like(grid)
        first = x.ndim - 2
        for axis, size in enumerate(self.grid_shape, first):
            after, before = torch.roll(grid, -1, axis), torch.roll(grid, 1, axis)
            if self.boundary_conditions == "periodic":
                total = total + after + before - 2 * grid
                continue
            here = torch.arange(size, device=x.device).reshape(-1, *(1,) * (grid.ndim - axis - 1))
            if self.boundary_conditions == "neumann":
                after, before = torch.where(here == size - 1, grid, after), torch.where(here == 0, grid, before)
            else:
                after, before = torch.where(here == size - 1, 0, after), torch.where(here == 0, 0, before)
            total = total + after + before - 2 * grid
        return total.reshape(x.shape)

    def _adjoint(self) -> LinearOperator:
        return self

    def _transpose(self) -> LinearOperator:
        return self

    def _scipy(self) -> Any:
        dtype = torch.empty(0, dtype=self.dtype).numpy().dtype
        return scipy_linalg().LaplacianNd(
            self.grid_shape, boundary_conditions=self.boundary_conditions, dtype=numpy.dtype(dtype)
        )

    def eigenvalues(self, m: int | None = None) -> Tensor:
        """The `m` largest eigenvalues, all of them if not given, ascending."""
        return torch.from_numpy(self._scipy().eigenvalues(m)).to(self.dtype)

    def eigenvectors(self, m: int | None = None) -> Tensor:
        """Their vectors, by columns."""
        return torch.from_numpy(numpy.ascontiguousarray(self._scipy().eigenvectors(m))).to(self.dtype)

    def toarray(self) -> Tensor:
        """The matrix."""
        return torch.from_numpy(self._scipy().toarray())

    def tosparse(self) -> Any:
        """The matrix as a sparse array of diagonals or compressed rows."""
        from ..exchange import from_scipy

        return from_scipy(self._scipy().tosparse(), None, like_scipy=False)
