"""Inverse of a square matrix."""

from __future__ import annotations

import torch
from torch import Tensor

from scitorch.op import Sample, composite, gufunc

from .arguments import require_finite, require_square, require_zero_info
from .linear_solve import SINGULAR, _structured
from .matrix_parts import adjoint, triangle


def _inverse_kernel(a: Tensor, *, check_finite: bool, singular_is_nan: bool) -> Tensor:
    if check_finite:
        require_finite("inv", a=a)
    x: Tensor
    x, info = torch.linalg.inv_ex(a)
    if singular_is_nan:
        return torch.where((info != 0)[..., None, None], torch.nan, x)
    require_zero_info("inv", "a", info, SINGULAR)
    return x


@gufunc(
    "(n,n)->(n,n)",
    kernel=_inverse_kernel,
    jvp={"a": lambda x, a, da, **_: -(x @ da @ x)},
    vjp={"a": lambda g, x, a, **_: -(adjoint(x) @ g @ adjoint(x))},
    samples=lambda make: [Sample((make.well_conditioned(3, 3),)), Sample((make.well_conditioned(2, 3, 2, 2),))],
    loops="r->r z->z",
    reference="numpy.linalg.inv",
    public=False,
)
def _inverse(a: Tensor, *, check_finite: bool = False, singular_is_nan: bool = False) -> Tensor:
    """The inverse of a matrix."""


@composite(
    samples=lambda make: [
        Sample((make.well_conditioned(3, 3),)),
        Sample((make.well_conditioned(2, 3, 3),)),
        Sample((make.positive_definite(3, 3),), {"assume_a": "pos", "lower": True}),
    ],
    reference="scipy.linalg.inv",
)
def inv(
    a: Tensor,
    overwrite_a: bool = False,
    check_finite: bool = True,
    *,
    assume_a: str | None = None,
    lower: bool = False,
) -> Tensor:
    """
    Compute the inverse of a matrix.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        Square matrices.
    overwrite_a : bool, optional
        Accepted for SciPy's sake; arguments are never overwritten.
    check_finite : bool, optional
        Refuse infinities and NaN.
    assume_a : str, optional
        What is known about `a`, as in :func:`solve`.
    lower : bool, optional
        Which triangle of `a` is read where `assume_a` is ``"sym"``, ``"her"`` or ``"pos"``.

    Returns
    -------
    Tensor, shape (..., n, n)
        The inverse.

    Raises
    ------
    ValueError
        If `a` is not square or has entries that are not finite.
    numpy.linalg.LinAlgError
        If a matrix is singular.

    Notes
    -----
    LU with partial pivoting. ``d(a^-1) = -a^-1 da a^-1``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import inv
    >>> inv(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    require_square("inv", "a", a)
    matrix, structure = _structured("inv", a, assume_a, lower)
    if structure in ("lower", "upper"):
        matrix = triangle(matrix, lower=structure == "lower")
    return _inverse(matrix, check_finite=check_finite)
