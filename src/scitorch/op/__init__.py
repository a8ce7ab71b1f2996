"""How an operator is declared, dispatched, differentiated, batched and sharded.

An operator is a differentiable generalized ufunc. One declaration, by :func:`elementwise`, :func:`gufunc` or
:func:`composite`, is the single source of truth: broadcasting, dtypes, meta tensors, ``vmap``, forward and reverse
derivatives of any order, ``torch.compile`` and ``torch.export``, DTensor sharding, generated checks and documentation
all follow from it.
"""

from .array_types import register_array_type
from .declare import composite, elementwise, gufunc
from .domain import Complex, Domain, Maker, Real, Sample
from .operator import Operator, Traits
from .registry import Composite, Entry, entries, export_public, find, load, public_names

__all__ = [
    "Complex",
    "Composite",
    "Domain",
    "Entry",
    "Maker",
    "Operator",
    "Real",
    "Sample",
    "Traits",
    "composite",
    "elementwise",
    "entries",
    "export_public",
    "find",
    "gufunc",
    "load",
    "public_names",
    "register_array_type",
]
