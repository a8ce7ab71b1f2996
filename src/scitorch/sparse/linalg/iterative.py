"""Iterative solutions with SciPy's names and arguments, of many right-hand sides at once, differentiable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ...linalg.krylov.solution import solve_by
from ...linalg.krylov.system import Settings
from ...linalg.operators import LinearOperator, aslinearoperator
from ...op.torch_private import is_transformed
from ..kinds import as_tensor, give, kind_of

_PARAMETERS = """
    Parameters
    ----------
    A : sparse array, array or LinearOperator, shape (n, n)
        The matrix{wanted}.
    b : array, shape (n,) or (..., n, k)
        Right-hand sides, which are solved for together.
    x0 : array, optional
        Where to start; ``"Mb"`` stands for ``M @ b``. It has no influence on the derivative.
    rtol, atol : float, optional
        A column has converged when ``norm(b - A @ x) <= max(rtol * norm(b), atol)``.
    maxiter : int, optional
        Most iterations.
    M : sparse array, array or LinearOperator, optional
        Approximate inverse of `A`. It has no influence on the derivative.
    callback : callable, optional
        Called with each iterate."""

_RETURNS = """
    Returns
    -------
    x : array of the shape of `b`
        The solution.
    info : int, or an integer array for several columns
        Zero if it converged, the number of iterations if it did not, negative after a breakdown.
"""

_NOTES = """
    Notes
    -----
    {source}. The derivative is that of the exact solution, computed by solving with the
    same method and tolerance: ``A dx = db - dA x``, and ``A^H b' = x'`` for cotangents. It reaches the values of `A`
    through its leaves, and `b`.
"""


def _documented(summary: str, source: str, example: str, *, wanted: str = "", extra: str = "") -> Callable[..., Any]:
    """A decorator that writes the docstring: the methods differ in a few lines."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        parameters = _PARAMETERS.format(wanted=wanted) + extra
        name = function.__name__
        function.__doc__ = f"""
    {summary}
{parameters}
{_RETURNS}{_NOTES.format(source=source)}
    Examples
    --------
    >>> import torch
    >>> from scitorch.sparse import csr_array
    >>> from scitorch.sparse.linalg import {name}
    >>> x, info = {name}(csr_array(torch.tensor({example})), torch.tensor([3.0, 3.0]))
    >>> x.round(decimals=4), info
    (tensor([1., 1.]), 0)
    """
        return function

    return decorate


_SYMMETRIC, _GENERAL = "[[2.0, 1.0], [1.0, 2.0]]", "[[2.0, 1.0], [0.0, 3.0]]"


def system(name: str, A: Any, b: Any, M: Any = None) -> tuple[LinearOperator, Tensor, bool, LinearOperator | None]:
    """Operator, columns, whether ``b`` was one vector, and preconditioner, of dtypes that fit."""
    op = aslinearoperator(A)
    if op.shape[-1] != op.shape[-2]:
        raise ValueError(f"{name}: expected square matrix, but got shape={tuple(op.shape)}")
    n = op.shape[-1]
    side = as_tensor(b, kind_of(b))
    if side.ndim == 0 or side.shape[0 if side.ndim == 1 else -2] != n:
        raise ValueError(f"{name}: shapes of A {tuple(op.shape)} and b {tuple(side.shape)} are incompatible")
    columns = side.unsqueeze(-1) if side.ndim == 1 else side
    preconditioner = None if M is None else aslinearoperator(M)
    if preconditioner is not None and preconditioner.shape[-2:] != op.shape[-2:]:
        raise ValueError(f"{name}: matrix and preconditioner have different shapes")
    exact = not (columns.is_floating_point() or columns.is_complex())
    if exact:
        columns = columns.to(torch.float64 if kind_of(b) is not None else torch.get_default_dtype())
    if op.dtype is not None and (op.dtype.is_floating_point or op.dtype.is_complex):
        columns = columns.to(torch.promote_types(op.dtype, columns.dtype))
    return op, columns, side.ndim == 1, preconditioner


def _solve(
    name: str,
    A: Any,
    b: Any,
    x0: Any,
    rtol: float,
    atol: float | None,
    maxiter: int | None,
    M: Any,
    callback: Callable[[Any], Any] | None,
    default_maxiter: int = 10,
    **options: Any,
) -> tuple[Any, Any]:
    op, columns, is_vector, preconditioner = system(name, A, b, M)
    if atol is None or isinstance(atol, str) or atol < 0:
        raise ValueError(
            f"'scipy.sparse.linalg.{name}' called with invalid `atol`={atol}; if set, `atol` must be a real, "
            "non-negative number."
        )
    n = op.shape[-1]
    kind = kind_of(A if not isinstance(A, LinearOperator) else b, b)
    start: Tensor | None = None
    if isinstance(x0, str):
        if x0 != "Mb":
            raise ValueError(f"{name}: x0 is {x0!r}; wanted an array or 'Mb'")
        start = columns if preconditioner is None else preconditioner._matmat(columns)
    elif x0 is not None:
        start = as_tensor(x0, kind_of(x0)).to(columns.dtype)
        if start.ndim == 1 or (is_vector and start.shape == (n, 1)):
            start = start.reshape(-1, 1)
        if start.shape[-2] != n:
            raise ValueError(f"{name}: shapes of A {tuple(op.shape)} and x0 {tuple(start.shape)} are incompatible")
    told = None if callback is None else _telling(callback, kind)
    settings = Settings(
        float(rtol), float(atol), default_maxiter * n if maxiter is None else int(maxiter), told, options
    )
    x, info = solve_by(name, op, columns, settings, x0=start, preconditioner=preconditioner)
    found: Any = info
    if is_vector and x.ndim == 2:
        x, found = x.squeeze(-1), info.squeeze(-1)
        found = found if is_transformed(info) else int(found)
    return give(x, kind), found if isinstance(found, int) else give(found, kind)


def _telling(callback: Callable[[Any], Any], kind: Any) -> Callable[[Any], Any]:
    return lambda x: callback(give(x.clone(), kind) if isinstance(x, Tensor) else x)


@_documented(
    "Solve a positive definite system by conjugate gradients.",
    "Hestenes & Stiefel (1952)",
    _SYMMETRIC,
    wanted=", Hermitian and positive definite",
)
def cg(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Any = None,
) -> Any:
    return _solve("cg", A, b, x0, rtol, atol, maxiter, M, callback)


@_documented("Solve a system by conjugate gradients squared.", "Sonneveld (1989)", _GENERAL)
def cgs(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Any = None,
) -> Any:
    return _solve("cgs", A, b, x0, rtol, atol, maxiter, M, callback)


@_documented("Solve a system by biconjugate gradients.", "Fletcher (1976)", _GENERAL)
def bicg(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Any = None,
) -> Any:
    return _solve("bicg", A, b, x0, rtol, atol, maxiter, M, callback)


@_documented("Solve a system by stabilised biconjugate gradients.", "van der Vorst (1992)", _GENERAL)
def bicgstab(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Any = None,
) -> Any:
    return _solve("bicgstab", A, b, x0, rtol, atol, maxiter, M, callback)


@_documented(
    "Solve a system by restarted generalised minimal residuals.",
    "Saad & Schultz (1986)",
    _GENERAL,
    extra="""
    restart : int, optional
        Iterations between restarts, 20 by default. `maxiter` counts restarts.
    callback_type : {"x", "pr_norm", "legacy"}, optional
        What `callback` is given: the iterate at each restart, or the residual relative to `b` at each iteration;
        with ``"legacy"`` `maxiter` counts iterations.""",
)
def gmres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    restart: int | None = None,
    maxiter: int | None = None,
    M: Any = None,
    callback: Any = None,
    callback_type: str | None = None,
) -> Any:
    if callback_type not in (None, "x", "pr_norm", "legacy"):
        raise ValueError(f"Unknown callback_type: {callback_type!r}")
    if callback is not None and callback_type is None:
        import warnings

        warnings.warn(
            "scitorch.sparse.linalg.gmres called without specifying `callback_type`: 'legacy' is taken, as SciPy does; "
            "say which is meant",
            DeprecationWarning,
            stacklevel=2,
        )
    told = callback_type or "legacy"
    return _solve(
        "gmres",
        A,
        b,
        x0,
        rtol,
        atol,
        maxiter,
        M,
        callback,
        restart=restart,
        callback_type=None if callback is None else told,
    )


@_documented(
    "Solve a system by GMRES with vectors that are kept over restarts.",
    "Baker, Jessup & Manteuffel (2005)",
    _GENERAL,
    extra="""
    inner_m, outer_k, outer_v, store_outer_Av, prepend_outer_v : optional
        As in :func:`scipy.sparse.linalg.lgmres`, whose iteration this is.""",
)
def lgmres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int = 1000,
    M: Any = None,
    callback: Any = None,
    inner_m: int = 30,
    outer_k: int = 3,
    outer_v: Any = None,
    store_outer_Av: bool = True,
    prepend_outer_v: bool = False,
) -> Any:
    options = dict(inner_m=inner_m, outer_k=outer_k, store_outer_Av=store_outer_Av, prepend_outer_v=prepend_outer_v)
    options |= {} if outer_v is None else {"outer_v": outer_v}
    return _solve("lgmres", A, b, x0, rtol, atol, maxiter, M, callback, **options)


@_documented(
    "Solve a Hermitian system, definite or not, by minimal residuals.",
    "Paige & Saunders (1975)",
    _SYMMETRIC,
    wanted=", Hermitian",
    extra="""
    shift : float, optional
        Solve ``(A - shift * I) @ x = b``.
    show : bool, optional
        Print each iteration.
    check : bool, optional
        Verify that `A` and `M` are symmetric.""",
)
def minres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    shift: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Any = None,
    show: bool = False,
    check: bool = False,
) -> Any:
    from ...linalg.operators import Identity

    if shift:
        op = aslinearoperator(A)
        A = op - Identity(op.shape[-1], op.dtype) * shift
    return _solve("minres", A, b, x0, rtol, 0.0, maxiter, M, callback, default_maxiter=5, show=show, check=check)


@_documented(
    "Solve a system by quasi-minimal residuals.",
    "Freund & Nachtigal (1991)",
    _GENERAL,
    extra="""
    M1, M2 : sparse array, array or LinearOperator, optional
        Left and right preconditioners; their product ``M2 @ M1`` approximates the inverse of `A`.""",
)
def qmr(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M1: Any = None,
    M2: Any = None,
    callback: Any = None,
) -> Any:
    if M2 is None:
        return _solve("qmr", A, b, x0, rtol, atol, maxiter, M1, callback)
    # the iteration of M1 A M2 with the residuals of the system itself: one preconditioner from the left of both
    left, right = (None if m is None else aslinearoperator(m) for m in (M1, M2))
    both = right if left is None else right @ left
    return _solve("qmr", A, b, x0, rtol, atol, maxiter, both, callback)


@_documented(
    "Solve a system by GCROT(m,k), with vectors that are kept over restarts.",
    "Hicken & Zingg (2010)",
    _GENERAL,
    extra="""
    m, k, CU, discard_C, truncate : optional
        As in :func:`scipy.sparse.linalg.gcrotmk`, whose iteration this is.""",
)
def gcrotmk(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int = 1000,
    M: Any = None,
    callback: Any = None,
    m: int = 20,
    k: int | None = None,
    CU: Any = None,
    discard_C: bool = False,
    truncate: str = "oldest",
) -> Any:
    if truncate not in ("oldest", "smallest"):
        raise ValueError(f"Invalid value for 'truncate': {truncate!r}")
    options = dict(m=m, k=k, discard_C=discard_C, truncate=truncate) | ({} if CU is None else {"CU": CU})
    return _solve("gcrotmk", A, b, x0, rtol, atol, maxiter, M, callback, **options)


@_documented(
    "Solve a system by transpose-free quasi-minimal residuals.",
    "Freund (1993)",
    _GENERAL,
    extra="""
    show : bool, optional
        Print each iteration.""",
)
def tfqmr(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
    callback: Any = None,
    show: bool = False,
) -> Any:
    return _solve("tfqmr", A, b, x0, rtol, atol, maxiter, M, callback, show=show)
