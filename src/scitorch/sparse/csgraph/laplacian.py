"""The Laplacian of a graph, differentiable in the weights of its edges."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...linalg.operators import LinearOperator
from ...linalg.operators.base import as_torch_dtype
from .. import coo_array
from ..base import issparse
from ..kinds import as_tensor, give, kind_of


def laplacian(
    csgraph: Any,
    normed: bool = False,
    return_diag: bool = False,
    use_out_degree: bool = False,
    *,
    copy: bool = True,
    form: str = "array",
    dtype: Any = None,
    symmetrized: bool = False,
) -> Any:
    """
    Return the Laplacian of a graph: degrees on the diagonal, minus the weights of the edges.

    Parameters
    ----------
    csgraph : sparse array or array, shape (n, n)
        The weights of the edges; the diagonal does not count.
    normed : bool, optional
        Divide rows and columns by the square roots of the degrees.
    return_diag : bool, optional
        Return the diagonal, too: degrees, or with `normed` their roots.
    use_out_degree : bool, optional
        Take degrees by rows instead of columns.
    copy : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    form : {"array", "function", "lo"}, optional
        Return an array, a function of vectors, or a linear operator.
    dtype : optional
        Of the result.
    symmetrized : bool, optional
        Take the sum of the graph and its adjoint.

    Returns
    -------
    lap : sparse array, array, function or LinearOperator
        The Laplacian, differentiable in the weights.
    diag : array, shape (n,)
        With `return_diag`.

    Raises
    ------
    ValueError
        If the graph is not square, or `form` is unknown.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import laplacian
    >>> laplacian(torch.tensor([[0.0, 2.0], [2.0, 0.0]]))
    tensor([[ 2., -2.],
            [-2.,  2.]])
    """
    if csgraph.ndim != 2 or csgraph.shape[0] != csgraph.shape[1]:
        raise ValueError("csgraph must be a square matrix or array")
    if form not in ("array", "function", "lo"):
        raise ValueError(f"Invalid form: {form!r}")
    kind = kind_of(csgraph)
    sparse = issparse(csgraph) or type(csgraph).__module__.startswith("scipy.sparse")
    made = coo_array(csgraph) if sparse else None
    weights = made._values if made is not None else as_tensor(csgraph, kind)
    if normed and not (weights.is_floating_point() or weights.is_complex()):
        weights = weights.to(torch.float64)
    wanted = None if dtype is None else as_torch_dtype(dtype)
    if wanted is not None and (wanted.is_floating_point or wanted.is_complex):
        weights = weights.to(wanted)
    if made is None:
        lap, diagonal = _dense(weights, normed, use_out_degree, symmetrized)
        lap, diagonal = (lap, diagonal) if wanted is None else (lap.to(wanted), diagonal.to(wanted))
        result: Any = give(lap, kind)
        operator: Any = lap
    else:
        if symmetrized:
            summed = made._of(made._pattern, weights, kind)
            made = coo_array(summed + summed.T.conj())
            weights = made._values
        rows, columns = (c.long() for c in made._pattern.index)
        result, diagonal = _sparse(weights, rows, columns, made.shape[0], normed, use_out_degree, kind)
        if wanted is not None:
            result, diagonal = result._like(result._values.to(wanted)), diagonal.to(wanted)
        operator = result
    if form != "array":
        from ..linalg import aslinearoperator

        op: LinearOperator = aslinearoperator(operator)
        result = op if form == "lo" else op.matmat
        if form == "function":
            result = lambda v: op @ v  # noqa: E731
    return (result, give(diagonal, kind)) if return_diag else result


def _scales(degrees: Tensor) -> tuple[Tensor, Tensor]:
    """Roots of degrees, ones for isolated nodes, and which nodes are isolated."""
    isolated = degrees == 0
    return torch.where(isolated, 1, torch.sqrt(torch.where(isolated, 1, degrees))), isolated


def _dense(weights: Tensor, normed: bool, by_row: bool, symmetrized: bool) -> tuple[Tensor, Tensor]:
    m = weights - torch.diag(weights.diagonal())
    if symmetrized:
        m = m + m.mH
    degrees = m.sum(1 if by_row else 0)
    if not normed:
        return torch.diag(degrees) - m, degrees
    w, isolated = _scales(degrees)
    return torch.diag((~isolated).to(m.dtype)) - m / w / w[:, None], w


def _sparse(
    weights: Tensor, rows: Tensor, columns: Tensor, n: int, normed: bool, by_row: bool, kind: Any
) -> tuple[Any, Tensor]:
    off = torch.where(rows == columns, 0, weights)
    degrees = weights.new_zeros(n).index_add(0, rows if by_row else columns, off)
    if normed:
        w, isolated = _scales(degrees)
        off = off / (w[rows] * w[columns])
        centre, diagonal = (~isolated).to(off.dtype), w
    else:
        centre, diagonal = degrees, degrees
    line = torch.arange(n, device=rows.device)
    keep = rows != columns
    values = torch.cat([-off[keep], centre])
    index = (torch.cat([rows[keep], line]), torch.cat([columns[keep], line]))
    made = coo_array((values, index), shape=(n, n))
    return made._of(made._pattern, made._values, kind), diagonal
