"""The private torch names this package needs: pytree registration, and whether a transform holds a tensor."""

import torch
from torch.utils import _pytree as pytree

__all__ = ["is_transformed", "pytree"]


def is_transformed(tensor: torch.Tensor) -> bool:
    """Whether a torch.func transform or torch.compile is looking at the tensor, so that its values must not be."""
    return torch.compiler.is_compiling() or torch._C._functorch.is_functorch_wrapped_tensor(tensor)
