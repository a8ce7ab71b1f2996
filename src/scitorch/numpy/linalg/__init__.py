"""`numpy.linalg` on tensors: NumPy's interface to `scitorch.linalg`, differentiable to any order.

As NumPy's, these functions compute in double precision and round once where the arguments are single; on devices other
than the CPU, where doubles may be slow or absent, they compute in the precision of the arguments.
"""

from numpy.linalg import LinAlgError

from scitorch.numpy.contraction import tensordot
from scitorch.numpy.linalg.eigenvalues import eig, eigh, eigvals, eigvalsh
from scitorch.numpy.linalg.factorizations import cholesky, qr, svd, svdvals
from scitorch.numpy.linalg.measures import cond, det, matrix_rank, slogdet
from scitorch.numpy.linalg.norms import matrix_norm, norm, vector_norm
from scitorch.numpy.linalg.products import cross, diagonal, matrix_power, multi_dot, outer, trace
from scitorch.numpy.linalg.systems import inv, lstsq, pinv, solve, tensorinv, tensorsolve
from scitorch.numpy.manipulation import matrix_transpose
from scitorch.numpy.products import matmul, vecdot

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "trace",
    "vecdot",
    "vector_norm",
]
