"""The matrix exponential."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_square
from .matrix_parts import adjoint, broadcast_batch, identity_like

#: Largest norms for which the diagonal Padé approximants of degree 3, 5, 7, 9, 13 have a backward error below the
#: roundoff 2^-53 (Higham 2005, SIAM J. Matrix Anal. Appl. 26, table 2.3).
PADE_RADIUS = {
    3: 1.495585217958292e-2,
    5: 2.539398330063230e-1,
    7: 9.504178996162932e-1,
    9: 2.097847961257068e0,
    13: 4.25,  # lowered from 5.37 so that the denominator stays well conditioned (Al-Mohy & Higham 2009, table 3.1)
}


def pade_coefficients(m: int) -> list[float]:
    """Numerator coefficients of the [m/m] Padé approximant of exp, scaled to be whole numbers."""
    last = math.factorial(2 * m) // math.factorial(m)
    return [float(last * math.comb(m, j) * math.factorial(2 * m - j) // math.factorial(2 * m)) for j in range(m + 1)]


def _one_norm(a: Tensor) -> Tensor:
    return a.abs().sum(-2).amax(-1)


def _pade(a: Tensor, powers: list[Tensor], m: int) -> Tensor:
    """The [m/m] approximant; ``powers`` are a², a⁴, a⁶ (and a⁸)."""
    c = pade_coefficients(m)
    eye = identity_like(a)
    if m == 13:  # powers above a⁶ by one product more, Higham 2005, equation (2.11)
        a2, a4, a6 = powers[:3]
        odd = a6 @ (c[13] * a6 + c[11] * a4 + c[9] * a2) + c[7] * a6 + c[5] * a4 + c[3] * a2 + c[1] * eye
        even = a6 @ (c[12] * a6 + c[10] * a4 + c[8] * a2) + c[6] * a6 + c[4] * a4 + c[2] * a2 + c[0] * eye
    else:
        odd, even = c[1] * eye, c[0] * eye
        for k, power in enumerate(powers[: m // 2]):
            odd = odd + c[2 * k + 3] * power
            even = even + c[2 * k + 2] * power
    odd = a @ odd
    solution: Tensor = torch.linalg.solve_ex(even - odd, even + odd)[0]
    return solution


def _missed_digits(a: Tensor, m: int) -> Tensor:
    """Further halvings that keep rounding errors of |a|^(2m+1) below the roundoff (Al-Mohy & Higham 2009, (5.2))."""
    magnitude = a.abs()
    norms = torch.ones(*a.shape[:-2], 1, a.shape[-1], dtype=magnitude.dtype, device=a.device)
    for _ in range(2 * m + 1):
        norms = norms @ magnitude
    coefficient = float(math.comb(2 * m, m) * math.factorial(2 * m + 1))
    alpha = norms.amax((-2, -1)) / _one_norm(a).clamp(min=torch.finfo(magnitude.dtype).tiny) / coefficient
    roundoff = torch.finfo(magnitude.dtype).eps / 2
    halvings = torch.ceil(torch.log2(alpha / roundoff) / (2 * m))
    return torch.nan_to_num(halvings, 0.0, 0.0, 0.0).clamp(min=0)


def _expm_kernel(a: Tensor) -> Tensor:
    n = a.shape[-1]
    if a.numel() == 0:
        return a.clone()
    if n == 1:
        return a.exp()
    finite = torch.isfinite(a).all(-1).all(-1)[..., None, None]
    a = torch.where(finite, a, 0)
    a2 = a @ a
    norm = float(_one_norm(a).max())
    a4 = a2 @ a2
    a6 = a4 @ a2
    powers = [a2, a4, a6]
    for m in (3, 5, 7, 9):
        if norm <= PADE_RADIUS[m]:
            if m == 9:
                powers.append(a4 @ a4)
            return torch.where(finite, _pade(a, powers, m), torch.nan)
    # ‖aᵏ‖^(1/k) may be far below ‖a‖; scaling by it avoids needless squarings (Al-Mohy & Higham 2009, algorithm 5.1).
    d4, d6 = _one_norm(a4) ** (1 / 4), _one_norm(a6) ** (1 / 6)
    d8 = _one_norm(a4 @ a4) ** (1 / 8)
    radius = torch.minimum(torch.maximum(d4, d6), torch.maximum(d6, d8)).clamp(min=torch.finfo(d4.dtype).tiny)
    squarings = torch.ceil(torch.log2(radius / PADE_RADIUS[13])).clamp(min=0)
    squarings = torch.nan_to_num(squarings, 0.0, 0.0, 0.0)
    squarings = squarings + _missed_digits(a * torch.exp2(-squarings)[..., None, None], 13)
    scale = torch.exp2(-squarings)[..., None, None]
    x = _pade(a * scale, [a2 * scale**2, a4 * scale**4, a6 * scale**6], 13)
    for k in range(int(squarings.max())):
        x = torch.where((squarings > k)[..., None, None], x @ x, x)
    return torch.where(finite, x, torch.nan)


def _magnitude_kernel(a: Tensor) -> Tensor:
    if not a.numel():
        return torch.zeros(a.shape[:-2], dtype=torch.int64, device=a.device)
    norm = _one_norm(a)
    sensible = (norm > 0) & torch.isfinite(norm)
    return torch.frexp(torch.where(sensible, norm, 0.5)).exponent.to(torch.int64)


@gufunc(
    "(n,n)->()",
    kernel=_magnitude_kernel,
    samples=lambda make: [Sample((make(3, 3),))],
    loops="r->i z->i",
    jvp={"a": lambda out, a, da: None},
    public=False,
)
def _magnitude(a: Tensor) -> Tensor:
    """The power of two that bounds the 1-norm of a matrix; 0 for the zero matrix."""


def upper_right_block(function: Callable[[Tensor], Tensor], a: Tensor, e: Tensor) -> Tensor:
    """The Fréchet derivative of a matrix function at ``a`` in the direction ``e``.

    ``f([[a, e], [0, a]]) = [[f(a), L(a, e)], [0, f(a)]]`` (Mathias 1996, SIAM J. Matrix Anal. Appl. 17, theorem 2.1).
    The direction is brought to norm one, because the algorithm for ``f`` scales by the norm of the whole.
    """
    n = a.shape[-1]
    size = torch.exp2(_magnitude(e).to(e.real.dtype if e.is_complex() else e.dtype))[..., None, None]
    shape = (*broadcast_batch(a, e), n, n)
    a, e = a.expand(shape), (e / size).expand(shape)
    top, bottom = torch.cat([a, e], -1), torch.cat([torch.zeros_like(a), a], -1)
    return function(torch.cat([top, bottom], -2))[..., :n, n:] * size


@gufunc(
    "(n,n)->(n,n)",
    kernel=_expm_kernel,
    jvp={"a": lambda x, a, da: upper_right_block(_expm, a, da)},
    vjp={"a": lambda g, x, a: upper_right_block(_expm, adjoint(a), g)},
    samples=lambda make: [Sample((make(3, 3),)), Sample((3 * make(2, 2, 2),))],
    loops="r->r z->z",
    public=False,
)
def _expm(a: Tensor) -> Tensor:
    """Exponential of a matrix."""


def _expm_samples(make: Maker) -> list[Sample]:
    return [Sample((make(3, 3),)), Sample((4 * make(2, 2, 2),)), Sample((make(4, 4) / 50,))]


@composite(samples=_expm_samples, reference="scipy.linalg.expm", rtol=1e-11)
def expm(A: Tensor) -> Tensor:
    """
    Compute the matrix exponential.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.

    Returns
    -------
    Tensor, shape (..., n, n)
        The exponentials. A matrix with entries that are not finite has a result of NaN.

    Raises
    ------
    ValueError
        If `A` is not square.

    Notes
    -----
    Padé approximation with scaling and squaring (Higham 2005, SIAM J. Matrix Anal. Appl. 26; scaling by powers of the
    matrix after Al-Mohy & Higham 2009, ibid. 31), on whole batches. The derivative is the block of the exponential of
    ``[[A, E], [0, A]]`` (Mathias 1996, ibid. 17), of every order.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import expm
    >>> expm(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor([[1., 1.],
            [0., 1.]])
    """
    require_square("expm", "A", A)
    return _expm(A)
