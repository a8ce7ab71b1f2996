"""Execution of scalar kernels on CUDA tensors by `torch.cuda.jiterator`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

if TYPE_CHECKING:
    from .kernel import ScalarKernel

__all__ = ["LARGEST_COUNT", "launch"]

#: jiterator takes at most so many inputs, and so many outputs.
LARGEST_COUNT = 8

_compiled: WeakKeyDictionary[ScalarKernel, Callable[..., Any]] = WeakKeyDictionary()
_lock = threading.Lock()


def launch(kernel: ScalarKernel, tensors: Sequence[Tensor]) -> Tensor | tuple[Tensor, ...]:
    """
    Run a kernel on CUDA tensors.

    Parameters
    ----------
    kernel : ScalarKernel
        The kernel; its C++ text is compiled at the first launch and kept by torch, also on disk.
    tensors : sequence of Tensor
        Its arguments, of one dtype, float32 or float64, and on one device. jiterator broadcasts them.

    Returns
    -------
    Tensor or tuple of Tensor
        Contiguous, on the device of the arguments.
    """
    kernel.check(tensors, "cuda")
    for what, count in (("arguments", len(tensors)), ("outputs", kernel.outputs)):
        if count > LARGEST_COUNT:
            raise NotImplementedError(
                f"{kernel.name} has {count} {what}; on cuda a scalar kernel can have {LARGEST_COUNT}"
            )
    run = _compiled.get(kernel) or _compile(kernel)
    with torch.cuda.device(tensors[0].device):
        # Contiguous arguments of the full shape give contiguous results; jiterator keeps the layout it is given.
        shape = torch.broadcast_shapes(*(tensor.shape for tensor in tensors))  # type: ignore[no-untyped-call]
        first = tensors[0].resolve_neg().expand(shape).contiguous()
        result = run(first, *(tensor.resolve_neg() for tensor in tensors[1:]))
    if kernel.outputs == 1:
        return result.contiguous()  # type: ignore[no-any-return]
    return tuple(output.contiguous() for output in result)


def _compile(kernel: ScalarKernel) -> Callable[..., Any]:
    from torch.cuda import jiterator

    with _lock:
        if kernel not in _compiled:
            text = kernel.cpp()
            if kernel.outputs == 1:
                run = jiterator._create_jit_fn(text)
            else:
                run = jiterator._create_multi_output_jit_fn(text, kernel.outputs)
            _compiled[kernel] = run
        return _compiled[kernel]
