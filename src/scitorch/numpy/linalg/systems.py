"""Linear systems and least squares, inverses and pseudo-inverses."""

import math
from typing import Any

import torch
from numpy.linalg import LinAlgError

import scitorch
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.linalg.arguments import inexact, known, matrices, require_square, working
from scitorch.numpy.missing import NO_VALUE

__all__ = ["inv", "lstsq", "pinv", "solve", "tensorinv", "tensorsolve"]


@differentiable("np.linalg.solve(a, x[:3])", "np.linalg.solve(a, m)")
def solve(a: Any, b: Any) -> ndarray:
    """Solve ``a x = b`` for x; `b` is a vector only when it has one dimension."""
    left = tensor_of(a)
    if left.ndim < 2:
        raise LinAlgError(f"{left.ndim}-dimensional array given. Array must be at least two-dimensional")
    require_square(left)
    (matrix, right), wrap = working(left, b)
    if right.shape[-2:-1] != matrix.shape[-1:] and right.shape != matrix.shape[-1:]:
        raise ValueError(
            f"solve: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
            f"{'(m,m),(m)->(m)' if right.ndim == 1 else '(m,m),(m,n)->(m,n)'}: b has shape {tuple(right.shape)}, "
            f"a has {tuple(matrix.shape)}"
        )
    return wrap(scitorch.linalg.solve(matrix, right, check_finite=False))


@differentiable("np.linalg.inv(a)")
def inv(a: Any) -> ndarray:
    """Return the inverse of square matrices."""
    matrix, wrap = matrices(a, square=True)
    return wrap(scitorch.linalg.inv(matrix, check_finite=False))


@differentiable("np.linalg.pinv(m)", "np.linalg.pinv(m.T)")
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = NO_VALUE) -> ndarray:
    """Return the Moore-Penrose pseudo-inverse.

    Parameters
    ----------
    a : array_like, shape (..., m, n)
    rcond : array_like, optional
        Singular values below this fraction of the largest count as zero; 1e-15 by default. One for each matrix, or
        one for all.
    hermitian : bool
        Take the matrices for Hermitian and read their lower triangles.
    rtol : array_like, optional
        Another name of `rcond`; None stands for the larger dimension times the machine epsilon.
    """
    single = torch.finfo(inexact(tensor_of(a)).dtype).eps
    matrix, wrap = matrices(a)
    if rtol is not NO_VALUE:
        if rcond is not None:
            raise ValueError("`rtol` and `rcond` can't be both set.")
        rcond = max(matrix.shape[-2:]) * single if rtol is None else rtol
    cut = tensor_of(1e-15 if rcond is None else rcond).detach()
    function = scitorch.linalg.pinvh if hermitian else scitorch.linalg.pinv
    if cut.ndim == 0:
        return wrap(function(matrix, rtol=float(cut), check_finite=False))
    cuts = cut.expand(matrix.shape[:-2]).reshape(-1).tolist()
    if not cuts:
        return wrap(function(matrix, check_finite=False))
    each = matrix.reshape(-1, *matrix.shape[-2:]).unbind(0)
    inverses = torch.stack([function(m, rtol=c, check_finite=False) for m, c in zip(each, cuts, strict=True)])
    return wrap(inverses.reshape(*matrix.shape[:-2], *inverses.shape[-2:]))


@differentiable(
    "np.linalg.lstsq(m.T, y[:4])[0]",
    "np.linalg.lstsq(m.T, m.T[:, :2] ** 2)[1]",
    "np.linalg.lstsq(m, x[:3])[0]",
)
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """Return the least-squares solution, residuals, rank and singular values.

    Parameters
    ----------
    a : array_like, shape (m, n)
    b : array_like, shape (m,) or (m, k)
    rcond : float, optional
        Singular values below this fraction of the largest count as zero: by default the larger dimension times the
        machine epsilon, and the machine epsilon for -1.
    """
    left, right = inexact(tensor_of(a)), inexact(tensor_of(b))
    for tensor, allowed in ((left, (2,)), (right, (1, 2))):
        if tensor.ndim not in allowed:
            raise LinAlgError(f"{tensor.ndim}-dimensional array given. Array must be two-dimensional")
    epsilon = torch.finfo(torch.promote_types(left.dtype, right.dtype)).eps
    (matrix, right), wrap = working(left, right)
    columns = right.unsqueeze(-1) if right.ndim == 1 else right
    m, n = matrix.shape
    if columns.shape[0] != m:
        raise LinAlgError("Incompatible dimensions")
    # LAPACK's machine precision is the unit roundoff
    cut = epsilon * max(m, n) if rcond is None else epsilon / 2 if rcond < 0 else float(rcond)
    solution, residuals, rank, S = scitorch.linalg.lstsq(matrix, columns, cond=cut, check_finite=False)
    rank = int(rank) if known(rank >= 0) else ndarray._wrap(rank)
    return wrap(solution[:, 0] if right.ndim == 1 else solution), wrap(residuals), rank, wrap(S)


@differentiable(
    "c = np.block([[a, np.zeros((3, 1))], [np.zeros((1, 3)), s + 1]]); "
    "np.linalg.tensorsolve(np.reshape(c, (2, 2, 2, 2)), m[:2, :2])",
)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> ndarray:
    """Solve ``tensordot(a, x, b.ndim) = b`` for x."""
    tensor, right = tensor_of(a), tensor_of(b)
    if axes is not None:
        last = [normalize_axis(k, tensor.ndim) for k in axes]
        tensor = tensor.permute((*[k for k in range(tensor.ndim) if k not in last], *last))
    shape = tensor.shape[right.ndim :]
    count = math.prod(shape)
    if tensor.numel() != count**2:
        raise LinAlgError("Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])")
    return solve(tensor.reshape(count, count), right.reshape(-1)).reshape(shape)  # type: ignore[no-any-return]


@differentiable(
    "np.linalg.tensorinv(np.reshape(np.block([[a, np.zeros((3, 1))], [np.zeros((1, 3)), s + 1]]), (2, 2, 4)), ind=2)",
)
def tensorinv(a: Any, ind: int = 2) -> ndarray:
    """Return the inverse of an array with respect to `tensordot`."""
    tensor = tensor_of(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    front, back = tensor.shape[:ind], tensor.shape[ind:]
    return inv(tensor.reshape(math.prod(back), -1)).reshape((*back, *front))  # type: ignore[no-any-return]
