"""Sylvester and Lyapunov equations."""

from __future__ import annotations

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_finite, require_matrix, require_square
from .matrix_parts import adjoint, broadcast_batch


def _sylvester_kernel(a: Tensor, b: Tensor, q: Tensor, *, check_finite: bool, function: str) -> Tensor:
    if check_finite:
        require_finite(function, a=a, b=b, q=q)
    batch = broadcast_batch(a, b, q)
    m, n = q.shape[-2:]
    result = torch.empty(*batch, m, n, dtype=q.dtype)
    if not result.numel():
        return result
    matrices = (x.expand(*batch, *x.shape[-2:]).reshape(-1, *x.shape[-2:]).numpy() for x in (a, b, q))
    rows = result.view(-1, m, n).numpy()
    for k, (left, right, side) in enumerate(zip(*matrices)):
        rows[k] = _bartels_stewart(left, right, side, function)
    return result


def _bartels_stewart(a: numpy.ndarray, b: numpy.ndarray, q: numpy.ndarray, function: str) -> numpy.ndarray:
    """One Sylvester equation by Schur forms (Bartels & Stewart 1972, CACM 15, algorithm 432)."""
    from scipy.linalg import lapack, schur

    if not all(numpy.isfinite(x.sum()) for x in (a, b, q)):
        return numpy.full_like(q, numpy.nan)
    output = "complex" if numpy.iscomplexobj(q) else "real"
    r, u = schur(a, output=output, check_finite=False)
    s, v = schur(b, output=output, check_finite=False)
    (solve,) = lapack.get_lapack_funcs(("trsyl",), (r, s, q))
    y, scale, info = solve(r, s, u.conj().T @ q @ v)
    if info:
        raise LinAlgError(
            f"{function}: the equation is singular: its coefficients have eigenvalues with a sum that is zero to "
            "working precision"
        )
    x: numpy.ndarray = u @ (y / scale) @ v.conj().T
    return x


def _sylvester_adjoint(g: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return _sylvester(adjoint(a), adjoint(b), g)


def _sylvester_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make.well_conditioned(3, 3), make.well_conditioned(2, 2), make(3, 2))),
        Sample((make.well_conditioned(2, 1, 2, 2), make.well_conditioned(2, 2), make(3, 2, 2))),
    ]


@gufunc(
    "(m,m),(n,n),(m,n)->(m,n)",
    kernel={"cpu": _sylvester_kernel},
    jvp={
        "a": lambda x, a, b, q, da, **_: -_sylvester(a, b, da @ x),
        "b": lambda x, a, b, q, db, **_: -_sylvester(a, b, x @ db),
    },
    linear={"q": lambda g, a, b, q, **_: _sylvester_adjoint(g, a, b)},
    vjp={
        "a": lambda g, x, a, b, q, **_: -_sylvester_adjoint(g, a, b) @ adjoint(x),
        "b": lambda g, x, a, b, q, **_: -adjoint(x) @ _sylvester_adjoint(g, a, b),
    },
    samples=_sylvester_samples,
    loops="rrr->r zzz->z",
    public=False,
)
def _sylvester(
    a: Tensor, b: Tensor, q: Tensor, *, check_finite: bool = False, function: str = "solve_sylvester"
) -> Tensor:
    """Solution x of a x + x b = q."""


@composite(samples=_sylvester_samples, reference="scipy.linalg.solve_sylvester")
def solve_sylvester(a: Tensor, b: Tensor, q: Tensor) -> Tensor:
    """
    Solve the Sylvester equation ``a @ x + x @ b = q``.

    Parameters
    ----------
    a : Tensor, shape (..., m, m)
        Left coefficients.
    b : Tensor, shape (..., n, n)
        Right coefficients.
    q : Tensor, shape (..., m, n)
        Right-hand sides. The batch dimensions of all three broadcast.

    Returns
    -------
    Tensor, shape (..., m, n)
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If an eigenvalue of `a` and one of `b` sum to zero, to working precision.

    Notes
    -----
    Schur forms and back substitution (Bartels & Stewart 1972, CACM 15, algorithm 432). The tangent solves the same
    equation with right-hand side ``dq - da x - x db``, the cotangent of `q` the adjoint equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_sylvester
    >>> a, b = torch.tensor([[3.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0]])
    >>> solve_sylvester(a, b, torch.tensor([[4.0], [4.0]]))
    tensor([[1.],
            [2.]])
    """
    require_square("solve_sylvester", "a", a)
    require_square("solve_sylvester", "b", b)
    require_matrix("solve_sylvester", "q", q)
    if q.shape[-2] != a.shape[-1] or q.shape[-1] != b.shape[-1]:
        raise ValueError(
            f"solve_sylvester: argument 'q' has shape {tuple(q.shape)}; wanted (..., {a.shape[-1]}, {b.shape[-1]}), "
            "the sizes of 'a' and 'b'"
        )
    return _sylvester(a, b, q, check_finite=True)


@composite(
    samples=lambda make: [
        Sample((make.well_conditioned(3, 3), make(3, 3))),
        Sample((make.well_conditioned(2, 2, 2), make(2, 2))),
    ],
    reference="scipy.linalg.solve_continuous_lyapunov",
)
def solve_continuous_lyapunov(a: Tensor, q: Tensor) -> Tensor:
    """
    Solve the continuous Lyapunov equation ``a @ x + x @ a^H = q``.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Coefficients.
    q : Tensor, shape (..., n, n)
        Right-hand sides.

    Returns
    -------
    Tensor, shape (..., n, n)
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If an eigenvalue and the conjugate of another sum to zero, to working precision.

    Notes
    -----
    The Sylvester equation with ``b = a^H``, see :func:`solve_sylvester`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_continuous_lyapunov
    >>> solve_continuous_lyapunov(torch.tensor([[-1.0, 0.0], [0.0, -2.0]]), torch.ones(2, 2))
    tensor([[-0.5000, -0.3333],
            [-0.3333, -0.2500]])
    """
    require_square("solve_continuous_lyapunov", "a", a)
    require_square("solve_continuous_lyapunov", "q", q)
    if q.shape[-1] != a.shape[-1]:
        raise ValueError(
            f"solve_continuous_lyapunov: argument 'q' has shape {tuple(q.shape)}; wanted matrices of the size of 'a', "
            f"{tuple(a.shape[-2:])}"
        )
    return _sylvester(a, adjoint(a), q, check_finite=True, function="solve_continuous_lyapunov")


@composite(
    samples=lambda make: [Sample((make.well_conditioned(3, 3), make(3, 3)))], reference="scipy.linalg.solve_lyapunov"
)
def solve_lyapunov(a: Tensor, q: Tensor) -> Tensor:
    """
    Solve the continuous Lyapunov equation ``a @ x + x @ a^H = q``.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Coefficients.
    q : Tensor, shape (..., n, n)
        Right-hand sides.

    Returns
    -------
    Tensor, shape (..., n, n)
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If an eigenvalue and the conjugate of another sum to zero, to working precision.

    Notes
    -----
    Another name of :func:`solve_continuous_lyapunov`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_lyapunov
    >>> solve_lyapunov(torch.tensor([[-1.0]]), torch.tensor([[2.0]]))
    tensor([[-1.]])
    """
    return solve_continuous_lyapunov(a, q)
