"""Principal square root and logarithm of a matrix."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_finite, require_square
from .exponential import _expm, upper_right_block
from .matrix_equations import _sylvester
from .matrix_parts import adjoint, diagonal, diagonal_matrix, identity_like
from .schur_form import schur_on_host

#: Norm of X below which the 7-point Gauss-Legendre form of log(I + X), the [7/7] Padé approximant, is exact to
#: double precision (Al-Mohy & Higham 2012, SIAM J. Sci. Comput. 34, table 2.1).
LOGARITHM_RADIUS = 2.64e-1
LOGARITHM_POINTS = 7

#: Square roots after which a norm that is still large belongs to an eigenvalue zero: the logarithm of the smallest
#: double is about -745, so that of its 2^-15th root is -0.02.
MOST_ROOTS = 40


def _square_roots(a: Tensor) -> Tensor:
    """SciPy's square root of each matrix of a batch, complex or in the dtype of the argument."""
    import scipy.linalg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on singular matrices: the caller sees infinities
        return torch.from_numpy(numpy.ascontiguousarray(scipy.linalg.sqrtm(a.contiguous().numpy())))


def _sqrtm_kernel(a: Tensor) -> Tensor:
    if not a.numel():
        return a.clone()
    finite = torch.isfinite(a).all(-1).all(-1)[..., None, None]
    clean = torch.where(finite, a, torch.eye(a.shape[-1], dtype=a.dtype))
    return torch.where(finite, _in_dtype_of(clean, _square_roots(clean), "sqrtm"), torch.nan)


def _logm_kernel(a: Tensor, *, check_finite: bool) -> Tensor:
    if check_finite:
        require_finite("logm", A=a)
    if not a.numel():
        return a.clone()
    finite = torch.isfinite(a).all(-1).all(-1)[..., None, None]
    clean = torch.where(finite, a, torch.eye(a.shape[-1], dtype=a.dtype))
    t, z, _ = schur_on_host(clean.to(torch.complex128))
    logarithm = z @ _triangular_logarithm(t) @ adjoint(z)
    return torch.where(finite, _in_dtype_of(clean, logarithm, "logm"), torch.nan)


def _triangular_logarithm(t: Tensor) -> Tensor:
    """Inverse scaling and squaring on upper triangular matrices (Al-Mohy & Higham 2012, without the degree choice)."""
    eigenvalues = diagonal(t)
    if bool((eigenvalues == 0).any()):
        raise LinAlgError("logm: argument 'A' is singular: it has no logarithm")
    eye = identity_like(t)
    scale = torch.ones(*t.shape[:-2], 1, 1, dtype=torch.float64)
    root = t
    for _ in range(MOST_ROOTS):
        distance = (root - eye).abs().sum(-2).amax(-1)[..., None, None]
        if bool((distance <= LOGARITHM_RADIUS).all()):
            break
        root = torch.where(distance > LOGARITHM_RADIUS, torch.triu(_square_roots(root).to(t.dtype)), root)
        scale = torch.where(distance > LOGARITHM_RADIUS, 2 * scale, scale)
    else:
        raise LinAlgError("logm: argument 'A' is singular to working precision: it has no logarithm")
    x = root - eye
    nodes, weights = numpy.polynomial.legendre.leggauss(LOGARITHM_POINTS)
    total = torch.zeros_like(x)
    for node, weight in zip((nodes + 1) / 2, weights / 2):  # log(1 + x) is the integral of x / (1 + s x) over [0, 1]
        total = total + weight * torch.linalg.solve_triangular(eye + node * x, x, upper=True)
    logarithm = scale * total
    return logarithm - diagonal_matrix(diagonal(logarithm)) + diagonal_matrix(eigenvalues.log())


def _in_dtype_of(a: Tensor, result: Tensor, function: str) -> Tensor:
    """The result in the dtype of the argument.

    Raises
    ------
    ValueError
        If that is real and the result is not.
    """
    if result.is_complex() and not a.is_complex():
        if bool((_on_cut_kernel(a) > 0).any()):
            raise ValueError(
                f"{function}: a real argument 'A' has eigenvalues on the negative real axis, so the result is complex, "
                "but the dtype cannot depend on values under vmap and torch.compile; pass a complex matrix"
            )
        result = result.real
    return result.to(a.dtype)


def _away_from_cut(make: Maker) -> list[Sample]:
    """Matrices whose eigenvalues lie in the right half-plane."""
    return [Sample((make.well_conditioned(3, 3),)), Sample((make.well_conditioned(2, 2, 2),))]


@gufunc(
    "(n,n)->(n,n)",
    kernel={"cpu": _sqrtm_kernel},
    # x x = a: x x' + x' x = a'
    jvp={"a": lambda x, a, da: _sylvester(x, x, da, function="derivative of sqrtm")},
    vjp={"a": lambda g, x, a: _sylvester(adjoint(x), adjoint(x), g, function="derivative of sqrtm")},
    samples=_away_from_cut,
    loops="r->r z->z",
    public=False,
)
def _sqrtm(a: Tensor) -> Tensor:
    """Principal square root."""


@gufunc(
    "(n,n)->(n,n)",
    kernel={"cpu": _logm_kernel},
    jvp={"a": lambda x, a, da, **_: upper_right_block(_logm, a, da)},
    vjp={"a": lambda g, x, a, **_: upper_right_block(_logm, adjoint(a), g)},
    samples=_away_from_cut,
    loops="r->r z->z",
    public=False,
)
def _logm(a: Tensor, *, check_finite: bool = False) -> Tensor:
    """Principal logarithm."""


def _on_cut_kernel(a: Tensor) -> Tensor:
    finite = torch.isfinite(a).all(-1).all(-1)[..., None, None]
    w: Tensor = torch.linalg.eigvals(torch.where(finite, a, 0))
    return ((w.imag == 0) & (w.real < 0)).sum(-1)


@gufunc(
    "(n,n)->()",
    kernel=_on_cut_kernel,
    jvp={"a": lambda out, a, da: None},
    samples=_away_from_cut,
    loops="r->i",
    public=False,
)
def _on_cut(a: Tensor) -> Tensor:
    """How many eigenvalues of a real matrix lie on the negative real axis."""


def _into_complex_plane(a: Tensor) -> Tensor:
    """``a``, made complex if its principal root or logarithm is.

    Where values cannot be read (``vmap``, tracing) the matrix stays real, and the kernel raises if it must not.
    """
    if a.is_complex() or not a.numel() or torch.compiler.is_compiling():
        return a
    try:
        crosses = bool((_on_cut(a) > 0).any())
    except RuntimeError:  # torch.func.vmap refuses to branch on a batched value
        return a
    return a.to(torch.promote_types(a.dtype, torch.complex64)) if crosses else a


def _relative_norm(x: Tensor, a: Tensor, order: Any) -> Tensor:
    norm: Callable[..., Tensor] = torch.linalg.matrix_norm
    return norm(x, order) / norm(a, order)


@composite(samples=_away_from_cut, reference="scipy.linalg.sqrtm", rtol=1e-11)
def sqrtm(A: Tensor, disp: bool = True, blocksize: int = 64) -> Any:
    """
    Compute the principal square root of a matrix.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.
    disp : bool, optional
        If false, return the relative residual too.
    blocksize : int, optional
        Accepted for SciPy's sake.

    Returns
    -------
    sqrtm : Tensor, shape (..., n, n)
        The square root with eigenvalues in the right half-plane. It is complex for a real matrix with an eigenvalue
        on the negative real axis. A matrix with entries that are not finite has a result of NaN.
    errest : Tensor, shape (...)
        ``norm(sqrtm @ sqrtm - A) / norm(A)``, Frobenius, with ``disp=False`` only.

    Raises
    ------
    ValueError
        If `A` is not square, or real under ``vmap`` or ``torch.compile`` while its root is complex.
    numpy.linalg.LinAlgError
        From the derivative, at a singular matrix: there is none.

    Notes
    -----
    Schur method (Björck & Hammarling 1983, Linear Algebra Appl. 52/53). The derivative solves the Sylvester equation
    ``x x' + x' x = A'``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import sqrtm
    >>> sqrtm(torch.tensor([[4.0, 0.0], [0.0, 9.0]]))
    tensor([[2., 0.],
            [0., 3.]])
    """
    require_square("sqrtm", "A", A)
    a = _into_complex_plane(A)
    x = _sqrtm(a)
    return x if disp else (x, _relative_norm(x @ x - a, a, "fro"))


@composite(samples=_away_from_cut, reference="scipy.linalg.logm", rtol=1e-11)
def logm(A: Tensor, disp: bool = True) -> Any:
    """
    Compute the principal logarithm of a matrix.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices without zero eigenvalues.
    disp : bool, optional
        If false, return the relative residual too.

    Returns
    -------
    logm : Tensor, shape (..., n, n)
        The logarithm with eigenvalues of imaginary part in (-π, π]. It is complex for a real matrix with an
        eigenvalue on the negative real axis.
    errest : Tensor, shape (...)
        ``norm(expm(logm) - A) / norm(A)``, 1-norm, with ``disp=False`` only.

    Raises
    ------
    ValueError
        If `A` is not square, has entries that are not finite, or is real under ``vmap`` or ``torch.compile`` while
        its logarithm is complex.
    numpy.linalg.LinAlgError
        If a matrix is singular.

    Notes
    -----
    Inverse scaling and squaring of the Schur form (Al-Mohy & Higham 2012, SIAM J. Sci. Comput. 34). The derivative is
    the block of the logarithm of ``[[A, E], [0, A]]`` (Mathias 1996, SIAM J. Matrix Anal. Appl. 17), of every order.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import expm, logm
    >>> logm(expm(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))).round(decimals=4).abs()
    tensor([[0., 1.],
            [0., 0.]])
    """
    require_square("logm", "A", A)
    a = _into_complex_plane(A)
    x = _logm(a, check_finite=True)
    return x if disp else (x, _relative_norm(_expm(x) - a, a, 1))
