"""LU factorisation with partial pivoting, and solutions from it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import as_columns, require_finite, require_matrix, require_square
from .linear_solve import _solve_triangular
from .matrix_parts import adjoint, row_major, triangle

Factors = tuple[Tensor, Tensor, Tensor, Tensor]


def _lu_kernel(a: Tensor, *, check_finite: bool, function: str) -> Factors:
    if check_finite:
        require_finite(function, a=a)
    packed, pivots, _ = torch.linalg.lu_factor_ex(a)
    k = min(a.shape[-2:])
    lower = torch.tril(packed[..., :, :k], -1) + torch.eye(a.shape[-2], k, dtype=a.dtype, device=a.device)
    upper = torch.triu(packed[..., :k, :])
    swaps = pivots.to(torch.int64) - 1
    return row_major(lower), row_major(upper), _order(swaps, a.shape[-2]), swaps


def _order(swaps: Tensor, rows: int) -> Tensor:
    """The row order that a sequence of swaps leads to."""
    batch = swaps.shape[:-1]
    if swaps.device.type == "cpu" and batch.numel() <= swaps.shape[-1]:  # few long sequences
        orders = []
        for sequence in swaps.reshape(-1, swaps.shape[-1]).tolist():
            row = list(range(rows))
            for i, j in enumerate(sequence):
                row[i], row[j] = row[j], row[i]
            orders.append(row)
        return torch.tensor(orders, dtype=torch.int64).reshape(*batch, rows)
    order = torch.arange(rows, device=swaps.device).expand(*batch, rows).clone()
    for i in range(swaps.shape[-1]):
        j = swaps[..., i : i + 1]
        here = order[..., i : i + 1].clone()
        order[..., i : i + 1] = order.gather(-1, j)
        order.scatter_(-1, j, here)
    return order


def _lu_tangent(out: Factors, a: Tensor, da: Tensor, **_: Any) -> tuple[Tensor, Tensor, None, None]:
    # With the rows in order, l' u + l u' = da: on the leading k×k block, l1^-1 da1 u1^-1 = l1^-1 l1' + u1' u1^-1, a
    # strictly lower plus an upper triangular matrix. The other rows of l and columns of u follow by substitution.
    lower, upper, order, _swaps = out
    k = lower.shape[-1]
    da = torch.take_along_dim(da, order[..., None], -2)
    l1, l2 = lower[..., :k, :], lower[..., k:, :]
    u1, u2 = upper[..., :, :k], upper[..., :, k:]
    top = da.narrow(-2, 0, k)
    mixed = _over(_under(l1, top.narrow(-1, 0, k)), u1)
    dl, du = l1 @ triangle(mixed, lower=True, strict=True), torch.triu(mixed) @ u1
    if l2.shape[-2]:
        below = da.narrow(-2, k, l2.shape[-2])
        dl = torch.cat([dl, _over(below - l2 @ du, u1)], -2)
    elif u2.shape[-1]:
        beside = top.narrow(-1, k, u2.shape[-1])
        du = torch.cat([du, _under(l1, beside - dl @ u2)], -1)
    return dl, du, None, None


def _lu_cotangent(g: tuple[Tensor, Tensor, Any, Any], out: Factors, a: Tensor, **_: Any) -> Tensor:
    lower, upper, order, _swaps = out
    if a.shape[-2] != a.shape[-1]:
        pull = torch.func.vjp(lambda da: _lu_tangent(out, a, da)[:2], torch.zeros_like(a))[1]
        pulled: Tensor = pull((g[0], g[1]))[0]
        return pulled
    # The transpose of the above: l^-H (strict lower part of l^H l' plus upper part of u' u^H) u^-H, rows put back.
    inner = triangle(adjoint(lower) @ g[0], lower=True, strict=True) + torch.triu(g[1] @ adjoint(upper))
    left = _solve_triangular(adjoint(lower), inner, lower=False, unit_diagonal=True)
    ordered = adjoint(_solve_triangular(upper, adjoint(left), lower=False, function="derivative of lu"))
    return torch.take_along_dim(ordered, order.argsort(-1)[..., None], -2)


def _under(l: Tensor, b: Tensor) -> Tensor:
    """``l^-1 b`` for unit lower triangular l."""
    return _solve_triangular(l, b, lower=True, unit_diagonal=True)


def _over(b: Tensor, u: Tensor) -> Tensor:
    """``b u^-1`` for upper triangular u."""
    return adjoint(_solve_triangular(adjoint(u), adjoint(b), lower=True, function="derivative of lu"))


def _matrices(make: Maker) -> list[Sample]:
    return [Sample((make(3, 3),)), Sample((make(2, 4, 2),)), Sample((make(2, 3),))]


@gufunc(
    "(m,n)->(m,k),(k,n),(m),(k)",
    kernel=_lu_kernel,
    jvp={"a": _lu_tangent},
    vjp={"a": _lu_cotangent},
    samples=_matrices,
    sizes=lambda m, n, **_: {"k": min(m, n)},
    loops="r->rrii z->zzii",
    public=False,
)
def _lu(a: Tensor, *, check_finite: bool = False, function: str = "lu") -> Factors:
    """Unit lower factor, upper factor, row order, and LAPACK's row swaps counted from zero."""


@gufunc(
    "(k)->(k)",
    kernel=lambda swaps: _order(swaps.to(torch.int64), swaps.shape[-1]),
    jvp={"swaps": lambda out, swaps, ds: None},
    samples=lambda make: [Sample((torch.tensor([1.0, 2.0, 2.0], dtype=torch.float64),))],
    loops="r->i",
    public=False,
)
def _swaps_to_order(swaps: Tensor) -> Tensor:
    """The row order that a sequence of swaps leads to."""


@composite(
    samples=lambda make: [Sample(s.args, view=lambda result: result[1:]) for s in _matrices(make)],
    reference="scipy.linalg.lu",
)
def lu(
    a: Tensor,
    permute_l: bool = False,
    overwrite_a: bool = False,
    check_finite: bool = True,
    p_indices: bool = False,
) -> Any:
    """
    Compute the LU factorisation ``a = p @ l @ u`` with partial pivoting.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    permute_l : bool, optional
        Return ``p @ l`` in place of `p` and `l`.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.
    p_indices : bool, optional
        Return the permutation as indices, ``a = l[p] @ u``, in place of a matrix.

    Returns
    -------
    p : Tensor, shape (..., m, m) or (..., m)
        The permutation; absent with `permute_l`.
    l : Tensor, shape (..., m, k)
        Unit lower triangular (before permutation), ``k = min(m, n)``.
    u : Tensor, shape (..., k, n)
        Upper triangular.

    Raises
    ------
    ValueError
        If `a` is not a matrix or has entries that are not finite.
    numpy.linalg.LinAlgError
        From the derivative, if the leading ``k`` rows and columns of the permuted matrix are singular.

    Notes
    -----
    The permutation is locally constant; ``l^-1 da u^-1`` splits into a strictly lower and an upper triangle.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import lu
    >>> p, l, u = lu(torch.tensor([[1.0, 2.0], [2.0, 3.0]]))
    >>> u
    tensor([[2.0000, 3.0000],
            [0.0000, 0.5000]])
    """
    require_matrix("lu", "a", a)
    lower, upper, order, _ = _lu(a, check_finite=check_finite)
    rows = order.argsort(-1)
    if permute_l:
        return torch.take_along_dim(lower, rows[..., None], -2), upper
    if p_indices:
        return rows, lower, upper
    p = (rows[..., :, None] == torch.arange(a.shape[-2], device=a.device)).to(lower.real.dtype)
    return p, lower, upper


@composite(samples=lambda make: [Sample((make(3, 3),)), Sample((make(2, 2, 2),))], reference="scipy.linalg.lu_factor")
def lu_factor(a: Tensor, overwrite_a: bool = False, check_finite: bool = True) -> tuple[Tensor, Tensor]:
    """
    Compute the LU factorisation of a matrix, for use in :func:`lu_solve`.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    lu : Tensor, shape (..., m, n)
        The upper factor, and below the diagonal the unit lower one.
    piv : Tensor of int64, shape (..., min(m, n))
        Row i was swapped with row ``piv[i]``.

    Raises
    ------
    ValueError
        If `a` is not a matrix or has entries that are not finite.

    Notes
    -----
    The derivative is that of :func:`lu`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import lu_factor, lu_solve
    >>> factor = lu_factor(torch.tensor([[1.0, 2.0], [2.0, 3.0]]))
    >>> lu_solve(factor, torch.tensor([3.0, 5.0])).round(decimals=4)
    tensor([1., 1.])
    """
    require_matrix("lu_factor", "a", a)
    lower, upper, _, swaps = _lu(a, check_finite=check_finite, function="lu_factor")
    k = lower.shape[-1]
    strict = triangle(lower, lower=True, strict=True)
    if a.shape[-2] > k:
        packed = strict + torch.cat([upper, torch.zeros_like(lower[..., k:, :])], -2)
    elif a.shape[-1] > k:
        packed = upper + torch.cat([strict, torch.zeros_like(upper[..., k:])], -1)
    else:
        packed = strict + upper
    return packed, swaps


@composite(
    samples=lambda make: [
        Sample(((make.well_conditioned(3, 3), torch.tensor([1, 2, 2])), make(3, 2))),
        Sample(((make.well_conditioned(3, 3), torch.tensor([1, 2, 2])), make(3)), {"trans": 1}),
    ],
    reference="scipy.linalg.lu_solve",
)
def lu_solve(
    lu_and_piv: tuple[Tensor, Tensor],
    b: Tensor,
    trans: int = 0,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Tensor:
    """
    Solve ``a @ x = b`` given the LU factorisation of ``a``.

    Parameters
    ----------
    lu_and_piv : tuple of (Tensor, Tensor)
        What :func:`lu_factor` returned, shapes (..., n, n) and (..., n).
    b : Tensor, shape (n,) or (..., n, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    trans : {0, 1, 2}, optional
        The system: ``a x = b``, ``a^T x = b`` or ``a^H x = b``.
    overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape of `b` with broadcast batch dimensions
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, an unknown `trans`, or entries that are not finite.
    numpy.linalg.LinAlgError
        If the matrix is singular.

    Notes
    -----
    A permutation and two triangular solutions.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import lu_factor, lu_solve
    >>> lu_solve(lu_factor(torch.tensor([[2.0, 0.0], [0.0, 4.0]])), torch.tensor([2.0, 4.0]))
    tensor([1., 1.])
    """
    packed, swaps = lu_and_piv
    require_square("lu_solve", "lu", packed)
    columns, is_vector = as_columns("lu_solve", "b", b, packed.shape[-1])
    if trans not in (0, 1, 2):
        raise ValueError(f"lu_solve: trans is {trans!r}; wanted 0, 1 or 2")
    order = _swaps_to_order(swaps.to(packed.real.dtype if packed.is_complex() else packed.dtype))[..., None]
    if trans == 0:
        rows = torch.take_along_dim(columns, order, -2)
        half = _solve_triangular(
            packed, rows, lower=True, unit_diagonal=True, check_finite=check_finite, function="lu_solve"
        )
        x = _solve_triangular(packed, half, lower=False, function="lu_solve")
    else:
        turned = packed.mT if trans == 1 else adjoint(packed)
        half = _solve_triangular(turned, columns, lower=True, check_finite=check_finite, function="lu_solve")
        rows = _solve_triangular(turned, half, lower=False, unit_diagonal=True, function="lu_solve")
        x = torch.take_along_dim(rows, order.argsort(-2), -2)
    return x.squeeze(-1) if is_vector else x
