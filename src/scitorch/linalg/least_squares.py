"""Pseudoinverse and least squares, by singular values."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import NoConvergence, as_columns, require_finite, require_matrix, require_square
from .matrix_parts import adjoint, hermitian_from_triangle, identity_like, row_major
from .singular_values import _svdvals


def _truncated_svd(function: str, a: Tensor, atol: float, rtol: float) -> tuple[Tensor, Tensor, Tensor]:
    """Left vectors, reciprocal singular values (zero below the threshold), adjoint right vectors."""
    from numpy.linalg import LinAlgError

    finite = torch.isfinite(a).all(-1).all(-1)[..., None]
    try:
        u, s, vh = torch.linalg.svd(torch.where(finite[..., None], a, 0), full_matrices=False)
    except NoConvergence as error:
        raise LinAlgError(f"{function}: argument 'a': the algorithm did not converge: {error}") from error
    keep = s > _threshold(s, a.shape, atol, rtol)
    return u, torch.where(finite, torch.where(keep, 1 / torch.where(keep, s, 1), 0), torch.nan), vh


def _threshold(s: Tensor, shape: tuple[int, ...], atol: float, rtol: float) -> Tensor:
    """Values up to ``atol + rtol * max(s)`` count as zero; ``rtol < 0`` stands for SciPy's default."""
    relative = rtol if rtol >= 0 else max(shape[-2:]) * torch.finfo(s.dtype).eps
    return atol + relative * s.amax(-1, keepdim=True) if s.shape[-1] else s


def _pinv_kernel(a: Tensor, *, atol: float, rtol: float, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("pinv", a=a)
    u, reciprocal, vh = _truncated_svd("pinv", a, atol, rtol)
    return row_major(adjoint(vh) @ (reciprocal.to(a.dtype)[..., None] * adjoint(u)))


def _pinv_tangent(p: Tensor, a: Tensor, da: Tensor, **_: Any) -> Tensor:
    # Golub & Pereyra 1973, SIAM J. Numer. Anal. 10, equation (4.12), for matrices of constant rank.
    dah, ph = adjoint(da), adjoint(p)
    left = dah - dah @ a @ p  # da^H (1 - a p)
    right = dah - p @ a @ dah  # (1 - p a) da^H
    return p @ (ph @ left) + right @ ph @ p - p @ da @ p


def _of_full_rank(make: Maker) -> list[Sample]:
    return [Sample((make(3, 2),)), Sample((make(2, 2, 3),)), Sample((make.well_conditioned(3, 3),))]


@gufunc(
    "(m,n)->(n,m)",
    kernel=_pinv_kernel,
    jvp={"a": _pinv_tangent},
    samples=_of_full_rank,
    loops="r->r z->z",
    public=False,
)
def _pinv(a: Tensor, *, atol: float = 0.0, rtol: float = -1.0, check_finite: bool = False) -> Tensor:
    """Moore-Penrose pseudoinverse; a negative ``rtol`` stands for the default."""


def _lstsq_kernel(a: Tensor, b: Tensor, *, cond: float, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("lstsq", a=a, b=b)
    u, reciprocal, vh = _truncated_svd("lstsq", a, 0.0, cond)
    return row_major(adjoint(vh) @ (reciprocal.to(a.dtype)[..., None] * (adjoint(u) @ b)))


def _lstsq_tangent(x: Tensor, a: Tensor, b: Tensor, da: Tensor, cond: float, **_: bool) -> Tensor:
    # The tangent of the pseudoinverse times b, with the residual b - a x formed first.
    p = _pinv(a, rtol=cond)
    dah, ph = adjoint(da), adjoint(p)
    outside = dah @ (ph @ x)
    return p @ (ph @ (dah @ (b - a @ x))) + outside - p @ (a @ outside) - p @ (da @ x)


@gufunc(
    "(m,n),(m,k)->(n,k)",
    kernel=_lstsq_kernel,
    jvp={"a": _lstsq_tangent},
    linear={"b": lambda g, a, b, cond, **_: adjoint(_pinv(a, rtol=cond)) @ g},
    samples=lambda make: [Sample((*s.args, make(s.args[0].shape[-2], 2))) for s in _of_full_rank(make)],
    loops="rr->r zz->z",
    public=False,
)
def _lstsq(a: Tensor, b: Tensor, *, cond: float = -1.0, check_finite: bool = False) -> Tensor:
    """Least-squares solution of least norm; a negative ``cond`` stands for the default."""


def _tolerance(function: str, atol: float | None, rtol: float | None) -> tuple[float, float]:
    absolute = 0.0 if atol is None else float(atol)
    relative = (-1.0 if atol is None else 0.0) if rtol is None else float(rtol)
    if absolute < 0 or (rtol is not None and relative < 0):
        raise ValueError(f"{function}: atol is {atol} and rtol is {rtol}; wanted numbers that are not negative")
    return absolute, relative


@composite(samples=_of_full_rank, reference="scipy.linalg.pinv")
def pinv(
    a: Tensor,
    *,
    atol: float | None = None,
    rtol: float | None = None,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Any:
    """
    Compute the Moore-Penrose pseudoinverse of a matrix.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    atol, rtol : float, optional
        Singular values up to ``atol + rtol * max(s)`` count as zero; by default ``atol`` is 0 and ``rtol`` is
        ``max(m, n)`` times the unit roundoff, or 0 where `atol` is given.
    return_rank : bool, optional
        Return the number of singular values above the threshold too.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    pinv : Tensor, shape (..., n, m)
        The pseudoinverse.
    rank : Tensor of int64, shape (...)
        With `return_rank` only.

    Raises
    ------
    ValueError
        If `a` is not a matrix, has entries that are not finite, or a tolerance is negative.
    numpy.linalg.LinAlgError
        If the iteration for the singular values does not converge.

    Notes
    -----
    The derivative is that at constant rank (Golub & Pereyra 1973, SIAM J. Numer. Anal. 10, equation 4.12); where the
    rank of a perturbed matrix is higher, the pseudoinverse is not continuous.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import pinv
    >>> pinv(torch.tensor([[2.0, 0.0], [0.0, 4.0], [0.0, 0.0]])).abs()
    tensor([[0.5000, 0.0000, 0.0000],
            [0.0000, 0.2500, 0.0000]])
    """
    require_matrix("pinv", "a", a)
    absolute, relative = _tolerance("pinv", atol, rtol)
    p = _pinv(a, atol=absolute, rtol=relative, check_finite=check_finite)
    if not return_rank:
        return p
    s = _svdvals(a)
    return p, (s > _threshold(s, a.shape, absolute, relative)).sum(-1)


@composite(
    samples=lambda make: [Sample((make.hermitian(3, 3) + identity_like(make.hermitian(3, 3)),))],
    reference="scipy.linalg.pinvh",
)
def pinvh(
    a: Tensor,
    atol: float | None = None,
    rtol: float | None = None,
    lower: bool = True,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Any:
    """
    Compute the pseudoinverse of a Hermitian matrix.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Hermitian matrices, of which one triangle is read.
    atol, rtol : float, optional
        Eigenvalues of absolute value up to ``atol + rtol * max(abs(w))`` count as zero, see :func:`pinv`.
    lower : bool, optional
        Read the lower triangle (default) or the upper one.
    return_rank : bool, optional
        Return the number of eigenvalues above the threshold too.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    pinv : Tensor, shape (..., n, n)
        The pseudoinverse.
    rank : Tensor of int64, shape (...)
        With `return_rank` only.

    Raises
    ------
    ValueError
        If `a` is not square, has entries that are not finite, or a tolerance is negative.

    Notes
    -----
    As :func:`pinv` of the Hermitian matrix that the triangle stands for.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import pinvh
    >>> pinvh(torch.tensor([[2.0, 9.0], [0.0, 4.0]])).abs()
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    require_square("pinvh", "a", a)
    matrix = hermitian_from_triangle(a, lower=lower)
    return pinv(matrix, atol=atol, rtol=rtol, return_rank=return_rank, check_finite=check_finite)


@composite(
    samples=lambda make: [
        Sample((make(4, 2), make(4, 2))),
        Sample((make(2, 3), make(2, 1)), view=lambda result: (result[0], result[3])),
    ],
)
def lstsq(
    a: Tensor,
    b: Tensor,
    cond: float | None = None,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    lapack_driver: str | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """
    Solve ``a @ x = b`` in the least-squares sense, with the least norm of ``x``.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    b : Tensor, shape (m,) or (..., m, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    cond : float, optional
        Singular values up to ``cond * max(s)`` count as zero; by default ``max(m, n)`` times the unit roundoff.
    overwrite_a, overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.
    lapack_driver : {"gelsd", "gelsy", "gelss"}, optional
        Accepted for SciPy's sake; singular values are always used.

    Returns
    -------
    x : Tensor, shape (n,) or (..., n, k)
        The solution.
    residues : Tensor, shape () or (..., k)
        Sums of squares of the residual ``b - a x``. For one matrix of deficient rank, or with ``m <= n``, it is empty.
    rank : Tensor of int64, shape (...)
        The number of singular values above the threshold.
    s : Tensor, shape (..., min(m, n))
        The singular values.

    Raises
    ------
    ValueError
        For shapes that do not fit, an unknown driver, or entries that are not finite.
    numpy.linalg.LinAlgError
        If the iteration for the singular values does not converge.

    Notes
    -----
    The derivative is that at constant rank, see :func:`pinv`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import lstsq
    >>> a = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])  # a straight line through three points
    >>> lstsq(a, torch.tensor([1.0, 3.0, 5.0]))[0].round(decimals=4)
    tensor([1., 2.])
    """
    require_matrix("lstsq", "a", a)
    if lapack_driver not in (None, "gelsd", "gelsy", "gelss"):
        raise ValueError(f"lstsq: lapack_driver is {lapack_driver!r}; wanted 'gelsd', 'gelsy' or 'gelss'")
    m, n = a.shape[-2:]
    columns, is_vector = as_columns("lstsq", "b", b, m)
    relative = -1.0 if cond is None else float(cond)
    x = _lstsq(a, columns, cond=relative, check_finite=check_finite)
    s = _svdvals(a)
    rank = (s > _threshold(s, a.shape, 0.0, relative)).sum(-1)
    residual = columns - a @ x
    squares = (residual.real**2 + residual.imag**2 if residual.is_complex() else residual**2).sum(-2)
    if m <= n or (rank.ndim == 0 and not torch.compiler.is_compiling() and _known_deficient(rank, n)):
        squares = squares.new_empty(0)
    elif is_vector:
        squares = squares.squeeze(-1)
    return (x.squeeze(-1) if is_vector else x), squares, rank, s


def _known_deficient(rank: Tensor, n: int) -> bool:
    try:
        return bool(rank < n)
    except RuntimeError:  # torch.func.vmap refuses to branch on a batched value
        return False
