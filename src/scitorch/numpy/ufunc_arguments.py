"""The arguments that all ufuncs share: where results go, and which loop is asked for."""

from typing import Any

import numpy
import torch

from scitorch.numpy.array import broadcast_error, ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, astype_tensor, host, torch_dtype

__all__ = ["host_checked", "merge", "out_tuple", "signature_of", "write_out"]


def write_out(target: Any, tensor: torch.Tensor, casting: Any = "same_kind") -> Any:
    """Write a result into an `out=` argument and return that argument; refuse what `casting` does not allow."""
    if casting != "unsafe" and hasattr(target, "dtype"):
        found, wanted = NUMPY_OF_TORCH[tensor.dtype], target.dtype
        wanted = NUMPY_OF_TORCH[wanted] if isinstance(wanted, torch.dtype) else wanted
        if found != wanted and not numpy.can_cast(found, wanted, casting):
            raise TypeError(f"Cannot cast output from {found!r} to {wanted!r} with casting rule {casting!r}")
    if isinstance(target, ndarray):
        shape = target._tensor.shape
        if tensor.shape != shape:
            try:
                tensor = tensor.expand(shape)
            except RuntimeError:
                raise ValueError(
                    f"non-broadcastable output operand with shape {tuple(shape)} doesn't match the broadcast shape "
                    f"{tuple(tensor.shape)}"
                ) from None
        target._store(tensor)
    elif isinstance(target, torch.Tensor):
        target.copy_(tensor)
    elif isinstance(target, numpy.ndarray):
        numpy.copyto(target, host_checked(tensor, "out"), casting="unsafe")
    else:
        raise TypeError(f"return arrays must be of ArrayType, not {type(target).__name__}")
    return target


def host_checked(tensor: torch.Tensor, where: str) -> Any:
    """Return the tensor as a NumPy array; refuse where that would lose a gradient."""
    if tensor.requires_grad:
        raise RuntimeError(
            f"{where}: the values carry a gradient, which a NumPy array cannot hold; detach them first, "
            "for example with .tensor.detach()"
        )
    return host(tensor)


def merge(tensor: torch.Tensor, mask: torch.Tensor, target: Any) -> torch.Tensor:
    """Return a result where a mask holds, and elsewhere what `out=` held before."""
    if target is None:  # NumPy leaves these uninitialised; zeros are reproducible
        rest = torch.zeros((), dtype=tensor.dtype, device=tensor.device)
    else:
        rest = tensor_of(target)
        tensor = astype_tensor(tensor, rest.dtype)
    try:
        return torch.where(mask.to(tensor.device), tensor, rest)
    except RuntimeError as error:
        raise broadcast_error(error, [mask, tensor, rest]) from None


def out_tuple(out: Any, count: int, name: str) -> tuple[Any, ...]:
    """Return one target or None for each of the outputs, from any way of writing `out=`."""
    if out is None or out is Ellipsis:
        return (None,) * count
    if isinstance(out, tuple) and any(target is Ellipsis for target in out):
        raise TypeError("must use `...` as `out=...` and not per-operand/in a tuple")
    if not isinstance(out, tuple):
        if count > 1:
            raise TypeError(f"'out' must be a tuple of arrays for {name}, which has {count} outputs")
        out = (out,)
    if isinstance(out, tuple) and len(out) < count and len(out) >= 1:
        out = out + (None,) * (count - len(out))
    if len(out) != count:
        raise ValueError("The 'out' tuple must have exactly one entry per ufunc output")
    for target in out:
        if target is not None and not isinstance(target, ndarray | torch.Tensor | numpy.ndarray):
            raise TypeError("return arrays must be of ArrayType")
    return tuple(ndarray._wrap(target) if isinstance(target, torch.Tensor) else target for target in out)


def signature_of(signature: Any, dtype: Any, nin: int, nout: int) -> Any:
    """Return the `signature=` of NumPy's resolver from the two ways of writing it."""
    if signature is not None and dtype is not None:
        raise TypeError("cannot specify both 'signature' and 'dtype'")
    if dtype is not None:
        return (None,) * nin + (numpy.dtype(NUMPY_OF_TORCH[torch_dtype(dtype)]),) * nout
    if isinstance(signature, str):
        if "->" in signature:
            left, _, right = signature.partition("->")
            signature = tuple(left + right)
        else:
            signature = (signature,)
    if isinstance(signature, tuple):
        if len(signature) != nin + nout:
            raise TypeError(
                f"a type signature needs one entry for each of the {nin + nout} operands, got {len(signature)}; "
                "use dtype= to give the dtype of the result"
            )
        return tuple(None if s is None else numpy.dtype(s) for s in signature)
    if signature is not None:
        raise TypeError("the signature object to ufunc must be a string or a tuple")
    return None
