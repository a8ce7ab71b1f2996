"""`numpy.polynomial.chebyshev`: series of Chebyshev polynomials of the first kind, differentiable."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from numpy.polynomial.chebyshev import chebgauss as _chebgauss

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray
from scitorch.numpy.elementary import cos, sin, sqrt
from scitorch.numpy.polynomial.basis import Basis, quadrature
from scitorch.numpy.polynomial.families import CHEBYSHEV
from scitorch.numpy.polynomial.polyutils import mapdomain, trimcoef
from scitorch.numpy.polynomial.samples import declare
from scitorch.numpy.polynomial.series import Series
from scitorch.numpy.ranges import arange, linspace

__all__ = [
    "Chebyshev",
    "cheb2poly",
    "chebadd",
    "chebcompanion",
    "chebder",
    "chebdiv",
    "chebdomain",
    "chebfit",
    "chebfromroots",
    "chebgauss",
    "chebgrid2d",
    "chebgrid3d",
    "chebint",
    "chebinterpolate",
    "chebline",
    "chebmul",
    "chebmulx",
    "chebone",
    "chebpow",
    "chebpts1",
    "chebpts2",
    "chebroots",
    "chebsub",
    "chebtrim",
    "chebval",
    "chebval2d",
    "chebval3d",
    "chebvander",
    "chebvander2d",
    "chebvander3d",
    "chebweight",
    "chebx",
    "chebzero",
    "poly2cheb",
]

_basis = Basis(CHEBYSHEV, divides_by_products=False)

chebadd = _basis.add
chebcompanion = _basis.companion
chebder = _basis.der
chebdiv = _basis.div
chebfit = _basis.fit
chebfromroots = _basis.fromroots
chebgrid2d = _basis.grid2d
chebgrid3d = _basis.grid3d
chebint = _basis.int
chebline = _basis.line
chebmul = _basis.mul
chebmulx = _basis.mulx
chebpow = _basis.pow
chebroots = _basis.roots
chebsub = _basis.sub
chebval = _basis.val
chebval2d = _basis.val2d
chebval3d = _basis.val3d
chebvander = _basis.vander
chebvander2d = _basis.vander2d
chebvander3d = _basis.vander3d
chebtrim = trimcoef
poly2cheb = _basis.from_powers
cheb2poly = _basis.to_powers
chebgauss = quadrature(_chebgauss)

chebdomain = asarray([-1.0, 1.0])
chebzero = asarray([0])
chebone = asarray([1])
chebx = asarray([0, 1])


def chebweight(x: Any) -> ndarray:
    """Return the weight for which the polynomials are orthogonal."""
    return 1.0 / (sqrt(1.0 + asarray(x)) * sqrt(1.0 - asarray(x)))


def chebpts1(npts: int) -> ndarray:
    """Return the Chebyshev points of the first kind: the zeros of a Chebyshev polynomial."""
    count = int(npts)
    if count != npts:
        raise ValueError("npts must be integer")
    if count < 1:
        raise ValueError("npts must be >= 1")
    return sin(math.pi / (2.0 * count) * arange(-count + 1, count + 1, 2))  # type: ignore[no-any-return]


def chebpts2(npts: int) -> ndarray:
    """Return the Chebyshev points of the second kind: the extrema of a Chebyshev polynomial, ends included."""
    count = int(npts)
    if count != npts:
        raise ValueError("npts must be integer")
    if count < 2:
        raise ValueError("npts must be >= 2")
    return cos(linspace(-math.pi, 0, count))  # type: ignore[no-any-return]


def chebinterpolate(func: Callable[..., Any], deg: int, args: Sequence[Any] = ()) -> ndarray:
    """Return the series of a degree that interpolates a function at the Chebyshev points of the first kind."""
    degrees = asarray(deg)
    if degrees.ndim > 0 or degrees.dtype.kind not in "iu" or degrees.size == 0:
        raise TypeError("deg must be an int")
    if deg < 0:
        raise ValueError("expected deg >= 0")
    order = deg + 1
    points = chebpts1(order)
    sums = chebvander(points, deg).T @ asarray(func(points, *args))
    scale = asarray([1.0 / order] + [2.0 / order] * deg)
    return (sums.T * scale).T


class Chebyshev(Series):
    """A series of Chebyshev polynomials of the first kind.

    Parameters
    ----------
    coef : array_like, shape (n,)
        Coefficients from degree 0 up.
    domain, window : array_like, shape (2,), optional
        The interval of the argument, and the one it is mapped to; [-1, 1] by default.
    symbol : str
        Name of the variable in printing.
    """

    basis_functions = _basis
    domain = chebdomain
    window = chebdomain
    basis_name = "T"

    @classmethod
    def interpolate(
        cls, func: Callable[..., Any], deg: int, domain: Any = None, args: Sequence[Any] = ()
    ) -> "Chebyshev":
        """Return the series of a degree that interpolates a function at the Chebyshev points of the domain."""
        domain = cls.domain if domain is None else domain
        return cls(chebinterpolate(lambda x: func(mapdomain(x, cls.window, domain), *args), deg), domain=domain)


declare(_basis, "chebyshev", "cheb")
