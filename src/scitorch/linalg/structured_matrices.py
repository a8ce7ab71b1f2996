"""Matrices made from vectors: Toeplitz, Hankel, circulant, companion."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite

from .matrix_parts import conjugate


def _one_vector(make: Maker) -> list[Sample]:
    return [Sample((make(2, 3),)), Sample((make(4),))]


def _require_vector(function: str, argument: str, x: Tensor) -> None:
    if x.ndim < 1:
        raise ValueError(f"{function}: argument {argument!r} is a number; wanted vectors (..., n)")


def _positions(first: int, second: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Row and column numbers."""
    return torch.arange(first, device=device)[:, None], torch.arange(second, device=device)


@composite(
    samples=lambda make: [Sample((make(2, 3), make(2, 4))), Sample((make(3),))],
    reference="scipy.linalg.toeplitz",
    integers=True,
)
def toeplitz(c: Tensor, r: Tensor | None = None) -> Tensor:
    """
    Construct a Toeplitz matrix, constant along its diagonals.

    Parameters
    ----------
    c : Tensor, shape (..., m)
        First column.
    r : Tensor, shape (..., n), optional
        First row, of which ``r[..., 0]`` is ignored; by default the conjugate of `c`.

    Returns
    -------
    Tensor, shape (..., m, n)
        The matrix with ``c[i - j]`` at (i, j) on and below the diagonal, ``r[j - i]`` above.

    Raises
    ------
    ValueError
        If `c` or `r` is a number.

    Notes
    -----
    A rearrangement of the entries: linear.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import toeplitz
    >>> toeplitz(torch.tensor([1, 2, 3]), torch.tensor([1, 4]))
    tensor([[1, 4],
            [2, 1],
            [3, 2]])
    """
    _require_vector("toeplitz", "c", c)
    row = conjugate(c) if r is None else r
    _require_vector("toeplitz", "r", row)
    m, n = c.shape[-1], row.shape[-1]
    batch = torch.broadcast_shapes(c.shape[:-1], row.shape[:-1])  # type: ignore[no-untyped-call]
    values = torch.cat([row[..., 1:].flip(-1).expand(*batch, max(n - 1, 0)), c.expand(*batch, m)], -1)
    i, j = _positions(m, n, c.device)
    return values[..., i - j + max(n - 1, 0)]


@composite(
    samples=lambda make: [Sample((make(3), make(4))), Sample((make(3),))],
    reference="scipy.linalg.hankel",
    integers=True,
)
def hankel(c: Tensor, r: Tensor | None = None) -> Tensor:
    """
    Construct a Hankel matrix, constant along its antidiagonals.

    Parameters
    ----------
    c : Tensor, shape (..., m)
        First column.
    r : Tensor, shape (..., n), optional
        Last row, of which ``r[..., 0]`` is ignored; by default zeros.

    Returns
    -------
    Tensor, shape (..., m, n)
        The matrix with ``c[i + j]`` at (i, j) while that exists, then ``r[i + j - m + 1]``.

    Raises
    ------
    ValueError
        If `c` or `r` is a number.

    Notes
    -----
    A rearrangement of the entries: linear. Leading dimensions are a batch; SciPy flattens them.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import hankel
    >>> hankel(torch.tensor([1, 2, 3]))
    tensor([[1, 2, 3],
            [2, 3, 0],
            [3, 0, 0]])
    """
    _require_vector("hankel", "c", c)
    row = torch.zeros_like(c) if r is None else r
    _require_vector("hankel", "r", row)
    m, n = c.shape[-1], row.shape[-1]
    batch = torch.broadcast_shapes(c.shape[:-1], row.shape[:-1])  # type: ignore[no-untyped-call]
    values = torch.cat([c.expand(*batch, m), row[..., 1:].expand(*batch, max(n - 1, 0))], -1)
    i, j = _positions(m, n, c.device)
    return values[..., i + j]


@composite(samples=_one_vector, reference="scipy.linalg.circulant", integers=True)
def circulant(c: Tensor) -> Tensor:
    """
    Construct a circulant matrix, each column the one before turned by one place.

    Parameters
    ----------
    c : Tensor, shape (..., n)
        First column.

    Returns
    -------
    Tensor, shape (..., n, n)
        The matrix with ``c[(i - j) mod n]`` at (i, j).

    Raises
    ------
    ValueError
        If `c` is a number.

    Notes
    -----
    A rearrangement of the entries: linear.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import circulant
    >>> circulant(torch.tensor([1, 2, 3]))
    tensor([[1, 3, 2],
            [2, 1, 3],
            [3, 2, 1]])
    """
    _require_vector("circulant", "c", c)
    i, j = _positions(c.shape[-1], c.shape[-1], c.device)
    return c[..., (i - j) % max(c.shape[-1], 1)]


@composite(samples=_one_vector, reference="scipy.linalg.companion")
def companion(a: Tensor) -> Tensor:
    """
    Construct the companion matrix of a polynomial, whose eigenvalues are its roots.

    Parameters
    ----------
    a : Tensor, shape (..., n)
        Coefficients, highest degree first; ``n >= 2`` and ``a[..., 0]`` must not be zero.

    Returns
    -------
    Tensor, shape (..., n - 1, n - 1)
        ``-a[1:] / a[0]`` in the first row, ones below the diagonal.

    Raises
    ------
    ValueError
        If there are fewer than two coefficients.

    Notes
    -----
    A leading coefficient of zero gives infinities or NaN.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import companion
    >>> companion(torch.tensor([1.0, -3.0, 2.0]))
    tensor([[ 3., -2.],
            [ 1.,  0.]])
    """
    if a.ndim < 1 or a.shape[-1] < 2:
        raise ValueError(f"companion: argument 'a' has shape {tuple(a.shape)}; wanted (..., n) with n >= 2")
    first = -a[..., 1:] / a[..., :1]
    n = first.shape[-1]
    below = torch.eye(n - 1, n, dtype=first.dtype, device=a.device).expand(*a.shape[:-1], n - 1, n)
    return torch.cat([first[..., None, :], below], -2)
