"""Solutions of sparse systems: SuperLU and conjugate gradients, and their gradients in values and right-hand side.

SciPy has values only: a row of value and gradient stands beside SciPy's value, and is to take at most three times that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy
import scipy.sparse
import scipy.sparse.linalg
import torch

from scitorch.sparse import csr_array
from scitorch.sparse.linalg import cg, spsolve

from .timing import OURS, Row

#: Points along a side of the Poisson grids.
DIRECT_SIDE, ITERATIVE_SIDE = 200, 200


def poisson(side: int) -> Any:
    """The five-point Laplacian of a square."""
    line = scipy.sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(side, side))
    return scipy.sparse.kronsum(line, line).tocsr()


def rows() -> Iterator[Row]:
    """Each solution, and its value and gradient."""
    yield from _rows("spsolve", DIRECT_SIDE, lambda a, b: spsolve(a, b), lambda a, b: scipy.sparse.linalg.spsolve(a, b))
    yield from _rows(
        "cg",
        ITERATIVE_SIDE,
        lambda a, b: cg(a, b, rtol=1e-8)[0],
        lambda a, b: scipy.sparse.linalg.cg(a, b, rtol=1e-8)[0],
    )


def _rows(name: str, side: int, ours: Callable[..., Any], theirs: Callable[..., Any]) -> Iterator[Row]:
    host = poisson(side)
    b = numpy.random.default_rng(0).random(side**2)
    values = torch.from_numpy(host.data)
    array = csr_array((values, torch.from_numpy(host.indices), torch.from_numpy(host.indptr)), shape=host.shape)
    tensor = torch.from_numpy(b)
    case = f"Poisson, n = {side**2}"
    yield Row("sparse_linalg", name, case, {OURS: lambda: ours(array, tensor), "SciPy": lambda: theirs(host, b)})
    moving, moved = values.clone().requires_grad_(), tensor.clone().requires_grad_()

    def gradient() -> Any:
        return torch.autograd.grad(ours(array._like(moving), moved).sum(), (moving, moved))

    contenders = {OURS: gradient, "SciPy": lambda: theirs(host, b)}
    yield Row("sparse_linalg", name, f"value and gradient, {case}", contenders, ("SciPy: the value alone",))
