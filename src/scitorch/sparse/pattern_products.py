"""Products of two sparse matrices on fixed patterns.

The three operators are the gradients of one trilinear form, Σ a[i, k] b[k, j] c[i, j], in c, a and b. So they are each
other's derivatives, and derivatives of every order need memory proportional to the stored values.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Tensor

from ..op import Maker, Sample, gufunc
from .line_code import line_code
from .product_kernels import COMPILED, addresses, alike, lines_of

_SIGNATURES = {
    "c": "(z),(y),(p),(z),(q),(y),(p),(x)->(x)",
    "a": "(x),(y),(p),(z),(q),(y),(p),(x)->(z)",
    "b": "(z),(x),(p),(z),(q),(y),(p),(x)->(y)",
}
_FUNCTIONS = {"c": "combine", "a": "combine_left", "b": "combine_right"}


def _kernel(result: str) -> Callable[..., Tensor]:
    """The kernel of the operator that gives ``result`` of the other two."""

    def kernel(first: Tensor, second: Tensor, *index: Tensor, width: int) -> Tensor:
        if any(i.ndim != 1 for i in index):
            raise ValueError("the index arrays of a batch of sparse matrices must be the same for all")
        size = len(index[{"a": 1, "b": 3, "c": 5}[result]])
        batch = torch.broadcast_shapes(first.shape[:-1], second.shape[:-1])
        out = torch.zeros(*batch, size, dtype=first.dtype, device=first.device)
        first, second = (x.expand(*batch, x.shape[-1]) for x in (first, second))
        for place in itertools.product(*map(range, batch)):
            out[place] = _one(result, first[place], second[place], index, width, size)
        return out

    return kernel


def _one(result: str, first: Tensor, second: Tensor, index: tuple[Tensor, ...], width: int, size: int) -> Tensor:
    if not first.is_cpu or first.dtype not in COMPILED:
        return _anywhere(result, first, second, index, size)
    first, second = first.contiguous(), second.contiguous()
    out = torch.zeros(size, dtype=first.dtype)
    a, b, c = {"c": (first, second, out), "a": (out, second, first), "b": (first, out, second)}[result]
    ap, ai, bp, bi, cp, ci = alike(*index)
    work = torch.zeros(width, dtype=first.dtype)
    function = line_code(first.dtype, ai.dtype)[_FUNCTIONS[result]]
    function(*addresses(a, ap, ai, b, bp, bi, c, cp, ci, work), len(ap) - 1)
    return out


def _anywhere(result: str, first: Tensor, second: Tensor, index: tuple[Tensor, ...], size: int) -> Tensor:
    """The same by torch's own functions, on any device; memory is proportional to the number of terms."""
    ap, ai, bp, bi, cp, ci = (i.long() for i in index)
    lengths = bp.diff()[ai]
    left = torch.repeat_interleave(torch.arange(len(ai), device=ai.device), lengths)
    begins = lengths.cumsum(0) - lengths
    right = torch.arange(len(left), device=ai.device) + (bp[ai] - begins)[left]
    columns = int(torch.cat([bi, ci]).max()) + 1 if len(bi) + len(ci) else 1
    wanted = lines_of(ap, len(ai))[left] * columns + bi[right]
    product = torch.searchsorted(lines_of(cp, len(ci)) * columns + ci, wanted)
    source = {"c": (left, right, product), "a": (product, right, left), "b": (left, product, right)}[result]
    terms = first[source[0]] * second[source[1]]
    return first.new_zeros(size).index_add_(0, source[2], terms)


def product_anywhere(a: Tensor, b: Tensor, *index: Tensor, width: int) -> Tensor:
    """Values of a product of integers."""
    return _anywhere("c", a, b, index, len(index[5]))


def _index() -> tuple[Tensor, ...]:
    """Patterns of a 3×4 and a 4×3 matrix, and of their product."""
    a = (torch.tensor([0, 2, 2, 4]), torch.tensor([0, 2, 1, 3]))
    b = (torch.tensor([0, 1, 3, 5, 5]), torch.tensor([1, 0, 2, 0, 1]))
    c = (torch.tensor([0, 2, 2, 4]), torch.tensor([0, 1, 0, 2]))
    return (*a, *b, *c)


def _samples(sizes: tuple[int, int]) -> Callable[[Maker], list[Sample]]:
    def samples(make: Maker) -> list[Sample]:
        first, second = sizes
        narrow = tuple(i.int() for i in _index())
        return [
            Sample((make(first), make(second), *_index()), {"width": 3}),
            Sample((make(2, first), make(second), *narrow), {"width": 3}),
        ]

    return samples


def _dense(data: Any, indptr: Any, indices: Any, columns: int) -> Any:
    matrix = numpy.zeros((*data.shape[:-1], len(indptr) - 1, columns), data.dtype)
    matrix[..., numpy.repeat(numpy.arange(len(indptr) - 1), numpy.diff(indptr)), indices] = data
    return matrix


def _picked(matrix: Any, indptr: Any, indices: Any) -> Any:
    return matrix[..., numpy.repeat(numpy.arange(len(indptr) - 1), numpy.diff(indptr)), indices]


def _reference_c(a: Any, b: Any, ap: Any, ai: Any, bp: Any, bi: Any, cp: Any, ci: Any, *, width: int) -> Any:
    return _picked(_dense(a, ap, ai, len(bp) - 1) @ _dense(b, bp, bi, width), cp, ci)


def _reference_a(c: Any, b: Any, ap: Any, ai: Any, bp: Any, bi: Any, cp: Any, ci: Any, *, width: int) -> Any:
    return _picked(_dense(c, cp, ci, width) @ _dense(b, bp, bi, width).swapaxes(-1, -2), ap, ai)


def _reference_b(a: Any, c: Any, ap: Any, ai: Any, bp: Any, bi: Any, cp: Any, ci: Any, *, width: int) -> Any:
    return _picked(_dense(a, ap, ai, len(bp) - 1).swapaxes(-1, -2) @ _dense(c, cp, ci, width), bp, bi)


@gufunc(
    _SIGNATURES["c"],
    kernel=_kernel("c"),
    linear={
        "a": lambda g, a, b, *index, width: _left_factor(g, b.conj(), *index, width=width),
        "b": lambda g, a, b, *index, width: _right_factor(a.conj(), g, *index, width=width),
    },
    loops="rriiiiii->r zziiiiii->z",
    samples=_samples((4, 5)),
    reference=_reference_c,
    public=False,
)
def pattern_product(
    a: Tensor,
    b: Tensor,
    a_indptr: Tensor,
    a_indices: Tensor,
    b_indptr: Tensor,
    b_indices: Tensor,
    c_indptr: Tensor,
    c_indices: Tensor,
    *,
    width: int = 0,
) -> Tensor:
    """Values of the product of two matrices of compressed rows, on a pattern that holds it.

    Parameters
    ----------
    a, b : (..., z), (..., y)
        Entries of the factors.
    a_indptr, a_indices, b_indptr, b_indices, c_indptr, c_indices : tensor
        Their patterns and that of the product.
    width : int
        Columns of the product.

    Returns
    -------
    (..., x)
        Entries of the product.
    """


@gufunc(
    _SIGNATURES["a"],
    kernel=_kernel("a"),
    linear={
        "c": lambda g, c, b, *index, width: pattern_product(g, b.conj(), *index, width=width),
        "b": lambda g, c, b, *index, width: _right_factor(g, c.conj(), *index, width=width),
    },
    loops="rriiiiii->r zziiiiii->z",
    samples=_samples((4, 5)),
    reference=_reference_a,
    public=False,
)
def _left_factor(
    c: Tensor,
    b: Tensor,
    a_indptr: Tensor,
    a_indices: Tensor,
    b_indptr: Tensor,
    b_indices: Tensor,
    c_indptr: Tensor,
    c_indices: Tensor,
    *,
    width: int = 0,
) -> Tensor:
    """Elements of ``c @ b.T`` on the pattern of the left factor; see :func:`pattern_product`."""


@gufunc(
    _SIGNATURES["b"],
    kernel=_kernel("b"),
    linear={
        "a": lambda g, a, c, *index, width: _left_factor(c.conj(), g, *index, width=width),
        "c": lambda g, a, c, *index, width: pattern_product(a.conj(), g, *index, width=width),
    },
    loops="rriiiiii->r zziiiiii->z",
    samples=_samples((4, 4)),
    reference=_reference_b,
    public=False,
)
def _right_factor(
    a: Tensor,
    c: Tensor,
    a_indptr: Tensor,
    a_indices: Tensor,
    b_indptr: Tensor,
    b_indices: Tensor,
    c_indptr: Tensor,
    c_indices: Tensor,
    *,
    width: int = 0,
) -> Tensor:
    """Elements of ``a.T @ c`` on the pattern of the right factor; see :func:`pattern_product`."""
