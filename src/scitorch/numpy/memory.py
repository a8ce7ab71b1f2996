"""The memory of tensors as NumPy arrays, where nothing but their values matters.

NumPy's compiled kernels sort, search and count faster than torch's on one processor. They may be used only where
nobody else follows the computation: plain tensors on the CPU without a gradient, outside transforms, modes, forward
differentiation and compilation. `views` decides that in one place; whoever calls it has a way for all other tensors.
"""

import weakref
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch.autograd import forward_ad

from scitorch.numpy.dtypes import from_host
from scitorch.op.torch_private import dispatch_mode_count, function_mode_count, held_elsewhere, transforms_active

__all__ = [
    "LARGE",
    "begin_tracking",
    "followed",
    "has_views",
    "large_on_host",
    "lend",
    "overlap",
    "transformed",
    "views",
]

#: Elements from which a kernel that is faster repays the look at the memory.
LARGE = 1 << 13


def transformed() -> bool:
    """Whether forward differentiation, a transform or a compiler is at work, with values that are not to be seen."""
    return torch.compiler.is_compiling() or forward_ad._current_level >= 0 or transforms_active()


def followed(*tensors: torch.Tensor) -> bool:
    """Whether a derivative may be asked for of what becomes of the tensors, forward or backward."""
    return transformed() or (torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors))


def overlap(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Whether two tensors may share memory."""
    if torch.compiler.is_compiling():
        return True
    try:
        return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError):  # inside transforms there is no storage to compare
        return True


def lend(array: Any) -> None:
    """Note on the tensor that an array is a view of, if it is one, that the array lives."""
    if torch.compiler.is_compiling():
        return
    base = array._tensor._base
    if base is not None:
        base.__dict__.setdefault("lent", []).append(weakref.ref(array))


def begin_tracking(tensor: torch.Tensor) -> None:
    """Note, before tracked values go into an untracked tensor, that views were made of it while nobody kept account."""
    if not torch.compiler.is_compiling() and held_elsewhere(tensor):
        tensor.__dict__["held"] = True


def has_views(tensor: torch.Tensor) -> bool:
    """Whether an array that is a view of the tensor may live."""
    if "held" in tensor.__dict__:
        return True
    lent = tensor.__dict__.get("lent")
    if lent is None:
        return False
    lent[:] = [reference for reference in lent if reference() is not None]
    return bool(lent)


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
