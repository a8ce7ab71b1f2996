"""The memory of tensors as NumPy arrays, where nothing but their values matters.

NumPy's compiled kernels sort, search and count faster than torch's on one processor. They may be used only where
nobody else follows the computation: plain tensors on the CPU without a gradient, outside transforms, modes, forward
differentiation and compilation. `views` decides that in one place; whoever calls it has a way for all other tensors.
"""

from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch.autograd import forward_ad

from scitorch.numpy.dtypes import from_host
from scitorch.op.torch_private import dispatch_mode_count, function_mode_count, transforms_active

__all__ = ["LARGE", "followed", "large_on_host", "transformed", "views"]

#: Elements from which a kernel that is faster repays the look at the memory.
LARGE = 1 << 13


def transformed() -> bool:
    """Whether forward differentiation, a transform or a compiler is at work, with values that are not to be seen."""
    return torch.compiler.is_compiling() or forward_ad._current_level >= 0 or transforms_active()


def followed(*tensors: torch.Tensor) -> bool:
    """Whether a derivative may be asked for of what becomes of the tensors, forward or backward."""
    return transformed() or (torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors))


def views(*tensors: torch.Tensor) -> Any:
    """Return the tensors' memory as NumPy arrays (a tuple), or None where looking at it could lose something.

    A function whose result carries no derivative (positions, counts, truth) passes detached tensors.
    """
    if transformed() or dispatch_mode_count() or function_mode_count():
        return None
    seen = []
    for tensor in tensors:
        if tensor.requires_grad or not tensor.is_cpu or type(tensor) is not torch.Tensor:
            return None
        try:
            seen.append(tensor.numpy())
        except RuntimeError:  # conjugate, negative and batched tensors have no memory that holds their values
            return None
    return tuple(seen)


def large_on_host(reference: Any, kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return a ufunc's kernel that leaves large plain arrays to NumPy's loop, which must be the faster one."""

    def choose(*operands: Any) -> Any:
        first = operands[0]
        if type(first) is torch.Tensor and first.numel() >= LARGE and all(type(x) is torch.Tensor for x in operands):
            arrays = views(*operands)
            if arrays is not None:
                with numpy.errstate(all="ignore"):
                    return from_host(reference(*arrays))
        return kernel(*operands)

    return choose
