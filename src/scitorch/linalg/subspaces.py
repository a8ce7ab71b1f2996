"""Bases of column and null spaces, angles between subspaces, the nearest rotation.

The dimension of such a space is the shape of the result. Under ``vmap`` and tracing, where no number can be read, full
rank is taken for granted, and the kernel that sees the numbers raises if a matrix does not have it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Sample, composite, gufunc

from .arguments import finite, require_matrix
from .matrix_parts import adjoint, conjugate
from .singular_values import _svd, singular_values


def _threshold(s: Tensor, m: int, n: int, rcond: float) -> Tensor:
    """The singular value up to which a direction counts as null; SciPy's default for a negative ``rcond``."""
    relative = torch.finfo(s.dtype).eps * max(m, n) if rcond < 0 else rcond
    return relative * s.amax(-1, keepdim=True) if s.shape[-1] else s


def _missing_rank_kernel(s: Tensor, *, longest: int, rcond: float, function: str) -> Tensor:
    missing = (s <= _threshold(s, longest, 0, rcond)).sum(-1)
    if bool((missing > 0).any()):
        raise ValueError(
            f"{function}: argument 'A' is of deficient rank, so the shape of the result depends on its values; that "
            "is not possible under vmap and torch.compile"
        )
    return missing


@gufunc(
    "(k)->()",
    kernel=_missing_rank_kernel,
    jvp={"s": lambda out, s, ds, **_: None},
    samples=lambda make: [Sample((1 + make(2).abs(),))],
    loops="r->i",
    public=False,
)
def _missing_rank(s: Tensor, *, longest: int = 1, rcond: float = -1.0, function: str = "orth") -> Tensor:
    """Zero; it is an error if a singular value is negligible."""


def _rank(function: str, vectors: Tensor, s: Tensor, shape: torch.Size, rcond: float | None) -> tuple[Tensor, int]:
    m, n = shape[-2:]
    relative = -1.0 if rcond is None else float(rcond)
    if not torch.compiler.is_compiling():
        try:
            counts = (s > _threshold(s, m, n, relative)).sum(-1)
            rank = int(counts.amax()) if counts.numel() else 0
            if counts.numel() and int(counts.amin()) != rank:
                raise ValueError(f"{function}: argument 'A' is a batch of matrices of different ranks")
            return vectors, rank
        except RuntimeError:  # torch.func.vmap refuses to branch on a batched value
            pass
    missing = _missing_rank(s, longest=max(m, n), rcond=relative, function=function)
    return torch.where((missing == 0)[..., None, None], vectors, torch.nan), s.shape[-1]


def projector(basis: Tensor) -> Tensor:
    """The orthogonal projector on the space spanned by orthonormal columns: what does not depend on the basis."""
    return basis @ adjoint(basis)


@composite(
    samples=lambda make: [
        Sample((make(2, 4),), view=projector),
        Sample((make(2, 1, 3),), view=projector),
    ],
    reference="scipy.linalg.null_space",
)
def null_space(
    A: Tensor,
    rcond: float | None = None,
    *,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Tensor:
    """
    Compute an orthonormal basis of the null space of a matrix.

    Parameters
    ----------
    A : Tensor, shape (..., m, n)
        Matrices; those of a batch must have one rank.
    rcond : float, optional
        Singular values up to ``rcond * max(s)`` count as zero; by default ``max(m, n)`` times the unit roundoff.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.
    lapack_driver : {"gesdd", "gesvd"}, optional
        Accepted for SciPy's sake.

    Returns
    -------
    Tensor, shape (..., n, n - rank)
        The basis in the columns.

    Raises
    ------
    ValueError
        If `A` is not a matrix, has entries that are not finite, is a batch of different ranks, or, under ``vmap`` and
        ``torch.compile``, is of deficient rank.

    Notes
    -----
    The right singular vectors of zero singular values. A basis is defined up to a rotation; the derivative is right
    for functions of the space, such as the projector ``z @ z.mH``, under changes that keep its dimension.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import null_space
    >>> null_space(torch.tensor([[1.0, 1.0]])).abs()
    tensor([[0.7071],
            [0.7071]])
    """
    require_matrix("null_space", "A", A)
    _, s, vh = _svd(A, full=True, check_finite=check_finite)
    vh, rank = _rank("null_space", vh, s, A.shape, rcond)
    return adjoint(vh[..., rank:, :])


@composite(
    samples=lambda make: [
        Sample((make(4, 2),), view=projector),
        Sample((make(2, 3, 1),), view=projector),
    ],
    reference="scipy.linalg.orth",
)
def orth(A: Tensor, rcond: float | None = None) -> Tensor:
    """
    Compute an orthonormal basis of the column space of a matrix.

    Parameters
    ----------
    A : Tensor, shape (..., m, n)
        Matrices; those of a batch must have one rank.
    rcond : float, optional
        Singular values up to ``rcond * max(s)`` count as zero; by default ``max(m, n)`` times the unit roundoff.

    Returns
    -------
    Tensor, shape (..., m, rank)
        The basis in the columns.

    Raises
    ------
    ValueError
        If `A` is not a matrix, has entries that are not finite, is a batch of different ranks, or, under ``vmap`` and
        ``torch.compile``, is of deficient rank.

    Notes
    -----
    The left singular vectors. A basis is defined up to a rotation; the derivative is right for functions of the
    space, such as the projector ``q @ q.mH``, under changes that keep its dimension.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import orth
    >>> orth(torch.tensor([[3.0], [4.0]])).abs()
    tensor([[0.6000],
            [0.8000]])
    """
    require_matrix("orth", "A", A)
    u, s, _ = _svd(A, check_finite=True)
    u, rank = _rank("orth", u, s, A.shape, rcond)
    return u[..., :, :rank]


@composite(
    samples=lambda make: [Sample((make(4, 1), make(4, 2)))],
    reference="scipy.linalg.subspace_angles",
    rtol=1e-10,
)
def subspace_angles(A: Tensor, B: Tensor) -> Tensor:
    """
    Compute the principal angles between two column spaces.

    Parameters
    ----------
    A : Tensor, shape (..., m, n)
        Columns that span the first space.
    B : Tensor, shape (..., m, k)
        Columns that span the second.

    Returns
    -------
    Tensor, shape (..., min(n, k))
        The angles in descending order, in radians; fewer where a matrix is of deficient rank.

    Raises
    ------
    ValueError
        If the numbers of rows differ, or for the reasons given at :func:`orth`.

    Notes
    -----
    Sines and cosines of the angles are singular values (Knyazev & Argentati 2002, SIAM J. Sci. Comput. 23); the angle
    is the arc tangent of both, accurate and smooth at every angle but zero, where it has a kink.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import subspace_angles
    >>> subspace_angles(torch.tensor([[1.0], [0.0]]), torch.tensor([[1.0], [1.0]]))
    tensor([0.7854])
    """
    require_matrix("subspace_angles", "A", A)
    require_matrix("subspace_angles", "B", B)
    if A.shape[-2] != B.shape[-2]:
        raise ValueError(
            f"subspace_angles: arguments 'A' and 'B' have shapes {tuple(A.shape)} and {tuple(B.shape)}; wanted as many "
            "rows"
        )
    first, second = orth(A), orth(B)
    dtype = torch.promote_types(first.dtype, second.dtype)
    first, second = first.to(dtype), second.to(dtype)
    if first.shape[-1] < second.shape[-1]:
        first, second = second, first
    inner = adjoint(first) @ second
    sines = singular_values(second - first @ inner)
    return torch.atan2(sines, singular_values(inner).flip(-1))


@composite(
    samples=lambda make: [
        Sample((make.well_conditioned(3, 3), make.well_conditioned(3, 3))),
        Sample((make(2, 4, 2), make(4, 2))),
    ],
    reference="scipy.linalg.orthogonal_procrustes",
)
def orthogonal_procrustes(A: Tensor, B: Tensor, check_finite: bool = True) -> tuple[Tensor, Tensor]:
    """
    Find the unitary matrix that maps one matrix most closely to another.

    Parameters
    ----------
    A : Tensor, shape (..., m, n)
        What is mapped.
    B : Tensor, shape (..., m, n)
        What it is mapped to.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    R : Tensor, shape (..., n, n)
        The unitary matrix that minimises the Frobenius norm of ``A @ R - B``.
    scale : Tensor, shape (...)
        The sum of the singular values of ``A^H @ B``.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.

    Notes
    -----
    The polar factor of ``A^H B`` (Schönemann 1966, Psychometrika 31). It is smooth where that has full rank, also at
    repeated singular values.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import orthogonal_procrustes
    >>> R, scale = orthogonal_procrustes(torch.eye(2), torch.tensor([[0.0, 2.0], [-2.0, 0.0]]))
    >>> R.round(decimals=4) + 0.0
    tensor([[ 0.,  1.],
            [-1.,  0.]])
    """
    require_matrix("orthogonal_procrustes", "A", A)
    require_matrix("orthogonal_procrustes", "B", B)
    if A.shape[-2:] != B.shape[-2:]:
        raise ValueError(
            f"orthogonal_procrustes: arguments 'A' and 'B' have shapes {tuple(A.shape)} and {tuple(B.shape)}; wanted "
            "matrices of one size"
        )
    if check_finite:
        A, B = (finite(x, function="orthogonal_procrustes", argument=n) for n, x in (("A", A), ("B", B)))
    dtype = torch.promote_types(A.dtype, B.dtype)
    u, s, vh = _svd(conjugate(A.to(dtype)).mT @ B.to(dtype))
    return u @ vh, s.sum(-1)
