"""The laws, one file a subject. Importing this package registers them all."""

from . import array_functions, arrays, batching, declaration, derivatives, nesting, sharding, tracing, values

__all__ = [
    "array_functions",
    "arrays",
    "batching",
    "declaration",
    "derivatives",
    "nesting",
    "sharding",
    "tracing",
    "values",
]
