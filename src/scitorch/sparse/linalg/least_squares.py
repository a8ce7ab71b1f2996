"""Least squares by iteration with SciPy's names and arguments, differentiable."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...linalg.krylov.least_squares import STATISTICS, LeastSquares
from ...linalg.krylov.maps import OperatorMap
from ...linalg.krylov.solution import require_leaves
from ...linalg.operators import Block, Identity, LinearOperator, aslinearoperator
from ...op.object_operator import apply_object
from ...op.torch_private import is_tracked, is_transformed
from ..kinds import as_tensor, give, kind_of


def _solve(name: str, A: Any, b: Any, damp: float, x0: Any, options: dict[str, Any]) -> tuple[Any, ...]:
    op = aslinearoperator(A)
    kind = kind_of(A if not isinstance(A, LinearOperator) else b, b)
    m, n = op.shape[-2:]
    side = as_tensor(b, kind_of(b))
    if not (side.is_floating_point() or side.is_complex()):
        side = side.to(torch.float64 if kind_of(b) is not None else torch.get_default_dtype())
    if op.dtype is not None and (op.dtype.is_floating_point or op.dtype.is_complex):
        side = side.to(torch.promote_types(op.dtype, side.dtype))
    is_vector = side.ndim == 1
    columns = side.unsqueeze(-1) if is_vector else side
    if columns.ndim < 2 or columns.shape[-2] != m:
        raise ValueError(f"{name}: shapes of A {tuple(op.shape)} and b {tuple(side.shape)} are incompatible")
    require_leaves(name, op, columns[..., :1, :].expand(*columns.shape[:-2], n, columns.shape[-1]))
    batch = torch.broadcast_shapes(op.shape[:-2], columns.shape[:-2])  # type: ignore[no-untyped-call]
    columns = columns.expand(*batch, m, columns.shape[-1])
    start = columns.new_zeros((*batch, n, columns.shape[-1]))
    if x0 is not None:
        given = as_tensor(x0, kind_of(x0)).to(columns.dtype)
        start = (given.reshape(-1, 1) if given.ndim == 1 else given).expand(start.shape)
    damped = bool(damp) and _differentiated(op, columns)
    if damped:  # the derivative is that of the problem with rows [A; damp I] and [b; 0]
        op = Block([[op], [Identity(n, columns.dtype) * float(damp)]])
        columns = torch.cat([columns, columns.new_zeros((*batch, n, columns.shape[-1]))], -2)
        m = m + n
    map_ = OperatorMap(op)
    options = {**options, "damp": 0.0 if damped else float(damp)}
    rule = LeastSquares(name, map_, (m, n), len(map_.leaves), _settings(options))
    x, numbers, variance = apply_object(rule, (*map_.leaves, columns, start))
    if is_vector and x.ndim == 2:
        x, variance = x.squeeze(-1), variance.squeeze(-1)
    found: list[Any] = []
    for i, statistic in enumerate(STATISTICS[name]):
        value = numbers[..., i, :]
        if is_vector and value.ndim == 1 and not is_transformed(value):
            whole = statistic in ("istop", "itn")
            found.append(int(value[0]) if whole else float(value[0]))
        else:
            found.append(give(value, kind))
    if name == "lsqr":
        found.append(give(variance, kind))
    return (give(x, kind), *found)


def _settings(options: dict[str, Any]) -> Any:
    from ...linalg.krylov.system import Settings

    return Settings(options=options)


def _differentiated(op: LinearOperator, b: Tensor) -> bool:
    return any(is_tracked(t, batched=False) for t in (*OperatorMap(op).leaves, b))


def lsqr(
    A: Any,
    b: Any,
    damp: float = 0.0,
    atol: float = 1e-6,
    btol: float = 1e-6,
    conlim: float = 1e8,
    iter_lim: int | None = None,
    show: bool = False,
    calc_var: bool = False,
    x0: Any = None,
) -> tuple[Any, ...]:
    """
    Find the least-squares solution of a system by LSQR.

    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (m, n)
        The matrix.
    b : array, shape (m,) or (..., m, k)
        Right-hand sides.
    damp, atol, btol, conlim, iter_lim, show, calc_var, x0 : optional
        As in :func:`scipy.sparse.linalg.lsqr`, whose iteration this is.

    Returns
    -------
    x : array, shape (n,) or (..., n, k)
        The solution, of least norm where there are several; differentiable in the values of `A` and in `b`.
    istop, itn, r1norm, r2norm, anorm, acond, arnorm, xnorm, var
        As SciPy returns them; arrays for several columns. They have no derivative.

    Notes
    -----
    Paige & Saunders (1982). The derivative is that of the exact solution at constant rank (Golub & Pereyra 1973),
    computed by least squares with the same tolerances.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.linalg import lsqr
    >>> lsqr(torch.tensor([[1.0], [1.0]]), torch.tensor([1.0, 3.0]))[0]
    tensor([2.])
    """
    options = dict(atol=atol, btol=btol, conlim=conlim, iter_lim=iter_lim, show=show, calc_var=calc_var)
    return _solve("lsqr", A, b, damp, x0, options)


def lsmr(
    A: Any,
    b: Any,
    damp: float = 0.0,
    atol: float = 1e-6,
    btol: float = 1e-6,
    conlim: float = 1e8,
    maxiter: int | None = None,
    show: bool = False,
    x0: Any = None,
) -> tuple[Any, ...]:
    """
    Find the least-squares solution of a system by LSMR.

    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (m, n)
        The matrix.
    b : array, shape (m,) or (..., m, k)
        Right-hand sides.
    damp, atol, btol, conlim, maxiter, show, x0 : optional
        As in :func:`scipy.sparse.linalg.lsmr`, whose iteration this is.

    Returns
    -------
    x : array, shape (n,) or (..., n, k)
        The solution, of least norm where there are several; differentiable in the values of `A` and in `b`.
    istop, itn, normr, normar, norma, conda, normx
        As SciPy returns them; arrays for several columns. They have no derivative.

    Notes
    -----
    Fong & Saunders (2011). The derivative is that of the exact solution, as in :func:`lsqr`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse.linalg import lsmr
    >>> lsmr(torch.tensor([[1.0], [1.0]]).double(), torch.tensor([1.0, 3.0]).double())[0].round(decimals=4)
    tensor([2.], dtype=torch.float64)
    """
    options = dict(atol=atol, btol=btol, conlim=conlim, maxiter=maxiter, show=show)
    return _solve("lsmr", A, b, damp, x0, options)
