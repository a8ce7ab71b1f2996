"""How the scalar kernels of the Bessel functions are called with tensors, and what their declarations share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.op.kernel import scalar_kernel
from scitorch.op.kernel.scalar import ScalarKernel

__all__ = ["mpmath_function", "on_axis", "on_plane", "order_of", "parts", "times_exponential", "with_order"]


def on_axis(kernel: ScalarKernel, v: Tensor, z: Tensor, *integers: int) -> Tensor:
    """Call a kernel of ν, x and integers."""
    return kernel(v, z, *map(float, integers))  # type: ignore[no-any-return]


def on_plane(kernel: ScalarKernel, v: Tensor, z: Tensor, *integers: int) -> Tensor:
    """Call a kernel of ν, x, y and integers, which returns a real and an imaginary part."""
    return torch.complex(*kernel(v, *parts(z), *map(float, integers)))


@scalar_kernel
def _times_exponential(p, q, x, y):
    size = math.exp(x)
    c = size * math.cos(y)
    s = size * math.sin(y)
    return p * c - q * s, p * s + q * c


def times_exponential(value: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """`value` times exp(x + iy), the same in every memory layout."""
    return torch.complex(*_times_exponential(*parts(value), x, y))


def parts(z: Tensor) -> tuple[Tensor, Tensor]:
    """Real and imaginary part, each contiguous."""
    if not z.is_complex():
        return z, torch.zeros_like(z)
    z = z.resolve_conj()
    return z.real.contiguous(), z.imag.contiguous()


def order_of(x: Tensor, order: float) -> Tensor:
    """An order as a tensor beside the argument `x`."""
    return torch.full((), order, dtype=x.dtype, device=x.device)


def with_order(function: Callable[..., Any], order: float) -> Callable[[Tensor], Any]:
    """`function` of one order, as a kernel of the argument alone."""
    return lambda x: function(order_of(x, order), x)


def mpmath_function(name: str, factor: Callable[[Any, Any], Any] | None = None) -> Callable[[Any, Any], Any]:
    """mpmath's function of order and argument, times ``factor(mpmath, z)``."""

    def reference(v: Any, z: Any) -> Any:
        import mpmath

        value = getattr(mpmath, name)(v, z)
        return value if factor is None else value * factor(mpmath, z)

    return reference
