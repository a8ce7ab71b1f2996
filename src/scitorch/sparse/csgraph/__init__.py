"""Graphs as sparse arrays, with SciPy's names and arguments.

The algorithms are SciPy's. What they return as weights (lengths of paths, weights of trees, flows of Laplacians) is a
function of the edge weights, and has derivatives in them: those along the paths and trees that were found.
"""

from .conversions import (
    construct_dist_matrix,
    csgraph_from_dense,
    csgraph_from_masked,
    csgraph_masked_from_dense,
    csgraph_to_dense,
    csgraph_to_masked,
    reconstruct_path,
)
from .laplacian import laplacian
from .matching import (
    maximum_bipartite_matching,
    maximum_flow,
    min_weight_full_bipartite_matching,
    reverse_cuthill_mckee,
    structural_rank,
)
from .paths import NegativeCycleError, bellman_ford, dijkstra, floyd_warshall, johnson, shortest_path, yen
from .traversal import (
    breadth_first_order,
    breadth_first_tree,
    connected_components,
    depth_first_order,
    depth_first_tree,
    minimum_spanning_tree,
)

__all__ = [
    "NegativeCycleError",
    "bellman_ford",
    "breadth_first_order",
    "breadth_first_tree",
    "connected_components",
    "construct_dist_matrix",
    "csgraph_from_dense",
    "csgraph_from_masked",
    "csgraph_masked_from_dense",
    "csgraph_to_dense",
    "csgraph_to_masked",
    "depth_first_order",
    "depth_first_tree",
    "dijkstra",
    "floyd_warshall",
    "johnson",
    "laplacian",
    "maximum_bipartite_matching",
    "maximum_flow",
    "min_weight_full_bipartite_matching",
    "minimum_spanning_tree",
    "reconstruct_path",
    "reverse_cuthill_mckee",
    "shortest_path",
    "structural_rank",
    "yen",
]
