"""The Wright omega function."""

from __future__ import annotations

from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc


@elementwise(
    kernel=scipy_ufunc("scipy.special.wrightomega"),
    loops="r->r z->z",
    partials={
        "z": lambda z, out: out / (1.0 + out),
    },
    domain={"z": Real(-20.0, 20.0, hard=(0.0, 1.0, 700.0))},
    complex_domain={"z": Complex((-5.0, 5.0), (-2.5, 2.5))},
    reference="scipy.special.wrightomega",
)
def wrightomega(z: Tensor) -> Tensor:
    """
    Wright omega function.

    Parameters
    ----------
    z : array_like
        Real or complex argument.

    Returns
    -------
    Tensor
        The ω with ω + log ω = z on the branch of SciPy.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    R. M. Corless and D. J. Jeffrey, LNCS 2385 (2002). Its derivative is ω/(1 + ω).

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import wrightomega
    >>> wrightomega(torch.tensor(2.0, dtype=torch.float64))
    tensor(1.5571, dtype=torch.float64)
    """
