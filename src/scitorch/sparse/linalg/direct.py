"""Direct solutions of sparse systems by SuperLU, differentiable in the matrix and in the right-hand side."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..base import issparse
from ..kinds import as_tensor, give, kind_of
from ..planning import is_plain
from .direct_kernels import Factors, incomplete_solve, sparse_solve, triangular_solve


def compressed(function: str, A: Any, *, square: bool = True) -> Any:
    """A sparse array of compressed, sorted lines without duplicates, and inexact values."""
    from .. import csc_array, csr_array

    kind = kind_of(A)
    if not issparse(A):
        module = type(A).__module__
        A = csr_array(A) if module.startswith("scipy.sparse") else csc_array(as_tensor(A, kind))
    if A.ndim != 2 or (square and A.shape[0] != A.shape[1]):
        what = "can only factor square matrices" if function in ("splu", "spilu") else "matrix must be square"
        raise ValueError(f"{function}: {what} (has shape {tuple(A.shape)})")
    if A.format not in ("csr", "csc"):
        A = A.tocsc()
    A = A._canonical()
    values = A._values
    if not (values.is_floating_point() or values.is_complex()):
        A = A._like(values.to(torch.float64 if kind is not None else torch.get_default_dtype()))
    elif values.dtype in (torch.float16, torch.bfloat16):
        A = A._like(values.to(torch.float32))
    return A


def _sides(function: str, b: Any, n: int, kind: Any) -> tuple[Tensor, bool]:
    side = as_tensor(b, kind)
    if not (side.is_floating_point() or side.is_complex()):
        side = side.to(torch.float64 if kind is not None else torch.get_default_dtype())
    if side.ndim == 0 or side.shape[0 if side.ndim == 1 else -2] != n:
        raise ValueError(
            f"{function}: rhs is of incompatible size: matrix - rhs dimension mismatch ({n} - {tuple(side.shape)})"
        )
    return (side.unsqueeze(-1), True) if side.ndim == 1 else (side, False)


def spsolve(A: Any, b: Any, permc_spec: str | None = None, use_umfpack: bool = True) -> Any:
    """
    Solve the sparse linear system ``A @ x = b``.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix.
    b : array, shape (n,) or (..., n, k), or sparse array of shape (n, k)
        Right-hand sides.
    permc_spec : {"NATURAL", "MMD_ATA", "MMD_AT_PLUS_A", "COLAMD"}, optional
        How to permute the columns to keep the factors sparse.
    use_umfpack : bool, optional
        Accepted for SciPy's sake; the factorisation is SuperLU's.

    Returns
    -------
    array of the shape of `b`
        The solution; a sparse array for a sparse `b` of several columns. NaN, with a warning, if the matrix is
        singular.

    Raises
    ------
    ValueError
        For shapes that do not fit.

    Notes
    -----
    The derivative solves with the same pattern: ``A dx = db - dA x``; the cotangent of the values is
    ``-(A^-H x') x^H`` on the pattern of `A`, which is never made dense.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import spsolve
    >>> spsolve(csr_array(torch.tensor([[2.0, 0.0], [1.0, 4.0]])), torch.tensor([2.0, 5.0]))
    tensor([1., 1.])
    """
    A = compressed("spsolve", A)
    n = A.shape[0]
    if issparse(b) or type(b).__module__.startswith("scipy.sparse"):
        return _sparse_sides(A, b, permc_spec)
    kind = kind_of(A, b)
    columns, is_vector = _sides("spsolve", b, n, kind_of(b))
    dtype = torch.promote_types(A._values.dtype, columns.dtype)
    indptr, indices = A._pattern.index
    x = sparse_solve(
        A._values.to(dtype),
        indptr,
        indices,
        columns.to(dtype),
        by_column=A.format == "csc",
        permc_spec=permc_spec or "",
    )
    return give(x.squeeze(-1) if is_vector else x, kind)


def _sparse_sides(A: Any, b: Any, permc_spec: str | None) -> Any:
    from .. import csc_array

    if not issparse(b):
        b = csc_array(b)
    if b.shape[0] != A.shape[0]:
        raise ValueError(f"spsolve: matrix - rhs dimension mismatch ({A.shape[0]} - {tuple(b.shape)})")
    x = spsolve(A, b.toarray(), permc_spec)
    if b.ndim == 1:
        return x
    return x.reshape(-1) if b.shape[1] == 1 else csc_array(x)


class SuperLU:
    """A factorisation of a sparse matrix, kept to solve with it again and again.

    It is made by :func:`splu` and :func:`spilu`. Solutions are differentiable in the right-hand side and, for
    :func:`splu`, in the values of the matrix; derivatives use the same factors.
    """

    def __init__(self, A: Any, incomplete: bool, options: dict[str, Any]) -> None:
        self._matrix = A
        self._factors = Factors(incomplete, options)
        self.shape = tuple(A.shape)

    def _scipy(self) -> Any:
        values = self._matrix._values
        if values.requires_grad:
            raise NotImplementedError(
                "splu: no derivative of the factors and permutations: take them of the detached array"
            )
        indptr, indices = self._matrix._pattern.index
        return self._factors.of(values.reshape(1, -1), indptr, indices, self.shape[0])[0]

    def solve(self, rhs: Any, trans: str = "N") -> Any:
        """
        Solve with the factors.

        Parameters
        ----------
        rhs : array, shape (n,) or (..., n, k)
            Right-hand sides.
        trans : {"N", "T", "H"}, optional
            The system: with the matrix, its transpose or its adjoint.
        """
        if trans not in ("N", "T", "H"):
            raise ValueError(f"solve: trans is {trans!r}; wanted 'N', 'T' or 'H'")
        A = self._matrix
        kind = kind_of(A, rhs)
        columns, is_vector = _sides("solve", rhs, self.shape[0], kind_of(rhs))
        dtype = torch.promote_types(A._values.dtype, columns.dtype)
        if dtype != A._values.dtype and not self._factors.incomplete and dtype.is_complex:
            parts = [self.solve(part, trans) for part in (columns.real, columns.imag)]
            x = torch.complex(*(as_tensor(p) for p in parts))
            return give(x.squeeze(-1) if is_vector else x, kind)
        columns = columns.to(A._values.dtype if not dtype.is_complex or A._values.is_complex() else dtype)
        operator = incomplete_solve if self._factors.incomplete else sparse_solve
        by_column = True
        if trans == "H":
            columns = columns.conj().resolve_conj()
        indptr, indices = A._pattern.index
        x = operator(
            A._values,
            indptr,
            indices,
            columns,
            by_column=by_column if trans == "N" else not by_column,
            kept=self._factors.number,
        )
        x = x.conj().resolve_conj() if trans == "H" else x
        return give(x.squeeze(-1) if is_vector else x, kind)

    @property
    def nnz(self) -> int:
        """Number of entries of both factors."""
        return int(self._scipy().nnz)

    @property
    def perm_c(self) -> Any:
        """The column permutation."""
        return give(torch.from_numpy(self._scipy().perm_c.copy()), self._matrix._kind)

    @property
    def perm_r(self) -> Any:
        """The row permutation."""
        return give(torch.from_numpy(self._scipy().perm_r.copy()), self._matrix._kind)

    @property
    def L(self) -> Any:
        """The lower factor, with unit diagonal."""
        return self._factor("L")

    @property
    def U(self) -> Any:
        """The upper factor."""
        return self._factor("U")

    def _factor(self, name: str) -> Any:
        from ..exchange import from_scipy

        csc = importlib.import_module("scipy.sparse").csc_array
        return from_scipy(csc(getattr(self._scipy(), name)), self._matrix._kind, like_scipy=False)


def _factorisation(name: str, A: Any, options: dict[str, Any]) -> SuperLU:
    A = compressed(name, A)
    A = A if A.format == "csc" else A.tocsc()
    lu = SuperLU(A, name == "spilu", {k: v for k, v in options.items() if v is not None})
    values = A._values
    if is_plain(values) or (values.requires_grad and not _wrapped(values)):
        indptr, indices = A._pattern.index
        lu._factors.of(values.detach().reshape(1, -1), indptr, indices, A.shape[0])
    return lu


def _wrapped(values: Tensor) -> bool:
    from ...op.torch_private import is_transformed

    return is_transformed(values)


def splu(
    A: Any,
    permc_spec: str | None = None,
    diag_pivot_thresh: float | None = None,
    relax: int | None = None,
    panel_size: int | None = None,
    options: dict[str, Any] | None = None,
) -> SuperLU:
    """
    Factorise a sparse square matrix.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix.
    permc_spec, diag_pivot_thresh, relax, panel_size, options : optional
        As in :func:`scipy.sparse.linalg.splu`.

    Returns
    -------
    SuperLU
        The factors, with a method `solve` that is differentiable in the values of `A` and in the right-hand side.

    Raises
    ------
    RuntimeError
        If the matrix is exactly singular.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csc_array
    >>> from scitorch.sparse.linalg import splu
    >>> splu(csc_array(torch.tensor([[2.0, 0.0], [1.0, 4.0]]))).solve(torch.tensor([2.0, 5.0]))
    tensor([1., 1.])
    """
    given = dict(permc_spec=permc_spec, diag_pivot_thresh=diag_pivot_thresh, relax=relax, panel_size=panel_size)
    return _factorisation("splu", A, given | {"options": options})


def spilu(
    A: Any,
    drop_tol: float | None = None,
    fill_factor: float | None = None,
    drop_rule: str | None = None,
    permc_spec: str | None = None,
    diag_pivot_thresh: float | None = None,
    relax: int | None = None,
    panel_size: int | None = None,
    options: dict[str, Any] | None = None,
) -> SuperLU:
    """
    Factorise a sparse square matrix incompletely, to precondition with it.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix.
    drop_tol, fill_factor, drop_rule, permc_spec, diag_pivot_thresh, relax, panel_size, options : optional
        As in :func:`scipy.sparse.linalg.spilu`.

    Returns
    -------
    SuperLU
        Approximate factors. What `solve` gives is differentiable in the right-hand side only.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csc_array
    >>> from scitorch.sparse.linalg import spilu
    >>> spilu(csc_array(torch.tensor([[2.0, 0.0], [1.0, 4.0]]))).solve(torch.tensor([2.0, 5.0]))
    tensor([1., 1.])
    """
    given: dict[str, Any] = dict(drop_tol=drop_tol, fill_factor=fill_factor, drop_rule=drop_rule, permc_spec=permc_spec)
    given |= dict(diag_pivot_thresh=diag_pivot_thresh, relax=relax, panel_size=panel_size, options=options)
    return _factorisation("spilu", A, given)


def factorized(A: Any) -> Callable[[Any], Any]:
    """
    Return a function that solves with one matrix.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix.

    Returns
    -------
    callable
        ``solve(b)``, differentiable in the values of `A` and in `b`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csc_array
    >>> from scitorch.sparse.linalg import factorized
    >>> factorized(csc_array(torch.tensor([[2.0, 0.0], [1.0, 4.0]])))(torch.tensor([2.0, 5.0]))
    tensor([1., 1.])
    """
    return splu(A).solve


def spsolve_triangular(
    A: Any,
    b: Any,
    lower: bool = True,
    overwrite_A: bool = False,
    overwrite_b: bool = False,
    unit_diagonal: bool = False,
) -> Any:
    """
    Solve ``A @ x = b`` for a sparse triangular matrix.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix; it must be triangular.
    b : array, shape (n,) or (..., n, k)
        Right-hand sides.
    lower : bool, optional
        Whether the matrix is lower triangular.
    overwrite_A, overwrite_b : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    unit_diagonal : bool, optional
        Take the diagonal as ones.

    Returns
    -------
    array of the shape of `b`
        The solution.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is singular or not triangular.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import spsolve_triangular
    >>> spsolve_triangular(csr_array(torch.tensor([[2.0, 0.0], [1.0, 4.0]])), torch.tensor([2.0, 5.0]))
    tensor([1., 1.])
    """
    A = compressed("spsolve_triangular", A)
    kind = kind_of(A, b)
    columns, is_vector = _sides("spsolve_triangular", b, A.shape[0], kind_of(b))
    dtype = torch.promote_types(A._values.dtype, columns.dtype)
    indptr, indices = A._pattern.index
    x = triangular_solve(
        A._values.to(dtype),
        indptr,
        indices,
        columns.to(dtype),
        by_column=A.format == "csc",
        lower=lower,
        unit_diagonal=unit_diagonal,
    )
    return give(x.squeeze(-1) if is_vector else x, kind)


def inv(A: Any) -> Any:
    """
    Invert a sparse matrix.

    Parameters
    ----------
    A : sparse array, shape (n, n)
        The matrix.

    Returns
    -------
    sparse array
        The inverse, with the nonzeros that it has.

    Notes
    -----
    The inverse of a sparse matrix is dense in general: solve with :func:`splu` instead, wherever that is possible.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csc_array
    >>> from scitorch.sparse.linalg import inv
    >>> inv(csc_array(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))).toarray()
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    if not (issparse(A) or type(A).__module__.startswith("scipy.sparse")):
        raise TypeError("inv: wanted a sparse array")
    A = compressed("inv", A)
    n, values = A.shape[0], A._values
    identity = torch.eye(n, dtype=values.dtype, device=values.device)
    x = as_tensor(spsolve(A._of(A._pattern, values, None), identity))
    from .. import csc_array

    made = csc_array(x)
    return made._of(made._pattern, made._values, A._kind)
