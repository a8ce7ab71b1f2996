"""One-dimensional Fourier transforms with SciPy's arguments, computed by torch's FFT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..op import Maker, Sample, composite
from . import without_views
from .extent import check_execution, checked_norm, floating, one_axis


def _samples(make: Maker) -> list[Sample]:
    return [
        Sample((make(2, 6),)),
        Sample((make(5, 2),), {"n": 7, "axis": 0, "norm": "ortho"}),
        Sample((make(7),), {"n": 4, "norm": "forward"}),
    ]


def _real_samples(make: Maker) -> list[Sample]:
    return [] if make.dtype.is_complex else _samples(make)


def _along_one_axis(
    transform: Callable[..., Tensor],
    name: str,
    x: Any,
    n: int | None,
    axis: int,
    norm: str | None,
    *,
    real: bool = False,
    half: bool = False,
) -> Tensor:
    x = floating(name, x, real=real)
    n, axis = one_axis(name, x, n, axis)
    if half and n is None and x.shape[axis] < 2:
        raise ValueError(f"{name}: argument 'x' has one term along axis {axis}; wanted two or a length n")
    return transform(x, n, axis, checked_norm(name, norm))


@composite(samples=_samples, reference="scipy.fft.fft")
def fft(
    x: Tensor,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Discrete Fourier transform along one axis.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real or complex.
    n : int, optional
        Number of points of the transform; `x` is cut to that or filled up with zeros. By default
        as many as `x` has.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    (…, n, …)
        Complex numbers of the precision of `x`.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    ``y[k] = Σ x[j] exp(-2πi jk/n)``, from torch's FFT (MKL or pocketfft on the CPU, cuFFT on CUDA).

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import fft
    >>> fft(torch.tensor([1.0, 0.0, -1.0, 0.0])).real
    tensor([0., 2., 0., 2.])
    """
    check_execution("fft", workers, plan)
    return _along_one_axis(torch.fft.fft, "fft", x, n, axis, norm)


@composite(samples=_samples, reference="scipy.fft.ifft")
def ifft(
    x: Tensor,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Inverse discrete Fourier transform along one axis.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real or complex.
    n : int, optional
        Number of points of the transform; `x` is cut to that or filled up with zeros. By default
        as many as `x` has.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    (…, n, …)
        Complex numbers of the precision of `x`.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    ``x[j] = Σ y[k] exp(2πi jk/n) / n``, from torch's FFT (MKL or pocketfft on the CPU, cuFFT on CUDA).

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import ifft
    >>> ifft(torch.tensor([0.0, 2.0, 0.0, 2.0])).real
    tensor([ 1.,  0., -1.,  0.])
    """
    check_execution("ifft", workers, plan)
    return _along_one_axis(without_views.ifft, "ifft", x, n, axis, norm)


@composite(samples=_real_samples, reference="scipy.fft.rfft")
def rfft(
    x: Tensor,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Half spectrum of real sequences along one axis.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real.
    n : int, optional
        Number of points of the transform; `x` is cut to that or filled up with zeros. By default
        as many as `x` has.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    (…, n//2 + 1, …)
        Complex numbers of the precision of `x`.

    Raises
    ------
    TypeError
        If `x` is complex.
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    The first n//2 + 1 terms of :func:`fft`; the others are their conjugates in reverse order.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import rfft
    >>> rfft(torch.tensor([1.0, 0.0, -1.0, 0.0])).real
    tensor([0., 2., 0.])
    """
    check_execution("rfft", workers, plan)
    return _along_one_axis(torch.fft.rfft, "rfft", x, n, axis, norm, real=True)


@composite(samples=_samples, reference="scipy.fft.irfft")
def irfft(
    x: Tensor,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Real sequences of half spectra along one axis, the inverse of :func:`rfft`.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real or complex.
    n : int, optional
        Number of points of the result; `x` is cut to n//2 + 1 terms or filled up with zeros. By default
        2(m - 1) where `x` has m terms.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    (…, n, …)
        Real numbers of the precision of `x`.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    The imaginary parts of the first term and, for even n, of the last are taken to be zero, and so is their
    derivative.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import irfft
    >>> irfft(torch.tensor([0.0, 2.0, 0.0]))
    tensor([ 1.,  0., -1.,  0.])
    """
    check_execution("irfft", workers, plan)
    return _along_one_axis(torch.fft.irfft, "irfft", x, n, axis, norm, half=True)


@composite(samples=_samples, reference="scipy.fft.hfft")
def hfft(
    x: Tensor,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Real spectrum of Hermitian-symmetric sequences, given by their first half, along one axis.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real or complex.
    n : int, optional
        Number of points of the result; `x` is cut to n//2 + 1 terms or filled up with zeros. By default
        2(m - 1) where `x` has m terms.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    (…, n, …)
        Real numbers of the precision of `x`.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    The imaginary parts of the first term and, for even n, of the last are taken to be zero, and so is their
    derivative.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import hfft
    >>> hfft(torch.tensor([1.0, 2.0, 1.0]))
    tensor([ 6.,  0., -2.,  0.])
    """
    check_execution("hfft", workers, plan)
    return _along_one_axis(without_views.hfft, "hfft", x, n, axis, norm, half=True)


@composite(samples=_real_samples, reference="scipy.fft.ihfft")
def ihfft(
    x: Tensor,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """First half of the Hermitian-symmetric sequences of real spectra, the inverse of :func:`hfft`.

    Parameters
    ----------
    x : (…, m, …)
        Sequences, real.
    n : int, optional
        Number of points of the transform; `x` is cut to that or filled up with zeros. By default
        as many as `x` has.
    axis : int
        The axis transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    (…, n//2 + 1, …)
        Complex numbers of the precision of `x`.

    Raises
    ------
    TypeError
        If `x` is complex.
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    ``conj(rfft(x)) / n``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import ihfft
    >>> ihfft(torch.tensor([4.0, 0.0, 4.0, 0.0])).real
    tensor([2., 0., 2.])
    """
    check_execution("ihfft", workers, plan)
    return _along_one_axis(without_views.ihfft, "ihfft", x, n, axis, norm, real=True)
