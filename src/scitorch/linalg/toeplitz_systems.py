"""Products and linear systems with Toeplitz and circulant matrices."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Sample, composite, gufunc

from .arguments import as_columns, finite, require_finite
from .matrix_parts import conjugate


def _column_and_row(function: str, c_or_cr: Any) -> tuple[Tensor, Tensor]:
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, None)
    if r is None:
        r = conjugate(c)
    for name, x in (("c", c), ("r", r)):
        if x.ndim < 1:
            raise ValueError(f"{function}: argument {name!r} is a number; wanted vectors (..., n)")
    return c, r


def _product(c: Tensor, r: Tensor, x: Tensor) -> Tensor:
    """The Toeplitz matrix of first column ``c`` and row ``r`` times columns ``x``, by a circulant one twice as large.

    Spectra are computed along the last axis but one, of the columns.
    """
    m, n = c.shape[-1], r.shape[-1]
    embedded = torch.cat([c, torch.zeros_like(r[..., :1]), r[..., 1:].flip(-1)], -1)[..., None]
    size = m + n
    if not any(t.is_complex() for t in (c, r, x)):
        spectrum = torch.fft.rfft(embedded, dim=-2) * torch.fft.rfft(x, n=size, dim=-2)
        return torch.fft.irfft(spectrum, n=size, dim=-2)[..., :m, :]
    spectrum = torch.fft.fft(embedded, dim=-2) * torch.fft.fft(x, n=size, dim=-2)
    return torch.fft.ifft(spectrum, dim=-2)[..., :m, :]


def _broadcast(c: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    dtype = torch.promote_types(c.dtype, r.dtype)
    batch = torch.broadcast_shapes(c.shape[:-1], r.shape[:-1])  # type: ignore[no-untyped-call]
    return c.to(dtype).expand(*batch, c.shape[-1]), r.to(dtype).expand(*batch, r.shape[-1])


@composite(
    samples=lambda make: [
        Sample(((make(3), make(4)), make(4, 2)), moving=(1,)),
        Sample((make(3), make(3))),
    ],
    reference="scipy.linalg.matmul_toeplitz",
)
def matmul_toeplitz(
    c_or_cr: Tensor | tuple[Tensor, Tensor], x: Tensor, check_finite: bool = False, workers: int | None = None
) -> Tensor:
    """
    Multiply a Toeplitz matrix with vectors, without forming it.

    Parameters
    ----------
    c_or_cr : Tensor, shape (..., m), or a tuple of two
        First column and first row (..., n) of the matrix, of which ``r[..., 0]`` is ignored; without a row, the
        conjugate of the column.
    x : Tensor, shape (n,) or (..., n, k)
        What is multiplied. A one-dimensional `x` is one vector.
    check_finite : bool, optional
        Refuse infinities and NaN.
    workers : int, optional
        Accepted for SciPy's sake.

    Returns
    -------
    Tensor, shape (m,) or (..., m, k)
        ``toeplitz(c, r) @ x``.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.

    Notes
    -----
    The Toeplitz matrix is a corner of a circulant one, which the Fourier transform diagonalises (Golub & Van Loan,
    "Matrix Computations", 4th ed., section 4.8.2): ``(m + n) log(m + n)`` operations a vector.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import matmul_toeplitz
    >>> matmul_toeplitz((torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0])), torch.ones(2)).round(decimals=4)
    tensor([4., 3.])
    """
    c, r = _column_and_row("matmul_toeplitz", c_or_cr)
    columns, is_vector = as_columns("matmul_toeplitz", "x", x, r.shape[-1])
    if check_finite:
        c, r, columns = (finite(t, function="matmul_toeplitz", argument=a) for a, t in zip("crx", (c, r, columns)))
    product = _product(*_broadcast(c, r), columns)
    return product.squeeze(-1) if is_vector and product.ndim == 2 else product


def _solve_kernel(c: Tensor, r: Tensor, b: Tensor, *, check_finite: bool) -> Tensor:
    from scipy.linalg import solve_toeplitz as levinson

    if check_finite:
        require_finite("solve_toeplitz", c=c, r=r, b=b)
    batch = torch.broadcast_shapes(c.shape[:-1], r.shape[:-1], b.shape[:-2])  # type: ignore[no-untyped-call]
    n, k = b.shape[-2:]
    result = torch.empty(*batch, n, k, dtype=b.dtype)
    if not result.numel():
        return result
    vectors = (t.expand(*batch, n).reshape(-1, n).numpy() for t in (c, r))
    sides = b.expand(*batch, n, k).reshape(-1, n, k).numpy()
    for row, column, first, side in zip(result.view(-1, n, k).numpy(), *vectors, sides):
        try:
            row[:] = levinson((column, first), side, check_finite=False)
        except numpy.linalg.LinAlgError as error:
            raise LinAlgError(
                f"solve_toeplitz: argument 'c': {error}; Levinson's recursion needs every leading minor regular"
            ) from error
    return result


@gufunc(
    "(n),(n),(n,k)->(n,k)",
    kernel={"cpu": _solve_kernel},
    jvp={
        "c": lambda x, c, r, b, dc, **_: -_solve_toeplitz(c, r, _product(dc, torch.zeros_like(dc), x)),
        "r": lambda x, c, r, b, dr, **_: -_solve_toeplitz(c, r, _product(torch.zeros_like(dr), dr, x)),
    },
    linear={"b": lambda g, c, r, b, **_: _adjoint_solution(g, c, r)},
    samples=lambda make: [Sample((_leading(make(4)), make(4), make(4, 2)))],
    loops="rrr->r zzz->z",
    public=False,
)
def _solve_toeplitz(c: Tensor, r: Tensor, b: Tensor, *, check_finite: bool = False) -> Tensor:
    """Solution x of toeplitz(c, r) x = b."""


def _adjoint_solution(g: Tensor, c: Tensor, r: Tensor) -> Tensor:
    # The diagonal belongs to the first argument alone.
    column, row = _broadcast(c, r)
    return _solve_toeplitz(conjugate(torch.cat([column[..., :1], row[..., 1:]], -1)), conjugate(column), g)


def _leading(c: Tensor) -> Tensor:
    """A first column whose Toeplitz matrix is dominated by its diagonal."""
    shift = torch.zeros_like(c)
    shift[..., 0] = 4.0
    return c + shift


@composite(
    samples=lambda make: [
        Sample((_leading(make(3)), make(3))),
        Sample(((_leading(make(3)), make(3)), make(3, 2)), moving=(1,)),
    ],
    reference="scipy.linalg.solve_toeplitz",
)
def solve_toeplitz(c_or_cr: Tensor | tuple[Tensor, Tensor], b: Tensor, check_finite: bool = True) -> Tensor:
    """
    Solve a Toeplitz system without forming the matrix.

    Parameters
    ----------
    c_or_cr : Tensor, shape (..., n), or a tuple of two
        First column and first row of the matrix, of which ``r[..., 0]`` is ignored; without a row, the conjugate of
        the column.
    b : Tensor, shape (n,) or (..., n, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape of `b` with broadcast batch dimensions
        The solution of ``toeplitz(c, r) @ x = b``.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If a leading principal minor is singular.

    Notes
    -----
    Levinson's recursion, ``n²`` operations a vector; it is not as stable as :func:`solve`. The derivative multiplies
    and solves with Toeplitz matrices again.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_toeplitz
    >>> solve_toeplitz((torch.tensor([2.0, 1.0]), torch.tensor([2.0, 3.0])), torch.tensor([5.0, 3.0]))
    tensor([1., 1.])
    """
    c, r = _column_and_row("solve_toeplitz", c_or_cr)
    if c.shape[-1] != r.shape[-1]:
        raise ValueError(
            f"solve_toeplitz: first column and row have shapes {tuple(c.shape)} and {tuple(r.shape)}; wanted one size"
        )
    columns, is_vector = as_columns("solve_toeplitz", "b", b, c.shape[-1])
    x = _solve_toeplitz(c, r, columns, check_finite=check_finite)
    return x.squeeze(-1) if is_vector and x.ndim == 2 else x


def _regular_spectrum_kernel(spectrum: Tensor, *, tol: float) -> Tensor:
    size = spectrum.abs()
    bound = _bound(size, tol)
    if bool((size <= bound).any()):
        raise LinAlgError("solve_circulant: argument 'c': the circulant matrix is singular to working precision")
    return spectrum.clone()


def _bound(size: Tensor, tol: float) -> Tensor:
    """Magnitudes up to this count as zero: by default the largest times n times the roundoff, as in SciPy."""
    if tol >= 0:
        return torch.full_like(size[..., :1], tol)
    return size.amax(-1, keepdim=True) * size.shape[-1] * torch.finfo(size.dtype).eps


@gufunc(
    "(n)->(n)",
    kernel=_regular_spectrum_kernel,
    jvp={"spectrum": lambda out, spectrum, tangent, **_: tangent},
    vjp={"spectrum": lambda g, out, spectrum, **_: g},
    samples=lambda make: [Sample((_leading(make(3)),))],
    loops="r->r z->z",
    public=False,
)
def _regular_spectrum(spectrum: Tensor, *, tol: float = -1.0) -> Tensor:
    """The spectrum itself; it is an error if it has a zero."""


@composite(
    samples=lambda make: [
        Sample((_leading(make(3)), make(3))),
        Sample((_leading(make(3)), make(3, 2))),
        Sample((torch.ones_like(make(4)), make(4)), {"singular": "lstsq"}, moving=(1,)),
    ],
    reference="scipy.linalg.solve_circulant",
)
def solve_circulant(
    c: Tensor,
    b: Tensor,
    singular: str = "raise",
    tol: float | None = None,
    caxis: int = -1,
    baxis: int = 0,
    outaxis: int = 0,
) -> Tensor:
    """
    Solve a circulant system by Fourier transforms.

    Parameters
    ----------
    c : Tensor
        First columns of the matrices, along axis `caxis`.
    b : Tensor
        Right-hand sides, along axis `baxis`.
    singular : {"raise", "lstsq"}, optional
        What to do with a singular matrix: raise, or give the least-squares solution of least norm.
    tol : float, optional
        Fourier coefficients of `c` up to this magnitude count as zero; by default the largest of them times ``n``
        times the unit roundoff.
    caxis, baxis, outaxis : int, optional
        Where the vectors are in `c`, in `b` and in the result. The other axes of `c` and `b` broadcast.

    Returns
    -------
    Tensor
        The solution of ``circulant(c) @ x = b``.

    Raises
    ------
    ValueError
        For shapes that do not fit, or an unknown `singular`.
    numpy.linalg.LinAlgError
        If a matrix is singular, with ``singular="raise"``.

    Notes
    -----
    The Fourier transform diagonalises a circulant matrix: ``n log(n)`` operations.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_circulant
    >>> solve_circulant(torch.tensor([2.0, 1.0, 0.0]), torch.tensor([3.0, 3.0, 3.0])).round(decimals=4)
    tensor([1., 1., 1.])
    """
    if singular not in ("raise", "lstsq"):
        raise ValueError(f"solve_circulant: singular is {singular!r}; wanted 'raise' or 'lstsq'")
    for name, x in (("c", c), ("b", b)):
        if x.ndim < 1:
            raise ValueError(f"solve_circulant: argument {name!r} is a number; wanted vectors")
    column, side = c.movedim(caxis, -1), b.movedim(baxis, -1)
    n = column.shape[-1]
    if side.shape[-1] != n:
        raise ValueError(
            f"solve_circulant: argument 'b' has {side.shape[-1]} entries along axis {baxis}; wanted {n}, as 'c' has"
        )
    spectrum, sides = torch.fft.fft(column), torch.fft.fft(side)
    bound = -1.0 if tol is None else float(tol)
    if singular == "raise":
        quotient = sides / _regular_spectrum(spectrum, tol=bound)
    else:
        size = spectrum.detach().abs()
        zero = size <= _bound(size, bound)
        quotient = torch.where(zero, 0, sides / torch.where(zero, 1, spectrum))
    x = torch.fft.ifft(quotient)
    return (x if c.is_complex() or b.is_complex() else x.real).movedim(-1, outaxis)
