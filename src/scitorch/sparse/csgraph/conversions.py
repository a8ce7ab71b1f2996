"""Graphs from dense and masked arrays and back, and paths from predecessors."""

from __future__ import annotations

from typing import Any

import numpy
import torch

from .. import csr_array
from ..base import issparse
from ..kinds import as_tensor, give, kind_of
from .graph import graph_of, scipy_csgraph, values_of
from .traversal import _subgraph


def csgraph_from_dense(
    graph: Any, null_value: float | None = 0, nan_null: bool = True, infinity_null: bool = True
) -> Any:
    """
    Construct a sparse graph from a dense array.

    Parameters
    ----------
    graph : array, shape (n, n)
        The weights of the edges.
    null_value : float or None, optional
        What stands for no edge.
    nan_null, infinity_null : bool, optional
        Whether NaN and infinity stand for no edge, too.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import csgraph_from_dense
    >>> csgraph_from_dense(torch.tensor([[0.0, 2.0], [0.0, 0.0]])).data
    tensor([2.])
    """
    kind = kind_of(graph)
    full = as_tensor(graph, kind)
    if full.ndim != 2 or full.shape[0] != full.shape[1]:
        raise ValueError("graph should be a square array")
    if not full.is_floating_point():
        full = full.to(torch.float64)
    plain = values_of("csgraph_from_dense", full)
    absent = torch.zeros_like(plain, dtype=torch.bool)
    if null_value is not None and not numpy.isnan(null_value) and not numpy.isinf(null_value):
        absent |= torch.isclose(plain, torch.tensor(null_value, dtype=plain.dtype))
    elif null_value is not None:
        nan_null, infinity_null = nan_null or bool(numpy.isnan(null_value)), infinity_null or numpy.isinf(null_value)
    if nan_null:
        absent |= plain.isnan()
    if infinity_null:
        absent |= plain.isinf()
    rows, columns = (~absent).nonzero(as_tuple=True)
    counts = torch.bincount(rows, minlength=full.shape[0])
    indptr = torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]).int()
    made = csr_array((full[rows, columns], columns.int(), indptr), shape=tuple(full.shape))
    return made._of(made._pattern, made._values, kind)


def csgraph_to_dense(csgraph: Any, null_value: float | None = 0) -> Any:
    """
    Convert a sparse graph to a dense array; of several edges between two nodes the lightest counts.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.csgraph import csgraph_to_dense
    >>> csgraph_to_dense(csr_array(torch.tensor([[0.0, 2.0], [0.0, 0.0]])), null_value=torch.inf)
    tensor([[inf, 2.],
            [inf, inf]])
    """
    if not issparse(csgraph):
        csgraph = csr_array(csgraph)
    kind, made = kind_of(csgraph), csgraph.tocsr()
    values = made._values if made._values.is_floating_point() else made._values.to(torch.float64)
    indptr, indices = (t.long() for t in made._pattern.index)
    rows = torch.repeat_interleave(torch.arange(made.shape[0], device=indptr.device), indptr.diff())
    n, m = made.shape
    null = torch.nan if null_value is None else null_value
    places = rows * m + indices[: len(values)]
    best = values.new_full((n * m,), torch.inf).scatter_reduce(0, places, values.detach(), "amin")
    # the derivative belongs to the lightest edge: the others are not written
    chosen = (values.detach() == best[places]).nonzero().squeeze(-1)
    full = values.new_full((n * m,), null).scatter(0, places[chosen], values[chosen])
    return give(full.reshape(n, m), kind)


def csgraph_masked_from_dense(
    graph: Any, null_value: float | None = 0, nan_null: bool = True, infinity_null: bool = True, copy: bool = True
) -> Any:
    """
    Construct a masked array of NumPy's from a dense graph; arguments as in :func:`csgraph_from_dense`.

    Raises
    ------
    TypeError
        If a derivative would be lost: masked arrays have none.
    """
    return scipy_csgraph().csgraph_masked_from_dense(_plain(graph), null_value, nan_null, infinity_null, copy)


def csgraph_from_masked(graph: Any) -> Any:
    """Construct a sparse graph from a masked array of NumPy's, with NumPy's arrays for parts."""
    from ..exchange import from_scipy

    return from_scipy(scipy_csgraph().csgraph_from_masked(graph))


def csgraph_to_masked(csgraph: Any) -> Any:
    """Convert a sparse graph to a masked array of NumPy's, which carries no derivative."""
    host = csgraph.to_scipy() if issparse(csgraph) else csgraph
    return scipy_csgraph().csgraph_to_masked(host)


def _plain(x: Any) -> Any:
    tensor = as_tensor(x, kind_of(x))
    if tensor.requires_grad:
        raise TypeError("masked arrays carry no derivative; detach() the array first")
    return tensor.numpy(force=True)


def reconstruct_path(csgraph: Any, predecessors: Any, directed: bool = True) -> Any:
    """
    Construct the tree that predecessors describe, with the weights of its edges.

    Parameters
    ----------
    csgraph : sparse array or array, shape (n, n)
        The weights of the edges.
    predecessors : array of int, shape (n,)
        The node before each; negative for none.
    directed : bool, optional
        Whether an edge leads one way only.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import reconstruct_path
    >>> reconstruct_path(torch.tensor([[0.0, 2.0], [1.0, 0.0]]), torch.tensor([-9999, 0])).toarray()
    tensor([[0., 2.],
            [0., 0.]])
    """
    graph = graph_of("reconstruct_path", csgraph)
    before = numpy.asarray(predecessors)
    return _subgraph(graph, scipy_csgraph().reconstruct_path(graph.host, before, directed), directed=directed)


def construct_dist_matrix(graph: Any, predecessors: Any, directed: bool = True, null_value: float = numpy.inf) -> Any:
    """
    Construct the matrix of distances from predecessors.

    Parameters
    ----------
    graph : array, shape (n, n)
        The weights of the edges.
    predecessors : array of int, shape (n, n)
        The node before each on the path from each.
    directed : bool, optional
        Whether an edge leads one way only.
    null_value : float, optional
        What stands for no path.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import construct_dist_matrix
    >>> construct_dist_matrix(torch.tensor([[0.0, 2.0], [1.0, 0.0]]), torch.tensor([[-9999, 0], [1, -9999]]))
    tensor([[0., 2.],
            [1., 0.]])
    """
    from .paths import _lengths

    found = graph_of("construct_dist_matrix", graph)
    before = numpy.asarray(predecessors).astype(numpy.int32)
    full = numpy.asarray(_plain(graph if not getattr(graph, "requires_grad", False) else graph.detach()))
    distances = scipy_csgraph().construct_dist_matrix(full, before, directed, null_value)
    return give(_lengths(found, distances, before, directed, False), found.kind)
