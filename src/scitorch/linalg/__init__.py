"""Linear algebra with SciPy's interface: batched, complex, differentiable to any order."""

from numpy.linalg import LinAlgError

from .cholesky import cho_factor, cho_solve, cholesky
from .determinant import det, slogdet
from .eigen_general import eig, eigvals
from .eigen_hermitian import eigh, eigvalsh
from .entire_functions import coshm, cosm, expm_frechet, sinhm, sinm, tanhm, tanm
from .exponential import expm
from .inverse import inv
from .least_squares import lstsq, pinv, pinvh
from .linear_solve import solve, solve_triangular
from .lower_upper import lu, lu_factor, lu_solve
from .matrix_equations import solve_continuous_lyapunov, solve_sylvester
from .orthogonal_triangular import qr
from .polar_form import polar
from .roots_logarithms import logm, sqrtm
from .schur_form import schur
from .singular_values import svd, svdvals
from .structured_matrices import circulant, companion, hankel, toeplitz

__all__ = [
    "LinAlgError",
    "cho_factor",
    "cho_solve",
    "cholesky",
    "circulant",
    "companion",
    "coshm",
    "cosm",
    "det",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "expm",
    "expm_frechet",
    "hankel",
    "inv",
    "logm",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_solve",
    "pinv",
    "pinvh",
    "polar",
    "qr",
    "schur",
    "sinhm",
    "sinm",
    "slogdet",
    "solve",
    "solve_continuous_lyapunov",
    "solve_sylvester",
    "solve_triangular",
    "sqrtm",
    "svd",
    "svdvals",
    "tanhm",
    "tanm",
    "toeplitz",
]
