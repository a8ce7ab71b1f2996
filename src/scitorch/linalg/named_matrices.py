"""Matrices that depend on their size alone: Hilbert, Pascal, Hadamard, Helmert, Fourier."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Sample, composite

#: The largest number of each integer matrix that fits into 64 bits.
LARGEST_INT64 = 2**63 - 1


def _size(function: str, n: Any, least: int = 0) -> int:
    size = int(n)
    if size < least:
        raise ValueError(f"{function}: n is {n!r}; wanted a whole number of at least {least}")
    return size


def _made(matrix: Tensor, xp: Any) -> Any:
    """The matrix as an array of a namespace."""
    return matrix if xp is None else xp.asarray(matrix)


def _floats(rows: list[list[float]], device: Any) -> Tensor:
    return torch.tensor(rows, dtype=torch.get_default_dtype(), device=device).reshape(len(rows), len(rows))


def _integers(function: str, rows: list[list[int]], exact: bool, device: Any) -> Tensor:
    """Exact as int64, or rounded to the default dtype."""
    if not exact:
        return _floats([[float(x) for x in row] for row in rows], device)
    if any(abs(x) > LARGEST_INT64 for row in rows for x in row):
        raise NotImplementedError(f"{function}: entries of size {len(rows)} exceed 64 bits; use exact=False")
    return torch.tensor(rows, dtype=torch.int64, device=device).reshape(len(rows), len(rows))


@composite(samples=lambda make: [Sample((4,)), Sample((0,))], arrays=(), reference="scipy.linalg.hilbert", rtol=1e-6)
def hilbert(n: int, *, xp: Any = None, device: Any = None) -> Any:
    """
    Construct the Hilbert matrix.

    Parameters
    ----------
    n : int
        Size.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device : optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n, n)
        ``1 / (i + j + 1)`` at (i, j).

    Raises
    ------
    ValueError
        If `n` is negative.

    Examples
    --------
    >>> from scitorch.linalg import hilbert
    >>> hilbert(2)
    tensor([[1.0000, 0.5000],
            [0.5000, 0.3333]])
    """
    n = _size("hilbert", n)
    return _made(_floats([[1 / (i + j + 1) for j in range(n)] for i in range(n)], device), xp)


@composite(
    samples=lambda make: [Sample((4,)), Sample((4,), {"exact": True})],
    arrays=(),
    reference="scipy.linalg.invhilbert",
    rtol=1e-6,
)
def invhilbert(n: int, exact: bool = False, *, xp: Any = None, device: Any = None) -> Any:
    """
    Construct the inverse of the Hilbert matrix, whose entries are whole numbers.

    Parameters
    ----------
    n : int
        Size.
    exact : bool, optional
        Return 64-bit integers instead of rounded numbers.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device : optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n, n)
        The inverse of ``hilbert(n)``.

    Raises
    ------
    ValueError
        If `n` is negative.
    NotImplementedError
        With `exact`, if an entry exceeds 64 bits (``n > 13``).

    Notes
    -----
    ``(-1)^(i+j) (i+j-1) C(n+i-1, n-j) C(n+j-1, n-i) C(i+j-2, i-1)²`` at (i, j), counted from one (Choi 1983, Amer.
    Math. Monthly 90), in whole numbers: each entry is rounded once.

    Examples
    --------
    >>> from scitorch.linalg import invhilbert
    >>> invhilbert(2)
    tensor([[ 4., -6.],
            [-6., 12.]])
    """
    n = _size("invhilbert", n)

    def entry(i: int, j: int) -> int:
        size = (
            (i + j - 1) * math.comb(n + i - 1, n - j) * math.comb(n + j - 1, n - i) * math.comb(i + j - 2, i - 1) ** 2
        )
        return (-1) ** (i + j) * size

    rows = [[entry(i, j) for j in range(1, n + 1)] for i in range(1, n + 1)]
    return _made(_integers("invhilbert", rows, exact, device), xp)


def _pascal_rows(function: str, n: int, kind: str) -> list[list[int]]:
    """The binomials of a symmetric, lower or upper Pascal matrix."""
    if kind == "symmetric":
        return [[math.comb(i + j, i) for j in range(n)] for i in range(n)]
    if kind == "lower":
        return [[math.comb(i, j) for j in range(n)] for i in range(n)]
    if kind == "upper":
        return [[math.comb(j, i) for j in range(n)] for i in range(n)]
    raise ValueError(f"{function}: kind is {kind!r}; wanted 'symmetric', 'lower' or 'upper'")


@composite(
    samples=lambda make: [Sample((4,)), Sample((3, "lower")), Sample((3, "upper", False))],
    arrays=(),
    reference="scipy.linalg.pascal",
)
def pascal(n: int, kind: str = "symmetric", exact: bool = True, *, xp: Any = None, device: Any = None) -> Any:
    """
    Construct a Pascal matrix of binomial coefficients.

    Parameters
    ----------
    n : int
        Size.
    kind : {"symmetric", "lower", "upper"}, optional
        ``C(i + j, i)``, ``C(i, j)`` or ``C(j, i)`` at (i, j).
    exact : bool, optional
        Return 64-bit integers (default) instead of rounded numbers.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device : optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n, n)
        The matrix.

    Raises
    ------
    ValueError
        If `n` is negative or the kind unknown.
    NotImplementedError
        With `exact`, if an entry exceeds 64 bits (SciPy has Python integers there).

    Examples
    --------
    >>> from scitorch.linalg import pascal
    >>> pascal(3)
    tensor([[1, 1, 1],
            [1, 2, 3],
            [1, 3, 6]])
    """
    n = _size("pascal", n)
    return _made(_integers("pascal", _pascal_rows("pascal", n, kind), exact, device), xp)


@composite(
    samples=lambda make: [Sample((4,)), Sample((3, "lower")), Sample((3, "upper", False))],
    arrays=(),
    reference="scipy.linalg.invpascal",
)
def invpascal(n: int, kind: str = "symmetric", exact: bool = True, *, xp: Any = None, device: Any = None) -> Any:
    """
    Construct the inverse of a Pascal matrix.

    Parameters
    ----------
    n : int
        Size.
    kind : {"symmetric", "lower", "upper"}, optional
        Of which matrix, see :func:`pascal`.
    exact : bool, optional
        Return 64-bit integers (default) instead of rounded numbers.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device : optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n, n)
        The inverse of ``pascal(n, kind)``.

    Raises
    ------
    ValueError
        If `n` is negative or the kind unknown.
    NotImplementedError
        With `exact`, if an entry exceeds 64 bits (SciPy has Python integers there).

    Notes
    -----
    The triangular inverses have the binomials with alternating signs; the symmetric one is their product.

    Examples
    --------
    >>> from scitorch.linalg import invpascal
    >>> invpascal(3, kind="lower")
    tensor([[ 1,  0,  0],
            [-1,  1,  0],
            [ 1, -2,  1]])
    """
    n = _size("invpascal", n)
    side = _pascal_rows("invpascal", n, "lower" if kind == "symmetric" else kind)
    rows = [[(-1) ** (i + j) * x for j, x in enumerate(row)] for i, row in enumerate(side)]
    if kind == "symmetric":  # the upper times the lower inverse
        rows = [[sum(rows[k][i] * rows[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    return _made(_integers("invpascal", rows, exact, device), xp)


@composite(samples=lambda make: [Sample((4,)), Sample((1,))], arrays=(), reference="scipy.linalg.hadamard")
def hadamard(n: int, dtype: Any = None, *, xp: Any = None, device: Any = None) -> Any:
    """
    Construct a Hadamard matrix by Sylvester's construction.

    Parameters
    ----------
    n : int
        Size, a power of two.
    dtype : torch.dtype, optional
        Of the result, int64 by default.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device : optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n, n)
        Entries 1 and -1, orthogonal rows.

    Raises
    ------
    ValueError
        If `n` is not a power of two.

    Examples
    --------
    >>> from scitorch.linalg import hadamard
    >>> hadamard(2)
    tensor([[ 1,  1],
            [ 1, -1]])
    """
    n = _size("hadamard", n, 1)
    if n & (n - 1):
        raise ValueError(f"hadamard: n is {n}; wanted a power of two")
    if dtype is not None and not isinstance(dtype, torch.dtype) and xp is None:
        raise TypeError(f"hadamard: dtype is {dtype!r}; wanted a torch.dtype")
    wanted = dtype if isinstance(dtype, torch.dtype) else torch.int64
    matrix = torch.ones(1, 1, dtype=wanted, device=device)
    while len(matrix) < n:
        matrix = torch.cat([torch.cat([matrix, matrix], 1), torch.cat([matrix, -matrix], 1)])
    made = _made(matrix, xp)
    return made if dtype is None or isinstance(dtype, torch.dtype) else made.astype(dtype)


@composite(
    samples=lambda make: [Sample((4,)), Sample((3, True))], arrays=(), reference="scipy.linalg.helmert", rtol=1e-6
)
def helmert(n: int, full: bool = False, *, xp: Any = None, device: Any = None) -> Any:
    """
    Construct a Helmert matrix, whose rows are orthonormal contrasts.

    Parameters
    ----------
    n : int
        Number of columns.
    full : bool, optional
        Include the first row, of equal entries.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device : optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n - 1, n) or (n, n)
        The matrix.

    Raises
    ------
    ValueError
        If `n` is negative.

    Examples
    --------
    >>> from scitorch.linalg import helmert
    >>> helmert(2, full=True)
    tensor([[ 0.7071,  0.7071],
            [ 0.7071, -0.7071]])
    """
    n = _size("helmert", n)
    rows = [[1 / math.sqrt(n)] * n] if n else []
    for i in range(1, n):
        size = math.sqrt(i * (i + 1))
        rows.append([1 / size] * i + [-i / size] + [0.0] * (n - i - 1))
    matrix = _floats(rows, device)
    return _made(matrix if full else matrix[1:], xp)


@composite(
    samples=lambda make: [Sample((4,)), Sample((3, "n")), Sample((3, "sqrtn"))],
    arrays=(),
    reference="scipy.linalg.dft",
    rtol=1e-6,
)
def dft(n: int, scale: str | None = None, *, xp: Any = None, device: Any = None) -> Any:
    """
    Construct the matrix of the discrete Fourier transform.

    Parameters
    ----------
    n : int
        Size.
    scale : {None, "sqrtn", "n"}, optional
        Divide by the square root of `n` (unitary) or by `n`.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device : optional
        Device of the result.

    Returns
    -------
    Tensor, shape (n, n)
        ``exp(-2πi j k / n)`` at (j, k).

    Raises
    ------
    ValueError
        If `n` is negative or the scale unknown.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import dft
    >>> (dft(4) @ torch.ones(4, dtype=torch.complex64)).abs().round(decimals=4)
    tensor([4., 0., 0., 0.])
    """
    n = _size("dft", n)
    if scale not in (None, "sqrtn", "n"):
        raise ValueError(f"dft: scale is {scale!r}; wanted None, 'sqrtn' or 'n'")
    # The turn j k mod n is exact, so that no angle is large.
    turns = torch.arange(n, device=device)
    angle = (turns[:, None] * turns % max(n, 1)).to(torch.float64) * (-2 * math.pi / max(n, 1))
    dtype = torch.complex64 if torch.get_default_dtype() == torch.float32 else torch.complex128
    matrix = torch.polar(torch.ones_like(angle), angle).to(dtype)
    factor = {None: 1.0, "sqrtn": math.sqrt(n), "n": n}[scale]
    return _made(matrix / factor if n else matrix, xp)
