"""Fourier transforms over several axes with SciPy's arguments, computed by torch's FFT."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..op import composite
from . import without_views
from .fourier_axes import over_axes, real_samples, samples


@composite(samples=samples, reference="scipy.fft.fftn")
def fftn(
    x: Tensor,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Discrete Fourier transform over several axes.

    Parameters
    ----------
    x : array
        Real or complex array of one or more dimensions.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros.
        By default, and where it is -1, as many as `x` has.
    axes : sequence of int
        The axes transformed, by default the last ``len(s)``, or all.
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
    >>> from scitorch.fft import fftn
    >>> fftn(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).real
    tensor([[10., -2.],
            [-4.,  0.]])
    """
    return over_axes(torch.fft.fftn, "fftn", x, s, axes, norm, workers, plan)


@composite(samples=samples, reference="scipy.fft.ifftn")
def ifftn(
    x: Tensor,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Inverse discrete Fourier transform over several axes.

    Parameters
    ----------
    x : array
        Real or complex array of one or more dimensions.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros.
        By default, and where it is -1, as many as `x` has.
    axes : sequence of int
        The axes transformed, by default the last ``len(s)``, or all.
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
    >>> from scitorch.fft import ifftn
    >>> ifftn(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).real
    tensor([[ 2.5000, -0.5000],
            [-1.0000,  0.0000]])
    """
    return over_axes(torch.fft.ifftn, "ifftn", x, s, axes, norm, workers, plan)


@composite(samples=real_samples, reference="scipy.fft.rfftn")
def rfftn(
    x: Tensor,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Half spectrum of a real array over several axes.

    Parameters
    ----------
    x : array
        Real array of one or more dimensions.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros.
        By default, and where it is -1, as many as `x` has.
    axes : sequence of int
        The axes transformed, by default the last ``len(s)``, or all.
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
    >>> from scitorch.fft import rfftn
    >>> rfftn(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).real
    tensor([[10., -2.],
            [-4.,  0.]])
    """
    return over_axes(torch.fft.rfftn, "rfftn", x, s, axes, norm, workers, plan, real=True)


@composite(samples=samples, reference="scipy.fft.irfftn")
def irfftn(
    x: Tensor,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Real array of a half spectrum over several axes, the inverse of :func:`rfftn`.

    Parameters
    ----------
    x : array
        Real or complex array of one or more dimensions.
    s : sequence of int, optional
        Number of points along each axis of the result; `x` is cut to that or filled up with zeros. By default
        2(m - 1) along the last axis, where `x` has m terms, and as many as `x` has along the others and where
        it is -1.
    axes : sequence of int
        The axes transformed, by default the last ``len(s)``, or all.
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
    >>> from scitorch.fft import irfftn
    >>> irfftn(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[ 2.5000, -0.5000],
            [-1.0000,  0.0000]])
    """
    return over_axes(torch.fft.irfftn, "irfftn", x, s, axes, norm, workers, plan, half=True)


@composite(samples=samples, reference="scipy.fft.hfftn")
def hfftn(
    x: Tensor,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Real spectrum of an array with Hermitian symmetry, given by its half, over several axes.

    Parameters
    ----------
    x : array
        Real or complex array of one or more dimensions.
    s : sequence of int, optional
        Number of points along each axis of the result; `x` is cut to that or filled up with zeros. By default
        2(m - 1) along the last axis, where `x` has m terms, and as many as `x` has along the others and where
        it is -1.
    axes : sequence of int
        The axes transformed, by default the last ``len(s)``, or all.
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
    >>> from scitorch.fft import hfftn
    >>> hfftn(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[10., -2.],
            [-4.,  0.]])
    """
    return over_axes(without_views.hfftn, "hfftn", x, s, axes, norm, workers, plan, half=True)


@composite(samples=real_samples, reference="scipy.fft.ihfftn")
def ihfftn(
    x: Tensor,
    s: int | Sequence[int] | None = None,
    axes: int | Sequence[int] | None = None,
    norm: str | None = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: object = None,
) -> Tensor:
    """Half of the Hermitian-symmetric array of a real spectrum, the inverse of :func:`hfftn`.

    Parameters
    ----------
    x : array
        Real array of one or more dimensions.
    s : sequence of int, optional
        Number of points along each axis; `x` is cut to that or filled up with zeros.
        By default, and where it is -1, as many as `x` has.
    axes : sequence of int
        The axes transformed, by default the last ``len(s)``, or all.
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
    >>> from scitorch.fft import ihfftn
    >>> ihfftn(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).real
    tensor([[ 2.5000, -0.5000],
            [-1.0000,  0.0000]])
    """
    return over_axes(without_views.ihfftn, "ihfftn", x, s, axes, norm, workers, plan, real=True)
