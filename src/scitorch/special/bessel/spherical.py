"""Spherical Bessel functions of whole order, plain and modified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.op import Complex, Real, composite, elementwise
from scitorch.op.kernel import scipy_ufunc

Kernel = Callable[[Tensor, Tensor], Tensor]


def _of_whole_order(name: str, parity: float = 0.0) -> Kernel:
    """SciPy's function of this name; on the negative axis it has the parity (-1)ⁿ·`parity`, or none if that is 0."""
    ufunc = scipy_ufunc(f"scipy.special._ufuncs.{name}")

    def kernel(n: Tensor, z: Tensor) -> Tensor:
        device = z.device  # SciPy has the only implementation
        n, z = n.to("cpu", torch.int64), z.cpu()
        if z.is_complex():
            return ufunc(n, z).to(device)  # type: ignore[union-attr]
        negative = z < 0.0
        value = ufunc(n, z.abs() if parity else z)
        if bool(negative.any()):
            if parity:
                value = torch.where(negative, parity * (1 - 2 * (n % 2)) * value, value)  # type: ignore[operator]
            else:
                value = torch.where(negative, ufunc(n, z.to(z.dtype.to_complex())).real, value)  # type: ignore[union-attr]
        return value.to(device)  # type: ignore[union-attr]

    return kernel


def _slope(function: Any, n: Tensor, z: Tensor, before: float, after: float) -> Tensor:
    # DLMF 10.51.2 and 10.51.5 solved for f' without a division by z: (2n + 1) f' = ±n f_{n-1} ± (n + 1) f_{n+1}.
    # The function of order -1, which SciPy does not have, is multiplied by zero.
    lower = torch.where(n > 0, n, 1)
    return (before * n * function(lower - 1, z) + after * (n + 1) * function(n + 1, z)) / (2 * n + 1)


_ORDER = Real(0, 10, integer=True, hard=(0, 1, 2, 30))
_LINE = Real(-15.0, 15.0, hard=(1e-3, 1.0, 40.0))
_POSITIVE = Real(0.1, 15.0, hard=(1e-3, 1.0, 40.0))
_PLANE = Complex((-8.0, 8.0), (-8.0, 8.0))
_WHOLE = {"n": "the order is a whole number"}


@elementwise(
    kernel=_of_whole_order("_spherical_jn", 1.0),
    loops="rr->r rz->z",
    partials={"z": lambda n, z, out: _slope(_jn, n, z, 1.0, -1.0)},
    undefined=_WHOLE,
    domain={"n": _ORDER, "z": _LINE},
    complex_domain={"z": _PLANE},
    public=False,
)
def _jn(n: Tensor, z: Tensor) -> Tensor:
    """The spherical Bessel function of the first kind."""


@elementwise(
    kernel=_of_whole_order("_spherical_yn", -1.0),
    loops="rr->r rz->z",
    partials={"z": lambda n, z, out: _slope(_yn, n, z, 1.0, -1.0)},
    undefined=_WHOLE,
    domain={"n": _ORDER, "z": _POSITIVE},
    complex_domain={"z": _PLANE},
    public=False,
)
def _yn(n: Tensor, z: Tensor) -> Tensor:
    """The spherical Bessel function of the second kind."""


@elementwise(
    kernel=_of_whole_order("_spherical_in", 1.0),
    loops="rr->r rz->z",
    partials={"z": lambda n, z, out: _slope(_in, n, z, 1.0, 1.0)},
    undefined=_WHOLE,
    domain={"n": _ORDER, "z": _LINE},
    complex_domain={"z": _PLANE},
    public=False,
)
def _in(n: Tensor, z: Tensor) -> Tensor:
    """The modified spherical Bessel function of the first kind."""


@elementwise(
    kernel=_of_whole_order("_spherical_kn"),
    loops="rr->r rz->z",
    partials={"z": lambda n, z, out: _slope(_kn, n, z, -1.0, -1.0)},
    undefined=_WHOLE,
    domain={"n": _ORDER, "z": _POSITIVE},
    complex_domain={"z": Complex((0.1, 8.0), (-8.0, 8.0))},
    public=False,
)
def _kn(n: Tensor, z: Tensor) -> Tensor:
    """The modified spherical Bessel function of the second kind."""


@composite(
    domain={"n": _ORDER, "z": _LINE},
    complex_domain={"z": _PLANE},
    undefined=_WHOLE,
    reference="scipy.special.spherical_jn",
    rtol=1e-11,
)
def spherical_jn(n: Tensor, z: Tensor, derivative: bool = False) -> Tensor:
    """
    Spherical Bessel function of the first kind.

    Parameters
    ----------
    n : array_like
        Order, a whole number not below 0.
    z : array_like
        Argument, real or complex; broadcast with `n`.
    derivative : bool, optional
        Whether to return the derivative in `z` in place of the function.

    Returns
    -------
    Tensor
        The function jₙ(z) or its derivative.

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 10.47.3. Derivatives in `z` by the recurrences of DLMF 10.51, which are combined so that z = 0 is no exception.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import spherical_jn
    >>> z = torch.tensor(2.0, dtype=torch.float64)
    >>> spherical_jn(1, z), spherical_jn(1, z, derivative=True)
    (tensor(0.4354, dtype=torch.float64), tensor(0.0193, dtype=torch.float64))
    """
    return _slope(_jn, n, z, 1.0, -1.0) if derivative else _jn(n, z)


@composite(
    domain={"n": _ORDER, "z": _POSITIVE},
    complex_domain={"z": _PLANE},
    undefined=_WHOLE,
    reference="scipy.special.spherical_yn",
    rtol=1e-11,
)
def spherical_yn(n: Tensor, z: Tensor, derivative: bool = False) -> Tensor:
    """
    Spherical Bessel function of the second kind.

    Parameters
    ----------
    n : array_like
        Order, a whole number not below 0.
    z : array_like
        Argument, real or complex; broadcast with `n`.
    derivative : bool, optional
        Whether to return the derivative in `z` in place of the function.

    Returns
    -------
    Tensor
        The function yₙ(z) or its derivative.

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 10.47.4. Derivatives in `z` by the recurrences of DLMF 10.51, which are combined so that z = 0 is no exception.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import spherical_yn
    >>> z = torch.tensor(2.0, dtype=torch.float64)
    >>> spherical_yn(1, z), spherical_yn(1, z, derivative=True)
    (tensor(-0.3506, dtype=torch.float64), tensor(0.5587, dtype=torch.float64))
    """
    return _slope(_yn, n, z, 1.0, -1.0) if derivative else _yn(n, z)


@composite(
    domain={"n": _ORDER, "z": _LINE},
    complex_domain={"z": _PLANE},
    undefined=_WHOLE,
    reference="scipy.special.spherical_in",
    rtol=1e-11,
)
def spherical_in(n: Tensor, z: Tensor, derivative: bool = False) -> Tensor:
    """
    Modified spherical Bessel function of the first kind.

    Parameters
    ----------
    n : array_like
        Order, a whole number not below 0.
    z : array_like
        Argument, real or complex; broadcast with `n`.
    derivative : bool, optional
        Whether to return the derivative in `z` in place of the function.

    Returns
    -------
    Tensor
        The function iₙ(z) or its derivative.

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 10.47.7. Derivatives in `z` by the recurrences of DLMF 10.51, which are combined so that z = 0 is no exception.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import spherical_in
    >>> z = torch.tensor(2.0, dtype=torch.float64)
    >>> spherical_in(1, z), spherical_in(1, z, derivative=True)
    (tensor(0.9744, dtype=torch.float64), tensor(0.8390, dtype=torch.float64))
    """
    return _slope(_in, n, z, 1.0, 1.0) if derivative else _in(n, z)


@composite(
    domain={"n": _ORDER, "z": _POSITIVE},
    complex_domain={"z": Complex((0.1, 8.0), (-8.0, 8.0))},
    undefined=_WHOLE,
    reference="scipy.special.spherical_kn",
    rtol=1e-11,
)
def spherical_kn(n: Tensor, z: Tensor, derivative: bool = False) -> Tensor:
    """
    Modified spherical Bessel function of the second kind.

    Parameters
    ----------
    n : array_like
        Order, a whole number not below 0.
    z : array_like
        Argument, real or complex; broadcast with `n`.
    derivative : bool, optional
        Whether to return the derivative in `z` in place of the function.

    Returns
    -------
    Tensor
        The function kₙ(z) or its derivative.

    Raises
    ------
    NotImplementedError
        If the derivative with respect to `n` is asked for.

    Notes
    -----
    DLMF 10.47.9. Derivatives in `z` by the recurrences of DLMF 10.51, which are combined so that z = 0 is no exception.

    Examples
    --------
    >>> import torch
    >>> from scitorch.special import spherical_kn
    >>> z = torch.tensor(2.0, dtype=torch.float64)
    >>> spherical_kn(1, z), spherical_kn(1, z, derivative=True)
    (tensor(0.1594, dtype=torch.float64), tensor(-0.2657, dtype=torch.float64))
    """
    return _slope(_kn, n, z, -1.0, -1.0) if derivative else _kn(n, z)
