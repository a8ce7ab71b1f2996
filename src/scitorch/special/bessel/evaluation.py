"""How the scalar kernels of the Bessel functions are called with tensors, and what their declarations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scitorch.op.kernel.scalar import ScalarKernel

__all__ = ["mpmath_function", "on_axis", "on_plane"]


def on_axis(kernel: ScalarKernel, v: Tensor, z: Tensor, *integers: int) -> Tensor:
    """Call a kernel of ν, x and integers."""
    return kernel(v, z, *_numbers(integers, v))  # type: ignore[no-any-return]


def on_plane(kernel: ScalarKernel, v: Tensor, z: Tensor, *integers: int) -> Tensor:
    """Call a kernel of ν, x, y and integers, which returns a real and an imaginary part."""
    z = z.resolve_conj()
    return torch.complex(*kernel(v, z.real.contiguous(), z.imag.contiguous(), *_numbers(integers, v)))


def _numbers(integers: tuple[int, ...], like: Tensor) -> list[Tensor]:
    # The integers are arguments of the kernel, so that one compilation serves derivatives of all orders.
    return [torch.full((), float(n), dtype=like.dtype, device=like.device) for n in integers]


def mpmath_function(name: str, factor: Callable[[Any, Any], Any] | None = None) -> Callable[[Any, Any], Any]:
    """mpmath's function of order and argument, times ``factor(mpmath, z)``."""

    def reference(v: Any, z: Any) -> Any:
        import mpmath

        value = getattr(mpmath, name)(v, z)
        return value if factor is None else value * factor(mpmath, z)

    return reference
