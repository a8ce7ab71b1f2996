"""Truncated multivariate Taylor arithmetic, written out as statements of the scalar language.

A number of the original program becomes a `Jet`: its value and its Taylor coefficients (derivatives divided by the
factorials of their multi-index) in the arguments of the program. The coefficients kept are a set of multi-indices
closed under taking smaller ones. The rules are those of Griewank and Walther, Evaluating Derivatives (2008),
chapter 13: convolution for products, its inversion for quotients, and for w = f(u) with f' = g, in a direction i
with β_i > 0,

    β_i w_β = Σ_γ γ_i u_γ g(u)_{β-γ},

where g(u) is needed to one order less, so that the recursion over derivatives of f ends.

The value of a jet is computed by the operations of the original program in their original order, so that every
comparison decides as it does there.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .program import Arithmetic, Assign, Expression, Kind, Name, Negate, Number, Statement

__all__ = ["Index", "Jet", "TaylorWriter", "factorial", "minus", "unit_index"]

Index = tuple[int, ...]


@dataclass(frozen=True)
class Jet:
    """A value and its Taylor coefficients of positive order; the coefficients not listed are zero."""

    value: Expression
    parts: dict[Index, Expression] = field(default_factory=dict)


def unit_index(position: int, length: int) -> Index:
    """Return the multi-index of the first derivative in one argument."""
    return tuple(int(position == i) for i in range(length))


def minus(left: Index, right: Index) -> Index | None:
    """Return the difference of two multi-indices, None where it is negative somewhere."""
    difference = tuple(a - b for a, b in zip(left, right))
    return None if any(entry < 0 for entry in difference) else difference


class TaylorWriter:
    """
    Writes Taylor arithmetic into the current block of statements.

    Parameters
    ----------
    indices : iterable of Index
        The multi-indices kept, zero included.
    """

    def __init__(self, indices: Iterable[Index]) -> None:
        self.indices = tuple(sorted(indices))  # a smaller index always sorts before a larger one
        self.zero: Index = tuple(0 for _ in self.indices[0])
        self.block: list[Statement] = []
        self.known: dict[Expression, Name] = {}
        self.names = 0

    @property
    def orders(self) -> tuple[Index, ...]:
        """The multi-indices kept, zero excluded."""
        return self.indices[1:]

    def fresh(self, kind: Kind = "float") -> Name:
        """Return a variable that is not in use; authors cannot write two underscores."""
        self.names += 1
        return Name(f"t__{self.names}", kind)

    def hold(self, value: Expression) -> Expression:
        """Return a variable or constant equal to the expression, computed once in the statement at hand."""
        if isinstance(value, Name | Number):
            return value
        if value not in self.known:
            name = self.fresh(value.kind)
            self.block.append(Assign(name, value))
            self.known[value] = name
        return self.known[value]

    @contextlib.contextmanager
    def nested_block(self) -> Iterator[list[Statement]]:
        """Write into a new block; what is computed there is not known outside."""
        outer = self.block, self.known
        self.block, self.known = [], dict(self.known)
        try:
            yield self.block
        finally:
            self.block, self.known = outer

    @contextlib.contextmanager
    def one_order_less(self) -> Iterator[None]:
        """Keep only the multi-indices below another one that is kept."""
        kept = self.indices
        units = [unit_index(i, len(self.zero)) for i in range(len(self.zero))]
        below = {minus(index, unit) for index in kept for unit in units}
        self.indices = tuple(index for index in kept if index in below or index == self.zero)
        try:
            yield
        finally:
            self.indices = kept

    def is_active(self, jet: Jet) -> bool:
        """Say whether the jet depends on the arguments, to the orders kept."""
        return any(index in jet.parts for index in self.orders)

    def coefficient(self, jet: Jet, index: Index) -> Expression | None:
        """Return a coefficient, None where it is zero."""
        return jet.value if index == self.zero else jet.parts.get(index)

    # Sums and products of single coefficients, None standing for zero.

    def add(self, left: Expression | None, right: Expression | None) -> Expression | None:
        if left is None or right is None:
            return right if left is None else left
        return self.hold(Arithmetic("+", left, right))

    def subtract(self, left: Expression | None, right: Expression | None) -> Expression | None:
        if right is None:
            return left
        return self.hold(Negate(right) if left is None else Arithmetic("-", left, right))

    def multiply(self, left: Expression | None, right: Expression | None) -> Expression | None:
        if left is None or right is None or left == Number(0.0) or right == Number(0.0):
            return None
        if left == Number(1.0) or right == Number(1.0):
            return right if left == Number(1.0) else left
        if isinstance(left, Number) and isinstance(right, Number):
            return Number(left.value * right.value)
        return self.hold(Arithmetic("*", left, right))

    def divide(self, left: Expression | None, right: Expression) -> Expression | None:
        if left is None or right == Number(1.0):
            return left
        return self.hold(Arithmetic("/", left, right))

    # Arithmetic of jets.

    def _jet(self, value: Expression, parts: dict[Index, Expression | None]) -> Jet:
        return Jet(value, {index: part for index, part in parts.items() if part is not None})

    def negative(self, jet: Jet) -> Jet:
        return self._jet(Negate(jet.value), {i: self.subtract(None, jet.parts.get(i)) for i in self.orders})

    def sum_of(self, op: str, left: Jet, right: Jet) -> Jet:
        """Return ``left + right`` or ``left - right``."""
        combine = self.add if op == "+" else self.subtract
        parts = {i: combine(left.parts.get(i), right.parts.get(i)) for i in self.orders}
        return self._jet(Arithmetic(op, left.value, right.value), parts)

    def product(self, left: Jet, right: Jet) -> Jet:
        if not (self.is_active(left) or self.is_active(right)):
            return Jet(Arithmetic("*", left.value, right.value))
        left, right = self._held(left), self._held(right)
        parts = {i: self._convolution(left, right, i) for i in self.orders}
        return self._jet(self.hold(Arithmetic("*", left.value, right.value)), parts)

    def _held(self, jet: Jet) -> Jet:
        return Jet(self.hold(jet.value), jet.parts)

    def _convolution(self, left: Jet, right: Jet, index: Index) -> Expression | None:
        total: Expression | None = None
        for lower in self.indices:
            rest = minus(index, lower)
            if rest is not None:
                term = self.multiply(self.coefficient(left, lower), self.coefficient(right, rest))
                total = self.add(total, term)
        return total

    def quotient(self, left: Jet, right: Jet) -> Jet:
        if not (self.is_active(left) or self.is_active(right)):
            return Jet(Arithmetic("/", left.value, right.value))
        left, right = self._held(left), self._held(right)
        result = Jet(self.hold(Arithmetic("/", left.value, right.value)))
        divisor = Jet(Number(0.0), right.parts)  # the value is divided by, below
        for index in self.orders:
            numerator = left.parts.get(index)
            for lower in self.orders:
                rest = minus(index, lower)
                if rest is not None:
                    term = self.multiply(divisor.parts.get(lower), self.coefficient(result, rest))
                    numerator = self.subtract(numerator, term)
            part = self.divide(numerator, right.value)
            if part is not None:
                result.parts[index] = part
        return result

    def chain(self, value: Expression, arguments: list[Jet], partials: list[Jet]) -> Jet:
        """Return f(u, v, …) from its value and the jets, to one order less, of its partial derivatives."""
        parts: dict[Index, Expression | None] = {}
        for index in self.orders:
            direction = next(i for i, order in enumerate(index) if order)
            total: Expression | None = None
            for argument, partial in zip(arguments, partials):
                for lower in self.orders:
                    rest = minus(index, lower)
                    if rest is not None and lower[direction]:
                        factor = self.multiply(Number(float(lower[direction])), argument.parts.get(lower))
                        total = self.add(total, self.multiply(factor, self.coefficient(partial, rest)))
            parts[index] = self.divide(total, Number(float(index[direction])))
        return self._jet(value, parts)

    def series(self, coefficients: dict[Index, Expression], arguments: list[Jet]) -> Jet:
        """Return Σ_κ c_κ h^κ with h the arguments less their values; `coefficients` holds the keys of `powers`."""
        (origin, *_), parts = coefficients, dict.fromkeys(self.orders)
        total: dict[Index, Expression | None] = dict(parts)
        for power, monomial in self.powers(arguments).items():
            if any(power):
                for index in self.orders:
                    term = self.multiply(coefficients[power], monomial.parts.get(index))
                    total[index] = self.add(total[index], term)
        return self._jet(coefficients[origin], total)

    def powers(self, arguments: list[Jet]) -> dict[Index, Jet]:
        """Return h^κ for every multi-index κ over the arguments for which it is not zero to the orders kept."""
        length = len(arguments)
        found: dict[Index, Jet] = {tuple([0] * length): Jet(Number(1.0))}
        frontier = list(found)
        while frontier:
            power = frontier.pop(0)
            # Each power is reached once: by raising only entries from the last raised one on.
            last = max((i for i in range(length) if power[i]), default=0)
            for i in range(last, length):
                step = Jet(Number(0.0), arguments[i].parts)
                parts = {k: self._convolution(found[power], step, k) for k in self.orders}
                monomial = self._jet(Number(0.0), parts)
                if monomial.parts:
                    raised = tuple(order + (j == i) for j, order in enumerate(power))
                    found[raised] = monomial
                    frontier.append(raised)
        return dict(sorted(found.items()))


def factorial(index: Index) -> float:
    """Return the product of the factorials of the entries."""
    return float(math.prod(math.factorial(order) for order in index))
