"""Frequencies of the terms of a spectrum, their order, and lengths that transform fast."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..op import Maker, Sample, composite
from .extent import integers


def fftfreq(n: int, d: float | Tensor = 1.0, *, xp: Any = None, device: Any = None) -> Any:
    """Frequencies of the terms of :func:`fft`, in cycles per unit of the sample spacing.

    Parameters
    ----------
    n : int
        Number of points of the transform.
    d : float or 0-d tensor
        Sample spacing; with a gradient, if it is a tensor that requires one.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device
        Device of the result, by default that of `d` or torch's default.

    Returns
    -------
    (n,)
        ``[0, 1, …, (n-1)//2, -(n//2), …, -1] / (n d)``.

    Raises
    ------
    ValueError
        If `n` is not positive.

    Notes
    -----
    The dtype is that of `d` if it is a tensor, else torch's default.

    Examples
    --------
    >>> from scitorch.fft import fftfreq
    >>> fftfreq(4, 0.5)
    tensor([ 0.0000,  0.5000, -1.0000, -0.5000])
    """
    n = _positive("fftfreq", n)
    order = torch.arange(n, device=_device(d, device))
    return _in_namespace(_over_spacing((order + n // 2) % n - n // 2, n, d), xp)


def rfftfreq(n: int, d: float | Tensor = 1.0, *, xp: Any = None, device: Any = None) -> Any:
    """Frequencies of the terms of :func:`rfft`, in cycles per unit of the sample spacing.

    Parameters
    ----------
    n : int
        Number of points of the transform.
    d : float or 0-d tensor
        Sample spacing; with a gradient, if it is a tensor that requires one.
    xp : array namespace, optional
        Whose array the result is, through its ``asarray``; a tensor by default.
    device
        Device of the result, by default that of `d` or torch's default.

    Returns
    -------
    (n//2 + 1,)
        ``[0, 1, …, n//2] / (n d)``.

    Raises
    ------
    ValueError
        If `n` is not positive.

    Notes
    -----
    The dtype is that of `d` if it is a tensor, else torch's default.

    Examples
    --------
    >>> from scitorch.fft import rfftfreq
    >>> rfftfreq(4, 0.5)
    tensor([0.0000, 0.5000, 1.0000])
    """
    n = _positive("rfftfreq", n)
    return _in_namespace(_over_spacing(torch.arange(n // 2 + 1, device=_device(d, device)), n, d), xp)


def _samples(make: Maker) -> list[Sample]:
    return [Sample((make(5),)), Sample((make(4, 3),), {"axes": 0}), Sample((make(2, 3, 4),), {"axes": (-1, 0)})]


@composite(samples=_samples, integers=True, reference="scipy.fft.fftshift")
def fftshift(x: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """Move the zero frequency to the middle of the spectrum.

    Parameters
    ----------
    x : array
        A spectrum, or anything in its order; of any dtype.
    axes : int or sequence of int, optional
        The axes along which the order changes, by default all.

    Returns
    -------
    array
        The terms of `x`, rolled by half the length.

    Raises
    ------
    IndexError
        If `x` has no such axis.

    Notes
    -----
    Undone by :func:`ifftshift`; the two differ where a length is odd.

    Examples
    --------
    >>> from scitorch.fft import fftfreq, fftshift
    >>> fftshift(fftfreq(5, 0.2))
    tensor([-2., -1.,  0.,  1.,  2.])
    """
    chosen = _axes("fftshift", x, axes)
    return torch.roll(x, [x.shape[a] // 2 for a in chosen], chosen) if chosen else x.clone()


@composite(samples=_samples, integers=True, reference="scipy.fft.ifftshift")
def ifftshift(x: Tensor, axes: int | Sequence[int] | None = None) -> Tensor:
    """Move the zero frequency from the middle of the spectrum to its beginning.

    Parameters
    ----------
    x : array
        A centred spectrum, or anything in its order; of any dtype.
    axes : int or sequence of int, optional
        The axes along which the order changes, by default all.

    Returns
    -------
    array
        The terms of `x`, rolled back by half the length.

    Raises
    ------
    IndexError
        If `x` has no such axis.

    Notes
    -----
    The inverse of :func:`fftshift`; the two differ where a length is odd.

    Examples
    --------
    >>> import torch
    >>> from scitorch.fft import ifftshift
    >>> ifftshift(torch.tensor([-2, -1, 0, 1, 2]))
    tensor([ 0,  1,  2, -2, -1])
    """
    chosen = _axes("ifftshift", x, axes)
    return torch.roll(x, [-(x.shape[a] // 2) for a in chosen], chosen) if chosen else x.clone()


def next_fast_len(target: int, real: bool = False) -> int:
    """Smallest length, at least `target`, that transforms fast.

    Parameters
    ----------
    target : int
        Length wanted, positive.
    real : bool
        Whether for a transform of real numbers.

    Returns
    -------
    int
        A product of 2, 3, 5 and, for complex numbers, 7 and 11.

    Raises
    ------
    ValueError
        If `target` is not positive.

    Notes
    -----
    These are the factors of SciPy's pocketfft; MKL and cuFFT are fast for them too.

    Examples
    --------
    >>> from scitorch.fft import next_fast_len
    >>> next_fast_len(1021)
    1024
    """
    target = _positive("next_fast_len", target, "target")
    from scipy.fft import next_fast_len as fast

    return int(fast(target, real))


def prev_fast_len(target: int, real: bool = False) -> int:
    """Largest length, at most `target`, that transforms fast.

    Parameters
    ----------
    target : int
        Length wanted, positive.
    real : bool
        Whether for a transform of real numbers.

    Returns
    -------
    int
        A product of 2, 3, 5 and, for complex numbers, 7 and 11.

    Raises
    ------
    ValueError
        If `target` is not positive.

    Notes
    -----
    These are the factors of SciPy's pocketfft; MKL and cuFFT are fast for them too.

    Examples
    --------
    >>> from scitorch.fft import prev_fast_len
    >>> prev_fast_len(1021)
    1008
    """
    target = _positive("prev_fast_len", target, "target")
    from scipy.fft import prev_fast_len as fast

    return int(fast(target, real))


def _positive(name: str, n: int, argument: str = "n") -> int:
    n = operator.index(n)
    if n < 1:
        raise ValueError(f"{name}: {argument} is {n}; wanted a positive integer")
    return n


def _device(d: Any, device: Any) -> Any:
    return d.device if device is None and isinstance(d, Tensor) else device


def _over_spacing(order: Tensor, n: int, d: float | Tensor) -> Tensor:
    if isinstance(d, Tensor):
        return order / (n * d)
    return order.to(torch.get_default_dtype()) / (n * d)


def _in_namespace(frequencies: Tensor, xp: Any) -> Any:
    return frequencies if xp is None else xp.asarray(frequencies)


def _axes(name: str, x: Tensor, axes: int | Sequence[int] | None) -> list[int]:
    if axes is None:
        return list(range(x.ndim))
    chosen = integers(axes)
    for axis in chosen:
        if not -x.ndim <= axis < x.ndim:
            raise IndexError(f"{name}: axes has {axis}, but argument 'x' has shape {tuple(x.shape)}")
    return chosen
