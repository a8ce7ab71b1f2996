"""`numpy.polynomial.hermite_e`: series of Hermite polynomials, orthogonal for exp(-x^2/2), differentiable."""

from typing import Any

from numpy.polynomial.hermite_e import hermegauss as _hermegauss

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import asarray
from scitorch.numpy.elementary import exp
from scitorch.numpy.polynomial.basis import Basis, quadrature
from scitorch.numpy.polynomial.families import HERMITE_E
from scitorch.numpy.polynomial.polyutils import trimcoef
from scitorch.numpy.polynomial.samples import declare
from scitorch.numpy.polynomial.series import Series

__all__ = [
    "HermiteE",
    "herme2poly",
    "hermeadd",
    "hermecompanion",
    "hermeder",
    "hermediv",
    "hermedomain",
    "hermefit",
    "hermefromroots",
    "hermegauss",
    "hermegrid2d",
    "hermegrid3d",
    "hermeint",
    "hermeline",
    "hermemul",
    "hermemulx",
    "hermeone",
    "hermepow",
    "hermeroots",
    "hermesub",
    "hermetrim",
    "hermeval",
    "hermeval2d",
    "hermeval3d",
    "hermevander",
    "hermevander2d",
    "hermevander3d",
    "hermeweight",
    "hermex",
    "hermezero",
    "poly2herme",
]

_basis = Basis(HERMITE_E)

hermeadd = _basis.add
hermecompanion = _basis.companion
hermeder = _basis.der
hermediv = _basis.div
hermefit = _basis.fit
hermefromroots = _basis.fromroots
hermegrid2d = _basis.grid2d
hermegrid3d = _basis.grid3d
hermeint = _basis.int
hermeline = _basis.line
hermemul = _basis.mul
hermemulx = _basis.mulx
hermepow = _basis.pow
hermeroots = _basis.roots
hermesub = _basis.sub
hermeval = _basis.val
hermeval2d = _basis.val2d
hermeval3d = _basis.val3d
hermevander = _basis.vander
hermevander2d = _basis.vander2d
hermevander3d = _basis.vander3d
hermetrim = trimcoef
poly2herme = _basis.from_powers
herme2poly = _basis.to_powers
hermegauss = quadrature(_hermegauss)

hermedomain = asarray([-1.0, 1.0])
hermezero = asarray([0])
hermeone = asarray([1])
hermex = asarray([0, 1])


def hermeweight(x: Any) -> ndarray:
    """Return the weight for which the polynomials are orthogonal."""
    return exp(-0.5 * asarray(x) ** 2)  # type: ignore[no-any-return]


class HermiteE(Series):
    """A series of Hermite polynomials, orthogonal for exp(-x^2/2).

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
    domain = hermedomain
    window = hermedomain
    basis_name = "He"


declare(_basis, "hermite_e", "herme")
