"""Shortest paths, whose lengths are differentiable in the weights of the edges along them."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor

from ..kinds import give
from .graph import Graph, graph_of, scipy_csgraph, whole

#: What no predecessor is, in SciPy's arrays of predecessors.
NOWHERE = -9999


def __getattr__(name: str) -> Any:
    if name == "NegativeCycleError":
        return scipy_csgraph().NegativeCycleError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _lengths(graph: Graph, found: Any, predecessors: Any, directed: bool, unweighted: bool) -> Tensor:
    """The lengths of the paths that predecessors describe, as sums of weights.

    Each length is that of the predecessor's path and one edge: the sums are taken by doubling, path by path, so that
    the derivative of a length is one for each edge of its path.
    """
    n = found.shape[-1]
    exact = torch.from_numpy(numpy.ascontiguousarray(found))
    weights = graph.weights
    if unweighted or not (weights.requires_grad or _moves(weights)):
        dtype = weights.dtype if weights.is_floating_point() else exact.dtype
        return exact.to(dtype)
    rows = found.reshape(-1, n)
    before = predecessors.reshape(-1, n)
    result = []
    edge_of = _edges(graph, directed)
    for values, parents in zip(rows, before):
        sources, edges = _edges_of_paths(values, parents, edge_of, n)
        # one sum for each node: the edges on its way
        total = weights.new_zeros(n).index_add(0, sources, weights[edges])
        held = torch.from_numpy(values).to(total.dtype)
        result.append(torch.where(torch.isfinite(held), total, held))
    return torch.stack(result).reshape(found.shape)


def _moves(weights: Tensor) -> bool:
    from ...op.torch_private import is_tracked

    return is_tracked(weights, batched=False)


def _edges(graph: Graph, directed: bool) -> Any:
    """A function that finds the edge from one node to another: its place among the weights."""
    n = graph.host.shape[1]
    order = graph.places().numpy()
    weights = graph.host.data

    def find(tail: Any, head: Any) -> Any:
        def look(a: Any, b: Any) -> Any:
            key = a.astype(numpy.int64) * n + b
            at = numpy.searchsorted(order, key).clip(max=max(len(order) - 1, 0))
            there = order[at] == key if len(order) else numpy.zeros(len(key), bool)
            return at, there

        at, there = look(tail, head)
        if directed:
            return at
        back, exists = look(head, tail)
        # an undirected edge has the smaller of its two weights
        better = exists & (~there | (weights[back] < weights[at]))
        return numpy.where(better, back, at)

    return find


def _edges_of_paths(values: Any, parents: Any, find: Any, n: int) -> tuple[Tensor, Tensor]:
    """Pairs of a node and an edge on its path."""
    nodes = numpy.arange(n)
    nodes = nodes[(parents >= 0) & numpy.isfinite(values)]
    owners, current = nodes, nodes
    found_owners, found_edges = [], []
    for _ in range(n):
        if not len(current):
            break
        tail = parents[current]
        found_owners.append(owners)
        found_edges.append(find(tail, current))
        on = parents[tail] >= 0
        owners, current = owners[on], tail[on]
    if not found_owners:
        empty = torch.zeros(0, dtype=torch.int64)
        return empty, empty
    pairs = (numpy.concatenate(found_owners), numpy.concatenate(found_edges))
    return torch.from_numpy(pairs[0]), torch.from_numpy(pairs[1].astype(numpy.int64))


def _run(
    name: str,
    csgraph: Any,
    directed: bool,
    return_predecessors: bool,
    unweighted: bool,
    **options: Any,
) -> Any:
    graph = graph_of(name, csgraph)
    if "sources" not in options:
        options["sources"] = None
    return_sources = options.pop("sources")
    call = getattr(scipy_csgraph(), name)
    results = call(graph.host, directed=directed, return_predecessors=True, unweighted=unweighted, **options)
    lengths = _lengths(graph, results[0], results[1], directed, unweighted)
    given = [give(lengths, graph.kind)]
    if return_predecessors:
        given.append(whole(results[1], graph.kind))
    if return_sources:
        given.append(whole(results[2], graph.kind))
    return given[0] if len(given) == 1 else tuple(given)


def shortest_path(
    csgraph: Any,
    method: str = "auto",
    directed: bool = True,
    return_predecessors: bool = False,
    unweighted: bool = False,
    overwrite: bool = False,
    indices: Any = None,
) -> Any:
    """
    Find the shortest paths between nodes of a graph.

    Parameters
    ----------
    csgraph : sparse array or array, shape (n, n)
        The weights of the edges; zeros, infinities and NaN of a dense array are no edges.
    method : {"auto", "FW", "D", "BF", "J"}, optional
        Floyd-Warshall, Dijkstra, Bellman-Ford or Johnson.
    directed : bool, optional
        Whether an edge leads one way only.
    return_predecessors : bool, optional
        Return the node before each on its path, too.
    unweighted : bool, optional
        Count edges instead.
    overwrite : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    indices : int or array of int, optional
        Where paths begin; everywhere if not given.

    Returns
    -------
    dist_matrix : array, shape (..., n)
        Lengths of the shortest paths; infinite where there is none. The derivative of a length is one in the weights of
        the edges on the path that was found: where several are shortest, it is that of one of them.
    predecessors : array of int, shape (..., n)
        With `return_predecessors`.

    Raises
    ------
    NegativeCycleError
        If there is a cycle of negative length.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import shortest_path
    >>> edges = torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]], requires_grad=True)
    >>> shortest_path(edges, indices=0)[2].backward()
    >>> edges.grad
    tensor([[0., 1., 0.],
            [0., 0., 1.],
            [0., 0., 0.]])
    """
    options = dict(method=method, indices=None if indices is None else numpy.asarray(indices))
    return _run("shortest_path", csgraph, directed, return_predecessors, unweighted, **options)


def floyd_warshall(
    csgraph: Any,
    directed: bool = True,
    return_predecessors: bool = False,
    unweighted: bool = False,
    overwrite: bool = False,
) -> Any:
    """
    Find all shortest paths by the algorithm of Floyd and Warshall; arguments as in :func:`shortest_path`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import floyd_warshall
    >>> floyd_warshall(torch.tensor([[0.0, 1.0], [5.0, 0.0]]))
    tensor([[0., 1.],
            [5., 0.]])
    """
    return _run("floyd_warshall", csgraph, directed, return_predecessors, unweighted)


def dijkstra(
    csgraph: Any,
    directed: bool = True,
    indices: Any = None,
    return_predecessors: bool = False,
    unweighted: bool = False,
    limit: float = numpy.inf,
    min_only: bool = False,
) -> Any:
    """
    Find shortest paths by Dijkstra's algorithm, for weights that are not negative.

    Parameters
    ----------
    csgraph, directed, indices, return_predecessors, unweighted
        As in :func:`shortest_path`.
    limit : float, optional
        Longest path to look for.
    min_only : bool, optional
        Find for each node only the path from the nearest of `indices`, and return that node, too.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import dijkstra
    >>> dijkstra(torch.tensor([[0.0, 1.0], [5.0, 0.0]]), indices=0)
    tensor([0., 1.])
    """
    options = dict(indices=None if indices is None else numpy.asarray(indices), limit=limit, min_only=min_only)
    options["sources"] = min_only and return_predecessors
    return _run("dijkstra", csgraph, directed, return_predecessors, unweighted, **options)


def bellman_ford(
    csgraph: Any,
    directed: bool = True,
    indices: Any = None,
    return_predecessors: bool = False,
    unweighted: bool = False,
) -> Any:
    """
    Find shortest paths by the algorithm of Bellman and Ford; arguments as in :func:`shortest_path`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import bellman_ford
    >>> bellman_ford(torch.tensor([[0.0, 1.0], [5.0, 0.0]]), indices=0)
    tensor([0., 1.])
    """
    options = dict(indices=None if indices is None else numpy.asarray(indices))
    return _run("bellman_ford", csgraph, directed, return_predecessors, unweighted, **options)


def johnson(
    csgraph: Any,
    directed: bool = True,
    indices: Any = None,
    return_predecessors: bool = False,
    unweighted: bool = False,
) -> Any:
    """
    Find shortest paths by Johnson's algorithm; arguments as in :func:`shortest_path`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import johnson
    >>> johnson(torch.tensor([[0.0, 1.0], [5.0, 0.0]]), indices=0)
    tensor([0., 1.])
    """
    options = dict(indices=None if indices is None else numpy.asarray(indices))
    return _run("johnson", csgraph, directed, return_predecessors, unweighted, **options)


def yen(
    csgraph: Any,
    source: int,
    sink: int,
    K: int,
    *,
    directed: bool = True,
    return_predecessors: bool = False,
    unweighted: bool = False,
) -> Any:
    """
    Find the K shortest paths between two nodes by Yen's algorithm.

    Parameters
    ----------
    csgraph, directed, return_predecessors, unweighted
        As in :func:`shortest_path`.
    source, sink : int
        Where paths begin and end.
    K : int
        How many to find.

    Returns
    -------
    dist_array : array
        Their lengths, ascending; fewer than K if there are not so many.
    predecessors : array of int, shape (..., n)
        With `return_predecessors`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.csgraph import yen
    >>> yen(torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]]), 0, 2, 2)
    tensor([3., 4.])
    """
    graph = graph_of("yen", csgraph)
    call = scipy_csgraph().yen
    found, parents = call(
        graph.host, source, sink, K, directed=directed, return_predecessors=True, unweighted=unweighted
    )
    lengths = torch.from_numpy(found)
    if not unweighted and len(found) and _moves(graph.weights):
        find = _edges(graph, directed)
        sums = []
        for row in parents:
            current, edges = sink, []
            while current != source:
                tail = row[current]
                edges.append(int(find(numpy.array([tail]), numpy.array([current]))[0]))
                current = tail
            sums.append(graph.weights[edges].sum())
        lengths = torch.stack(sums)
    elif graph.weights.is_floating_point():
        lengths = lengths.to(graph.weights.dtype)
    given = give(lengths, graph.kind)
    return (given, whole(parents, graph.kind)) if return_predecessors else given
