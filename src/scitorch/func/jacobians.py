"""Jacobians and Hessians as arrays, of functions of real and complex arguments."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor

from scitorch.func.call import Call, Function, Names, Positions
from scitorch.func.gradients import basis, pull_back, push_forward

__all__ = ["hessian", "jacfwd", "jacobian", "jacrev"]

Mode = Literal["auto", "forward", "reverse"]
Rows = list[list[Tensor]]  # a Jacobian for each leaf of the result and each primal

# A Jacobian passes for holomorphic if i times a probe gives i times its image up to this, relative to the image.
_CAUCHY_RIEMANN = 1e3


def jacobian(
    function: Function,
    argnums: Positions = None,
    *,
    argnames: Names = None,
    has_aux: bool = False,
    mode: Mode = "auto",
    chunk_size: int | None = None,
    holomorphic: bool = False,
    wirtinger: bool = False,
    view: Literal["real"] | None = None,
) -> Callable[..., Any]:
    """Return the function that computes the Jacobian.

    Parameters
    ----------
    function : callable
        Returns arrays, tensors, or containers of them, real or complex.
    argnums, argnames, has_aux
        As in `grad`.
    mode : {"auto", "forward", "reverse"}
        One pass for each component of the arguments, or of the result. By default what takes fewer passes, and reverse
        where an operation has no forward formula.
    chunk_size : int, optional
        How many passes are made together; all, by default. Fewer take less memory.
    holomorphic : bool
        For complex arguments of a holomorphic function: the complex derivative ``∂f/∂z``. That the Cauchy-Riemann
        equations hold is checked along one direction.
    wirtinger : bool
        For complex arguments of any function: the pair ``(∂f/∂z, ∂f/∂z̄)``.
    view : {"real"}, optional
        For complex arguments of any function: real derivatives of real and imaginary parts, in two more dimensions of
        size 2, for those of the result and of the argument.

    Returns
    -------
    callable
        Takes the function's arguments and returns the Jacobian: the shape of the result, followed by that of the
        argument; containers of results hold containers of arguments.

    Raises
    ------
    TypeError
        For complex arguments, unless one of ``holomorphic``, ``wirtinger`` and ``view`` says what is wanted.
    ValueError
        If the function turns out not to be holomorphic.

    Examples
    --------
    >>> import torch
    >>> import scitorch.numpy as np
    >>> from scitorch.func import jacobian
    >>> jacobian(np.square)(np.arange(3.0))
    array([[0., 0., 0.],
           [0., 2., 0.],
           [0., 0., 4.]])
    >>> jacobian(lambda z: z.abs() ** 2, wirtinger=True)(torch.tensor(3 + 4j))
    (tensor(3.-4.j), tensor(3.+4.j))
    """
    if mode not in ("auto", "forward", "reverse"):
        raise ValueError(f"mode is 'auto', 'forward' or 'reverse', not {mode!r}")
    if holomorphic + wirtinger + (view is not None) > 1:
        raise ValueError("holomorphic, wirtinger and view exclude each other")
    if view not in (None, "real"):
        raise ValueError(f"view is 'real' or None, not {view!r}")

    @functools.wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        call = Call(function, args, kwargs, argnums, argnames, has_aux=has_aux)
        any_complex = next((i for i, p in enumerate(call.primals) if p.is_complex()), None)
        if any_complex is not None and not (holomorphic or wirtinger or view):
            raise TypeError(
                f"jacobian of {call.name}: {call.path(any_complex)} is complex; say what is wanted: holomorphic=True "
                "(∂f/∂z), wirtinger=True (the pair ∂f/∂z, ∂f/∂z̄) or view='real'"
            )
        if any_complex is None:
            rows, aux = _real_jacobian(call, mode, chunk_size)
            found = _assembled(call, rows)
            if wirtinger:
                found = (found, _assembled(call, [[torch.zeros_like(j) for j in row] for row in rows]))
            elif view:
                found = _assembled(call, [[_real_block(j, torch.zeros_like(j), False) for j in row] for row in rows])
        else:
            found, aux = _complex_jacobian(call, chunk_size, holomorphic, wirtinger)
        return (found, call.aux.with_values(aux)) if call.aux is not None else found

    return computed


def jacrev(function: Function, argnums: Positions = None, has_aux: bool = False, **options: Any) -> Callable[..., Any]:
    """Return the function that computes the Jacobian in reverse mode: one pass per component of the result.

    Parameters
    ----------
    function, argnums, has_aux
        As in `jacobian`.
    **options
        Others of `jacobian`.

    Returns
    -------
    callable
        As for `jacobian`.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import jacrev
    >>> jacrev(np.square)(np.arange(3.0))
    array([[0., 0., 0.],
           [0., 2., 0.],
           [0., 0., 4.]])
    """
    return jacobian(function, argnums, has_aux=has_aux, mode="reverse", **options)


def jacfwd(function: Function, argnums: Positions = None, has_aux: bool = False, **options: Any) -> Callable[..., Any]:
    """Return the function that computes the Jacobian in forward mode: one pass per component of the arguments.

    Parameters
    ----------
    function, argnums, has_aux
        As in `jacobian`.
    **options
        Others of `jacobian`.

    Returns
    -------
    callable
        As for `jacobian`.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import jacfwd
    >>> jacfwd(lambda s: s * np.arange(3.0))(np.array(2.0))
    array([0., 1., 2.])
    """
    return jacobian(function, argnums, has_aux=has_aux, mode="forward", **options)


def hessian(
    function: Function,
    argnums: Positions = None,
    has_aux: bool = False,
    *,
    argnames: Names = None,
    chunk_size: int | None = None,
    holomorphic: bool = False,
    wirtinger: bool = False,
    view: Literal["real"] | None = None,
) -> Callable[..., Any]:
    """Return the function that computes second derivatives: the Jacobian of the Jacobian.

    Parameters
    ----------
    function, argnums, has_aux, argnames, chunk_size, holomorphic, wirtinger, view
        As in `jacobian`. The inner derivative is taken in reverse mode if the result has fewer components than the
        arguments, the outer in forward mode, unless an operation has no forward formula.

    Returns
    -------
    callable
        Takes the function's arguments and returns the shape of the result, followed by that of the argument twice.

    Examples
    --------
    >>> import scitorch.numpy as np
    >>> from scitorch.func import hessian
    >>> hessian(np.prod)(np.array([2.0, 0.0, 5.0]))
    array([[0., 5., 0.],
           [5., 0., 2.],
           [0., 2., 0.]])
    """
    options: dict[str, Any] = dict(
        argnames=argnames,
        has_aux=has_aux,
        chunk_size=chunk_size,
        holomorphic=holomorphic,
        wirtinger=wirtinger,
        view=view,
    )
    return jacobian(jacobian(function, argnums, **options), argnums, mode="auto", **options)


def _real_jacobian(call: Call, mode: Mode, chunk_size: int | None) -> tuple[Rows, tuple[Tensor, ...]]:
    """Rows of the Jacobian in real primals, and what the function returns beside."""
    if mode == "forward":
        return _forward(call, call.primals, chunk_size, 1)
    results, pull, aux = pull_back(call)
    inputs = sum(p.numel() for p in call.primals)
    outputs = sum(r.numel() * (2 if r.is_complex() else 1) for r in results)
    if mode == "auto" and inputs <= outputs:
        try:
            return _forward(call, call.primals, chunk_size, 1)
        except NotImplementedError:
            pass  # an operation without a forward formula
    return _reverse(call.primals, results, pull, chunk_size), aux


def _forward(
    call: Call, primals: tuple[Tensor, ...], chunk_size: int | None, unit: complex
) -> tuple[Rows, tuple[Tensor, ...]]:
    """Columns of the Jacobian, images of ``unit`` times each basis vector, as rows of blocks."""
    beside: list[Tensor] = []

    def column(*tangents: Tensor) -> Any:
        moved: Any
        _, moved, *aux = torch.func.jvp(call.with_aux, primals, tangents, has_aux=True)
        beside[:] = aux[0]
        return moved

    columns = torch.func.vmap(column, randomness="same", chunk_size=chunk_size)(*basis(primals, unit))
    if beside or not columns:
        beside = list(call.with_aux(*primals)[1])
    sizes = [p.numel() for p in primals]
    rows = [
        [block.movedim(0, -1).reshape((*c.shape[1:], *p.shape)) for block, p in zip(c.split(sizes), primals)]
        for c in columns
    ]
    return rows, tuple(beside)


def _reverse(
    primals: tuple[Tensor, ...], results: tuple[Tensor, ...], pull: Callable[..., Any], chunk_size: int | None
) -> Rows:
    """Rows of the Jacobian in real primals from cotangents; a complex result needs those along i too."""

    def row(*cotangents: Tensor) -> Any:
        return pull(cotangents)

    def rows_along(unit: complex) -> list[list[Tensor]]:
        pulled = torch.func.vmap(row, randomness="same", chunk_size=chunk_size)(*basis(results, unit))
        sizes = [r.numel() for r in results]
        split = [block.split(sizes) for block in pulled]
        return [
            [split[j][k].reshape((*r.shape, *p.shape)) for j, p in enumerate(primals)] for k, r in enumerate(results)
        ]

    found = rows_along(1)
    if any(r.is_complex() for r in results):
        # For real x, pulling g back gives Re(Jᴴ g): the real part of J for g = 1, its imaginary part for g = i.
        imaginary = rows_along(1j)
        for k, r in enumerate(results):
            if r.is_complex():
                found[k] = [torch.complex(re, im) for re, im in zip(found[k], imaginary[k])]
    return found


def _complex_jacobian(
    call: Call, chunk_size: int | None, holomorphic: bool, wirtinger: bool
) -> tuple[Any, tuple[Tensor, ...]]:
    """Derivatives where a primal is complex, in forward mode: columns along 1 and, unless holomorphic, along i."""
    primals = call.primals
    if holomorphic:
        real = next((i for i, p in enumerate(primals) if not p.is_complex()), None)
        if real is not None:
            raise TypeError(f"jacobian of {call.name}: holomorphic=True, and {call.path(real)} is real")
        _check_cauchy_riemann(call)
    along_one, aux = _columns(call, chunk_size, 1)
    if holomorphic:
        return _assembled(call, along_one), aux
    along_i, _ = _columns(call, chunk_size, 1j)
    if wirtinger:
        both = [
            [_wirtinger(x, y, p.is_complex()) for x, y, p in zip(xs, ys, primals)] for xs, ys in zip(along_one, along_i)
        ]
        return tuple(_assembled(call, [[pair[k] for pair in row] for row in both]) for k in range(2)), aux
    results = call.result.tensors
    blocks = [
        [_real_block(x, y, r.is_complex()) for x, y in zip(xs, ys)] for xs, ys, r in zip(along_one, along_i, results)
    ]
    return _assembled(call, blocks), aux


def _columns(call: Call, chunk_size: int | None, unit: complex) -> tuple[Rows, tuple[Tensor, ...]]:
    try:
        return _forward(call, call.primals, chunk_size, unit)
    except NotImplementedError:
        columns = [push_forward(call, direction) for direction in zip(*basis(call.primals, unit))]
        stacked = [torch.stack(parts) for parts in zip(*(moved for _, moved, _ in columns))]
        sizes = [p.numel() for p in call.primals]
        rows = [
            [b.movedim(0, -1).reshape((*c.shape[1:], *p.shape)) for b, p in zip(c.split(sizes), call.primals)]
            for c in stacked
        ]
        return rows, columns[0][2]


def _wirtinger(x: Tensor, y: Tensor, is_complex: bool) -> tuple[Tensor, Tensor]:
    """∂/∂z = (∂/∂x − i ∂/∂y) / 2 and ∂/∂z̄ = (∂/∂x + i ∂/∂y) / 2; a real variable is its own conjugate."""
    return ((x - 1j * y) / 2, (x + 1j * y) / 2) if is_complex else (x, torch.zeros_like(x))


def _real_block(x: Tensor, y: Tensor, is_complex: bool) -> Tensor:
    """[[∂u/∂x, ∂u/∂y], [∂v/∂x, ∂v/∂y]] of u + iv."""
    parts = [torch.stack([c.real, c.imag] if c.is_complex() else [c, torch.zeros_like(c)], -1) for c in (x, y)]
    return torch.stack(parts, -1)


def _check_cauchy_riemann(call: Call) -> None:
    generator = torch.Generator().manual_seed(0)
    probe = tuple(torch.randn(p.shape, dtype=p.dtype, generator=generator).to(p.device) for p in call.primals)
    _, moved, _ = push_forward(call, probe)
    _, turned, _ = push_forward(call, tuple(1j * t for t in probe))
    for index, (along_one, along_i) in enumerate(zip(moved, turned)):
        if not along_one.is_complex():
            raise TypeError(
                f"jacobian of {call.name}: holomorphic=True, and {call.result.path(index)} is real; use wirtinger=True "
                "or view='real'"
            )
        error, scale = (along_i - 1j * along_one).abs(), along_one.abs() + along_i.abs()
        tolerance = _CAUCHY_RIEMANN * math.sqrt(along_one.numel() + 1) * torch.finfo(along_one.dtype).eps
        if _is_true((error > tolerance * scale.max() if scale.numel() else error > 0).any()):
            raise ValueError(
                f"jacobian of {call.name}: {call.result.path(index)} is not holomorphic in the arguments; use "
                "wirtinger=True or view='real'"
            )


def _is_true(condition: Tensor) -> bool:
    """Whether it holds, as far as transforms outside let anyone see."""
    try:
        return bool(condition)
    except RuntimeError:
        return False


def _assembled(call: Call, rows: Rows) -> Any:
    return call.result.derivatives([call.derivatives(row) for row in rows])
