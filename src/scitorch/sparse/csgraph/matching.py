"""Flows, matchings and orders of graphs, by SciPy's algorithms."""

from __future__ import annotations

from typing import Any

from ..base import issparse
from ..exchange import from_scipy
from .graph import graph_of, scipy_csgraph, whole


def _sparse(function: str, graph: Any) -> Any:
    if not (issparse(graph) or type(graph).__module__.startswith("scipy.sparse")):
        raise TypeError(f"{function}: graph must be a sparse array")
    return graph_of(function, graph)


def reverse_cuthill_mckee(graph: Any, symmetric_mode: bool = False) -> Any:
    """
    Return the order of nodes that makes the bandwidth small, of Cuthill and McKee, reversed.

    Parameters
    ----------
    graph : sparse array, shape (n, n)
        The matrix.
    symmetric_mode : bool, optional
        Whether it is symmetric.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.csgraph import reverse_cuthill_mckee
    >>> reverse_cuthill_mckee(csr_array(torch.eye(2)))
    tensor([1, 0], dtype=torch.int32)
    """
    found = _sparse("reverse_cuthill_mckee", graph)
    return whole(scipy_csgraph().reverse_cuthill_mckee(found.host, symmetric_mode), found.kind)


def structural_rank(graph: Any) -> int:
    """
    Return the largest rank that a matrix of this pattern can have.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.csgraph import structural_rank
    >>> structural_rank(csr_array(torch.eye(2)))
    2
    """
    return int(scipy_csgraph().structural_rank(_sparse("structural_rank", graph).host))


def maximum_bipartite_matching(graph: Any, perm_type: str = "row") -> Any:
    """
    Return a matching of rows and columns with as many pairs as possible.

    Parameters
    ----------
    graph : sparse array, shape (m, n)
        Its nonzeros are the possible pairs.
    perm_type : {"row", "column"}, optional
        Which side is numbered.

    Returns
    -------
    array of int
        The partner of each node of the other side, -1 for none.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.csgraph import maximum_bipartite_matching
    >>> maximum_bipartite_matching(csr_array(torch.eye(2)), perm_type="column")
    tensor([0, 1], dtype=torch.int32)
    """
    found = _sparse("maximum_bipartite_matching", graph)
    return whole(scipy_csgraph().maximum_bipartite_matching(found.host, perm_type), found.kind)


def min_weight_full_bipartite_matching(biadjacency: Any, maximize: bool = False) -> Any:
    """
    Return the full matching of least weight.

    Parameters
    ----------
    biadjacency : sparse array, shape (m, n)
        Weights of the possible pairs.
    maximize : bool, optional
        Find the one of largest weight instead.

    Returns
    -------
    rows, columns : arrays of int
        The pairs. ``biadjacency[rows, columns].sum()`` is the weight, and its derivative that of the optimal weight.

    Raises
    ------
    ValueError
        If there is no full matching.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.csgraph import min_weight_full_bipartite_matching
    >>> min_weight_full_bipartite_matching(csr_array(torch.tensor([[1.0, 9.0], [9.0, 1.0]])))
    (tensor([0, 1]), tensor([0, 1], dtype=torch.int32))
    """
    found = _sparse("min_weight_full_bipartite_matching", biadjacency)
    pairs = scipy_csgraph().min_weight_full_bipartite_matching(found.host, maximize)
    return tuple(whole(part, found.kind) for part in pairs)


class MaximumFlowResult:
    """The value of a maximum flow, and the flow along each edge."""

    def __init__(self, flow_value: int, flow: Any) -> None:
        self.flow_value = flow_value
        self.flow = flow

    def __repr__(self) -> str:
        return f"MaximumFlowResult with value of {self.flow_value}"


def maximum_flow(csgraph: Any, source: int, sink: int, *, method: str = "dinic") -> MaximumFlowResult:
    """
    Find a maximum flow between two nodes.

    Parameters
    ----------
    csgraph : sparse array of compressed rows, shape (n, n)
        Capacities of the edges, whole numbers.
    source, sink : int
        Where the flow comes from and goes to.
    method : {"dinic", "edmonds_karp"}, optional
        The algorithm.

    Returns
    -------
    MaximumFlowResult
        With `flow_value`, a whole number, and `flow`, a sparse array of whole numbers.

    Raises
    ------
    TypeError
        If the graph is not a sparse array of compressed rows.
    ValueError
        If capacities are not whole numbers, or source and sink are the same or no nodes.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.csgraph import maximum_flow
    >>> maximum_flow(csr_array(torch.tensor([[0, 5], [0, 0]], dtype=torch.int32)), 0, 1)
    MaximumFlowResult with value of 5
    """
    if getattr(csgraph, "format", None) != "csr":
        raise TypeError("maximum_flow: graph must be in CSR format")
    found = _sparse("maximum_flow", csgraph)
    result = scipy_csgraph().maximum_flow(found.host, source, sink, method=method)
    return MaximumFlowResult(int(result.flow_value), from_scipy(result.flow, found.kind, like_scipy=False))
