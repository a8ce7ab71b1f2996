"""Eigenvalues of Hermitian matrices stored by diagonals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Sample, composite

from .arguments import require_matrix
from .band_storage import dense_from_band, full_from_hermitian_band
from .eigen_hermitian import eigenprojectors, eigh
from .matrix_parts import diagonal_matrix


def _selected(function: str, select: Any, select_range: Sequence[float] | None) -> dict[str, Any]:
    """SciPy's ``select`` as the subset arguments of :func:`eigh`."""
    if select in ("a", "all", 0):
        return {}
    if select_range is None:
        raise ValueError(f"{function}: select is {select!r}, but select_range is not given")
    if select in ("v", "value", 1):
        return {"subset_by_value": tuple(select_range)}
    if select in ("i", "index", 2):
        low, high = select_range
        return {"subset_by_index": (int(low), int(high))}
    raise ValueError(f"{function}: select is {select!r}; wanted 'a', 'v' or 'i'")


def _tridiagonal(function: str, d: Tensor, e: Tensor) -> Tensor:
    for name, x in (("d", d), ("e", e)):
        if x.ndim < 1 or x.is_complex():
            raise ValueError(f"{function}: argument {name!r} of shape {tuple(x.shape)}: wanted real vectors")
    if d.shape[-1] != e.shape[-1] + 1:
        raise ValueError(
            f"{function}: arguments 'd' and 'e' have shapes {tuple(d.shape)} and {tuple(e.shape)}; wanted (..., n) and "
            "(..., n - 1)"
        )
    dtype = torch.promote_types(d.dtype, e.dtype)
    return diagonal_matrix(d.to(dtype)) + torch.diag_embed(e.to(dtype), -1)


def _tridiagonal_samples(eigenvectors: bool) -> Any:
    view = eigenprojectors if eigenvectors else None

    def samples(make: Any) -> list[Sample]:
        if make.dtype.is_complex:
            return []
        ladder = torch.arange(3, dtype=torch.float64)
        return [
            Sample((make(3) / 4 + ladder, make(2)), view=view),
            Sample((make(3) / 4 + ladder, make(2)), {"select": "i", "select_range": (0, 1)}, view=view),
        ]

    return samples


@composite(samples=_tridiagonal_samples(True), reference="scipy.linalg.eigh_tridiagonal")
def eigh_tridiagonal(
    d: Tensor,
    e: Tensor,
    eigvals_only: bool = False,
    select: str = "a",
    select_range: Sequence[float] | None = None,
    check_finite: bool = True,
    tol: float = 0.0,
    lapack_driver: str = "auto",
) -> Any:
    """
    Solve the eigenvalue problem of a real symmetric tridiagonal matrix.

    Parameters
    ----------
    d : Tensor, shape (..., n)
        The diagonal.
    e : Tensor, shape (..., n - 1)
        What is beside it.
    eigvals_only : bool, optional
        Return eigenvalues only.
    select : {"a", "v", "i"}, optional
        Which eigenvalues: all, those of the half-open interval of values, or those of the positions `select_range`.
    select_range : (float, float), optional
        The interval, or first and last position.
    check_finite : bool, optional
        Refuse infinities and NaN.
    tol, lapack_driver : optional
        Accepted for SciPy's sake.

    Returns
    -------
    w : Tensor, shape (..., m)
        Eigenvalues in ascending order.
    v : Tensor, shape (..., n, m)
        Normalised eigenvectors in the columns; absent with `eigvals_only`.

    Raises
    ------
    ValueError
        For shapes that do not fit, entries that are not finite, or an unknown `select`.

    Notes
    -----
    By :func:`eigh` of the full matrix, in ``n³`` operations, with its derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import eigh_tridiagonal
    >>> eigh_tridiagonal(torch.tensor([1.0, 1.0]), torch.tensor([2.0]), eigvals_only=True)
    tensor([-1.,  3.])
    """
    matrix = _tridiagonal("eigh_tridiagonal", d, e)
    subset = _selected("eigh_tridiagonal", select, select_range)
    return eigh(matrix, eigvals_only=eigvals_only, check_finite=check_finite, **subset)


@composite(samples=_tridiagonal_samples(False), reference="scipy.linalg.eigvalsh_tridiagonal")
def eigvalsh_tridiagonal(
    d: Tensor,
    e: Tensor,
    select: str = "a",
    select_range: Sequence[float] | None = None,
    check_finite: bool = True,
    tol: float = 0.0,
    lapack_driver: str = "auto",
) -> Tensor:
    """
    Compute the eigenvalues of a real symmetric tridiagonal matrix.

    Parameters
    ----------
    d : Tensor, shape (..., n)
        The diagonal.
    e : Tensor, shape (..., n - 1)
        What is beside it.
    select : {"a", "v", "i"}, optional
        Which eigenvalues, see :func:`eigh_tridiagonal`.
    select_range : (float, float), optional
        The interval, or first and last position.
    check_finite : bool, optional
        Refuse infinities and NaN.
    tol, lapack_driver : optional
        Accepted for SciPy's sake.

    Returns
    -------
    Tensor, shape (..., m)
        Eigenvalues in ascending order.

    Raises
    ------
    ValueError
        For shapes that do not fit, entries that are not finite, or an unknown `select`.

    Notes
    -----
    By :func:`eigh` of the full matrix, in ``n³`` operations, with its derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import eigvalsh_tridiagonal
    >>> eigvalsh_tridiagonal(torch.tensor([1.0, 1.0]), torch.tensor([2.0]))
    tensor([-1.,  3.])
    """
    matrix = _tridiagonal("eigvalsh_tridiagonal", d, e)
    subset = _selected("eigvalsh_tridiagonal", select, select_range)
    w: Tensor = eigh(matrix, eigvals_only=True, check_finite=check_finite, **subset)
    return w


def _from_band(function: str, a_band: Tensor, lower: bool) -> Tensor:
    require_matrix(function, "a_band", a_band)
    return dense_from_band(full_from_hermitian_band(a_band, lower=lower), a_band.shape[-2] - 1)


def _ladder(a_band: Tensor, row: int) -> Tensor:
    shift = torch.zeros_like(a_band)
    shift[..., row, :] = torch.arange(a_band.shape[-1], dtype=torch.float64).to(a_band.dtype)
    return 0.4 * a_band + shift


@composite(
    samples=lambda make: [
        Sample((_ladder(make(2, 3), 1),), view=eigenprojectors),
        Sample((_ladder(make(2, 3), 0), True), view=eigenprojectors),
    ],
    reference="scipy.linalg.eig_banded",
)
def eig_banded(
    a_band: Tensor,
    lower: bool = False,
    eigvals_only: bool = False,
    overwrite_a_band: bool = False,
    select: str = "a",
    select_range: Sequence[float] | None = None,
    max_ev: int = 0,
    check_finite: bool = True,
) -> Any:
    """
    Solve the eigenvalue problem of a Hermitian band matrix.

    Parameters
    ----------
    a_band : Tensor, shape (..., u + 1, n)
        The diagonals of one side: ``a_band[u + i - j, j] == a[i, j]`` on and above the main one, or, with `lower`,
        ``a_band[i - j, j] == a[i, j]`` on and below it.
    lower : bool, optional
        Which side `a_band` stores.
    eigvals_only : bool, optional
        Return eigenvalues only.
    overwrite_a_band : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    select : {"a", "v", "i"}, optional
        Which eigenvalues: all, those of the half-open interval of values, or those of the positions `select_range`.
    select_range : (float, float), optional
        The interval, or first and last position.
    max_ev : int, optional
        Accepted for SciPy's sake.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    w : Tensor, shape (..., m)
        Eigenvalues in ascending order.
    v : Tensor, shape (..., n, m)
        Normalised eigenvectors in the columns; absent with `eigvals_only`.

    Raises
    ------
    ValueError
        For shapes that do not fit, entries that are not finite, or an unknown `select`.

    Notes
    -----
    By :func:`eigh` of the full matrix, in ``n³`` operations, with its derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import eig_banded
    >>> eig_banded(torch.tensor([[0.0, 2.0], [1.0, 1.0]]), eigvals_only=True)
    tensor([-1.,  3.])
    """
    matrix = _from_band("eig_banded", a_band, lower)
    subset = _selected("eig_banded", select, select_range)
    return eigh(matrix, eigvals_only=eigvals_only, check_finite=check_finite, **subset)


@composite(
    samples=lambda make: [Sample((_ladder(make(2, 3), 1),))],
    reference="scipy.linalg.eigvals_banded",
)
def eigvals_banded(
    a_band: Tensor,
    lower: bool = False,
    overwrite_a_band: bool = False,
    select: str = "a",
    select_range: Sequence[float] | None = None,
    check_finite: bool = True,
) -> Tensor:
    """
    Compute the eigenvalues of a Hermitian band matrix.

    Parameters
    ----------
    a_band : Tensor, shape (..., u + 1, n)
        The diagonals of one side, see :func:`eig_banded`.
    lower : bool, optional
        Which side `a_band` stores.
    overwrite_a_band : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    select : {"a", "v", "i"}, optional
        Which eigenvalues, see :func:`eig_banded`.
    select_range : (float, float), optional
        The interval, or first and last position.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    Tensor, shape (..., m)
        Eigenvalues in ascending order.

    Raises
    ------
    ValueError
        For shapes that do not fit, entries that are not finite, or an unknown `select`.

    Notes
    -----
    By :func:`eigh` of the full matrix, in ``n³`` operations, with its derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import eigvals_banded
    >>> eigvals_banded(torch.tensor([[0.0, 2.0], [1.0, 1.0]]))
    tensor([-1.,  3.])
    """
    matrix = _from_band("eigvals_banded", a_band, lower)
    subset = _selected("eigvals_banded", select, select_range)
    w: Tensor = eigh(matrix, eigvals_only=True, check_finite=check_finite, **subset)
    return w
