"""The binomial distribution function and its inverses."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Real, elementwise
from scitorch.op.kernel import scipy_ufunc

from . import beta_incomplete as beta
from .whole_counts import COUNT, PROBABILITY, TRIALS, WHOLE, with_whole


def _binomial_density(k: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """-∂/∂p of the binomial distribution function I_{1-p}(n - k, k + 1), which is 1 from k = n on."""
    k = torch.floor(k)
    inside = k < n
    value = beta._density(torch.where(inside, n - k, 1.0), k + 1.0, 1.0 - p)
    return torch.where(inside, value, 0.0 * p)


def _in_count(k: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """∂/∂k of I_{1-p}(n - k, k + 1) = 1 - I_p(k + 1, n - k)."""
    return beta._in_b(k + 1.0, n - k, p) - beta._in_a(k + 1.0, n - k, p)


def _in_trials(k: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """∂/∂n of I_{1-p}(n - k, k + 1)."""
    return -beta._in_b(k + 1.0, n - k, p)


def _in_probability(k: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """∂/∂p of I_{1-p}(n - k, k + 1) at a real k."""
    return -beta._density(k + 1.0, n - k, p)


@elementwise(
    kernel=with_whole("bdtr", (1,)),
    partials={
        "p": lambda k, n, p, out: -_binomial_density(k, n, p),
    },
    undefined={"k": WHOLE, "n": WHOLE},
    domain={"k": COUNT, "n": TRIALS, "p": PROBABILITY},
    reference="scipy.special.bdtr",
    rtol=1e-11,
)
def bdtr(k: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """
    Distribution function of the binomial distribution.

    Parameters
    ----------
    k : array_like
        Number of successes; its whole part counts.
    n : array_like
        Number of trials, whole.
    p : array_like
        Probability of a success. The shapes broadcast.

    Returns
    -------
    Tensor
        The probability of at most `k` successes.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    A regularised incomplete beta function; see `betainc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import bdtr
    >>> bdtr(*torch.tensor([2.0, 10.0, 0.3], dtype=torch.float64))
    tensor(0.3828, dtype=torch.float64)
    """


@elementwise(
    kernel=with_whole("bdtrc", (1,)),
    partials={
        "p": lambda k, n, p, out: _binomial_density(k, n, p),
    },
    undefined={"k": WHOLE, "n": WHOLE},
    domain={"k": COUNT, "n": TRIALS, "p": PROBABILITY},
    reference="scipy.special.bdtrc",
    rtol=1e-11,
)
def bdtrc(k: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """
    Survival function of the binomial distribution.

    Parameters
    ----------
    k : array_like
        Number of successes; its whole part counts.
    n : array_like
        Number of trials, whole.
    p : array_like
        Probability of a success. The shapes broadcast.

    Returns
    -------
    Tensor
        The probability of more than `k` successes, accurate where it is small.

    Raises
    ------
    TypeError
        If an argument is complex.

    Notes
    -----
    A regularised incomplete beta function; see `betainc`.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import bdtrc
    >>> bdtrc(*torch.tensor([2.0, 10.0, 0.3], dtype=torch.float64))
    tensor(0.6172, dtype=torch.float64)
    """


@elementwise(
    kernel=with_whole("bdtri", (1,)),
    partials={
        "y": lambda k, n, y, out: -1.0 / _binomial_density(k, n, out),
    },
    undefined={"k": WHOLE, "n": WHOLE},
    domain={"k": COUNT, "n": TRIALS, "y": PROBABILITY},
    reference="scipy.special.bdtri",
    rtol=1e-11,
)
def bdtri(k: Tensor, n: Tensor, y: Tensor) -> Tensor:
    """
    Inverse in the probability of a success of the binomial distribution function.

    Parameters
    ----------
    k : array_like
        Number of successes; its whole part counts.
    n : array_like
        Number of trials, whole.
    y : array_like
        Value of the distribution function. The shapes broadcast.

    Returns
    -------
    Tensor
        The p with ``bdtr(k, n, p) == y``.

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
    >>> from scitorch.special import bdtri
    >>> bdtri(*torch.tensor([2.0, 10.0, 0.5], dtype=torch.float64))
    tensor(0.2586, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.bdtrik"),
    partials={
        "y": lambda y, n, p, out: 1.0 / _in_count(out, n, p),
        "n": lambda y, n, p, out: -_in_trials(out, n, p) / _in_count(out, n, p),
        "p": lambda y, n, p, out: -_in_probability(out, n, p) / _in_count(out, n, p),
    },
    domain={"y": Real(0.1, 0.9), "n": Real(10.0, 25.0), "p": Real(0.3, 0.6)},
    reference="scipy.special.bdtrik",
    rtol=1e-11,
)
def bdtrik(y: Tensor, n: Tensor, p: Tensor) -> Tensor:
    """
    Inverse in the number of successes of the binomial distribution function.

    Parameters
    ----------
    y : array_like
        Value of the distribution function.
    n : array_like
        Number of trials, real.
    p : array_like
        Probability of a success. The shapes broadcast.

    Returns
    -------
    Tensor
        The real k with I₁₋ₚ(n - k, k + 1) = y.

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
    >>> from scitorch.special import bdtrik
    >>> bdtrik(*torch.tensor([0.5, 10.0, 0.3], dtype=torch.float64))
    tensor(2.4293, dtype=torch.float64)
    """


@elementwise(
    kernel=scipy_ufunc("scipy.special.bdtrin"),
    partials={
        "k": lambda k, y, p, out: -_in_count(k, out, p) / _in_trials(k, out, p),
        "y": lambda k, y, p, out: 1.0 / _in_trials(k, out, p),
        "p": lambda k, y, p, out: -_in_probability(k, out, p) / _in_trials(k, out, p),
    },
    domain={"k": Real(1.0, 8.0), "y": Real(0.1, 0.9), "p": Real(0.2, 0.6)},
    reference="scipy.special.bdtrin",
    rtol=1e-11,
)
def bdtrin(k: Tensor, y: Tensor, p: Tensor) -> Tensor:
    """
    Inverse in the number of trials of the binomial distribution function.

    Parameters
    ----------
    k : array_like
        Number of successes, real.
    y : array_like
        Value of the distribution function.
    p : array_like
        Probability of a success. The shapes broadcast.

    Returns
    -------
    Tensor
        The real n with I₁₋ₚ(n - k, k + 1) = y.

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
    >>> from scitorch.special import bdtrin
    >>> bdtrin(*torch.tensor([2.0, 0.5, 0.3], dtype=torch.float64))
    tensor(8.5711, dtype=torch.float64)
    """
