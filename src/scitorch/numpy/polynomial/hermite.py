"""`numpy.polynomial.hermite`: series of Hermite polynomials, orthogonal for exp(-x^2), differentiable."""

from typing import Any

from numpy.polynomial.hermite import hermgauss as _hermgauss

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray
from scitorch.numpy.elementary import exp
from scitorch.numpy.polynomial.basis import Basis, quadrature
from scitorch.numpy.polynomial.families import HERMITE
from scitorch.numpy.polynomial.polyutils import trimcoef
from scitorch.numpy.polynomial.samples import declare
from scitorch.numpy.polynomial.series import Series

__all__ = [
    "Hermite",
    "herm2poly",
    "hermadd",
    "hermcompanion",
    "hermder",
    "hermdiv",
    "hermdomain",
    "hermfit",
    "hermfromroots",
    "hermgauss",
    "hermgrid2d",
    "hermgrid3d",
    "hermint",
    "hermline",
    "hermmul",
    "hermmulx",
    "hermone",
    "hermpow",
    "hermroots",
    "hermsub",
    "hermtrim",
    "hermval",
    "hermval2d",
    "hermval3d",
    "hermvander",
    "hermvander2d",
    "hermvander3d",
    "hermweight",
    "hermx",
    "hermzero",
    "poly2herm",
]

_basis = Basis(HERMITE)

hermadd = _basis.add
hermcompanion = _basis.companion
hermder = _basis.der
hermdiv = _basis.div
hermfit = _basis.fit
hermfromroots = _basis.fromroots
hermgrid2d = _basis.grid2d
hermgrid3d = _basis.grid3d
hermint = _basis.int
hermline = _basis.line
hermmul = _basis.mul
hermmulx = _basis.mulx
hermpow = _basis.pow
hermroots = _basis.roots
hermsub = _basis.sub
hermval = _basis.val
hermval2d = _basis.val2d
hermval3d = _basis.val3d
hermvander = _basis.vander
hermvander2d = _basis.vander2d
hermvander3d = _basis.vander3d
hermtrim = trimcoef
poly2herm = _basis.from_powers
herm2poly = _basis.to_powers
hermgauss = quadrature(_hermgauss)

hermdomain = asarray([-1.0, 1.0])
hermzero = asarray([0])
hermone = asarray([1])
hermx = asarray([0, 0.5])


def hermweight(x: Any) -> ndarray:
    """Return the weight for which the polynomials are orthogonal."""
    return exp(-(asarray(x) ** 2))  # type: ignore[no-any-return]


class Hermite(Series):
    """A series of Hermite polynomials, orthogonal for exp(-x^2).

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
    domain = hermdomain
    window = hermdomain
    basis_name = "H"


declare(_basis, "hermite", "herm")
