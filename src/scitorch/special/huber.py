"""Huber's loss functions."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from .regions import nan_where


def _outside(delta: Tensor, value: Tensor) -> Tensor:
    """The derivative of a loss, nan where its width is negative."""
    return nan_where(delta < 0.0, value, delta)


@elementwise(
    kernel=scipy_ufunc("scipy.special.huber"),
    partials={
        "delta": lambda delta, r, out: _outside(delta, (r.abs() - delta).clamp(min=0.0)),
        "r": lambda delta, r, out: _outside(delta, torch.where(r.abs() <= delta, r, delta * torch.sign(r))),
    },
    domain={"delta": Real(0.1, 3.0), "r": Real(-5.0, 5.0, hard=(0.0, 1e-8, 1e8))},
    reference="scipy.special.huber",
)
def huber(delta: Tensor, r: Tensor) -> Tensor:
    """
    Huber loss.

    Parameters
    ----------
    delta : array_like
        Half width of the quadratic part, not negative.
    r : array_like
        Residual; its shape broadcasts with that of `delta`.

    Returns
    -------
    Tensor
        r²/2 for abs(r) <= delta, delta (abs(r) - delta/2) beyond, inf for negative `delta`.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    P. J. Huber, "Robust estimation of a location parameter", Ann. Math. Stat. 35 (1964). Once continuously
    differentiable: at abs(r) = delta the second derivative is that of the quadratic part.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import huber
    >>> huber(torch.tensor(1.0, dtype=torch.float64), torch.tensor([0.5, -3.0], dtype=torch.float64))
    tensor([0.1250, 2.5000], dtype=torch.float64)
    """


def _slope(delta: Tensor, r: Tensor) -> Tensor:
    """r/√(1 + (r/δ)²), without overflow."""
    return delta * (r / torch.hypot(delta, r))


@elementwise(
    kernel=scipy_ufunc("scipy.special.pseudo_huber"),
    partials={
        # δ (√(1 + u²) - 1)² /√(1 + u²) with u = r/δ; √(1 + u²) - 1 = u²/(1 + √(1 + u²)).
        "delta": lambda delta, r, out: _outside(delta, _width_slope(delta, r)),
        "r": lambda delta, r, out: _outside(delta, _slope(delta, r)),
    },
    domain={"delta": Real(0.1, 3.0), "r": Real(-5.0, 5.0, hard=(1e-8, 1e8))},
    reference="scipy.special.pseudo_huber",
)
def pseudo_huber(delta: Tensor, r: Tensor) -> Tensor:
    """
    Pseudo-Huber loss, a smooth form of Huber's.

    Parameters
    ----------
    delta : array_like
        Width of the quadratic part, not negative.
    r : array_like
        Residual; its shape broadcasts with that of `delta`.

    Returns
    -------
    Tensor
        delta² (√(1 + (r/delta)²) - 1), 0 at delta = 0 or r = 0, inf for negative `delta`.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    R. Hartley and A. Zisserman, Multiple View Geometry in Computer Vision (2003), appendix 6.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import pseudo_huber
    >>> pseudo_huber(torch.tensor(1.0, dtype=torch.float64), torch.tensor([0.5, -3.0], dtype=torch.float64))
    tensor([0.1180, 2.1623], dtype=torch.float64)
    """


def _width_slope(delta: Tensor, r: Tensor) -> Tensor:
    root = torch.hypot(delta, r)
    excess = r * (r / (delta + root))
    return excess * (excess / root)
