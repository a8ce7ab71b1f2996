"""Methods whose iterations are SciPy's, one column at a time: QMR, LGMRES and GCROT(m,k).

The vectors are NumPy's for the time of the iteration; products with the operators are made where these are.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .system import Settings, Solution, System


def _one_at_a_time(name: str, system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    import scipy.sparse.linalg as reference

    method = getattr(reference, name)
    accepted = inspect.signature(method).parameters
    options = {k: v for k, v in settings.options.items() if k in accepted}
    info = torch.zeros((*b.shape[:-2], b.shape[-1]), dtype=torch.int64, device=b.device)
    for place in itertools.product(*(range(s) for s in (*b.shape[:-2], b.shape[-1]))):
        at: Any = (*place[:-1], slice(None), place[-1])

        def through(act: Callable[[Tensor], Tensor], at: Any = at) -> Callable[[Any], Any]:
            def product(v: Any) -> Any:
                wide = torch.zeros_like(b)
                wide[at] = torch.as_tensor(v.reshape(-1)).to(b)
                return act(wide)[at].numpy(force=True)

            return product

        n = b.shape[-2]
        dtype = b[at].numpy(force=True).dtype
        matrix = reference.LinearOperator((n, n), through(system.matvec), through(system.rmatvec), dtype=dtype)
        solver = reference.LinearOperator((n, n), through(system.psolve), through(system.rpsolve), dtype=dtype)
        identity = reference.LinearOperator((n, n), lambda v: v, lambda v: v, dtype=dtype)
        side = {"M1": solver, "M2": identity} if "M1" in accepted else {"M": solver}
        callback = settings.callback
        if callback is not None:
            tell = callback
            options["callback"] = lambda v, tell=tell: tell(torch.as_tensor(v).to(b).clone())
        start = x[at].numpy(force=True).copy()
        found, code = method(
            matrix,
            b[at].numpy(force=True),
            x0=start if start.any() else None,
            rtol=settings.rtol,
            atol=settings.atol,
            maxiter=settings.maxiter,
            **side,
            **options,
        )
        x[at] = torch.as_tensor(found).to(x)
        info[place] = int(code)
    return x, info


def qmr(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """Quasi-minimal residuals (Freund & Nachtigal 1991), with the preconditioner on the left."""
    return _one_at_a_time("qmr", system, b, x, settings)


def lgmres(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """GMRES with vectors kept over restarts (Baker, Jessup & Manteuffel 2005)."""
    return _one_at_a_time("lgmres", system, b, x, settings)


def gcrotmk(system: System, b: Tensor, x: Tensor, settings: Settings) -> Solution:
    """GCROT(m,k) (Hicken & Zingg 2010)."""
    return _one_at_a_time("gcrotmk", system, b, x, settings)
