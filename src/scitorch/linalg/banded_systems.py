"""Linear systems with band matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import as_columns, require_finite, require_matrix
from .band_storage import band_adjoint, band_of_product, band_product, full_from_hermitian_band
from .linear_solve import NOT_POSITIVE, SINGULAR
from .matrix_parts import broadcast_batch


def _solve_banded_kernel(ab: Tensor, b: Tensor, *, upper: int, positive: bool, check_finite: bool) -> Tensor:
    function = "solveh_banded" if positive else "solve_banded"
    if check_finite:
        require_finite(function, ab=ab, b=b)
    batch = broadcast_batch(ab, b)
    result = torch.empty(*batch, *b.shape[-2:], dtype=b.dtype)
    if not result.numel():
        return result
    bands = ab.expand(*batch, *ab.shape[-2:]).reshape(-1, *ab.shape[-2:]).numpy()
    sides = b.expand(result.shape).reshape(-1, *b.shape[-2:]).numpy()
    for row, band, side in zip(result.view(-1, *b.shape[-2:]).numpy(), bands, sides):
        row[:] = _solve_one(band, side, upper, positive)
    return result


def _solve_one(ab: numpy.ndarray, b: numpy.ndarray, upper: int, positive: bool) -> numpy.ndarray:
    from scipy.linalg import lapack

    lower = len(ab) - 1 - upper
    if positive:
        solve, tridiagonal = lapack.get_lapack_funcs(("pbsv", "ptsv"), (ab, b))
        if lower == 1 and len(b) > 1:
            *_, x, info = tridiagonal(ab[1].real, ab[2, :-1], b)
        else:
            _, x, info = solve(ab[upper:], b, lower=1)
    elif lower == upper == 1 and len(b) > 1:
        (solve,) = lapack.get_lapack_funcs(("gtsv",), (ab, b))
        *_, x, info = solve(ab[2, :-1], ab[1], ab[0, 1:], b)
    else:
        (solve,) = lapack.get_lapack_funcs(("gbsv",), (ab, b))
        work = numpy.zeros((2 * lower + upper + 1, ab.shape[1]), dtype=ab.dtype)
        work[lower:] = ab
        *_, x, info = solve(lower, upper, work, b, overwrite_ab=True)
    if info:
        where = f"{'solveh_banded' if positive else 'solve_banded'}: argument 'ab': "
        raise LinAlgError(where + (NOT_POSITIVE if positive else SINGULAR).format(info))
    found: numpy.ndarray = x
    return found


def _band_tangent(x: Tensor, ab: Tensor, b: Tensor, dab: Tensor, upper: int, positive: bool, **_: bool) -> Tensor:
    # With ``positive`` the rows below the diagonal are read; the caller stores both sides, made of one.
    return -_solve_banded(ab, band_product(dab, x, upper), upper=upper, positive=positive)


def _adjoint_solution(g: Tensor, ab: Tensor, upper: int, positive: bool) -> Tensor:
    if positive:
        return _solve_banded(ab, g, upper=upper, positive=True)
    return _solve_banded(band_adjoint(ab, upper), g, upper=ab.shape[-2] - 1 - upper)


def _band_samples(make: Maker) -> list[Sample]:
    return [
        Sample((_dominant(make(4, 5), 1), make(5, 2)), {"upper": 1}),
        Sample((_dominant(make(2, 3, 4), 1), make(4, 1)), {"upper": 1}),
    ]


def _dominant(ab: Tensor, row: int) -> Tensor:
    """The band with its main diagonal, stored in a row, far from zero."""
    shift = torch.zeros_like(ab)
    shift[..., row, :] = 2.0 * ab.shape[-2]
    return ab + shift


@gufunc(
    "(w,n),(n,k)->(n,k)",
    kernel={"cpu": _solve_banded_kernel},
    jvp={"ab": _band_tangent},
    linear={"b": lambda g, ab, b, upper, positive, **_: _adjoint_solution(g, ab, upper, positive)},
    vjp={
        "ab": lambda g, x, ab, b, upper, positive, **_: band_of_product(
            -_adjoint_solution(g, ab, upper, positive), x, upper, ab.shape[-2]
        )
    },
    samples=_band_samples,
    loops="rr->r zz->z",
    public=False,
)
def _solve_banded(
    ab: Tensor, b: Tensor, *, upper: int = 0, positive: bool = False, check_finite: bool = False
) -> Tensor:
    """Solution x of a x = b, a stored by diagonals; with ``positive`` it is Hermitian positive definite, all stored."""


@composite(
    samples=lambda make: [
        Sample(((2, 1), _dominant(make(4, 5), 1), make(5))),
        Sample(((1, 1), _dominant(make(3, 4), 1), make(4, 2))),
    ],
    arrays=("ab", "b"),
    reference="scipy.linalg.solve_banded",
)
def solve_banded(
    l_and_u: Sequence[int],
    ab: Tensor,
    b: Tensor,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Tensor:
    """
    Solve ``a @ x = b`` for a band matrix ``a``.

    Parameters
    ----------
    l_and_u : (int, int)
        How many diagonals there are below and above the main one.
    ab : Tensor, shape (..., l + u + 1, n)
        The diagonals: ``ab[u + i - j, j] == a[i, j]``.
    b : Tensor, shape (n,) or (..., n, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    overwrite_ab, overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape of `b` with broadcast batch dimensions
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If a matrix is singular.

    Notes
    -----
    LAPACK's band LU with partial pivoting, ``n l (l + u)`` operations; the derivative costs as much, and its cotangent
    is stored by diagonals like `ab`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_banded
    >>> ab = torch.tensor([[0.0, 1.0, 1.0], [2.0, 2.0, 2.0]])  # twos, and ones above them
    >>> solve_banded((0, 1), ab, torch.tensor([3.0, 3.0, 2.0]))
    tensor([1., 1., 1.])
    """
    lower, upper = (int(k) for k in l_and_u)
    require_matrix("solve_banded", "ab", ab)
    if lower < 0 or upper < 0 or ab.shape[-2] != lower + upper + 1:
        raise ValueError(
            f"solve_banded: argument 'ab' has shape {tuple(ab.shape)} and l_and_u is ({lower}, {upper}); wanted "
            f"l + u + 1 = {lower + upper + 1} diagonals"
        )
    columns, is_vector = as_columns("solve_banded", "b", b, ab.shape[-1])
    x = _solve_banded(ab, columns, upper=upper, check_finite=check_finite)
    return x.squeeze(-1) if is_vector else x


@composite(
    samples=lambda make: [
        Sample((_dominant(make(3, 4), 2), make(4))),
        Sample((_dominant(make(2, 4), 0), make(4, 2)), {"lower": True}),
    ],
    reference="scipy.linalg.solveh_banded",
)
def solveh_banded(
    ab: Tensor,
    b: Tensor,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    lower: bool = False,
    check_finite: bool = True,
) -> Tensor:
    """
    Solve ``a @ x = b`` for a Hermitian positive definite band matrix ``a``.

    Parameters
    ----------
    ab : Tensor, shape (..., u + 1, n)
        The diagonals of one side: ``ab[u + i - j, j] == a[i, j]`` on and above the main one, or, with `lower`,
        ``ab[i - j, j] == a[i, j]`` on and below it.
    b : Tensor, shape (n,) or (..., n, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    overwrite_ab, overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    lower : bool, optional
        Which side `ab` stores.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape of `b` with broadcast batch dimensions
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If a matrix is not positive definite.

    Notes
    -----
    LAPACK's band Cholesky factorisation. The derivative is that of the function of the diagonals that are stored.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solveh_banded
    >>> ab = torch.tensor([[4.0, 4.0, 4.0], [1.0, 1.0, 0.0]])
    >>> solveh_banded(ab, torch.tensor([5.0, 6.0, 5.0]), lower=True).round(decimals=4)
    tensor([1., 1., 1.])
    """
    require_matrix("solveh_banded", "ab", ab)
    columns, is_vector = as_columns("solveh_banded", "b", b, ab.shape[-1])
    full = full_from_hermitian_band(ab, lower=lower)
    x = _solve_banded(full, columns, upper=ab.shape[-2] - 1, positive=True, check_finite=check_finite)
    return x.squeeze(-1) if is_vector else x


def _triangular_band(make: Maker, *shape: int) -> tuple[Tensor, bool]:
    return _dominant(make(*shape), 0), True


@composite(
    samples=lambda make: [
        Sample((_triangular_band(make, 2, 4), make(4, 2))),
        Sample(((_dominant(make(2, 3), 1), False), make(3))),
    ],
    arrays=("cb_and_lower", "b"),
    reference="scipy.linalg.cho_solve_banded",
)
def cho_solve_banded(
    cb_and_lower: tuple[Tensor, bool], b: Tensor, overwrite_b: bool = False, check_finite: bool = True
) -> Tensor:
    """
    Solve ``a @ x = b`` given the Cholesky factor of a band matrix ``a``.

    Parameters
    ----------
    cb_and_lower : tuple of (Tensor, bool)
        The factor, stored by diagonals, shape (..., u + 1, n), and whether it is lower triangular.
    b : Tensor, shape (n,) or (..., n, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape of `b` with broadcast batch dimensions
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If a diagonal entry of the factor is zero.

    Notes
    -----
    Two solutions with triangular band matrices.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import cho_solve_banded
    >>> cho_solve_banded((torch.tensor([[2.0, 2.0], [1.0, 0.0]]), True), torch.tensor([6.0, 7.0]))
    tensor([1., 1.])
    """
    cb, lower = cb_and_lower
    require_matrix("cho_solve_banded", "cb", cb)
    columns, is_vector = as_columns("cho_solve_banded", "b", b, cb.shape[-1])
    first = cb if lower else band_adjoint(cb, cb.shape[-2] - 1)
    half = _solve_banded(first, columns, upper=0, check_finite=check_finite)
    x = _solve_banded(band_adjoint(first, 0), half, upper=first.shape[-2] - 1)
    return x.squeeze(-1) if is_vector else x
