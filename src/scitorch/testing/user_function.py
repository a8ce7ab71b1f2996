"""Any function as something that laws can be checked on: its tensors separated out of whatever it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from scitorch.op.domain import Domain, Maker, Range, Sample
from scitorch.op.registry import Composite, Entry

#: What `check` accepts as samples.
Samples = Iterable[Any] | Mapping[str, Range] | Callable[[Maker], Iterable[Any]]


def undeclared(
    function: Callable[..., Any],
    samples: Samples,
    *,
    reference: Callable[..., Any] | str | None = None,
    rtol: float = 1e-10,
) -> Entry:
    """A row like those of the registry for a function that was not declared, outside of the registry.

    Parameters
    ----------
    function
        Any function of tensors or pytrees of them, or a module, whose parameters then count as arguments.
    samples
        Tuples of arguments, or `scitorch.op.Sample`; or a function that takes a `scitorch.op.Maker` and returns
        these; or ranges by argument name (`scitorch.op.Real`), for a function of scalars.
    reference, rtol
        The function it must equal, on NumPy arrays, and how closely.
    """
    name = getattr(function, "__name__", type(function).__name__)
    called: Callable[..., Any] = function
    domain, sampler = Domain(), None
    if isinstance(function, torch.nn.Module):
        called, samples = _with_parameters(function, _listed(samples))
    if isinstance(samples, Mapping):
        domain, arrays = Domain(real=dict(samples)), tuple(samples)
    else:
        called, listed, arrays = _flattened(called, [_sample(s) for s in _listed(samples)])

        def sampler(maker: Maker, listed: list[Sample] = listed) -> list[Sample]:  # type: ignore[misc]
            wanted = maker.dtype.is_complex
            return [s for s in listed if any(isinstance(a, Tensor) and a.is_complex() for a in s.args) == wanted]

    declared = Composite(
        name=name,
        family=getattr(function, "__module__", "") or "",
        module=getattr(function, "__module__", "") or "",
        function=called,
        arrays=arrays,
        domain=domain,
        samples=sampler,
        reference=reference,
        rtol=rtol,
        doc="",
        undefined={},
    )
    return Entry(declared, called)


def _listed(samples: Samples) -> list[Any]:
    if isinstance(samples, Mapping):
        raise TypeError("a module is tried on samples, not on ranges")
    if callable(samples):
        return [*samples(Maker(torch.float64)), *samples(Maker(torch.complex128))]
    return list(samples)


def _sample(given: Any) -> Sample:
    if isinstance(given, Sample):
        return given
    return Sample(tuple(given) if isinstance(given, (tuple, list)) else (given,))


def _with_parameters(module: torch.nn.Module, samples: list[Any]) -> tuple[Callable[..., Any], list[Sample]]:
    """A module as a function of its parameters and its arguments, in double precision."""
    state = {k: v.detach().double() if v.is_floating_point() else v.detach() for k, v in module.named_parameters()}
    buffers = {k: v.double() if v.is_floating_point() else v for k, v in module.named_buffers()}

    def call(parameters: dict[str, Tensor], *args: Any, **kwargs: Any) -> Any:
        dtype = next((p.dtype for p in parameters.values()), torch.float64)
        others = {k: b.to(dtype) if b.is_floating_point() else b for k, b in buffers.items()}
        return torch.func.functional_call(module, {**parameters, **others}, args, kwargs)

    return call, [replace(s, args=(state, *s.args), moving=None) for s in map(_sample, samples)]


def _flattened(
    function: Callable[..., Any], samples: list[Sample]
) -> tuple[Callable[..., Any], list[Sample], tuple[str, ...]]:
    """The function with every leaf of its arguments as an argument of its own, and its results flat."""
    if not samples:
        raise ValueError("a function that was not declared needs samples to be tried on")
    if not any(_is_tree(a) for s in samples for a in s.args):
        call = _flat_results(function)
        names = _names(function, max(len(s.args) for s in samples))
        return call, [replace(s, moving=_moving(call, s)) for s in samples], names
    specs = {pytree.tree_structure(s.args) for s in samples}
    if len(specs) > 1:
        raise ValueError("samples whose arguments are trees must all have the same structure")
    (spec,) = specs

    def of_leaves(*leaves: Any, **kwargs: Any) -> Any:
        return function(*pytree.tree_unflatten(leaves, spec), **kwargs)

    paths, _ = pytree.tree_flatten_with_path(samples[0].args)
    call = _flat_results(of_leaves)
    flat = [replace(s, args=tuple(pytree.tree_leaves(s.args)), moving=None) for s in samples]
    flat = [replace(s, moving=_moving(call, s)) for s in flat]
    return call, flat, tuple(f"args{pytree.keystr(path)}" for path, _ in paths)


def _moving(function: Callable[..., Any], sample: Sample) -> tuple[int, ...]:
    """The arguments that must have a derivative: all in double precision, if any result could have one.

    A derivative that is missing is an error here, where that of a declared operator is looked up.
    """
    if sample.moving is not None:
        return sample.moving
    results = pytree.tree_leaves(function(*sample.args, **sample.kwargs))
    if not any(isinstance(r, Tensor) and _is_inexact(r) for r in results):
        return ()
    return tuple(i for i, a in enumerate(sample.args) if isinstance(a, Tensor) and a.dtype in _DOUBLE)


_DOUBLE = (torch.float64, torch.complex128)


def _is_inexact(t: Tensor) -> bool:
    return t.is_floating_point() or t.is_complex()


def _is_tree(value: Any) -> bool:
    return not isinstance(value, Tensor) and not pytree.tree_is_leaf(value)


def _flat_results(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return result if isinstance(result, Tensor) else tuple(pytree.tree_leaves(result))

    return call


def _names(function: Callable[..., Any], count: int) -> tuple[str, ...]:
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    return tuple(names[i] if i < len(names) else f"argument {i}" for i in range(count))
