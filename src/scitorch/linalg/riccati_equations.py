"""Algebraic Riccati equations of optimal control.

The stabilising solution ``x`` is an implicit function of all coefficients. With the gain ``k`` and the closed loop
``c = a - b k``, what a change of the coefficients adds to the residual is balanced by ``dx`` through a linear matrix
equation in ``c``: a Lyapunov equation in continuous time, a Stein equation in discrete time (Lancaster & Rodman,
"Algebraic Riccati Equations", 1995, chapter 14). ``q`` and ``r`` enter by their Hermitian parts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy
import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from scitorch.op import Maker, Sample, composite, gufunc

from .arguments import require_finite, require_square
from .discrete_equations import _stein
from .linear_solve import _solve
from .matrix_equations import _sylvester
from .matrix_parts import adjoint, broadcast_batch, hermitian_part, identity_like

Coefficients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def _name(discrete: bool) -> str:
    return f"solve_{'discrete' if discrete else 'continuous'}_are"


def _riccati_kernel(
    a: Tensor,
    b: Tensor,
    q: Tensor,
    r: Tensor,
    e: Tensor,
    s: Tensor,
    *,
    discrete: bool,
    general: bool,
    crossed: bool,
    balanced: bool,
) -> Tensor:
    import scipy.linalg

    function = _name(discrete)
    require_finite(function, a=a, b=b, q=q, r=r, e=e, s=s)
    batch = broadcast_batch(a, b, q, r, e, s)
    n = a.shape[-1]
    result = torch.empty(*batch, n, n, dtype=a.dtype)
    if not result.numel():
        return result
    given = (a, b, hermitian_part(q), hermitian_part(r), e, s)
    matrices = (x.expand(*batch, *x.shape[-2:]).reshape(-1, *x.shape[-2:]).numpy() for x in given)
    solve = getattr(scipy.linalg, function)
    for row, a_, b_, q_, r_, e_, s_ in zip(result.view(-1, n, n).numpy(), *matrices):
        try:
            row[:] = solve(a_, b_, q_, r_, e=e_ if general else None, s=s_ if crossed else None, balanced=balanced)
        except (numpy.linalg.LinAlgError, ValueError) as error:
            raise LinAlgError(f"{function}: there is no stabilising solution, or it was not found: {error}") from error
    return result


def _gain(x: Tensor, a: Tensor, b: Tensor, r: Tensor, e: Tensor, s: Tensor, discrete: bool) -> tuple[Tensor, Tensor]:
    """The gain ``k`` and the closed loop ``a - b k``."""
    xb = x @ b
    weight = hermitian_part(r)
    if discrete:
        weight = weight + adjoint(b) @ xb
    k = _solve(weight, adjoint(adjoint(a if discrete else e) @ xb + s))
    return k, a - b @ k


#: What a change of each coefficient adds to the residual, given x, the gain k and the closed loop c: m such that the
#: residual moves by m + m^H. Continuous: a^H x e + e^H x a - k^H r k + q; discrete: a^H x a - e^H x e - k^H (…) k + q.
_CHANGES: dict[str, Callable[..., Tensor]] = {
    "a": lambda x, k, c, e, d, discrete: adjoint(c if discrete else e) @ x @ d,
    "b": lambda x, k, c, e, d, discrete: -adjoint(c if discrete else e) @ x @ d @ k,
    "q": lambda x, k, c, e, d, discrete: hermitian_part(d) / 2,
    "r": lambda x, k, c, e, d, discrete: adjoint(k) @ hermitian_part(d) @ k / 2,
    "e": lambda x, k, c, e, d, discrete: -adjoint(e) @ x @ d if discrete else adjoint(c) @ x @ d,
    "s": lambda x, k, c, e, d, discrete: -d @ k,
}


def _tangent(coefficient: str) -> Callable[..., Tensor]:
    change = _CHANGES[coefficient]

    def tangent(
        x: Tensor,
        a: Tensor,
        b: Tensor,
        q: Tensor,
        r: Tensor,
        e: Tensor,
        s: Tensor,
        moved: Tensor,
        *,
        discrete: bool,
        general: bool,
        **_flags: bool,
    ) -> Tensor:
        k, c = _gain(x, a, b, r, e, s, discrete)
        half = change(x, k, c, e, moved, discrete)
        residual = half + adjoint(half)
        if general:
            # c dx e -> (c e^-1), residual -> e^-H residual e^-1
            eh = adjoint(e)
            residual = adjoint(_solve(eh, adjoint(_solve(eh, residual))))
            c = adjoint(_solve(eh, adjoint(c)))
        if discrete:
            return _stein(adjoint(c), c, residual)
        return -_sylvester(adjoint(c), c, residual, function="derivative of solve_continuous_are")

    return tangent


def _riccati_samples(make: Maker) -> list[Sample]:
    a, b, q, r, e, s = _problem(make)
    return [
        Sample((a, b, q, r, e, s), {"discrete": False, "general": True, "crossed": True}),
        Sample((a, b, q, r, e, s), {"discrete": True, "general": True, "crossed": True}),
    ]


def _problem(make: Maker) -> Coefficients:
    return (
        make(2, 2) / 2,
        make(2, 1),
        make.positive_definite(2, 2),
        make.positive_definite(1, 1),
        make(2, 2) / 4 + identity_like(make(2, 2)),
        make(2, 1) / 8,
    )


@gufunc(
    "(n,n),(n,m),(n,n),(m,m),(n,n),(n,m)->(n,n)",
    kernel={"cpu": _riccati_kernel},
    jvp={name: _tangent(name) for name in _CHANGES},
    samples=_riccati_samples,
    loops="rrrrrr->r zzzzzz->z",
    public=False,
)
def _riccati(
    a: Tensor,
    b: Tensor,
    q: Tensor,
    r: Tensor,
    e: Tensor,
    s: Tensor,
    *,
    discrete: bool = False,
    general: bool = False,
    crossed: bool = False,
    balanced: bool = True,
) -> Tensor:
    """Stabilising solution of a Riccati equation; ``general`` says that e is read, ``crossed`` that s is."""


def _checked(
    function: str, a: Tensor, b: Tensor, q: Tensor, r: Tensor, e: Tensor | None, s: Tensor | None
) -> Coefficients:
    """All six coefficients with the shapes that fit."""
    require_square(function, "a", a)
    require_square(function, "r", r)
    n, m = a.shape[-1], r.shape[-1]
    e_ = identity_like(a) if e is None else e
    s_ = torch.zeros(n, m, dtype=a.dtype, device=a.device) if s is None else s
    for name, x, shape in (("b", b, (n, m)), ("q", q, (n, n)), ("e", e_, (n, n)), ("s", s_, (n, m))):
        if tuple(x.shape[-2:]) != shape:
            raise ValueError(
                f"{function}: argument {name!r} has shape {tuple(x.shape)}; wanted (..., {shape[0]}, {shape[1]})"
            )
    return a, b, q, r, e_, s_


def _are_samples(make: Maker) -> list[Sample]:
    a, b, q, r, e, s = _problem(make)
    return [
        Sample((a, b, q, r), moving=(0, 1, 3)),
        Sample((torch.stack([a, a / 2]), b, q, r, e, s), moving=(2, 4, 5)),
    ]


@composite(samples=_are_samples, arrays=("a", "b", "q", "r", "e", "s"), reference="scipy.linalg.solve_continuous_are")
def solve_continuous_are(
    a: Tensor,
    b: Tensor,
    q: Tensor,
    r: Tensor,
    e: Tensor | None = None,
    s: Tensor | None = None,
    balanced: bool = True,
) -> Tensor:
    """
    Solve the continuous-time algebraic Riccati equation.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        The system.
    b : Tensor, shape (..., n, m)
        How controls enter.
    q : Tensor, shape (..., n, n)
        Weight of the state; its Hermitian part is used.
    r : Tensor, shape (..., m, m)
        Weight of the controls, regular; its Hermitian part is used.
    e : Tensor, shape (..., n, n), optional
        Regular matrix of a descriptor system, by default the identity.
    s : Tensor, shape (..., n, m), optional
        Cross weight, by default zero.
    balanced : bool, optional
        Balance the matrix pencil first.

    Returns
    -------
    Tensor, shape (..., n, n)
        The stabilising solution of ``a^H x e + e^H x a - (e^H x b + s) r^-1 (b^H x e + s^H) + q = 0``.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If there is no stabilising solution.

    Notes
    -----
    SciPy's solution by the ordered QZ form of the extended Hamiltonian pencil. The derivative solves a Lyapunov
    equation in the closed loop ``a - b k``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_continuous_are
    >>> one = torch.ones(1, 1, dtype=torch.float64)
    >>> solve_continuous_are(one, one, 3 * one, one)  # 2 x - x² + 3 = 0
    tensor([[3.0000]], dtype=torch.float64)
    """
    given = _checked("solve_continuous_are", a, b, q, r, e, s)
    return _riccati(*given, discrete=False, general=e is not None, crossed=s is not None, balanced=balanced)


@composite(samples=_are_samples, arrays=("a", "b", "q", "r", "e", "s"), reference="scipy.linalg.solve_discrete_are")
def solve_discrete_are(
    a: Tensor,
    b: Tensor,
    q: Tensor,
    r: Tensor,
    e: Tensor | None = None,
    s: Tensor | None = None,
    balanced: bool = True,
) -> Tensor:
    """
    Solve the discrete-time algebraic Riccati equation.

    Parameters
    ----------
    a : Tensor, shape (..., n, n)
        The system.
    b : Tensor, shape (..., n, m)
        How controls enter.
    q : Tensor, shape (..., n, n)
        Weight of the state; its Hermitian part is used.
    r : Tensor, shape (..., m, m)
        Weight of the controls; its Hermitian part is used.
    e : Tensor, shape (..., n, n), optional
        Regular matrix of a descriptor system, by default the identity.
    s : Tensor, shape (..., n, m), optional
        Cross weight, by default zero.
    balanced : bool, optional
        Balance the matrix pencil first.

    Returns
    -------
    Tensor, shape (..., n, n)
        The stabilising solution of
        ``a^H x a - e^H x e - (a^H x b + s) (r + b^H x b)^-1 (b^H x a + s^H) + q = 0``.

    Raises
    ------
    ValueError
        For shapes that do not fit, or entries that are not finite.
    numpy.linalg.LinAlgError
        If there is no stabilising solution.

    Notes
    -----
    SciPy's solution by the ordered QZ form of the extended symplectic pencil. The derivative solves a Stein equation
    in the closed loop ``a - b k``.

    Examples
    --------
    >>> import torch
    >>> from scitorch.linalg import solve_discrete_are
    >>> one = torch.ones(1, 1, dtype=torch.float64)
    >>> solve_discrete_are(0 * one, one, 3 * one, one)
    tensor([[3.]], dtype=torch.float64)
    """
    given = _checked("solve_discrete_are", a, b, q, r, e, s)
    return _riccati(*given, discrete=True, general=e is not None, crossed=s is not None, balanced=balanced)
