"""Approximate inverses to give to an iteration as `M`. They have no part in its derivative."""

from __future__ import annotations

import importlib
from typing import Any

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from ...linalg.operators import Diagonal, LinearOperator, aslinearoperator
from .direct import SuperLU, compressed, spilu
from .direct_kernels import triangular_solve


def jacobi(A: Any) -> LinearOperator:
    """
    Return the inverse of the diagonal.

    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (n, n)
        The matrix.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.linalg.preconditioners import jacobi
    >>> jacobi(torch.tensor([[2.0, 1.0], [1.0, 4.0]])) @ torch.ones(2)
    tensor([0.5000, 0.2500])
    """
    return Diagonal(1 / aslinearoperator(A).diagonal().detach())


class IncompleteLU(LinearOperator):
    """The approximate inverse of an incomplete factorisation."""

    def __init__(self, factors: SuperLU, dtype: Any) -> None:
        super().__init__(dtype, factors.shape)
        self._factors = factors

    def _matmat(self, x: Tensor) -> Tensor:
        return self._factors.solve(x)  # type: ignore[no-any-return]

    def _rmatmat(self, x: Tensor) -> Tensor:
        return self._factors.solve(x, "H")  # type: ignore[no-any-return]


def ilu(A: Any, **options: Any) -> LinearOperator:
    """
    Return the inverse of an incomplete LU factorisation.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix.
    **options
        Of :func:`scitorch.sparse.linalg.spilu`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg.preconditioners import ilu
    >>> ilu(csr_array(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))) @ torch.ones(2)
    tensor([0.5000, 0.2500])
    """
    made = compressed("ilu", A).detach()
    made = made._of(made._pattern, made._values, None)
    return IncompleteLU(spilu(made, **options), made._values.dtype)


class IncompleteCholesky(LinearOperator):
    """The approximate inverse ``(L L^T)^-1``."""

    symmetric = True
    positive_definite = True

    def __init__(self, data: Tensor, indptr: Tensor, indices: Tensor) -> None:
        n = len(indptr) - 1
        super().__init__(data.dtype, (n, n))
        self.data = data
        self._index = (indptr.numpy(), indices.numpy())

    def _matmat(self, x: Tensor) -> Tensor:
        indptr, indices = map(torch.from_numpy, self._index)
        y = triangular_solve(self.data, indptr, indices, x, lower=True)
        return triangular_solve(self.data, indptr, indices, y, by_column=True, lower=False)

    def _adjoint(self) -> LinearOperator:
        return self


def incomplete_cholesky(A: Any) -> LinearOperator:
    """
    Return the inverse of the Cholesky factorisation that keeps the pattern of the matrix.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix, real symmetric positive definite.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a pivot is not positive, which can happen for a positive definite matrix that is no M-matrix.

    Notes
    -----
    Meijerink & van der Vorst (1977). The factorisation is made row by row in Python: some seconds for 10⁵ rows.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg.preconditioners import incomplete_cholesky
    >>> incomplete_cholesky(csr_array(torch.tensor([[4.0, 0.0], [0.0, 16.0]]))) @ torch.ones(2)
    tensor([0.2500, 0.0625])
    """
    made = compressed("incomplete_cholesky", A).tocsr()
    made = made._of(made._pattern, made._values.detach(), None)
    if made._values.is_complex():
        raise NotImplementedError("incomplete_cholesky: complex matrices")
    host = made.to_scipy()
    lower = importlib.import_module("scipy.sparse").tril(host, format="csr")
    lower.sort_indices()
    indptr, indices, data = lower.indptr, lower.indices, lower.data.copy()
    rows: list[dict[int, float]] = []
    for i in range(len(indptr) - 1):
        span = slice(indptr[i], indptr[i + 1])
        row: dict[int, float] = {}
        for j, value in zip(indices[span].tolist(), data[span].tolist()):
            other = row if j == i else rows[j]
            shorter, longer = (row, other) if len(row) < len(other) else (other, row)
            value -= sum(v * longer[k] for k, v in shorter.items() if k < j and k in longer)
            if j < i:
                row[j] = value / rows[j][j]
            elif value > 0:
                row[j] = value**0.5
            else:
                raise LinAlgError(f"incomplete_cholesky: the pivot of row {i} is {value}; wanted a positive one")
        if i not in row:
            raise LinAlgError(f"incomplete_cholesky: row {i} has no diagonal entry")
        data[span] = list(row.values())
        rows.append(row)
    values = torch.from_numpy(numpy.ascontiguousarray(data))
    return IncompleteCholesky(values, torch.from_numpy(indptr), torch.from_numpy(indices))


class Multigrid(LinearOperator):
    """A cycle of algebraic multigrid."""

    symmetric = True
    positive_definite = True

    def __init__(self, cycle: Any, dtype: Any) -> None:
        super().__init__(dtype, cycle.shape)
        self._cycle = cycle

    def _matvec(self, x: Tensor) -> Tensor:
        return torch.from_numpy(numpy.ascontiguousarray(self._cycle.matvec(x.numpy(force=True)))).to(x)

    def _adjoint(self) -> LinearOperator:
        return self


def multigrid(A: Any, method: str = "smoothed_aggregation", cycle: str = "V", **options: Any) -> LinearOperator:
    """
    Return a cycle of algebraic multigrid, made by the package pyamg.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix, symmetric positive definite.
    method : {"smoothed_aggregation", "ruge_stuben"}, optional
        How coarser levels are made.
    cycle : {"V", "W", "F"}, optional
        The cycle.
    **options
        Of pyamg's solver.

    Raises
    ------
    ModuleNotFoundError
        If pyamg is not installed.
    """
    try:
        pyamg = importlib.import_module("pyamg")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("multigrid: needs the package pyamg: pip install pyamg") from error
    made = compressed("multigrid", A).tocsr()
    host = made._of(made._pattern, made._values.detach(), None).to_scipy()
    matrix = importlib.import_module("scipy.sparse").csr_matrix(host)
    solver = getattr(pyamg, f"{method}_solver")(matrix, **options)
    return Multigrid(solver.aspreconditioner(cycle=cycle), made._values.dtype)
