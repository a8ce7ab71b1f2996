"""Norms, powers and exponentials of sparse matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy
import torch
from torch import Tensor

from ...linalg.exponential import expm as dense_expm
from ...linalg.operators import LinearOperator, aslinearoperator
from ...op.torch_private import is_tracked, is_transformed, without_wrappers
from ..base import issparse
from ..kinds import as_tensor, give, kind_of
from .eigen import host_operator, scipy_linalg, svds
from .operator import SparseOperator


def _sparse(function: str, x: Any) -> Any:
    if issparse(x):
        return x
    if type(x).__module__.startswith("scipy.sparse"):
        from .. import csr_array

        return csr_array(x)
    raise TypeError(f"{function}: input is not sparse; use scitorch.linalg.{function} for dense arrays")


def norm(x: Any, ord: Any = None, axis: Any = None) -> Any:
    """
    Compute a norm of a sparse matrix, or norms of its rows or columns.

    Parameters
    ----------
    x : sparse array, shape (m, n)
        The matrix.
    ord : {None, "fro", 1, -1, 2, inf, -inf, 0}, optional
        Of matrices: Frobenius norm (None, "fro"), largest (1, inf) and smallest (-1, -inf) sum of magnitudes of a
        column or row, largest singular value (2). Of vectors: any order that NumPy has.
    axis : int, optional
        Compute norms of columns (0) or rows (1).

    Returns
    -------
    number or array
        The norm, differentiable in the values.

    Raises
    ------
    ValueError
        For an unknown `ord`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import norm
    >>> norm(csr_array(torch.tensor([[3.0, 0.0], [0.0, 4.0]])))
    tensor(5.)
    """
    x = _sparse("norm", x)
    kind = x._kind
    made = x.tocoo()._canonical()
    if made.ndim != 2:
        raise NotImplementedError("norm: only matrices have norms here")
    values: Tensor = made._values
    if not (values.is_floating_point() or values.is_complex()):
        values = values.to(torch.float64)
    if isinstance(axis, tuple) and len(axis) == 2:
        if {a % 2 for a in axis} != {0, 1}:
            raise ValueError(f"norm: axis is {axis!r}; wanted two different axes")
        if ord in (1, -1, torch.inf, -torch.inf) and axis[0] % 2 == 1:
            made, values = made.T, made.T._values
        axis = None
    if axis is None:
        return give(_matrix_norm(made, values, ord), kind)
    if isinstance(axis, tuple):
        (axis,) = axis
    if not -2 <= axis < 2:
        raise ValueError(f"norm: invalid axis {axis!r} for an array with shape {made.shape!r}")
    return give(_line_norms(made, values, ord, axis % 2), kind)


def _sums(made: Any, terms: Tensor, axis: int) -> Tensor:
    kept = made._pattern.index[1 - axis].long()
    return terms.new_zeros(made.shape[1 - axis]).index_add(0, kept, terms)


def _matrix_norm(made: Any, values: Tensor, ord: Any) -> Tensor:
    if ord in (None, "fro", "f"):
        return torch.linalg.vector_norm(values)
    if ord in (1, -1, torch.inf, -torch.inf):
        totals = _sums(made, values.abs(), 0 if abs(ord) == 1 else 1)
        return totals.amax() if ord > 0 else totals.amin()
    if ord == 2:
        s = svds(made._of(made._pattern, values, None), k=1, return_singular_vectors=False)
        return s[0]  # type: ignore[no-any-return]
    if ord in (-2, 0):
        raise NotImplementedError(f"norm: order {ord} of sparse matrices")
    raise ValueError("norm: invalid norm order")


def _line_norms(made: Any, values: Tensor, ord: Any, axis: int) -> Tensor:
    if ord == 0:
        return _sums(made, (values != 0).to(torch.int64), axis)
    magnitude = values.abs()
    if ord in (torch.inf, -torch.inf):
        kept = made._pattern.index[1 - axis].long()
        count = _sums(made, torch.ones_like(kept), axis)
        full = made.shape[axis]
        start = magnitude.new_full((made.shape[1 - axis],), 0.0 if ord > 0 else torch.inf)
        found = start.scatter_reduce(0, kept, magnitude, "amax" if ord > 0 else "amin")
        return found if ord > 0 else torch.where(count < full, 0, found)
    if ord in (None, 2):
        total = _sums(made, magnitude**2, axis)
        empty = total == 0
        return torch.where(empty, 0, torch.where(empty, 1, total).sqrt())
    if ord == 1:
        return _sums(made, magnitude, axis)
    if isinstance(ord, str):
        raise ValueError("norm: invalid norm order for vectors")
    return _sums(made, magnitude**ord, axis) ** (1 / ord)


def onenormest(A: Any, t: int = 2, itmax: int = 5, compute_v: bool = False, compute_w: bool = False) -> Any:
    """
    Estimate the largest column sum of magnitudes, from below, by products only.

    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (n, n)
        The matrix.
    t, itmax : int, optional
        Columns and iterations of the search, as in :func:`scipy.sparse.linalg.onenormest`.
    compute_v, compute_w : bool, optional
        Return the unit vector ``v`` that attains the estimate, and ``w = A @ v``, too.

    Returns
    -------
    est : number
        The estimate ``norm(A @ v, 1)``, differentiable in the values of `A`, ``v`` held fixed.
    v, w : array
        On request.

    Notes
    -----
    Higham & Tisseur (2000).

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import onenormest
    >>> onenormest(csr_array(torch.tensor([[1.0, 0.0, 0.0], [5.0, 8.0, 2.0], [0.0, -1.0, 0.0]])))
    tensor(9.)
    """
    op = aslinearoperator(A)
    if op.shape[0] != op.shape[1]:
        raise ValueError("onenormest: expected the operator to act like a square matrix")
    kind = kind_of(A if not isinstance(A, LinearOperator) else torch.empty(0))
    _, v = scipy_linalg().onenormest(host_operator(op), t, itmax, compute_v=True)
    direction = torch.from_numpy(numpy.ascontiguousarray(v)).to(op.dtype)
    w = op._matvec(direction)
    found = [w.abs().sum()]
    found += [direction] if compute_v else []
    found += [w] if compute_w else []
    given = tuple(give(x, kind) for x in found)
    return given if len(given) > 1 else given[0]


def expm(A: Any) -> Any:
    """
    Compute the exponential of a sparse matrix.

    Parameters
    ----------
    A : sparse array or array, shape (n, n)
        The matrix.

    Returns
    -------
    sparse array of compressed columns, or array
        The exponential; differentiable in the values of `A`.

    Notes
    -----
    The exponential of a sparse matrix is dense in general: it is computed as one. Where it is wanted times vectors use
    :func:`expm_multiply`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import expm
    >>> expm(csr_array(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))).toarray()
    tensor([[1., 1.],
            [0., 1.]])
    """
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError("expm: expected a square matrix")
    if not (issparse(A) or type(A).__module__.startswith("scipy.sparse")):
        return dense_expm(A)
    from .. import csc_array

    made = csc_array(A)
    values = made._values
    if not (values.is_floating_point() or values.is_complex()):
        made = made._like(values.to(torch.float64))
    found = csc_array(dense_expm(made._of(made._pattern, made._values, None).toarray()))
    return found._of(found._pattern, found._values, kind_of(A))


def matrix_power(A: Any, power: int) -> Any:
    """
    Raise a sparse matrix to a power.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix.
    power : int
        Not negative.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import matrix_power
    >>> matrix_power(csr_array(torch.tensor([[0.0, 1.0], [1.0, 0.0]])), 2).toarray()
    tensor([[1., 0.],
            [0., 1.]])
    """
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise TypeError("matrix_power: sparse matrix is not square")
    if power != int(power) or power < 0:
        raise ValueError("matrix_power: exponent must be >= 0")
    from .. import eye_array

    A = _sparse("matrix_power", A)
    power = int(power)
    if power == 0:
        made = eye_array(A.shape[0], dtype=A._values.dtype, format="csr")
        return made._of(made._pattern, made._values, A._kind)
    result, square = None, A
    while power:
        if power % 2:
            result = square if result is None else result @ square
        power //= 2
        square = square @ square if power else square
    return result


#: Up to which norm the Taylor series of degree m has a backward error of the unit roundoff: Al-Mohy & Higham (2011),
#: table 3.1, double precision.
_THETA = {5: 2.4e-3, 10: 1.4e-1, 15: 6.4e-1, 20: 1.4, 25: 2.4, 30: 3.5, 35: 4.7, 40: 6.0, 45: 7.2, 50: 8.5, 55: 9.9}


def expm_multiply(
    A: Any,
    B: Any,
    start: float | None = None,
    stop: float | None = None,
    num: int | None = None,
    endpoint: bool | None = None,
    traceA: complex | None = None,
) -> Any:
    """
    Multiply with the exponential of a matrix without computing it.

    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (n, n)
        The matrix.
    B : array, shape (n,) or (n, k)
        What to multiply.
    start, stop, num, endpoint : optional
        Of a grid of times as `numpy.linspace` makes it: then the result has ``expm(t * A) @ B`` for each of them.
    traceA : number, optional
        An estimate of the trace, which an operator does not have at hand; it saves work.

    Returns
    -------
    array, shape of `B`, after the times if there is a grid
        The product, differentiable in the values of `A` and in `B`.

    Notes
    -----
    A Taylor polynomial of ``(A - mu) t / s``, whose degree and number of steps are chosen for a backward error of the
    unit roundoff (Al-Mohy & Higham 2011, "Computing the action of the matrix exponential"). The derivative is that of
    the polynomial, which is as accurate.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import expm_multiply
    >>> expm_multiply(csr_array(torch.tensor([[0.0, 1.0], [0.0, 0.0]])), torch.tensor([1.0, 1.0]))
    tensor([2., 1.])
    """
    op = aslinearoperator(A)
    if op.shape[-1] != op.shape[-2]:
        raise ValueError("expm_multiply: expected A to be like a square matrix")
    kind = kind_of(A if not isinstance(A, LinearOperator) else B, B)
    side = as_tensor(B, kind_of(B))
    if not (side.is_floating_point() or side.is_complex()):
        side = side.to(torch.float64)
    if side.ndim == 0 or side.shape[0] != op.shape[-1]:
        raise ValueError(f"expm_multiply: shapes of A {tuple(op.shape)} and B {tuple(side.shape)} are incompatible")
    if op.dtype.is_floating_point or op.dtype.is_complex:
        side = side.to(torch.promote_types(op.dtype, side.dtype))
    columns = side.unsqueeze(-1) if side.ndim == 1 else side
    n = op.shape[-1]
    if traceA is None and isinstance(op, SparseOperator):
        diagonal = _host(op.diagonal())
        traceA = complex(diagonal.sum()) if diagonal.is_complex() else float(diagonal.sum())
    mu = 0 if traceA is None or n == 0 else traceA / n
    size = _one_norm(op, mu)
    if start is None and stop is None and num is None and endpoint is None:
        result = _exponential(op, columns, 1.0, mu, size)
    else:
        options: dict[str, Any] = {k: v for k, v in (("num", num), ("endpoint", endpoint)) if v is not None}
        times = numpy.linspace(0.0 if start is None else start, 1.0 if stop is None else stop, **options)
        current = _exponential(op, columns, float(times[0]), mu, size)
        grid = [current]
        for step in numpy.diff(times):
            current = _exponential(op, current, float(step), mu, size)
            grid.append(current)
        result = torch.stack(grid)
    return give(result.squeeze(-1) if side.ndim == 1 else result, kind)


def _host(x: Tensor) -> Tensor:
    x = without_wrappers(x)
    if is_transformed(x):
        raise NotImplementedError("expm_multiply: values decide the degree, so vmap over them is not possible")
    return x.detach()


def _one_norm(op: LinearOperator, mu: complex) -> float:
    """A bound of the 1-norm of ``op - mu``."""
    if isinstance(op, SparseOperator):
        array = op.array()
        host = array._of(array._pattern, _host(op.data), None).tocsc()
        sums = _column_sums(host)
        return float((sums - host.diagonal().abs() + (host.diagonal() - mu).abs()).amax()) if len(sums) else 0.0
    estimate = scipy_linalg().onenormest(host_operator(op))
    return 3 * float(estimate) + abs(mu)  # the estimate is almost never off by more


def _column_sums(host: Any) -> Tensor:
    made = host.tocoo()
    return _sums(made, made._values.abs(), 0)


def _exponential(op: LinearOperator, b: Tensor, t: float, mu: complex, size: float) -> Tensor:
    reach = abs(t) * size
    if reach == 0:
        return b * _phase(t * mu, b)
    degree, steps = min(
        ((m, max(math.ceil(reach / theta), 1)) for m, theta in _THETA.items()), key=lambda pair: pair[0] * pair[1]
    )
    roundoff = torch.finfo(b.dtype).eps / 2
    looks = not is_transformed(b) and not is_tracked(b)
    total = b
    for _ in range(steps):
        term = total
        before = float(term.abs().amax()) if looks and term.numel() else 0.0
        for j in range(1, degree + 1):
            term = (op._matmat(term) - mu * term) * (t / (steps * j))
            total = total + term
            if looks and not is_transformed(term) and not term.requires_grad:
                now = float(term.abs().amax()) if term.numel() else 0.0
                if before + now <= roundoff * float(total.abs().amax()):
                    break
                before = now
        total = total * _phase(t * mu / steps, total)
    return total


def _phase(exponent: complex, like: Tensor) -> Tensor:
    value = numpy.exp(exponent)
    return torch.tensor(value, dtype=like.dtype if like.is_complex() or not isinstance(exponent, complex) else None)


def is_sptriangular(A: Any) -> tuple[bool, bool]:
    """
    Say whether a sparse matrix is lower and whether it is upper triangular.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import is_sptriangular
    >>> is_sptriangular(csr_array(torch.tensor([[1.0, 0.0], [2.0, 3.0]])))
    (True, False)
    """
    below, above = spbandwidth(A)
    return above <= 0, below <= 0


def spbandwidth(A: Any) -> tuple[int, int]:
    """
    Return how many diagonals of a sparse matrix there are below and above the main one.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import spbandwidth
    >>> spbandwidth(csr_array(torch.tensor([[1.0, 0.0], [2.0, 3.0]])))
    (1, 0)
    """
    rows, columns = _sparse("spbandwidth", A).tocoo()._pattern.host()
    if not len(rows):
        return 0, 0
    offsets = columns.astype(numpy.int64) - rows
    return max(int(-offsets.min()), 0), max(int(offsets.max()), 0)
