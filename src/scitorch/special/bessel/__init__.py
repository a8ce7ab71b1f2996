"""Bessel functions of real order, with derivatives in the order as well as in the argument."""

from .integer_order import i0, i0e, i1, i1e, j0, j1, k0, k0e, k1, k1e, y0, y1
from .modified_first_kind import iv, ive
from .modified_second_kind import kv, kve
from .ordinary import hankel1, jv, jve, yv
from .spherical import spherical_in, spherical_jn, spherical_kn, spherical_yn

__all__ = [
    "hankel1",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "iv",
    "ive",
    "j0",
    "j1",
    "jv",
    "jve",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "kv",
    "kve",
    "spherical_in",
    "spherical_jn",
    "spherical_kn",
    "spherical_yn",
    "y0",
    "y1",
    "yv",
]
