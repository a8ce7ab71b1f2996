"""`numpy.polynomial.legendre`: series of Legendre polynomials, differentiable."""

from typing import Any

from numpy.polynomial.legendre import leggauss as _leggauss

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray
from scitorch.numpy.polynomial.basis import Basis, quadrature
from scitorch.numpy.polynomial.families import LEGENDRE
from scitorch.numpy.polynomial.polyutils import trimcoef
from scitorch.numpy.polynomial.samples import declare
from scitorch.numpy.polynomial.series import Series

__all__ = [
    "Legendre",
    "leg2poly",
    "legadd",
    "legcompanion",
    "legder",
    "legdiv",
    "legdomain",
    "legfit",
    "legfromroots",
    "leggauss",
    "leggrid2d",
    "leggrid3d",
    "legint",
    "legline",
    "legmul",
    "legmulx",
    "legone",
    "legpow",
    "legroots",
    "legsub",
    "legtrim",
    "legval",
    "legval2d",
    "legval3d",
    "legvander",
    "legvander2d",
    "legvander3d",
    "legweight",
    "legx",
    "legzero",
    "poly2leg",
]

_basis = Basis(LEGENDRE)

legadd = _basis.add
legcompanion = _basis.companion
legder = _basis.der
legdiv = _basis.div
legfit = _basis.fit
legfromroots = _basis.fromroots
leggrid2d = _basis.grid2d
leggrid3d = _basis.grid3d
legint = _basis.int
legline = _basis.line
legmul = _basis.mul
legmulx = _basis.mulx
legpow = _basis.pow
legroots = _basis.roots
legsub = _basis.sub
legval = _basis.val
legval2d = _basis.val2d
legval3d = _basis.val3d
legvander = _basis.vander
legvander2d = _basis.vander2d
legvander3d = _basis.vander3d
legtrim = trimcoef
poly2leg = _basis.from_powers
leg2poly = _basis.to_powers
leggauss = quadrature(_leggauss)

legdomain = asarray([-1.0, 1.0])
legzero = asarray([0])
legone = asarray([1])
legx = asarray([0, 1])


def legweight(x: Any) -> ndarray:
    """Return the weight for which the polynomials are orthogonal."""
    return asarray(x) * 0.0 + 1.0


class Legendre(Series):
    """A series of Legendre polynomials.

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
    domain = legdomain
    window = legdomain
    basis_name = "P"


declare(_basis, "legendre", "leg")
