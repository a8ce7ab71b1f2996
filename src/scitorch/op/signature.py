"""Generalized-ufunc signatures: the one place where shapes are decided.

``"(n,n),(n,k)->(n,k)"`` names the core dimensions of each argument and each result; all dimensions to the left of
them are batch dimensions and broadcast. The notation is NumPy's (NEP 5, NEP 20), fixed sizes (``"(3),(3)->(3)"``)
included. Result dimensions that the inputs do not name are given by a ``sizes`` rule of the operator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

Core = tuple[str, ...]
SizeRule = Callable[..., Mapping[str, int]]

_GROUP = re.compile(r"\(([^()]*)\)")
_WHOLE = re.compile(r"^\([^()]*\)(,\([^()]*\))*->\([^()]*\)(,\([^()]*\))*$")


@dataclass(frozen=True)
class Signature:
    """Core dimensions of every input and output of an operator."""

    text: str
    inputs: tuple[Core, ...]
    outputs: tuple[Core, ...]
    sizes: SizeRule | None = None

    @classmethod
    def parse(cls, text: str, sizes: SizeRule | None = None) -> Signature:
        """Read NumPy's gufunc notation.

        Raises
        ------
        ValueError
            If ``text`` is not of the form ``"(n,m),(m)->(n)"``, or an output dimension is not named by an input
            while no ``sizes`` rule is given.
        """
        compact = text.replace(" ", "")
        if not _WHOLE.match(compact):
            raise ValueError(f"not a gufunc signature: {text!r}; wanted something like '(n,m),(m)->(n)'")
        left, right = compact.split("->")
        inputs, outputs = _cores(left), _cores(right)
        named = {d for core in inputs for d in core}
        loose = sorted({d for core in outputs for d in core if d not in named and not d.isdigit()})
        if loose and sizes is None:
            raise ValueError(
                f"signature {text!r}: output dimension {', '.join(loose)} is named by no input; give a sizes rule"
            )
        return cls(compact, inputs, outputs, sizes)

    @classmethod
    def elementwise(cls, arguments: int, results: int) -> Signature:
        """Signature of a scalar function: ``"(),()->()"``."""
        return cls.parse(",".join(["()"] * arguments) + "->" + ",".join(["()"] * results))

    @property
    def is_elementwise(self) -> bool:
        """Whether no argument and no result has a core dimension."""
        return not any(self.inputs) and not any(self.outputs)

    def batch_ranks(self, shapes: Sequence[Sequence[int]]) -> list[int]:
        """Number of batch dimensions of each argument."""
        return [len(shape) - len(core) for shape, core in zip(shapes, self.inputs, strict=True)]

    def result_shapes(
        self, shapes: Sequence[Sequence[int]], name: str, arguments: Sequence[str], static: Mapping[str, Any]
    ) -> list[tuple[int, ...]]:
        """Shapes of the results, after checking the arguments against the signature.

        Raises
        ------
        ValueError
            If an argument has too few dimensions, or a core dimension has two sizes, or the batch dimensions do not
            broadcast. The message repeats the signature and names the arguments and the sizes.
        """
        if not any(self.inputs):
            batch = self._broadcast(shapes, shapes, name, arguments)
            bound: dict[str, int] = {}
        else:
            bound = self._bind(shapes, name, arguments)
            leading = [tuple(s[: len(s) - len(c)]) for s, c in zip(shapes, self.inputs)]
            batch = self._broadcast(leading, shapes, name, arguments)
        if self.sizes is not None:
            bound = {**bound, **self.sizes(**bound, **static)}
        return [batch + tuple(int(d) if d.isdigit() else bound[d] for d in core) for core in self.outputs]

    def _bind(self, shapes: Sequence[Sequence[int]], name: str, arguments: Sequence[str]) -> dict[str, int]:
        bound: dict[str, int] = {}
        bound_by: dict[str, str] = {}
        for shape, core, argument in zip(shapes, self.inputs, arguments):
            if len(shape) < len(core):
                raise ValueError(
                    f"{name}: argument {argument!r} has shape {tuple(shape)}, but {self.text} wants at least "
                    f"{len(core)} dimension{'s' if len(core) > 1 else ''}, ({','.join(core)})"
                )
            for size, dim in zip(shape[len(shape) - len(core) :], core):
                if dim.isdigit():
                    if size != int(dim):
                        raise ValueError(
                            f"{name}: argument {argument!r} has shape {tuple(shape)}, but {self.text} wants a "
                            f"dimension of size {dim}"
                        )
                elif dim not in bound:
                    bound[dim], bound_by[dim] = size, argument
                elif bound[dim] != size:
                    raise ValueError(
                        f"{name}: dimension {dim!r} of {self.text} is {bound[dim]} in argument "
                        f"{bound_by[dim]!r} but {size} in argument {argument!r} of shape {tuple(shape)}"
                    )
        return bound

    def _broadcast(
        self,
        leading: Sequence[Sequence[int]],
        shapes: Sequence[Sequence[int]],
        name: str,
        arguments: Sequence[str],
    ) -> tuple[int, ...]:
        first = tuple(leading[0])
        # The usual case, at a tenth of the cost; symbolic sizes are torch's business.
        if len(leading) == 1:
            return first
        # Comparing a size with a symbolic one would settle it, even between shapes of different length.
        if all(type(size) is int for shape in leading for size in shape) and all(s == first for s in leading[1:]):
            return first
        try:
            return tuple(torch.broadcast_shapes(*leading))
        except RuntimeError as error:
            given = ", ".join(f"{a!r} {tuple(s)}" for a, s in zip(arguments, shapes))
            raise ValueError(
                f"{name}: the batch dimensions of the arguments do not broadcast under {self.text}: {given}"
            ) from error


def _cores(side: str) -> tuple[Core, ...]:
    return tuple(tuple(d for d in group.split(",") if d) for group in _GROUP.findall(side))
