"""Joining and splitting arrays."""

import itertools
import operator
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.creation import laid_out
from scitorch.numpy.declaration import differentiable
from scitorch.numpy.dtypes import CASTINGS, NUMPY_OF_TORCH, torch_dtype
from scitorch.numpy.products import common_dtype
from scitorch.numpy.promotion import weak_result_type
from scitorch.numpy.reductions import finish

__all__ = [
    "append",
    "array_split",
    "block",
    "column_stack",
    "concat",
    "concatenate",
    "dsplit",
    "dstack",
    "hsplit",
    "hstack",
    "row_stack",
    "split",
    "stack",
    "unstack",
    "vsplit",
    "vstack",
]


def _parts(arrays: Any, name: str) -> list[torch.Tensor]:
    if isinstance(arrays, ndarray | torch.Tensor | numpy.ndarray):
        return list(tensor_of(arrays).unbind(0))
    if not isinstance(arrays, list | tuple):
        raise TypeError(f'arrays to {name} must be passed as a "sequence" type such as list or tuple.')
    return [tensor_of(a) for a in arrays]


def _cast(parts: list[torch.Tensor], dtype: Any, casting: str, out: Any = None) -> list[torch.Tensor]:
    if dtype is not None:
        wanted = torch_dtype(dtype)
        for part in parts:
            if not numpy.can_cast(NUMPY_OF_TORCH[part.dtype], NUMPY_OF_TORCH[wanted], casting):  # type: ignore[arg-type]
                raise TypeError(
                    f"Cannot cast array data from {NUMPY_OF_TORCH[part.dtype]!r} to {NUMPY_OF_TORCH[wanted]!r} "
                    f"according to the rule '{casting}'"
                )
    else:
        wanted = common_dtype(*parts)
    return [part if part.dtype is wanted else part.to(wanted) for part in parts]


@differentiable("np.concatenate([x, y])", "np.concatenate([m, a], axis=1)", "np.concatenate([m, a], axis=None)")
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Join arrays along an existing axis; None flattens them first."""
    parts = _parts(arrays, "concatenate")
    if not parts:
        raise ValueError("need at least one array to concatenate")
    if out is not None and dtype is not None:
        raise TypeError("concatenate() only takes `out` or `dtype` as an argument, but both were provided.")
    if casting not in CASTINGS:
        raise ValueError(f"casting must be one of {', '.join(map(repr, CASTINGS))} (got {casting!r})")
    if axis is None:
        if dtype is None and any(type(item) in (int, float, complex) for item in arrays):  # weak beside arrays
            common = weak_result_type(*arrays)
            parts = [tensor_of(item, common) for item in arrays]
        parts, axis = [part.reshape(-1) for part in parts], 0
    first = parts[0]
    if first.ndim == 0:
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    axis = normalize_axis(axis, first.ndim)
    for position, part in enumerate(parts):
        if part.shape == first.shape:
            continue
        if part.ndim != first.ndim:
            raise ValueError(
                "all the input arrays must have same number of dimensions, but the array at index 0 has "
                f"{first.ndim} dimension(s) and the array at index {position} has {part.ndim} dimension(s)"
            )
        for dimension, (n, m) in enumerate(zip(first.shape, part.shape, strict=True)):
            if dimension != axis and n != m:
                raise ValueError(
                    "all the input array dimensions except for the concatenation axis must match exactly, but along "
                    f"dimension {dimension}, the array at index 0 has size {n} and the array at index {position} has "
                    f"size {m}"
                )
    return finish(_join(_cast(parts, dtype, casting), axis), out, casting)


def _join(parts: list[torch.Tensor], axis: int) -> torch.Tensor:
    # torch.cat skips empty one-dimensional tensors of any dtype, which is right here because shapes were checked
    return torch.cat(parts, axis)


concat = concatenate


@differentiable("np.stack([x, y], axis=1)")
def stack(arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays along a new axis."""
    parts = _parts(arrays, "stack")
    if not parts:
        raise ValueError("need at least one array to stack")
    if out is not None and dtype is not None:
        raise TypeError("stack() only takes `out` or `dtype` as an argument, but both were provided.")
    if len({part.shape for part in parts}) > 1:
        raise ValueError("all input arrays must have the same shape")
    axis = normalize_axis(axis, parts[0].ndim + 1)
    return finish(torch.stack(_cast(parts, dtype, casting), axis), out, casting)


@differentiable("np.unstack(m, axis=1)")
def unstack(x: Any, /, *, axis: int = 0) -> tuple[ndarray, ...]:
    """Split an array into the arrays along an axis."""
    tensor = tensor_of(x)
    if tensor.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    return tuple(ndarray._wrap(t) for t in tensor.unbind(normalize_axis(axis, tensor.ndim)))


def _at_least(tensor: torch.Tensor, ndim: int) -> torch.Tensor:
    if ndim == 1:
        return tensor.reshape(1) if tensor.ndim == 0 else tensor
    if ndim == 2:
        return tensor.reshape(1, 1) if tensor.ndim == 0 else tensor.unsqueeze(0) if tensor.ndim == 1 else tensor
    if tensor.ndim == 0:
        return tensor.reshape(1, 1, 1)
    if tensor.ndim == 1:
        return tensor[None, :, None]
    return tensor[:, :, None] if tensor.ndim == 2 else tensor


@differentiable("np.vstack([x, y])")
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Stack arrays row-wise."""
    parts = [ndarray._wrap(_at_least(t, 2)) for t in _parts(tup, "stack")]
    return concatenate(parts, 0, dtype=dtype, casting=casting)


row_stack = vstack


@differentiable("np.hstack([x, y])")
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Stack arrays column-wise (along the first axis for vectors)."""
    parts = [ndarray._wrap(_at_least(t, 1)) for t in _parts(tup, "stack")]
    axis = 0 if parts and parts[0].ndim == 1 else 1
    return concatenate(parts, axis, dtype=dtype, casting=casting)


@differentiable("np.dstack([x, y])")
def dstack(tup: Any) -> Any:
    """Stack arrays along the third axis."""
    return concatenate([ndarray._wrap(_at_least(t, 3)) for t in _parts(tup, "stack")], 2)


@differentiable("np.column_stack([x, y])")
def column_stack(tup: Any) -> Any:
    """Stack vectors as the columns of a matrix."""
    parts = [_at_least(t, 1) for t in _parts(tup, "stack")]
    return concatenate([ndarray._wrap(t.unsqueeze(1) if t.ndim == 1 else t) for t in parts], 1)


@differentiable("np.append(m, x)")
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """Return an array with values appended."""
    a, b = tensor_of(arr), tensor_of(values)
    if axis is None:
        a, b, axis = a.reshape(-1), b.reshape(-1), 0
    return concatenate((ndarray._wrap(a), ndarray._wrap(b)), axis)


@differentiable("np.array_split(x, 3)")
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[ndarray]:
    """Split an array into parts as equal as possible, or at given indices."""
    tensor = tensor_of(ary)
    axis = normalize_axis(axis, tensor.ndim)
    count = tensor.shape[axis]
    try:
        sections = operator.index(indices_or_sections)
    except TypeError:
        bounds = [0, *(int(i) for i in indices_or_sections), count]
    else:
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        each, extra = divmod(count, sections)
        bounds = [0]
        for part in range(sections):
            bounds.append(bounds[-1] + each + (part < extra))
    result = []
    for start, stop in itertools.pairwise(bounds):
        start, stop, _ = slice(start, stop).indices(count)
        result.append(ndarray._wrap(tensor.narrow(axis, start, max(stop - start, 0))))
    return result


@differentiable("np.split(m, [1, 3], axis=1)")
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[ndarray]:
    """Split an array into equal parts, or at given indices."""
    tensor = tensor_of(ary)
    if isinstance(indices_or_sections, int) and tensor.shape[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return array_split(ary, indices_or_sections, axis)


@differentiable("np.hsplit(m, 2)")
def hsplit(ary: Any, indices_or_sections: Any) -> list[ndarray]:
    """Split an array column-wise."""
    ndim = tensor_of(ary).ndim
    if ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(ary, indices_or_sections, 1 if ndim > 1 else 0)


@differentiable("np.vsplit(m, [1])")
def vsplit(ary: Any, indices_or_sections: Any) -> list[ndarray]:
    """Split an array row-wise."""
    if tensor_of(ary).ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(ary, indices_or_sections, 0)


@differentiable("np.dsplit(t, 2)")
def dsplit(ary: Any, indices_or_sections: Any) -> list[ndarray]:
    """Split an array along the third axis."""
    if tensor_of(ary).ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(ary, indices_or_sections, 2)


@differentiable("np.block([[a, m], [x[None, :4], y[None, :3]]])")
def block(arrays: Any) -> Any:
    """Assemble an array from nested lists of blocks."""
    depth, leaves, empty = _block_depth(arrays, ())
    if empty:
        raise ValueError(f"List at {empty} cannot be empty")
    ndim = max(depth, *(leaf.ndim for leaf in leaves))
    result = _assemble(arrays, depth, ndim, 0)
    columns = all(_column_major(leaf) for leaf in leaves) and not all(leaf.is_contiguous() for leaf in leaves)
    result = laid_out(result, tuple(reversed(range(ndim)))) if columns else result.contiguous()
    return ndarray._wrap(result if depth else result.clone())


def _column_major(tensor: torch.Tensor) -> bool:
    return tensor.permute(tuple(reversed(range(tensor.ndim)))).is_contiguous()


def _block_depth(arrays: Any, where: tuple[int, ...]) -> tuple[int, list[torch.Tensor], str]:
    """Return the depth of nesting, the blocks, and which list is empty."""
    if isinstance(arrays, tuple):
        place = "arrays" + "".join(f"[{i}]" for i in where)
        raise TypeError(
            f"{place} is a tuple. Only lists can be used to arrange blocks, and np.block does not allow implicit "
            "conversion from tuple to ndarray."
        )
    if not isinstance(arrays, list):
        return 0, [tensor_of(arrays)], ""
    if not arrays:
        return 1, [], "arrays" + "".join(f"[{i}]" for i in where)
    inner = [_block_depth(item, (*where, i)) for i, item in enumerate(arrays)]
    if len({depth for depth, _, _ in inner}) > 1:
        raise ValueError(
            f"List depths are mismatched. First element was at depth {inner[0][0] + len(where) + 1}, but there is an "
            "element at another depth"
        )
    empty = next((place for _, _, place in inner if place), "")
    return inner[0][0] + 1, [leaf for _, leaves, _ in inner for leaf in leaves], empty


def _assemble(arrays: Any, depth: int, ndim: int, level: int) -> torch.Tensor:
    if level == depth:
        tensor = tensor_of(arrays)
        return tensor.reshape((1,) * (ndim - tensor.ndim) + tuple(tensor.shape))
    parts = [ndarray._wrap(_assemble(item, depth, ndim, level + 1)) for item in arrays]
    return concatenate(parts, axis=-(depth - level))._tensor  # type: ignore[no-any-return]
