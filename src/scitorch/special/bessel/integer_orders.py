"""Bessel functions of whole order of the second kind."""

from __future__ import annotations

from torch import Tensor

from scitorch.op import Real, elementwise

from ..whole_counts import with_whole

_WHOLE = {"n": "the order is a whole number"}
_ORDER = Real(-4, 9, integer=True, hard=(0, 1, 2, 30))


@elementwise(
    kernel=with_whole("kv", (0,)),
    partials={"x": lambda n, x, out: -0.5 * (kn(n - 1.0, x) + kn(n + 1.0, x))},
    undefined=_WHOLE,
    domain={"n": _ORDER, "x": Real(1e-2, 50.0, log=True, hard=(0.1, 1.0, 2.0, 300.0))},
    reference="scipy.special.kn",
    rtol=1e-11,
)
def kn(n: Tensor, x: Tensor) -> Tensor:
    """
    Modified Bessel function of the second kind of whole order.

    Parameters
    ----------
    n : array_like
        Order; its whole part counts.
    x : array_like
        Real argument. The shapes broadcast.

    Returns
    -------
    Tensor
        K_n(x), nan for negative `x`.

    Raises
    ------
    TypeError
        If an argument is complex; `kv` takes complex arguments and real orders.
    NotImplementedError
        If the derivative with respect to `n` is asked for; `kv` has it.

    Notes
    -----
    The derivative is -(K_{n-1} + K_{n+1})/2, DLMF 10.29.1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import kn
    >>> kn(1, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([0.6019, 0.1399], dtype=torch.float64)
    """


@elementwise(
    kernel=with_whole("yv", (0,)),
    partials={"x": lambda n, x, out: 0.5 * (yn(n - 1.0, x) - yn(n + 1.0, x))},
    undefined=_WHOLE,
    domain={"n": _ORDER, "x": Real(0.1, 50.0, hard=(1.0, 2.0, 20.0, 100.0))},
    reference="scipy.special.yn",
    rtol=1e-11,
)
def yn(n: Tensor, x: Tensor) -> Tensor:
    """
    Bessel function of the second kind of whole order.

    Parameters
    ----------
    n : array_like
        Order; its whole part counts.
    x : array_like
        Real argument. The shapes broadcast.

    Returns
    -------
    Tensor
        Y_n(x), nan for negative `x`.

    Raises
    ------
    TypeError
        If an argument is complex; `yv` takes complex arguments and real orders.
    NotImplementedError
        If the derivative with respect to `n` is asked for; `yv` has it.

    Notes
    -----
    The derivative is (Y_{n-1} - Y_{n+1})/2, DLMF 10.6.1.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import yn
    >>> yn(1, torch.tensor([1.0, 2.0], dtype=torch.float64))
    tensor([-0.7812, -0.1070], dtype=torch.float64)
    """
