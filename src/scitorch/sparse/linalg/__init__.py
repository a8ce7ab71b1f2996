"""Sparse linear algebra with SciPy's names and arguments, differentiable in the values of the matrices.

Matrices are sparse arrays, dense arrays or linear operators. A derivative reaches the stored values of a sparse array
and the leaves of an operator; it is given by implicit differentiation, never by that of an iteration.
"""

import importlib
from typing import Any

from numpy.linalg import LinAlgError

from ...linalg.operators import LinearOperator, aslinearoperator
from . import preconditioners
from .direct import SuperLU, factorized, inv, spilu, splu, spsolve, spsolve_triangular
from .eigen import eigs, eigsh, lobpcg, svds
from .iterative import bicg, bicgstab, cg, cgs, gcrotmk, gmres, lgmres, minres, qmr, tfqmr
from .laplacian_nd import LaplacianNd
from .least_squares import lsmr, lsqr
from .matrix_functions import expm, expm_multiply, is_sptriangular, matrix_power, norm, onenormest, spbandwidth

#: Names that need SciPy, which is imported when one of them is asked for.
_OF_SCIPY = ("ArpackError", "ArpackNoConvergence", "MatrixRankWarning")

__all__ = [
    "ArpackError",
    "ArpackNoConvergence",
    "LaplacianNd",
    "LinAlgError",
    "LinearOperator",
    "MatrixRankWarning",
    "SuperLU",
    "aslinearoperator",
    "bicg",
    "bicgstab",
    "cg",
    "cgs",
    "eigs",
    "eigsh",
    "expm",
    "expm_multiply",
    "factorized",
    "gcrotmk",
    "gmres",
    "inv",
    "is_sptriangular",
    "lgmres",
    "lobpcg",
    "lsmr",
    "lsqr",
    "matrix_power",
    "minres",
    "norm",
    "onenormest",
    "preconditioners",
    "qmr",
    "spbandwidth",
    "spilu",
    "splu",
    "spsolve",
    "spsolve_triangular",
    "svds",
    "tfqmr",
]


def __getattr__(name: str) -> Any:
    if name in _OF_SCIPY:
        return getattr(importlib.import_module("scipy.sparse.linalg"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
