"""Graphs: the algorithms are SciPy's, the derivatives those of the paths and trees they find."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import scipy.sparse.csgraph as reference
import torch
from torch import Tensor

from scitorch.sparse import csgraph, csr_array

N = 12


@pytest.fixture
def graph() -> Any:
    generator = torch.Generator().manual_seed(0)
    weights = torch.rand(N, N, dtype=torch.float64, generator=generator) + 0.1
    return csr_array(weights * (torch.rand(N, N, generator=generator) < 0.3))


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("name", ["shortest_path", "dijkstra", "bellman_ford", "johnson", "floyd_warshall"])
def test_paths(name: str, directed: bool, graph: Any) -> None:
    found, before = getattr(csgraph, name)(graph, directed=directed, return_predecessors=True)
    expected, parents = getattr(reference, name)(graph.to_scipy(), directed=directed, return_predecessors=True)
    numpy.testing.assert_allclose(found, expected)
    numpy.testing.assert_array_equal(before, parents)

    def lengths(values: Tensor) -> Tensor:
        paths = getattr(csgraph, name)(graph._like(values), directed=directed)
        return paths[torch.isfinite(paths)]

    values = graph.data.clone().requires_grad_()
    numpy.testing.assert_allclose(lengths(values).detach(), expected[numpy.isfinite(expected)])
    assert torch.autograd.gradcheck(lengths, (values,), check_forward_ad=True)


def test_single_sources_limits_and_k_paths(graph: Any) -> None:
    host = graph.to_scipy()
    for options in ({"indices": 2}, {"indices": [1, 3], "min_only": True}, {"limit": 0.7}):
        numpy.testing.assert_allclose(csgraph.dijkstra(graph, **options), reference.dijkstra(host, **options))
    numpy.testing.assert_allclose(csgraph.yen(graph, 0, 3, 3), reference.yen(host, 0, 3, 3))
    values = graph.data.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda v: csgraph.yen(graph._like(v), 0, 3, 3), (values,))


def test_trees(graph: Any) -> None:
    host = graph.to_scipy()
    tree = csgraph.minimum_spanning_tree(graph)
    numpy.testing.assert_allclose(tree.toarray(), reference.minimum_spanning_tree(host).toarray())
    for name in ("breadth_first_tree", "depth_first_tree"):
        for directed in (True, False):
            found = getattr(csgraph, name)(graph, 0, directed=directed).toarray()
            numpy.testing.assert_allclose(found, getattr(reference, name)(host, 0, directed=directed).toarray())
    values = graph.data.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda v: csgraph.minimum_spanning_tree(graph._like(v)).sum(), (values,))


@pytest.mark.parametrize("normed", [True, False])
@pytest.mark.parametrize("symmetrized", [True, False])
@pytest.mark.parametrize("use_out_degree", [True, False])
def test_laplacian(normed: bool, symmetrized: bool, use_out_degree: bool, graph: Any) -> None:
    options: dict[str, Any] = dict(normed=normed, symmetrized=symmetrized, use_out_degree=use_out_degree)
    found, degrees = csgraph.laplacian(graph, return_diag=True, **options)
    expected, diagonal = reference.laplacian(graph.to_scipy(), return_diag=True, **options)
    numpy.testing.assert_allclose(found.toarray(), expected.toarray(), atol=1e-14)
    numpy.testing.assert_allclose(degrees, diagonal)
    numpy.testing.assert_allclose(csgraph.laplacian(graph.toarray(), **options), expected.toarray(), atol=1e-14)
    x = torch.ones(N, 2, dtype=torch.float64)
    for form in ("lo", "function"):
        product = csgraph.laplacian(graph, form=form, **options)
        numpy.testing.assert_allclose(product(x), expected @ x.numpy(), atol=1e-13)
    values = graph.data.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda v: csgraph.laplacian(graph._like(v), **options).toarray(), (values,))


def test_orders_matchings_and_flows(graph: Any) -> None:
    host = graph.to_scipy()
    for name in ("reverse_cuthill_mckee", "structural_rank", "maximum_bipartite_matching"):
        numpy.testing.assert_array_equal(getattr(csgraph, name)(graph), getattr(reference, name)(host))
    for name in ("breadth_first_order", "depth_first_order"):
        for ours, theirs in zip(getattr(csgraph, name)(graph, 0), getattr(reference, name)(host, 0)):
            numpy.testing.assert_array_equal(ours, theirs)
    count, labels = csgraph.connected_components(graph, connection="strong")
    expected = reference.connected_components(host, connection="strong")
    assert count == expected[0]
    numpy.testing.assert_array_equal(labels, expected[1])
    capacities = csr_array((graph.toarray() * 10).int())
    flow = csgraph.maximum_flow(capacities, 0, N - 1)
    assert flow.flow_value == reference.maximum_flow(capacities.to_scipy(), 0, N - 1).flow_value
    numpy.testing.assert_array_equal(flow.flow.toarray()[0].sum(), flow.flow_value)
    full = csr_array(graph.toarray() + 1)
    rows, columns = csgraph.min_weight_full_bipartite_matching(full)
    numpy.testing.assert_array_equal(columns, reference.min_weight_full_bipartite_matching(full.to_scipy())[1])
    assert rows.tolist() == list(range(N))


def test_dense_masked_and_sparse_graphs(graph: Any) -> None:
    dense = graph.toarray()
    torch.testing.assert_close(csgraph.csgraph_from_dense(dense).toarray(), dense)
    numpy.testing.assert_allclose(
        csgraph.csgraph_to_dense(graph, numpy.inf), reference.csgraph_to_dense(graph.to_scipy(), numpy.inf)
    )
    masked = csgraph.csgraph_masked_from_dense(dense)
    numpy.testing.assert_allclose(csgraph.csgraph_from_masked(masked).toarray(), dense)
    numpy.testing.assert_allclose(csgraph.csgraph_to_masked(graph).filled(0), dense)
    distances, before = csgraph.shortest_path(graph, return_predecessors=True)
    torch.testing.assert_close(csgraph.construct_dist_matrix(dense, before), distances)
    tree = csgraph.reconstruct_path(graph, before[0])
    expected = reference.reconstruct_path(graph.to_scipy(), before[0].numpy())
    numpy.testing.assert_allclose(tree.toarray(), expected.toarray())


def test_refusals(graph: Any) -> None:
    with pytest.raises(csgraph.NegativeCycleError):
        csgraph.johnson(torch.tensor([[0.0, -1.0], [-1.0, 0.0]]))
    with pytest.raises(NotImplementedError, match="vmap"):
        torch.func.vmap(lambda v: csgraph.dijkstra(graph._like(v)))(torch.stack([graph.data] * 2))
    with pytest.raises(TypeError, match="CSR"):
        csgraph.maximum_flow(graph.toarray(), 0, 1)
    with pytest.raises(TypeError, match="derivative"):
        csgraph.csgraph_masked_from_dense(graph.toarray().requires_grad_())
    with pytest.raises(ValueError, match="square"):
        csgraph.laplacian(torch.ones(2, 3))
