"""A function of tensors as one operator, whose derivatives are taken inside its kernel.

Rules of derivatives are evaluated in the middle of the transforms that ask for them, where `torch.func` cannot start
another one. A rule that needs the transpose of a product, as that of an operator known by a function, leaves it to
this operator: its kernel runs below all transforms, and its own derivatives are operators of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .object_operator import Cotangents, ObjectOperator, apply_object


@dataclass(frozen=True)
class TracedFunction:
    """``function(*tensors)``, which torch can differentiate and batch, with a tensor for a result."""

    function: Callable[..., Tensor]
    name: str = "function"
    smooth: tuple[bool, ...] = (True,)

    def compute(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Call the function."""
        y = self.function(*tensors)
        return (y.clone() if any(y is t or y._base is t for t in tensors) else y,)

    def tangent(
        self, out: tuple[Tensor, ...], primals: tuple[Tensor, ...], tangents: Cotangents
    ) -> tuple[Tensor | None, ...]:
        """The transpose of the transpose, which needs no forward mode."""
        full = [torch.zeros_like(p) if t is None else t for p, t in zip(primals, tangents)]
        count, function = len(primals), self.function

        def moved(*both: Tensor) -> Tensor:
            at, along = both[:count], both[count:]

            def transposed(g: Tensor) -> Any:
                return torch.func.vjp(function, *at)[1](g)

            return torch.func.vjp(transposed, torch.zeros_like(function(*at)))[1](tuple(along))[0]  # type: ignore[no-any-return]

        return apply_object(TracedFunction(moved, self.name), (*primals, *full))

    def cotangents(
        self, needed: Sequence[bool], cotangents: Cotangents, out: tuple[Tensor, ...], primals: tuple[Tensor, ...]
    ) -> Cotangents:
        """One operator for each argument."""
        g = cotangents[0]
        assert g is not None
        return [self._pulled(i, primals, g) if need else None for i, need in enumerate(needed)]

    def _pulled(self, index: int, primals: tuple[Tensor, ...], g: Tensor) -> Tensor:
        function = self.function

        def pulled(*given: Tensor) -> Tensor:
            *at, cotangent = given

            def of_one(x: Tensor) -> Tensor:
                return function(*at[:index], x, *at[index + 1 :])

            return torch.func.vjp(of_one, at[index])[1](cotangent)[0]  # type: ignore[no-any-return]

        return apply_object(TracedFunction(pulled, self.name), (*primals, g))[0]

    def batched(
        self, tensors: Sequence[Tensor], dims: tuple[int | None, ...], size: int
    ) -> tuple[ObjectOperator, Sequence[Tensor]]:
        """The function under ``vmap``."""
        return TracedFunction(torch.vmap(self.function, in_dims=dims), self.name), tensors
