"""Sums and ratios of exponentials along an axis."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from scitorch.op import Maker, Sample, composite

from .regions import real_part

Axis = int | Sequence[int] | None


def _axes(x: Tensor, axis: Axis) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(x.ndim))
    return (axis,) if isinstance(axis, int) else tuple(axis)


def _floating(x: Tensor) -> Tensor:
    return x if x.is_floating_point() or x.is_complex() else x.to(torch.get_default_dtype())


def _largest(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The largest real part along the axes, a constant for differentiation; 0 where it is not finite."""
    real = real_part(x)
    if any(real.shape[axis] == 0 for axis in axes):
        return real.sum(dim=axes, keepdim=True)  # nothing to compare: the sum of exponentials is 0
    largest = torch.amax(real, dim=axes, keepdim=True) if axes else real
    return torch.where(torch.isfinite(largest), largest, 0.0)


def _samples(make: Maker) -> list[Sample]:
    x = make(3, 4)
    return [Sample((x,)), Sample((x,), {"axis": -1}), Sample((100 * x,), {"axis": 0})]


def _real_samples(make: Maker) -> list[Sample]:
    return _samples(make) if make.dtype.is_floating_point else []


def _sums(make: Maker) -> list[Sample]:
    x = make(3, 4)
    return [*_samples(make), Sample((x,), {"axis": (0, 1), "keepdims": True}), Sample((x, 1, make(3, 4).abs() + 0.1))]


@composite(samples=_sums, arrays=("a", "b"), reference="scipy.special.logsumexp")
def logsumexp(
    a: Tensor, axis: Axis = None, b: Tensor | None = None, keepdims: bool = False, return_sign: bool = False
) -> Tensor | tuple[Tensor, Tensor]:
    """
    Logarithm of a sum of exponentials.

    Parameters
    ----------
    a : array_like
        Real or complex exponents.
    axis : int or tuple of int, optional
        Axes to sum over, all by default.
    b : array_like, optional
        Weights of the exponentials, of a shape that broadcasts with that of `a`.
    keepdims : bool, optional
        Whether the summed axes stay, with length 1.
    return_sign : bool, optional
        Whether to return the sign of the sum and the logarithm of its absolute value.

    Returns
    -------
    Tensor or tuple of Tensor
        log Σ b exp(a), or with `return_sign` log|Σ b exp(a)| and the sign; nan for a negative real sum without it.

    Raises
    ------
    IndexError
        If an axis does not exist.

    Notes
    -----
    The largest exponent is taken out of the sum, so that nothing overflows.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import logsumexp
    >>> logsumexp(torch.tensor([1000.0, 1000.0], dtype=torch.float64))
    tensor(1000.6931, dtype=torch.float64)
    """
    a = _floating(a)
    if b is not None:
        a, b = torch.broadcast_tensors(a, _floating(b))  # type: ignore[no-untyped-call]
    axes = _axes(a, axis)
    shift = _largest(a if b is None else torch.where(b == 0, -torch.inf, a), axes)
    terms = torch.exp(a - shift)
    if b is not None:
        terms = torch.where(b == 0, 0.0, b * torch.where(b == 0, 0.0, terms))
    total = torch.sum(terms, dim=axes, keepdim=True) if axes else terms
    if return_sign:
        sign = torch.sgn(total)
        logarithm = torch.log(total.abs()) + shift
    else:
        logarithm = torch.log(total) + shift
    if not keepdims and axes:
        logarithm = logarithm.squeeze(axes)
        if return_sign:
            sign = sign.squeeze(axes)
    return (logarithm, sign) if return_sign else logarithm


@composite(samples=_real_samples, reference="scipy.special.softmax")
def softmax(x: Tensor, axis: Axis = None) -> Tensor:
    """
    Softmax, exponentials divided by their sum.

    Parameters
    ----------
    x : array_like
        Real exponents.
    axis : int or tuple of int, optional
        Axes to sum over, all by default.

    Returns
    -------
    Tensor
        exp(x)/Σ exp(x), of the shape of `x`.

    Raises
    ------
    IndexError
        If an axis does not exist.

    Notes
    -----
    The largest exponent is subtracted first, so that nothing overflows.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import softmax
    >>> softmax(torch.tensor([0.0, 1000.0], dtype=torch.float64))
    tensor([0., 1.], dtype=torch.float64)
    """
    x = _floating(x)
    axes = _axes(x, axis)
    if not axes:
        return torch.exp(x - x)
    exponentials = torch.exp(x - _largest(x, axes))
    return exponentials / torch.sum(exponentials, dim=axes, keepdim=True)


@composite(samples=_real_samples, reference="scipy.special.log_softmax")
def log_softmax(x: Tensor, axis: Axis = None) -> Tensor:
    """
    Logarithm of the softmax.

    Parameters
    ----------
    x : array_like
        Real exponents.
    axis : int or tuple of int, optional
        Axes to sum over, all by default.

    Returns
    -------
    Tensor
        x - log Σ exp(x), of the shape of `x`.

    Raises
    ------
    IndexError
        If an axis does not exist.

    Notes
    -----
    See `logsumexp`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import log_softmax
    >>> log_softmax(torch.tensor([0.0, 1000.0], dtype=torch.float64))
    tensor([-1000.,     0.], dtype=torch.float64)
    """
    x = _floating(x)
    axes = _axes(x, axis)
    if not axes:
        return x - x
    shifted = x - _largest(x, axes)
    return shifted - torch.log(torch.sum(torch.exp(shifted), dim=axes, keepdim=True))
