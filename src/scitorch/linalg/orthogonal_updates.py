"""RQ factorisation, products with the orthogonal factor, and QR factorisations of changed matrices."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite

from .arguments import require_matrix
from .matrix_parts import adjoint
from .matrix_parts import conjugate as conjugated
from .orthogonal_triangular import _qr, qr, without_signs


def _rank_one(result: Any) -> Tensor:
    """What does not depend on the signs or phases of the rows of q: products of columns of r with rows of q."""
    r, q = result
    return r.mT[..., :, :, None] * q[..., :, None, :]


@composite(
    samples=lambda make: [
        Sample((make(2, 3),), {"mode": "economic"}, view=_rank_one),
        Sample((make(3, 3),), view=_rank_one),
    ],
    reference="scipy.linalg.rq",
)
def rq(
    a: Tensor, overwrite_a: bool = False, lwork: int | None = None, mode: str = "full", check_finite: bool = True
) -> Any:
    """
    Compute the factorisation ``a = r @ q`` into an upper triangular and a unitary matrix.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    overwrite_a, lwork : optional
        Accepted for SciPy's sake.
    mode : {"full", "r", "economic"}, optional
        A square `q`; no `q`; or the last ``k = min(m, n)`` rows of it.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    r : Tensor, shape (..., m, n) or (..., m, k)
        Upper triangular, counted from the lower right corner.
    q : Tensor, shape (..., n, n) or (..., k, n)
        Orthonormal rows; absent with ``mode="r"``.

    Raises
    ------
    ValueError
        If `a` is not a matrix, has entries that are not finite, or the mode is unknown.

    Notes
    -----
    The QR factorisation of the adjoint with rows in reverse order.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import rq
    >>> r, q = rq(torch.tensor([[3.0, 4.0]]), mode="economic")
    >>> r.abs()
    tensor([[5.]])
    """
    require_matrix("rq", "a", a)
    if mode not in ("full", "r", "economic"):
        raise ValueError(f"rq: mode is {mode!r}; wanted 'full', 'r' or 'economic'")
    q, r = _qr(adjoint(a.flip(-2)), full=mode != "economic", check_finite=check_finite)
    triangular = adjoint(r).flip((-2, -1))
    return triangular if mode == "r" else (triangular, adjoint(q).flip(-2))


@composite(
    samples=lambda make: [Sample((make(3, 2), make(2, 3))), Sample((make(3, 2), make(2, 1), "left"))],
    reference="scipy.linalg.qr_multiply",
)
def qr_multiply(
    a: Tensor,
    c: Tensor,
    mode: str = "right",
    pivoting: bool = False,
    conjugate: bool = False,
    overwrite_a: bool = False,
    overwrite_c: bool = False,
) -> tuple[Tensor, ...]:
    """
    Compute the QR factorisation and multiply by its orthogonal factor.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        What is factored.
    c : Tensor, shape (..., p, m) or (..., k, p) or a vector
        What is multiplied; ``k = min(m, n)``.
    mode : {"right", "left"}, optional
        Return ``c @ q`` or ``q @ c``, with the first k columns ``q``.
    pivoting : bool, optional
        Take the columns of `a` in the order of decreasing remaining norm.
    conjugate : bool, optional
        Multiply by the conjugate of ``q``.
    overwrite_a, overwrite_c : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.

    Returns
    -------
    cq : Tensor
        The product.
    r : Tensor, shape (..., k, n)
        The triangular factor.
    p : Tensor of int64, shape (..., n)
        The order of columns, with `pivoting` only.

    Raises
    ------
    ValueError
        For shapes that do not fit, or an unknown mode.

    Notes
    -----
    The factor is formed and multiplied.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import qr_multiply
    >>> qr_multiply(torch.eye(2), torch.tensor([[1.0, 2.0]]))[0].abs()
    tensor([[1., 2.]])
    """
    require_matrix("qr_multiply", "a", a)
    if mode not in ("right", "left"):
        raise ValueError(f"qr_multiply: mode is {mode!r}; wanted 'right' or 'left'")
    q, *rest = qr(a, mode="economic", pivoting=pivoting)
    q = conjugated(q) if conjugate else q
    is_vector = c.ndim == 1
    matrix = (c[None, :] if mode == "right" else c[:, None]) if is_vector else c
    inner, wanted = (matrix.shape[-1], q.shape[-2]) if mode == "right" else (matrix.shape[-2], q.shape[-1])
    if inner != wanted:
        raise ValueError(f"qr_multiply: argument 'c' has shape {tuple(c.shape)}; wanted {wanted} beside the factor")
    product = matrix @ q if mode == "right" else q @ matrix
    if is_vector:
        product = product.squeeze(-2 if mode == "right" else -1)
    return product, *rest


def _refactored(q: Tensor, a: Tensor, check_finite: bool) -> tuple[Tensor, Tensor]:
    """Factors of the size that ``q`` has: a square one stays square."""
    left, right = _qr(a, full=q.shape[-2] == q.shape[-1], check_finite=check_finite)
    return left, right


def _product(function: str, q: Tensor, r: Tensor) -> Tensor:
    require_matrix(function, "Q", q)
    require_matrix(function, "R", r)
    if q.shape[-1] != r.shape[-2]:
        raise ValueError(f"{function}: arguments 'Q' and 'R' have shapes {tuple(q.shape)} and {tuple(r.shape)}")
    return q @ r


def _columns(function: str, argument: str, x: Tensor, rows: int) -> Tensor:
    matrix = x[:, None] if x.ndim == 1 else x
    if matrix.shape[-2] != rows:
        raise ValueError(f"{function}: argument {argument!r} has shape {tuple(x.shape)}; wanted {rows} rows")
    return matrix


def _update_samples(make: Maker) -> list[Sample]:
    q, r = torch.linalg.qr(make(3, 2))
    return [Sample((q, r, make(3), make(2)), view=without_signs, moving=(0, 1))]


@composite(samples=_update_samples, reference="scipy.linalg.qr_update")
def qr_update(
    Q: Tensor, R: Tensor, u: Tensor, v: Tensor, overwrite_qruv: bool = False, check_finite: bool = True
) -> tuple[Tensor, Tensor]:
    """
    Compute the QR factorisation of ``Q @ R + u @ v^H``.

    Parameters
    ----------
    Q : Tensor, shape (..., m, m) or (..., m, n)
        Orthogonal factor.
    R : Tensor, shape (..., m, n) or (..., n, n)
        Triangular factor.
    u : Tensor, shape (m,) or (..., m, k)
        What is added, on the left.
    v : Tensor, shape (n,) or (..., n, k)
        What is added, on the right.
    overwrite_qruv : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Q1, R1 : Tensor
        The factors, of the sizes of `Q` and `R`.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.

    Notes
    -----
    The changed matrix is factored anew, in ``m n²`` operations.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import qr_update
    >>> Q, R = qr_update(torch.eye(2), torch.eye(2), torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0]))
    >>> R.abs()
    tensor([[1., 0.],
            [0., 2.]])
    """
    a = _product("qr_update", Q, R)
    left, right = _columns("qr_update", "u", u, a.shape[-2]), _columns("qr_update", "v", v, a.shape[-1])
    return _refactored(Q, a + left @ adjoint(right), check_finite)


@composite(
    samples=lambda make: [
        Sample((*torch.linalg.qr(make(3, 2)), 1), view=without_signs, label="row"),
        Sample((*torch.linalg.qr(make(3, 2)), 0, 1, "col"), view=without_signs, label="column"),
    ],
    arrays=("Q", "R"),
    reference="scipy.linalg.qr_delete",
)
def qr_delete(
    Q: Tensor,
    R: Tensor,
    k: int,
    p: int = 1,
    which: str = "row",
    overwrite_qr: bool = False,
    check_finite: bool = True,
) -> tuple[Tensor, Tensor]:
    """
    Compute the QR factorisation of ``Q @ R`` without some rows or columns.

    Parameters
    ----------
    Q : Tensor, shape (..., m, m) or (..., m, n)
        Orthogonal factor.
    R : Tensor, shape (..., m, n) or (..., n, n)
        Triangular factor.
    k : int
        The first row or column that is left out.
    p : int, optional
        How many are.
    which : {"row", "col"}, optional
        Leave out rows or columns.
    overwrite_qr : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Q1, R1 : Tensor
        The factors; `Q1` is square if `Q` is.

    Raises
    ------
    ValueError
        For shapes that do not fit, entries that are not finite, or positions that do not exist.

    Notes
    -----
    The changed matrix is factored anew, in ``m n²`` operations.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import qr_delete
    >>> qr_delete(torch.eye(3), torch.eye(3), 2, which="col")[1].abs()
    tensor([[1., 0.],
            [0., 1.],
            [0., 0.]])
    """
    a = _product("qr_delete", Q, R)
    axis = _axis("qr_delete", which)
    size = a.shape[axis]
    start = k + size if k < 0 else k
    if p < 1 or not 0 <= start <= size - p:
        raise ValueError(f"qr_delete: k is {k} and p is {p}; there are {size} of which={which!r}")
    kept = torch.cat([a.narrow(axis, 0, start), a.narrow(axis, start + p, size - start - p)], axis)
    return _refactored(Q, kept, check_finite)


def _axis(function: str, which: str) -> int:
    if which not in ("row", "col"):
        raise ValueError(f"{function}: which is {which!r}; wanted 'row' or 'col'")
    return -2 if which == "row" else -1
