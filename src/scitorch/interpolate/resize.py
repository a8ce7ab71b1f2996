"""Resizing of arrays along any of their axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy
import torch
from torch import Tensor

from ..op import Maker, Sample, composite
from ..op.array_types import find_array_type
from ..op.torch_private import is_transformed
from .axis_geometry import ALIGNMENTS
from .axis_plan import BOUNDARIES, AxisPlan, nearest_numbers, nearest_positions, stage_numbers, taps
from .filters import SYNONYMS, filter_named
from .moving_taps import moving_stages
from .tap_products import gather_taps

_HALF = (torch.float16, torch.bfloat16)


def _samples(make: Maker) -> list[Sample]:
    image, box = make(5, 6), torch.tensor([[0.3, 3.6], [0.7, 4.4]], dtype=torch.float64)
    pair = make(1, 4, 5)
    scale = torch.tensor([0.62, 1.7], dtype=torch.float64)
    shift = torch.tensor(0.2, dtype=torch.float64)
    return [
        Sample((image, (3, 8)), {"method": "bicubic"}, label="bicubic"),
        Sample((make(2, 7, 2), 3), {"method": "lanczos", "axes": 1, "boundary": "reflect"}, label="lanczos"),
        Sample((image, (4, 3)), {"method": "bspline3", "boundary": "nearest"}, label="bspline3"),
        Sample((pair, (3, 7)), {"method": "area"}, label="area"),
        Sample((pair, (3, 7), "hamming", box), label="in the box"),
        Sample((pair, (2, 8), "triangle", None, scale), label="in the scale"),
        Sample((pair, (3, 6), "mitchell", box, None, shift), {"antialias": False}, label="in box and shift"),
    ]


@composite(samples=_samples, arrays=("x",), integers=True)
def resize(
    x: Tensor,
    size: int | Sequence[int] | None = None,
    method: str = "bicubic",
    box: Any = None,
    scale: Any = None,
    shift: Any = 0.0,
    *,
    axes: int | Sequence[int] | None = None,
    antialias: bool = True,
    boundary: str = "renormalize",
    align: str = "edges",
    a: float = -0.5,
) -> Tensor:
    """Resize an array along any number of axes by a separable filter.

    Parameters
    ----------
    x : Tensor
        Any shape; real or complex numbers of any precision, or whole numbers.
    size : int or sequence of int, optional
        New length of each resized axis. Without it, the old one times `scale`, rounded down.
    method : str
        ``"nearest"``, ``"box"``, ``"triangle"`` (or ``"bilinear"``), ``"hamming"``, ``"bicubic"``, ``"mitchell"``,
        ``"lanczos2"`` to ``"lanczos5"`` (``"lanczos"`` is ``"lanczos3"``), ``"area"`` (the exact mean over the area of
        the new sample), ``"bspline0"`` to ``"bspline5"`` (interpolating splines).
    box : (…, d, 2) array_like, optional
        The part of each axis that is resized, from and to, in pixel edges: the whole axis is ``(0, n)``. Samples beyond
        the box are seen by the filter. Further leading dimensions belong to leading dimensions of `x`.
    scale : float or (…, d) array_like, optional
        Samples of the result per sample of `x`, counted from the start of the box.
    shift : float or (…, d) array_like
        Added to the positions in `x` that the results are taken from.
    axes : int or sequence of int, optional
        The d axes that are resized, the last ones by default; all have the size if it is one number.
    antialias : bool
        Whether the filter is stretched where the result is coarser than `x`.
    boundary : str
        ``"renormalize"`` drops what is outside of `x` and divides by the sum of the other weights, as Pillow and torch
        do; ``"reflect"``, ``"mirror"``, ``"nearest"``, ``"wrap"`` and ``"constant"`` (zero) are as in
        :mod:`scipy.ndimage`. Splines of order 2 and more take ``"renormalize"`` for ``"reflect"``.
    align : {"edges", "centers"}
        What of the first and last sample of both arrays is at the same place.
    a : float
        Parameter of ``"bicubic"``; -0.5 (Catmull-Rom, Pillow) or -0.75 (OpenCV).

    Returns
    -------
    Tensor
        Of the dtype of `x`. Whole numbers are rounded and clipped to their range: those of 8 bits after each axis,
        the one that shrinks most first, then the last; others at the end. Pillow also rounds 8 bits after each axis,
        but may take the axes in the other order, which differs where a filter overshoots the range.

    Raises
    ------
    ValueError
        For an unknown method, boundary or alignment, an empty box or size, or a result that is taken from outside of
        `x` under ``boundary="renormalize"``.
    NotImplementedError
        For a derivative in the geometry of a method that jumps (``"nearest"``, ``"box"``, ``"bspline0"``).

    Notes
    -----
    Positions are rational numbers, of which float64 weights are made once for a geometry. Differentiable in `x`, `box`,
    `scale` and `shift`, to any order.

    Examples
    --------
    >>> import torch
    >>> from scitorch.interpolate import resize
    >>> resize(torch.tensor([0.0, 1.0, 2.0, 3.0]), 2, "area")
    tensor([0.5000, 2.5000])
    >>> shift = torch.tensor(0.0, requires_grad=True)
    >>> resize(torch.tensor([0.0, 1.0, 4.0, 9.0]), 3, "bicubic", None, None, shift)[1].backward()
    >>> shift.grad
    tensor(3.4138)
    """
    box, scale, shift = map(_numbers_or_tensor, (box, scale, shift))
    dims = _axes(x, axes, size, scale, box)
    if boundary not in BOUNDARIES:
        raise ValueError(f"resize: there is no boundary {boundary!r}; there are {', '.join(BOUNDARIES)}")
    if align not in ALIGNMENTS:
        raise ValueError(f"resize: there is no alignment {align!r}; there are {', '.join(ALIGNMENTS)}")
    method = SYNONYMS.get(method, method)
    if method not in ("nearest", "area"):
        filter_named(method, a)
    geometry = [_axis_of(g, k, len(dims)) for k in range(len(dims)) for g in (scale, shift)]
    scales, shifts = geometry[::2], geometry[1::2]
    boxes = [_box_of(box, k) for k in range(len(dims))]
    sizes = _sizes(x, dims, size, scales, boxes)
    moving = any(isinstance(g, Tensor) for g in (*scales, *shifts, *boxes))
    options: dict[str, Any] = dict(align=align, method=method, a=a, antialias=antialias, boundary=boundary)
    along: list[_Pass] = []
    for k, dim in enumerate(dims):
        n = x.shape[dim]
        if moving:
            if method in ("nearest", "box", "bspline0"):
                raise NotImplementedError(f"resize: {method!r} jumps where the geometry moves; there is no derivative")
            along.append(
                _Pass(dim, sizes[k] / n, _mover(n, sizes[k], scales[k], boxes[k], shifts[k], options, len(dims)))
            )
        else:
            plan = AxisPlan(n, sizes[k], scales[k], boxes[k], shifts[k], **options)
            along.append(_Pass(dim, sizes[k] / n, _planned(plan)))
    if moving and tuple(dims) != tuple(range(x.ndim - len(dims), x.ndim)) and _is_batched(scales, shifts, boxes):
        raise ValueError("resize: with a batch of geometries the resized axes must be the last ones")
    return _in_working_dtype(x, along, whole=method == "nearest")


def _planned(plan: AxisPlan) -> Callable[[Tensor, int], Tensor]:
    """The map that resizes one axis of a tensor as planned."""

    def apply(x: Tensor, dim: int) -> Tensor:
        traced, device = torch.compiler.is_dynamo_compiling(), x.device
        if plan.method == "nearest":
            index = torch.tensor(nearest_numbers(tuple(plan)), device=device) if traced else None
            return x.index_select(dim, nearest_positions(plan, device) if index is None else index)
        stages: Any
        if traced:
            stages = [
                (torch.tensor(index, device=device), torch.tensor(weight, dtype=x.dtype, device=device))
                for index, weight in stage_numbers(tuple(plan), x.dtype)
            ]
        else:
            stages = taps(plan, x.dtype, device)
        for index, weight in stages:
            x = along_axis(x, dim, index, weight)
        return x

    return apply


def _mover(
    n: int, size: int, scale: Any, box: Any, shift: Any, options: dict[str, Any], count: int
) -> Callable[[Tensor, int], Tensor]:
    """The map that resizes one axis of a tensor to a geometry made of tensors."""

    def apply(x: Tensor, dim: int) -> Tensor:
        for index, weight in moving_stages(n, size, scale, box, shift, precision=torch.finfo(x.dtype).eps, **options):
            x = along_axis(x, dim, index.to(x.device), weight.to(x.device, x.dtype), leading=x.ndim - count)
        return x

    return apply


def along_axis(x: Tensor, dim: int, index: Tensor, weight: Tensor, leading: int | None = None) -> Tensor:
    """Sums over taps along one axis. A batch of taps belongs to the ``leading`` dimensions of x."""
    shape = x.shape
    head = shape[:dim] if leading is None or index.ndim == 2 == weight.ndim else shape[:leading]
    inner = shape[len(head) : dim]
    if inner:  # other resized axes are before this one
        index, weight = (t[(..., *(None,) * len(inner), slice(None), slice(None))] for t in (index, weight))
    trailing = math.prod(shape[dim + 1 :])
    if index.ndim == 2 and weight.ndim == 2:
        out = gather_taps(x.reshape(math.prod(shape[:dim]), shape[dim], trailing), index, weight)
    else:
        out = gather_taps(x.reshape(*shape[: dim + 1], trailing), index, weight)
    return out.reshape(*shape[:dim], weight.shape[-2], *shape[dim + 1 :])


class _Pass(NamedTuple):
    """One resized axis: its number, how much longer it becomes, and the map."""

    dim: int
    ratio: float
    apply: Callable[[Tensor, int], Tensor]


def _in_working_dtype(x: Tensor, passes: list[_Pass], *, whole: bool) -> Tensor:
    """Apply maps along axes to numbers of any kind, in memory order."""
    order = _memory_order(x)
    back = [order.index(d) for d in range(x.ndim)]
    x = x.permute(order)
    # The most shrinking axis first; of others, the last axis first in 8 bits, where it matters,
    # otherwise the first, along which memory is contiguous.
    eight_bits = x.dtype.itemsize == 1 and not whole
    passes = sorted(passes, key=lambda p: (min(p.ratio, 1.0), -p.dim if eight_bits else p.dim))
    dtype = x.dtype
    if whole:
        out = _applied(x, passes, back)
    elif dtype == torch.bool:
        raise TypeError("resize: truth values have no weighted sums; convert them, or take method='nearest'")
    elif dtype.is_complex:
        out = torch.view_as_complex(_applied(torch.view_as_real(x.resolve_conj()), passes, back).contiguous())
    elif dtype.is_floating_point:
        out = _applied(x.float() if dtype in _HALF else x, passes, back).to(dtype)
    elif eight_bits:
        out = x
        for one in passes:
            out = _rounded(one.apply(out.to(torch.float32), back[one.dim]), dtype)
    else:
        out = _rounded(_applied(x.to(torch.float32 if dtype.itemsize < 4 else torch.float64), passes, back), dtype)
    return out.permute(back)


def _applied(x: Tensor, passes: list[_Pass], places: list[int]) -> Tensor:
    for one in passes:
        x = one.apply(x, places[one.dim])
    return x


def _rounded(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Round half up, as Pillow does, and clip."""
    limits = torch.iinfo(dtype)
    rounded = torch.floor(x + 0.5)
    if dtype.itemsize < 8:
        return rounded.clamp(limits.min, limits.max).to(dtype)
    # 2^63 - 1 is no float64: what is not below 2^63 is set apart
    below = rounded.clamp(float(limits.min), math.nextafter(2.0**63, 0.0)).to(dtype)
    return torch.where(rounded >= 2.0**63, limits.max, below)


def _memory_order(x: Tensor) -> list[int]:
    """The dimensions in the order in which a dense tensor lies in memory (channels last, say)."""
    dims = list(range(x.ndim))
    if x.is_contiguous() or is_transformed(x):
        return dims
    order = sorted(dims, key=lambda d: -x.stride()[d])
    return order if x.permute(order).is_contiguous() else dims


def _numbers_or_tensor(value: Any) -> Any:
    """Geometry as a tensor, where it may carry a derivative, or as Python numbers, of which exact plans are made."""
    array_type = find_array_type(value)
    if array_type is None:
        return value
    return value.tolist() if isinstance(value, numpy.ndarray | numpy.generic) else array_type.to_tensor(value)


def _axes(x: Tensor, axes: Any, size: Any, scale: Any, box: Any) -> list[int]:
    """The resized axes, as non-negative numbers in increasing order of mention."""
    if size is None and scale is None:
        raise ValueError("resize: neither size nor scale is given")
    if axes is None:
        counts = [len(size)] if isinstance(size, Sequence) else []
        if (isinstance(scale, Tensor) and scale.ndim) or isinstance(scale, Sequence):
            counts.append(len(scale) if isinstance(scale, Sequence) else scale.shape[-1])
        if isinstance(box, Tensor):
            counts.append(box.shape[-2] if box.ndim > 1 else 1)
        elif box is not None:
            counts.append(len(box))
        count = counts[0] if counts else 1
        axes = range(-count, 0)
    elif isinstance(axes, int):
        axes = (axes,)
    axes = list(axes)
    if any(not -x.ndim <= axis < x.ndim for axis in axes):
        raise ValueError(f"resize: x has {x.ndim} dimensions; there are no axes {tuple(axes)}")
    dims = [axis % x.ndim for axis in axes]
    if len(set(dims)) != len(dims):
        raise ValueError(f"resize: an axis is named twice in {tuple(axes)}")
    return dims


def _axis_of(value: Any, k: int, count: int) -> Any:
    """The part of a scale or shift for axis number k."""
    if isinstance(value, Tensor):
        if not value.ndim:
            return value
        _check_count("scale or shift", value.shape[-1], count)
        return value[..., k]
    if isinstance(value, Sequence):
        _check_count("scale or shift", len(value), count)
        return float(value[k])
    return value if value is None else float(value)


def _box_of(box: Any, k: int) -> Any:
    if box is None:
        return None
    if isinstance(box, Tensor):
        return box[..., k, :]
    start, stop = box[k]
    return float(start), float(stop)


def _check_count(name: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise ValueError(f"resize: {name} has {found} numbers for {wanted} axes")


def _sizes(x: Tensor, dims: list[int], size: Any, scales: list[Any], boxes: list[Any]) -> list[int]:
    if size is not None:
        sizes = [size] * len(dims) if isinstance(size, int) else [int(s) for s in size]
        _check_count("size", len(sizes), len(dims))
    else:
        sizes = []
        for dim, scale, box in zip(dims, scales, boxes):
            if (isinstance(scale, Tensor) and scale.ndim) or isinstance(box, Tensor):
                raise ValueError("resize: give the size: it does not follow from a batch of scales, or from a box")
            length = x.shape[dim] if box is None else box[1] - box[0]
            sizes.append(math.floor(length * float(scale)))
    if any(s < 1 for s in sizes) or any(x.shape[d] < 1 for d in dims):
        raise ValueError(f"resize: cannot make {tuple(sizes)} of {tuple(x.shape[d] for d in dims)} samples")
    return sizes


def _is_batched(*parts: list[Any]) -> bool:
    return any(isinstance(g, Tensor) and g.ndim > (part is parts[-1]) for part in parts for g in part)
