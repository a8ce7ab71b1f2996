"""Sparse linear algebra with SciPy's names and arguments, differentiable in the values of the matrices."""

from numpy.linalg import LinAlgError

from ...linalg.operators import LinearOperator, aslinearoperator
from .direct import SuperLU, factorized, inv, spilu, splu, spsolve, spsolve_triangular
from .iterative import bicg, bicgstab, cg, cgs, gcrotmk, gmres, lgmres, minres, qmr, tfqmr

__all__ = [
    "LinAlgError",
    "LinearOperator",
    "SuperLU",
    "aslinearoperator",
    "bicg",
    "bicgstab",
    "cg",
    "cgs",
    "factorized",
    "gcrotmk",
    "gmres",
    "inv",
    "lgmres",
    "minres",
    "qmr",
    "spilu",
    "splu",
    "spsolve",
    "spsolve_triangular",
    "tfqmr",
]
