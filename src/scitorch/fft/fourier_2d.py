"""Fourier transforms over two axes with SciPy's arguments, computed by torch's FFT."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..op import composite
from . import without_views
from .fourier_axes import over_axes, planar_samples, real_planar_samples


@composite(samples=planar_samples, reference="scipy.fft.fft2")
def fft2(
    x: Tensor,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Discrete Fourier transform over two axes.

    Parameters
    ----------
    x : array
        Real or complex array of two or more dimensions.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros.
        By default, and where it is -1, as many as `x` has.
    axes : sequence of int
        The two axes transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root; n is the product of the lengths.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    array
        Complex numbers of the precision of `x`.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    A one-dimensional transform along each axis; computed by torch's FFT.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import fft2
    >>> fft2(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).real
    tensor([[10., -2.],
            [-4.,  0.]])
    """
    return over_axes(torch.fft.fftn, "fft2", x, s, axes, norm, workers, plan)


@composite(samples=planar_samples, reference="scipy.fft.ifft2")
def ifft2(
    x: Tensor,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Inverse discrete Fourier transform over two axes.

    Parameters
    ----------
    x : array
        Real or complex array of two or more dimensions.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros.
        By default, and where it is -1, as many as `x` has.
    axes : sequence of int
        The two axes transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root; n is the product of the lengths.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    array
        Complex numbers of the precision of `x`.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    A one-dimensional inverse transform along each axis; computed by torch's FFT.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import ifft2
    >>> ifft2(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).real
    tensor([[ 2.5000, -0.5000],
            [-1.0000,  0.0000]])
    """
    return over_axes(torch.fft.ifftn, "ifft2", x, s, axes, norm, workers, plan)


@composite(samples=real_planar_samples, reference="scipy.fft.rfft2")
def rfft2(
    x: Tensor,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Half spectrum of a real array over two axes.

    Parameters
    ----------
    x : array
        Real array of two or more dimensions.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros.
        By default, and where it is -1, as many as `x` has.
    axes : sequence of int
        The two axes transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root; n is the product of the lengths.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    array
        Complex numbers of the precision of `x`; n//2 + 1 terms along the last axis.

    Raises
    ------
    TypeError
        If `x` is complex.
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    A half spectrum, :func:`rfft`, along the last axis and a Fourier transform along each other.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import rfft2
    >>> rfft2(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).real
    tensor([[10., -2.],
            [-4.,  0.]])
    """
    return over_axes(torch.fft.rfftn, "rfft2", x, s, axes, norm, workers, plan, real=True)


@composite(samples=planar_samples, reference="scipy.fft.irfft2")
def irfft2(
    x: Tensor,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Real array of a half spectrum over two axes, the inverse of :func:`rfft2`.

    Parameters
    ----------
    x : array
        Real or complex array of two or more dimensions.
    s : sequence of int, optional
        Number of points along each axis of the result; `x` is cut to that or filled up with zeros. By default
        2(m - 1) along the last axis, where `x` has m terms, and as many as `x` has along the others and where
        it is -1.
    axes : sequence of int
        The two axes transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root; n is the product of the lengths.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    array
        Real numbers of the precision of `x`.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    An inverse transform along each axis but the last, then :func:`irfft` along that one.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import irfft2
    >>> irfft2(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[ 2.5000, -0.5000],
            [-1.0000,  0.0000]])
    """
    return over_axes(torch.fft.irfftn, "irfft2", x, s, axes, norm, workers, plan, half=True)


@composite(samples=planar_samples, reference="scipy.fft.hfft2")
def hfft2(
    x: Tensor,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Real spectrum of an array with Hermitian symmetry, given by its half, over two axes.

    Parameters
    ----------
    x : array
        Real or complex array of two or more dimensions.
    s : sequence of int, optional
        Number of points along each axis of the result; `x` is cut to that or filled up with zeros. By default
        2(m - 1) along the last axis, where `x` has m terms, and as many as `x` has along the others and where
        it is -1.
    axes : sequence of int
        The two axes transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root; n is the product of the lengths.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    array
        Real numbers of the precision of `x`.

    Raises
    ------
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    A Fourier transform along each axis but the last, then :func:`hfft` along that one.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import hfft2
    >>> hfft2(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[10., -2.],
            [-4.,  0.]])
    """
    return over_axes(without_views.hfftn, "hfft2", x, s, axes, norm, workers, plan, half=True)


@composite(samples=real_planar_samples, reference="scipy.fft.ihfft2")
def ihfft2(
    x: Tensor,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Half of the Hermitian-symmetric array of a real spectrum, the inverse of :func:`hfft2`.

    Parameters
    ----------
    x : array
        Real array of two or more dimensions.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros.
        By default, and where it is -1, as many as `x` has.
    axes : sequence of int
        The two axes transformed.
    norm : {"backward", "ortho", "forward"}
        Which direction carries the factor 1/n, or both its root; n is the product of the lengths.
    overwrite_x, workers, plan
        Accepted for SciPy's sake; `x` is never overwritten, and torch decides on threads.

    Returns
    -------
    array
        Complex numbers of the precision of `x`; n//2 + 1 terms along the last axis.

    Raises
    ------
    TypeError
        If `x` is complex.
    ValueError, IndexError
        If there is no such axis, no point to transform, or no such normalisation.

    Notes
    -----
    The first half, :func:`ihfft`, along the last axis and an inverse transform along each other.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import ihfft2
    >>> ihfft2(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).real
    tensor([[ 2.5000, -0.5000],
            [-1.0000,  0.0000]])
    """
    return over_axes(without_views.ihfftn, "ihfft2", x, s, axes, norm, workers, plan, real=True)
