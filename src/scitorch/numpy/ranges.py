"""Evenly spaced values: arange, linspace, logspace, geomspace."""

import inspect
import math
import operator
from typing import Any

import numpy
import torch

from scitorch.numpy.array import ndarray
from scitorch.numpy.conversion import tensor_of
from scitorch.numpy.declaration import differentiable, without_derivative
from scitorch.numpy.dtypes import NUMPY_OF_TORCH, astype_tensor, from_host, holds, torch_dtype
from scitorch.numpy.promotion import weak_result_type
from scitorch.numpy.routine import routine

__all__ = ["arange", "geomspace", "linspace", "logspace"]


@without_derivative("the number of elements is decided by the arguments", "np.arange(3)")
@routine
def arange(
    *bounds: Any,
    start: Any = None,
    stop: Any = None,
    step: Any = None,
    dtype: Any = None,
    device: Any = None,
    like: Any = None,
) -> ndarray:
    """Return evenly spaced values in a half-open interval: `arange([start,] stop[, step])`.

    Values are `start + i * delta` with `delta` rounded as NumPy rounds it, so they equal NumPy's to the last bit.
    Gradients reach `start` and `step`.
    """
    names = ["start", "stop", "step", "dtype"]
    if len(bounds) > 4:
        raise TypeError("arange() takes at most four positional arguments")
    if not bounds and stop is None:
        raise TypeError("arange() requires stop to be specified.")
    if len(bounds) == 1 and stop is None and start is None:
        bounds = (0, bounds[0])
    elif len(bounds) == 1 and start is not None and stop is None:
        bounds = (start, bounds[0])
    given = dict(zip(names, bounds, strict=False))
    start = given.get("start", 0 if start is None else start)
    stop = given.get("stop", stop)
    step = given.get("step", step)
    dtype = given.get("dtype", dtype)
    if stop is None:
        if "start" not in given and start == 0:
            raise TypeError("arange() requires stop to be specified.")
        start, stop = 0, start
    step = 1 if step is None else step
    tracked = [v for v in (start, step) if isinstance(v, ndarray | torch.Tensor) and _tracked(v)]
    plain = [_plain(v) for v in (start, stop, step)]
    wanted = None if dtype is None else NUMPY_OF_TORCH[torch_dtype(dtype)]
    values = numpy.arange(*plain, dtype=wanted)
    if not tracked:
        return ndarray._wrap(_placed(from_host(values), device))
    count = torch.arange(len(values), dtype=torch.float64)
    result = tensor_of(start) + count * tensor_of(step)
    return ndarray._wrap(result if dtype is None else result.to(torch_dtype(dtype)))


def _arange_signature() -> inspect.Signature:
    """The written form of what `arange` accepts: one, two or three bounds, by position or by name."""
    either, named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [
            inspect.Parameter("start", inspect.Parameter.POSITIONAL_ONLY),
            inspect.Parameter("stop", either, default=None),
            inspect.Parameter("step", either, default=1),
            inspect.Parameter("dtype", either, default=None),
            inspect.Parameter("device", named, default=None),
            inspect.Parameter("like", named, default=None),
        ]
    )


arange.__signature__ = _arange_signature()  # type: ignore[attr-defined]


def _placed(tensor: torch.Tensor, device: Any) -> torch.Tensor:
    return tensor if device is None else tensor.to(str(device))


def _tracked(value: Any) -> bool:
    tensor = value._tensor if isinstance(value, ndarray) else value
    return bool(tensor.requires_grad)


def _plain(value: Any) -> Any:
    if isinstance(value, ndarray | torch.Tensor):
        tensor = value._tensor if isinstance(value, ndarray) else value
        if tensor.ndim:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return NUMPY_OF_TORCH[tensor.dtype].type(tensor.detach().item())
    return value


@differentiable("np.linspace(x, y, 4)", "np.linspace(s, x[0], 5, endpoint=False)")
def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Return evenly spaced numbers over an interval, differentiable in both ends.

    Parameters
    ----------
    start, stop : array_like
    num : int
    endpoint : bool
        Whether `stop` is the last value.
    retstep : bool
        Also return the spacing.
    dtype : dtype, optional
    axis : int
        Where the new axis goes when the ends are arrays.
    """
    count = operator.index(num)
    if count < 0:
        raise ValueError(f"Number of samples, {count}, must be non-negative.")
    divisions = count - 1 if endpoint else count
    first, last = _inexact(start), _inexact(stop)
    common = weak_result_type(start, stop, 0.0)
    first, last = torch.broadcast_tensors(first.to(common), last.to(common))
    integral = dtype is not None and NUMPY_OF_TORCH[torch_dtype(dtype)].kind in "iub"
    wanted = common if dtype is None else torch_dtype(dtype)
    real = torch.zeros((), dtype=common).real.dtype
    delta = last - first
    index = torch.arange(count, dtype=real, device=first.device).reshape((-1,) + (1,) * first.ndim)
    if divisions > 0:
        step = delta / divisions
        if holds(step == 0):
            values = index / divisions * delta
        else:
            values = index * step
    else:
        step = torch.full_like(delta, math.nan)
        values = index * delta
    values = values + first
    if endpoint and count > 1:
        values = torch.cat([values[:-1], last.unsqueeze(0).to(values.dtype)])
    if axis != 0:
        values = values.movedim(0, axis)
    if integral:
        values = torch.floor(values)
    result = ndarray._wrap(_placed(astype_tensor(values, wanted), device))
    return (result, ndarray._wrap(step)) if retstep else result


def _inexact(value: Any) -> torch.Tensor:
    tensor = tensor_of(value)
    return tensor if tensor.is_floating_point() or tensor.is_complex() else tensor.to(torch.float64)


@differentiable("np.logspace(x, y, 3)", "np.logspace(0, 1, 3, base=w[0])")
def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> ndarray:
    """Return numbers evenly spaced on a logarithmic scale: `base ** linspace(start, stop)`."""
    radix = tensor_of(base)
    if radix.ndim:
        ndim = len(numpy.broadcast_shapes(*(tuple(tensor_of(v).shape) for v in (start, stop, base))))
        radix = radix.reshape((1,) * (ndim - radix.ndim) + tuple(radix.shape)).unsqueeze(axis)
        first = tensor_of(start)
        start = ndarray._wrap(first.reshape((1,) * (ndim - first.ndim) + tuple(first.shape)))
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    values = ndarray._wrap(radix) ** exponents if radix.ndim or radix.requires_grad else base**exponents
    return values if dtype is None else values.astype(dtype)  # type: ignore[no-any-return]


@differentiable("np.geomspace(w, 2 * w + 1, 4)", "np.geomspace(-s, -w, 3)")
def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> ndarray:
    """Return numbers evenly spaced on a logarithmic scale between two values (a geometric progression)."""
    first, last = _inexact(start), _inexact(stop)
    if holds(first == 0) or holds(last == 0):
        raise ValueError("Geometric sequence cannot include zero")
    # NumPy computes in double precision at least: it promotes with an array of the requested dtype, float by default
    ends = NUMPY_OF_TORCH[torch.promote_types(first.dtype, last.dtype)]
    common = torch_dtype(numpy.promote_types(ends, NUMPY_OF_TORCH[torch_dtype(float if dtype is None else dtype)]))
    first, last = torch.broadcast_tensors(first.to(common), last.to(common))
    # Relative to the first value the progression is positive real wherever it can be; between ends of different signs
    # it is nan where it is real, the logarithm of the last end being that
    sign = torch.sgn(first) if common.is_complex else torch.sign(first)
    exponents = linspace(torch.log10(first / sign), torch.log10(last / sign), num, endpoint)._tensor
    values = sign * torch.pow(torch.tensor(10.0, dtype=exponents.dtype), exponents)
    count = values.shape[0]
    if count:  # the ends exactly
        values = torch.cat([first.unsqueeze(0), values[1:]])
        if endpoint and count > 1:
            values = torch.cat([values[:-1], last.unsqueeze(0)])
    if axis != 0:
        values = values.movedim(0, axis)
    return ndarray._wrap(values if dtype is None else astype_tensor(values, torch_dtype(dtype)))
