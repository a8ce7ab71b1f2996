"""Linear systems with square matrices."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import as_columns, is_differentiated, require_finite, require_square, require_zero_info
from .matrix_parts import (
    adjoint,
    broadcast_batch,
    diagonal,
    hermitian_from_triangle,
    hermitian_part,
    row_major,
    symmetric_from_triangle,
    triangle,
)

SINGULAR = "the matrix is singular: pivot {} is exactly zero"
NOT_POSITIVE = "the leading minor of order {} is not positive definite"

#: Batches up to this size have the condition of every matrix estimated; in larger ones only the suspects', whose
#: pivots differ by more than SUSPECT, because LAPACK's estimator takes one matrix at a time.
ESTIMATED_BATCH = 32
SUSPECT = 1e-6


def _solve_kernel(a: Tensor, b: Tensor, *, structure: str, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("solve", a=a, b=b)
    if structure == "pos":
        factor, info = torch.linalg.cholesky_ex(hermitian_part(a))
        require_zero_info("solve", "a", info, NOT_POSITIVE)
        batch = broadcast_batch(a, b)
        n, k = b.shape[-2:]
        return row_major(torch.cholesky_solve(b.expand(*batch, n, k), factor.expand(*batch, n, n)))
    lu, pivots, info = torch.linalg.lu_factor_ex(a)
    require_zero_info("solve", "a", info, SINGULAR)
    if check_finite:
        _warn_if_ill_conditioned(a, lu)
    return row_major(torch.linalg.lu_solve(lu, pivots, b))


def _warn_if_ill_conditioned(a: Tensor, lu: Tensor) -> None:
    """Warn as SciPy does where the reciprocal condition number is below the unit roundoff."""
    if a.device.type != "cpu" or not a.numel():
        return
    from scipy.linalg import LinAlgWarning, lapack

    n = a.shape[-1]
    factors, matrices = lu.reshape(-1, n, n), a.reshape(-1, n, n)
    if len(factors) > ESTIMATED_BATCH:
        pivots = diagonal(factors).abs()
        suspect = pivots.amin(-1) < SUSPECT * pivots.amax(-1)
        factors, matrices = factors[suspect], matrices[suspect]
    if not len(factors):
        return
    (estimate,) = lapack.get_lapack_funcs(("gecon",), (factors[0].numpy(),))
    smallest = min(
        float(estimate(f.numpy(), float(norm))[0]) for f, norm in zip(factors, matrices.abs().sum(-2).amax(-1))
    )
    if smallest < torch.finfo(a.dtype).eps:
        warnings.warn(
            f"solve: argument 'a' is ill-conditioned (reciprocal condition number {smallest:.1e}): the result may "
            "not be accurate",
            LinAlgWarning,
            stacklevel=2,
        )


def _solve_tangent(x: Tensor, a: Tensor, b: Tensor, da: Tensor, structure: str, **_: bool) -> Tensor:
    da = hermitian_part(da) if structure == "pos" else da
    return -_solve(a, da @ x, structure=structure)


def _solve_cotangent(g: Tensor, x: Tensor, a: Tensor, b: Tensor, structure: str, **_: bool) -> Tensor:
    cotangent = -_solve(adjoint(a), g, structure=structure) @ adjoint(x)
    return hermitian_part(cotangent) if structure == "pos" else cotangent


def _solve_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make.well_conditioned(3, 3), make(3, 2))),
        Sample((make.well_conditioned(2, 1, 3, 3), make(4, 3, 1))),
        Sample((make.positive_definite(3, 3), make(3, 2)), {"structure": "pos"}),
    ]


@gufunc(
    "(n,n),(n,k)->(n,k)",
    kernel=_solve_kernel,
    jvp={"a": _solve_tangent},
    linear={"b": lambda g, a, b, structure, **_: _solve(adjoint(a), g, structure=structure)},
    vjp={"a": _solve_cotangent},
    samples=_solve_samples,
    loops="rr->r zz->z",
    public=False,
)
def _solve(a: Tensor, b: Tensor, *, structure: str = "general", check_finite: bool = False) -> Tensor:
    """Solution x of a x = b. With ``structure="pos"`` the matrix is the Hermitian part of a, positive definite."""


def _solve_keeping_kernel(a: Tensor, b: Tensor, *, structure: str, check_finite: bool) -> tuple[Tensor, Tensor, Tensor]:
    if check_finite:
        require_finite("solve", a=a, b=b)
    if structure == "pos":
        factor, info = torch.linalg.cholesky_ex(hermitian_part(a))
        require_zero_info("solve", "a", info, NOT_POSITIVE)
        pivots = torch.zeros(a.shape[:-1], dtype=torch.int64, device=a.device)
    else:
        factor, places, info = torch.linalg.lu_factor_ex(a)
        require_zero_info("solve", "a", info, SINGULAR)
        if check_finite:
            _warn_if_ill_conditioned(a, factor)
        pivots = places.to(torch.int64)
    x = _solved_by_factor(factor, pivots, b, structure, transposed=False)
    return row_major(x), row_major(factor), pivots


def _solved_by_factor(factor: Tensor, pivots: Tensor, b: Tensor, structure: str, *, transposed: bool) -> Tensor:
    if structure == "pos":
        return torch.cholesky_solve(b, factor)
    x: Tensor = torch.linalg.lu_solve(factor, pivots.to(torch.int32), b, adjoint=transposed)
    return x


def _solve_keeping_cotangents(
    g: tuple[Tensor, Tensor, Tensor],
    out: tuple[Tensor, Tensor, Tensor],
    a: Tensor,
    b: Tensor,
    needed: tuple[bool, ...],
    structure: str,
    **_: bool,
) -> tuple[Tensor | None, ...]:
    x, factor, pivots = out
    if is_differentiated(a) or is_differentiated(g[0]) or is_differentiated(x):
        gb = _solve(adjoint(a), g[0], structure=structure)
    else:  # a first derivative: the factor will do
        gb = _solved_by_factor(factor, pivots, g[0], structure, transposed=True)
    ga = -gb @ adjoint(x) if needed[0] else None
    if ga is not None and structure == "pos":
        ga = hermitian_part(ga)
    return ga, gb if needed[1] else None


@gufunc(
    "(n,n),(n,k)->(n,k),(n,n),(n)",
    kernel=_solve_keeping_kernel,
    jvp={
        "a": lambda out, a, b, da, **flags: (_solve_tangent(out[0], a, b, da, **flags), None, None),
        "b": lambda out, a, b, db, structure, **_: (_solve(a, db, structure=structure), None, None),
    },
    together=_solve_keeping_cotangents,
    residuals=2,
    samples=lambda make: [
        Sample((make.well_conditioned(3, 3), make(3, 2))),
        Sample((make.positive_definite(2, 2, 2), make(2, 2, 1)), {"structure": "pos"}),
    ],
    loops="rr->rri zz->zzi",
    public=False,
)
def _solve_keeping(
    a: Tensor, b: Tensor, *, structure: str = "general", check_finite: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """As ``_solve``, with the factor and the pivots, which the derivative uses again; a and b in equal batches."""


def _solve_triangular_kernel(
    a: Tensor, b: Tensor, *, lower: bool, unit_diagonal: bool, check_finite: bool, function: str
) -> Tensor:
    if check_finite:
        require_finite(function, a=a, b=b)
    if not unit_diagonal:
        zero = diagonal(a) == 0
        position = torch.where(zero.any(-1), zero.int().argmax(-1) + 1, 0) if a.shape[-1] else zero.any(-1).int()
        require_zero_info(function, "a", position, "the matrix is singular: diagonal entry {} is zero")
    return row_major(torch.linalg.solve_triangular(a, b, upper=not lower, unitriangular=unit_diagonal))


def _transposed_triangular(g: Tensor, a: Tensor, lower: bool, unit_diagonal: bool) -> Tensor:
    return _solve_triangular(adjoint(a), g, lower=not lower, unit_diagonal=unit_diagonal)


@gufunc(
    "(n,n),(n,k)->(n,k)",
    kernel=_solve_triangular_kernel,
    jvp={
        "a": lambda x, a, b, da, lower, unit_diagonal, **_: (
            -_solve_triangular(
                a, triangle(da, lower=lower, strict=unit_diagonal) @ x, lower=lower, unit_diagonal=unit_diagonal
            )
        )
    },
    linear={"b": lambda g, a, b, lower, unit_diagonal, **_: _transposed_triangular(g, a, lower, unit_diagonal)},
    vjp={
        "a": lambda g, x, a, b, lower, unit_diagonal, **_: triangle(
            -_transposed_triangular(g, a, lower, unit_diagonal) @ adjoint(x), lower=lower, strict=unit_diagonal
        )
    },
    samples=lambda make: [
        Sample((make.well_conditioned(3, 3), make(3, 2)), {"lower": True}),
        Sample((make.well_conditioned(2, 1, 3, 3), make(4, 3, 1)), {"lower": False, "unit_diagonal": True}),
    ],
    loops="rr->r zz->z",
    public=False,
)
def _solve_triangular(
    a: Tensor,
    b: Tensor,
    *,
    lower: bool = False,
    unit_diagonal: bool = False,
    check_finite: bool = False,
    function: str = "solve_triangular",
) -> Tensor:
    """Solution x of a x = b, where a is the lower or upper triangle of the argument."""


#: SciPy's names of matrix structures, and the short one used here.
STRUCTURES = {
    None: "general",
    "general": "general",
    "gen": "general",
    "diagonal": "diagonal",
    "tridiagonal": "tridiagonal",
    "banded": "general",
    "upper triangular": "upper",
    "lower triangular": "lower",
    "symmetric": "sym",
    "sym": "sym",
    "hermitian": "her",
    "her": "her",
    "positive definite": "pos",
    "pos": "pos",
}


def _structured(function: str, a: Tensor, assume_a: str | None, lower: bool) -> tuple[Tensor, str]:
    """The matrix that ``a`` stands for under ``assume_a``, with only the entries SciPy reads, and its structure."""
    if assume_a not in STRUCTURES:
        names = ", ".join(repr(s) for s in STRUCTURES)
        raise ValueError(f"{function}: assume_a is {assume_a!r}; wanted one of {names}")
    structure = STRUCTURES[assume_a]
    if structure == "sym":
        return symmetric_from_triangle(a, lower=lower), "general"
    if structure in ("her", "pos"):
        return hermitian_from_triangle(a, lower=lower), "pos" if structure == "pos" else "general"
    if structure == "tridiagonal":
        return torch.triu(torch.tril(a, 1), -1), "general"
    if structure == "diagonal":
        return torch.triu(torch.tril(a)), "lower"
    return a, structure


@composite(
    samples=lambda make: [
        Sample((make.well_conditioned(4, 4), make(4, 2))),
        Sample((make.well_conditioned(3, 3), make(3))),
        Sample((make.positive_definite(3, 3), make(3)), {"assume_a": "pos"}),
        Sample((make.well_conditioned(2, 3, 3), make(2, 3, 1))),
    ],
    reference="scipy.linalg.solve",
)
def solve(
    a: Tensor,
    b: Tensor,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: str | None = None,
    transposed: bool = False,
) -> Tensor:
    """
    Solve the linear system ``a @ x = b`` for square matrices ``a``.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        The matrices; batch dimensions broadcast with those of `b`.
    b : Tensor, shape (n,) or (..., n, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    lower : bool, optional
        Which triangle of `a` is read where `assume_a` is ``"sym"``, ``"her"`` or ``"pos"``.
    overwrite_a, overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN, and warn about ill-conditioned matrices.
    assume_a : str, optional
        What is known about `a`: ``"general"``, ``"diagonal"``, ``"tridiagonal"``, ``"banded"``,
        ``"upper triangular"``, ``"lower triangular"``, ``"symmetric"``, ``"hermitian"``, ``"positive definite"``, or
        the short forms ``"gen"``, ``"sym"``, ``"her"``, ``"pos"``. Only the entries that the structure has are read.
    transposed : bool, optional
        Solve ``a.T @ x = b``; real matrices only.

    Returns
    -------
    Tensor, shape of `b` with broadcast batch dimensions
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, an unknown `assume_a`, or entries that are not finite.
    numpy.linalg.LinAlgError
        If a matrix is singular, or not positive definite where that was said.
    NotImplementedError
        If `transposed` is asked of a complex matrix.

    Notes
    -----
    LU with partial pivoting, or Cholesky for positive definite matrices. From ``a x = b`` follow
    ``a dx = db - da x`` and the cotangents ``b' = a^-H x'``, ``a' = -b' x^H`` (Giles 2008, "Collected matrix
    derivative results for forward and reverse mode algorithmic differentiation", section 2.3.1).

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve
    >>> a = torch.tensor([[3.0, 2.0], [1.0, 4.0]])
    >>> solve(a, torch.tensor([5.0, 5.0]))
    tensor([1., 1.])
    """
    require_square("solve", "a", a)
    if transposed and a.is_complex():
        raise NotImplementedError("solve: transposed=True is defined for real matrices only; pass a.mT or a.mH")
    columns, is_vector = as_columns("solve", "b", b, a.shape[-1])
    matrix, structure = _structured("solve", a, assume_a, lower)
    if transposed:
        matrix = matrix.mT
        structure = {"lower": "upper", "upper": "lower"}.get(structure, structure)
    if structure in ("lower", "upper"):
        x = _solve_triangular(matrix, columns, lower=structure == "lower", check_finite=check_finite, function="solve")
    elif matrix.shape[:-2] == columns.shape[:-2] and (is_differentiated(matrix) or is_differentiated(columns)):
        x, _, _ = _solve_keeping(matrix, columns, structure=structure, check_finite=check_finite)
    else:
        x = _solve(matrix, columns, structure=structure, check_finite=check_finite)
    return x.squeeze(-1) if is_vector else x


@composite(
    samples=lambda make: [
        Sample((make.well_conditioned(3, 3), make(3, 2)), {"lower": True, "trans": 1}),
        Sample((make.well_conditioned(3, 3), make(3))),
        Sample((make.well_conditioned(3, 3), make(3, 2)), {"trans": "C", "unit_diagonal": True}),
    ],
    reference="scipy.linalg.solve_triangular",
)
def solve_triangular(
    a: Tensor,
    b: Tensor,
    trans: int | str = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Tensor:
    """
    Solve ``a @ x = b`` where `a` is triangular.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Matrices of which one triangle is read.
    b : Tensor, shape (n,) or (..., n, k)
        Right-hand sides. A one-dimensional `b` is one vector.
    trans : {0, 1, 2, "N", "T", "C"}, optional
        The system: ``a x = b``, ``a^T x = b`` or ``a^H x = b``.
    lower : bool, optional
        Read the lower triangle of `a` instead of the upper.
    unit_diagonal : bool, optional
        Take the diagonal of `a` as ones and do not read it.
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
        For shapes that do not fit, an unknown `trans`, or entries that are not finite.
    numpy.linalg.LinAlgError
        If a diagonal entry is zero.

    Notes
    -----
    Forward or backward substitution, componentwise backward stable (Higham, "Accuracy and Stability of Numerical
    Algorithms", 2nd ed., theorem 8.5).

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_triangular
    >>> solve_triangular(torch.tensor([[2.0, 0.0], [1.0, 1.0]]), torch.tensor([2.0, 3.0]), lower=True)
    tensor([1., 2.])
    """
    require_square("solve_triangular", "a", a)
    columns, is_vector = as_columns("solve_triangular", "b", b, a.shape[-1])
    if trans not in (0, 1, 2, "N", "T", "C"):
        raise ValueError(f"solve_triangular: trans is {trans!r}; wanted 0, 1, 2, 'N', 'T' or 'C'")
    if trans in (1, "T"):
        a, lower = a.mT, not lower
    elif trans in (2, "C"):
        a, lower = adjoint(a), not lower
    x = _solve_triangular(a, columns, lower=lower, unit_diagonal=unit_diagonal, check_finite=check_finite)
    return x.squeeze(-1) if is_vector else x
