"""Bessel functions of real order, with derivatives in the order as well as in the argument."""

from .derivatives import h1vp, h2vp, ivp, jvp, kvp, yvp
from .hankel import hankel1e, hankel2, hankel2e, jn, yve
from .integer_orders import kn, yn
from .modified_first_kind import iv, ive
from .modified_orders_zero_and_one import i0, i0e, i1, i1e, k0, k0e, k1, k1e
from .modified_second_kind import kv, kve
from .orders_zero_and_one import j0, j1, y0, y1
from .ordinary import hankel1, jv, jve, yv
from .spherical import spherical_in, spherical_jn, spherical_kn, spherical_yn

__all__ = [
    "h1vp",
    "h2vp",
    "hankel1",
    "hankel1e",
    "hankel2",
    "hankel2e",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "iv",
    "ive",
    "ivp",
    "j0",
    "j1",
    "jn",
    "jv",
    "jve",
    "jvp",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "kn",
    "kv",
    "kve",
    "kvp",
    "spherical_in",
    "spherical_jn",
    "spherical_kn",
    "spherical_yn",
    "y0",
    "y1",
    "yn",
    "yv",
    "yve",
    "yvp",
]
