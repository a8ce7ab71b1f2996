"""Matrix sign function and fractional powers."""

from __future__ import annotations

from typing import Any

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_finite, require_square
from .exponential import _expm
from .inverse import _inverse
from .matrix_equations import _sylvester
from .matrix_parts import identity_like
from .roots_logarithms import logm

#: Newton's iteration with determinantal scaling converges in fewer steps than this from any matrix whose eigenvalues
#: keep away from the imaginary axis by more than the roundoff (Higham, "Functions of Matrices", section 5.5).
MOST_STEPS = 100


def _sign_kernel(a: Tensor) -> Tensor:
    """Newton's iteration x = (μ x + (μ x)^-1) / 2, quadratically convergent (Higham, section 5.3 and 5.5)."""
    require_finite("signm", A=a)
    x = a.clone()
    n = a.shape[-1]
    if not a.numel():
        return x
    roundoff = torch.finfo(a.dtype).eps
    previous = torch.full(a.shape[:-2], torch.inf, dtype=a.real.dtype if a.is_complex() else a.dtype, device=a.device)
    for step in range(MOST_STEPS):
        inverse, info = torch.linalg.inv_ex(x)
        if bool((info != 0).any()):
            break
        if step < 8:  # |det(x)|^(-1/n): by the norms of x and of its inverse, which cannot overflow
            scale = (inverse.abs().amax((-2, -1)) / x.abs().amax((-2, -1))).sqrt()[..., None, None]
        else:
            scale = 1.0
        following = (scale * x + inverse / scale) / 2
        change = (following - x).abs().amax((-2, -1)) / following.abs().amax((-2, -1))
        x = following
        if bool((change <= n * roundoff * 10).all()) or (step > 12 and bool((change >= previous / 2).all())):
            break
        previous = change
    residual = (x @ x - identity_like(x)).abs().amax((-2, -1)) / x.abs().amax((-2, -1)).clamp(min=1) ** 2
    if not bool((residual < n * roundoff**0.5).all()):
        raise LinAlgError("signm: argument 'A' has eigenvalues on the imaginary axis: it has no sign")
    return x


def _two_sided(make: Maker, *shape: int) -> Tensor:
    """A matrix with eigenvalues on both sides of the imaginary axis."""
    return make(*shape) / 4 + torch.diag(torch.linspace(-2.0, 3.0, shape[-1], dtype=torch.float64)).to(make.dtype)


@gufunc(
    "(n,n)->(n,n)",
    kernel=_sign_kernel,
    # with n = a s: n s' + s' n = a' - s a' s (Higham, "Functions of Matrices", theorem 5.3)
    jvp={"a": lambda s, a, da: _sylvester(a @ s, a @ s, da - s @ da @ s, function="derivative of signm")},
    samples=lambda make: [Sample((_two_sided(make, 3, 3),)), Sample((_two_sided(make, 2, 2, 2),))],
    loops="r->r z->z",
    public=False,
)
def _sign(a: Tensor) -> Tensor:
    """Matrix sign."""


@composite(
    samples=lambda make: [Sample((_two_sided(make, 3, 3),)), Sample((_two_sided(make, 2, 2, 2),))],
    reference="scipy.linalg.signm",
    rtol=1e-10,
)
def signm(A: Tensor, disp: bool = True) -> Any:
    """
    Compute the matrix sign function, which maps eigenvalues to ±1 by the sign of their real part.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices without eigenvalues on the imaginary axis.
    disp : bool, optional
        If false, return the residual too.

    Returns
    -------
    signm : Tensor, shape (..., n, n)
        The sign.
    errest : Tensor, shape (...)
        1-norm of ``signm @ signm - signm``, as in SciPy, with ``disp=False`` only.

    Raises
    ------
    ValueError
        If `A` is not square or has entries that are not finite.
    numpy.linalg.LinAlgError
        If an eigenvalue is on the imaginary axis.

    Notes
    -----
    Scaled Newton iteration on whole batches (Higham, "Functions of Matrices", chapter 5). The derivative solves a
    Sylvester equation in ``A @ signm(A)``, whose eigenvalues are in the right half-plane.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import signm
    >>> signm(torch.tensor([[2.0, 0.0], [0.0, -3.0]])).round(decimals=4) + 0.0
    tensor([[ 1.,  0.],
            [ 0., -1.]])
    """
    require_square("signm", "A", A)
    s = _sign(A)
    return s if disp else (s, (s @ s - s).abs().sum(-2).amax(-1))


def _away_from_cut(make: Maker) -> list[Sample]:
    return [
        Sample((make.well_conditioned(3, 3), 0.3)),
        Sample((make.well_conditioned(2, 2), -1.25)),
        Sample((make.well_conditioned(2, 2), 3)),
    ]


@composite(samples=_away_from_cut, arrays=("A",), reference="scipy.linalg.fractional_matrix_power", rtol=1e-11)
def fractional_matrix_power(A: Tensor, t: float | Tensor) -> Tensor:
    """
    Compute the principal power of a matrix with any real exponent.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices; without zero eigenvalues unless `t` is a natural number.
    t : float or Tensor, shape (...)
        Exponent, with a derivative if it is a tensor.

    Returns
    -------
    Tensor, shape (..., n, n)
        ``expm(t logm(A))``; complex for a real matrix with an eigenvalue on the negative real axis.

    Raises
    ------
    ValueError
        If `A` is not square, or real under ``vmap`` or ``torch.compile`` while its power is complex.
    numpy.linalg.LinAlgError
        If a matrix is singular and `t` is not a natural number.

    Notes
    -----
    Whole powers by repeated squaring, of the nearest whole number below; the fraction that is left by :func:`logm` and
    :func:`expm`, whose derivatives it inherits.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import fractional_matrix_power
    >>> fractional_matrix_power(torch.tensor([[4.0, 0.0], [0.0, 9.0]]), 0.5).round(decimals=4)
    tensor([[2., 0.],
            [0., 3.]])
    """
    require_square("fractional_matrix_power", "A", A)
    if isinstance(t, Tensor):
        return _expm(t[..., None, None] * logm(A))
    whole = int(t // 1)
    fraction = float(t) - whole
    base = _inverse(A) if whole < 0 else A
    power = torch.linalg.matrix_power(base, abs(whole))
    if fraction == 0:
        return power
    root: Tensor = _expm(fraction * logm(A))
    return power.to(root.dtype) @ root
