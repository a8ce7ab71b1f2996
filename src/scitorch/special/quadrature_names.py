"""The second names of the rules of Gauss quadrature."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from scitorch.op import Composite, composite, find

from .quadrature import roots_gegenbauer, roots_genlaguerre, roots_jacobi
from .quadrature_classical import (
    roots_chebyc,
    roots_chebys,
    roots_chebyt,
    roots_chebyu,
    roots_hermite,
    roots_hermitenorm,
    roots_laguerre,
    roots_legendre,
    roots_sh_chebyt,
    roots_sh_chebyu,
    roots_sh_jacobi,
    roots_sh_legendre,
)


def _second_name(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Declare a function once more: what it is tried with, its documentation and its arrays are those of the first."""
    first = find(f"special.{function.__name__}").declared
    assert isinstance(first, Composite)

    @functools.wraps(first.function)
    def same(*args: Any, **kwargs: Any) -> Any:
        return first.function(*args, **kwargs)

    same.__name__ = same.__qualname__ = name
    same.__module__ = __name__
    same.__doc__ = (function.__doc__ or "").replace(function.__name__, name)
    return composite(samples=first.samples, arrays=first.arrays, reference=first.reference, rtol=first.rtol)(same)


p_roots = _second_name("p_roots", roots_legendre)
t_roots = _second_name("t_roots", roots_chebyt)
u_roots = _second_name("u_roots", roots_chebyu)
c_roots = _second_name("c_roots", roots_chebyc)
s_roots = _second_name("s_roots", roots_chebys)
j_roots = _second_name("j_roots", roots_jacobi)
l_roots = _second_name("l_roots", roots_laguerre)
la_roots = _second_name("la_roots", roots_genlaguerre)
h_roots = _second_name("h_roots", roots_hermite)
he_roots = _second_name("he_roots", roots_hermitenorm)
cg_roots = _second_name("cg_roots", roots_gegenbauer)
ps_roots = _second_name("ps_roots", roots_sh_legendre)
ts_roots = _second_name("ts_roots", roots_sh_chebyt)
us_roots = _second_name("us_roots", roots_sh_chebyu)
js_roots = _second_name("js_roots", roots_sh_jacobi)
