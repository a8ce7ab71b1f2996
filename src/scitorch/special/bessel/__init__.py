"""Bessel functions of real order, with derivatives in the order as well as in the argument."""

from .modified_second_kind import kv, kve

__all__ = ["kv", "kve"]
