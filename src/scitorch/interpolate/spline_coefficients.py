"""B-spline coefficients of samples, as sums over taps.

The coefficients are the samples filtered by the inverse of the sampled B-spline. It decays like the power of a pole
(0.27 for cubic splines), so that some thirty taps give all digits of float64, on any device and with any boundary.
"""

from __future__ import annotations

from functools import cache

import numpy
import torch
from torch import Tensor

from .boundaries import fold


@cache
def inverse_filter(order: int, precision: float) -> tuple[float, ...]:
    """One half of the filter that makes coefficients of samples, from its centre to where it is below a precision."""
    from scipy.interpolate import BSpline

    period = 512  # the poles to this power are far below the smallest double
    basis = BSpline.basis_element(numpy.arange(order + 2) - (order + 1) / 2)
    sampled = numpy.zeros(period)
    for k in range(-(order // 2), order // 2 + 1):
        sampled[k] = basis(k) if abs(k) < (order + 1) / 2 else 0.0
    inverse = numpy.fft.irfft(1 / numpy.fft.rfft(sampled).real, period)
    half = inverse[: period // 2]
    length = int(numpy.max(numpy.nonzero(numpy.abs(half) > precision * half[0]))) + 1
    return tuple(half[:length].tolist())


def coefficient_taps(n: int, order: int, boundary: str, precision: float, margin: int = 0) -> tuple[Tensor, Tensor]:
    """Taps of the coefficients of n samples, and of `margin` more at both ends.

    Returns
    -------
    Positions and weights, ``(n + 2 margin, k)``, float64.
    """
    half = inverse_filter(order, precision)
    filter = torch.tensor([*half[:0:-1], *half], dtype=torch.float64, device="cpu")
    reach = len(half) - 1
    centre = torch.arange(-margin, n + margin, device="cpu")
    index = centre[:, None] + torch.arange(-reach, reach + 1, device="cpu")
    weight = filter.expand(index.shape)
    if boundary == "constant":
        weight = weight * ((index >= 0) & (index < n))
    return fold(index, n, boundary), weight.contiguous()
