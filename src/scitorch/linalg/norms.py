"""Norms of vectors and matrices, and the condition of the matrix exponential."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Sample, composite, gufunc

from .arguments import finite, require_square
from .exponential import _expm, upper_right_block
from .matrix_parts import conjugate
from .singular_values import singular_values

INFINITIES = (math.inf, -math.inf)


def _power_norm_kernel(a: Tensor, *, order: float) -> Tensor:
    found: Tensor = torch.linalg.vector_norm(a, order, -1)
    return found


def _power_norm_tangent(out: Tensor, a: Tensor, da: Tensor, order: float) -> Tensor:
    # With ratios of the entries to the norm nothing overflows. At the zero vector the tangent is zero, a subgradient.
    size = torch.where(out == 0, 1, out)[..., None]
    if order == 2:
        slope = conjugate(a) / size * da
    else:
        slope = (a.abs() / size) ** (order - 1) * conjugate(torch.sgn(a)) * da
    return slope.real.sum(-1) if slope.is_complex() else slope.sum(-1)


@gufunc(
    "(n)->()",
    kernel=_power_norm_kernel,
    jvp={"a": _power_norm_tangent},
    samples=lambda make: [Sample((make(3),), {"order": 2.0}), Sample((make(2, 3),), {"order": 3.0})],
    loops="r->r z->r",
    public=False,
)
def _power_norm(a: Tensor, *, order: float = 2.0) -> Tensor:
    """``sum(|a|^order)^(1/order)``."""


def _vector_norm(a: Tensor, order: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    if order in (0, 1, *INFINITIES):
        size = a.abs()
        if order == 0:
            return (size != 0).sum(axes, keepdim=keepdims).to(size.dtype)
        if order == 1:
            return size.sum(axes, keepdim=keepdims)
        return size.amax(axes, keepdim=keepdims) if order > 0 else size.amin(axes, keepdim=keepdims)
    axes = tuple(sorted(x % a.ndim for x in axes)) if a.ndim else ()
    flat = a.movedim(axes, tuple(range(a.ndim - len(axes), a.ndim)))
    flat = flat.flatten(a.ndim - len(axes)) if axes else flat.unsqueeze(-1)
    found = _power_norm(flat, order=2.0 if order is None else float(order))
    for x in axes if keepdims else ():
        found = found.unsqueeze(x)
    return found


def _matrix_norm(a: Tensor, order: Any, rows: int, columns: int, keepdims: bool) -> Tensor:
    if order is None or order == "fro":
        return _vector_norm(a, 2, (rows, columns), keepdims)
    if order in (1, -1, *INFINITIES):
        sums = a.abs().sum(rows if order in (1, -1) else columns, keepdim=True)
        norm = sums.amax((rows, columns), keepdim=True) if order > 0 else sums.amin((rows, columns), keepdim=True)
    elif order in (2, -2, "nuc"):
        s = singular_values(a.movedim((rows, columns), (-2, -1)))
        value = s.sum(-1) if order == "nuc" else s[..., 0 if order == 2 else -1]
        norm = value[..., None, None].movedim((-2, -1), (rows, columns))
    else:
        raise ValueError(f"norm: ord is {order!r}; wanted 'fro', 'nuc', inf, -inf, 1, -1, 2 or -2 for matrices")
    return norm if keepdims else norm.squeeze((rows, columns))


@composite(
    samples=lambda make: [
        Sample((make(2, 3),)),
        Sample((make(2, 3), 2)),
        Sample((make(4), 3)),
        Sample((make(2, 3), "nuc"), {"keepdims": True}),
        Sample((make(2, 3), 1)),
        Sample((make(2, 3), math.inf, 1)),
    ],
    arrays=("a",),
    reference="scipy.linalg.norm",
)
def norm(
    a: Tensor,
    ord: float | str | None = None,
    axis: int | tuple[int, int] | None = None,
    keepdims: bool = False,
    check_finite: bool = True,
) -> Tensor:
    """
    Compute a norm of vectors or matrices.

    Parameters
    ----------
    a : Tensor
        Vectors or matrices. Without `axis` it is one of them, or, without `ord` too, it is taken as one long vector.
    ord : {int, float, inf, -inf, "fro", "nuc"}, optional
        Which norm. Of vectors the ``ord``-norm, 0 counting the entries that are not zero; of matrices the largest
        (1) or smallest (-1) sum of a column, of a row (inf, -inf), the largest (2) or smallest (-2) singular value,
        the Frobenius norm ("fro", the default) or the sum of singular values ("nuc").
    axis : int or (int, int), optional
        The axis of the vectors, or the axes of rows and columns of the matrices; the others are a batch.
    keepdims : bool, optional
        Keep these axes, with size one.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor
        The norms, real.

    Raises
    ------
    ValueError
        If `a` has entries that are not finite, `ord` is unknown, or the axes are not one or two.

    Notes
    -----
    A norm has a kink at zero, others where two sums or singular values are equally large; the derivative is a
    subgradient there.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import norm
    >>> norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]), 2)
    tensor(4.)
    """
    if not (a.is_floating_point() or a.is_complex()):
        a = a.to(torch.get_default_dtype())
    if check_finite:
        a = finite(a, function="norm", argument="a")
    if axis is None and ord is None:
        return _vector_norm(a, 2, tuple(range(a.ndim)), keepdims)
    axes = tuple(range(a.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 1:
        if isinstance(ord, str):
            raise ValueError(f"norm: ord is {ord!r}; wanted a number for vectors")
        return _vector_norm(a, ord, axes, keepdims)
    if len(axes) != 2:
        raise ValueError(f"norm: argument 'a' has shape {tuple(a.shape)} and axis is {axis}; wanted one axis or two")
    rows, columns = (x % a.ndim for x in axes)
    if rows == columns:
        raise ValueError(f"norm: axis is {axis}; wanted two different axes")
    return _matrix_norm(a, ord, rows, columns, keepdims)


@composite(
    samples=lambda make: [Sample((make(2, 2),)), Sample((make(2, 2, 2) / 2,))],
    reference="scipy.linalg.expm_cond",
    rtol=1e-10,
)
def expm_cond(A: Tensor, check_finite: bool = True) -> Tensor:
    """
    Compute the relative condition number of the matrix exponential.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape (...)
        By how much a relative change of `A`, in the Frobenius norm, is magnified in ``expm(A)`` at most.

    Raises
    ------
    ValueError
        If `A` is not square or has entries that are not finite.

    Notes
    -----
    ``|K|_2 |A|_F / |expm(A)|_F`` with the matrix ``K``, n² by n², of the Fréchet derivative (Higham, "Functions of
    Matrices", algorithm 3.17). A single batch of n² derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import expm_cond
    >>> expm_cond(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor(0.9290)
    """
    require_square("expm_cond", "A", A)
    if check_finite:
        A = finite(A, function="expm_cond", argument="A")
    n = A.shape[-1]
    directions = torch.eye(n * n, dtype=A.dtype, device=A.device).reshape(n * n, n, n)
    slopes = upper_right_block(_expm, A[..., None, :, :], directions)
    largest = singular_values(slopes.reshape(*slopes.shape[:-2], n * n))[..., 0]
    return largest * _vector_norm(A, 2, (-2, -1), False) / _vector_norm(_expm(A), 2, (-2, -1), False)
