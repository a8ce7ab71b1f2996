"""What structure a matrix has: symmetry, Hermitian symmetry, bandwidth."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Sample, composite

from .arguments import require_matrix, require_square
from .matrix_parts import adjoint


def _equal(a: Tensor, other: Tensor, atol: float | None, rtol: float | None) -> Tensor:
    if atol is None and rtol is None:
        return (a == other).all(-1).all(-1)
    absolute, relative = float(atol or 0), float(rtol or 0)
    return ((a - other).abs() <= absolute + relative * other.abs()).all(-1).all(-1)


def _is_it(found: Tensor) -> bool | Tensor:
    """A Python truth value for one matrix, where it can be read."""
    if found.ndim or torch.compiler.is_compiling():
        return found
    try:
        return bool(found)
    except RuntimeError:  # torch.func.vmap refuses to read a batched value
        return found


@composite(
    samples=lambda make: [Sample((make.hermitian(3, 3),)), Sample((make(3, 3),), {"rtol": 1.0})],
    reference="scipy.linalg.issymmetric",
    integers=True,
)
def issymmetric(a: Tensor, atol: float | None = None, rtol: float | None = None) -> bool | Tensor:
    """
    Tell whether a matrix equals its transpose.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.
    atol, rtol : float, optional
        Accept differences up to ``atol + rtol * abs(a.T)``; by default none.

    Returns
    -------
    bool
        For one matrix; a tensor of truth values for a batch, and where values cannot be read.

    Raises
    ------
    ValueError
        If `a` is not square.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import issymmetric
    >>> issymmetric(torch.tensor([[1, 2], [2, 3]]))
    True
    """
    require_square("issymmetric", "a", a)
    return _is_it(_equal(a, a.mT, atol, rtol))


@composite(
    samples=lambda make: [Sample((make.hermitian(3, 3),)), Sample((make(3, 3),), {"rtol": 1.0})],
    reference="scipy.linalg.ishermitian",
    integers=True,
)
def ishermitian(a: Tensor, atol: float | None = None, rtol: float | None = None) -> bool | Tensor:
    """
    Tell whether a matrix equals its conjugate transpose.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.
    atol, rtol : float, optional
        Accept differences up to ``atol + rtol * abs(a.mH)``; by default none.

    Returns
    -------
    bool
        For one matrix; a tensor of truth values for a batch, and where values cannot be read.

    Raises
    ------
    ValueError
        If `a` is not square.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import ishermitian
    >>> ishermitian(torch.tensor([[1, 2j], [-2j, 3]]))
    True
    """
    require_square("ishermitian", "a", a)
    return _is_it(_equal(a, adjoint(a), atol, rtol))


@composite(
    samples=lambda make: [Sample((torch.triu(make(4, 4), -1),)), Sample((make(2, 3).tril(1),))],
    reference="scipy.linalg.bandwidth",
    integers=True,
)
def bandwidth(a: Tensor) -> tuple[int | Tensor, int | Tensor]:
    """
    Count the diagonals below and above the main one up to the last with an entry that is not zero.

    Parameters
    ----------
    a : Tensor, shape (m, n)
        One matrix.

    Returns
    -------
    lower, upper : int
        The bandwidths.

    Raises
    ------
    ValueError
        If `a` is not one matrix.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import bandwidth
    >>> bandwidth(torch.tensor([[1, 2, 3], [4, 5, 6], [0, 7, 8]]))
    (1, 2)
    """
    require_matrix("bandwidth", "a", a)
    if a.ndim > 2:
        raise ValueError(f"bandwidth: argument 'a' has shape {tuple(a.shape)}; wanted one matrix")
    m, n = a.shape
    distance = torch.arange(m, device=a.device)[:, None] - torch.arange(n, device=a.device)
    below = torch.where(a != 0, distance, 0).flatten()
    if not len(below):
        return 0, 0
    lower, upper = below.amax(), -below.amin()
    return (lower, upper) if torch.compiler.is_compiling() else (int(lower), int(upper))
