"""The negative binomial distribution function and its inverses."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from . import beta_incomplete as beta
from .whole_counts import COUNT, PROBABILITY, TRIALS, WHOLE, with_whole


@elementwise(
    kernel=with_whole("nbdtr", (0, 1)),
    partials={
        "p": lambda k, n, p, out: beta._density(n, torch.floor(k) + 1.0, p),
    },
    undefined={"k": WHOLE, "n": WHOLE},
    domain={"k": COUNT, "n": TRIALS, "p": PROBABILITY},
    reference="scipy.special.nbdtr",
    rtol=1e-11,
)
def nbdtr(k: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """
    Distribution function of the negative binomial distribution.

    Parameters
    ----------
    k : array_like
        Number of failures; its whole part counts.
    n : array_like
        Number of successes, whole.
    p : array_like
        Probability of a success. The shapes broadcast.

    Returns
    -------
    Tensor
        The probability of at most `k` failures before the `n`-th success.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    Iₚ(n, k + 1); see `betainc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import nbdtr
    >>> nbdtr(*torch.tensor([2.0, 3.0, 0.4], dtype=torch.float64))
    tensor(0.3174, dtype=torch.float64)
    """


@elementwise(
    kernel=with_whole("nbdtrc", (0, 1)),
    partials={
        "p": lambda k, n, p, out: -beta._density(n, torch.floor(k) + 1.0, p),
    },
    undefined={"k": WHOLE, "n": WHOLE},
    domain={"k": COUNT, "n": TRIALS, "p": PROBABILITY},
    reference="scipy.special.nbdtrc",
    rtol=1e-11,
)
def nbdtrc(k: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """
    Survival function of the negative binomial distribution.

    Parameters
    ----------
    k : array_like
        Number of failures; its whole part counts.
    n : array_like
        Number of successes, whole.
    p : array_like
        Probability of a success. The shapes broadcast.

    Returns
    -------
    Tensor
        The probability of more than `k` failures before the `n`-th success.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    1 - Iₚ(n, k + 1); see `betaincc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import nbdtrc
    >>> nbdtrc(*torch.tensor([2.0, 3.0, 0.4], dtype=torch.float64))
    tensor(0.6826, dtype=torch.float64)
    """


@elementwise(
    kernel=with_whole("nbdtri", (0, 1)),
    partials={
        "y": lambda k, n, y, out: 1.0 / beta._density(n, torch.floor(k) + 1.0, out),
    },
    undefined={"k": WHOLE, "n": WHOLE},
    domain={"k": COUNT, "n": TRIALS, "y": PROBABILITY},
    reference="scipy.special.nbdtri",
    rtol=1e-11,
)
def nbdtri(k: Tensor, n: Tensor, y: Tensor) -> Tensor:
    """
    Inverse in the probability of a success of the negative binomial distribution function.

    Parameters
    ----------
    k : array_like
        Number of failures; its whole part counts.
    n : array_like
        Number of successes, whole.
    y : array_like
        Value of the distribution function. The shapes broadcast.

    Returns
    -------
    Tensor
        The p with ``nbdtr(k, n, p) == y``.

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
    >>> from scitorch.special import nbdtri
    >>> nbdtri(*torch.tensor([2.0, 3.0, 0.5], dtype=torch.float64))
    tensor(0.5000, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.nbdtrik"),
    partials={
        "y": lambda y, n, p, out: 1.0 / beta._in_b(n, out + 1.0, p),
        "n": lambda y, n, p, out: -beta._in_a(n, out + 1.0, p) / beta._in_b(n, out + 1.0, p),
        "p": lambda y, n, p, out: -beta._density(n, out + 1.0, p) / beta._in_b(n, out + 1.0, p),
    },
    domain={"y": Real(0.45, 0.9), "n": Real(2.0, 10.0), "p": Real(0.2, 0.6)},
    reference="scipy.special.nbdtrik",
    rtol=1e-11,
)
def nbdtrik(y: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """
    Inverse in the number of failures of the negative binomial distribution function.

    Parameters
    ----------
    y : array_like
        Value of the distribution function.
    n : array_like
        Number of successes, real.
    p : array_like
        Probability of a success. The shapes broadcast.

    Returns
    -------
    Tensor
        The real k with Iₚ(n, k + 1) = y.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation, for real `n`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import nbdtrik
    >>> nbdtrik(*torch.tensor([0.5, 3.0, 0.4], dtype=torch.float64))
    tensor(3.3402, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.nbdtrin"),
    partials={
        "k": lambda k, y, p, out: -beta._in_b(out, k + 1.0, p) / beta._in_a(out, k + 1.0, p),
        "y": lambda k, y, p, out: 1.0 / beta._in_a(out, k + 1.0, p),
        "p": lambda k, y, p, out: -beta._density(out, k + 1.0, p) / beta._in_a(out, k + 1.0, p),
    },
    domain={"k": Real(1.0, 8.0), "y": Real(0.1, 0.9), "p": Real(0.2, 0.6)},
    reference="scipy.special.nbdtrin",
    rtol=1e-11,
)
def nbdtrin(k: Tensor, y: Tensor, p: Tensor) -> Tensor:
    """
    Inverse in the number of successes of the negative binomial distribution function.

    Parameters
    ----------
    k : array_like
        Number of failures, real.
    y : array_like
        Value of the distribution function.
    p : array_like
        Probability of a success. The shapes broadcast.

    Returns
    -------
    Tensor
        The real n with Iₚ(n, k + 1) = y.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    The derivatives are those of the implicit equation, for real `k`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import nbdtrin
    >>> nbdtrin(*torch.tensor([2.0, 0.5, 0.4], dtype=torch.float64))
    tensor(2.1043, dtype=torch.float64)
    """
