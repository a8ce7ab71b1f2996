"""Products of a sparse matrix with a dense one, and products of dense ones sampled on a pattern.

Both are derivatives of one trilinear form, Σ a[z] x[i(z), n] y[j(z), n] over the entries z of a pattern and the columns
n: the sparse product is its gradient in x, the transposed product that in y, the sampled product that in a. So the
three are each other's derivatives, and no derivative of any order makes a dense matrix.
"""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor

from ..op import Maker, Sample, gufunc
from .product_kernels import product_kernel, sampled_kernel


def _pattern_sample(columns: int) -> tuple[Tensor, Tensor]:
    """A pattern of three lines with an empty one."""
    indices = torch.tensor([0, 2, 1, 2, 3])
    return torch.tensor([0, 2, 2, 5]), indices % columns


def _product_samples(make: Maker) -> list[Sample]:
    indptr, indices = _pattern_sample(4)
    return [
        Sample((make(5), make(4, 2), indptr, indices), {"size": 4}),
        Sample((make(2, 5), make(2, 3, 1), indptr, indices), {"size": 4, "transposed": True}),
        Sample((make(5), make(2, 4, 1), indptr.int(), indices.int()), {"size": 4}),
    ]


def _sampled_samples(make: Maker) -> list[Sample]:
    indptr, indices = _pattern_sample(4)
    return [
        Sample((make(3, 2), make(4, 2), indptr, indices)),
        Sample((make(2, 3, 1), make(4, 1), indptr.int(), indices.int())),
    ]


def _dense_product(data: Any, dense: Any, indptr: Any, indices: Any, *, size: int = 0, transposed: bool = False) -> Any:
    matrix = numpy.zeros((*data.shape[:-1], len(indptr) - 1, size), data.dtype)
    rows = numpy.repeat(numpy.arange(len(indptr) - 1), numpy.diff(indptr))
    matrix[..., rows, indices] = data
    return (matrix.swapaxes(-1, -2) if transposed else matrix) @ dense


def _dense_sampled(x: Any, y: Any, indptr: Any, indices: Any) -> Any:
    rows = numpy.repeat(numpy.arange(len(indptr) - 1), numpy.diff(indptr))
    return (x[..., rows, :] * y[..., indices, :]).sum(-1)


def _cotangent_of_data(
    g: Tensor, data: Tensor, dense: Tensor, indptr: Tensor, indices: Tensor, *, size: int, transposed: bool
) -> Tensor:
    x, y = (dense.conj(), g) if transposed else (g, dense.conj())
    return sampled_product(x, y, indptr, indices)


@gufunc(
    "(z),(k,n),(p),(z)->(m,n)",
    kernel=product_kernel,
    linear={
        "data": _cotangent_of_data,
        "dense": lambda g, data, dense, indptr, indices, size, transposed: compressed_product(
            data.conj(), g, indptr, indices, size=size, transposed=not transposed
        ),
    },
    sizes=lambda p, size, transposed, **rest: {"m": size if transposed else p - 1},
    loops="rrii->r zzii->z",
    samples=_product_samples,
    reference=_dense_product,
    public=False,
)
def compressed_product(
    data: Tensor, dense: Tensor, indptr: Tensor, indices: Tensor, *, size: int = 0, transposed: bool = False
) -> Tensor:
    """Product of a matrix of compressed rows, or of its transpose, with a dense matrix.

    Parameters
    ----------
    data : (..., z)
        Entries of the matrix.
    dense : (..., k, n)
        The other factor.
    indptr : (p,)
        Where each line begins.
    indices : (z,)
        Place of every entry in its line.
    size : int
        Length of the lines.
    transposed : bool
        Whether the lines are columns.

    Returns
    -------
    (..., m, n)
        The product.
    """


@gufunc(
    "(m,n),(k,n),(p),(z)->(z)",
    kernel=sampled_kernel,
    linear={
        "x": lambda g, x, y, indptr, indices: compressed_product(g, y.conj(), indptr, indices, size=y.shape[-2]),
        "y": lambda g, x, y, indptr, indices: compressed_product(
            g, x.conj(), indptr, indices, size=y.shape[-2], transposed=True
        ),
    },
    loops="rrii->r zzii->z",
    samples=_sampled_samples,
    reference=_dense_sampled,
    public=False,
)
def sampled_product(x: Tensor, y: Tensor, indptr: Tensor, indices: Tensor) -> Tensor:
    """Elements of ``x @ y.T`` on a pattern of compressed rows.

    Parameters
    ----------
    x : (..., m, n)
        The left factor.
    y : (..., k, n)
        The right factor, by rows.
    indptr : (p,)
        Where each row begins; ``p`` is ``m + 1``.
    indices : (z,)
        Column of every element.

    Returns
    -------
    (..., z)
        The elements.
    """
