"""A few eigenvalues and singular values of sparse matrices: ARPACK and LOBPCG behind SciPy's interface."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy
import torch
from torch import Tensor

from ...linalg.krylov.maps import OperatorMap
from ...linalg.krylov.solution import require_leaves
from ...linalg.operators import Block, Dense, FunctionOperator, Identity, LinearOperator, aslinearoperator
from ...op.object_operator import apply_object
from ...op.torch_private import is_tracked, pytree
from ..kinds import as_tensor, give, kind_of
from .eigenpairs import HermitianPairs
from .operator import SparseOperator


def scipy_linalg() -> Any:
    """SciPy's module, imported when it is needed."""
    return importlib.import_module("scipy.sparse.linalg")


def host_operator(op: LinearOperator) -> Any:
    """What SciPy computes with: an array, a sparse array, or an operator that calls ours."""
    if isinstance(op, SparseOperator):
        return op.array().detach().to_scipy()
    if type(op) is Dense:
        return op.matrix.numpy(force=True)
    dtype = torch.empty(0, dtype=op.dtype).numpy().dtype

    def through(act: Any) -> Any:
        return lambda v: act(torch.from_numpy(numpy.copy(v)).to(op.device)).numpy(force=True)

    return scipy_linalg().LinearOperator(
        op.shape, through(op._matvec), through(op._rmatvec), through(op._matmat), dtype, through(op._rmatmat)
    )


def _inexact(A: Any) -> LinearOperator:
    op = aslinearoperator(A)
    if isinstance(op, Dense) and not (op.dtype.is_floating_point or op.dtype.is_complex):
        return Dense(op.matrix.to(torch.float64))
    return op


def _square(name: str, A: Any) -> LinearOperator:
    op = _inexact(A)
    if op.shape[-1] != op.shape[-2]:
        raise ValueError(f"{name}: expected square matrix (shape={tuple(op.shape)})")
    require_leaves(name, op, torch.zeros(op.shape[-1], 1, dtype=op.dtype, device=op.device))
    return op


def _array(x: Any) -> Any:
    return None if x is None else numpy.asarray(x.numpy(force=True) if isinstance(x, Tensor) else x)


def eigsh(
    A: Any,
    k: int = 6,
    M: Any = None,
    sigma: float | None = None,
    which: str = "LM",
    v0: Any = None,
    ncv: int | None = None,
    maxiter: int | None = None,
    tol: float = 0,
    return_eigenvectors: bool = True,
    Minv: Any = None,
    OPinv: Any = None,
    mode: str = "normal",
    *,
    rng: Any = None,
) -> Any:
    """
    Find a few eigenvalues and vectors of a Hermitian matrix.

    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (n, n)
        The matrix, Hermitian.
    k : int, optional
        How many.
    M : sparse array, array or LinearOperator, shape (n, n), optional
        Of the generalised problem ``A v = w M v``, Hermitian positive definite.
    sigma : float, optional
        Find eigenvalues near this one, by solving with ``A - sigma M``.
    which, v0, ncv, maxiter, tol, Minv, OPinv, mode, rng : optional
        As in :func:`scipy.sparse.linalg.eigsh`, whose iteration this is.
    return_eigenvectors : bool, optional
        Return vectors, too.

    Returns
    -------
    w : array, shape (k,)
        The eigenvalues, ascending; differentiable in the values of `A` and `M`.
    v : array, shape (n, k)
        The vectors, ``v.mH @ M @ v`` being the identity; differentiable, at repeated eigenvalues for functions of all
        vectors of an eigenvalue that do not depend on their choice.

    Raises
    ------
    ArpackNoConvergence
        If the iteration did not converge.

    Notes
    -----
    Derivatives of vectors solve with ``A - w M`` on the complement of all vectors computed, by MINRES: ask for all
    vectors of an eigenvalue.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import diags_array
    >>> from scitorch.sparse.linalg import eigsh
    >>> eigsh(diags_array(torch.arange(1.0, 9.0)), k=2, return_eigenvectors=False).round(decimals=4)
    tensor([7., 8.])
    """
    op = _square("eigsh", A)
    other = Identity(op.shape[-1], op.dtype) if M is None else _square("eigsh", M)
    if other.shape != op.shape:
        raise ValueError(f"eigsh: wrong M dimensions {tuple(other.shape)}, should be {tuple(op.shape)}")
    kind = kind_of(A if not isinstance(A, LinearOperator) else torch.empty(0))
    a, m = OperatorMap(op), OperatorMap(other)
    tracked = any(is_tracked(t) for t in (*a.leaves, *m.leaves))
    options = dict(sigma=sigma, which=which, v0=_array(v0), ncv=ncv, maxiter=maxiter, tol=tol, mode=mode)
    options |= {
        name: host_operator(aslinearoperator(x)) for name, x in (("Minv", Minv), ("OPinv", OPinv)) if x is not None
    }
    options |= {} if rng is None else {"rng": rng}
    count = len(a.leaves)

    def solver(tensors: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        matrix = host_operator(a._op(tensors[:count]))
        mass = None if M is None else host_operator(m._op(tensors[count:]))
        wanted = return_eigenvectors or tracked
        found = scipy_linalg().eigsh(matrix, k, mass, return_eigenvectors=wanted, **options)
        w, v = found if wanted else (found, numpy.zeros((op.shape[-1], 0), found.dtype))
        device = op.device
        order = numpy.argsort(w, kind="stable") if wanted else slice(None)
        values, vectors = numpy.copy(w[order]), numpy.copy(v[:, order] if wanted else v)
        return torch.from_numpy(values).to(device), torch.from_numpy(vectors).to(device)

    rule = HermitianPairs(a, m, count, solver, torch.finfo(op.dtype).eps ** 0.75)
    if a.leaves or m.leaves:
        w, v = apply_object(rule, (*a.leaves, *m.leaves))
    else:
        w, v = solver(())
    return (give(w, kind), give(v, kind)) if return_eigenvectors else give(w, kind)


def lobpcg(
    A: Any,
    X: Any,
    B: Any = None,
    M: Any = None,
    Y: Any = None,
    tol: float | None = None,
    maxiter: int | None = None,
    largest: bool = True,
    verbosityLevel: int = 0,
    retLambdaHistory: bool = False,
    retResidualNormsHistory: bool = False,
    restartControl: int = 20,
) -> Any:
    """
    Find a few eigenvalues and vectors of a Hermitian matrix by LOBPCG.

    Parameters
    ----------
    A : sparse array, array, LinearOperator or callable, shape (n, n)
        The matrix, Hermitian.
    X : array, shape (n, k)
        Where to start; ``k`` is the number of vectors.
    B, M : sparse array, array or LinearOperator, optional
        Mass matrix of the generalised problem, and preconditioner.
    Y, tol, maxiter, largest, verbosityLevel, retLambdaHistory, retResidualNormsHistory, restartControl : optional
        As in :func:`scipy.sparse.linalg.lobpcg`, whose iteration this is.

    Returns
    -------
    lambda : array, shape (k,)
        The eigenvalues; differentiable as those of :func:`eigsh`.
    v : array, shape (n, k)
        The vectors.
    lambdaHistory, residualNormsHistory
        On request, without derivatives.

    Notes
    -----
    Knyazev (2001). With constraints `Y` there is no derivative.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import diags_array
    >>> from scitorch.sparse.linalg import lobpcg
    >>> start = torch.eye(20)[:, -2:] + 0.1
    >>> lobpcg(diags_array(torch.arange(1.0, 21.0)), start, maxiter=60, tol=1e-4)[0].round(decimals=2)
    tensor([20., 19.])
    """
    start = as_tensor(X, kind_of(X))
    if callable(A) and not isinstance(A, LinearOperator) and not hasattr(A, "shape"):
        A = FunctionOperator((start.shape[0],) * 2, A, matmat=A, dtype=start.dtype)
    op = _square("lobpcg", A)
    if B is not None and callable(B) and not hasattr(B, "shape"):
        B = FunctionOperator(op.shape, B, matmat=B, dtype=start.dtype)
    if M is not None and callable(M) and not hasattr(M, "shape"):
        M = FunctionOperator(op.shape, M, matmat=M, dtype=start.dtype)
    mass = Identity(op.shape[-1], op.dtype) if B is None else _square("lobpcg", B)
    a, m = OperatorMap(op), OperatorMap(mass)
    leaves = (*a.leaves, *m.leaves)
    if Y is not None and any(is_tracked(t, batched=False) for t in leaves):
        raise NotImplementedError("lobpcg: no derivative with constraints Y; leave them out, or detach the matrices")
    count, kind = len(a.leaves), kind_of(A if not isinstance(A, LinearOperator) else X, X)
    options = dict(tol=tol, maxiter=maxiter, largest=largest, verbosityLevel=verbosityLevel)
    options |= dict(restartControl=restartControl, Y=_array(Y), M=None if M is None else host_operator(_inexact(M)))
    history: list[Any] = []

    def solver(tensors: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        matrix = host_operator(a._op(tensors[:count]))
        weight = None if B is None else host_operator(m._op(tensors[count:]))
        w, v, *rest = scipy_linalg().lobpcg(
            matrix,
            _array(start).copy(),
            weight,
            retLambdaHistory=retLambdaHistory,
            retResidualNormsHistory=retResidualNormsHistory,
            **options,
        )
        history[:] = rest
        w, v = (torch.from_numpy(numpy.copy(x)) for x in (w, v))
        return w.to(op.device), v.to(op.device)

    rule = HermitianPairs(a, m, count, solver, torch.finfo(op.dtype).eps ** 0.75, "lobpcg")
    w, v = apply_object(rule, leaves) if leaves else solver(())
    return (give(w, kind), give(v, kind), *history)


def svds(
    A: Any,
    k: int = 6,
    ncv: int | None = None,
    tol: float = 0,
    which: str = "LM",
    v0: Any = None,
    maxiter: int | None = None,
    return_singular_vectors: bool | str = True,
    solver: str = "arpack",
    rng: Any = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """
    Find a few singular values and vectors.

    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (m, n)
        The matrix.
    k : int, optional
        How many.
    ncv, tol, which, v0, maxiter, solver, rng, options : optional
        As in :func:`scipy.sparse.linalg.svds`, whose iteration this is.
    return_singular_vectors : {True, False, "u", "vh"}, optional
        Which vectors to return.

    Returns
    -------
    u : array, shape (m, k)
        Left singular vectors.
    s : array, shape (k,)
        Singular values, ascending; differentiable in the values of `A`.
    vh : array, shape (k, n)
        Right singular vectors.

    Notes
    -----
    The derivative is that of eigenpairs of ``[[0, A], [A^H, 0]]``, whose eigenvectors are ``[u; v] / sqrt(2)``;
    singular values of zero have none.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import diags_array
    >>> from scitorch.sparse.linalg import svds
    >>> svds(diags_array(torch.arange(1.0, 9.0)), k=2, return_singular_vectors=False).round(decimals=4)
    tensor([7., 8.])
    """
    op = _inexact(A)
    rows, columns = op.shape
    require_leaves("svds", op, torch.zeros(columns, 1, dtype=op.dtype, device=op.device))
    kind = kind_of(A if not isinstance(A, LinearOperator) else torch.empty(0))
    leaves = pytree.tree_leaves(op)
    given = dict(ncv=ncv, tol=tol, which=which, v0=_array(v0), maxiter=maxiter, solver=solver, options=options)
    given |= {} if rng is None else {"rng": rng}
    if not any(is_tracked(t) for t in leaves):
        found = scipy_linalg().svds(host_operator(op), k, return_singular_vectors=return_singular_vectors, **given)
        parts = found if isinstance(found, tuple) else (found,)
        made = [None if p is None else give(torch.from_numpy(numpy.copy(p)), kind) for p in parts]
        return tuple(made) if isinstance(found, tuple) else made[0]
    whole = Block([[None, op], [op.H, None]])
    if isinstance(op, (SparseOperator, Dense)) or op.linear_in_leaves:
        whole.linear_in_leaves = True
    a, m = OperatorMap(whole), OperatorMap(Identity(rows + columns, op.dtype))

    def pairs(tensors: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        blocks = a._op(tensors)
        assert isinstance(blocks, Block)
        current = blocks.rows[0][1]
        assert current is not None
        u, s, vh = scipy_linalg().svds(host_operator(current), k, **given)
        stacked = numpy.concatenate([u, vh.conj().T]) / numpy.sqrt(2)
        return torch.from_numpy(s.copy()).to(op.device), torch.from_numpy(stacked).to(op.device)

    rule = HermitianPairs(a, m, len(a.leaves), pairs, torch.finfo(op.dtype).eps ** 0.75, "svds")
    s, stacked = apply_object(rule, a.leaves)
    if return_singular_vectors is False:
        return give(s, kind)
    scaled = stacked * 2**0.5
    u, vh = scaled[..., :rows, :], scaled[..., rows:, :].mH.resolve_conj()
    if return_singular_vectors == "u":
        return give(u, kind), give(s, kind), None
    if return_singular_vectors == "vh":
        return None, give(s, kind), give(vh, kind)
    return give(u, kind), give(s, kind), give(vh, kind)


def eigs(
    A: Any,
    k: int = 6,
    M: Any = None,
    sigma: complex | None = None,
    which: str = "LM",
    v0: Any = None,
    ncv: int | None = None,
    maxiter: int | None = None,
    tol: float = 0,
    return_eigenvectors: bool = True,
    Minv: Any = None,
    OPinv: Any = None,
    OPpart: str | None = None,
    *,
    rng: Any = None,
) -> Any:
    """
    Find a few eigenvalues and vectors of a square matrix.

    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (n, n)
        The matrix.
    k : int, optional
        How many.
    M, sigma, which, v0, ncv, maxiter, tol, return_eigenvectors, Minv, OPinv, OPpart, rng : optional
        As in :func:`scipy.sparse.linalg.eigs`, whose iteration this is.

    Returns
    -------
    w : array, shape (k,)
        The eigenvalues, complex.
    v : array, shape (n, k)
        The vectors.

    Raises
    ------
    ArpackNoConvergence
        If the iteration did not converge.
    NotImplementedError
        If the matrices are differentiated: :func:`eigsh` and :func:`scitorch.linalg.eig` have derivatives.

    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import diags_array
    >>> from scitorch.sparse.linalg import eigs
    >>> eigs(diags_array(torch.arange(1.0, 9.0)), k=2, return_eigenvectors=False).real.round(decimals=3).sort()[0]
    tensor([7., 8.])
    """
    op = _square("eigs", A)
    mass = None if M is None else _square("eigs", M)
    given = [t for x in (op, mass) if x is not None for t in OperatorMap(x).leaves]
    if any(is_tracked(t) for t in given):
        raise NotImplementedError(
            "eigs: no derivative: it needs the left vectors, too; use eigsh for Hermitian and scitorch.linalg.eig for "
            "dense matrices, or detach the array"
        )
    kind = kind_of(A if not isinstance(A, LinearOperator) else torch.empty(0))
    options = dict(sigma=sigma, which=which, v0=_array(v0), ncv=ncv, maxiter=maxiter, tol=tol, OPpart=OPpart)
    options |= {
        name: host_operator(aslinearoperator(x)) for name, x in (("Minv", Minv), ("OPinv", OPinv)) if x is not None
    }
    options |= {} if rng is None else {"rng": rng}
    weight = None if mass is None else host_operator(mass)
    found = scipy_linalg().eigs(host_operator(op), k, weight, return_eigenvectors=return_eigenvectors, **options)
    parts = found if return_eigenvectors else (found,)
    made = tuple(give(torch.from_numpy(numpy.copy(p)).to(op.device), kind) for p in parts)
    return made if return_eigenvectors else made[0]
