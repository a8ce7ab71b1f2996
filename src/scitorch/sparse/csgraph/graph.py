"""A graph as the algorithms take it: weights that may be differentiated, and SciPy's array with the same pattern."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from torch import Tensor

from ...op.torch_private import is_transformed, without_wrappers
from ..base import issparse
from ..kinds import as_tensor, kind_of


def scipy_csgraph() -> Any:
    """SciPy's module, imported when it is needed."""
    return importlib.import_module("scipy.sparse.csgraph")


@dataclass(frozen=True)
class Graph:
    """Weights of edges, where they are, and the kind of array that results have."""

    weights: Tensor
    host: Any
    kind: Any
    dense: bool

    @property
    def sources(self) -> Tensor:
        """The row of every weight."""
        counts = torch.from_numpy(numpy.diff(self.host.indptr)).long()
        return torch.repeat_interleave(torch.arange(self.host.shape[0]), counts)

    @property
    def targets(self) -> Tensor:
        """The column of every weight."""
        return torch.from_numpy(self.host.indices).long()

    def places(self) -> Tensor:
        """``row * n + column`` of every weight, ascending."""
        return self.sources * self.host.shape[1] + self.targets


def graph_of(function: str, csgraph: Any, *, null_value: float = 0) -> Graph:
    """The graph of a sparse array, or of a dense one whose zeros, infinities and NaN are no edges.

    Raises
    ------
    ValueError
        If it is no matrix.
    """
    kind = kind_of(csgraph)
    if type(csgraph).__module__.startswith("scipy.sparse"):
        from .. import csr_array

        csgraph = csr_array(csgraph)
    if issparse(csgraph):
        if csgraph.ndim != 2:
            raise ValueError(f"{function}: compressed-sparse graph must be 2-dimensional")
        made = csgraph.tocsr()._canonical()
        weights = made._values
        indptr, indices = made._pattern.host()
        return Graph(weights, _host(weights, indices, indptr, made.shape), kind, False)
    if isinstance(csgraph, numpy.ma.MaskedArray):
        csgraph = csgraph.filled(null_value)
    full = as_tensor(csgraph, kind)
    if full.ndim != 2:
        raise ValueError(f"{function}: compressed-sparse graph must be 2-dimensional")
    plain = values_of(function, full)
    absent = (plain == null_value) | ~torch.isfinite(plain.double())
    rows, columns = (~absent).nonzero(as_tuple=True)
    indptr = numpy.concatenate([[0], numpy.bincount(rows.numpy(), minlength=full.shape[0]).cumsum()])
    weights = full[rows.to(full.device), columns.to(full.device)]
    host = _host(weights, columns.numpy().astype(numpy.int32), indptr.astype(numpy.int32), tuple(full.shape))
    return Graph(weights, host, kind, True)


def _host(weights: Tensor, indices: Any, indptr: Any, shape: Any) -> Any:
    sparse = importlib.import_module("scipy.sparse")
    data = values_of("csgraph", weights).numpy()
    return sparse.csr_array((data.copy(), indices.copy(), indptr.copy()), shape=shape)


def values_of(function: str, x: Tensor) -> Tensor:
    """The numbers in a tensor, which decide what an algorithm does.

    Raises
    ------
    NotImplementedError
        Under ``vmap``, where there is one decision for each of the batch.
    """
    x = without_wrappers(x)
    if is_transformed(x):
        raise NotImplementedError(
            f"{function}: the values of the edges decide what is found, so vmap over them is not possible; use a loop"
        )
    return x.detach().cpu()


def whole(array: Any, kind: Any) -> Any:
    """An integer result of SciPy's in the caller's kind of array."""
    tensor = torch.from_numpy(numpy.ascontiguousarray(array))
    return tensor if kind is None else kind.from_tensor(tensor)
