"""Schur decomposition."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_finite, require_square
from .matrix_parts import adjoint, broadcast_batch, conjugate

Form = tuple[Tensor, Tensor, Tensor]

#: Which eigenvalues SciPy's named orders bring to the front.
ORDERS = ("lhp", "rhp", "iuc", "ouc")


def _schur_kernel(a: Tensor, *, sort: str, check_finite: bool) -> Form:
    if check_finite:
        require_finite("schur", a=a)
    return schur_on_host(a, sort)


def schur_on_host(a: Tensor, sort: str = "") -> Form:
    """LAPACK's Schur form of each matrix of a batch, on plain CPU tensors; NaN for matrices that are not finite."""
    from scipy.linalg import schur

    n = a.shape[-1]
    t, z = torch.empty_like(a).contiguous(), torch.empty_like(a).contiguous()
    count = torch.zeros(a.shape[:-2], dtype=torch.int64)
    if not a.numel():
        return t, z, count
    output = "complex" if a.is_complex() else "real"
    forms = (x.view(-1, n, n).numpy() for x in (t, z))
    for k, (matrix, form, vectors) in enumerate(zip(a.reshape(-1, n, n).numpy(), *forms)):
        if not numpy.isfinite(matrix).all():
            form[:], vectors[:] = numpy.nan, numpy.nan
            continue
        found = schur(matrix, output=output, sort=sort or None, check_finite=False)
        form[:], vectors[:] = found[0], found[1]
        if sort:
            count.view(-1)[k] = found[2]
    return t, z, count


def _pattern(t: Tensor) -> Tensor:
    """One where a (quasi-)triangular matrix may have entries: on and above the diagonal, and in its 2×2 blocks."""
    return torch.triu(torch.ones_like(t)) + torch.tril((t != 0).to(t.dtype), -1)


def _schur_tangent(out: Form, a: Tensor, da: Tensor, **_: Any) -> tuple[Tensor, Tensor, None]:
    # a = z t z^H. With m = z^H da z and z' = z x, x skew-Hermitian: t' = m + t x - x t has nothing below the diagonal
    # blocks. There only the lower part y of x = y - y^H acts: t y - y t = -m below the blocks.
    t, z, _count = out
    m = adjoint(z) @ da @ z
    pattern = _pattern(t)
    y = _deflation(t, -m, pattern)
    x = y - adjoint(y)
    return pattern * (m + t @ x - x @ t), z @ x, None


def without_phases(result: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """What does not depend on the phases of Schur vectors: ``|t|²`` and a projector per vector."""
    t, z = result[:2]
    columns = z.mT
    return t * conjugate(t), columns[..., :, None] * conjugate(columns)[..., None, :]


def _triangular_samples(make: Maker) -> list[Sample]:
    """Matrices with distinct real eigenvalues, so that the real form is triangular."""
    ladder = torch.diag(torch.tensor([1.0, 3.0, 6.0], dtype=torch.float64)).to(make.dtype)
    return [
        Sample((ladder + 0.3 * make(3, 3),), view=without_phases),
        Sample((ladder + 0.3 * make(2, 3, 3),), view=without_phases),
    ]


@gufunc(
    "(n,n)->(n,n),(n,n),()",
    kernel={"cpu": _schur_kernel},
    jvp={"a": _schur_tangent},
    samples=_triangular_samples,
    loops="r->rri z->zzi",
    public=False,
)
def _schur(a: Tensor, *, sort: str = "", check_finite: bool = False) -> Form:
    """Schur form, Schur vectors, and the number of eigenvalues that the order brought to the front."""


def _deflation_kernel(t: Tensor, m: Tensor, pattern: Tensor, *, transposed: bool) -> Tensor:
    shape = (*broadcast_batch(t, m, pattern), *t.shape[-2:])
    x = torch.zeros(shape, dtype=t.dtype)
    n = shape[-1]
    if x.numel():
        sides = ((t * pattern).expand(shape), m.expand(shape), pattern.expand(shape))
        arrays = (s.reshape(-1, n, n).numpy() for s in sides)
        for form, side, mask, result in zip(*arrays, x.view(-1, n, n).numpy()):
            _deflate(form, side, mask, result, transposed)
    return x


def _deflate(t: numpy.ndarray, m: numpy.ndarray, pattern: numpy.ndarray, x: numpy.ndarray, transposed: bool) -> None:
    """Solve one block column after the other, each a small Sylvester equation with the trailing form."""
    from scipy.linalg import lapack

    (solve,) = lapack.get_lapack_funcs(("trsyl",), (t,))
    n = len(t)
    ends = [j + 1 for j in range(n) if j + 1 == n or pattern[j + 1, j] == 0]
    blocks = list(zip([0, *ends[:-1]], ends))
    how = {"trana": "C", "tranb": "C", "isgn": -1} if transposed else {"isgn": -1}
    for first, end in reversed(blocks) if transposed else blocks:
        if end == n:
            continue
        if transposed:
            known = x[end:, end:] @ t[first:end, end:].conj().T
        else:
            known = x[end:, :first] @ t[:first, first:end]
        y, scale, info = solve(t[end:, end:], t[first:end, first:end], m[end:, first:end] + known, **how)
        if info:
            raise LinAlgError("derivative of schur: the matrix has repeated eigenvalues")
        x[end:, first:end] = y / scale


def _deflation_tangent(x: Tensor, t: Tensor, m: Tensor, pattern: Tensor, dt: Tensor, transposed: bool) -> Tensor:
    dt = pattern * dt
    dt = adjoint(dt) if transposed else dt
    return _deflation(t, x @ dt - dt @ x, pattern, transposed=transposed)


@gufunc(
    "(n,n),(n,n),(n,n)->(n,n)",
    kernel={"cpu": _deflation_kernel},
    jvp={"t": _deflation_tangent},
    linear={"m": lambda g, t, m, pattern, transposed: _deflation(t, g, pattern, transposed=not transposed)},
    undefined={"pattern": "it is the position of the diagonal blocks"},
    samples=lambda make: [
        Sample(
            (torch.triu(make(3, 3)) + torch.diag(torch.tensor([0.0, 4.0, 9.0])), make(3, 3), torch.ones(3, 3).triu()),
            {"transposed": transposed},
        )
        for transposed in (False, True)
    ],
    loops="rrr->r zzz->z",
    public=False,
)
def _deflation(t: Tensor, m: Tensor, pattern: Tensor, *, transposed: bool = False) -> Tensor:
    """The x below the diagonal blocks of ``t`` with ``t x - x t = m`` there, or the same with ``t^H``."""


@composite(samples=_triangular_samples, reference="scipy.linalg.schur")
def schur(
    a: Tensor,
    output: str = "real",
    lwork: int | None = None,
    overwrite_a: bool = False,
    sort: str | None = None,
    check_finite: bool = True,
) -> Any:
    """
    Compute the Schur decomposition ``a = z @ t @ z^H``.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.
    output : {"real", "complex"}, optional
        For real matrices: a real quasi-triangular form, or a complex triangular one.
    lwork, overwrite_a : optional
        Accepted for SciPy's sake.
    sort : {"lhp", "rhp", "iuc", "ouc"}, optional
        Bring the eigenvalues of the left or right half-plane, inside or outside the unit circle, to the front.
    check_finite : bool, optional
        Refuse infinities and NaN.

    Returns
    -------
    t : Tensor, shape (..., n, n)
        Upper triangular; the real form has 2×2 diagonal blocks for pairs of conjugate eigenvalues.
    z : Tensor, shape (..., n, n)
        Schur vectors in the columns, a unitary matrix.
    sdim : Tensor of int64, shape (...)
        How many eigenvalues the order brought to the front; with `sort` only.

    Raises
    ------
    ValueError
        If `a` is not square, has entries that are not finite, or `output` or `sort` is unknown.
    NotImplementedError
        If `sort` is a function.
    numpy.linalg.LinAlgError
        From the derivative, if eigenvalues of different diagonal blocks are equal: there is none.

    Notes
    -----
    The derivative follows from ``z' = z x`` with the skew-Hermitian ``x`` that keeps ``t`` (quasi-)triangular. Schur
    vectors are defined up to a phase each, and the 2×2 blocks of the real form up to a rotation each; the derivative
    is that of vectors which do not turn, right for every function that does not depend on those choices.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import schur
    >>> t, z = schur(torch.tensor([[1.0, 2.0], [0.0, 3.0]]))
    >>> t.diagonal()
    tensor([1., 3.])
    """
    require_square("schur", "a", a)
    if output not in ("real", "complex", "r", "c"):
        raise ValueError(f"schur: output is {output!r}; wanted 'real' or 'complex'")
    if callable(sort):
        raise NotImplementedError(f"schur: sort by a function is not supported; wanted one of {', '.join(ORDERS)}")
    if sort is not None and sort not in ORDERS:
        raise ValueError(f"schur: sort is {sort!r}; wanted one of {', '.join(ORDERS)}")
    if output in ("complex", "c") and not a.is_complex():
        a = a.to(torch.promote_types(a.dtype, torch.complex64))
    t, z, count = _schur(a, sort=sort or "", check_finite=check_finite)
    return (t, z, count) if sort else (t, z)
