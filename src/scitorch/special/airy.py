"""Airy functions and their derivatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc


def _mpmath_airy(z: Any) -> Any:
    import mpmath

    return tuple(f(z, derivative=k) for f in (mpmath.airyai, mpmath.airybi) for k in (0, 1))


@elementwise(
    kernel=scipy_ufunc("scipy.special.airy", outputs=4),
    loops="r->rrrr z->zzzz",
    results=4,
    # Airy's equation w'' = z w, DLMF 9.2.1.
    partials={"z": lambda z, out: (out[1], z * out[0], out[3], z * out[2])},
    domain={"z": Real(-12.0, 8.0, hard=(0.0, 1e-6, 1.0, -1.0, 2.09, 25.0))},
    complex_domain={"z": Complex((-6.0, 6.0), (-6.0, 6.0), hard=(1j, -2 + 0.1j))},
    reference="scipy.special.airy",
    mpmath=_mpmath_airy,
    rtol=1e-11,
)
def airy(z: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """
    Airy functions and their derivatives.

    Parameters
    ----------
    z : array_like
        Real or complex argument.

    Returns
    -------
    tuple of Tensor
        Ai(z), Ai'(z), Bi(z), Bi'(z).

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 9.2. Derivatives of every order follow from Airy's equation.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import airy
    >>> z = torch.tensor(1.0, dtype=torch.float64)
    >>> airy(z)[0], torch.func.grad(lambda z: airy(z)[1])(z)
    (tensor(0.1353, dtype=torch.float64), tensor(0.1353, dtype=torch.float64))
    """
