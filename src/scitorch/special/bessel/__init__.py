"""Bessel functions of real order, with derivatives in the order as well as in the argument."""

from .modified_first_kind import iv, ive
from .modified_second_kind import kv, kve
from .ordinary import hankel1, jv, jve, yv

__all__ = ["hankel1", "iv", "ive", "jv", "jve", "kv", "kve", "yv"]
