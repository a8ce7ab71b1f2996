"""`numpy.polynomial`: series of powers, Chebyshev, Legendre, Hermite and Laguerre polynomials, differentiable."""

from numpy.polynomial import set_default_printstyle

from scitorch.numpy.polynomial import (
    chebyshev,
    hermite,
    hermite_e,
    laguerre,
    legendre,
    polynomial,
    polyutils,
)
from scitorch.numpy.polynomial.chebyshev import Chebyshev
from scitorch.numpy.polynomial.hermite import Hermite
from scitorch.numpy.polynomial.hermite_e import HermiteE
from scitorch.numpy.polynomial.laguerre import Laguerre
from scitorch.numpy.polynomial.legendre import Legendre
from scitorch.numpy.polynomial.polynomial import Polynomial

__all__ = [
    "Chebyshev",
    "Hermite",
    "HermiteE",
    "Laguerre",
    "Legendre",
    "Polynomial",
    "chebyshev",
    "hermite",
    "hermite_e",
    "laguerre",
    "legendre",
    "polynomial",
    "polyutils",
    "set_default_printstyle",
]
