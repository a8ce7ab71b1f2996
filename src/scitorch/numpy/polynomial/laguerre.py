"""`numpy.polynomial.laguerre`: series of Laguerre polynomials, differentiable."""

from typing import Any

from numpy.polynomial.laguerre import laggauss as _laggauss

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray
from scitorch.numpy.elementary import exp
from scitorch.numpy.polynomial.basis import Basis, quadrature
from scitorch.numpy.polynomial.families import LAGUERRE
from scitorch.numpy.polynomial.polyutils import trimcoef
from scitorch.numpy.polynomial.samples import declare
from scitorch.numpy.polynomial.series import Series

__all__ = [
    "Laguerre",
    "lag2poly",
    "lagadd",
    "lagcompanion",
    "lagder",
    "lagdiv",
    "lagdomain",
    "lagfit",
    "lagfromroots",
    "laggauss",
    "laggrid2d",
    "laggrid3d",
    "lagint",
    "lagline",
    "lagmul",
    "lagmulx",
    "lagone",
    "lagpow",
    "lagroots",
    "lagsub",
    "lagtrim",
    "lagval",
    "lagval2d",
    "lagval3d",
    "lagvander",
    "lagvander2d",
    "lagvander3d",
    "lagweight",
    "lagx",
    "lagzero",
    "poly2lag",
]

_basis = Basis(LAGUERRE)

lagadd = _basis.add
lagcompanion = _basis.companion
lagder = _basis.der
lagdiv = _basis.div
lagfit = _basis.fit
lagfromroots = _basis.fromroots
laggrid2d = _basis.grid2d
laggrid3d = _basis.grid3d
lagint = _basis.int
lagline = _basis.line
lagmul = _basis.mul
lagmulx = _basis.mulx
lagpow = _basis.pow
lagroots = _basis.roots
lagsub = _basis.sub
lagval = _basis.val
lagval2d = _basis.val2d
lagval3d = _basis.val3d
lagvander = _basis.vander
lagvander2d = _basis.vander2d
lagvander3d = _basis.vander3d
lagtrim = trimcoef
poly2lag = _basis.from_powers
lag2poly = _basis.to_powers
laggauss = quadrature(_laggauss)

lagdomain = asarray([0.0, 1.0])
lagzero = asarray([0])
lagone = asarray([1])
lagx = asarray([1, -1])


def lagweight(x: Any) -> ndarray:
    """Return the weight for which the polynomials are orthogonal."""
    return exp(-asarray(x))  # type: ignore[no-any-return]


class Laguerre(Series):
    """A series of Laguerre polynomials.

    Parameters
    ----------
    coef : array_like, shape (n,)
        Coefficients from degree 0 up.
    domain, window : array_like, shape (2,), optional
        The interval of the argument, and the one it is mapped to; [0, 1] by default.
    symbol : str
        Name of the variable in printing.
    """

    basis_functions = _basis
    domain = lagdomain
    window = lagdomain
    basis_name = "L"


declare(_basis, "laguerre", "lag")
