"""The Lambert W function."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, elementwise
from scitorch.op.kernel import scipy_ufunc

_lambertw = scipy_ufunc("scipy.special._ufuncs._lambertw")


def _kernel(z: Tensor, k: Tensor, *, tol: float) -> Tensor:
    branch = k.to(torch.int64).cpu()
    value = _lambertw(z.cpu(), branch, torch.full((), tol, dtype=torch.float64))
    return value.to(device=z.device, dtype=z.dtype)  # type: ignore[union-attr]


def _derivative(z: Tensor, k: Tensor, out: Tensor, *, tol: float) -> Tensor:
    # W' = exp(-W)/(1 + W) = W/(z (1 + W)), DLMF 4.13.4. The first form is right at z = 0, the second for large |W|,
    # where exp(-W) magnifies the rounding of W.
    small = out.abs() < 1.0
    near = torch.where(small, out, 0.0)
    far = torch.where(small, 1.0, out)
    return torch.where(small, torch.exp(-near) / (1.0 + near), far / (torch.where(small, 1.0, z) * (1.0 + far)))


def _mpmath_lambertw(z: Any, k: Any) -> Any:
    import mpmath

    return mpmath.lambertw(z, int(mpmath.re(k)))


def _reference_lambertw(z: Any, k: Any) -> Any:
    import numpy
    from scipy.special import lambertw as reference

    return reference(z, numpy.asarray(k).astype("int64"))


@elementwise(
    kernel=_kernel,
    loops="zr->z",
    partials={"z": _derivative},
    undefined={"k": "the branch is a whole number"},
    domain={
        "z": Complex((-5.0, 5.0), (-5.0, 5.0), hard=(1e-3 + 0j, -0.3 + 0.1j, 1e5 + 0j, 1 + 0j)),
        "k": Real(-2, 2, integer=True, hard=(0, -1, 1)),
    },
    reference=_reference_lambertw,
    mpmath=_mpmath_lambertw,
)
def lambertw(z: Tensor, k: Tensor = 0, *, tol: float = 1e-8) -> Tensor:  # type: ignore[assignment]
    """
    Lambert W function.

    Parameters
    ----------
    z : array_like
        Argument; real numbers are taken as complex.
    k : array_like, optional
        Branch, a whole number; its shape broadcasts with that of `z`. The principal branch by default.
    tol : float, optional
        Tolerance of the iteration.

    Returns
    -------
    Tensor
        The w on branch `k` with w exp(w) = z, complex.

    Raises
    ------
    TypeError
        If `z` is no array of numbers.

    Notes
    -----
    DLMF 4.13.1; R. M. Corless, G. H. Gonnet, D. E. G. Hare, D. J. Jeffrey and D. E. Knuth, "On the Lambert W function",
    Adv. Comput. Math. 5 (1996). The derivative is infinite at the branch point -1/e.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import lambertw
    >>> lambertw(torch.tensor([0.0, 1.0], dtype=torch.float64))
    tensor([0.0000+0.j, 0.5671+0.j], dtype=torch.complex128)
    """
