"""Linear operators that know their structure.

Each is a small pytree of the tensors that define it, with ``@``, ``.T``, ``.H``, ``solve``, ``slogdet``, ``logdet``,
``trace``, ``diagonal``, ``sqrt`` and ``to_dense``; all of them are differentiable in the tensors, to any order, batched
by leading dimensions and by ``vmap``. They are `LinearOperator` in the sense of :mod:`scitorch.sparse.linalg` and can
be given to every solver there.
"""

from .algebra import PowerOperator, ProductOperator, ScaledOperator, SumOperator
from .base import LinearOperator
from .composed import Block, BlockDiagonal, Kronecker, LowRankUpdate
from .conversion import aslinearoperator
from .dense import Dense, PositiveDefinite, Symmetric, Triangular
from .diagonals import Banded, Diagonal, Identity
from .functions import FunctionOperator
from .stochastic import stochastic_logdet, stochastic_trace
from .toeplitz import Circulant, Toeplitz

__all__ = [
    "Banded",
    "Block",
    "BlockDiagonal",
    "Circulant",
    "Dense",
    "Diagonal",
    "FunctionOperator",
    "Identity",
    "Kronecker",
    "LinearOperator",
    "LowRankUpdate",
    "PositiveDefinite",
    "PowerOperator",
    "ProductOperator",
    "ScaledOperator",
    "SumOperator",
    "Symmetric",
    "Toeplitz",
    "Triangular",
    "aslinearoperator",
    "stochastic_logdet",
    "stochastic_trace",
]
