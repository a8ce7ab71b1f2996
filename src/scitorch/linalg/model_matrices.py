"""Matrices of models: populations, polynomials, convolutions."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from scitorch.op import Maker, Sample, composite

from .structured_matrices import toeplitz


def _from_two(make: Maker) -> list[Sample]:
    return [Sample((make(3), make(2))), Sample((make(2, 2), make(2, 1)))]


@composite(samples=_from_two, reference="scipy.linalg.leslie", integers=True)
def leslie(f: Tensor, s: Tensor) -> Tensor:
    """
    Construct a Leslie matrix, which advances an age-structured population by one step.

    Parameters
    ----------
    f : Tensor, shape (..., n)
        Fecundities, ``n >= 2``.
    s : Tensor, shape (..., n - 1)
        Probabilities of survival.

    Returns
    -------
    Tensor, shape (..., n, n)
        `f` in the first row, `s` below the diagonal.

    Raises
    ------
    ValueError
        If the sizes do not fit.

    Notes
    -----
    A rearrangement of the entries: linear.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import leslie
    >>> leslie(torch.tensor([0.0, 2.0, 1.0]), torch.tensor([0.5, 0.25]))
    tensor([[0.0000, 2.0000, 1.0000],
            [0.5000, 0.0000, 0.0000],
            [0.0000, 0.2500, 0.0000]])
    """
    if f.ndim < 1 or s.ndim < 1 or f.shape[-1] != s.shape[-1] + 1 or not s.shape[-1]:
        raise ValueError(
            f"leslie: arguments 'f' and 's' have shapes {tuple(f.shape)} and {tuple(s.shape)}; wanted (..., n) and "
            "(..., n - 1), n >= 2"
        )
    dtype = torch.promote_types(f.dtype, s.dtype)
    batch = torch.broadcast_shapes(f.shape[:-1], s.shape[:-1])  # type: ignore[no-untyped-call]
    below = pad(torch.diag_embed(s.to(dtype)), (0, 1)).expand(*batch, s.shape[-1], f.shape[-1])
    return torch.cat([f.to(dtype).expand(*batch, f.shape[-1])[..., None, :], below], -2)


@composite(
    samples=lambda make: [Sample((make(4),)), Sample((make(2, 3),))], reference="scipy.linalg.fiedler", integers=True
)
def fiedler(a: Tensor) -> Tensor:
    """
    Construct a symmetric Fiedler matrix of absolute differences.

    Parameters
    ----------
    a : Tensor, shape (..., n)
        Numbers.

    Returns
    -------
    Tensor, shape (..., n, n)
        ``|a[i] - a[j]|`` at (i, j).

    Raises
    ------
    ValueError
        If `a` is a number.

    Notes
    -----
    Where two numbers are equal the entry has a kink, and the derivative there is taken as zero.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import fiedler
    >>> fiedler(torch.tensor([1, 4, 9]))
    tensor([[0, 3, 8],
            [3, 0, 5],
            [8, 5, 0]])
    """
    if a.ndim < 1:
        raise ValueError("fiedler: argument 'a' is a number; wanted vectors (..., n)")
    return (a[..., :, None] - a[..., None, :]).abs()


@composite(
    samples=lambda make: [Sample((make(5),)), Sample((make(2, 4),)), Sample((make(2),))],
    reference="scipy.linalg.fiedler_companion",
)
def fiedler_companion(a: Tensor) -> Tensor:
    """
    Construct the Fiedler companion matrix of a polynomial, which has five diagonals.

    Parameters
    ----------
    a : Tensor, shape (..., n)
        Coefficients, highest degree first; ``a[..., 0]`` must not be zero.

    Returns
    -------
    Tensor, shape (..., n - 1, n - 1)
        A matrix whose eigenvalues are the roots.

    Raises
    ------
    ValueError
        If `a` is a number.

    Notes
    -----
    Fiedler 2003, "A note on companion matrices", Linear Algebra Appl. 372. A leading coefficient of zero gives
    infinities or NaN.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import fiedler_companion
    >>> fiedler_companion(torch.tensor([1.0, -6.0, 11.0, -6.0]))
    tensor([[ 6., -11.,   1.],
            [ 1.,   0.,   0.],
            [ 0.,   6.,   0.]])
    """
    if a.ndim < 1:
        raise ValueError("fiedler_companion: argument 'a' is a number; wanted vectors (..., n)")
    m = a.shape[-1] - 1
    c = -a[..., 1:] / a[..., :1]
    if m <= 1:
        return c[..., None, :] if m == 1 else c.new_zeros(*a.shape[:-1], 0, 0)
    # Above the diagonal stand the coefficients of odd number, below it those of even number, each at every other place;
    # ones two places off the diagonal link them.
    even = (torch.arange(m - 1, device=a.device) % 2 == 0).to(c.dtype)
    above = torch.diag_embed(c[..., 1:] * even, 1)
    below = torch.diag_embed(c[..., 1:] * (1 - even), -1)
    corner = torch.diag_embed(pad(c[..., :1], (0, m - 1)))
    ones = torch.diag(even[:-1], 2) + torch.diag(1 - even[:-1], -2)
    ones[1, 0] = 1
    return above + below + corner + ones


@composite(
    samples=lambda make: [
        Sample((make(3), 4)),
        Sample((make(2, 3), 4, "same")),
        Sample((make(2), 4, "valid")),
        Sample((make(5), 3, "valid")),
    ],
    arrays=("a",),
    reference="scipy.linalg.convolution_matrix",
    integers=True,
)
def convolution_matrix(a: Tensor, n: int, mode: str = "full") -> Tensor:
    """
    Construct the Toeplitz matrix whose product with a vector is a convolution.

    Parameters
    ----------
    a : Tensor, shape (..., m)
        What is convolved with.
    n : int
        Length of the vectors.
    mode : {"full", "valid", "same"}, optional
        Which part of the convolution, as in ``numpy.convolve``.

    Returns
    -------
    Tensor, shape (..., k, n)
        ``convolution_matrix(a, n, mode) @ v`` is the convolution of `a` and ``v``; ``k`` is ``m + n - 1``,
        ``max(m, n) - min(m, n) + 1`` or ``max(m, n)``.

    Raises
    ------
    ValueError
        If `a` is empty or a number, `n` is not positive, or the mode is unknown.

    Notes
    -----
    A rearrangement of the entries: linear.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import convolution_matrix
    >>> convolution_matrix(torch.tensor([1, 2]), 3)
    tensor([[1, 0, 0],
            [2, 1, 0],
            [0, 2, 1],
            [0, 0, 2]])
    """
    if a.ndim < 1 or not a.shape[-1]:
        raise ValueError(f"convolution_matrix: argument 'a' has shape {tuple(a.shape)}; wanted (..., m) with m >= 1")
    if n <= 0:
        raise ValueError(f"convolution_matrix: n is {n}; wanted a positive number")
    if mode not in ("full", "valid", "same"):
        raise ValueError(f"convolution_matrix: mode is {mode!r}; wanted 'full', 'valid' or 'same'")
    m = a.shape[-1]
    full = toeplitz(pad(a, (0, n - 1)), pad(a[..., :1], (0, n - 1)))
    if mode == "full":
        return full
    if mode == "valid":
        first = min(m, n) - 1
        return full[..., first : max(m, n), :]
    first = (min(m, n) - 1) // 2
    return full[..., first : first + max(m, n), :]
