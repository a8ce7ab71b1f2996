"""Rematerialisation that keeps the results of matrix products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from scitorch.op.function_rule import Tangents, Tensors, apply_rule

__all__ = ["Keeping", "Replaying"]

_PRODUCTS = frozenset({torch.matmul, torch.mm, torch.bmm, Tensor.matmul, Tensor.__matmul__, Tensor.mm, Tensor.bmm})


def _factors(func: Any, args: Any, kwargs: Any) -> tuple[Tensor, Tensor] | None:
    """The matrices that a call multiplies, if that is what it does."""
    if kwargs or len(args) < 2 or not all(isinstance(x, Tensor) and x.ndim >= 2 for x in args[:2]):
        return None
    if func in _PRODUCTS and len(args) == 2:
        return args[0], args[1]
    if func is torch.nn.functional.linear:
        return args[0], args[1].mT
    return None


class Keeping(TorchFunctionMode):
    """Remember the matrix products of an evaluation, in their order."""

    def __init__(self) -> None:
        self.products: list[Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        factors = _factors(func, args, kwargs)
        if factors is None:
            return func(*args, **(kwargs or {}))
        product = factors[0] @ factors[1]
        self.products.append(product)
        return _with_bias(product, func, args)


class Replaying(TorchFunctionMode):
    """Give the remembered products instead of multiplying, with the derivatives of the product."""

    def __init__(self, products: Sequence[Tensor]) -> None:
        self._products = iter(products)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        factors = _factors(func, args, kwargs)
        if factors is None:
            return func(*args, **(kwargs or {}))
        (product,) = apply_rule(_Known(), next(self._products), *factors)
        return _with_bias(product, func, args)


def _with_bias(product: Tensor, func: Callable[..., Any], args: Any) -> Tensor:
    if func is torch.nn.functional.linear and len(args) > 2 and args[2] is not None:
        return product + args[2]
    return product


class _Known:
    """A matrix product whose value is the first primal. What that depends on is what the factors depend on."""

    def value(self, *primals: Tensor) -> Tensors:
        return primals[:1]

    def tangent(self, primals: Tensors, results: Tensors, tangents: Tangents) -> Tangents:
        _, a, b = primals
        _, moved_a, moved_b = tangents
        terms = [x @ y for x, y in ((moved_a, b), (a, moved_b)) if x is not None and y is not None]
        return [sum(terms[1:], terms[0]) if terms else None]

    def cotangents(self, needed: Sequence[bool], primals: Tensors, results: Tensors, given: Tangents) -> Tangents:
        _, a, b = primals
        (g,) = given
        assert g is not None
        return [
            None,
            (g @ b.mH).sum_to_size(a.shape) if needed[1] else None,
            (a.mH @ g).sum_to_size(b.shape) if needed[2] else None,
        ]
