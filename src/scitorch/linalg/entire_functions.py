"""Functions of a matrix that are made of exponentials, and the Fréchet derivative of the exponential."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite

from .arguments import require_square
from .exponential import _expm, upper_right_block
from .linear_solve import _solve


def _small(make: Maker) -> list[Sample]:
    return [Sample((make(3, 3),)), Sample((make(2, 2, 2),))]


def _turned(a: Tensor) -> Tensor:
    """``i a``."""
    return 1j * a if a.is_complex() else torch.complex(torch.zeros_like(a), a)


def _floating(a: Tensor) -> Tensor:
    return a if a.is_floating_point() or a.is_complex() else a.to(torch.get_default_dtype())


def _cosine_sine(a: Tensor) -> tuple[Tensor, Tensor]:
    """The matrix cosine and sine, by Euler's formula."""
    a = _floating(a)
    forward = _expm(_turned(a))
    if not a.is_complex():
        return forward.real, forward.imag
    backward = _expm(-_turned(a))
    return (forward + backward) / 2, (forward - backward) / 2j


@composite(samples=_small, reference="scipy.linalg.cosm", rtol=1e-11)
def cosm(A: Tensor) -> Tensor:
    """
    Compute the matrix cosine.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.

    Returns
    -------
    Tensor, shape (..., n, n)
        The cosines.

    Raises
    ------
    ValueError
        If `A` is not square.

    Notes
    -----
    The real part of ``expm(1j * A)`` for real matrices, else the mean of two exponentials.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import cosm
    >>> cosm(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    require_square("cosm", "A", A)
    return _cosine_sine(A)[0]


@composite(samples=_small, reference="scipy.linalg.sinm", rtol=1e-11)
def sinm(A: Tensor) -> Tensor:
    """
    Compute the matrix sine.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.

    Returns
    -------
    Tensor, shape (..., n, n)
        The sines.

    Raises
    ------
    ValueError
        If `A` is not square.

    Notes
    -----
    The imaginary part of ``expm(1j * A)`` for real matrices, else half the difference of two exponentials.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import sinm
    >>> sinm(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor([[0., 1.],
            [0., 0.]])
    """
    require_square("sinm", "A", A)
    return _cosine_sine(A)[1]


@composite(samples=_small, reference="scipy.linalg.tanm", rtol=1e-10)
def tanm(A: Tensor) -> Tensor:
    """
    Compute the matrix tangent.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.

    Returns
    -------
    Tensor, shape (..., n, n)
        The tangents.

    Raises
    ------
    ValueError
        If `A` is not square.
    numpy.linalg.LinAlgError
        If the cosine is singular.

    Notes
    -----
    ``solve(cosm(A), sinm(A))``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import tanm
    >>> tanm(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor([[0., 1.],
            [0., 0.]])
    """
    require_square("tanm", "A", A)
    return _solve(*_cosine_sine(A))


@composite(samples=_small, reference="scipy.linalg.coshm", rtol=1e-11)
def coshm(A: Tensor) -> Tensor:
    """
    Compute the matrix hyperbolic cosine.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.

    Returns
    -------
    Tensor, shape (..., n, n)
        The hyperbolic cosines.

    Raises
    ------
    ValueError
        If `A` is not square.

    Notes
    -----
    The mean of ``expm(A)`` and ``expm(-A)``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import coshm
    >>> coshm(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    require_square("coshm", "A", A)
    return (_expm(A) + _expm(-A)) / 2


@composite(samples=_small, reference="scipy.linalg.sinhm", rtol=1e-11)
def sinhm(A: Tensor) -> Tensor:
    """
    Compute the matrix hyperbolic sine.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.

    Returns
    -------
    Tensor, shape (..., n, n)
        The hyperbolic sines.

    Raises
    ------
    ValueError
        If `A` is not square.

    Notes
    -----
    Half the difference of ``expm(A)`` and ``expm(-A)``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import sinhm
    >>> sinhm(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor([[0., 1.],
            [0., 0.]])
    """
    require_square("sinhm", "A", A)
    return (_expm(A) - _expm(-A)) / 2


@composite(samples=_small, reference="scipy.linalg.tanhm", rtol=1e-10)
def tanhm(A: Tensor) -> Tensor:
    """
    Compute the matrix hyperbolic tangent.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Square matrices.

    Returns
    -------
    Tensor, shape (..., n, n)
        The hyperbolic tangents.

    Raises
    ------
    ValueError
        If `A` is not square.
    numpy.linalg.LinAlgError
        If the hyperbolic cosine is singular.

    Notes
    -----
    ``solve(coshm(A), sinhm(A))``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import tanhm
    >>> tanhm(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor([[0., 1.],
            [0., 0.]])
    """
    require_square("tanhm", "A", A)
    growing, shrinking = _expm(A), _expm(-A)
    return _solve(growing + shrinking, growing - shrinking)


@composite(
    samples=lambda make: [Sample((make(3, 3), make(3, 3))), Sample((make(2, 2, 2), make(2, 2, 2)))],
    reference="scipy.linalg.expm_frechet",
    rtol=1e-11,
)
def expm_frechet(
    A: Tensor, E: Tensor, method: str | None = None, compute_expm: bool = True, check_finite: bool = True
) -> Any:
    """
    Compute the Fréchet derivative of the matrix exponential.

    Parameters
    ----------
    A : Tensor, shape (..., n, n)
        Where the exponential is differentiated.
    E : Tensor, shape (..., n, n)
        The direction.
    method : {"SPS", "blockEnlarge"}, optional
        Accepted for SciPy's sake; the block-enlarged exponential is always used.
    compute_expm : bool, optional
        Return the exponential too.
    check_finite : bool, optional
        Accepted for SciPy's sake; matrices that are not finite have results of NaN.

    Returns
    -------
    expm_A : Tensor, shape (..., n, n)
        The exponential; unless `compute_expm` is false.
    expm_frechet_AE : Tensor, shape (..., n, n)
        The derivative.

    Raises
    ------
    ValueError
        If `A` is not square, `E` has another size, or the method is unknown.

    Notes
    -----
    The upper right block of the exponential of ``[[A, E], [0, A]]`` (Mathias 1996, SIAM J. Matrix Anal. Appl. 17).

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import expm_frechet
    >>> expm_frechet(torch.zeros(2, 2), torch.ones(2, 2), compute_expm=False)
    tensor([[1., 1.],
            [1., 1.]])
    """
    require_square("expm_frechet", "A", A)
    require_square("expm_frechet", "E", E)
    if E.shape[-1] != A.shape[-1]:
        raise ValueError(
            f"expm_frechet: argument 'E' has shape {tuple(E.shape)}; wanted matrices of the size of 'A', "
            f"{tuple(A.shape[-2:])}"
        )
    if method not in (None, "SPS", "blockEnlarge"):
        raise ValueError(f"expm_frechet: method is {method!r}; wanted 'SPS' or 'blockEnlarge'")
    dtype = torch.promote_types(_floating(A).dtype, _floating(E).dtype)
    a, e = A.to(dtype), E.to(dtype)
    slope = upper_right_block(_expm, a, e)
    return (_expm(a), slope) if compute_expm else slope
