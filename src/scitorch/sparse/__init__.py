"""Sparse arrays, with the names and arguments of :mod:`scipy.sparse`, differentiable in their values.

A sparse array has a pattern, which is static, and a tensor of values. SciPy's compiled routines do the work on
indices, torch's tensors carry the values through it: so every operation has derivatives of every order, forward and
reverse, and a batching rule, and the gradient of a sparse array is a sparse array on the same pattern.
"""

import importlib
from types import ModuleType

from .base import issparse, sparray
from .construct import (
    block_array,
    block_diag,
    diags_array,
    expand_dims,
    eye_array,
    find,
    hstack,
    kron,
    kronsum,
    permute_dims,
    random_array,
    swapaxes,
    tril,
    triu,
    vstack,
)
from .editable import dok_array, lil_array
from .exchange import from_scipy, from_torch, to_scipy, to_torch
from .formats import bsr_array, coo_array, csc_array, csr_array, dia_array
from .segments import assemble, sddmm, segment_max, segment_mean, segment_softmax, segment_sum, softmax
from .storage import load_npz, save_npz
from .warning import DensifyingWarning, SparseEfficiencyWarning, SparseWarning

__all__ = [
    "DensifyingWarning",
    "SparseEfficiencyWarning",
    "SparseWarning",
    "assemble",
    "block_array",
    "block_diag",
    "bsr_array",
    "coo_array",
    "csc_array",
    "csr_array",
    "dia_array",
    "diags_array",
    "dok_array",
    "expand_dims",
    "eye_array",
    "find",
    "from_scipy",
    "from_torch",
    "hstack",
    "issparse",
    "kron",
    "kronsum",
    "lil_array",
    "load_npz",
    "permute_dims",
    "random_array",
    "save_npz",
    "sddmm",
    "segment_max",
    "segment_mean",
    "segment_softmax",
    "segment_sum",
    "softmax",
    "sparray",
    "swapaxes",
    "to_scipy",
    "to_torch",
    "tril",
    "triu",
    "vstack",
]


def __getattr__(name: str) -> ModuleType:
    if name in ("csgraph", "linalg"):  # imported when they are needed
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
