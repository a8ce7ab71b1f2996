"""Products over a shared axis: matmul and its relatives (generalized ufuncs), dot, inner, outer, tensordot, kron."""

from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, TORCH_OF_NUMPY, WIDE_UNSIGNED, from_host, host
from scitorch.numpy.ufunc import ufunc
from scitorch.numpy.ufunc_arguments import write_out

__all__ = ["matmul", "matvec", "vecdot", "vecmat"]


def product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return `a @ b` for tensors of one dtype."""
    if a.dtype in WIDE_UNSIGNED:
        return from_host(numpy.matmul(host(a), host(b)), a.device)
    if a.dtype is torch.bool:
        return torch.matmul(a.to(torch.int64), b.to(torch.int64)) != 0
    return torch.matmul(a, b)


class GeneralizedUfunc(ufunc):
    """A ufunc on vectors or matrices along the last axes, with `axis=`, `axes=` and `keepdims=`."""

    def __call__(self, *inputs: Any, axes: Any = None, axis: Any = None, keepdims: bool = False, **options: Any) -> Any:
        if axes is None and axis is None and not keepdims:
            return super().__call__(*inputs, **options)
        core = _CORE[self.__name__]
        if axis is not None:
            if self.__name__ != "vecdot":
                raise TypeError(
                    f"{self.__name__}: axis can only be used with a single shared core dimension, not {self.signature}"
                )
            axes = [(axis,), (axis,), ()]
        out = options.pop("out", None)
        if axes is None:
            axes = [tuple(range(-n, 0)) for n in core]
        axes = [(a,) if isinstance(a, int) else tuple(a) for a in axes]
        if len(axes) == 2 and core[2] == 0:
            axes.append(())
        if len(axes) != 3:
            raise ValueError("axes should be a list with an entry for all 3 inputs and outputs")
        moved = []
        for value, where in zip(inputs, axes[:2], strict=True):
            tensor = tensor_of(value)
            source = [normalize_axis(a, tensor.ndim) for a in where]
            moved.append(ndarray._wrap(tensor.movedim(source, list(range(-len(source), 0)))))
        result = super().__call__(*moved, **options)._tensor
        if keepdims:
            if core[2]:
                raise TypeError(f"{self.__name__} does not support keepdims: its output has core dimensions")
            where = axes[0][0]
            result = result.unsqueeze(where)
        elif core[2] and axes[2]:
            result = result.movedim(list(range(-len(axes[2]), 0)), list(axes[2]))
        return ndarray._wrap(result) if out is None else write_out(out[0] if isinstance(out, tuple) else out, result)

    def _check_core(self, tensor: torch.Tensor, target: Any) -> None:
        count = min(_CORE[self.__name__][2], tensor.ndim)
        have, wanted = tuple(target.shape)[target.ndim - count :], tuple(tensor.shape)[tensor.ndim - count :]
        if have != wanted:
            raise ValueError(
                f"{self.__name__}: Output operand 0 has a mismatch in its core dimensions, with gufunc signature "
                f"{self.signature} (sizes {have} are different from {wanted})"
            )


_CORE = {"matmul": (2, 2, 2), "vecdot": (1, 1, 0), "matvec": (2, 1, 1), "vecmat": (1, 2, 1)}


def _mismatch(name: str, signature: str | None, a: torch.Tensor, b: torch.Tensor, left: int, right: int) -> ValueError:
    return ValueError(
        f"{name}: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature {signature} "
        f"(size {right} is different from {left}); the shapes are {tuple(a.shape)} and {tuple(b.shape)}"
    )


def _scalar_operand(name: str, position: int, signature: str | None) -> ValueError:
    return ValueError(
        f"{name}: Input operand {position} does not have enough dimensions (has 0, gufunc core with signature "
        f"{signature} requires 1)"
    )


def _matmul(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    for position, t in enumerate((a, b)):
        if t.ndim == 0:
            raise _scalar_operand("matmul", position, matmul.signature)
    rows = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != rows:
        raise _mismatch("matmul", matmul.signature, a, b, a.shape[-1], rows)
    return product(a, b)


def _vecdot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    for position, t in enumerate((a, b)):
        if t.ndim == 0:
            raise _scalar_operand("vecdot", position, vecdot.signature)
    if a.shape[-1] != b.shape[-1]:
        raise _mismatch("vecdot", vecdot.signature, a, b, a.shape[-1], b.shape[-1])
    if a.is_complex():
        a = a.conj()
    if a.dtype is torch.bool:
        return (a & b).any(-1)
    return (a * b).sum(-1, dtype=a.dtype)


def _matvec(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if a.shape[-1] != b.shape[-1]:
        raise _mismatch("matvec", matvec.signature, a, b, a.shape[-1], b.shape[-1])
    return product(a, b.unsqueeze(-1)).squeeze(-1)


def _vecmat(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if a.shape[-1] != b.shape[-2]:
        raise _mismatch("vecmat", vecmat.signature, a, b, a.shape[-1], b.shape[-2])
    if a.is_complex():
        a = a.conj()
    return product(a.unsqueeze(-2), b).squeeze(-2)


matmul = GeneralizedUfunc("matmul", _matmul)
vecdot = GeneralizedUfunc("vecdot", _vecdot)
matvec = GeneralizedUfunc("matvec", _matvec)
vecmat = GeneralizedUfunc("vecmat", _vecmat)


def common_dtype(*tensors: torch.Tensor) -> torch.dtype:
    """Return the dtype NumPy promotes these tensors to."""
    first = tensors[0].dtype
    if all(t.dtype is first for t in tensors):
        return first
    return TORCH_OF_NUMPY[numpy.result_type(*(NUMPY_OF_TORCH[t.dtype] for t in tensors))]
