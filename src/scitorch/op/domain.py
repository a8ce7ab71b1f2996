"""Where an operator is defined, and what it is tried on.

A domain belongs to the declaration: generated checks draw from it, the documentation prints it, and the hard points
(ends of the range, zeros, branch points, where algorithms change over) stand beside the formula they are hard for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Real:
    """A real interval. ``log=True`` draws evenly in the logarithm; ``integer=True`` draws whole numbers."""

    low: float
    high: float
    hard: tuple[float, ...] = ()
    log: bool = False
    integer: bool = False

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """``count`` random numbers of the interval, float64."""
        u = torch.rand(count, dtype=torch.float64, generator=generator)
        if self.integer:
            return torch.floor(self.low + u * (self.high - self.low + 1)).clamp(max=self.high)
        if self.log:
            low, high = torch.tensor([self.low, self.high], dtype=torch.float64).log()
            return (low + u * (high - low)).exp()
        return self.low + u * (self.high - self.low)

    def hard_points(self) -> Tensor:
        """The declared hard points, float64."""
        return torch.tensor(self.hard, dtype=torch.float64)

    def __str__(self) -> str:
        kind = "integers" if self.integer else "real"
        return f"{kind}, tested on [{self.low:g}, {self.high:g}]"


@dataclass(frozen=True)
class Complex:
    """A rectangle of the complex plane."""

    real: tuple[float, float]
    imag: tuple[float, float]
    hard: tuple[complex, ...] = ()

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """``count`` random numbers of the rectangle, complex128."""
        re = Real(*self.real).draw(count, generator)
        im = Real(*self.imag).draw(count, generator)
        return torch.complex(re, im)

    def hard_points(self) -> Tensor:
        """The declared hard points, complex128."""
        return torch.tensor(self.hard, dtype=torch.complex128)

    def __str__(self) -> str:
        (a, b), (c, d) = self.real, self.imag
        return f"complex, tested on [{a:g}, {b:g}] + [{c:g}, {d:g}]i"


Range = Real | Complex


@dataclass(frozen=True)
class Domain:
    """The domain of a scalar function, argument by argument.

    Attributes
    ----------
    real, complex
        A range per argument, for the real and for the complex loops; an argument absent from ``complex`` stays real.
    where
        A joint condition on drawn points, vectorised over them.
    kinks
        Points per argument at which the function is continuous but not differentiable.
    """

    real: Mapping[str, Range] = field(default_factory=dict)
    complex: Mapping[str, Range] = field(default_factory=dict)
    where: Callable[..., Tensor] | None = None
    kinks: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def ranges(self, arguments: Sequence[str], *, is_complex: bool = False) -> tuple[Range, ...]:
        """The range of each argument."""
        return tuple((self.complex.get(a) if is_complex else None) or self.real[a] for a in arguments)

    def points(
        self, arguments: Sequence[str], count: int, *, is_complex: bool = False, seed: int = 0
    ) -> tuple[Tensor, ...]:
        """``count`` joint points inside the domain, one tensor per argument."""
        generator = torch.Generator().manual_seed(seed)
        ranges = self.ranges(arguments, is_complex=is_complex)
        drawn = [r.draw(count if self.where is None else 20 * count, generator) for r in ranges]
        if self.where is not None:
            keep = self.where(*drawn)
            drawn = [d[keep][:count] for d in drawn]
            if len(drawn[0]) < count:
                raise ValueError(f"the joint condition of the domain leaves too few of {20 * count} drawn points")
        return tuple(drawn)

    def hard_points(self, arguments: Sequence[str], *, is_complex: bool = False) -> tuple[Tensor, ...]:
        """Every declared hard point of each argument, met with random values of the others."""
        ranges = self.ranges(arguments, is_complex=is_complex)
        columns: list[list[Tensor]] = [[] for _ in arguments]
        for i, r in enumerate(ranges):
            hard = r.hard_points()
            if not len(hard):
                continue
            others = self.points(arguments, len(hard), is_complex=is_complex, seed=i + 1)
            for j, column in enumerate(columns):
                column.append(hard if i == j else others[j])
        if not columns[0]:
            return self.points(arguments, 0, is_complex=is_complex)
        joined = tuple(torch.cat(column) for column in columns)
        if self.where is not None:
            keep = self.where(*joined)
            joined = tuple(j[keep] for j in joined)
        return joined


@dataclass(frozen=True)
class Sample:
    """One call that an operator is tried with.

    Attributes
    ----------
    args, kwargs
        The call. Float and complex tensors among ``args`` are differentiated.
    view
        What of the results is compared and differentiated, where they are unique only up to a gauge (signs of
        eigenvectors): an invariant function of the results.
    moving
        Positions of the arguments that have a derivative; found by asking for it where this is None.
    label
        What the call is named in messages, its number by default.
    by_values
        Whether values decide something that `vmap` must know beforehand (a shape, a dtype, a branch), so that it may
        refuse a batch.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    view: Callable[[Any], Any] | None = None
    moving: tuple[int, ...] | None = None
    label: str = ""
    by_values: bool = False


class Maker:
    """Draws the matrices that samples are made of, in one dtype and reproducibly."""

    def __init__(self, dtype: torch.dtype = torch.float64, seed: int = 0) -> None:
        self.dtype = dtype
        self._generator = torch.Generator().manual_seed(seed)

    def __call__(self, *shape: int) -> Tensor:
        """Independent standard normal entries."""
        return torch.randn(*shape, dtype=self.dtype, generator=self._generator)

    def well_conditioned(self, *shape: int) -> Tensor:
        """A square matrix with singular values well away from zero."""
        return self(*shape) / shape[-1] ** 0.5 + 3 * torch.eye(shape[-1], dtype=self.dtype)

    def hermitian(self, *shape: int) -> Tensor:
        """A Hermitian matrix with distinct eigenvalues."""
        a = self(*shape)
        ladder = torch.arange(shape[-1], dtype=torch.float64).to(self.dtype)
        return 0.2 * (a + a.mH) + torch.diag_embed(ladder)

    def positive_definite(self, *shape: int) -> Tensor:
        """A Hermitian positive definite matrix."""
        a = self(*shape)
        return a @ a.mH / shape[-1] + torch.eye(shape[-1], dtype=self.dtype)


Sampler = Callable[[Maker], list[Sample]]
