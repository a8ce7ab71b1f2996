"""Inverses of the gamma and chi-squared distribution functions in every argument."""

from __future__ import annotations

from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from . import gamma_incomplete as gamma

_PROBABILITY = Real(0.05, 0.95, hard=(0.5,))
_SHAPE = Real(0.5, 10.0, hard=(1.0, 2.0))
_POINT = Real(0.2, 10.0, hard=(0.5, 1.0))


@elementwise(
    kernel=scipy_ufunc("scipy.special.chdtriv"),
    partials={
        "p": lambda p, x, out: 2.0 / gamma._gammainc_in_a(0.5 * out, 0.5 * x),
        "x": lambda p, x, out: -gamma._density(0.5 * out, 0.5 * x) / gamma._gammainc_in_a(0.5 * out, 0.5 * x),
    },
    domain={"p": _PROBABILITY, "x": _POINT},
    reference="scipy.special.chdtriv",
    rtol=1e-11,
)
def chdtriv(p: Tensor, x: Tensor) -> Tensor:
    """
    Inverse in the degrees of freedom of the distribution function of the chi-squared distribution.

    Parameters
    ----------
    p : array_like
        Probability.
    x : array_like
        Point, positive; its shape broadcasts with that of `p`.

    Returns
    -------
    Tensor
        The v with ``chdtr(v, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import chdtriv
    >>> chdtriv(*torch.tensor([0.5, 3.0], dtype=torch.float64))
    tensor(3.6406, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.gdtria"),
    partials={
        "p": lambda p, b, x, out: 1.0 / (x * gamma._density(b, out * x)),
        "b": lambda p, b, x, out: -gamma._gammainc_in_a(b, out * x) / (x * gamma._density(b, out * x)),
        "x": lambda p, b, x, out: -out / x,
    },
    domain={"p": _PROBABILITY, "b": _SHAPE, "x": _POINT},
    reference="scipy.special.gdtria",
    rtol=1e-11,
)
def gdtria(p: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """
    Inverse in the rate of the distribution function of the gamma distribution.

    Parameters
    ----------
    p : array_like
        Probability.
    b : array_like
        Shape, positive.
    x : array_like
        Point, positive. The shapes broadcast.

    Returns
    -------
    Tensor
        The a with ``gdtr(a, b, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gdtria
    >>> gdtria(*torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64))
    tensor(0.5594, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.gdtrib"),
    partials={
        "a": lambda a, p, x, out: -x * gamma._density(out, a * x) / gamma._gammainc_in_a(out, a * x),
        "p": lambda a, p, x, out: 1.0 / gamma._gammainc_in_a(out, a * x),
        "x": lambda a, p, x, out: -a * gamma._density(out, a * x) / gamma._gammainc_in_a(out, a * x),
    },
    domain={"a": Real(0.2, 3.0), "p": _PROBABILITY, "x": _POINT},
    reference="scipy.special.gdtrib",
    rtol=1e-11,
)
def gdtrib(a: Tensor, p: Tensor, x: Tensor) -> Tensor:
    """
    Inverse in the shape of the distribution function of the gamma distribution.

    Parameters
    ----------
    a : array_like
        Rate, positive.
    p : array_like
        Probability.
    x : array_like
        Point, positive. The shapes broadcast.

    Returns
    -------
    Tensor
        The b with ``gdtr(a, b, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gdtrib
    >>> gdtrib(*torch.tensor([1.0, 0.5, 3.0], dtype=torch.float64))
    tensor(3.3267, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.gdtrix"),
    partials={
        "a": lambda a, b, p, out: -out / a,
        "b": lambda a, b, p, out: -gamma._gammainc_in_a(b, a * out) / (a * gamma._density(b, a * out)),
        "p": lambda a, b, p, out: 1.0 / (a * gamma._density(b, a * out)),
    },
    domain={"a": Real(0.2, 3.0), "b": _SHAPE, "p": _PROBABILITY},
    reference="scipy.special.gdtrix",
    rtol=1e-11,
)
def gdtrix(a: Tensor, b: Tensor, p: Tensor) -> Tensor:
    """
    Inverse in the point of the distribution function of the gamma distribution.

    Parameters
    ----------
    a : array_like
        Rate, positive.
    b : array_like
        Shape, positive.
    p : array_like
        Probability. The shapes broadcast.

    Returns
    -------
    Tensor
        The x with ``gdtr(a, b, x) == p``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import gdtrix
    >>> gdtrix(*torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64))
    tensor(1.6783, dtype=torch.float64)
    """
