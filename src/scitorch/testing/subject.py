"""What a law is checked on: one declared operator, and the calls it is tried with."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from scitorch.op.domain import Maker, Sample
from scitorch.op.operator import Operator
from scitorch.op.registry import Composite, Entry

#: Number of points per case in laws that loop or take matrices of derivatives.
FEW = 3
#: Number of points where values are compared.
MANY = 200


@dataclass(frozen=True)
class Case:
    """One call with its float arguments separated out.

    ``moving`` are the positions of the arguments with a derivative; ``call`` takes the values of all tensor
    arguments and returns a tuple of float results.
    """

    label: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    moving: tuple[int, ...] = ()
    view: Callable[[Any], Any] | None = None
    by_values: bool = False

    @property
    def __name__(self) -> str:
        """torch.func names functions in its messages."""
        return self.label

    def __call__(self, *values: Tensor) -> tuple[Tensor, ...]:
        """Results with the moving arguments set to ``values``."""
        args = list(self.args)
        for position, value in zip(self.moving, values, strict=True):
            args[position] = value
        return self.float_results(self.function(*args, **self.kwargs))

    def float_results(self, result: Any) -> tuple[Tensor, ...]:
        """The real and complex results, seen through the invariant view."""
        if self.view is not None:
            result = self.view(result)
        flat = result if isinstance(result, (tuple, list)) else (result,)
        return tuple(r for r in flat if isinstance(r, Tensor) and (r.is_floating_point() or r.is_complex()))

    @property
    def values(self) -> tuple[Tensor, ...]:
        """The moving arguments."""
        return tuple(self.args[i] for i in self.moving)

    def directions(self, seed: int) -> tuple[Tensor, ...]:
        """A random tangent of each moving argument."""
        generator = torch.Generator().manual_seed(seed)
        return tuple(torch.randn(v.shape, dtype=v.dtype, generator=generator) for v in self.values)

    def scalar(self, *values: Tensor) -> Tensor:
        """A real, fixed linear function of the results, so that derivatives are those of a scalar."""
        total = torch.zeros((), dtype=torch.float64)
        for k, r in enumerate(self(*values)):
            weight = torch.linspace(0.5, 1.5, max(r.numel(), 1), dtype=torch.float64)[: r.numel()].reshape(r.shape)
            total = total + (weight * (r.real + 0.7 * r.imag if r.is_complex() else r)).sum() * (1 + 0.3 * k)
        return total


@dataclass(frozen=True)
class Subject:
    """A declared operator as the laws see it."""

    entry: Entry

    @property
    def key(self) -> str:
        return self.entry.key

    @property
    def declared(self) -> Operator | Composite:
        return self.entry.declared

    @property
    def operator(self) -> Operator | None:
        """The operator itself, if this is not a composite."""
        return self.declared if isinstance(self.declared, Operator) else None

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of the array arguments."""
        return self.declared.arguments if isinstance(self.declared, Operator) else self.declared.arrays

    @property
    def scalar_function(self) -> bool:
        """Whether it is tried on points of a domain rather than on samples."""
        return bool(self.declared.domain.real)

    @property
    def takes_complex(self) -> bool:
        """Whether it is tried on complex numbers too."""
        if self.scalar_function:
            return bool(self.declared.domain.complex)
        return any(isinstance(a, Tensor) and a.is_complex() for s in self._samples for a in s.args)

    @cached_property
    def _samples(self) -> list[Sample]:
        if self.declared.samples is None:
            return []
        found: list[Sample] = []
        dtypes = [torch.float64]
        if isinstance(self.declared, Composite) or self.declared.loops.takes_complex:
            dtypes.append(torch.complex128)
        for dtype in dtypes:
            found.extend(self.declared.samples(Maker(dtype)))
        return found

    def cases(self, count: int = FEW) -> list[Case]:
        """Every call the operator is tried with, with ``count`` points each for a scalar function."""
        return list(self._cases(count))

    def one_of_each_kind(self, count: int = 2) -> list[Case]:
        """The first real and the first complex case, for checks that are dear."""
        first: dict[bool, Case] = {}
        for case in self.cases(count):
            first.setdefault(any(isinstance(a, Tensor) and a.is_complex() for a in case.args), case)
        return list(first.values())

    def _cases(self, count: int) -> Iterator[Case]:
        if self.scalar_function:
            for is_complex in (False, True) if self.takes_complex else (False,):
                points = self.declared.domain.points(self.arguments, count, is_complex=is_complex)
                yield self.case("complex" if is_complex else "real", points)
        for k, sample in enumerate(self._samples):
            kind = "complex" if any(isinstance(a, Tensor) and a.is_complex() for a in sample.args) else "real"
            label = f"{kind} {sample.label or f'sample {k}'}"
            case = self.case(label, sample.args, dict(sample.kwargs), sample.view, sample.moving)
            yield replace(case, by_values=sample.by_values)

    def case(
        self,
        label: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None = None,
        view: Callable[[Any], Any] | None = None,
        moving: tuple[int, ...] | None = None,
    ) -> Case:
        kwargs = kwargs or {}
        residuals = self.operator.residuals if self.operator is not None else 0
        if residuals and view is None:

            def view(result: Any) -> Any:
                return result[:-residuals]

        if moving is None:
            moving = tuple(i for i, a in enumerate(args) if self._moves(i, args, kwargs))
        return Case(f"{self.key}, {label}", self.entry.function, args, kwargs, moving, view)

    def _moves(self, position: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether there is a derivative in this argument: it may be absent, for complex arguments only, say."""
        value = args[position]
        if not isinstance(value, Tensor) or not (value.is_floating_point() or value.is_complex()):
            return False

        def of_argument(x: Tensor) -> Any:
            result = self.entry.function(*args[:position], x, *args[position + 1 :], **kwargs)
            flat = result if isinstance(result, (tuple, list)) else (result,)
            smooth = tuple(r for r in flat if isinstance(r, Tensor) and (r.is_floating_point() or r.is_complex()))
            if not smooth:
                raise NotImplementedError("no result has a derivative")
            return smooth

        try:
            torch.func.jvp(of_argument, (value,), (torch.zeros_like(value),))
        except NotImplementedError:
            return False
        return True

    @cached_property
    def reference(self) -> Callable[..., Any] | None:
        """The function it must equal, on NumPy arrays."""
        found = self.declared.reference
        if isinstance(found, str):
            module, _, name = found.rpartition(".")
            return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]
        return found
