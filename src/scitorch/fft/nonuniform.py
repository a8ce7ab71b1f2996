"""Nonuniform fast Fourier transforms of types 1, 2 and 3, in one to three dimensions.

Numbering, signs and the names ``eps``, ``isign`` and ``modeord`` are those of the field (FINUFFT, CMCL); the points of
all dimensions come in one array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..op import Maker, Sample, composite
from .extent import integers
from .nonuniform_sums import _collected_modes, _evaluated_modes, _sums_between, direct_modes, direct_sums, direct_values

_EXACT = 1e-13


def _collecting_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(1, 5, 1).real, make(2, 5), 6), {"eps": _EXACT}),
        Sample((make(5, 2).real, make(5), (4, 3)), {"eps": _EXACT, "isign": -1}),
    ]


def _evaluating_samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(5, 1).real, make(6)), {"eps": _EXACT}),
        Sample((make(5, 2).real, make(4, 3)), {"eps": _EXACT, "isign": 1}),
    ]


def _between_samples(make: Maker) -> list[Sample]:
    return [Sample((make(5, d).real, make(5), make(4, d).real), {"eps": _EXACT}) for d in (1, 3)]


def _reference_1(points: Any, strengths: Any, shape: Any, **options: Any) -> Any:
    lengths = (shape,) if isinstance(shape, int) else tuple(shape)
    modes = direct_modes(points, strengths, shape=lengths, **options)
    return modes.reshape(*modes.shape[:-1], *lengths)


def _reference_2(points: Any, modes: Any, *, isign: int = -1, **options: Any) -> Any:
    shape = modes.shape[-points.shape[-1] :]
    flat = modes.reshape(*modes.shape[: -len(shape)], -1)
    return direct_values(points, flat, shape=shape, isign=isign)


@composite(samples=_collecting_samples, reference=_reference_1, rtol=1e-11, arrays=("points", "strengths"))
def nufft1(
    points: Tensor,
    strengths: Tensor,
    shape: int | Sequence[int],
    *,
    eps: float = 1e-6,
    isign: int = 1,
    modeord: int = 0,
) -> Tensor:
    """Nonuniform FFT of type 1: Fourier modes of strengths at arbitrary points.

    Parameters
    ----------
    points : (…, m, d)
        Coordinates of the points in d = 1, 2 or 3 dimensions, of period 2π.
    strengths : (…, m)
        Strengths at the points, real or complex; batch dimensions broadcast against those of `points`.
    shape : int or sequence of d int
        Number of modes along each dimension.
    eps : float
        Error relative to the norm of the result, 1e-14 or more.
    isign : {1, -1}
        Sign of the exponent.
    modeord : {0, 1}
        Modes from the most negative up, or in the order of :func:`fft`.

    Returns
    -------
    (…, n1, …, nd)
        ``f[k] = Σ strengths[j] exp(isign i k·points[j])``, -(n//2) <= k < (n + 1)//2 along each dimension.

    Raises
    ------
    ValueError
        If the points are not finite or not of 1 to 3 coordinates, shapes do not fit, or an option is out of range.

    Notes
    -----
    A. H. Barnett, J. F. Magland & L. af Klinteberg 2019, SIAM J. Sci. Comput. 41, C479. Differentiable in `strengths`
    and in `points`, to the same `eps`. Sets of points that are shared by a batch are sorted once.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import nufft1
    >>> points = torch.tensor([[0.0], [torch.pi]], dtype=torch.float64)
    >>> nufft1(points, torch.ones(2, dtype=torch.float64), 4, eps=1e-12).real.round(decimals=6).abs()
    tensor([2., 0., 2., 0.], dtype=torch.float64)
    """
    lengths = tuple(integers(shape))
    _check("nufft1", points, eps, isign)
    _check_modes("nufft1", points, lengths, modeord)
    modes = _collected_modes(points, strengths, shape=lengths, eps=eps, isign=isign)
    modes = modes.reshape(*modes.shape[:-1], *lengths)
    return torch.fft.ifftshift(modes, list(range(-len(lengths), 0))) if modeord else modes


@composite(samples=_evaluating_samples, reference=_reference_2, rtol=1e-11)
def nufft2(points: Tensor, modes: Tensor, *, eps: float = 1e-6, isign: int = -1, modeord: int = 0) -> Tensor:
    """Nonuniform FFT of type 2: the value at arbitrary points of a Fourier series.

    Parameters
    ----------
    points : (…, m, d)
        Coordinates of the points in d = 1, 2 or 3 dimensions, of period 2π.
    modes : (…, n1, …, nd)
        Coefficients of the series, -(n//2) <= k < (n + 1)//2 along each dimension, real or complex.
    eps : float
        Error relative to the norm of the result, 1e-14 or more.
    isign : {1, -1}
        Sign of the exponent.
    modeord : {0, 1}
        Whether modes come from the most negative up, or in the order of :func:`fft`.

    Returns
    -------
    (…, m)
        ``Σ modes[k] exp(isign i k·points[j])``.

    Raises
    ------
    ValueError
        If the points are not finite or not of 1 to 3 coordinates, shapes do not fit, or an option is out of range.

    Notes
    -----
    With the opposite sign it is the adjoint of :func:`nufft1`, see there. Differentiable in `modes` and in `points`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import nufft2
    >>> points = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    >>> modes = torch.tensor([0.5, 0.0, 0.5], dtype=torch.float64)  # of the cosine
    >>> nufft2(points, modes, eps=1e-12).real
    tensor([1.0000, 0.5403], dtype=torch.float64)
    """
    _check("nufft2", points, eps, isign)
    d = points.shape[-1]
    if modes.ndim < d:
        raise ValueError(f"nufft2: argument 'modes' has shape {tuple(modes.shape)}, but points have {d} coordinates")
    lengths = tuple(modes.shape[-d:])
    _check_modes("nufft2", points, lengths, modeord)
    if modeord:
        modes = torch.fft.fftshift(modes, list(range(-d, 0)))
    return _evaluated_modes(points, modes.flatten(-d), shape=lengths, eps=eps, isign=isign)


@composite(samples=_between_samples, reference=direct_sums, rtol=1e-11)
def nufft3(points: Tensor, strengths: Tensor, targets: Tensor, *, eps: float = 1e-6, isign: int = 1) -> Tensor:
    """Nonuniform FFT of type 3: Fourier transform of strengths at arbitrary points, at arbitrary frequencies.

    Parameters
    ----------
    points : (…, m, d)
        Coordinates of the points in d = 1, 2 or 3 dimensions.
    strengths : (…, m)
        Strengths at the points, real or complex.
    targets : (…, n, d)
        The frequencies.
    eps : float
        Error relative to the norm of the result, 1e-14 or more.
    isign : {1, -1}
        Sign of the exponent.

    Returns
    -------
    (…, n)
        ``f[k] = Σ strengths[j] exp(isign i targets[k]·points[j])``.

    Raises
    ------
    ValueError
        If points or targets are not finite, shapes do not fit, an option is out of range, or the grid would be too
        large: its cells are the product over the dimensions of 4/π times the half widths of points and targets.

    Notes
    -----
    See :func:`nufft1`. Differentiable in all three arguments.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import nufft3
    >>> points = torch.tensor([[0.0], [2.0]], dtype=torch.float64)
    >>> targets = torch.tensor([[0.0], [torch.pi / 2]], dtype=torch.float64)
    >>> nufft3(points, torch.ones(2, dtype=torch.float64), targets, eps=1e-12).real.round(decimals=6).abs()
    tensor([2., 0.], dtype=torch.float64)
    """
    _check("nufft3", points, eps, isign)
    return _sums_between(points, strengths, targets, eps=eps, isign=isign)


def _check(name: str, points: Tensor, eps: float, isign: int) -> None:
    if points.ndim < 2 or not 1 <= points.shape[-1] <= 3:
        raise ValueError(
            f"{name}: argument 'points' has shape {tuple(points.shape)}; wanted (…, m, d), d = 1, 2 or 3 coordinates"
        )
    if not 0 < eps < 1:
        raise ValueError(f"{name}: eps is {eps}; wanted an error between 0 and 1")
    if isign not in (1, -1):
        raise ValueError(f"{name}: isign is {isign}; wanted 1 or -1")


def _check_modes(name: str, points: Tensor, lengths: tuple[int, ...], modeord: int) -> None:
    if len(lengths) != points.shape[-1]:
        raise ValueError(f"{name}: modes of {len(lengths)} dimensions, but points of {points.shape[-1]} coordinates")
    if math.prod(lengths) < 1 or min(lengths) < 1:
        raise ValueError(f"{name}: wanted at least one mode along each dimension, not {lengths}")
    if modeord not in (0, 1):
        raise ValueError(f"{name}: modeord is {modeord}; wanted 0 or 1")
