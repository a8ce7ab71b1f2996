"""How the scalar kernels of the Bessel functions are called with tensors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import torch
from torch import Tensor

from scitorch.op.kernel import scipy_ufunc
from scitorch.op.kernel.scalar import ScalarKernel

__all__ = ["ValueKernel", "with_orders"]


def with_orders(kernel: ScalarKernel, v: Tensor, z: Tensor, *orders: int) -> Tensor:
    """Call a kernel whose further arguments are orders of differentiation; one compilation serves all orders."""
    return kernel(v, z, *[torch.full((), float(order), dtype=z.dtype, device=z.device) for order in orders])  # type: ignore[return-value]


@dataclass(frozen=True)
class ValueKernel:
    """A value on a device without SciPy: the scalar kernel for real arguments, a visit to the CPU for complex ones."""

    kernel: ScalarKernel
    orders: tuple[int, ...]
    path: str

    def __call__(self, v: Tensor, z: Tensor) -> Tensor:
        if not z.is_complex():
            return with_orders(self.kernel, v, z, *self.orders)
        name = self.path.rpartition(".")[2]
        warnings.warn(
            f"{name}: complex arguments are computed on the CPU and copied to {z.device.type!r}",
            RuntimeWarning,
            stacklevel=2,
        )
        result = scipy_ufunc(self.path)(v.cpu(), z.cpu())
        assert isinstance(result, Tensor)
        return result.to(z.device)
