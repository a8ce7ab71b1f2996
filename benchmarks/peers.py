"""The same call made by others. A peer that computes something else is left out, and the row says so."""

from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy
import torch
from torch import Tensor

from scitorch.op import Composite, Entry

from .timing import OURS, Row

# Peers are dropped when they are further from us than this: then they are not doing the same work.
_SAME = 1e-5


View = Callable[[Any], Any] | None


def row_of(entry: Entry, case: str, args: Sequence[Any], kwargs: Mapping[str, Any], view: View = None) -> Row:
    """The value of a declared function, against every peer that has it.

    ``view`` is what of the results is unique, where they are not (signs of eigenvectors).
    """
    ours = functools.partial(entry.function, *args, **kwargs)
    expected = _seen(view, ours())
    contenders: dict[str, Callable[[], Any]] = {OURS: ours}
    notes: list[str] = []
    for who, make in (("SciPy", _scipy), ("torch", _torch), ("JAX", _jax)):
        call = make(entry, args, kwargs)
        if call is None:
            continue
        try:
            found = _seen(view, call())
        except Exception as error:
            notes.append(f"{who}: {type(error).__name__}")
            continue
        difference = relative_difference(found, expected)
        if difference > _SAME:
            notes.append(f"{who} differs by {difference:.0e}")
            continue
        contenders[who] = call
    return Row(entry.declared.family, entry.declared.name, case, contenders, tuple(notes))


def gradient_row(entry: Entry, case: str, args: Sequence[Any], kwargs: Mapping[str, Any], view: View = None) -> Row:
    """Value and gradient in every float argument, against torch and JAX."""
    args = [_fixed(a) if name in undefined_arguments(entry) else a for name, a in _named(entry, args)]
    contenders: dict[str, Callable[[], Any]] = {OURS: _torch_gradient(entry.function, args, kwargs, view)}
    expected = contenders[OURS]()
    notes: list[str] = []
    native = _torch_function(entry)
    peers = {
        "torch": None if native is None else _torch_gradient(native, args, kwargs, view),
        "JAX": None if view is not None else _jax_gradient(entry, args, kwargs),
    }
    for who, call in peers.items():
        if call is None:
            continue
        try:
            difference = relative_difference(call(), expected)
        except Exception as error:
            notes.append(f"{who}: {type(error).__name__}")
            continue
        if difference > _SAME:
            notes.append(f"{who} differs by {difference:.0e}")
            continue
        contenders[who] = call
    return Row(entry.declared.family, entry.declared.name, case, contenders, tuple(notes))


def undefined_arguments(entry: Entry) -> set[str]:
    """Arguments without a derivative; they take part as integers."""
    if isinstance(entry.declared, Composite):
        return set(entry.declared.undefined)
    derivative, arguments = entry.declared.derivative, entry.declared.arguments
    return {a for i, a in enumerate(arguments) if not derivative.defined(i)}


def _named(entry: Entry, args: Sequence[Any]) -> Iterable[tuple[str, Any]]:
    declared = entry.declared
    names = declared.arrays if isinstance(declared, Composite) else declared.arguments
    return itertools.zip_longest(names[: len(args)], args)


def _fixed(value: Any) -> Any:
    return value.to(torch.int64) if isinstance(value, Tensor) else value


def relative_difference(found: Any, expected: Any) -> float:
    """Largest difference of two results (or tuples of them), relative to the largest magnitude."""
    pairs = zip(_flat(found), _flat(expected), strict=True)
    worst = 0.0
    for f, e in pairs:
        f, e = numpy.asarray(f), numpy.asarray(e)
        if f.shape != e.shape:
            return float("inf")
        finite = numpy.isfinite(f) & numpy.isfinite(e)
        if not finite.any():
            continue
        error = numpy.abs(f - e)[finite].max() / max(numpy.abs(e)[finite].max(), 1e-300)
        worst = max(worst, float(error))
    return worst


def jax_installed() -> bool:
    """Whether JAX can be imported; it is then set to double precision."""
    return jax_module() is not None


def _scipy(entry: Entry, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Callable[[], Any] | None:
    reference = entry.declared.reference
    if isinstance(reference, str):
        module, _, name = reference.rpartition(".")
        reference = getattr(importlib.import_module(module), name)
    if reference is None:
        return None
    return functools.partial(reference, *_converted(args, _numpy), **kwargs)


def _torch(entry: Entry, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Callable[[], Any] | None:
    function = _torch_function(entry)
    return None if function is None else functools.partial(function, *args, **kwargs)


def _jax(entry: Entry, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Callable[[], Any] | None:
    function = _jax_function(entry)
    jax = jax_module()
    if function is None or jax is None:
        return None
    compiled = jax.jit(functools.partial(function, **kwargs))
    given = _converted(args, jax.numpy.asarray)
    return lambda: jax.block_until_ready(compiled(*given))


def _torch_gradient(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], view: View
) -> Callable[[], Any]:
    leaves = [a.detach().clone().requires_grad_() if _moves(a) else a for a in args]
    moving = [a for a in leaves if isinstance(a, Tensor) and a.requires_grad]

    def call() -> Any:
        results = _tensors(_seen(view, function(*leaves, **kwargs)))
        total = sum(r.abs().sum() if r.is_complex() else r.sum() for r in results)
        return torch.autograd.grad(total, moving)

    return call


def _jax_gradient(entry: Entry, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Callable[[], Any] | None:
    function = _jax_function(entry)
    jax = jax_module()
    if function is None or jax is None:
        return None
    moving = tuple(i for i, a in enumerate(args) if _moves(a))

    def total(*values: Any) -> Any:
        results = function(*values, **kwargs)
        return sum(r.sum() for r in (results if isinstance(results, tuple) else (results,)))

    compiled = jax.jit(jax.grad(total, argnums=moving))
    given = _converted(args, jax.numpy.asarray)
    return lambda: jax.block_until_ready(compiled(*given))


def _torch_function(entry: Entry) -> Callable[..., Any] | None:
    family, name = entry.declared.family, entry.declared.name
    found: Callable[..., Any] | None = getattr(getattr(torch, family, None), name, None)
    return found


def _jax_function(entry: Entry) -> Callable[..., Any] | None:
    if jax_module() is None:
        return None
    try:
        module = importlib.import_module(f"jax.scipy.{entry.declared.family}")
    except ImportError:
        return None
    return getattr(module, entry.declared.name, None)


@functools.lru_cache(maxsize=1)
def jax_module() -> Any:
    try:
        jax = importlib.import_module("jax")
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    return jax


def _converted(args: Iterable[Any], convert: Callable[[Any], Any]) -> list[Any]:
    return [
        tuple(_converted(a, convert)) if isinstance(a, tuple) else convert(a) if isinstance(a, Tensor) else a
        for a in args
    ]


def _numpy(x: Tensor) -> Any:
    return x.detach().resolve_conj().resolve_neg().numpy()


def _moves(x: Any) -> bool:
    return isinstance(x, Tensor) and (x.is_floating_point() or x.is_complex())


def _tensors(result: Any) -> list[Tensor]:
    return [r for r in _several(result) if _moves(r)]


def _seen(view: View, result: Any) -> Any:
    """The unique part of a result; of arrays as of tensors."""
    if view is None:
        return result
    tensors = [torch.as_tensor(numpy.asarray(r)) if not isinstance(r, Tensor) else r for r in _several(result)]
    return view(tuple(tensors) if isinstance(result, (tuple, list)) else tensors[0])


def _several(result: Any) -> tuple[Any, ...]:
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)


def _flat(result: Any) -> list[Any]:
    return [_numpy(r) if isinstance(r, Tensor) else r for r in _several(result)]


def is_public(entry: Entry) -> bool:
    """Whether users call it, and something else can be called in its stead."""
    return entry.declared.public and entry.declared.reference is not None
