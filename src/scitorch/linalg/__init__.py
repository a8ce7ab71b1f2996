"""Linear algebra with SciPy's interface: batched, complex, differentiable to any order."""

from numpy.linalg import LinAlgError

from .cholesky import cho_factor, cho_solve, cholesky
from .determinant import det, slogdet
from .eigen_hermitian import eigh, eigvalsh
from .linear_solve import inv, solve, solve_triangular

__all__ = [
    "LinAlgError",
    "cho_factor",
    "cho_solve",
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "inv",
    "slogdet",
    "solve",
    "solve_triangular",
]
