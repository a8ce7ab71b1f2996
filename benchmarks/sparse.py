"""Operations on large sparse matrices of three kinds, and the gradient of each, against SciPy, torch.sparse and JAX.

SciPy has no gradients: the rows of gradients compare value and gradient together with SciPy's value alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import scipy.sparse
import torch

from scitorch import sparse

from .peers import jax_installed
from .timing import OURS, Row

_COLUMNS = 32


def matrices() -> Iterator[tuple[str, Any]]:
    """The five-point Laplacian of 10⁶ points, a random matrix with 20 entries a row, a graph with a power law."""
    ones = numpy.ones(1000)
    line = scipy.sparse.diags_array([-ones[1:], 2 * ones, -ones[1:]], offsets=[-1, 0, 1])
    yield "Poisson 10⁶", scipy.sparse.kronsum(line, line).tocsr()
    rng = numpy.random.default_rng(0)
    size = 100_000
    yield "random 10⁵×20", scipy.sparse.random_array((size, size), density=20 / size, rng=rng, format="csr")
    ends = (size * rng.random((2, 10 * size)) ** 3).astype(numpy.int64)
    graph = scipy.sparse.coo_array((rng.random(10 * size), tuple(ends)), shape=(size, size)).tocsr()
    graph.sort_indices()
    yield "power law 10⁵", graph


def rows() -> Iterator[Row]:
    """Values and gradients of the operations on every matrix."""
    for kind, host in matrices():
        yield from _products(kind, host)
        yield from _structural(kind, host)


def _ours(host: Any, *, tracked: bool = False) -> Any:
    values = torch.from_numpy(host.data).clone().requires_grad_(tracked)
    index = (torch.from_numpy(host.indices), torch.from_numpy(host.indptr))
    return sparse.csr_array((values, *index), shape=host.shape)


def _theirs(host: Any, *, tracked: bool = False) -> torch.Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = torch.from_numpy(host.data).clone()
        parts = (torch.from_numpy(host.indptr), torch.from_numpy(host.indices), values)
        return torch.sparse_csr_tensor(*parts, size=host.shape, requires_grad=tracked)


def _products(kind: str, host: Any) -> Iterator[Row]:
    generator = torch.Generator().manual_seed(0)
    array, tracked, tensor = _ours(host), _ours(host, tracked=True), _theirs(host)
    shapes = {"matrix times vector": (host.shape[1],), f"matrix times {_COLUMNS} columns": (host.shape[1], _COLUMNS)}
    for name, shape in shapes.items():
        x = torch.randn(*shape, dtype=torch.float64, generator=generator)
        moved = x.clone().requires_grad_()
        values: dict[str, Callable[[], Any]] = {
            OURS: lambda x=x: array @ x,
            "SciPy": lambda x=x: host @ x.numpy(),
            "torch": lambda x=x: tensor @ x,
        }

        def gradient(moved: torch.Tensor = moved, weight: torch.Tensor = x) -> Any:
            return torch.autograd.grad(tracked @ moved, (tracked.data, moved), weight[: host.shape[0]])

        gradients: dict[str, Callable[[], Any]] = {OURS: gradient, "SciPy": values["SciPy"]}
        if jax_installed():
            values["JAX"], gradients["JAX"] = _jax(host, x.numpy())
        yield Row("sparse", name, kind, values)
        yield Row("sparse", name, f"{kind}, value and gradient", gradients)


def _jax(host: Any, x: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    import jax
    from jax.experimental import sparse as jax_sparse

    jax.config.update("jax_enable_x64", True)
    matrix = jax_sparse.BCOO.from_scipy_sparse(host)
    indices, dense = matrix.indices, jax.numpy.asarray(x)

    def product(data: Any, dense: Any) -> Any:
        return jax_sparse.BCOO((data, indices), shape=host.shape) @ dense

    value = jax.jit(product)
    slope = jax.jit(jax.grad(lambda d, v: (product(d, v) * dense).sum(), argnums=(0, 1)))
    return (
        lambda: jax.block_until_ready(value(matrix.data, dense)),
        lambda: jax.block_until_ready(slope(matrix.data, dense)),
    )


def _structural(kind: str, host: Any) -> Iterator[Row]:
    array, tracked = _ours(host), _ours(host, tracked=True)
    flipped, our_flipped = host.T.tocsr(), array.T.tocsr()
    count = host.shape[0]
    operations: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
        "add": (lambda a: a + our_flipped, lambda a: a + flipped),
        "transpose": (lambda a: a.T.tocsr(), lambda a: a.T.tocsr()),
        "row slice": (lambda a: a[count // 10 : count // 2], lambda a: a[count // 10 : count // 2]),
        "to csc": (lambda a: a.tocsc(), lambda a: a.tocsc()),
    }
    if kind != "power law 10⁵":  # its square has a thousand times as many entries
        operations["sparse product"] = (lambda a: a @ our_flipped, lambda a: a @ flipped)
    for name, (ours, theirs) in operations.items():
        by_scipy = lambda theirs=theirs: theirs(host)  # noqa: E731
        yield Row("sparse", name, kind, {OURS: lambda ours=ours: ours(array), "SciPy": by_scipy})

        def gradient(ours: Callable[[Any], Any] = ours) -> Any:
            result = ours(tracked).data
            return torch.autograd.grad(result, tracked.data, torch.ones_like(result))

        yield Row("sparse", name, f"{kind}, value and gradient", {OURS: gradient, "SciPy": by_scipy})
