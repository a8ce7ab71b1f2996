"""The Poisson distribution function and its inverses."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from . import gamma_incomplete as gamma
from .whole_counts import COUNT, PROBABILITY, WHOLE, with_whole


@elementwise(
    kernel=scipy_ufunc("scipy.special.pdtr"),
    partials={
        "m": lambda k, m, out: -gamma._density(torch.floor(k) + 1.0, m),
    },
    undefined={"k": WHOLE},
    domain={"k": COUNT, "m": Real(0.1, 20.0, hard=(1.0,))},
    reference="scipy.special.pdtr",
    rtol=1e-11,
)
def pdtr(k: Tensor, m: Tensor) -> Tensor:
    """
    Distribution function of the Poisson distribution.

    Parameters
    ----------
    k : array_like
        Number of events; its whole part counts.
    m : array_like
        Expected number of events, not negative. The shapes broadcast.

    Returns
    -------
    Tensor
        The probability of at most `k` events.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    Q(k + 1, m); see `gammaincc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import pdtr
    >>> pdtr(*torch.tensor([2.0, 1.5], dtype=torch.float64))
    tensor(0.8088, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.pdtrc"),
    partials={
        "m": lambda k, m, out: gamma._density(torch.floor(k) + 1.0, m),
    },
    undefined={"k": WHOLE},
    domain={"k": COUNT, "m": Real(0.1, 20.0, hard=(1.0,))},
    reference="scipy.special.pdtrc",
    rtol=1e-11,
)
def pdtrc(k: Tensor, m: Tensor) -> Tensor:
    """
    Survival function of the Poisson distribution.

    Parameters
    ----------
    k : array_like
        Number of events; its whole part counts.
    m : array_like
        Expected number of events, not negative. The shapes broadcast.

    Returns
    -------
    Tensor
        The probability of more than `k` events, accurate where it is small.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    P(k + 1, m); see `gammainc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import pdtrc
    >>> pdtrc(*torch.tensor([2.0, 1.5], dtype=torch.float64))
    tensor(0.1912, dtype=torch.float64)
    """


@elementwise(
    kernel=with_whole("pdtri", (0,)),
    partials={
        "y": lambda k, y, out: -1.0 / gamma._density(torch.floor(k) + 1.0, out),
    },
    undefined={"k": WHOLE},
    domain={"k": COUNT, "y": PROBABILITY},
    reference="scipy.special.pdtri",
    rtol=1e-11,
)
def pdtri(k: Tensor, y: Tensor) -> Tensor:
    """
    Inverse in the expected number of events of the Poisson distribution function.

    Parameters
    ----------
    k : array_like
        Number of events; its whole part counts.
    y : array_like
        Value of the distribution function. The shapes broadcast.

    Returns
    -------
    Tensor
        The m with ``pdtr(k, m) == y``.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivative is that of the implicit equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import pdtri
    >>> pdtri(*torch.tensor([2.0, 0.5], dtype=torch.float64))
    tensor(2.6741, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.pdtrik"),
    partials={
        "p": lambda p, m, out: -1.0 / gamma._gammainc_in_a(out + 1.0, m),
        "m": lambda p, m, out: -gamma._density(out + 1.0, m) / gamma._gammainc_in_a(out + 1.0, m),
    },
    domain={"p": Real(0.1, 0.95), "m": Real(3.0, 20.0)},
    reference="scipy.special.pdtrik",
    rtol=1e-11,
)
def pdtrik(p: Tensor, m: Tensor) -> Tensor:
    """
    Inverse in the number of events of the Poisson distribution function.

    Parameters
    ----------
    p : array_like
        Value of the distribution function.
    m : array_like
        Expected number of events, not negative. The shapes broadcast.

    Returns
    -------
    Tensor
        The real k with Q(k + 1, m) = p.

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
    >>> from scitorch.special import pdtrik
    >>> pdtrik(*torch.tensor([0.5, 3.0], dtype=torch.float64))
    tensor(2.3267, dtype=torch.float64)
    """
