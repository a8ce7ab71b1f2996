"""Orders, trees and components of graphs."""

from __future__ import annotations

from typing import Any

import numpy
import torch

from .. import csr_array
from .graph import Graph, graph_of, scipy_csgraph, whole


def _subgraph(graph: Graph, found: Any, *, directed: bool = True) -> Any:
    """A graph of edges of another, with its weights, in the caller's kind."""
    n = graph.host.shape[1]
    found = found.tocsr()
    found.sort_indices()
    rows = numpy.repeat(numpy.arange(found.shape[0]), numpy.diff(found.indptr))
    order = graph.places().numpy()

    def look(a: Any, b: Any) -> tuple[Any, Any]:
        key = a.astype(numpy.int64) * n + b
        at = numpy.searchsorted(order, key).clip(max=max(len(order) - 1, 0))
        return at, (order[at] == key if len(order) else numpy.zeros(len(key), bool))

    at, there = look(rows, found.indices)
    if not directed:
        back, exists = look(found.indices, rows)
        data = graph.host.data
        other = exists & (~there | (data[back] < data[at])) if len(data) else exists
        at = numpy.where(other, back, at)
    values = graph.weights[torch.from_numpy(at.astype(numpy.int64)).to(graph.weights.device)]
    index = (torch.from_numpy(found.indices.copy()), torch.from_numpy(found.indptr.copy()))
    made = csr_array((values, *index), shape=found.shape)
    return made._of(made._pattern, values, graph.kind)


def minimum_spanning_tree(csgraph: Any, overwrite: bool = False) -> Any:
    """
    Return a minimum spanning tree of an undirected graph.

    Parameters
    ----------
    csgraph : sparse array or array, shape (n, n)
        The weights of the edges; of two that are given for an edge the smaller counts.
    overwrite : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.

    Returns
    -------
    sparse array of compressed rows
        The edges of the tree (a forest if the graph is not connected), with their weights, which are those of
        `csgraph` and have their derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import minimum_spanning_tree
    >>> edges = torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]], requires_grad=True)
    >>> minimum_spanning_tree(edges).sum().backward()
    >>> edges.grad
    tensor([[0., 1., 0.],
            [0., 0., 1.],
            [0., 0., 0.]])
    """
    graph = graph_of("minimum_spanning_tree", csgraph)
    return _subgraph(graph, scipy_csgraph().minimum_spanning_tree(graph.host))


def breadth_first_tree(csgraph: Any, i_start: int, directed: bool = True) -> Any:
    """
    Return the tree of a breadth-first search.

    Parameters
    ----------
    csgraph : sparse array or array, shape (n, n)
        The weights of the edges.
    i_start : int
        Where the search begins.
    directed : bool, optional
        Whether an edge leads one way only.

    Returns
    -------
    sparse array of compressed rows
        The edges of the tree with their weights.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import breadth_first_tree
    >>> breadth_first_tree(torch.tensor([[0.0, 1.0], [5.0, 0.0]]), 0).toarray()
    tensor([[0., 1.],
            [0., 0.]])
    """
    graph = graph_of("breadth_first_tree", csgraph)
    return _subgraph(graph, scipy_csgraph().breadth_first_tree(graph.host, i_start, directed), directed=directed)


def depth_first_tree(csgraph: Any, i_start: int, directed: bool = True) -> Any:
    """
    Return the tree of a depth-first search; arguments as in :func:`breadth_first_tree`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import depth_first_tree
    >>> depth_first_tree(torch.tensor([[0.0, 1.0], [5.0, 0.0]]), 0).toarray()
    tensor([[0., 1.],
            [0., 0.]])
    """
    graph = graph_of("depth_first_tree", csgraph)
    return _subgraph(graph, scipy_csgraph().depth_first_tree(graph.host, i_start, directed), directed=directed)


def _order(name: str, csgraph: Any, i_start: int, directed: bool, return_predecessors: bool) -> Any:
    graph = graph_of(name, csgraph)
    found = getattr(scipy_csgraph(), name)(graph.host, i_start, directed, return_predecessors)
    if return_predecessors:
        return tuple(whole(part, graph.kind) for part in found)
    return whole(found, graph.kind)


def breadth_first_order(csgraph: Any, i_start: int, directed: bool = True, return_predecessors: bool = True) -> Any:
    """
    Return the order in which a breadth-first search meets the nodes, and the node before each.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import breadth_first_order
    >>> breadth_first_order(torch.tensor([[0.0, 1.0], [5.0, 0.0]]), 0, return_predecessors=False)
    tensor([0, 1], dtype=torch.int32)
    """
    return _order("breadth_first_order", csgraph, i_start, directed, return_predecessors)


def depth_first_order(csgraph: Any, i_start: int, directed: bool = True, return_predecessors: bool = True) -> Any:
    """
    Return the order in which a depth-first search meets the nodes, and the node before each.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import depth_first_order
    >>> depth_first_order(torch.tensor([[0.0, 1.0], [5.0, 0.0]]), 0, return_predecessors=False)
    tensor([0, 1], dtype=torch.int32)
    """
    return _order("depth_first_order", csgraph, i_start, directed, return_predecessors)


def connected_components(
    csgraph: Any, directed: bool = True, connection: str = "weak", return_labels: bool = True
) -> Any:
    """
    Count the connected components of a graph and label its nodes.

    Parameters
    ----------
    csgraph : sparse array or array, shape (n, n)
        The weights of the edges.
    directed : bool, optional
        Whether an edge leads one way only.
    connection : {"weak", "strong"}, optional
        What connects nodes of a directed graph: a path in any direction, or in both.
    return_labels : bool, optional
        Return the component of each node, too.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import connected_components
    >>> connected_components(torch.eye(2))
    (2, tensor([0, 1], dtype=torch.int32))
    """
    graph = graph_of("connected_components", csgraph)
    found = scipy_csgraph().connected_components(graph.host, directed, connection, return_labels)
    return (int(found[0]), whole(found[1], graph.kind)) if return_labels else int(found)
