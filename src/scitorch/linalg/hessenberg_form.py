"""Hessenberg form of a square matrix."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Sample, composite, gufunc

from .arguments import finite, require_finite, require_square
from .matrix_parts import adjoint, conjugate, diagonal

Form = tuple[Tensor, Tensor]


def _hessenberg_kernel(a: Tensor, *, check_finite: bool) -> Form:
    from scipy.linalg import hessenberg as reduction

    if check_finite:
        require_finite("hessenberg", a=a)
    n = a.shape[-1]
    h, q = torch.empty(a.shape, dtype=a.dtype), torch.empty(a.shape, dtype=a.dtype)
    if a.numel():
        results = (x.view(-1, n, n).numpy() for x in (h, q))
        for matrix, form, vectors in zip(a.reshape(-1, n, n).numpy(), *results):
            form[:], vectors[:] = reduction(matrix, calc_q=True, check_finite=False)
    return h, q


def _hessenberg_tangent(out: Form, a: Tensor, da: Tensor, **_: bool) -> Form:
    # a = q h q^H with q e1 = e1. With q' = q x, x skew-Hermitian and x e1 = 0: h' = m + h x - x h, m = q^H a' q, has
    # nothing below its subdiagonal, and a real subdiagonal where h has one. Column j of this gives column j + 1 of x,
    # divided by h[j + 1, j] (the implicit Q theorem, Golub & Van Loan, 4th ed., theorem 7.4.2).
    h, q = out
    n = a.shape[-1]
    if n <= 2:  # is in Hessenberg form
        return da, torch.zeros_like(da)
    m = adjoint(q) @ da @ q
    reciprocal = finite(1 / diagonal(h[..., 1:, :-1]), function="derivative of hessenberg", argument="1 / subdiagonal")
    x = torch.zeros_like(m[..., :1])
    for j in range(n - 2):
        known = m[..., :, j] + (h @ x[..., -1:] - x @ h[..., : j + 1, j, None]).squeeze(-1)
        column = known * reciprocal[..., j, None]
        above = -conjugate(x[..., j + 1, :])
        turn = (
            (column - conjugate(column))[..., j + 1 : j + 2] / 2 if a.is_complex() else torch.zeros_like(m[..., 0, :1])
        )
        x = torch.cat([x, torch.cat([above, turn, column[..., j + 2 :]], -1)[..., None]], -1)
    last = -conjugate(x[..., n - 1, :])
    turn = torch.zeros_like(last[..., :1])
    if a.is_complex():
        known = m[..., n - 1, n - 2] + (h[..., n - 1, :] * x[..., :, n - 2]).sum(-1)
        known = known - (x[..., n - 1, :] * h[..., : n - 1, n - 2]).sum(-1)
        quotient = known[..., None] / h[..., n - 1, n - 2, None]
        turn = (quotient - conjugate(quotient)) / 2
    x = torch.cat([x, torch.cat([last, turn], -1)[..., None]], -1)
    return torch.triu(m + h @ x - x @ h, -1), q @ x


@gufunc(
    "(n,n)->(n,n),(n,n)",
    kernel={"cpu": _hessenberg_kernel},
    jvp={"a": _hessenberg_tangent},
    samples=lambda make: [Sample((make(3, 3),)), Sample((make(2, 2, 2),))],
    loops="r->rr z->zz",
    public=False,
)
def _hessenberg(a: Tensor, *, check_finite: bool = False) -> Form:
    """Hessenberg form and the unitary matrix of the reduction."""


@composite(
    samples=lambda make: [Sample((make(3, 3),)), Sample((make(4, 4), True))],
    reference="scipy.linalg.hessenberg",
)
def hessenberg(a: Tensor, calc_q: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """
    Compute the Hessenberg form ``a = q @ h @ q^H``.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.
    calc_q : bool, optional
        Return the unitary matrix too.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    h : Tensor, shape (..., n, n)
        Zero below the first subdiagonal.
    q : Tensor, shape (..., n, n)
        Unitary, with `calc_q` only.

    Raises
    ------
    ValueError
        If `a` is not square or has entries that are not finite; from the derivative, if an entry of the subdiagonal
        is zero: there is none.

    Notes
    -----
    Householder reduction by LAPACK. The first column of ``q`` is that of the identity, and ``h`` follows from it (the
    implicit Q theorem); so does the derivative, column by column.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import hessenberg
    >>> hessenberg(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[1., 2.],
            [3., 4.]])
    """
    require_square("hessenberg", "a", a)
    h, q = _hessenberg(a, check_finite=check_finite)
    return (h, q) if calc_q else h
