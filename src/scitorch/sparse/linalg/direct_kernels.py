"""Solutions with SuperLU, as an operator on the values of a pattern."""

from __future__ import annotations

import importlib
import itertools
import math
import warnings
import weakref
from functools import partial
from typing import Any

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from ...op import Maker, Sample, gufunc
from ..matrix_products import compressed_product, sampled_product
from ..product_kernels import _one_pattern, lines_of


class Factors:
    """Factorisations by SuperLU that a caller keeps, found again by the number that the operator is given."""

    def __init__(self, incomplete: bool, options: dict[str, Any]) -> None:
        self.incomplete, self.options = incomplete, options
        self.number = next(_numbers)
        self._data: Tensor | None = None
        self._found: list[Any] = []
        _kept[self.number] = self

    def of(self, data: Tensor, indptr: Tensor, indices: Tensor, n: int) -> list[Any]:
        """One factorisation for each row of values; computed only if the values changed."""
        if self._data is None or self._data.shape != data.shape or not torch.equal(self._data, data):
            self._found = [factorised(row, indptr, indices, n, self.incomplete, self.options) for row in data]
            self._data = data.detach().clone()
        return self._found


_numbers = itertools.count(1)
_kept: weakref.WeakValueDictionary[int, Factors] = weakref.WeakValueDictionary()


def factorised(
    data: Tensor, indptr: Tensor, indices: Tensor, n: int, incomplete: bool = False, options: Any = None
) -> Any:
    """SuperLU's object for compressed columns."""
    sparse, linalg = importlib.import_module("scipy.sparse"), importlib.import_module("scipy.sparse.linalg")
    matrix = sparse.csc_array(tuple(map(_host, (data, indices, indptr))), shape=(n, n))
    matrix.sort_indices()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sparse.SparseEfficiencyWarning)
        return (linalg.spilu if incomplete else linalg.splu)(matrix, **(options or {}))


def _host(x: Tensor) -> Any:
    return numpy.ascontiguousarray(x.numpy(force=True))


def _solve_kernel(
    data: Tensor,
    indptr: Tensor,
    indices: Tensor,
    b: Tensor,
    *,
    by_column: bool,
    permc_spec: str,
    kept: int,
    incomplete: bool = False,
) -> Tensor:
    _one_pattern(indptr, indices)
    n, k = b.shape[-2:]
    batch = torch.broadcast_shapes(data.shape[:-1], b.shape[:-2])  # type: ignore[no-untyped-call]
    rows = data.reshape(math.prod(data.shape[:-1]), data.shape[-1])
    out = torch.empty((*batch, n, k), dtype=b.dtype)
    if not out.numel():
        return out.to(b.device)
    one = len(rows) == 1
    if one:  # the columns of the whole batch at once
        sides = b.expand(*batch, n, k).reshape(-1, n, k).movedim(0, 1).reshape(1, n, -1)
    else:
        rows = data.expand(*batch, data.shape[-1]).reshape(math.prod(batch), data.shape[-1])
        sides = b.expand(*batch, n, k).reshape(math.prod(batch), n, k)
    factors = _kept.get(kept)
    if incomplete and kept and factors is None:
        raise RuntimeError("spilu: the factorisation is gone; keep the object for as long as derivatives are taken")
    options = {"permc_spec": permc_spec or None}
    # SuperLU has compressed columns: compressed rows are those of the transpose
    trans = "N" if by_column else "T"
    solved = []
    found = None if factors is None else factors.of(rows, indptr, indices, n)
    for i, (row, side) in enumerate(zip(rows, sides)):
        try:
            factor = found[i] if found is not None else factorised(row, indptr, indices, n, False, options)
            x = torch.from_numpy(numpy.ascontiguousarray(factor.solve(side.numpy(force=True), trans)))
        except RuntimeError as error:
            if "singular" not in str(error):
                raise
            rank = importlib.import_module("scipy.sparse.linalg").MatrixRankWarning
            warnings.warn("spsolve: the matrix is exactly singular", rank, stacklevel=2)
            x = torch.full(side.shape, torch.nan, dtype=b.dtype)
        solved.append(x)
    if one:
        return solved[0].reshape(n, -1, k).movedim(1, 0).reshape(*batch, n, k).contiguous().to(b.device)
    return torch.stack(solved).reshape(*batch, n, k).to(b.device)


def _product(data: Tensor, indptr: Tensor, indices: Tensor, x: Tensor, by_column: bool) -> Tensor:
    return compressed_product(data, x, indptr, indices, size=x.shape[-2], transposed=by_column)


def _pattern_product(g: Tensor, x: Tensor, indptr: Tensor, indices: Tensor, by_column: bool) -> Tensor:
    """``g x^H`` on the pattern."""
    x = x.conj().resolve_conj()
    left, right = (x, g) if by_column else (g, x)
    return sampled_product(left, right, indptr, indices)


def _adjoint_solution(
    g: Tensor, data: Tensor, indptr: Tensor, indices: Tensor, by_column: bool, **static: Any
) -> Tensor:
    # the same lines are the rows of the matrix and the columns of its transpose: a factor serves both
    if data.is_complex():
        g = g.conj().resolve_conj()
        x = sparse_solve(data, indptr, indices, g, by_column=not by_column, **static)
        return x.conj().resolve_conj()
    return sparse_solve(data, indptr, indices, g, by_column=not by_column, **static)


def _samples(make: Maker) -> list[Sample]:
    indptr, indices = torch.tensor([0, 2, 4, 7]), torch.tensor([0, 2, 0, 1, 0, 1, 2])
    shift = torch.tensor([4.0, 0, 0, 4, 0, 0, 4]).to(make.dtype)
    return [
        Sample((make(7) + shift, indptr, indices, make(3, 2))),
        Sample((make(2, 7) + shift, indptr.int(), indices.int(), make(3, 1)), {"by_column": True}),
    ]


@gufunc(
    "(z),(p),(z),(n,k)->(n,k)",
    kernel={"cpu": _solve_kernel},
    jvp={
        "data": lambda x, data, indptr, indices, b, tangent, by_column, **static: (
            -sparse_solve(
                data, indptr, indices, _product(tangent, indptr, indices, x, by_column), by_column=by_column, **static
            )
        )
    },
    linear={
        "b": lambda g, data, indptr, indices, b, by_column, **static: _adjoint_solution(
            g, data, indptr, indices, by_column, **static
        )
    },
    together=lambda g, x, data, indptr, indices, b, needed, by_column, **static: _cotangents(
        g, x, data, indptr, indices, needed, by_column, static
    ),
    samples=_samples,
    loops="riir->r ziiz->z",
    public=False,
)
def sparse_solve(
    data: Tensor,
    indptr: Tensor,
    indices: Tensor,
    b: Tensor,
    *,
    by_column: bool = False,
    permc_spec: str = "",
    kept: int = 0,
) -> Tensor:
    """Solution of A x = b, A of compressed rows or columns; ``kept`` is the number of a factorisation."""


def _cotangents(
    g: Tensor,
    x: Tensor,
    data: Tensor,
    indptr: Tensor,
    indices: Tensor,
    needed: tuple[bool, ...],
    by_column: bool,
    static: dict[str, Any],
) -> tuple[Tensor | None, ...]:
    side = _adjoint_solution(g, data, indptr, indices, by_column, **static)
    moved = -_pattern_product(side, x, indptr, indices, by_column) if needed[0] else None
    return moved, None, None, side if needed[3] else None


@gufunc(
    "(z),(p),(z),(n,k)->(n,k)",
    kernel={"cpu": partial(_solve_kernel, incomplete=True)},
    linear={
        "b": lambda g, data, indptr, indices, b, by_column, **static: (
            incomplete_solve(data, indptr, indices, g.conj().resolve_conj(), by_column=not by_column, **static)
            .conj()
            .resolve_conj()
        )
    },
    undefined={"data": "an incomplete factorisation drops entries by their size, so that it is not smooth"},
    samples=_samples,
    loops="riir->r ziiz->z",
    public=False,
)
def incomplete_solve(
    data: Tensor,
    indptr: Tensor,
    indices: Tensor,
    b: Tensor,
    *,
    by_column: bool = False,
    permc_spec: str = "",
    kept: int = 0,
) -> Tensor:
    """As ``sparse_solve`` by an incomplete factorisation: an approximate solution, linear in b."""


def _triangular_kernel(
    data: Tensor, indptr: Tensor, indices: Tensor, b: Tensor, *, by_column: bool, lower: bool, unit_diagonal: bool
) -> Tensor:
    _one_pattern(indptr, indices)
    sparse, linalg = importlib.import_module("scipy.sparse"), importlib.import_module("scipy.sparse.linalg")
    n, k = b.shape[-2:]
    batch = torch.broadcast_shapes(data.shape[:-1], b.shape[:-2])  # type: ignore[no-untyped-call]
    rows = data.expand(*batch, data.shape[-1]).reshape(math.prod(batch), data.shape[-1])
    sides = b.expand(*batch, n, k).reshape(math.prod(batch), n, k)
    make = sparse.csc_array if by_column else sparse.csr_array
    if bool((rows != _in_triangle_kernel(rows, indptr, indices, by_column=by_column, lower=lower)).any()):
        raise LinAlgError(f"spsolve_triangular: A is not {'lower' if lower else 'upper'} triangular")
    solved = []
    for row, side in zip(rows, sides):
        # SciPy's routine works on the arrays that it is given
        parts = tuple(_host(x).copy() for x in (row, indices, indptr))
        matrix = make(parts, shape=(n, n))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", sparse.SparseEfficiencyWarning)
            x = linalg.spsolve_triangular(
                matrix, side.numpy(force=True).copy(), lower=lower, unit_diagonal=unit_diagonal
            )
        solved.append(torch.from_numpy(numpy.ascontiguousarray(x)))
    if not solved:
        return torch.empty((*batch, n, k), dtype=b.dtype)
    return torch.stack(solved).reshape(*batch, n, k)


def _in_triangle_kernel(
    data: Tensor, indptr: Tensor, indices: Tensor, *, by_column: bool, lower: bool, strict: bool = False
) -> Tensor:
    _one_pattern(indptr, indices)
    lines = lines_of(indptr, len(indices))
    below = (indices - lines if by_column else lines - indices) * (1 if lower else -1)
    return torch.where(below > 0 if strict else below >= 0, data, 0)


@gufunc(
    "(z),(p),(z)->(z)",
    kernel=_in_triangle_kernel,
    linear={"data": lambda g, data, indptr, indices, **static: in_triangle(g, indptr, indices, **static)},
    samples=lambda make: [
        Sample((make(2, 7), torch.tensor([0, 2, 4, 7]), torch.tensor([0, 2, 0, 1, 0, 1, 2]))),
        Sample(
            (make(7), torch.tensor([0, 2, 4, 7]), torch.tensor([0, 2, 0, 1, 0, 1, 2])),
            {"by_column": True, "lower": True, "strict": True},
        ),
    ],
    loops="rii->r zii->z",
    public=False,
)
def in_triangle(
    data: Tensor,
    indptr: Tensor,
    indices: Tensor,
    *,
    by_column: bool = False,
    lower: bool = False,
    strict: bool = False,
) -> Tensor:
    """The values in one triangle, zeros for the others."""


def _read(values: Tensor, indptr: Tensor, indices: Tensor, by_column: bool, lower: bool, unit: bool) -> Tensor:
    """The values that a triangular solution depends on."""
    return in_triangle(values, indptr, indices, by_column=by_column, lower=lower, strict=unit)


@gufunc(
    "(z),(p),(z),(n,k)->(n,k)",
    kernel={"cpu": _triangular_kernel},
    jvp={
        "data": lambda x, data, indptr, indices, b, tangent, by_column, lower, unit_diagonal: (
            -triangular_solve(
                data,
                indptr,
                indices,
                _product(
                    _read(tangent, indptr, indices, by_column, lower, unit_diagonal), indptr, indices, x, by_column
                ),
                by_column=by_column,
                lower=lower,
                unit_diagonal=unit_diagonal,
            )
        )
    },
    linear={
        "b": lambda g, data, indptr, indices, b, by_column, lower, unit_diagonal: triangular_solve(
            data.conj().resolve_conj(),
            indptr,
            indices,
            g,
            by_column=not by_column,
            lower=not lower,
            unit_diagonal=unit_diagonal,
        )
    },
    vjp={
        "data": lambda g, x, data, indptr, indices, b, by_column, lower, unit_diagonal: _read(
            -_pattern_product(
                triangular_solve(
                    data.conj().resolve_conj(),
                    indptr,
                    indices,
                    g,
                    by_column=not by_column,
                    lower=not lower,
                    unit_diagonal=unit_diagonal,
                ),
                x,
                indptr,
                indices,
                by_column,
            ),
            indptr,
            indices,
            by_column,
            lower,
            unit_diagonal,
        )
    },
    samples=lambda make: [
        _triangular_sample(make, lower=True, by_column=False),
        _triangular_sample(make, lower=True, by_column=True),
        _triangular_sample(make, lower=False, by_column=False),
    ],
    loops="riir->r ziiz->z",
    public=False,
)
def triangular_solve(
    data: Tensor,
    indptr: Tensor,
    indices: Tensor,
    b: Tensor,
    *,
    by_column: bool = False,
    lower: bool = True,
    unit_diagonal: bool = False,
) -> Tensor:
    """Solution of A x = b by substitution, A triangular of compressed rows or columns."""


def _triangular_sample(make: Maker, *, lower: bool, by_column: bool) -> Sample:
    below = lower != by_column
    indptr = torch.tensor([0, 1, 3, 6]) if below else torch.tensor([0, 3, 5, 6])
    indices = torch.tensor([0, 0, 1, 0, 1, 2]) if below else torch.tensor([0, 1, 2, 1, 2, 2])
    shift = (torch.tensor([4.0, 0, 4, 0, 0, 4]) if below else torch.tensor([4.0, 0, 0, 4, 0, 4])).to(make.dtype)
    return Sample((make(6) + shift, indptr, indices, make(3, 2)), {"lower": lower, "by_column": by_column})
