"""The laws, one file a subject. Importing this package registers them all."""

from . import arrays, batching, declaration, derivatives, nesting, sharding, tracing, values

__all__ = ["arrays", "batching", "declaration", "derivatives", "nesting", "sharding", "tracing", "values"]
