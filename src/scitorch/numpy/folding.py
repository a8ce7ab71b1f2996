"""The methods of ufuncs: reduce, accumulate, reduceat and at, from the two-argument function itself."""

from typing import Any

import numpy
import torch

from scitorch.numpy import memory
from scitorch.numpy.array import ndarray
from scitorch.numpy.axes import normalize_axes, normalize_axis
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, WIDE_UNSIGNED, astype_tensor, from_host, host, torch_dtype
from scitorch.numpy.floating_errors import check, watching
from scitorch.numpy.missing import NO_VALUE
from scitorch.numpy.ufunc import ufunc
from scitorch.numpy.wide_unsigned import bits, from_bits, ordered
from scitorch.op.torch_private import is_transformed

__all__ = ["accumulate", "at", "reduce", "reduceat"]


def _check_binary(function: ufunc, method: str) -> None:
    if function.nin != 2:
        raise ValueError(f"{method} only supported for binary functions")
    if function.nout != 1:
        raise ValueError(f"{method} only supported for functions returning a single value")
    if function.signature is not None:
        raise RuntimeError(f"Reduction not defined on ufunc with signature: {function.__name__} {function.signature}")


def loop_dtype(function: ufunc, tensor: torch.Tensor, dtype: Any, out: Any) -> tuple[torch.dtype, torch.dtype]:
    """Return the dtypes in which a fold computes and which it returns, by NumPy's rules."""
    have = NUMPY_OF_TORCH[tensor.dtype]
    target = None if out is None else numpy.dtype(out.dtype)
    keywords = {} if dtype is None else {"signature": (NUMPY_OF_TORCH[torch_dtype(dtype)], None, None)}
    loop = function.reference.resolve_dtypes((target, have, None), reduction=True, casting="unsafe", **keywords)
    return torch_dtype(loop[1]), torch_dtype(loop[2])


def reduce(
    function: ufunc,
    array: Any,
    axis: Any,
    dtype: Any,
    out: Any,
    keepdims: bool,
    initial: Any,
    where: Any,
) -> torch.Tensor:
    _check_binary(function, "reduce")
    tensor = tensor_of(array)
    axes = normalize_axes(axis, tensor.ndim)
    compute, result_dtype = loop_dtype(function, tensor, dtype, out)
    identity = function.identity
    if len(axes) > 1 and identity is None and function.__name__ in _ORDERED:
        raise ValueError(
            f"reduction operation '{function.__name__}' is not reorderable, so at most one axis may be specified"
        )
    wide = WIDE_UNSIGNED & {tensor.dtype, result_dtype}
    if wide and _on_bits(function, tensor):
        tensor = tensor if function.__name__ in _TRUTH else astype_tensor(tensor, compute)
        if tensor.dtype in WIDE_UNSIGNED:
            return _reduce_bits(function, tensor, axis, result_dtype, keepdims, initial, where)
    elif function.runs_on_host(tensor, compute) or wide:
        keywords: dict[str, Any] = {"where": host(tensor_of(where))} if where is not True else {}
        if initial is not NO_VALUE:
            keywords["initial"] = initial
        values = function.reference.reduce(
            host(tensor), axis=axes, dtype=NUMPY_OF_TORCH[result_dtype], keepdims=keepdims, **keywords
        )
        return from_host(values, tensor.device)
    if function.__name__ in _TRUTH:
        tensor = tensor != 0
    elif tensor.dtype is not compute:
        tensor = astype_tensor(tensor, compute)
    start = None if initial is NO_VALUE or initial is None else tensor_of(initial, tensor.dtype).to(tensor.device)
    if where is not True:
        mask = tensor_of(where, torch.bool)
        neutral = start
        if neutral is None:
            if identity is None:
                raise ValueError(
                    f"reduction operation '{function.__name__}' does not have an identity, so to use a where mask "
                    "one has to specify 'initial'"
                )
            neutral = tensor_of(identity, tensor.dtype).to(tensor.device)
        elif identity is not None:
            neutral = tensor_of(identity, tensor.dtype).to(tensor.device)
        tensor = torch.where(mask, tensor, neutral)
    if any(tensor.shape[a] == 0 for a in axes):
        result = _empty(function, tensor, axes, keepdims, start, initial)
    elif not axes:
        result = tensor
    else:
        reducer = function._reducer
        if reducer is not None and not (tensor.is_complex() and function.__name__ in ("maximum", "minimum")):
            result = reducer(tensor, axes, keepdims)
        else:
            result = _fold_axes(function, tensor, axes, keepdims)
    if start is not None and not any(tensor.shape[a] == 0 for a in axes):
        result = function.kernel(start, result)
    if watching:
        check("reduce", (tensor,), result, axes=axes, keepdims=keepdims)
    return result if result.dtype is result_dtype else astype_tensor(result, result_dtype)


_ORDERED = frozenset({"subtract", "divide", "floor_divide", "power", "remainder", "fmod", "arctan2", "float_power"})
_TRUTH = frozenset({"logical_and", "logical_or", "logical_xor"})
_EXTREMES = frozenset({"maximum", "minimum"})
_ON_BITS = frozenset({*_EXTREMES, *_TRUTH, "add", "multiply", "bitwise_and", "bitwise_or", "bitwise_xor"})


def _on_bits(function: ufunc, tensor: torch.Tensor) -> bool:
    """Whether to fold the bits of a wide unsigned tensor as signed integers: where NumPy cannot see them."""
    seen = tensor.is_cpu and not is_transformed(tensor) and not torch.compiler.is_compiling()
    return not seen and function.__name__ in _ON_BITS


def _reduce_bits(
    function: ufunc,
    tensor: torch.Tensor,
    axis: Any,
    result_dtype: torch.dtype,
    keepdims: bool,
    initial: Any,
    where: Any,
) -> torch.Tensor:
    extreme = function.__name__ in _EXTREMES
    signed = ordered(bits(tensor)) if extreme else bits(tensor)
    if initial is not NO_VALUE and initial is not None and result_dtype in WIDE_UNSIGNED:
        start = bits(tensor_of(initial, result_dtype))
        initial = ndarray._wrap(ordered(start) if extreme else start)
    found = reduce(function, ndarray._wrap(signed), axis, None, None, keepdims, initial, where)
    if result_dtype not in WIDE_UNSIGNED:
        return astype_tensor(found, result_dtype)
    return from_bits(ordered(found) if extreme else found, result_dtype)


def _empty(
    function: ufunc, tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool, start: Any, initial: Any
) -> torch.Tensor:
    shape = [1 if a in axes else n for a, n in enumerate(tensor.shape) if keepdims or a not in axes]
    if start is not None:
        return start.expand(shape).clone()
    if function.identity is None:
        raise ValueError(f"zero-size array to reduction operation {function.__name__} which has no identity")
    return tensor_of(function.identity, tensor.dtype).to(tensor.device).expand(shape).clone()


def _fold_axes(function: ufunc, tensor: torch.Tensor, axes: tuple[int, ...], keepdims: bool) -> torch.Tensor:
    for axis in sorted(axes, reverse=True):
        tensor = _fold(function, tensor, axis)
    if keepdims:
        for axis in sorted(axes):
            tensor = tensor.unsqueeze(axis)
    return tensor


def _fold(function: ufunc, tensor: torch.Tensor, axis: int) -> torch.Tensor:
    if function.__name__ in _ORDERED or (function.identity is None and function.__name__ not in _ASSOCIATIVE):
        slices = tensor.unbind(axis)
        result = slices[0]
        for item in slices[1:]:
            result = function.kernel(result, item)
        return result
    # Associative: halve the axis until one is left, so the number of kernel calls is logarithmic
    tensor = tensor.movedim(axis, 0)
    while (count := tensor.shape[0]) > 1:
        half = count // 2
        folded = function.kernel(tensor[:half], tensor[half : 2 * half])
        tensor = torch.cat([folded, tensor[2 * half :]]) if count % 2 else folded
    return tensor[0]


_ASSOCIATIVE = frozenset({"maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2", "gcd", "lcm", "hypot"})


def accumulate(function: ufunc, array: Any, axis: int, dtype: Any, out: Any) -> torch.Tensor:
    _check_binary(function, "accumulate")
    tensor = tensor_of(array)
    if tensor.ndim == 0:
        raise TypeError("cannot accumulate on a scalar")
    axis = normalize_axis(axis, tensor.ndim)
    compute, result_dtype = loop_dtype(function, tensor, dtype, out)
    wide = WIDE_UNSIGNED & {tensor.dtype, result_dtype}
    if wide and _on_bits(function, tensor):
        tensor = tensor if function.__name__ in _TRUTH else astype_tensor(tensor, compute)
        if tensor.dtype in WIDE_UNSIGNED:
            extreme = function.__name__ in _EXTREMES
            signed = ordered(bits(tensor)) if extreme else bits(tensor)
            found = accumulate(function, ndarray._wrap(signed), axis, None, None)
            if result_dtype not in WIDE_UNSIGNED:
                return astype_tensor(found, result_dtype)
            return from_bits(ordered(found) if extreme else found, result_dtype)
    elif function.runs_on_host(tensor, compute) or wide:
        values = function.reference.accumulate(host(tensor), axis=axis, dtype=NUMPY_OF_TORCH[result_dtype])
        return from_host(values, tensor.device)
    if tensor.dtype is not compute:
        tensor = astype_tensor(tensor, compute)
    if tensor.shape[axis] == 0:
        return tensor.to(result_dtype)
    if function._accumulator is not None and not (tensor.is_complex() and function.__name__ in ("maximum", "minimum")):
        result = function._accumulator(tensor, axis)
    else:
        slices = tensor.unbind(axis)
        results = [slices[0].to(result_dtype)]
        for item in slices[1:]:
            results.append(function.kernel(results[-1].to(compute), item).to(result_dtype))
        result = torch.stack(results, axis)
    if watching:
        check("accumulate", (tensor,), result)
    return result if result.dtype is result_dtype else astype_tensor(result, result_dtype)


def reduceat(function: ufunc, array: Any, indices: Any, axis: int, dtype: Any) -> torch.Tensor:
    _check_binary(function, "reduceat")
    tensor = tensor_of(array)
    axis = normalize_axis(axis, tensor.ndim)
    bounds = [int(i) for i in host(tensor_of(indices))]
    count = tensor.shape[axis]
    for start in bounds:
        if not 0 <= start < count:
            raise IndexError(f"index {start} out-of-bounds in {function.__name__}.reduceat [0, {count})")
    parts = []
    for start, stop in zip(bounds, [*bounds[1:], count], strict=False):
        piece = tensor.narrow(axis, start, max(stop - start, 1))
        parts.append(reduce(function, ndarray._wrap(piece), axis, dtype, None, False, NO_VALUE, True))
    if not parts:
        shape = [0 if a == axis else n for a, n in enumerate(tensor.shape)]
        return tensor.new_zeros(shape)
    return torch.stack(parts, axis)


def at(function: ufunc, a: Any, indices: Any, b: Any) -> None:
    from scitorch.numpy import indexing

    if isinstance(a, numpy.ndarray):
        function.reference.at(a, _host_indices(indices), *(() if b is NO_VALUE else (host(tensor_of(b)),)))
        return
    if not isinstance(a, ndarray):
        raise TypeError("first operand must be array")
    if function.nin == 2 and b is NO_VALUE:
        raise ValueError("second operand needed for ufunc")
    if function.nin == 1 and b is not NO_VALUE:
        raise ValueError("second operand provided when ufunc is unary")
    tensor = a._tensor
    places = indexing.get(torch.arange(tensor.numel(), device=tensor.device).reshape(tensor.shape), indices).reshape(-1)
    if b is NO_VALUE:
        values = None
    else:
        shape = indexing.get(tensor.detach(), indices).shape
        values = tensor_of(b)
        try:
            values = values.expand(shape).reshape(-1)
        except RuntimeError:
            raise ValueError(
                f"array of shape {tuple(values.shape)} is not broadcastable to the shape {tuple(shape)} of the indices"
            ) from None
    tracked = memory.followed(tensor) if values is None else memory.followed(tensor, values)
    flat = tensor.reshape(-1)
    if values is not None and function.__name__ in ("add", "subtract") and _adds_in(tensor.dtype, values.dtype):
        values = values.to(tensor.dtype)
        result = flat.index_add(0, places, values, alpha=1 if function.__name__ == "add" else -1)
    elif not tracked:
        array = host(flat).copy()
        function.reference.at(array, host(places), *(() if values is None else (host(values),)))
        result = from_host(array, tensor.device)
    else:
        result = flat
        for chosen in _repetitions(places):
            where = places[chosen]
            operands = (result[where],) if values is None else (result[where], values[chosen])
            changed = function(*map(ndarray._wrap, operands))._tensor.to(tensor.dtype)
            result = result.index_put((where,), changed)
    a._store(result.reshape(tensor.shape))


def _adds_in(dtype: torch.dtype, other: torch.dtype) -> bool:
    """Whether a sum of two dtypes is a sum in the first."""
    return dtype not in WIDE_UNSIGNED and torch.promote_types(dtype, other) is dtype and dtype is not torch.bool


def _repetitions(places: torch.Tensor) -> list[torch.Tensor]:
    """Return the numbers of the first occurrences of all places, then of the second ones, and so on."""
    numbers = host(places)
    order = numpy.argsort(numbers, kind="stable")
    ordered = numbers[order]
    starts = numpy.flatnonzero(numpy.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(numbers) else order
    rank = numpy.arange(len(numbers)) - numpy.repeat(starts, numpy.diff([*starts, len(numbers)]))
    rounds = int(rank.max()) + 1 if len(numbers) else 0
    return [from_host(numpy.sort(order[rank == r]), places.device) for r in range(rounds)]


def _host_indices(indices: Any) -> Any:
    if isinstance(indices, tuple):
        return tuple(_host_indices(i) for i in indices)
    return host(indices._tensor) if isinstance(indices, ndarray) else indices
