"""Colourings of sparse matrices: which columns, or rows, can be computed together and told apart afterwards."""

from __future__ import annotations

from typing import Any

import numpy
import scipy.sparse

__all__ = ["column_colours", "star_colours"]


def column_colours(pattern: Any) -> Any:
    """A colour for each column, such that columns of one colour have no row in common.

    Greedy, columns with most entries first: a colouring of distance two of the bipartite graph [1]_.

    References
    ----------
    .. [1] A. H. Gebremedhin, F. Manne, A. Pothen, What color is your Jacobian?, SIAM Review 47, 2005.
    """
    by_column, by_row = scipy.sparse.csc_array(pattern), scipy.sparse.csr_array(pattern)
    count = pattern.shape[1]
    colours = numpy.full(count, -1)
    seen = numpy.full(count + 1, -1)  # the column that last met a colour
    for column in numpy.argsort(-numpy.diff(by_column.indptr), kind="stable"):
        for row in by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]:
            met = colours[by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]]
            seen[met[met >= 0]] = column
        colours[column] = numpy.argmax(seen[:-1] != column) if count else 0
    return colours


def star_colours(pattern: Any) -> Any:
    """A colour for each column of a symmetric matrix, such that each entry or its mirror image can be read off.

    Neighbours differ, and so do the ends and the middle of every path of four, greedily ([1]_, algorithm 4.1).

    References
    ----------
    .. [1] A. H. Gebremedhin, F. Manne, A. Pothen, What color is your Jacobian?, SIAM Review 47, 2005.
    """
    graph = scipy.sparse.csr_array(pattern)
    count = graph.shape[0]
    lists = [graph.indices[graph.indptr[v] : graph.indptr[v + 1]].tolist() for v in range(count)]
    colours = [-1] * count
    for v in range(count):
        forbidden: set[int] = set()
        for w in lists[v]:
            if w == v:
                continue
            if colours[w] < 0:
                forbidden.update(colours[x] for x in lists[w] if x != w)
                continue
            forbidden.add(colours[w])
            for x in lists[w]:
                if x in (w, v) or colours[x] < 0:
                    continue
                if any(y != w and y != x and colours[y] == colours[w] for y in lists[x]):
                    forbidden.add(colours[x])
        colour = 0
        while colour in forbidden:
            colour += 1
        colours[v] = colour
    return numpy.array(colours, dtype=int)
