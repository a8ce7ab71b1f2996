"""How an operator says what its derivative is.

Two forms, one protocol. A scalar function gives one **partial derivative per argument**. Any other operator gives one
**tangent map per argument**, linear in that argument's tangent; the cotangent map is its transpose. An argument in
which the operator itself is linear needs no tangent map (it is the operator) but says how it is transposed. A
cotangent map may be written by hand where that is faster; a generated check proves that it is the transpose.

Gradients of complex numbers follow torch: the cotangent of ``z`` is multiplied by the conjugate of the derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor

Tensors = tuple[Tensor, ...]
#: A result as formulas see it: a tensor, or a tuple of tensors if the operator has several results.
Result = Any


class Derivative(Protocol):
    """First derivative of an operator, as a linear map and as its transpose."""

    def defined(self, index: int) -> bool:
        """Whether there is a derivative with respect to argument ``index``."""
        ...

    def tangent(
        self, out: Result, primals: Tensors, tangents: Sequence[Tensor | None], static: Mapping[str, Any]
    ) -> Tensors:
        """Tangents of the results, given those of the arguments (``None`` where there is none)."""
        ...

    def cotangent(
        self,
        index: int,
        cotangents: Sequence[Tensor | None],
        out: Result,
        primals: Tensors,
        static: Mapping[str, Any],
    ) -> Tensor | None:
        """Cotangent of argument ``index``, not yet summed over broadcast dimensions."""
        ...

    def cotangents(
        self,
        needed: Sequence[bool],
        cotangents: Sequence[Tensor | None],
        out: Result,
        primals: Tensors,
        static: Mapping[str, Any],
    ) -> Sequence[Tensor | None]:
        """The same of all arguments that need one, ``None`` for the others."""
        ...


@dataclass(frozen=True)
class Undefined:
    """Names the operator and the argument whenever an absent derivative is asked for."""

    name: str
    arguments: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)

    def refuse(self, index: int) -> NotImplementedError:
        argument = self.arguments[index]
        reason = self.reasons.get(argument, "none is known to scitorch")
        return NotImplementedError(f"{self.name}: no derivative with respect to {argument!r}: {reason}")


@dataclass(frozen=True)
class Partials:
    """Derivative of a scalar function: ``rules[a](*arguments, out, **static)`` is ∂f/∂a.

    With several results a rule returns one partial per result.
    """

    rules: Mapping[int, Callable[..., Any]]
    undefined: Undefined

    def defined(self, index: int) -> bool:
        return index in self.rules

    def _partials(self, index: int, out: Result, primals: Tensors, static: Mapping[str, Any]) -> tuple[Any, ...]:
        if index not in self.rules:
            raise self.undefined.refuse(index)
        partial = self.rules[index](*primals, out, **static)
        return partial if isinstance(partial, tuple) else (partial,)

    def tangent(
        self, out: Result, primals: Tensors, tangents: Sequence[Tensor | None], static: Mapping[str, Any]
    ) -> Tensors:
        results = out if isinstance(out, tuple) else (out,)
        sums: list[Tensor | None] = [None] * len(results)
        for index, tangent in enumerate(tangents):
            if tangent is None:
                continue
            for k, partial in enumerate(self._partials(index, out, primals, static)):
                term = partial * tangent
                previous = sums[k]
                sums[k] = term if previous is None else previous + term
        return tuple(
            torch.zeros_like(r) if s is None else _shaped_like(s.to(r.dtype), r) for s, r in zip(sums, results)
        )

    def cotangent(
        self,
        index: int,
        cotangents: Sequence[Tensor | None],
        out: Result,
        primals: Tensors,
        static: Mapping[str, Any],
    ) -> Tensor | None:
        total: Tensor | None = None
        for cotangent, partial in zip(cotangents, self._partials(index, out, primals, static), strict=True):
            if cotangent is not None:
                term = cotangent * (partial.conj() if isinstance(partial, Tensor) else partial)
                total = term if total is None else total + term
        return total

    def cotangents(
        self,
        needed: Sequence[bool],
        cotangents: Sequence[Tensor | None],
        out: Result,
        primals: Tensors,
        static: Mapping[str, Any],
    ) -> Sequence[Tensor | None]:
        every = enumerate(needed)
        return [self.cotangent(i, cotangents, out, primals, static) if need else None for i, need in every]


@dataclass(frozen=True)
class TangentMaps:
    """Derivative of an operator on arrays.

    ``maps[a](out, *arguments, tangent, **static)`` is the tangent of the result(s) caused by the tangent of argument
    ``a``. ``transposes[a](cotangent, *arguments, **static)`` belongs to an argument in which the operator is linear;
    ``cotangent_maps[a](cotangent, out, *arguments, **static)`` is a hand-written transpose of ``maps[a]``; with
    ``absent_is_none`` it is given ``None`` for results that have no cotangent, not zeros. ``together(cotangent, out,
    *arguments, needed, **static)`` are those of all arguments, where they share work.
    """

    apply: Callable[..., Result]
    maps: Mapping[int, Callable[..., Any]]
    transposes: Mapping[int, Callable[..., Any]]
    cotangent_maps: Mapping[int, Callable[..., Any]]
    undefined: Undefined
    absent_is_none: bool = False
    together: Callable[..., Sequence[Tensor | None]] | None = None

    def defined(self, index: int) -> bool:
        return index in self.maps or index in self.transposes

    def _map(
        self, index: int, out: Result, primals: Tensors, tangent: Tensor, static: Mapping[str, Any]
    ) -> tuple[Tensor | None, ...]:
        if index in self.transposes:  # a linear map is its own derivative
            moved = (*primals[:index], tangent, *primals[index + 1 :])
            return _as_tuple(self.apply(*moved, **static))
        if index not in self.maps:
            raise self.undefined.refuse(index)
        return _as_tuple(self.maps[index](out, *primals, tangent, **static))

    def tangent(
        self, out: Result, primals: Tensors, tangents: Sequence[Tensor | None], static: Mapping[str, Any]
    ) -> Tensors:
        results = _as_tuple(out)
        sums: list[Tensor | None] = [None] * len(results)
        for index, tangent in enumerate(tangents):
            if tangent is None:
                continue
            for k, term in enumerate(self._map(index, out, primals, tangent, static)):
                if term is not None:
                    previous = sums[k]
                    sums[k] = term if previous is None else previous + term
        return tuple(torch.zeros_like(r) if s is None else _shaped_like(s, r) for s, r in zip(sums, results))

    def cotangent(
        self,
        index: int,
        cotangents: Sequence[Tensor | None],
        out: Result,
        primals: Tensors,
        static: Mapping[str, Any],
    ) -> Tensor | None:
        if all(c is None for c in cotangents):
            return None
        results = _as_tuple(out)
        if self.absent_is_none and index in self.cotangent_maps:
            return self.cotangent_maps[index](tuple(cotangents), out, *primals, **static)  # type: ignore[no-any-return]
        full = tuple(torch.zeros_like(r) if c is None else c for c, r in zip(cotangents, results))
        packed = full if isinstance(out, tuple) else full[0]
        if index in self.transposes:
            return self.transposes[index](packed, *primals, **static)  # type: ignore[no-any-return]
        if index in self.cotangent_maps:
            return self.cotangent_maps[index](packed, out, *primals, **static)  # type: ignore[no-any-return]
        if index not in self.maps:
            raise self.undefined.refuse(index)
        return self.transposed_map(index, full, out, primals, static)

    def cotangents(
        self,
        needed: Sequence[bool],
        cotangents: Sequence[Tensor | None],
        out: Result,
        primals: Tensors,
        static: Mapping[str, Any],
    ) -> Sequence[Tensor | None]:
        """Cotangents of the arguments that need one, not yet summed over broadcast dimensions."""
        if self.together is None:
            every = enumerate(needed)
            return [self.cotangent(i, cotangents, out, primals, static) if need else None for i, need in every]
        full = tuple(torch.zeros_like(r) if c is None else c for c, r in zip(cotangents, _as_tuple(out)))
        packed = full if isinstance(out, tuple) else full[0]
        return self.together(packed, out, *primals, needed=tuple(needed), **static)

    def transposed_map(
        self, index: int, cotangents: Tensors, out: Result, primals: Tensors, static: Mapping[str, Any]
    ) -> Tensor:
        """Cotangent of one argument, by transposing its tangent map."""
        present: list[int] = []

        def linear(tangent: Tensor) -> Tensors:
            terms = self._map(index, out, primals, tangent, static)
            present[:] = [k for k, term in enumerate(terms) if term is not None]
            return tuple(terms[k].expand(cotangents[k].shape) for k in present)  # type: ignore[union-attr]

        transpose = torch.func.vjp(linear, torch.zeros_like(primals[index]))[1]
        return transpose(tuple(cotangents[k] for k in present))[0]  # type: ignore[no-any-return]


def _shaped_like(tangent: Tensor, result: Tensor) -> Tensor:
    """A tangent of the result's shape; never an overlapping view, which forward mode writes into."""
    return tangent if tangent.shape == result.shape else tangent.expand(result.shape).clone()


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def fit_to(cotangent: Tensor | None, primal: Tensor) -> Tensor | None:
    """Bring a cotangent to the kind and shape of its argument: real part, summed over broadcast dimensions."""
    if cotangent is None:
        return None
    if cotangent.is_complex() and not primal.is_complex():
        cotangent = cotangent.real
    elif primal.is_complex() and not cotangent.is_complex():
        cotangent = cotangent.to(primal.dtype)
    return cotangent if cotangent.shape == primal.shape else cotangent.sum_to_size(primal.shape)
