"""Matrices assembled from others: block diagonals, Khatri-Rao products, rectangular diagonals."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from scitorch.op import Sample, composite

from .arguments import require_matrix
from .matrix_parts import diagonal_matrix


@composite(
    samples=lambda make: [
        Sample((make(2, 2), make(1, 3), make(2))),
        Sample((make(2, 2, 1), make(2, 1, 2))),
    ],
    reference="scipy.linalg.block_diag",
    integers=True,
)
def block_diag(*arrs: Tensor) -> Tensor:
    """
    Construct a block diagonal matrix.

    Parameters
    ----------
    *arrs : Tensor, shape (..., m, n)
        The blocks; their batch dimensions broadcast. A vector is one row, a number one entry.

    Returns
    -------
    Tensor, shape (..., sum of m, sum of n)
        The blocks along the diagonal, zeros elsewhere.

    Notes
    -----
    A rearrangement of the entries: linear.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import block_diag
    >>> block_diag(torch.tensor([[1, 2]]), torch.tensor([[3], [4]]))
    tensor([[1, 2, 0],
            [0, 0, 3],
            [0, 0, 4]])
    """
    blocks = [torch.atleast_2d(x) for x in arrs] or [torch.zeros(1, 0)]
    dtype = blocks[0].dtype
    for block in blocks[1:]:
        dtype = torch.promote_types(dtype, block.dtype)
    batch = torch.broadcast_shapes(*(x.shape[:-2] for x in blocks))  # type: ignore[no-untyped-call]
    width = sum(x.shape[-1] for x in blocks)
    before, rows = 0, []
    for block in blocks:
        m, n = block.shape[-2:]
        rows.append(pad(block.to(dtype).expand(*batch, m, n), (before, width - before - n)))
        before += n
    return torch.cat(rows, -2)


@composite(
    samples=lambda make: [Sample((make(2, 3), make(3, 3))), Sample((make(2, 2, 2), make(1, 2)))],
    reference="scipy.linalg.khatri_rao",
    integers=True,
)
def khatri_rao(a: Tensor, b: Tensor) -> Tensor:
    """
    Compute the Khatri-Rao product, the Kronecker products of columns.

    Parameters
    ----------
    a : Tensor, shape (..., m, k)
        First factors.
    b : Tensor, shape (..., n, k)
        Second factors, with as many columns.

    Returns
    -------
    Tensor, shape (..., m n, k)
        Column j is the Kronecker product of the columns j.

    Raises
    ------
    ValueError
        If the numbers of columns differ.

    Notes
    -----
    Linear in each factor.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import khatri_rao
    >>> khatri_rao(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[5, 6]]))
    tensor([[ 5, 12],
            [15, 24]])
    """
    require_matrix("khatri_rao", "a", a)
    require_matrix("khatri_rao", "b", b)
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(
            f"khatri_rao: arguments 'a' and 'b' have shapes {tuple(a.shape)} and {tuple(b.shape)}; wanted "
            "as many columns"
        )
    product = a[..., :, None, :] * b[..., None, :, :]
    return product.reshape(*product.shape[:-3], a.shape[-2] * b.shape[-2], a.shape[-1])


@composite(
    samples=lambda make: [Sample((make(2), 3, 2)), Sample((make(2, 2), 2, 4))],
    arrays=("s",),
    reference="scipy.linalg.diagsvd",
    integers=True,
)
def diagsvd(s: Tensor, M: int, N: int) -> Tensor:
    """
    Construct the rectangular diagonal matrix of singular values.

    Parameters
    ----------
    s : Tensor, shape (..., k)
        Singular values; ``k`` is the smaller of `M` and `N`.
    M, N : int
        Numbers of rows and columns.

    Returns
    -------
    Tensor, shape (..., M, N)
        The matrix with `s` on its diagonal, so that ``a = u @ diagsvd(s, M, N) @ vh``.

    Raises
    ------
    ValueError
        If the number of values is neither `M` nor `N`.

    Notes
    -----
    A rearrangement of the entries: linear.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import diagsvd
    >>> diagsvd(torch.tensor([2.0, 1.0]), 2, 3)
    tensor([[2., 0., 0.],
            [0., 1., 0.]])
    """
    k = s.shape[-1] if s.ndim else -1
    if k != min(M, N):
        raise ValueError(f"diagsvd: argument 's' has shape {tuple(s.shape)}; wanted (..., {min(M, N)})")
    return pad(diagonal_matrix(s), (0, N - k, 0, M - k))
