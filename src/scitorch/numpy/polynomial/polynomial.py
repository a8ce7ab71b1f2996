"""`numpy.polynomial.polynomial`: series of powers of x, differentiable."""

from typing import Any

from scitorch.numpy.conversion import asarray
from scitorch.numpy.polynomial.basis import Basis
from scitorch.numpy.polynomial.families import POWERS
from scitorch.numpy.polynomial.polyutils import trimcoef
from scitorch.numpy.polynomial.samples import declare
from scitorch.numpy.polynomial.series import Series

__all__ = [
    "Polynomial",
    "polyadd",
    "polycompanion",
    "polyder",
    "polydiv",
    "polydomain",
    "polyfit",
    "polyfromroots",
    "polygrid2d",
    "polygrid3d",
    "polyint",
    "polyline",
    "polymul",
    "polymulx",
    "polyone",
    "polypow",
    "polyroots",
    "polysub",
    "polytrim",
    "polyval",
    "polyval2d",
    "polyval3d",
    "polyvalfromroots",
    "polyvander",
    "polyvander2d",
    "polyvander3d",
    "polyx",
    "polyzero",
]

_basis = Basis(POWERS, divides_by_products=False)

polyadd = _basis.add
polycompanion = _basis.companion
polyder = _basis.der
polydiv = _basis.div
polyfit = _basis.fit
polyfromroots = _basis.fromroots
polygrid2d = _basis.grid2d
polygrid3d = _basis.grid3d
polyint = _basis.int
polyline = _basis.line
polymul = _basis.mul
polymulx = _basis.mulx
polypow = _basis.pow
polyroots = _basis.roots
polysub = _basis.sub
polyval = _basis.val
polyval2d = _basis.val2d
polyval3d = _basis.val3d
polyvander = _basis.vander
polyvander2d = _basis.vander2d
polyvander3d = _basis.vander3d
polytrim = trimcoef

polydomain = asarray([-1.0, 1.0])
polyzero = asarray([0])
polyone = asarray([1])
polyx = asarray([0, 1])


def polyvalfromroots(x: Any, r: Any, tensor: bool = True) -> Any:
    """Evaluate the monic polynomials with given roots, the first axis of `r`, at points."""
    roots, points = asarray(r), asarray(x)
    roots = roots.reshape(1) if roots.ndim == 0 else roots
    roots = roots + 0.0 if roots.dtype.kind in "biu" else roots
    if tensor:
        roots = roots.reshape((*roots.shape, *(1,) * points.ndim))
    elif points.ndim >= roots.ndim:
        raise ValueError("x.ndim must be < r.ndim when tensor == False")
    return (points - roots).prod(0)


class Polynomial(Series):
    """A series of powers of x.

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
    domain = polydomain
    window = polydomain
    basis_name = None


declare(_basis, "polynomial", "poly")
