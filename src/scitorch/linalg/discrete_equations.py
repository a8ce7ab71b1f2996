"""Discrete Lyapunov (Stein) equations."""

from __future__ import annotations

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_finite, require_square
from .matrix_parts import adjoint, broadcast_batch


def _stein_kernel(a: Tensor, b: Tensor, q: Tensor, *, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("solve_discrete_lyapunov", a=a, q=q)
    batch = broadcast_batch(a, b, q)
    m, n = q.shape[-2:]
    result = torch.empty(*batch, m, n, dtype=q.dtype)
    if not result.numel():
        return result
    matrices = (x.expand(*batch, *x.shape[-2:]).reshape(-1, *x.shape[-2:]).numpy() for x in (a, b, q))
    for row, left, right, side in zip(result.view(-1, m, n).numpy(), *matrices):
        x = _by_schur_forms(left, right, side)
        row[:] = x if numpy.iscomplexobj(row) else x.real
    return result


def _by_schur_forms(a: numpy.ndarray, b: numpy.ndarray, q: numpy.ndarray) -> numpy.ndarray:
    """One equation x = a x b + q, column by column (Kitagawa 1977, Int. J. Control 25; complex Schur forms).

    With a = u t u^H, b = v s v^H and y = u^H x v: (1 - s_jj t) y_j = (u^H q v)_j + t (sum of y_k s_kj for k < j).
    """
    from scipy.linalg import schur, solve_triangular

    if not all(numpy.isfinite(x.sum()) for x in (a, b, q)):
        return numpy.full_like(q, numpy.nan)
    t, u = schur(a, output="complex", check_finite=False)
    s, v = schur(b, output="complex", check_finite=False)
    side = u.conj().T @ q @ v
    y = numpy.zeros_like(side)
    eye = numpy.eye(len(a))
    roundoff = numpy.finfo(s.dtype).eps
    for j in range(len(b)):
        matrix = eye - s[j, j] * t
        pivots = numpy.abs(numpy.diag(matrix))
        if pivots.size and pivots.min() <= roundoff * max(1.0, pivots.max()):
            raise LinAlgError(
                "solve_discrete_lyapunov: the equation is singular: two eigenvalues of 'a' have a product that is 1 to "
                "working precision"
            )
        y[:, j] = solve_triangular(matrix, side[:, j] + t @ (y[:, :j] @ s[:j, j]), check_finite=False)
    x: numpy.ndarray = u @ y @ v.conj().T
    return x


def contraction(make: Maker, *shape: int) -> Tensor:
    """A matrix with eigenvalues well inside the unit circle."""
    return make(*shape) / (4 * shape[-1] ** 0.5)


@gufunc(
    "(m,m),(n,n),(m,n)->(m,n)",
    kernel={"cpu": _stein_kernel},
    jvp={
        "a": lambda x, a, b, q, da, **_: _stein(a, b, da @ x @ b),
        "b": lambda x, a, b, q, db, **_: _stein(a, b, a @ x @ db),
    },
    linear={"q": lambda g, a, b, q, **_: _stein(adjoint(a), adjoint(b), g)},
    vjp={
        "a": lambda g, x, a, b, q, **_: _stein(adjoint(a), adjoint(b), g) @ adjoint(x @ b),
        "b": lambda g, x, a, b, q, **_: adjoint(a @ x) @ _stein(adjoint(a), adjoint(b), g),
    },
    samples=lambda make: [Sample((contraction(make, 3, 3), contraction(make, 2, 2), make(3, 2)))],
    loops="rrr->r zzz->z",
    public=False,
)
def _stein(a: Tensor, b: Tensor, q: Tensor, *, check_finite: bool = False) -> Tensor:
    """Solution of x = a x b + q."""


@composite(
    samples=lambda make: [
        Sample((contraction(make, 3, 3), make(3, 3))),
        Sample((contraction(make, 2, 2, 2), make(2, 2))),
    ],
    reference="scipy.linalg.solve_discrete_lyapunov",
)
def solve_discrete_lyapunov(a: Tensor, q: Tensor, method: str | None = None) -> Tensor:
    """
    Solve the discrete Lyapunov equation ``a @ x @ a^H - x + q = 0``.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Coefficients.
    q : Tensor, shape (..., n, n)
        Right-hand sides.
    method : {"direct", "bilinear"}, optional
        Accepted for SciPy's sake; Schur forms are always used.

    Returns
    -------
    Tensor, shape (..., n, n)
        The solution.

    Raises
    ------
    ValueError
        For shapes that do not fit, entries that are not finite, or an unknown method.
    numpy.linalg.LinAlgError
        If an eigenvalue and the conjugate of another have the product 1, to working precision.

    Notes
    -----
    Complex Schur forms and back substitution (Kitagawa 1977, Int. J. Control 25), ``n³`` operations. The tangent
    solves the same equation with right-hand side ``dq + da x a^H + a x da^H``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_discrete_lyapunov
    >>> solve_discrete_lyapunov(torch.tensor([[0.5]]), torch.tensor([[3.0]]))
    tensor([[4.]])
    """
    require_square("solve_discrete_lyapunov", "a", a)
    require_square("solve_discrete_lyapunov", "q", q)
    if q.shape[-1] != a.shape[-1]:
        raise ValueError(
            f"solve_discrete_lyapunov: argument 'q' has shape {tuple(q.shape)}; wanted matrices of the size of 'a', "
            f"{tuple(a.shape[-2:])}"
        )
    if method not in (None, "direct", "bilinear"):
        raise ValueError(f"solve_discrete_lyapunov: method is {method!r}; wanted 'direct' or 'bilinear'")
    return _stein(a, adjoint(a), q, check_finite=True)
