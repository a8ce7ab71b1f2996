"""Polar decomposition."""

from __future__ import annotations

from torch import Tensor

from scitorch.op import Sample, composite

from .arguments import require_matrix
from .matrix_parts import adjoint, hermitian_part
from .singular_values import _svd


@composite(
    samples=lambda make: [
        Sample((make.well_conditioned(3, 3),)),
        Sample((make(4, 2),)),
        Sample((make(2, 3),), {"side": "left"}),
    ],
    reference="scipy.linalg.polar",
)
def polar(a: Tensor, side: str = "right") -> tuple[Tensor, Tensor]:
    """
    Compute the polar decomposition ``a = u @ p`` or ``a = p @ u``.

    Parameters
    ----------
    a : Tensor, shape (..., m, n)
        Matrices.
    side : {"right", "left"}, optional
        On which side of `u` the semidefinite factor stands.

    Returns
    -------
    u : Tensor, shape (..., m, n)
        Orthonormal columns (or rows, where there are more columns).
    p : Tensor, shape (..., n, n) or (..., m, m)
        Hermitian positive semidefinite.

    Raises
    ------
    ValueError
        If `a` is not a matrix, has entries that are not finite, or `side` is unknown.
    numpy.linalg.LinAlgError
        If the iteration for the singular values does not converge.

    Notes
    -----
    From the singular value decomposition. The factors are smooth at matrices of full rank, also where singular values
    repeat, and so are the derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import polar
    >>> u, p = polar(torch.tensor([[0.0, -2.0], [3.0, 0.0]]))
    >>> p.abs()
    tensor([[3., 0.],
            [0., 2.]])
    """
    require_matrix("polar", "a", a)
    if side not in ("right", "left"):
        raise ValueError(f"polar: side is {side!r}; wanted 'right' or 'left'")
    left, _, right = _svd(a, check_finite=True)
    u = left @ right
    a = a.to(u.dtype)
    return u, hermitian_part(adjoint(u) @ a if side == "right" else a @ adjoint(u))
