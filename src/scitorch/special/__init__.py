"""Special functions: SciPy's names and values, with derivatives in every float argument, of any order."""

from .gamma import gamma, gammaln, loggamma, rgamma
from .polygamma import digamma, polygamma, psi

__all__ = [
    "digamma",
    "gamma",
    "gammaln",
    "loggamma",
    "polygamma",
    "psi",
    "rgamma",
]
